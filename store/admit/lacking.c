#include "store/admit/lacking.h"

#include "store/admit/admit.h"
#include "store/record/canon.h"

struct look {
	struct repo *repo;
	struct buf bytes;
};

static int
see_blob(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct look *l = arg;

	(void)path;
	(void)old_blob;
	if (new_blob == NULL)
		return 0;
	buf_clear(&l->bytes);
	return repo_read(
	    l->repo, new_blob, OBJECT_BLOB, (size_t)CANON_MAX, &l->bytes, e);
}

static int
read_tree_of(struct look *l, const unsigned char id[20], unsigned char ret[20],
    struct err *e)
{
	struct commit *c = malloc(sizeof(*c));
	int rc;

	if (c == NULL)
		return err_nomem(e);
	buf_clear(&l->bytes);
	rc = repo_read(l->repo, id, OBJECT_COMMIT, COMMIT_MAX, &l->bytes, e);
	if (rc == 0 &&
	    (rc = commit_parse(buf_str(&l->bytes), l->bytes.len, c, e)) == 0)
		memcpy(ret, c->tree, 20);
	free(c);
	return rc;
}

/* A commit with every directory and file of it. */
static int
is_whole(struct repo *r, const unsigned char id[20])
{
	struct look l = { r, BUF_INIT };
	unsigned char root[20];
	int rc = read_tree_of(&l, id, root, NULL);

	if (rc == 0)
		rc = tree_diff(NULL, root, repo_tree_source, r,
		    ADMIT_MAX_ENTRIES, see_blob, &l, NULL);
	buf_release(&l.bytes);
	return rc == 0;
}

int
lacking_blame(int rc, struct repo *r, const unsigned char (*known)[20],
    size_t n_known, struct err *e)
{
	size_t i;

	if (rc != ERR_DAMAGED || e == NULL || e->sub != (int)ERR_NOT_FOUND)
		return rc;
	for (i = 0; i < n_known; i++)
		if (!is_whole(r, known[i]))
			return rc;
	return err_set(e, ERR_REFUSED, 0,
	    "the push lacks objects that its revisions need");
}
