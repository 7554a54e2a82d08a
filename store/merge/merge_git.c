#include "store/merge/merge.h"

#include "store/git/graph.h"
#include "store/merge/merge_origin.h"
#include "store/record/canon.h"
#include "store/sign/commit.h"

struct version {
	unsigned char commit[20], root[20];
	struct tree *tree; /* as far as it was looked at */
};

struct stretch { /* what one version reaches and the other does not */
	int64_t version, other;
	struct merge_origins *origins;
};

/* A history of commits; versions are numbered as they turn up. */
struct commits {
	struct repo *repo;
	struct objcache *cache;
	int (*edition_of)(void *arg, const char *id,
	    const unsigned char blob[20], const struct edition **ret,
	    struct err *e);
	void *edition_arg;
	struct version *list;
	size_t n;
	struct stretch *stretches;
	size_t n_stretches;
};

static int
number(
    struct commits *c, const unsigned char id[20], int64_t *ret, struct err *e)
{
	struct version *grown;
	size_t i;
	int rc;

	for (i = 0; i < c->n; i++)
		if (memcmp(c->list[i].commit, id, 20) == 0) {
			*ret = (int64_t)i;
			return 0;
		}
	if ((grown = realloc(c->list, (c->n + 1) * sizeof(*grown))) == NULL)
		return err_nomem(e);
	c->list = grown;
	grown += c->n;
	memcpy(grown->commit, id, 20);
	grown->tree = NULL;
	if ((rc = merge_tree_of(c->repo, id, grown->root, e)) < 0 ||
	    (rc = merge_load(c->cache, grown->root, &grown->tree, e)) < 0)
		return rc;
	*ret = (int64_t)c->n++;
	return 0;
}

static int
commit_bases(void *arg, int64_t a, int64_t b, int64_t *ret, size_t max,
    size_t *ret_n, struct err *e)
{
	struct commits *c = arg;
	unsigned char(*ids)[20] = NULL;
	size_t n = 0, i;
	int rc;

	rc = graph_bases(
	    c->repo, c->list[a].commit, c->list[b].commit, &ids, &n, e);
	if (n > max)
		n = max;
	for (i = 0; i < n && rc == 0; i++)
		rc = number(c, ids[i], &ret[i], e);
	free(ids);
	if (rc == 0)
		*ret_n = n;
	return rc;
}

struct each {
	int (*each)(void *arg, const char *path, struct err *e);
	void *arg;
	int rc; /* what it said: no fault of a tree */
};

static int
on_difference(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct each *x = arg;

	(void)old_blob;
	(void)new_blob;
	return x->rc = x->each(x->arg, path, e);
}

static int
commit_paths(void *arg, int64_t a, int64_t b,
    int (*each)(void *each_arg, const char *path, struct err *e),
    void *each_arg, struct err *e)
{
	struct commits *c = arg;
	struct each x = { each, each_arg, 0 };
	unsigned char from[20], to[20];
	int rc;

	/* each() may number further versions: the list may move */
	memcpy(to, c->list[b].root, 20);
	if (a >= 0)
		memcpy(from, c->list[a].root, 20);
	rc = tree_diff(a >= 0 ? from : NULL, to, objcache_tree, c->cache,
	    MERGE_MAX_ENTRIES, on_difference, &x, e);
	if (rc < 0 && x.rc == 0 && (rc == ERR_NOT_FOUND || rc == ERR_INVALID)) {
		if (e != NULL)
			e->code = ERR_DAMAGED;
		rc = ERR_DAMAGED;
	}
	return rc;
}

static int
commit_record(
    void *arg, int64_t version, const char *path, cJSON **ret, struct err *e)
{
	const struct commits *c = arg;

	objcache_trim(c->cache);
	return merge_read(c->cache, c->list[version].tree, path, ret, e);
}

static int
find_stretch(struct commits *c, int64_t version, int64_t other,
    struct merge_origins **ret, struct err *e)
{
	struct stretch *grown;
	size_t i;
	int rc;

	for (i = 0; i < c->n_stretches; i++)
		if (c->stretches[i].version == version &&
		    c->stretches[i].other == other) {
			*ret = c->stretches[i].origins;
			return 0;
		}
	grown = realloc(c->stretches, (c->n_stretches + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	c->stretches = grown;
	grown += c->n_stretches;
	grown->version = version;
	grown->other = other;
	if ((rc = merge_origins_create(c->repo, c->cache,
		 c->list[version].commit, c->list[other].commit,
		 &grown->origins, e)) < 0)
		return rc;
	c->n_stretches++;
	*ret = grown->origins;
	return 0;
}

static int
commit_origin(void *arg, int64_t version, int64_t other, const char *path,
    const char *field, struct merge_origin *ret, struct err *e)
{
	struct merge_origins *o;
	int rc = find_stretch(arg, version, other, &o, e);

	return rc < 0 ? rc : merge_origins_find(o, path, field, ret, e);
}

static int
commit_edition(void *arg, const cJSON *assessment, const struct edition **ret,
    struct err *e)
{
	const struct commits *c = arg;
	const cJSON *id = record_get(assessment, "edition.id");
	const cJSON *hex = record_get(assessment, "edition.blob");
	unsigned char blob[20];
	int rc;

	*ret = NULL;
	if (c->edition_of == NULL || !cJSON_IsString(id) ||
	    !cJSON_IsString(hex))
		return 0;
	if ((rc = commit_unhex(hex->valuestring, blob, e)) < 0)
		return rc;
	return c->edition_of(c->edition_arg, id->valuestring, blob, ret, e);
}

int
merge_commits(struct repo *r, const unsigned char hall[20],
    const unsigned char mine[20],
    int (*edition_of)(void *arg, const char *id, const unsigned char blob[20],
	const struct edition **ret, struct err *e),
    void *arg, struct merge_result *ret, struct err *e)
{
	struct commits c = {
		.repo = r, .edition_of = edition_of, .edition_arg = arg
	};
	struct merge_history h = { commit_bases, commit_paths, commit_record,
		commit_origin, commit_edition, &c };
	int64_t a = 0, b = 0;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = objcache_create(r, NULL, NULL, &c.cache, e)) < 0 ||
	    (rc = number(&c, hall, &a, e)) < 0 ||
	    (rc = number(&c, mine, &b, e)) < 0)
		goto out;
	rc = merge_histories(&h, a, b, ret, e);
out:
	while (c.n_stretches > 0)
		merge_origins_free(c.stretches[--c.n_stretches].origins);
	free(c.stretches);
	while (c.n > 0)
		tree_free(c.list[--c.n].tree);
	free(c.list);
	objcache_free(c.cache);
	return rc;
}
