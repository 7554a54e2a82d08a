/*
 * One branch of verify: every commit from the first by the rules of admit,
 * read from the repository anew, and each one's rows beside it.
 *
 * Which tip to walk from: our own branch's newest revision stands in the index
 * first and in the repository soon after; a foreign branch's the other way
 * round. The database is read in one snapshot; so the ref is read before it on
 * our own branch, and after it on a foreign one, and what the daemon does
 * meanwhile is no finding.
 */
#include "store/view/verify_state.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/git/graph.h"
#include "store/sign/receipt.h"

#define PROGRESS_EVERY 256

static int
tell(struct verify_walk *w, const char *severity, const struct err *f,
    struct err *e)
{
	return verify_found(w->v, severity, w->where, f, e);
}

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
	/* the list went on to another line */
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
	return tell(w, "warning", &f, e);
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
		if (rc < 0 && !verify_is_finding(rc)) {
			if (e != NULL)
				*e = f;
			return rc;
		}
		if (rc < 0 && (rc = tell(w, "error", &f, e)) < 0)
			return rc;
	}
	return 0;
}

static int
at_tip(struct verify_walk *w, const struct commit *c, struct err *e)
{
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
	struct verify *v = w->v;
	int rc;

	(void)raw;
	(void)len;
	w->n++;
	v->commits++;
	if (v->progress != NULL && v->commits % PROGRESS_EVERY == 0)
		v->progress(v->progress_arg, v->commits, v->total);
	if (w->has_ref && memcmp(id, w->ref, 20) == 0)
		w->ref_at = w->n;
	if (w->journal_seen < w->n_journal &&
	    memcmp(id, w->journal[w->journal_seen], 20) == 0)
		w->journal_seen++;
	if ((rc = check_time(w, c, e)) < 0 ||
	    (rc = check_receipts(w, files, n, e)) < 0)
		return rc;
	memcpy(w->last, id, 20);
	/* beyond the indexed tip there is nothing to compare with yet */
	if (w->tip_at > 0)
		return 0;
	if ((rc = verify_commit_rows(w, id, c, files, n, e)) < 0)
		return rc;
	if (w->b.has_tip && memcmp(id, w->b.tip, 20) == 0)
		return at_tip(w, c, e);
	return 0;
}

/* --- where branch, journal and ref stand to each other --- */

static int
check_own(struct verify_walk *w, struct err *e)
{
	unsigned char now[20];
	struct err f;
	char ref[32];
	int rc;

	if (w->journal_seen < w->n_journal) {
		err_set(&f, ERR_DAMAGED, 0,
		    "%zu revisions in the journal are not on the branch",
		    w->n_journal - w->journal_seen);
		err_hint(&f, "keep a copy of the directory");
		if ((rc = tell(w, "error", &f, e)) < 0)
			return rc;
	}
	if (w->n - w->ref_at <= (int64_t)w->n_journal &&
	    (w->ref_at > 0 || !w->has_ref))
		return 0;
	/* the daemon may have written its journal out since */
	snprintf(ref, sizeof(ref), "refs/heads/%s", w->b.name);
	rc = repo_ref(w->trust.repo, ref, now, &f);
	if (rc == 0 && (!w->has_ref || memcmp(now, w->ref, 20) != 0))
		return 0;
	if (w->has_ref && w->ref_at == 0)
		err_set(&f, ERR_DAMAGED, 0,
		    "the repository's branch is at a commit that the index "
		    "does not know");
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "%" PRId64 " revisions are neither on the repository's "
		    "branch nor in the journal",
		    w->n - w->ref_at - (int64_t)w->n_journal);
	err_hint(&f, "keep a copy of the directory, then run pmqad --reindex");
	return tell(w, "error", &f, e);
}

static int
check_foreign(struct verify_walk *w, struct err *e)
{
	struct err f;

	if (w->b.has_tip && w->tip_at == 0) {
		err_set(&f, ERR_DAMAGED, 0,
		    "the indexed tip is not on the repository's branch");
		err_hint(&f,
		    "keep a copy of the directory, then run pmqad --reindex");
		return tell(w, "error", &f, e);
	}
	if (w->n == w->tip_at && !w->beside)
		return 0;
	if (w->beside)
		err_set(&f, ERR_FAILED, 0,
		    "a merge and what it brings are not indexed yet");
	else
		err_set(&f, ERR_FAILED, 0,
		    "%" PRId64 " revisions are not indexed yet",
		    w->n - w->tip_at);
	err_hint(&f, "the daemon indexes them when it starts");
	return tell(w, "warning", &f, e);
}

/* --- the walk --- */

/* A ref whose first-parent line left what is indexed cannot be held against the
 * rows: then only what is indexed is. */
static int
where_from(struct verify_walk *w, const unsigned char **ret, struct err *e)
{
	unsigned char fork[20];
	int rc, has = 0, ahead = 0;

	*ret = w->b.own ? w->b.tip : w->ref;
	if (w->b.own || !w->b.has_tip)
		return 0;
	rc = graph_fork(w->trust.repo, w->b.tip, w->ref, fork, &has, e);
	if (rc == 0 && has && memcmp(fork, w->b.tip, 20) == 0)
		return 0;
	if (rc == 0)
		rc = graph_descends(w->trust.repo, w->ref, w->b.tip, &ahead, e);
	/* what is missing or damaged is found by who walks there */
	if (rc < 0)
		return verify_is_finding(rc) ? 0 : rc;
	w->beside = ahead;
	if (ahead)
		*ret = w->b.tip;
	return 0;
}

static int
walk(struct verify_walk *w, struct err *e)
{
	const unsigned char *from = NULL;
	struct admit admit;
	struct err f;
	int rc;

	trust_admit(&w->trust, w, &admit);
	admit.accept = on_commit;
	admit.stored = 1;
	w->admit = &admit;
	if ((rc = where_from(w, &from, &f)) == 0)
		rc = admit_range(&admit, NULL, from, &f);
	w->admit = NULL;
	if (rc < 0 && !verify_is_finding(rc)) {
		if (e != NULL)
			*e = f;
		return rc;
	}
	if (rc < 0) {
		if (f.hint[0] == '\0')
			err_hint(&f,
			    "the revisions from here on could not be checked: "
			    "compare with the other party's copy or a backup");
		return tell(w, "error", &f, e);
	}
	if ((rc = verify_state_rows(w, e)) < 0)
		return rc;
	return w->b.own ? check_own(w, e) : check_foreign(w, e);
}

/* A branch without commits to walk. */
static int
check_empty(struct verify_walk *w, struct err *e)
{
	int rc;

	if (!w->b.has_tip && (rc = verify_state_rows(w, e)) < 0)
		return rc;
	return w->b.own ? check_own(w, e) : check_foreign(w, e);
}

/* Of receipts on the main line a later one covers all that an earlier one does.
 */
static void
find_earliest(struct verify_walk *w)
{
	int64_t earliest = INT64_MAX;
	size_t i = w->n_receipts;

	while (i-- > 0) {
		if (!w->receipts[i].side && w->receipts[i].time < earliest)
			earliest = w->receipts[i].time;
		w->receipts[i].earliest = earliest;
	}
}

static int
load_receipts(struct verify_walk *w, struct err *e)
{
	struct db *db = store_db(w->v->store);
	struct receipted *grown;
	sqlite3_stmt *st = NULL;
	int rc;

	if (strcmp(w->b.name, "office") != 0)
		return 0;
	rc = db_stmt(db, &st, e,
	    "SELECT v.id, r.time, v.side FROM receipt r JOIN revision v"
	    " ON v.commit_id = r.tip AND v.branch = ?2 WHERE r.office = ?1"
	    " ORDER BY v.id",
	    "si", w->b.office, w->b.id);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		grown =
		    realloc(w->receipts, (w->n_receipts + 1) * sizeof(*grown));
		if (grown == NULL) {
			rc = err_nomem(e);
			break;
		}
		w->receipts = grown;
		grown += w->n_receipts++;
		grown->row = sqlite3_column_int64(st, 0);
		grown->time = sqlite3_column_int64(st, 1);
		grown->side = sqlite3_column_int(st, 2);
	}
	db_reset(st);
	find_earliest(w);
	return rc;
}

static int
read_ref(struct verify_walk *w, const char *which, struct err *e)
{
	char ref[32];
	int rc;

	snprintf(ref, sizeof(ref), "refs/heads/%s", which);
	rc = repo_ref(w->trust.repo, ref, w->ref, e);
	w->has_ref = rc == 0;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* Within a snapshot of the database. */
static int
check_branch(struct verify_walk *w, struct err *e)
{
	int rc;

	if (!w->b.own) {
		/* what was fetched or pushed up to now */
		if ((rc = repo_refresh(w->trust.repo, e)) < 0 ||
		    (rc = read_ref(w, w->b.name, e)) < 0)
			return rc;
	} else if ((rc = verify_journal(w, e)) < 0) {
		return rc;
	}
	if ((rc = load_receipts(w, e)) < 0)
		return rc;
	if (w->b.own ? !w->b.has_tip : !w->has_ref)
		return check_empty(w, e);
	return walk(w, e);
}

static int
snapshot(
    struct verify_walk *w, const char *office, const char *which, struct err *e)
{
	struct store *s = w->v->store;
	struct branch *b = NULL;
	int rc, own;

	own = store_conf(s)->role != ROLE_MINISTRY &&
	      (strcmp(which, "office") == 0) ==
		  (store_conf(s)->role == ROLE_OFFICE);
	if (own && (rc = read_ref(w, which, e)) < 0)
		return rc;
	if ((rc = db_begin(store_db(s), e)) < 0)
		return rc;
	if ((rc = store_branch(s, office, which, &b, e)) == 0) {
		w->b = *b;
		snprintf(
		    w->where, sizeof(w->where), "%s %s", b->office, b->name);
		/* objects that the journal held when the snapshot began */
		rc = repo_refresh(w->trust.repo, e);
	}
	if (rc == 0)
		rc = check_branch(w, e);
	db_rollback(store_db(s), NULL);
	return rc;
}

int
verify_branch(
    struct verify *v, const char *office, const char *which, struct err *e)
{
	struct verify_walk *w = NULL;
	struct repo *known = NULL, *base = NULL, *fresh = NULL;
	int rc;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return err_nomem(e);
	w->v = v;
	/* a handle of its own: another one's cache could hide what the disk
	 * says today */
	if ((rc = store_repo(v->store, office, &known, e)) < 0 ||
	    (rc = repo_open_again(known, &base, &fresh, e)) < 0)
		goto out;
	if ((rc = trust_init(&w->trust, v->store, fresh, office, which, e)) < 0)
		goto out;
	rc = snapshot(w, office, which, e);
out:
	trust_release(&w->trust);
	repo_close(fresh);
	repo_close(base);
	free(w->journal);
	free(w->receipts);
	free(w);
	return rc;
}
