/*
 * province.git at a hall: what auditors clone and a ministry fetches. The hall's
 * own history in it commit by commit, back to the one where the last proof ended
 * (from zero: to the first). Its refs: verify_province_refs.c.
 */
#include "store/view/verify_state.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "store/hall/province.h"
#include "store/record/canon.h"

#define WHERE "province.git"
#define FILES_MAX 20000
#define ENTRIES_MAX 20000

enum wrong { /* with a commit of the hall's own history */
	NOTHING,
	NOT_SIGNED,
	NOT_OURS,
	NUMBER_MISSING,
	DATED_BACK,
	OTHER_CONTENT
};

struct made { /* a commit of the hall's own history */
	unsigned char id[20];
	struct commit c;
	struct buf raw;
};

struct province {
	struct verify *v;
	struct repo *repo;
	struct verify_base before;
	struct made child, parent;
	/* what the child changed */
	struct {
		char path[128];
		struct buf bytes;
		int gone;
	} * files;
	size_t n;
};

static int
tell(struct province *p, struct err *f, struct err *e)
{
	err_hint(f,
	    "keep a copy of the directory; compare with a backup, or with "
	    "an auditor's clone");
	return verify_found(p->v, "error", "province", WHERE, f, e);
}

/* --- one commit of the history --- */

static int
read_made(struct province *p, const unsigned char id[20], struct made *m,
    struct err *e)
{
	int rc;

	buf_clear(&m->raw);
	memcpy(m->id, id, sizeof(m->id));
	if ((rc = repo_read(
		 p->repo, id, OBJECT_COMMIT, COMMIT_MAX, &m->raw, e)) == 0)
		rc = commit_parse(buf_str(&m->raw), m->raw.len, &m->c, e);
	return rc;
}

static int
wrong_by_itself(struct province *p, enum wrong *ret, struct err *e)
{
	const struct commit *c = &p->child.c;
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	*ret = NOTHING;
	rc = commit_verify(buf_str(&p->child.raw), p->child.raw.len, pub, e);
	if (rc < 0 && !verify_is_finding(rc))
		return rc;
	if (rc < 0 ||
	    memcmp(pub, store_key(p->v->store)->pub, sizeof(pub)) != 0)
		*ret = NOT_SIGNED;
	else if (strcmp(c->device, store_device(p->v->store)) != 0 ||
		 strcmp(c->office, store_conf(p->v->store)->code) != 0 ||
		 strcmp(c->action, "province") != 0 || c->n_parents > 1)
		*ret = NOT_OURS;
	return 0;
}

static enum wrong
wrong_order(const struct province *p)
{
	const struct commit *c = &p->child.c, *before = &p->parent.c;

	if (c->sequence != (c->n_parents == 0 ? 1 : before->sequence + 1))
		return NUMBER_MISSING;
	return c->n_parents > 0 && c->time < before->time ? DATED_BACK
							  : NOTHING;
}

static int
on_file(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct province *p = arg;

	(void)old_blob;
	if (p->n == FILES_MAX)
		return err_set(e, ERR_DAMAGED, 0,
		    "one commit of province.git changes too many files");
	snprintf(p->files[p->n].path, sizeof(p->files[p->n].path), "%s", path);
	buf_clear(&p->files[p->n].bytes);
	p->files[p->n].gone = new_blob == NULL;
	if (new_blob == NULL) {
		p->n++;
		return 0;
	}
	return repo_read(p->repo, new_blob, OBJECT_BLOB, CANON_MAX,
	    &p->files[p->n++].bytes, e);
}

static int
by_path(const void *a, const void *b)
{
	const struct commit_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* Its Content-SHA256 is of what it changes. */
static int
check_content(struct province *p, enum wrong *ret, struct err *e)
{
	const struct commit *c = &p->child.c;
	unsigned char sum[COMMIT_CONTENT_LEN];
	struct commit_file *list;
	size_t i;
	int rc;

	p->n = 0;
	rc = tree_diff(c->n_parents > 0 ? p->parent.c.tree : NULL, c->tree,
	    repo_tree_source, p->repo, ENTRIES_MAX, on_file, p, e);
	if (rc < 0)
		return rc;
	if ((list = calloc(p->n + 1, sizeof(*list))) == NULL)
		return err_nomem(e);
	for (i = 0; i < p->n; i++) {
		list[i].path = p->files[i].path;
		if (p->files[i].gone)
			continue;
		list[i].bytes = buf_str(&p->files[i].bytes);
		list[i].len = p->files[i].bytes.len;
	}
	qsort(list, p->n, sizeof(*list), by_path);
	rc = commit_content(list, p->n, c->n_parents,
	    (const unsigned char(*)[COMMIT_CONTENT_LEN])p->parent.c.content,
	    sum, e);
	free(list);
	if (rc == 0 && memcmp(sum, c->content, sizeof(sum)) != 0)
		*ret = OTHER_CONTENT;
	return rc;
}

static int
tell_made(struct province *p, enum wrong wrong, struct err *e)
{
	int64_t n = p->child.c.sequence;
	struct err f;

	if (wrong == NOT_SIGNED)
		err_set(&f, ERR_DAMAGED, 0,
		    "commit %" PRId64 " of the hall's own history in "
		    "province.git is not signed by this hall",
		    n);
	else if (wrong == NUMBER_MISSING)
		err_set(&f, ERR_DAMAGED, 0,
		    "before commit %" PRId64 " of the hall's own history in "
		    "province.git others are missing",
		    n);
	else if (wrong == DATED_BACK)
		err_set(&f, ERR_DAMAGED, 0,
		    "commit %" PRId64 " of the hall's own history in "
		    "province.git is dated before the one that it follows",
		    n);
	else if (wrong == OTHER_CONTENT)
		err_set(&f, ERR_DAMAGED, 0,
		    "commit %" PRId64 " of the hall's own history in "
		    "province.git has another Content-SHA256 than its files",
		    n);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "commit %" PRId64 " in province.git is none of the hall's "
		    "own history",
		    n);
	return tell(p, &f, e);
}

/* The child against its parent, which was read. */
static int
check_made(struct province *p, struct err *e)
{
	enum wrong wrong;
	int rc;

	if ((rc = wrong_by_itself(p, &wrong, e)) < 0)
		return rc;
	if (wrong == NOTHING)
		wrong = wrong_order(p);
	if (wrong == NOTHING && (rc = check_content(p, &wrong, e)) < 0)
		return rc;
	return wrong == NOTHING ? 0 : tell_made(p, wrong, e);
}

/* --- the history --- */

static int
is_sealed(const struct province *p, const struct made *m)
{
	char hex[41];

	commit_hex(m->id, hex);
	return p->before.province_n > 0 &&
	       strcmp(hex, p->before.province_id) == 0;
}

static int
check_continues(struct province *p, int met, struct err *e)
{
	struct err f;

	if (met || p->before.province_n == 0)
		return 0;
	err_set(&f, ERR_DAMAGED, 0,
	    "the hall's own history in province.git does not continue commit "
	    "%" PRId64 ", up to which it was proved",
	    p->before.province_n);
	return tell(p, &f, e);
}

/* Its files may be objects of the offices' repositories. */
static int
open_whole(struct province *p, struct err *e)
{
	struct repo *whole = NULL;
	int rc = repo_open(repo_path(p->repo), &whole, e);

	if (rc < 0)
		return rc;
	repo_close(p->repo);
	p->repo = whole;
	return 0;
}

/* From the newest one back. */
static int
check_back(struct province *p, struct err *e)
{
	struct made swap;
	int rc, met = is_sealed(p, &p->child);

	if (met && !p->v->deep)
		return 0;
	if ((rc = open_whole(p, e)) < 0)
		return rc;
	for (;; met = is_sealed(p, &p->child)) {
		if (met && !p->v->deep)
			return 0;
		if (p->child.c.n_parents > 0 &&
		    (rc = read_made(p, p->child.c.parents[0], &p->parent, e)) <
			0)
			return rc;
		if ((rc = check_made(p, e)) < 0)
			return rc;
		if (met)
			p->before.province_n = 0;
		if (p->child.c.n_parents == 0)
			return check_continues(p, met, e);
		swap = p->child;
		p->child = p->parent;
		p->parent = swap;
	}
}

static int
check_history(struct province *p, struct err *e)
{
	struct verify_base *b = &p->v->base;
	unsigned char tip[20];
	char hex[41];
	int64_t n;
	int rc;

	rc = repo_ref(p->repo, PROVINCE_HALL_REF, tip, e);
	if (rc == ERR_NOT_FOUND)
		return check_continues(p, 0, e);
	if (rc < 0 || (rc = read_made(p, tip, &p->child, e)) < 0)
		return rc;
	n = p->child.c.sequence;
	if ((p->files = calloc(FILES_MAX, sizeof(*p->files))) == NULL)
		return err_nomem(e);
	if ((rc = check_back(p, e)) < 0)
		return rc;
	commit_hex(tip, hex);
	b->province_n = n;
	snprintf(b->province_id, sizeof(b->province_id), "%s", hex);
	return 0;
}

/* --- all of it --- */

/* The files first: a damaged one must not be read. */
static int
open_checked(struct province *p, int *ret_readable, struct err *e)
{
	char path[PATH_MAX], objects[PATH_MAX];
	int rc, less = 0;

	*ret_readable = 0;
	rc = file_path(
	    path, sizeof(path), e, "%s/" WHERE, store_conf(p->v->store)->dir);
	if (rc < 0 || (rc = file_path(objects, sizeof(objects), e, "%s/objects",
			   path)) < 0)
		return rc;
	if (access(objects, F_OK) != 0)
		return check_continues(p, 0, e);
	rc = verify_objects(
	    p->v, WHERE, objects, NULL, NULL, ret_readable, &less, e);
	if (rc < 0 || !*ret_readable)
		return rc;
	return repo_open_alone(path, &p->repo, e);
}

static void
release(struct province *p)
{
	size_t i;

	for (i = 0; p->files != NULL && i < FILES_MAX; i++)
		buf_release(&p->files[i].bytes);
	free(p->files);
	buf_release(&p->child.raw);
	buf_release(&p->parent.raw);
	repo_close(p->repo);
}

int
verify_province(struct verify *v, struct err *e)
{
	struct province *p;
	int rc, fault = 0, readable = 0;

	/* it has its objects from the offices' repositories */
	if (store_conf(v->store)->role != ROLE_HALL || v->unreadable)
		return 0;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return err_nomem(e);
	p->v = v;
	/* a proof from zero, too, knows how far an earlier one went */
	if ((rc = verify_base_read(v->store, &p->before, &fault, e)) == 0)
		rc = open_checked(p, &readable, e);
	if (rc == 0 && readable && (rc = check_history(p, e)) == 0)
		rc = verify_province_refs(v, p->repo, e);
	release(p);
	free(p);
	return rc;
}
