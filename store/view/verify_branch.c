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

#include "store/git/graph.h"

static int
tell(struct verify_walk *w, const char *severity, const char *class,
    const struct err *f, struct err *e)
{
	return verify_found(w->v, severity, class, w->where, f, e);
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
		if ((rc = tell(w, "error", "journal", &f, e)) < 0)
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
	return tell(w, "error", "branch", &f, e);
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
		return tell(w, "error", "branch", &f, e);
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
	return tell(w, "warning", "unindexed", &f, e);
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

/* Both tips may stand where the proof begins: then nothing leads by them. */
static int
begin_at(struct verify_walk *w, struct err *e)
{
	struct buf raw = BUF_INIT;
	struct commit *c = NULL;
	struct err f;
	int rc;

	if (w->start.n == 0)
		return 0;
	w->n = w->start.n;
	w->last_row = w->start.row;
	w->reached = w->start;
	if (w->has_ref && memcmp(w->ref, w->start.id, 20) == 0)
		w->ref_at = w->n;
	if (!w->b.has_tip || memcmp(w->b.tip, w->start.id, 20) != 0)
		return 0;
	if ((c = malloc(sizeof(*c))) == NULL)
		return err_nomem(e);
	rc = repo_read(
	    w->trust.repo, w->b.tip, OBJECT_COMMIT, COMMIT_MAX, &raw, &f);
	if (rc == 0)
		rc = commit_parse(buf_str(&raw), raw.len, c, &f);
	if (rc == 0) {
		w->tip_at = w->n;
		memcpy(w->tip_tree, c->tree, 20);
		rc = verify_branch_row(w, c, e);
	} else {
		rc = verify_or_found(w->v, "object", w->where, rc, &f, e);
	}
	buf_release(&raw);
	free(c);
	return rc;
}

static int
walk(struct verify_walk *w, struct err *e)
{
	const unsigned char *from = NULL;
	int rc, walked = 0;
	struct err f;

	if ((rc = where_from(w, &from, &f)) < 0)
		return verify_or_found(w->v, "object", w->where, rc, &f, e);
	if ((rc = begin_at(w, e)) < 0)
		return rc;
	if (w->start.n == 0 || memcmp(from, w->start.id, 20) != 0)
		rc = verify_walk_to(w, from, &walked, e);
	if (rc < 0 || walked < 0)
		return rc;
	/* the state of a tip that was not met cannot be compared */
	if ((!w->b.has_tip || w->tip_at > 0) &&
	    (rc = verify_state_rows(w, e)) < 0)
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
	    /* the receipts first: there are few of them */
	    "SELECT v.id, r.time, v.side FROM receipt r CROSS JOIN revision v"
	    " ON v.commit_id = r.tip AND v.branch = ?2 WHERE r.office = ?1"
	    " AND r.id > ?3 ORDER BY v.id",
	    "sii", w->b.office, w->b.id, w->old_receipts);
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
read_ref(
    struct verify_walk *w, struct repo *repo, const char *which, struct err *e)
{
	char ref[32];
	int rc;

	snprintf(ref, sizeof(ref), "refs/heads/%s", which);
	rc = repo_ref(repo, ref, w->ref, e);
	w->has_ref = rc == 0;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* What the repository holds for good, and no journal row builds again: up to
 * there a seal may stand. */
static void
set_target(struct verify_walk *w)
{
	size_t i;

	if (!w->b.own) {
		w->has_target = w->b.has_tip;
		memcpy(w->target, w->b.tip, 20);
		return;
	}
	w->has_target = w->has_ref;
	memcpy(w->target, w->ref, 20);
	for (i = 0; i < w->n_journal; i++)
		if (memcmp(w->journal[i], w->ref, 20) == 0)
			w->has_target = 0;
}

/* Within a snapshot of the database. */
static int
check_branch(struct verify_walk *w, struct err *e)
{
	int rc;

	if (!w->b.own) {
		if ((rc = read_ref(w, w->trust.repo, w->b.name, e)) < 0)
			return rc;
	} else if ((rc = verify_journal(w, e)) < 0) {
		return rc;
	}
	set_target(w);
	if ((rc = load_receipts(w, e)) < 0)
		return rc;
	if (w->b.own ? !w->b.has_tip : !w->has_ref)
		return check_empty(w, e);
	return walk(w, e);
}

/* What is proved now, if all of the branch was without fault. */
static int
seal(struct verify_walk *w, size_t errors, struct err *e)
{
	struct verify *v = w->v;
	struct db *db = store_db(v->store);
	struct verify_seal s;
	int rc;

	if (v->proved == NULL || v->n_errors > errors || w->reached.n == 0)
		return 0;
	memset(&s, 0, sizeof(s));
	if (w->sealed != NULL)
		s = *w->sealed;
	verify_seal_add(&s, &w->reached);
	s.span_last = w->span_last;
	memcpy(s.span_sum, w->span_sum, sizeof(s.span_sum));
	memcpy(s.state_sum, w->state_sum, sizeof(s.state_sum));
	if ((rc = db_one_int(db, &s.receipt, e,
		 "SELECT ifnull(max(id), 0) FROM receipt WHERE office = ?1",
		 "s", w->b.office)) < 0 ||
	    (rc = db_one_int(db, &s.n_receipts, e,
		 "SELECT count(*) FROM receipt WHERE office = ?1", "s",
		 w->b.office)) < 0)
		return rc;
	return verify_seal_put(
	    v->store, w->b.office, w->b.name, &s, v->proved, e);
}

/* --- a handle of its own: another one's cache could hide what the disk says
 * today. What is written out of the journal while it is open it finds, as it
 * looks for new files before it says that there is no such object. --- */

void
verify_repo_close(struct verify *v)
{
	repo_close(v->fresh);
	repo_close(v->fresh_base);
	v->fresh = v->fresh_base = NULL;
}

int
verify_repo(
    struct verify *v, const char *office, struct repo **ret, struct err *e)
{
	struct repo *known = NULL;
	int rc;

	if (v->fresh == NULL || strcmp(v->fresh_of, office) != 0) {
		verify_repo_close(v);
		if ((rc = store_repo(v->store, office, &known, e)) < 0 ||
		    (rc = repo_open_again(
			 known, &v->fresh_base, &v->fresh, e)) < 0)
			return rc;
		snprintf(v->fresh_of, sizeof(v->fresh_of), "%s", office);
	}
	*ret = v->fresh;
	return 0;
}

static void
free_walk(struct verify_walk *w)
{
	if (w == NULL)
		return;
	/* what the journal gave is this branch's alone */
	if (w->trust.repo != NULL)
		repo_forget(w->trust.repo);
	trust_release(&w->trust);
	free(w->journal);
	free(w->receipts);
	free(w);
}

static int
new_walk(struct verify *v, const struct verify_point *start,
    struct verify_walk **ret, struct err *e)
{
	if ((*ret = calloc(1, sizeof(**ret))) == NULL)
		return err_nomem(e);
	(*ret)->v = v;
	(*ret)->start = *start;
	return 0;
}

static int
find_branch(
    struct verify_walk *w, const char *office, const char *which, struct err *e)
{
	struct branch *b = NULL;
	int rc = store_branch(w->v->store, office, which, &b, e);

	if (rc < 0)
		return rc;
	w->b = *b;
	snprintf(w->where, sizeof(w->where), "%s %s", b->office, b->name);
	return 0;
}

static int
open_repo(struct verify_walk *w, struct err *e)
{
	struct repo *fresh = NULL;
	int rc = verify_repo(w->v, w->b.office, &fresh, e);

	if (rc < 0)
		return rc;
	return trust_init(
	    &w->trust, w->v->store, fresh, w->b.office, w->b.name, e);
}

/* --- one branch, from where the proof goes on --- */

static int
in_snapshot(
    struct verify_walk *w, const char *office, const char *which, struct err *e)
{
	size_t errors = w->v->n_errors;
	int rc;

	if ((rc = find_branch(w, office, which, e)) < 0 ||
	    (rc = open_repo(w, e)) < 0 || (rc = check_branch(w, e)) < 0 ||
	    (rc = verify_spans(w, e)) < 0)
		return rc;
	return seal(w, errors, e);
}

static int
is_own(const struct store *s, const char *which)
{
	return store_conf(s)->role != ROLE_MINISTRY &&
	       (strcmp(which, "office") == 0) ==
		   (store_conf(s)->role == ROLE_OFFICE);
}

static int
check_from(
    struct verify_walk *w, const char *office, const char *which, struct err *e)
{
	struct store *s = w->v->store;
	struct repo *known = NULL;
	int rc;

	/* what is new was signed for by what is new */
	if (w->sealed != NULL && w->start.n > 0 &&
	    w->start.n == w->sealed->points[0].n)
		w->old_receipts = w->sealed->receipt;
	if (is_own(s, which) && ((rc = store_repo(s, office, &known, e)) < 0 ||
				    (rc = read_ref(w, known, which, e)) < 0))
		return rc;
	if ((rc = db_begin(store_db(s), e)) < 0)
		return rc;
	rc = in_snapshot(w, office, which, e);
	db_rollback(store_db(s), NULL);
	return rc;
}

int
verify_branch(struct verify *v, const char *office, const char *which,
    const struct verify_point *start, const struct verify_seal *sealed,
    struct err *e)
{
	struct verify_walk *w = NULL;
	int rc = new_walk(v, start, &w, e);

	if (rc == 0) {
		w->sealed = sealed;
		rc = check_from(w, office, which, e);
	}
	free_walk(w);
	return rc;
}

/* --- a stretch of the past --- */

/* Another merge may have made the index write these rows anew meanwhile. */
static int
check_stands(struct verify_walk *w, const struct verify_point *p, struct err *e)
{
	int64_t n = 0;
	int rc;

	if (p->n == 0)
		return 0;
	rc = db_one_int(store_db(w->v->store), &n, e,
	    "SELECT count(*) FROM revision WHERE id = ?1 AND branch = ?2"
	    " AND commit_id = ?3",
	    "iib", p->row, w->b.id, (const void *)p->id, (size_t)20);
	if (rc < 0 || n == 1)
		return rc;
	err_set(e, ERR_BUSY, 0,
	    "the index was rewritten by a merge while it was checked");
	err_hint(e, "run pmqa verify again");
	return ERR_BUSY;
}

static int
stretch(struct verify_walk *w, const struct verify_job *j, struct err *e)
{
	int rc, walked = 0;

	if ((rc = find_branch(w, j->office, j->which, e)) < 0)
		return rc;
	w->part = 1;
	w->n = w->start.n;
	w->last_row = w->start.row;
	if ((rc = check_stands(w, &j->from, e)) < 0 ||
	    (rc = check_stands(w, &j->to, e)) < 0 || (rc = open_repo(w, e)) < 0)
		return rc;
	/* all receipts for a few revisions would be too many */
	w->unreceipted = !w->v->deep;
	if (!w->unreceipted && (rc = load_receipts(w, e)) < 0)
		return rc;
	return verify_walk_to(w, j->to.id, &walked, e);
}

int
verify_stretch(struct verify *v, const struct verify_job *j, struct err *e)
{
	struct verify_walk *w = NULL;
	int rc = new_walk(v, &j->from, &w, e);

	if (rc == 0 && (rc = db_begin(store_db(v->store), e)) == 0) {
		rc = stretch(w, j, e);
		db_rollback(store_db(v->store), NULL);
	}
	free_walk(w);
	return rc;
}
