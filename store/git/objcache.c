#include "store/git/objcache.h"

#include "store/record/canon.h"

#define N_RECORDS 512
#define N_TREES 64
#define TREE_KEEP                                                              \
	((size_t)64 * 1024) /* larger trees are read again each time */

struct kept_tree {
	unsigned char id[20];
	char *bytes;
	size_t len;
};

struct objcache {
	struct repo *repo;
	objcache_seen *seen;
	void *arg;
	struct cached *records[N_RECORDS];
	struct kept_tree trees[N_TREES];
	size_t bytes;
};

int
objcache_create(struct repo *r, objcache_seen *seen, void *arg,
    struct objcache **ret, struct err *e)
{
	struct objcache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_nomem(e);
	c->repo = r;
	c->seen = seen;
	c->arg = arg;
	*ret = c;
	return 0;
}

static void
drop_all(struct objcache *c)
{
	size_t i;

	for (i = 0; i < N_RECORDS; i++) {
		objcache_release(c->records[i]);
		c->records[i] = NULL;
	}
	for (i = 0; i < N_TREES; i++) {
		free(c->trees[i].bytes);
		c->trees[i].bytes = NULL;
	}
	c->bytes = 0;
}

void
objcache_free(struct objcache *c)
{
	if (c == NULL)
		return;
	drop_all(c);
	free(c);
}

void
objcache_trim(struct objcache *c)
{
	if (c->bytes > OBJCACHE_BYTES)
		drop_all(c);
}

/* Ids are hashes: their first bytes spread well enough. */
static size_t
slot_of(const unsigned char id[20], size_t n)
{
	return ((size_t)id[0] | (size_t)id[1] << 8) % n;
}

static void
keep_tree(struct objcache *c, const unsigned char id[20], const char *bytes,
    size_t len)
{
	struct kept_tree *t = &c->trees[slot_of(id, N_TREES)];
	char *copy;

	if (len > TREE_KEEP || (copy = malloc(len)) == NULL)
		return; /* only slower */
	if (t->bytes != NULL) {
		c->bytes -= t->len;
		free(t->bytes);
	}
	memcpy(copy, bytes, len);
	memcpy(t->id, id, 20);
	t->bytes = copy;
	t->len = len;
	c->bytes += len;
}

int
objcache_tree(
    void *arg, const unsigned char id[20], struct buf *out, struct err *e)
{
	struct objcache *c = arg;
	const struct kept_tree *t = &c->trees[slot_of(id, N_TREES)];
	size_t before = out->len;
	int rc;

	if (t->bytes != NULL && memcmp(t->id, id, 20) == 0) {
		buf_append(out, t->bytes, t->len);
		return buf_ok(out, e);
	}
	if ((rc = repo_tree_source(c->repo, id, out, e)) < 0)
		return rc;
	if ((rc = buf_ok(out, e)) < 0)
		return rc;
	/* git writes none: one would hide a name that no path check ever sees
	 */
	if (out->len == before)
		return err_set(e, ERR_INVALID, 0, "has an empty directory");
	if (c->seen != NULL && (rc = c->seen(c->arg, id, e)) < 0)
		return rc;
	keep_tree(c, id, out->data + before, out->len - before);
	return 0;
}

static int
read_record(struct objcache *c, const unsigned char id[20], size_t max,
    struct cached **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct cached *r = NULL;
	int rc;

	if ((rc = repo_read(c->repo, id, OBJECT_BLOB, max, &bytes, e)) < 0)
		goto out;
	if ((rc = buf_ok(&bytes, e)) < 0)
		goto out;
	if (c->seen != NULL && (rc = c->seen(c->arg, id, e)) < 0)
		goto out;
	if ((r = calloc(1, sizeof(*r))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	memcpy(r->id, id, 20);
	r->refs = 1;
	r->len = bytes.len;
	if ((r->bytes = buf_take(&bytes)) == NULL) {
		objcache_release(r);
		rc = err_nomem(e);
		goto out;
	}
	*ret = r;
out:
	buf_release(&bytes);
	return rc;
}

int
objcache_record(struct objcache *c, const unsigned char id[20], size_t max,
    int json, struct cached **ret, struct err *e)
{
	struct cached **slot = &c->records[slot_of(id, N_RECORDS)];
	struct cached *r = *slot;
	int rc;

	if (r == NULL || memcmp(r->id, id, 20) != 0) {
		r = NULL;
		if ((rc = read_record(c, id, max, &r, e)) < 0)
			return rc;
		if (*slot != NULL)
			c->bytes -= (*slot)->len;
		objcache_release(*slot);
		*slot = r;
		c->bytes += r->len;
	} else if (r->len > max) {
		return err_set(e, ERR_INVALID, 0, "larger than %zu bytes", max);
	}
	if (json && r->json == NULL &&
	    (rc = canon_parse(r->bytes, r->len, &r->json, e)) < 0)
		return rc;
	r->refs++;
	*ret = r;
	return 0;
}

void
objcache_release(struct cached *r)
{
	if (r == NULL || --r->refs > 0)
		return;
	cJSON_Delete(r->json);
	free(r->bytes);
	free(r);
}
