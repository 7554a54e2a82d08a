/* Steps: scratch repository, the note's commit, refs, git makes the file, age
 * encrypts it if it is to be, its hash. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/sha256.h"
#include "store/bundle/bundle.h"
#include "store/bundle/bundle_age.h"
#include "store/bundle/bundle_git.h"
#include "store/bundle/bundle_note.h"
#include "store/bundle/bundle_room.h"
#include "store/bundle/bundle_show.h"

#define PLAN_MAX ((size_t)64 * 1024)
#define BASES_MAX 2
#define HASH_CHUNK ((size_t)256 * 1024)

struct packing {
	struct store *s;
	struct bundle_room room;
	cJSON *note, *plan;
	char repo[640], file[640];
	struct buf refs;
};

/* --- the note's commit --- */

static int
put_blob(struct packing *p, struct repo *r, const char *name, size_t max,
    unsigned char ret[20], struct err *e)
{
	struct buf text = BUF_INIT;
	char path[640];
	int rc;

	if ((rc = bundle_room_path(&p->room, name, path, sizeof(path), e)) ==
		0 &&
	    (rc = file_read(path, max, &text, e)) == 0)
		rc = repo_put(r, OBJECT_BLOB, buf_str(&text), text.len, ret, e);
	buf_release(&text);
	return rc;
}

static int
put_tree(
    struct packing *p, struct repo *r, unsigned char ret[20], struct err *e)
{
	static const struct {
		const char *name;
		size_t max;
	} files[] = { { "note.json", BUNDLE_NOTE_MAX },
		{ "note.sig", BUNDLE_SIG_MAX },
		{ "receipts.json", BUNDLE_RECEIPTS_MAX } };
	struct buf tree = BUF_INIT;
	unsigned char id[20];
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(files) / sizeof(files[0]) && rc == 0; i++) {
		rc = put_blob(p, r, files[i].name, files[i].max, id, e);
		buf_printf(&tree, "100644 %s", files[i].name);
		buf_putc(&tree, '\0');
		buf_append(&tree, id, sizeof(id));
	}
	if (rc == 0 && (rc = buf_ok(&tree, e)) == 0)
		rc = repo_put(r, OBJECT_TREE, tree.data, tree.len, ret, e);
	buf_release(&tree);
	return rc;
}

static int
put_commit(
    struct packing *p, struct repo *r, unsigned char ret[20], struct err *e)
{
	const char *from = json_str(p->note, "from");
	struct buf raw = BUF_INIT;
	unsigned char tree[20];
	char hex[41];
	int64_t t = 0;
	int rc;

	if ((rc = put_tree(p, r, tree, e)) < 0 ||
	    (rc = clock_parse(json_str(p->note, "time"), 0, 0, &t, e)) < 0)
		return rc;
	commit_hex(tree, hex);
	buf_printf(&raw,
	    "tree %s\nauthor %s <pmqa@bundle> %lld +0000\n"
	    "committer %s <pmqa@bundle> %lld +0000\n\nbundle of %s for %s\n",
	    hex, from, (long long)t, from, (long long)t, from,
	    json_str(p->note, "to"));
	if ((rc = buf_ok(&raw, e)) == 0)
		rc = repo_put(r, OBJECT_COMMIT, raw.data, raw.len, ret, e);
	buf_release(&raw);
	return rc;
}

static int
make_note_commit(struct packing *p, unsigned char ret[20], struct err *e)
{
	struct repo *r = NULL;
	int rc;

	if ((rc = repo_open(p->repo, &r, e)) == 0 &&
	    (rc = put_commit(p, r, ret, e)) == 0)
		rc = repo_flush(r, e);
	repo_close(r);
	return rc;
}

/* --- refs, by name --- */

static void
add_ref(struct packing *p, const unsigned char id[20], const char *name)
{
	char hex[41];

	commit_hex(id, hex);
	buf_printf(&p->refs, "%s %s\n", hex, name);
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
add_file(struct packing *p, struct repo *r, const char *sha, struct err *e)
{
	unsigned char id[20];
	char ref[96];
	int rc;

	snprintf(ref, sizeof(ref), "refs/evidence/%s", sha);
	rc = repo_ref(r, ref, id, e);
	if (rc == ERR_NOT_FOUND) {
		err_set(e, ERR_CONFLICT, 0,
		    "evidence %.12s was erased while the bundle was made", sha);
		err_hint(e, "repeat the command");
		return ERR_CONFLICT;
	}
	if (rc == 0)
		add_ref(p, id, ref);
	return rc;
}

static int
add_files(struct packing *p, struct err *e)
{
	const struct conf *c = store_conf(p->s);
	const cJSON *list = json_get(p->note, "files"), *v;
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	const char **sorted;
	struct repo *r = NULL;
	char path[640];
	int rc;

	if (n == 0)
		return 0;
	if ((sorted = calloc(n, sizeof(*sorted))) == NULL)
		return err_nomem(e);
	cJSON_ArrayForEach (v, list)
		sorted[i++] = v->valuestring;
	qsort(sorted, n, sizeof(*sorted), by_text);
	if ((rc = evidence_repo_path(c->dir, c->role == ROLE_HALL,
		 json_str(p->note, "office"), path, sizeof(path), e)) == 0 &&
	    (rc = repo_open(path, &r, e)) == 0)
		for (i = 0; i < n && rc == 0; i++)
			rc = add_file(p, r, sorted[i], e);
	repo_close(r);
	free(sorted);
	return rc;
}

static int
add_branch(struct packing *p, const char *branch, struct err *e)
{
	unsigned char id[20];
	char ref[32];
	int has = 0, rc;

	snprintf(ref, sizeof(ref), "refs/heads/%s", branch);
	if ((rc = bundle_note_tip(p->note, branch, id, &has, e)) == 0 && has)
		add_ref(p, id, ref);
	return rc;
}

static int
make_refs(struct packing *p, struct err *e)
{
	int to_hall = strlen(json_str(p->note, "to")) == 2, rc;
	unsigned char id[20];
	char name[64];

	if ((rc = make_note_commit(p, id, e)) < 0 ||
	    (rc = add_files(p, e)) < 0 ||
	    (!to_hall && (rc = add_branch(p, "hall", e)) < 0) ||
	    (rc = add_branch(p, "office", e)) < 0)
		return rc;
	snprintf(name, sizeof(name), BUNDLE_NOTE_REF "%s/%s",
	    json_str(p->note, "from"), json_str(p->note, "to"));
	add_ref(p, id, name);
	return bundle_room_set_refs(&p->room, &p->refs, e);
}

/* --- the file --- */

static int
make_file(struct packing *p, const char *file, struct err *e)
{
	const cJSON *v;
	char not_[BASES_MAX][44];
	const char *args[BASES_MAX + 8];
	size_t n = 0, i = 0;

	args[n++] = "bundle";
	args[n++] = "create";
	args[n++] = "--quiet";
	args[n++] = "--version=2";
	args[n++] = file;
	args[n++] = "--all";
	cJSON_ArrayForEach (v, json_get(p->plan, "bases")) {
		if (i == BASES_MAX || !cJSON_IsString(v))
			break;
		snprintf(not_[i], sizeof(not_[i]), "^%.40s", v->valuestring);
		args[n++] = not_[i++];
	}
	args[n] = NULL;
	return bundle_git_well(p->repo, args, e);
}

static int
encrypt(struct packing *p, const char *plain, struct err *e)
{
	const char *keys[BUNDLE_AGE_KEYS];
	const cJSON *v;
	size_t n = 0;
	int rc;

	cJSON_ArrayForEach (v, json_get(p->plan, "keys"))
		if (cJSON_IsString(v) && n < BUNDLE_AGE_KEYS)
			keys[n++] = v->valuestring;
	rc = bundle_age_encrypt(keys, n, plain, p->file, e);
	if (unlink(plain) != 0 && rc == 0)
		rc = err_sys(e, "cannot remove '%s'", plain);
	return rc;
}

static int
hash_file(const char *path, int64_t size, char ret[SHA256_HEX], struct err *e)
{
	char *bytes = malloc(HASH_CHUNK);
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	struct sha256 h;
	ssize_t n = 0;

	if (bytes == NULL)
		rc = err_nomem(e);
	else if (fd < 0)
		rc = err_sys(e, "cannot open '%s'", path);
	sha256_init(&h);
	while (rc == 0 && size > 0) {
		n = read(fd, bytes, HASH_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			rc = err_sys(e, "cannot read '%s'", path);
		else
			sha256_add(&h, bytes, (size_t)n);
		size -= n;
	}
	if (rc == 0)
		sha256_end(&h, ret);
	if (fd >= 0)
		close(fd);
	free(bytes);
	return rc;
}

/* "pmqa-9105-a-to-91-20261122-1305.bundle": for people with several sticks */
static void
file_name(const cJSON *note, int encrypted, char *ret, size_t size)
{
	const char *t = json_str(note, "time");

	snprintf(ret, size, "pmqa-%s-to-%s-%.4s%.2s%.2s-%.2s%.2s%.2s.bundle%s",
	    json_str(note, "from"), json_str(note, "to"), t, t + 5, t + 8,
	    t + 11, t + 14, t + 17, encrypted ? ".age" : "");
}

static int
answer(struct packing *p, int encrypted, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	char name[96], sha[SHA256_HEX];
	int64_t size = 0, parts;
	int rc;

	file_name(p->note, encrypted, name, sizeof(name));
	if ((rc = bundle_room_size(&p->room, "file", &size, e)) < 0)
		goto out;
	if (size > BUNDLE_MAX) {
		err_set(e, ERR_FAILED, 0,
		    "the bundle is larger than a stick's file may be");
		err_hint(e, "begin later: --since a revision that the receiver "
			    "has");
		rc = ERR_FAILED;
		goto out;
	}
	parts = (size + (int64_t)BUNDLE_PART - 1) / (int64_t)BUNDLE_PART;
	if ((rc = hash_file(p->file, size, sha, e)) < 0 ||
	    (rc = json_put_str(obj, "token", p->room.token, e)) < 0 ||
	    (rc = json_put_str(obj, "name", name, e)) < 0 ||
	    (rc = json_put_int(obj, "size", size, e)) < 0 ||
	    (rc = json_put_int(obj, "parts", parts, e)) < 0 ||
	    (rc = json_put_int(obj, "part_bytes", (int64_t)BUNDLE_PART, e)) <
		0 ||
	    (rc = json_put_str(obj, "sha256", sha, e)) < 0 ||
	    (rc = json_put_bool(obj, "encrypted", encrypted, e)) < 0 ||
	    (rc = bundle_show_note(p->note, obj, e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

static int
pack(struct packing *p, cJSON **ret, struct err *e)
{
	char plain[640];
	int encrypted, rc;

	if ((rc = bundle_room_get(
		 &p->room, "note.json", BUNDLE_NOTE_MAX, &p->note, e)) < 0 ||
	    (rc = bundle_room_get(
		 &p->room, "plan.json", PLAN_MAX, &p->plan, e)) < 0 ||
	    (rc = bundle_room_path(
		 &p->room, "repo.git", p->repo, sizeof(p->repo), e)) < 0 ||
	    (rc = bundle_room_path(
		 &p->room, "file", p->file, sizeof(p->file), e)) < 0 ||
	    (rc = bundle_room_path(
		 &p->room, "plain", plain, sizeof(plain), e)) < 0 ||
	    (rc = bundle_room_make_repo(
		 p->s, &p->room, json_str(p->note, "office"), e)) < 0 ||
	    (rc = make_refs(p, e)) < 0)
		return rc;
	encrypted = cJSON_GetArraySize(json_get(p->plan, "keys")) > 0;
	if ((rc = make_file(p, encrypted ? plain : p->file, e)) == 0 &&
	    encrypted)
		rc = encrypt(p, plain, e);
	return rc < 0 ? rc : answer(p, encrypted, ret, e);
}

int
bundle_pack(struct store *s, const char *token, cJSON **ret, struct err *e)
{
	struct packing *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return err_nomem(e);
	p->s = s;
	buf_init(&p->refs);
	if ((rc = bundle_room_find(s, token, &p->room, e)) == 0) {
		rc = pack(p, ret, e);
		if (rc < 0)
			(void)bundle_room_remove(&p->room, NULL);
	}
	cJSON_Delete(p->note);
	cJSON_Delete(p->plan);
	buf_release(&p->refs);
	free(p);
	return rc;
}
