#include "store/hall/province.h"

#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/accepted.h"
#include "store/hall/accepted_lost.h"
#include "store/hall/province_commit.h"
#include "store/hall/signers.h"
#include "store/record/canon.h"

#define REFS_HEADER "# pack-refs with: peeled fully-peeled sorted \n"
#define REFS_MAX ((size_t)4 * 1024 * 1024)
#define OFFICE_REF "refs/heads/office"

struct update {
	struct store *s;
	char path[PATH_MAX]; /* of province.git */
	struct buf alternates;
	/* lines of packed-refs, each "<40 hex> <name>\n"; in this order they
	 * are sorted by name */
	struct buf halls, offices;
	struct buf old; /* packed-refs as it is */
	int has_hall;
	unsigned char hall[20]; /* refs/heads/hall */
};

static void
update_release(struct update *u)
{
	buf_release(&u->alternates);
	buf_release(&u->halls);
	buf_release(&u->offices);
	buf_release(&u->old);
}

static int
update_init(struct update *u, struct store *s, struct err *e)
{
	memset(u, 0, sizeof(*u));
	u->s = s;
	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: only a hall has a province");
	return file_path(
	    u->path, sizeof(u->path), e, "%s/province.git", store_conf(s)->dir);
}

/* --- refs as one file --- */

/* The id behind a name in packed-refs; 0: it is not there. */
static int
find_ref(const struct buf *refs, const char *name, unsigned char ret[20])
{
	char line[160], hex[41];
	const char *at;

	snprintf(line, sizeof(line), " %s\n", name);
	at = strstr(buf_str(refs), line);
	if (at == NULL || at - refs->data < 40)
		return 0;
	memcpy(hex, at - 40, 40);
	hex[40] = '\0';
	return commit_unhex(hex, ret, NULL) == 0;
}

static int
read_refs(struct update *u, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/packed-refs", u->path)) <
	    0)
		return rc;
	rc = file_read(path, REFS_MAX, &u->old, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	u->has_hall = find_ref(&u->old, PROVINCE_HALL_REF, u->hall);
	return 0;
}

static void
put_ref(struct buf *b, const unsigned char id[20], const char *name)
{
	char hex[41];

	commit_hex(id, hex);
	buf_printf(b, "%s %s\n", hex, name);
}

static int
add_ref(struct repo *r, const char *from, const char *prefix, const char *code,
    struct buf *ret, struct err *e)
{
	char name[64];
	unsigned char id[20];
	int rc = repo_ref(r, from, id, e);

	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	snprintf(name, sizeof(name), "%s%s", prefix, code);
	put_ref(ret, id, name);
	return 0;
}

/*
 * The office's branch as the index has it: the hook asks for that only once the
 * log has its line. What came in without one stays as it was here, so that
 * province_start() sees that it lacks one; a rebuilt index does not set back.
 */
static int
add_office(struct update *u, struct repo *r, const char *code, struct err *e)
{
	unsigned char tip[20], old[20];
	struct branch *b = NULL;
	char name[64];
	int known, rc;

	if ((rc = repo_ref(r, OFFICE_REF, tip, e)) < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if ((rc = store_branch(u->s, code, "office", &b, e)) < 0)
		return rc;
	snprintf(name, sizeof(name), PROVINCE_OFFICES "%s", code);
	known = find_ref(&u->old, name, old);
	if (b->has_tip && memcmp(b->tip, tip, sizeof(tip)) == 0)
		put_ref(&u->offices, tip, name);
	else if (known)
		put_ref(&u->offices, old, name);
	return 0;
}

static int
on_office(void *arg, const char *code, struct err *e)
{
	struct update *u = arg;
	struct repo *r = NULL;
	int rc;

	buf_printf(&u->alternates, "../../offices/%s.git/objects\n", code);
	if ((rc = store_repo(u->s, code, &r, e)) < 0 ||
	    (rc = add_ref(
		 r, "refs/heads/hall", PROVINCE_HALLS, code, &u->halls, e)) < 0)
		return rc;
	return add_office(u, r, code, e);
}

/* Written only when it differs; *ret 1 then. */
static int
put_file(const struct update *u, const char *name, const struct buf *text,
    int *ret, struct err *e)
{
	struct buf now = BUF_INIT;
	char path[PATH_MAX];
	int rc;

	if ((rc = buf_ok(text, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/%s", u->path, name)) < 0)
		return rc;
	rc = file_read(path, REFS_MAX, &now, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		goto out;
	if (rc == 0 && now.len == text->len &&
	    memcmp(buf_str(&now), buf_str(text), now.len) == 0)
		goto out;
	rc = file_write(path, buf_str(text), text->len, 0600, e);
	*ret = 1;
out:
	buf_release(&now);
	return rc;
}

/* Refs of objects that stand in the offices' repositories already: whoever
 * reads sees the old file or the new one. */
static int
write_refs(struct update *u, int *ret_changed, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	buf_puts(&text, REFS_HEADER);
	buf_append(&text, u->halls.data, u->halls.len);
	if (u->has_hall)
		put_ref(&text, u->hall, PROVINCE_HALL_REF);
	buf_append(&text, u->offices.data, u->offices.len);
	rc = put_file(u, "packed-refs", &text, ret_changed, e);
	buf_release(&text);
	return rc;
}

/* --- the hall's own history --- */

/* For stock git on this machine (repo_create() names the file). */
static int
write_signers(
    struct update *u, const struct province_files *files, struct err *e)
{
	const struct province_file *f =
	    province_files_find(files, PROVINCE_SIGNERS);

	return f == NULL ? 0
			 : signers_write(store_conf(u->s), PROVINCE_SIGNERS,
			       &f->bytes, e);
}

static int
write_history(struct update *u, int anchor, struct err *e)
{
	struct province_files files = { NULL, 0, 0 };
	struct repo *r = NULL;
	unsigned char id[20];
	int made = 0, rc;

	if ((rc = province_files_read(u->s, &files, e)) < 0)
		return rc;
	if ((rc = repo_open(u->path, &r, e)) < 0 ||
	    (rc = province_commit(u->s, r, u->has_hall ? u->hall : NULL, &files,
		 anchor, &made, id, e)) < 0)
		goto out;
	if (!made)
		goto out;
	memcpy(u->hall, id, sizeof(u->hall));
	u->has_hall = 1;
	rc = write_signers(u, &files, e);
out:
	repo_close(r);
	province_files_release(&files);
	return rc;
}

/* The directory, and where the offices' objects are. */
static int
prepare(struct update *u, int *ret_changed, struct err *e)
{
	char head[PATH_MAX];
	int rc;

	if ((rc = file_path(head, sizeof(head), e, "%s/HEAD", u->path)) < 0 ||
	    (access(head, F_OK) != 0 &&
		(rc = repo_create(u->path, PROVINCE_HALL_REF, e)) < 0) ||
	    (rc = store_each_office(u->s, on_office, u, e)) < 0 ||
	    (rc = buf_ok(&u->halls, e)) < 0 ||
	    (rc = buf_ok(&u->offices, e)) < 0)
		return rc;
	return put_file(
	    u, "objects/info/alternates", &u->alternates, ret_changed, e);
}

static int
update_run(struct update *u, int whole, int anchor, int *ret, struct err *e)
{
	int rc;

	if ((rc = read_refs(u, e)) < 0 || (rc = prepare(u, ret, e)) < 0 ||
	    (whole && (rc = write_history(u, anchor, e)) < 0))
		return rc;
	return write_refs(u, ret, e);
}

static int
run(struct store *s, int whole, int anchor, int *ret_changed, struct err *e)
{
	int changed = 0, rc;
	struct update u;

	if ((rc = update_init(&u, s, e)) == 0)
		rc = update_run(&u, whole, anchor, &changed, e);
	update_release(&u);
	if (rc == 0 && ret_changed != NULL)
		*ret_changed = changed;
	return rc;
}

int
province_refs(struct store *s, int *ret_changed, struct err *e)
{
	return run(s, 0, 0, ret_changed, e);
}

int
province_update(struct store *s, int anchor, int *ret_changed, struct err *e)
{
	return run(s, 1, anchor, ret_changed, e);
}

/* --- what is anchored --- */

static int
parse_anchor(const struct buf *text, struct province_anchor *ret, struct err *e)
{
	cJSON *o = NULL;
	const char *hash;
	int rc = canon_parse(buf_str(text), text->len, &o, e);

	if (rc < 0)
		return rc;
	hash = json_str(o, "hash");
	ret->n = json_int(o, "n", -1);
	if (ret->n < 0 || hash == NULL || strlen(hash) != sizeof(ret->hash) - 1)
		rc = err_set(
		    e, ERR_DAMAGED, 0, "log.json of province.git has no form");
	else
		memcpy(ret->hash, hash, sizeof(ret->hash));
	cJSON_Delete(o);
	return rc;
}

static int
read_anchor(struct repo *r, const unsigned char id[20],
    struct province_anchor *ret, struct err *e)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	struct commit *c = calloc(1, sizeof(*c));
	struct tree *t = tree_new();
	unsigned char blob[20];
	int rc;

	if (c == NULL || t == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) < 0 ||
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) < 0 ||
	    (rc = tree_load(t, c->tree, repo_tree_source, r, e)) < 0 ||
	    (rc = tree_find(t, PROVINCE_LOG, blob, e)) < 0 ||
	    (rc = repo_read(r, blob, OBJECT_BLOB, CANON_MAX, &text, e)) < 0)
		goto out;
	ret->time = c->time;
	rc = parse_anchor(&text, ret, e);
out:
	tree_free(t);
	free(c);
	buf_release(&raw);
	buf_release(&text);
	return rc;
}

int
province_anchor(struct store *s, struct province_anchor *ret, struct err *e)
{
	struct province_anchor a = { .n = 0 };
	struct repo *r = NULL;
	struct update u;
	int rc;

	/* the hall's own history is not in the offices' repositories */
	if ((rc = update_init(&u, s, e)) == 0 && (rc = read_refs(&u, e)) == 0 &&
	    u.has_hall && (rc = repo_open_alone(u.path, &r, e)) == 0)
		rc = read_anchor(r, u.hall, &a, e);
	repo_close(r);
	update_release(&u);
	if (rc == 0)
		*ret = a;
	return rc;
}

/* --- lines that a crash kept out of the log --- */

struct resuming {
	struct update u;
	struct province_anchor anchor;
};

/* The refs of province.git were brought up to date after the lines of that
 * time: only what moved since can lack one. */
static int
resume_office(void *arg, const char *code, struct err *e)
{
	struct resuming *m = arg;
	unsigned char tip[20], old[20];
	struct repo *r = NULL;
	char name[64];
	int known, rc;

	if ((rc = store_repo(m->u.s, code, &r, e)) < 0)
		return rc;
	rc = repo_ref(r, OFFICE_REF, tip, e);
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	snprintf(name, sizeof(name), PROVINCE_OFFICES "%s", code);
	known = find_ref(&m->u.old, name, old);
	if (known && memcmp(tip, old, sizeof(tip)) == 0)
		return 0;
	return accepted_lost_enter(
	    m->u.s, r, code, known ? old : NULL, tip, m->anchor.n, e);
}

int
province_start(struct store *s, struct err *e)
{
	struct resuming m = { .anchor = { .n = 0 } };
	int rc;

	if ((rc = update_init(&m.u, s, e)) == 0 &&
	    (rc = read_refs(&m.u, e)) == 0 &&
	    (rc = province_anchor(s, &m.anchor, e)) == 0)
		rc = store_each_office(s, resume_office, &m, e);
	update_release(&m.u);
	return rc < 0 ? rc : province_update(s, 0, NULL, e);
}
