#include "store/admit/absorb.h"

#include <malloc.h>

#include "store/admit/absorb_state.h"
#include "store/admit/rewind.h"
#include "store/git/graph.h"
#include "store/save/index.h"
#include "store/sign/receipt.h"

#define BATCH 1000 /* commits in one transaction */
#define LONG 500   /* from so many on memory is given back */

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

/* Side revisions and the merge that brings them in come together or not at
 * all: the branch's tip says how far the index is. */
static int
begin_with(struct absorb *a, int side, struct err *e)
{
	int rc;

	if (side && !a->beside && !a->whole && (rc = end_batch(a, e)) < 0)
		return rc;
	return begin_batch(a, e);
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

	if ((rc = trust_hall_of(a->store, a->branch->office, NULL, &pub, e)) <
	    0)
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
	if ((rc = list_files(a, files, n, e)) < 0 ||
	    (rc = begin_with(a, a->admit->side, e)) < 0)
		return rc;
	rc = a->admit->side
		 ? index_side(a->store, a->branch, id, c, a->files, n, e)
		 : index_revision(
		       a->store, a->branch, id, c, a->files, n, NULL, e);
	if (rc == 0 && receipt != NULL)
		rc = apply_receipt(a, receipt, e);
	if (rc < 0) {
		a->failed = 1;
		return rc;
	}
	a->n_open++;
	a->beside = a->admit->side;
	return a->n_open < BATCH || a->whole || a->beside ? 0 : end_batch(a, e);
}

/* --- one branch --- */

/* A failed one: what was good before a bad commit stays, unless it makes no
 * sense without what was to come. */
static int
give_up(struct absorb *a, int rc, struct err *e)
{
	struct err after;

	if (a->failed || a->whole || a->beside) {
		if (a->open)
			db_rollback(store_db(a->store), NULL);
		a->open = 0;
		store_forget_branches(a->store);
		return rc;
	}
	if (end_batch(a, &after) < 0) {
		store_forget_branches(a->store);
		if (e != NULL)
			*e = after;
		return after.code;
	}
	return rc;
}

static int
end_all(struct absorb *a, struct err *e)
{
	int rc = 0;

	/* receipts may have come before what they are about */
	if (a->open && a->refill &&
	    (rc = receipt_refill(a->store, a->branch->office, e)) < 0)
		return give_up(a, rc, e);
	return end_batch(a, e);
}

static int
admit_to(
    struct absorb *a, const unsigned char tip[20], int stored, struct err *e)
{
	struct branch *b = a->branch;
	unsigned char old[20];
	struct admit admit;
	int rc, has_old = b->has_tip;

	/* index_revision() moves b->tip on while admit still reads old */
	memcpy(old, b->tip, 20);
	trust_admit(&a->trust, a, &admit);
	admit.accept = on_commit;
	admit.stored = stored;
	if (a->trust.branch_id != 0)
		admit.is_known = trust_is_indexed;
	a->admit = &admit;
	rc = admit_range(&admit, has_old ? old : NULL, tip, e);
	a->admit = NULL;
	return rc < 0 ? give_up(a, rc, e) : end_all(a, e);
}

/* The index goes back to where the two lines part, and takes the other one: all
 * of it or nothing. */
static int
change_line(
    struct absorb *a, const unsigned char tip[20], int stored, struct err *e)
{
	unsigned char fork[20];
	int rc, has = 0;

	a->whole = 1;
	a->refill = 1;
	rc = graph_fork(a->branch->repo, a->branch->tip, tip, fork, &has, e);
	if (rc < 0 || (rc = begin_batch(a, e)) < 0)
		return rc;
	rc = rewind_branch(a->store, a->branch, has ? fork : NULL, e);
	return rc < 0 ? give_up(a, rc, e) : admit_to(a, tip, stored, e);
}

/* 1 if what is indexed stands on the first-parent line of tip. */
static int
is_straight(struct branch *b, const unsigned char tip[20], struct err *e)
{
	unsigned char fork[20];
	int rc, has = 0;

	if (!b->has_tip)
		return 1;
	if ((rc = graph_fork(b->repo, b->tip, tip, fork, &has, e)) < 0)
		return rc;
	return has && memcmp(fork, b->tip, 20) == 0;
}

/* What is new of a history that another line than ours leads to, before
 * anything of the index is given up for it. */
static int
check_first(struct absorb *a, const unsigned char tip[20], struct err *e)
{
	struct admit admit;

	trust_admit(&a->trust, a, &admit);
	if (a->trust.branch_id != 0)
		admit.is_known = trust_is_indexed;
	return admit_range(&admit, a->branch->tip, tip, e);
}

int
absorb_take_in(
    struct absorb *a, const unsigned char tip[20], int stored, struct err *e)
{
	int rc = is_straight(a->branch, tip, e);

	if (rc < 0)
		return rc;
	if (rc > 0)
		return admit_to(a, tip, stored, e);
	if (!stored && (rc = check_first(a, tip, e)) < 0)
		return rc;
	return change_line(a, tip, 1, e);
}

int
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

void
absorb_release(struct absorb *a)
{
	trust_release(&a->trust);
	free(a->files);
}

/* libgit2 keeps up to 16 MiB of each pack that was read through: a hall of many
 * offices would hold them all after its first day. */
static int
let_go(struct repo *r, struct err *e)
{
	int rc = repo_let_go(r, e);

	malloc_trim(0);
	return rc;
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
		rc = absorb_take_in(&a, tip, 0, e);
	}
	*ret_n = a.n;
	absorb_release(&a);
	return rc < 0 || *ret_n < LONG ? rc : let_go(b->repo, e);
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

int
absorb_instead(struct store *s, const char *office, const char *which,
    const unsigned char tip[20], int64_t *ret_n, struct err *e)
{
	struct absorb a;
	char ref[40];
	int rc;

	*ret_n = 0;
	if ((rc = absorb_init(&a, s, office, which, e)) < 0)
		goto out;
	if (a.branch->own) {
		rc = err_set(e, ERR_FAILED, 0,
		    "branch '%s' is written here, not taken in", which);
		goto out;
	}
	if ((rc = repo_refresh(a.branch->repo, e)) < 0)
		goto out;
	snprintf(ref, sizeof(ref), "refs/heads/%s", which);
	a.move = ref;
	a.trust.branch_id = a.branch->id;
	rc = a.branch->has_tip ? change_line(&a, tip, 0, e)
			       : admit_to(&a, tip, 0, e);
	*ret_n = a.n;
out:
	absorb_release(&a);
	return rc;
}
