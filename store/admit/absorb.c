#include "store/admit/absorb.h"

#include "store/admit/trust.h"
#include "store/db/schema.h"
#include "store/save/index.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "store/view/search.h"

#define BATCH 1000 /* commits in one transaction */

struct absorb {             /* one branch being taken in */
	struct trust trust; /* first: trust's callbacks cast back to it */
	struct store *store;
	struct branch *branch;
	const char *move; /* ref that follows what is indexed, or NULL */
	struct index_file *files;
	size_t cap;
	int open;   /* a transaction is */
	int failed; /* the index could not be written: nothing to keep of it */
	size_t n_open;
	int64_t n; /* commits indexed and committed */
	void (*progress)(void *arg, int64_t done);
	void *progress_arg;
	int64_t done_before;
};

/* --- batches --- */

static int
move_ref(struct absorb *a, struct err *e)
{
	unsigned char now[20];
	int rc;

	if (a->move == NULL || !a->branch->has_tip)
		return 0;
	rc = repo_ref(a->branch->repo, a->move, now, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	if (rc == 0 && memcmp(now, a->branch->tip, 20) == 0)
		return 0;
	return repo_move_ref(
	    a->branch->repo, a->move, rc == 0 ? now : NULL, a->branch->tip, e);
}

/* The ref first: the repository may be ahead of its index, never behind. */
static int
end_batch(struct absorb *a, struct err *e)
{
	int rc;

	if (!a->open)
		return 0;
	if ((rc = move_ref(a, e)) == 0)
		rc = db_commit(store_db(a->store), e);
	else
		db_rollback(store_db(a->store), NULL);
	a->open = 0;
	if (rc < 0) {
		a->failed = 1;
		return rc;
	}
	a->n += (int64_t)a->n_open;
	a->n_open = 0;
	if (a->progress != NULL)
		a->progress(a->progress_arg, a->done_before + a->n);
	return 0;
}

static int
begin_batch(struct absorb *a, struct err *e)
{
	int rc;

	if (a->open)
		return 0;
	if ((rc = db_begin(store_db(a->store), e)) < 0)
		return rc;
	a->open = 1;
	return 0;
}

/* --- one commit --- */

static const cJSON *
find_receipt(const struct admit_file *files, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (files[i].rp.type != NULL &&
		    strcmp(files[i].rp.type->name, "receipts") == 0)
			return files[i].new_rec;
	return NULL;
}

/* Before anything of the commit is indexed. */
static int
check_receipt(struct absorb *a, const unsigned char id[20], const cJSON *json,
    struct err *e)
{
	const unsigned char *pub = NULL;
	char context[32], hex[41];
	struct receipt r;
	int rc;

	if ((rc = trust_hall_key(a->store, &pub, e)) < 0)
		return rc;
	rc = receipt_check(json, pub, &r, e);
	if (rc != ERR_INVALID)
		return rc;
	commit_hex(id, hex);
	snprintf(context, sizeof(context), "commit %.10s", hex);
	err_prepend(e, context);
	if (e != NULL)
		e->code = ERR_REFUSED;
	return ERR_REFUSED;
}

static int
apply_receipt(struct absorb *a, const cJSON *json, struct err *e)
{
	int rc = receipt_apply(a->store, a->branch->office, json, e);

	/* A tip that is not here: this office's directory is older than what
	 * the hall has. The receipt proves nothing of ours, and says so by
	 * itself: status stays "not synced". */
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
list_files(
    struct absorb *a, const struct admit_file *files, size_t n, struct err *e)
{
	struct index_file *grown;
	size_t i;

	if (n > a->cap) {
		grown = realloc(a->files, n * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		a->files = grown;
		a->cap = n;
	}
	for (i = 0; i < n; i++) {
		memset(&a->files[i], 0, sizeof(a->files[i]));
		a->files[i].path = files[i].path;
		a->files[i].type = files[i].rp.type;
		a->files[i].new_blob = files[i].new_blob;
		a->files[i].bytes = files[i].bytes;
		a->files[i].len = files[i].len;
		a->files[i].old_rec = files[i].old_rec;
		a->files[i].new_rec = files[i].new_rec;
	}
	return 0;
}

static int
on_commit(void *arg, const unsigned char id[20], const struct commit *c,
    const char *raw, size_t len, const struct admit_file *files, size_t n,
    struct err *e)
{
	struct absorb *a = arg;
	const cJSON *receipt = find_receipt(files, n);
	int rc;

	(void)raw;
	(void)len;
	if (receipt != NULL && (rc = check_receipt(a, id, receipt, e)) < 0)
		return rc;
	if ((rc = list_files(a, files, n, e)) < 0)
		return rc;
	if ((rc = begin_batch(a, e)) < 0)
		return rc;
	rc = index_revision(a->store, a->branch, id, c, a->files, n, NULL, e);
	if (rc == 0 && receipt != NULL)
		rc = apply_receipt(a, receipt, e);
	if (rc < 0) {
		a->failed = 1;
		return rc;
	}
	return ++a->n_open < BATCH ? 0 : end_batch(a, e);
}

/* --- one branch --- */

static int
take_in(
    struct absorb *a, const unsigned char tip[20], int stored, struct err *e)
{
	struct branch *b = a->branch;
	unsigned char old[20];
	struct err after;
	struct admit admit;
	int rc, has_old = b->has_tip;

	/* index_revision() moves b->tip on while admit still reads old */
	memcpy(old, b->tip, 20);
	trust_admit(&a->trust, a, &admit);
	admit.accept = on_commit;
	admit.stored = stored;
	rc = admit_range(&admit, has_old ? old : NULL, tip, e);
	if (a->failed) {
		db_rollback(store_db(a->store), NULL);
		store_forget_branches(a->store);
		return rc;
	}
	/* what was good before a bad commit stays */
	if (rc == 0)
		return end_batch(a, e);
	if (end_batch(a, &after) < 0) {
		store_forget_branches(a->store);
		if (e != NULL)
			*e = after;
		return after.code;
	}
	return rc;
}

static int
absorb_init(struct absorb *a, struct store *s, const char *office,
    const char *which, struct err *e)
{
	int rc;

	memset(a, 0, sizeof(*a));
	a->store = s;
	if ((rc = store_branch(s, office, which, &a->branch, e)) < 0)
		return rc;
	return trust_init(
	    &a->trust, s, a->branch->repo, a->branch->office, which, e);
}

static void
absorb_release(struct absorb *a)
{
	trust_release(&a->trust);
	free(a->files);
}

/* Everything after the branch's indexed tip up to the ref. */
static int
take_in_ref(struct store *s, struct branch *b, const unsigned char tip[20],
    const char *move, int64_t *ret_n, struct err *e)
{
	struct absorb a;
	int rc;

	/* another process wrote the objects */
	if ((rc = repo_refresh(b->repo, e)) < 0)
		return rc;
	if ((rc = absorb_init(&a, s, b->office, b->name, e)) == 0) {
		a.move = move;
		a.trust.branch_id = b->id;
		rc = take_in(&a, tip, 0, e);
	}
	*ret_n = a.n;
	absorb_release(&a);
	return rc;
}

int
absorb_ref(struct store *s, const char *office, const char *which,
    const char *from, int64_t *ret_n, struct err *e)
{
	struct absorb same = { .store = s };
	struct branch *b = NULL;
	unsigned char tip[20];
	char own_ref[40];
	int rc;

	*ret_n = 0;
	if ((rc = store_branch(s, office, which, &b, e)) < 0)
		return rc;
	if (b->own)
		return err_set(e, ERR_FAILED, 0,
		    "branch '%s' is written here, not taken in", which);
	rc = repo_ref(b->repo, from, tip, e);
	if (rc == ERR_NOT_FOUND)
		return 0; /* nothing was sent yet */
	if (rc < 0)
		return rc;
	snprintf(own_ref, sizeof(own_ref), "refs/heads/%s", which);
	same.branch = b;
	same.move = strcmp(from, own_ref) == 0 ? NULL : own_ref;
	if (b->has_tip && memcmp(b->tip, tip, 20) == 0)
		return move_ref(&same, e);
	return take_in_ref(s, b, tip, same.move, ret_n, e);
}

struct all {
	struct store *store;
	int64_t n;
	int rc; /* first fault of an office's history */
	struct err fault;
	void (*progress)(void *arg, int64_t done);
	void *progress_arg;
};

/* One office's bad history must not keep the others out: its fault is told at
 * the end. What concerns this machine stops at once. */
static int
note_fault(struct all *all, int rc, const struct err *fault, struct err *e)
{
	if (rc != ERR_REFUSED && rc != ERR_CONFLICT && rc != ERR_DAMAGED) {
		if (e != NULL)
			*e = *fault;
		return rc;
	}
	if (all->rc == 0) {
		all->rc = rc;
		all->fault = *fault;
	}
	return 0;
}

static int
told(const struct all *all, int rc, struct err *e)
{
	if (rc < 0 || all->rc == 0)
		return rc;
	if (e != NULL)
		*e = all->fault;
	return all->rc;
}

static int
absorb_office(void *arg, const char *office, struct err *e)
{
	struct all *all = arg;
	int64_t n = 0;
	struct err fault;
	int rc = absorb_ref(
	    all->store, office, "office", "refs/heads/office", &n, &fault);

	all->n += n;
	return rc < 0 ? note_fault(all, rc, &fault, e) : 0;
}

int
absorb_all(struct store *s, int64_t *ret_n, struct err *e)
{
	struct all all = { .store = s };
	int rc = store_each_office(s, absorb_office, &all, e);

	*ret_n = all.n;
	return told(&all, rc, e);
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
	rc = take_in(&a, tip, 1, e);
	all->n += a.n;
out:
	absorb_release(&a);
	return rc;
}

static int
reindex_office(void *arg, const char *office, struct err *e)
{
	struct all *all = arg;
	struct err fault;
	int rc;

	/* the hall's receipts are about the office's revisions */
	if ((rc = reindex_branch(all, office, "office", &fault)) == 0 &&
	    (rc = reindex_branch(all, office, "hall", &fault)) == 0)
		/* some came on the wire and stand in no commit that is here */
		rc = receipt_refill(all->store, office, &fault);
	return rc < 0 ? note_fault(all, rc, &fault, e) : 0;
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
	rc = store_each_office(s, reindex_office, &all, e);
	/* trees of our own branches were read before */
	store_forget_branches(s);
	if (rc == 0)
		rc = search_index(s, 0, &n, e);
	return told(&all, rc, e);
}
