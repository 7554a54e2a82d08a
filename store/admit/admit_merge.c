#include "store/admit/admit_merge.h"

#include "store/git/graph.h"
#include "store/merge/merge.h"

/* One side that follows the other needs no merge: taking it over is enough. */
static int
check_apart(const struct admit *a, const struct commit *c, struct err *e)
{
	unsigned char(*bases)[20] = NULL;
	size_t n = 0;
	int rc;

	rc = graph_bases(a->repo, c->parents[0], c->parents[1], &bases, &n, e);
	if (rc < 0)
		return rc;
	if (n == 1 && (memcmp(bases[0], c->parents[0], 20) == 0 ||
			  memcmp(bases[0], c->parents[1], 20) == 0))
		rc = err_set(e, ERR_REFUSED, 0,
		    "joins two histories of which one continues the other");
	free(bases);
	return rc;
}

static int
differs(const struct merge_file *made, const struct admit_file *got)
{
	if (strcmp(made->path, got->path) != 0)
		return 1;
	if (made->bytes == NULL || got->bytes == NULL)
		return made->bytes != NULL || got->bytes != NULL;
	return made->len != got->len ||
	       memcmp(made->bytes, got->bytes, got->len) != 0;
}

/* The first file, by path, in which what came is not what comes out. */
static const char *
first_difference(
    const struct merge_result *m, const struct admit_file *files, size_t n)
{
	size_t i, both = m->n < n ? m->n : n;

	for (i = 0; i < both; i++)
		if (differs(&m->files[i], &files[i]))
			return strcmp(m->files[i].path, files[i].path) < 0
				   ? m->files[i].path
				   : files[i].path;
	if (m->n == n)
		return NULL;
	return m->n > n ? m->files[n].path : files[m->n].path;
}

int
admit_merge_check(const struct admit *a, const struct commit *c,
    const struct admit_file *files, size_t n, struct err *e)
{
	struct merge_result made;
	const char *path;
	int rc;

	memset(&made, 0, sizeof(made));
	if ((rc = check_apart(a, c, e)) < 0)
		return rc;
	rc = merge_commits(a->repo, c->parents[0], c->parents[1], a->edition_of,
	    a->arg, &made, e);
	if (rc < 0)
		goto out;
	path = first_difference(&made, files, n);
	if (path != NULL)
		rc = err_set(e, ERR_REFUSED, 0,
		    "is not the merge of its two parents: '%s' comes out "
		    "differently",
		    path);
out:
	merge_release(&made);
	return rc;
}
