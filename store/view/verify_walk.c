/* The walk of verify: commits by the rules of admit, read from the repository
 * anew, and each one's rows beside it. */
#include "base/clock.h"
#include "store/admit/published.h"
#include "store/sign/receipt.h"
#include "store/view/verify_state.h"

/* --- one commit --- */

/* When the revision that this one was made on was; INT64_MIN: there is none. */
static int
time_before(
    struct verify_walk *w, const struct commit *c, int64_t *ret, struct err *e)
{
	int rc;

	*ret = c->n_parents > 0 ? w->prev_time : INT64_MIN;
	if (c->n_parents == 0 || memcmp(c->parents[0], w->last, 20) == 0)
		return 0;
	/* the list begins here, or went on to another line */
	rc = db_one_int(store_db(w->v->store), ret, e,
	    "SELECT time FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)c->parents[0], (size_t)20, w->b.id);
	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = INT64_MIN; /* told as a missing row */
	return 0;
}

/* Clocks go wrong without anybody lying: worth a look, no contradiction. */
static int
check_time(struct verify_walk *w, const struct commit *c, struct err *e)
{
	char name[24], made[CLOCK_TEXT];
	int64_t before;
	struct err f;
	int rc;

	if ((rc = time_before(w, c, &before, e)) < 0)
		return rc;
	w->prev_time = c->time;
	commit_name(c, name);
	clock_rfc3339(made, c->time, c->offset_min);
	if (c->time > clock_now() + ADMIT_FUTURE_S)
		err_set(&f, ERR_INVALID, 0,
		    "revision %s was made at %s, which is in the future", name,
		    made);
	else if (before != INT64_MIN && c->time < before - ADMIT_BACK_S)
		err_set(&f, ERR_INVALID, 0,
		    "revision %s was made at %s, more than a day before the "
		    "one it follows",
		    name, made);
	else
		return 0;
	err_hint(&f, "check the clock of device %s", c->device);
	return verify_found(w->v, "warning", "clock", w->where, &f, e);
}

static int
check_receipts(struct verify_walk *w, const struct admit_file *files, size_t n,
    struct err *e)
{
	const unsigned char *pub = NULL;
	struct receipt r;
	struct err f;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		if (files[i].rp.type == NULL || files[i].new_rec == NULL ||
		    strcmp(files[i].rp.type->name, "receipts") != 0)
			continue;
		if ((rc = trust_hall_of(
			 w->v->store, w->b.office, NULL, &pub, e)) < 0)
			return rc;
		w->v->receipts++;
		rc = receipt_check(files[i].new_rec, pub, &r, &f);
		rc = verify_or_found(w->v, "receipt", w->where, rc, &f, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void
show_progress(struct verify *v)
{
	if (v->commits % VERIFY_PROGRESS_EVERY != 0)
		return;
	if (v->counter != NULL)
		atomic_fetch_add(v->counter, VERIFY_PROGRESS_EVERY);
	else if (v->o->progress != NULL)
		v->o->progress(v->o->arg, v->commits, v->total);
}

/* Where this commit stands to what is looked for. */
static void
note_places(struct verify_walk *w, const unsigned char id[20])
{
	if (w->has_ref && memcmp(id, w->ref, 20) == 0)
		w->ref_at = w->n;
	if (w->journal_seen < w->n_journal &&
	    memcmp(id, w->journal[w->journal_seen], 20) == 0)
		w->journal_seen++;
}

static int
check_rows(struct verify_walk *w, const unsigned char id[20],
    const struct commit *c, const struct admit_file *files, size_t n,
    struct err *e)
{
	int rc = verify_commit_rows(w, id, c, files, n, e);

	if (rc < 0 || w->part)
		return rc;
	if (w->has_target && memcmp(id, w->target, 20) == 0) {
		w->reached.n = w->n;
		w->reached.row = w->last_row;
		memcpy(w->reached.id, id, 20);
	}
	if (!w->b.has_tip || memcmp(id, w->b.tip, 20) != 0)
		return 0;
	w->tip_at = w->n;
	memcpy(w->tip_tree, c->tree, 20);
	return verify_branch_row(w, c, e);
}

static int
on_commit(void *arg, const unsigned char id[20], const struct commit *c,
    const char *raw, size_t len, const struct admit_file *files, size_t n,
    struct err *e)
{
	struct verify_walk *w = arg;
	int rc;

	(void)raw;
	(void)len;
	w->n++;
	w->v->commits++;
	show_progress(w->v);
	note_places(w, id);
	if ((rc = check_time(w, c, e)) < 0 ||
	    (rc = check_receipts(w, files, n, e)) < 0 ||
	    (w->trust.branch == RECORD_HALL &&
		(rc = verify_decisions(w, c, files, n, e)) < 0))
		return rc;
	memcpy(w->last, id, 20);
	/* beyond the indexed tip there is nothing to compare with yet */
	return w->tip_at > 0 ? 0 : check_rows(w, id, c, files, n, e);
}

/* --- where a device stood when the walk began --- */

/* Admit asks this of each commit, just before it asks for the sequence. A hall
 * holds itself, too, to what its registry says of a revoked device: the number
 * there covers all that its door let in. */
static int
may_write(void *arg, const char *device, int64_t sequence, struct err *e)
{
	struct verify_walk *w = arg;
	struct admit a;
	int rc;

	w->asked = sequence;
	trust_admit(&w->trust, w, &a);
	if ((rc = a.may_write(w, device, sequence, e)) < 0)
		return rc;
	if (w->trust.branch == RECORD_HALL ||
	    store_conf(w->v->store)->role != ROLE_HALL)
		return 0;
	return published_may(
	    w->trust.published, w->trust.office, device, sequence, 0, e);
}

/* The row of a device's revision, if it is not behind the start; 0: none. */
static int
row_of(struct verify_walk *w, const char *device, int64_t sequence,
    int64_t *ret, struct err *e)
{
	const char *dash = strrchr(device, '-');
	char name[40];
	int rc;

	*ret = 0;
	if (dash == NULL || sequence < 1)
		return 0;
	snprintf(name, sizeof(name), "%.3s%lld", dash + 1, (long long)sequence);
	rc = db_one_int(store_db(w->v->store), ret, e,
	    "SELECT id FROM revision WHERE branch = ?1 AND name = ?2"
	    " AND id <= ?3",
	    "isi", w->b.id, name, w->start.row);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* The one before must be in what was proved, this one must not. */
static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	struct verify_walk *w = arg;
	int64_t row = 0;
	int rc;

	*ret = 0;
	if ((rc = row_of(w, device, w->asked, &row, e)) < 0)
		return rc;
	if (row > 0) {
		*ret = w->asked;
		return 0;
	}
	if ((rc = row_of(w, device, w->asked - 1, &row, e)) < 0)
		return rc;
	if (row > 0)
		*ret = w->asked - 1;
	return 0;
}

static int
newest_of(void *arg, const char *device, unsigned char ret[20], int *ret_has,
    struct err *e)
{
	struct verify_walk *w = arg;
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	int64_t row = 0;
	int rc;

	*ret_has = 0;
	if ((rc = row_of(w, device, w->asked - 1, &row, e)) < 0 || row == 0)
		return rc;
	rc = db_stmt(db, &st, e, "SELECT commit_id FROM revision WHERE id = ?1",
	    "i", row);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0 &&
	    sqlite3_column_bytes(st, 0) == 20) {
		memcpy(ret, sqlite3_column_blob(st, 0), 20);
		*ret_has = 1;
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* Is it behind the stretch? The row may be believed: what the rows between two
 * points are not commits of is found by the stretch that ends there. Where a row
 * is missing only the graph can tell. */
static int
is_behind(void *arg, const unsigned char id[20], struct err *e)
{
	struct verify_walk *w = arg;
	int64_t row = 0;
	int rc = db_one_int(store_db(w->v->store), &row, e,
	    "SELECT id FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)id, (size_t)20, w->b.id);

	return rc < 0 ? rc : row <= w->start.row;
}

/* --- the walk --- */

/* What a refusal says about: the rule, or that something cannot be read. */
static const char *
class_of(const struct admit *a, int rc)
{
	if (rc == ERR_DAMAGED)
		return "object";
	if (a->rule != NULL)
		return a->rule;
	return rc == ERR_CONFLICT ? "branch" : "form";
}

int
verify_walk_to(struct verify_walk *w, const unsigned char to[20], int *ret_rc,
    struct err *e)
{
	struct admit admit;
	struct err f;
	int rc;

	trust_admit(&w->trust, w, &admit);
	admit.accept = on_commit;
	admit.stored = 1;
	admit.may_write = may_write;
	if (w->start.n > 0) {
		admit.sequence_of = sequence_of;
		admit.newest_of = newest_of;
		admit.is_known = w->part ? is_behind : NULL;
	}
	w->admit = &admit;
	rc = admit_range(&admit, w->start.n > 0 ? w->start.id : NULL, to, &f);
	w->admit = NULL;
	*ret_rc = rc;
	if (rc == 0)
		return 0;
	if (f.hint[0] == '\0')
		err_hint(&f,
		    "the revisions from here on could not be checked: compare "
		    "with the other party's copy or a backup");
	return verify_or_found(w->v, class_of(&admit, rc), w->where, rc, &f, e);
}
