/* All branches of a directory: those that others wrote, those written here, and
 * everything again from the first commit. */
#include "store/admit/absorb_state.h"
#include "store/db/schema.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "store/view/search.h"

struct all {
	struct store *store;
	int64_t n;
	void (*progress)(void *arg, int64_t done);
	void *progress_arg;
};

static int
absorb_office(void *arg, const char *office, struct err *e)
{
	struct all *all = arg;
	int64_t n = 0;
	int rc = absorb_ref(
	    all->store, office, "office", "refs/heads/office", &n, e);

	all->n += n;
	return rc;
}

int
absorb_all(struct store *s, int64_t *ret_n, struct err *e)
{
	struct all all = { .store = s };
	/* one's bad history, or repository, must not keep the others out */
	int rc = store_every_office(s, absorb_office, &all, e);

	*ret_n = all.n;
	return rc;
}

/* --- from the first commit --- */

static int
reindex_branch(
    struct all *all, const char *office, const char *which, struct err *e)
{
	struct absorb a;
	unsigned char tip[20];
	char ref[40];
	int rc;

	if ((rc = absorb_init(&a, all->store, office, which, e)) < 0)
		goto out;
	snprintf(ref, sizeof(ref), "refs/heads/%s", which);
	rc = repo_ref(a.branch->repo, ref, tip, e);
	if (rc == ERR_NOT_FOUND) {
		rc = 0;
		goto out;
	}
	if (rc < 0)
		goto out;
	a.progress = all->progress;
	a.progress_arg = all->progress_arg;
	a.done_before = all->n;
	rc = absorb_take_in(&a, tip, 1, e);
	all->n += a.n;
out:
	absorb_release(&a);
	return rc;
}

static int
reindex_office(void *arg, const char *office, struct err *e)
{
	struct all *all = arg;
	int rc;

	/* the hall's receipts are about the office's revisions */
	if ((rc = reindex_branch(all, office, "office", e)) == 0 &&
	    (rc = reindex_branch(all, office, "hall", e)) == 0)
		/* some came on the wire and stand in no commit that is here */
		rc = receipt_refill(all->store, office, e);
	return rc;
}

static int
clear_index(struct store *s, struct err *e)
{
	struct db *db = store_db(s);
	int rc;

	if ((rc = db_begin(db, e)) < 0)
		return rc;
	if ((rc = schema_clear_index(db, e)) < 0) {
		db_rollback(db, NULL);
		return rc;
	}
	store_forget_branches(s);
	return db_commit(db, e);
}

int
absorb_reindex(struct store *s, void (*progress)(void *arg, int64_t done),
    void *arg, struct err *e)
{
	struct all all = {
		.store = s, .progress = progress, .progress_arg = arg
	};
	int64_t n;
	int rc;

	if ((rc = journal_resume(s, &n, e)) < 0)
		return rc;
	if ((rc = clear_index(s, e)) < 0)
		return rc;
	rc = store_every_office(s, reindex_office, &all, e);
	/* trees of our own branches were read before */
	store_forget_branches(s);
	/* otherwise the daemon makes it, of what there is */
	return rc < 0 ? rc : search_index(s, 0, &n, e);
}
