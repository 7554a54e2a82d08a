/* Steps: all its bytes are here; decrypted; the header; for us?; what it builds
 * on is here; unpacked by git, which checks every object; the note. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/bundle/bundle.h"
#include "store/bundle/bundle_age.h"
#include "store/bundle/bundle_check.h"
#include "store/bundle/bundle_git.h"
#include "store/bundle/bundle_show.h"
#include "store/device.h"

#define BEGUN_MAX ((size_t)256)

struct opening {
	struct store *s;
	struct bundle_room room;
	const char *plain; /* the file in the room that is the git bundle */
	int64_t size;
	struct buf head_bytes;
	struct bundle_head h;
	int encrypted, for_us;
	const char *office;
	char code[8];
	cJSON *note;
};

/* --- bytes --- */

static int
check_size(struct opening *o, struct err *e)
{
	cJSON *begun = NULL;
	int64_t want;
	int rc;

	if ((rc = bundle_room_get(
		 &o->room, "begun.json", BEGUN_MAX, &begun, e)) < 0 ||
	    (rc = bundle_room_size(&o->room, "file", &o->size, e)) < 0)
		goto out;
	want = json_int(begun, "size", 0);
	if (o->size != want)
		rc = err_set(e, ERR_INVALID, 0,
		    "of the bundle's %lld bytes %lld came", (long long)want,
		    (long long)o->size);
out:
	cJSON_Delete(begun);
	return rc;
}

static int
read_head(struct opening *o, struct err *e)
{
	size_t len = o->size < (int64_t)BUNDLE_HEAD_MAX ? (size_t)o->size
							: BUNDLE_HEAD_MAX;
	char *bytes;
	int rc;

	buf_clear(&o->head_bytes);
	if ((bytes = malloc(len + 1)) == NULL)
		return err_nomem(e);
	rc = bundle_room_read(&o->room, o->plain, 0, bytes, len, e);
	if (rc == 0) {
		buf_append(&o->head_bytes, bytes, len);
		rc = buf_ok(&o->head_bytes, e);
	}
	free(bytes);
	return rc;
}

/* Leaves for_us 0 when it is encrypted to somebody else. */
static int
decrypt(struct opening *o, struct err *e)
{
	const struct conf *c = store_conf(o->s);
	char identity[640], from[640], to[640];
	int rc;

	o->encrypted =
	    bundle_age_is(buf_str(&o->head_bytes), o->head_bytes.len);
	o->for_us =
	    !o->encrypted || bundle_age_names(buf_str(&o->head_bytes),
				 o->head_bytes.len, store_key(o->s)->pub);
	if (!o->encrypted || !o->for_us)
		return 0;
	if ((rc = device_key_path(
		 c, c->device, identity, sizeof(identity), e)) < 0 ||
	    (rc = bundle_room_path(&o->room, "file", from, sizeof(from), e)) <
		0 ||
	    (rc = bundle_room_path(&o->room, "plain", to, sizeof(to), e)) < 0 ||
	    (rc = bundle_age_decrypt(identity, from, to, e)) < 0)
		return rc;
	o->plain = "plain";
	if ((rc = bundle_room_size(&o->room, "plain", &o->size, e)) < 0)
		return rc;
	return read_head(o, e);
}

/* --- for us, and does it fit? --- */

static int
check_places(struct opening *o, struct err *e)
{
	const struct conf *c = store_conf(o->s);
	struct repo *r = NULL;

	o->for_us = strcmp(o->h.to, c->code) == 0;
	if (!o->for_us)
		return 0;
	if (c->role == ROLE_OFFICE && !c->enrolled) {
		err_set(e, ERR_FAILED, 0,
		    "this office has not joined a hall, so nothing of the "
		    "bundle can be checked");
		err_hint(e, "take in the hall's answer first: pmqa enroll "
			    "accept");
		return ERR_FAILED;
	}
	snprintf(o->code, sizeof(o->code), "%.4s",
	    c->role == ROLE_HALL ? o->h.from : c->code);
	o->office = o->code;
	return store_repo(o->s, o->office, &r, e);
}

static int
check_needs(struct opening *o, struct err *e)
{
	struct buf raw = BUF_INIT;
	struct repo *r = NULL;
	char hex[41];
	size_t i;
	int rc;

	if ((rc = store_repo(o->s, o->office, &r, e)) < 0 ||
	    (rc = repo_refresh(r, e)) < 0)
		return rc;
	for (i = 0; i < o->h.n_needs && rc == 0; i++) {
		buf_clear(&raw);
		rc = repo_read(
		    r, o->h.needs[i], OBJECT_COMMIT, COMMIT_MAX, &raw, e);
		if (rc != ERR_NOT_FOUND)
			continue;
		commit_hex(o->h.needs[i], hex);
		err_set(e, ERR_CONFLICT, 0,
		    "the bundle begins after a revision that is not here "
		    "(commit %.10s)",
		    hex);
		err_hint(e, "have one made that begins earlier: pmqa bundle "
			    "create --since REVISION, or --since - for all");
		rc = ERR_CONFLICT;
	}
	buf_release(&raw);
	return rc;
}

/* --- unpacking --- */

static int
not_unpacked(struct program_end *end, struct err *e)
{
	const char *words = buf_str(&end->words);
	const char *said = program_last_words(end);
	char last[300];

	/* git's word for "error", no news to who reads this */
	if (strncmp(said, "fatal: ", 7) == 0)
		said += 7;
	err_text(last, sizeof(last), said);
	if (strstr(words, "No space left") != NULL) {
		err_set(
		    e, ERR_FAILED, 0, "no space left on the disk: %s", last);
		err_hint(e, "make room on the disk, then repeat the command");
		return ERR_FAILED;
	}
	if (strstr(words, "early EOF") != NULL) {
		err_set(
		    e, ERR_INVALID, 0, "the bundle is cut: its end is missing");
		err_hint(e, "copy it to the stick again, whole");
		return ERR_INVALID;
	}
	if (strstr(words, "fsck") != NULL) {
		err_set(e, ERR_REFUSED, 0,
		    "the bundle holds an object that git does not accept: %s",
		    last);
		return ERR_REFUSED;
	}
	err_set(e, ERR_INVALID, 0, "the bundle is damaged or was altered: %s",
	    last);
	err_hint(e, "copy it to the stick again, or have a new one made");
	return ERR_INVALID;
}

static int
index_pack(struct opening *o, const char *repo, int fd, struct err *e)
{
	static const char *const args[] = { "index-pack", "--stdin",
		"--fix-thin", "--strict", NULL };
	struct program_end end;
	int rc = bundle_git(repo, args, fd, &end, e);

	(void)o;
	if (rc < 0)
		return rc;
	if (end.status != 0)
		rc = not_unpacked(&end, e);
	program_end_release(&end);
	return rc;
}

static int
set_refs(struct opening *o, struct err *e)
{
	struct buf refs = BUF_INIT;
	char hex[41];
	size_t i;
	int rc;

	for (i = 0; i < o->h.n_refs; i++) { /* they are sorted */
		commit_hex(o->h.refs[i].id, hex);
		buf_printf(&refs, "%s %s\n", hex, o->h.refs[i].name);
	}
	rc = bundle_room_set_refs(&o->room, &refs, e);
	buf_release(&refs);
	return rc;
}

static int
unpack(struct opening *o, struct err *e)
{
	char repo[640], file[640];
	int fd, rc;

	if ((rc = bundle_room_path(
		 &o->room, "repo.git", repo, sizeof(repo), e)) < 0 ||
	    (rc = bundle_room_path(&o->room, o->plain, file, sizeof(file), e)) <
		0 ||
	    (rc = bundle_room_check_disk(o->s, o->size, e)) < 0 ||
	    (rc = bundle_room_make_repo(o->s, &o->room, o->office, e)) < 0)
		return rc;
	if ((fd = open(file, O_RDONLY | O_CLOEXEC)) < 0)
		return err_sys(e, "cannot open '%s'", file);
	/* git goes on where the header ended */
	if (lseek(fd, (off_t)o->h.len, SEEK_SET) < 0)
		rc = err_sys(e, "cannot read '%s'", file);
	else
		rc = index_pack(o, repo, fd, e);
	close(fd);
	if (rc < 0)
		return rc;
	/* the pack is in the repository now: no need for it twice */
	if (unlink(file) != 0)
		return err_sys(e, "cannot remove '%s'", file);
	return set_refs(o, e);
}

/* --- the answer --- */

static int
is_new(struct opening *o, const char *branch, int *ret, struct err *e)
{
	const unsigned char *id;
	struct branch *b = NULL;
	int64_t here = 0;
	char ref[32];
	int rc;

	*ret = 0;
	snprintf(ref, sizeof(ref), "refs/heads/%s", branch);
	if ((id = bundle_head_ref(&o->h, ref)) == NULL)
		return 0;
	if ((rc = store_branch(o->s, o->office, branch, &b, e)) < 0 ||
	    (rc = db_one_int(store_db(o->s), &here, e,
		 "SELECT EXISTS(SELECT 1 FROM revision WHERE commit_id = ?1"
		 " AND branch = ?2)",
		 "bi", (const void *)id, (size_t)20, b->id)) < 0)
		return rc;
	*ret = !here;
	return 0;
}

static int
put_new(struct opening *o, cJSON *obj, struct err *e)
{
	cJSON *v = cJSON_CreateObject();
	int office = 0, hall = 0, rc;

	if ((rc = json_put(obj, "new", v, e)) < 0 ||
	    (rc = is_new(o, "office", &office, e)) < 0 ||
	    (rc = is_new(o, "hall", &hall, e)) < 0 ||
	    (rc = json_put_bool(v, "office", office, e)) < 0 ||
	    (rc = json_put_bool(v, "hall", hall, e)) < 0)
		return rc;
	return json_put_bool(obj, "checked", 1, e);
}

static int
describe(struct opening *o, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int known = o->h.from[0] != '\0', rc;

	if ((rc = json_put_bool(obj, "encrypted", o->encrypted, e)) < 0 ||
	    (rc = json_put_bool(obj, "for_us", o->for_us, e)) < 0 ||
	    (rc = json_put_str(obj, "from", known ? o->h.from : NULL, e)) < 0 ||
	    (rc = json_put_str(obj, "to", known ? o->h.to : NULL, e)) < 0)
		goto out;
	if (o->note != NULL && ((rc = bundle_show_note(o->note, obj, e)) < 0 ||
				   (rc = put_new(o, obj, e)) < 0))
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

static int
look(struct opening *o, struct err *e)
{
	int rc;

	if ((rc = check_size(o, e)) < 0 || (rc = read_head(o, e)) < 0 ||
	    (rc = decrypt(o, e)) < 0 || !o->for_us)
		return rc;
	if ((rc = bundle_head_read(
		 buf_str(&o->head_bytes), o->head_bytes.len, &o->h, e)) < 0)
		return rc;
	/* those megabytes are not needed any more */
	buf_release(&o->head_bytes);
	if ((rc = check_places(o, e)) < 0 || !o->for_us)
		return rc;
	if ((rc = check_needs(o, e)) < 0 || (rc = unpack(o, e)) < 0)
		return rc;
	return bundle_check(o->s, &o->room, &o->h, &o->note, e);
}

int
bundle_open(struct store *s, const char *token, cJSON **ret, struct err *e)
{
	struct opening *o = calloc(1, sizeof(*o));
	int rc;

	if (o == NULL)
		return err_nomem(e);
	o->s = s;
	o->plain = "file";
	buf_init(&o->head_bytes);
	if ((rc = bundle_room_find(s, token, &o->room, e)) == 0) {
		if ((rc = look(o, e)) == 0)
			rc = describe(o, ret, e);
		if (rc < 0)
			(void)bundle_room_remove(&o->room, NULL);
	}
	bundle_head_release(&o->h);
	buf_release(&o->head_bytes);
	cJSON_Delete(o->note);
	free(o);
	return rc;
}
