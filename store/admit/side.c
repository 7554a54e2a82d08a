#include "store/admit/side.h"

#include "store/git/graph.h"
#include "store/git/refs.h"

void
side_ref(const char *device, char ret[16])
{
	size_t len = strlen(device);

	snprintf(ret, 16, SIDE_REFS "%c", len > 0 ? device[len - 1] : '-');
}

static int
sweep_one(const struct branch *b, const struct ref *ref, struct err *e)
{
	struct err seen;
	int rc, yes = 0;

	if ((rc = graph_descends(b->repo, b->tip, ref->id, &yes, e)) < 0 ||
	    !yes)
		return rc;
	memset(&seen, 0, sizeof(seen));
	rc = refs_drop(b->repo, ref->name, ref->id, &seen);
	/* a push is moving it: the next time */
	if (rc == ERR_CONFLICT || rc == ERR_BUSY)
		return 0;
	if (rc < 0 && e != NULL)
		*e = seen;
	return rc;
}

int
side_sweep(struct store *s, const char *office, struct err *e)
{
	struct refs refs = { NULL, 0 };
	struct branch *b = NULL;
	size_t i;
	int rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0 || !b->has_tip)
		return rc;
	if ((rc = refs_list(b->repo, SIDE_REFS, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && rc == 0; i++)
		rc = sweep_one(b, &refs.list[i], e);
	refs_release(&refs);
	return rc;
}
