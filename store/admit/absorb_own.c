/* The branches that are written here: their index follows their refs. */
#include "store/admit/absorb_state.h"
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/save/journal.h"

/* A line that the branch was taken off on purpose is kept by this name. */
static int
was_left(struct branch *b, struct err *e)
{
	char name[64], hex[41];
	unsigned char kept[20];
	struct err own;
	int rc;

	commit_hex(b->tip, hex);
	snprintf(name, sizeof(name), REFS_ASIDE "%s", hex);
	rc = repo_ref(b->repo, name, kept, &own);
	if (rc == 0)
		return memcmp(kept, b->tip, 20) == 0;
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (e != NULL)
		*e = own;
	return rc;
}

static int
contradiction(const struct branch *b, struct err *e)
{
	err_set(e, ERR_DAMAGED, 0,
	    "the database and branch '%s' of '%s' name different revisions",
	    b->name, repo_path(b->repo));
	err_hint(e, "run pmqad --reindex: it rebuilds the database from the "
		    "repository");
	return ERR_DAMAGED;
}

/* The repository may be ahead of its index, or on a line that the branch was
 * moved to; anything else would give names a second time. */
static int
check_ahead(struct branch *b, const unsigned char *ref, struct err *e)
{
	int rc, ahead = 0;

	if (!b->has_tip)
		return 0;
	if (ref == NULL)
		return contradiction(b, e);
	if ((rc = graph_descends(b->repo, ref, b->tip, &ahead, e)) < 0)
		return rc;
	if (!ahead && (ahead = was_left(b, e)) < 0)
		return ahead;
	return ahead ? 0 : contradiction(b, e);
}

static int
no_saves_wait(struct store *s, struct err *e)
{
	int64_t n = 0;
	int rc = journal_count(s, &n, e);

	if (rc < 0 || n == 0)
		return rc;
	return err_set(e, ERR_BUSY, 0,
	    "saved revisions that are not in the repository yet: %lld",
	    (long long)n);
}

int
absorb_written(
    struct store *s, const char *office, int64_t *ret_n, struct err *e)
{
	struct branch *b = NULL;
	unsigned char tip[20];
	char ref[40];
	struct absorb a;
	int rc, has;

	*ret_n = 0;
	if ((rc = store_own_branch(s, office, &b, e)) < 0)
		return rc;
	snprintf(ref, sizeof(ref), "refs/heads/%s", b->name);
	rc = repo_ref(b->repo, ref, tip, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	has = rc == 0;
	if (has == b->has_tip && (!has || memcmp(b->tip, tip, 20) == 0))
		return 0;
	if ((rc = no_saves_wait(s, e)) < 0 ||
	    (rc = check_ahead(b, has ? tip : NULL, e)) < 0)
		return rc;
	if ((rc = absorb_init(&a, s, b->office, b->name, e)) == 0) {
		a.trust.branch_id = b->id;
		a.refill = strcmp(b->name, "office") == 0;
		rc = absorb_take_in(&a, tip, 1, e);
	}
	*ret_n = a.n;
	absorb_release(&a);
	/* trees of the branch were read before */
	store_forget_branches(s);
	return rc;
}

struct own {
	struct store *store;
	int64_t n;
};

static int
catch_up(void *arg, const char *office, struct err *e)
{
	struct own *own = arg;
	int64_t n = 0;
	int rc = absorb_written(own->store, office, &n, e);

	own->n += n;
	return rc;
}

int
absorb_own(struct store *s, int64_t *ret_n, struct err *e)
{
	struct own own = { .store = s };
	int rc = store_each_office(s, catch_up, &own, e);

	*ret_n = own.n;
	return rc;
}
