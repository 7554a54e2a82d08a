#include "store/merge/merge_origin.h"

#include "base/clock.h"
#include "store/git/graph.h"
#include "store/record/canon.h"
#include "store/sign/commit.h"

struct touch { /* a commit changed a file against all of its parents */
	char path[128];
	size_t commit; /* of the stretch */
};

struct merge_origins {
	struct repo *repo;
	struct objcache *cache;
	unsigned char tip[20];
	struct graph stretch; /* oldest first */
	struct touch *touches;
	size_t n, cap;
	/* the record that was asked for last: {"field": number of commit} */
	char path[128];
	cJSON *known;
	/* while the stretch is walked */
	struct tree *second; /* of a second parent, or NULL */
	size_t commit;
};

/* --- reading --- */

static int
damaged(int rc, struct err *e)
{
	if (rc != ERR_NOT_FOUND && rc != ERR_INVALID && rc != ERR_REFUSED)
		return rc;
	if (e != NULL)
		e->code = ERR_DAMAGED;
	return ERR_DAMAGED;
}

static int
read_commit(struct repo *r, const unsigned char id[20], struct commit **ret,
    struct err *e)
{
	struct buf raw = BUF_INIT;
	struct commit *c = malloc(sizeof(*c));
	int rc;

	if (c == NULL)
		return err_nomem(e);
	rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, e);
	if (rc == 0)
		rc = buf_ok(&raw, e);
	if (rc == 0)
		rc = commit_parse(buf_str(&raw), raw.len, c, e);
	buf_release(&raw);
	if (rc < 0) {
		free(c);
		return damaged(rc, e);
	}
	c->armour = NULL;
	*ret = c;
	return 0;
}

int
merge_tree_of(struct repo *r, const unsigned char commit[20],
    unsigned char ret[20], struct err *e)
{
	struct commit *c = NULL;
	int rc = read_commit(r, commit, &c, e);

	if (rc == 0)
		memcpy(ret, c->tree, 20);
	free(c);
	return rc;
}

int
merge_load(struct objcache *cache, const unsigned char root[20],
    struct tree **ret, struct err *e)
{
	struct tree *t = tree_new();
	int rc;

	if (t == NULL)
		return err_nomem(e);
	if ((rc = tree_load(t, root, objcache_tree, cache, e)) < 0) {
		tree_free(t);
		return damaged(rc, e);
	}
	*ret = t;
	return 0;
}

int
merge_read(struct objcache *cache, struct tree *tree, const char *path,
    cJSON **ret, struct err *e)
{
	struct cached *found = NULL;
	unsigned char blob[20];
	int rc;

	*ret = NULL;
	rc = tree_find(tree, path, blob, e);
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : damaged(rc, e);
	rc = objcache_record(cache, blob, CANON_MAX, 1, &found, e);
	if (rc < 0) {
		err_prepend(e, path);
		return damaged(rc, e);
	}
	if ((*ret = cJSON_Duplicate(found->json, 1)) == NULL)
		rc = err_nomem(e);
	objcache_release(found);
	return rc;
}

static int
read_once(struct objcache *cache, const unsigned char root[20],
    const char *path, cJSON **ret, struct err *e)
{
	struct tree *t = NULL;
	int rc = merge_load(cache, root, &t, e);

	if (rc == 0)
		rc = merge_read(cache, t, path, ret, e);
	tree_free(t);
	return rc;
}

/* --- the stretch --- */

static int
add_touch(struct merge_origins *o, const char *path, struct err *e)
{
	size_t cap = o->cap == 0 ? 64 : 2 * o->cap;
	struct touch *grown;

	if (o->n == o->cap) {
		grown = realloc(o->touches, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		o->touches = grown;
		o->cap = cap;
	}
	grown = &o->touches[o->n++];
	snprintf(grown->path, sizeof(grown->path), "%s", path);
	grown->commit = o->commit;
	return 0;
}

/* One file that differs from the first parent's. */
static int
on_difference(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct merge_origins *o = arg;
	unsigned char there[20];
	int rc;

	(void)old_blob;
	if (o->second != NULL) {
		rc = tree_find(o->second, path, there, e);
		if (rc < 0 && rc != ERR_NOT_FOUND)
			return rc;
		if (rc == 0
			? new_blob != NULL && memcmp(there, new_blob, 20) == 0
			: new_blob == NULL)
			return 0; /* as the second parent has it */
	}
	return add_touch(o, path, e);
}

/* The trees of a commit and its parents; has[i] 0: no such parent. */
struct trees {
	unsigned char own[20], parents[2][20];
	int has[2];
};

static int
read_trees(struct merge_origins *o, const struct graph_commit *c,
    struct trees *ret, struct err *e)
{
	int i, rc;

	ret->has[0] = c->n_parents > 0;
	ret->has[1] = c->n_parents > 1;
	if ((rc = merge_tree_of(o->repo, c->id, ret->own, e)) < 0)
		return rc;
	for (i = 0; i < 2; i++)
		if (ret->has[i] && (rc = merge_tree_of(o->repo, c->parents[i],
					ret->parents[i], e)) < 0)
			return rc;
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	const struct touch *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order != 0              ? order
	       : x->commit < y->commit ? -1
				       : x->commit > y->commit;
}

static int
walk_commit(struct merge_origins *o, struct err *e)
{
	struct trees t;
	int rc;

	if ((rc = read_trees(o, &o->stretch.list[o->commit], &t, e)) < 0)
		return rc;
	if (t.has[1] &&
	    (rc = merge_load(o->cache, t.parents[1], &o->second, e)) < 0)
		return rc;
	rc = tree_diff(t.has[0] ? t.parents[0] : NULL, t.own, objcache_tree,
	    o->cache, MERGE_MAX_ENTRIES, on_difference, o, e);
	tree_free(o->second);
	o->second = NULL;
	return rc < 0 ? damaged(rc, e) : 0;
}

static int
walk(struct merge_origins *o, const unsigned char other[20], struct err *e)
{
	unsigned char known[1][20];
	int rc;

	memcpy(known[0], other, 20);
	rc = graph_new(o->repo, o->tip, (const unsigned char(*)[20])known, 1, 0,
	    &o->stretch, e);
	if (rc < 0)
		return rc;
	for (o->commit = 0; o->commit < o->stretch.n && rc == 0; o->commit++) {
		objcache_trim(o->cache);
		rc = walk_commit(o, e);
	}
	if (rc < 0)
		return rc;
	if (o->n > 0)
		qsort(o->touches, o->n, sizeof(*o->touches), by_path);
	return 0;
}

int
merge_origins_create(struct repo *r, struct objcache *cache,
    const unsigned char tip[20], const unsigned char other[20],
    struct merge_origins **ret, struct err *e)
{
	struct merge_origins *o = calloc(1, sizeof(*o));
	int rc;

	if (o == NULL)
		return err_nomem(e);
	o->repo = r;
	o->cache = cache;
	memcpy(o->tip, tip, 20);
	if ((rc = walk(o, other, e)) < 0) {
		merge_origins_free(o);
		return rc;
	}
	*ret = o;
	return 0;
}

void
merge_origins_free(struct merge_origins *o)
{
	if (o == NULL)
		return;
	graph_release(&o->stretch);
	tree_free(o->second);
	free(o->touches);
	cJSON_Delete(o->known);
	free(o);
}

/* --- a record's fields --- */

/* The fields that a commit gave the value that they have at the tip, as far as
 * no later one did. */
static int
note_fields(struct merge_origins *o, const struct record_type *t, size_t commit,
    const cJSON *last, const cJSON *const recs[3], struct err *e)
{
	cJSON *changes = NULL;
	const cJSON *c;
	int rc = record_diff(t, recs[1], recs[0], &changes, e);

	cJSON_ArrayForEach (c, changes) {
		const char *field = json_str(c, "field");
		const cJSON *now = record_get(recs[0], field);

		if (json_get(o->known, field) != NULL ||
		    !canon_equal(now, record_get(last, field)) ||
		    (recs[2] != NULL &&
			canon_equal(now, record_get(recs[2], field))))
			continue;
		rc = json_put_int(o->known, field, (int64_t)commit, e);
		if (rc < 0)
			break;
	}
	cJSON_Delete(changes);
	return rc;
}

static int
note_commit(struct merge_origins *o, const struct record_path *rp,
    size_t commit, const cJSON *last, struct err *e)
{
	cJSON *recs[3] = { NULL, NULL, NULL }; /* own, parents' */
	struct trees t;
	int i, rc;

	objcache_trim(o->cache);
	rc = read_trees(o, &o->stretch.list[commit], &t, e);
	if (rc == 0)
		rc = read_once(o->cache, t.own, o->path, &recs[0], e);
	for (i = 0; i < 2 && rc == 0; i++)
		if (t.has[i])
			rc = read_once(
			    o->cache, t.parents[i], o->path, &recs[i + 1], e);
	if (rc == 0)
		rc = note_fields(
		    o, rp->type, commit, last, (const cJSON *const *)recs, e);
	for (i = 0; i < 3; i++)
		cJSON_Delete(recs[i]);
	return rc;
}

/* The first touch of a path, or where it would be. */
static size_t
first_touch(const struct merge_origins *o, const char *path)
{
	size_t from = 0, to = o->n, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (strcmp(o->touches[middle].path, path) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Newest first. */
static int
note_record(struct merge_origins *o, const char *path, struct err *e)
{
	unsigned char tree[20];
	struct record_path rp;
	cJSON *last = NULL;
	size_t first = first_touch(o, path), i;
	int rc;

	cJSON_Delete(o->known);
	snprintf(o->path, sizeof(o->path), "%s", path);
	if ((o->known = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) < 0 ||
	    (rc = merge_tree_of(o->repo, o->tip, tree, e)) < 0 ||
	    (rc = read_once(o->cache, tree, path, &last, e)) < 0)
		return rc;
	for (i = first; i < o->n && strcmp(o->touches[i].path, path) == 0; i++)
		continue;
	while (i-- > first && rc == 0)
		rc = note_commit(o, &rp, o->touches[i].commit, last, e);
	cJSON_Delete(last);
	return rc;
}

static int
describe(struct merge_origins *o, size_t commit, struct merge_origin *ret,
    struct err *e)
{
	char time[CLOCK_TEXT];
	struct commit *c = NULL;
	int rc = read_commit(o->repo, o->stretch.list[commit].id, &c, e);

	if (rc < 0)
		return rc;
	commit_name(c, ret->revision);
	snprintf(ret->login, sizeof(ret->login), "%s", c->login);
	snprintf(ret->name, sizeof(ret->name), "%s", c->person);
	clock_rfc3339(time, c->time, c->offset_min);
	snprintf(ret->time, sizeof(ret->time), "%.25s", time);
	free(c);
	return 0;
}

int
merge_origins_find(struct merge_origins *o, const char *path, const char *field,
    struct merge_origin *ret, struct err *e)
{
	int64_t commit;
	int rc;

	if ((o->known == NULL || strcmp(o->path, path) != 0) &&
	    (rc = note_record(o, path, e)) < 0) {
		cJSON_Delete(o->known);
		o->known = NULL;
		return rc;
	}
	commit = json_int(o->known, field, -1);
	return commit < 0 ? 0 : describe(o, (size_t)commit, ret, e);
}
