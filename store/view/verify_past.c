/*
 * The past of a branch in stretches: each begins and ends at a revision of the
 * main line, and is proved by itself. Behind a stretch's beginning nothing is
 * looked at; that everything is covered follows from each end being the next
 * one's beginning, and each end being reached from its beginning (admit.h).
 */
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/view/verify_state.h"

#define STRETCH 4096
#define PATROL 16 /* old revisions looked at again, of all branches together */
#define PATROL_LEAST 1

/* --- points --- */

/* The first main-line revision of the branch from that row on; n 0: none. */
static int
point_from(struct verify *v, int64_t branch, int64_t row,
    struct verify_point *ret, struct err *e)
{
	struct db *db = store_db(v->store);
	sqlite3_stmt *st = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(db, &st, e,
	    "SELECT id, commit_id FROM revision WHERE branch = ?1 AND id >= ?2"
	    " AND side = 0 ORDER BY id LIMIT 1",
	    "ii", branch, row);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0 &&
	    sqlite3_column_bytes(st, 1) == 20) {
		ret->n = 1; /* counted by the caller */
		ret->row = sqlite3_column_int64(st, 0);
		memcpy(ret->id, sqlite3_column_blob(st, 1), 20);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int
count_rows(struct verify *v, int64_t branch, int64_t after, int64_t to,
    int64_t *ret, struct err *e)
{
	return db_one_int(store_db(v->store), ret, e,
	    "SELECT count(*) FROM revision WHERE branch = ?1 AND id > ?2"
	    " AND id <= ?3",
	    "iii", branch, after, to);
}

/* The row of a commit on the branch; 0: it has none. */
static int
row_of(struct verify *v, int64_t branch, const unsigned char id[20],
    int64_t *ret, struct err *e)
{
	int rc = db_one_int(store_db(v->store), ret, e,
	    "SELECT id FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)id, (size_t)20, branch);

	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = 0;
	return 0;
}

/* How far the ref is, as a row of the index; 0: it is no use as an end. */
static int
row_of_ref(struct verify *v, struct branch *b, struct repo *r, int64_t *ret,
    struct err *e)
{
	unsigned char id[20];
	char ref[32];
	struct err f;
	int rc;

	*ret = 0;
	snprintf(ref, sizeof(ref), "refs/heads/%s", b->name);
	if ((rc = repo_ref(r, ref, id, &f)) == 0)
		return row_of(v, b->id, id, ret, e);
	if (verify_is_finding(rc))
		return 0;
	if (e != NULL)
		*e = f;
	return rc;
}

/* Up to which row the repository's history and the index agree to go. */
static int
shared_row(struct verify *v, struct branch *b, int64_t *ret, struct err *e)
{
	struct repo *r = NULL;
	int64_t tip = 0, ref = 0, waiting = 0;
	int rc;

	*ret = 0;
	if (!b->has_tip)
		return 0;
	if ((rc = store_repo(v->store, b->office, &r, e)) < 0 ||
	    (rc = row_of_ref(v, b, r, &ref, e)) < 0 ||
	    (rc = row_of(v, b->id, b->tip, &tip, e)) < 0)
		return rc;
	/* another's ref may be ahead of its index */
	if (ref == 0 && !b->own)
		ref = tip;
	*ret = ref < tip ? ref : tip;
	if (!b->own)
		return 0;
	rc = db_one_int(store_db(v->store), &waiting, e,
	    "SELECT ifnull(min(v.id), 0) FROM journal j JOIN revision v ON"
	    " v.commit_id = j.commit_id AND v.branch = ?1",
	    "i", b->id);
	if (rc == 0 && waiting > 0 && waiting <= *ret)
		*ret = waiting - 1;
	return rc;
}

/* --- from zero: all of it, for the pool --- */

static int
add_job(struct verify_job **list, size_t *n, const struct verify_job *j,
    struct err *e)
{
	struct verify_job *grown = realloc(*list, (*n + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	*list = grown;
	grown[(*n)++] = *j;
	return 0;
}

/* Stretches of one branch; *ret: where the last one ends. */
static int
plan_branch(struct verify *v, struct branch *b, const char *which,
    struct verify_job **list, size_t *n, struct verify_point *ret,
    struct err *e)
{
	int64_t step = v->o->stretch > 0 ? v->o->stretch : STRETCH, last, rows;
	struct verify_job j = {
		.run = verify_stretch, .office = b->office, .which = which
	};
	int rc;

	if ((rc = shared_row(v, b, &last, e)) < 0)
		return rc;
	for (;;) {
		rc = point_from(v, b->id, j.from.row + step, &j.to, e);
		if (rc < 0 || j.to.n == 0 || j.to.row > last)
			return rc;
		rc = count_rows(v, b->id, j.from.row, j.to.row, &rows, e);
		if (rc < 0)
			return rc;
		j.to.n = j.from.n + rows;
		if ((rc = add_job(list, n, &j, e)) < 0)
			return rc;
		*ret = j.from = j.to;
	}
}

int
verify_plan(struct verify *v, const char *office, struct verify_job **ret,
    size_t *ret_n, struct verify_point start[2], struct err *e)
{
	struct verify_job evidence = { .run = verify_evidence_job,
		.office = office };
	struct branch *b = NULL;
	int i, rc;

	memset(start, 0, 2 * sizeof(*start));
	/* the one that may take longest is begun first */
	if ((rc = add_job(ret, ret_n, &evidence, e)) < 0)
		return rc;
	for (i = 0; i < 2; i++) {
		rc = store_branch(v->store, office, VERIFY_BRANCHES[i], &b, e);
		if (rc == 0)
			rc = plan_branch(
			    v, b, VERIFY_BRANCHES[i], ret, ret_n, &start[i], e);
		if (rc < 0)
			return rc;
	}
	for (i = 0; i < (int)*ret_n; i++)
		(*ret)[i].office = office;
	return 0;
}

/* --- by a seal --- */

/* A point counts while its row is what it was and the ref is not behind it. */
static int
still_stands(struct verify *v, struct branch *b, int64_t ref_row,
    const struct verify_point *p, int *ret, struct err *e)
{
	int64_t row = 0;
	int rc = row_of(v, b->id, p->id, &row, e);

	*ret = rc == 0 && row == p->row && (ref_row == 0 || ref_row >= row);
	return rc;
}

/* Some ref/aside still leads to it: told with that. */
static int
is_aside(struct repo *r, const unsigned char id[20], int *ret, struct err *e)
{
	struct refs refs = { NULL, 0 };
	struct err f;
	size_t i;
	int rc;

	*ret = 0;
	if ((rc = refs_list(r, REFS_ASIDE, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && !*ret && rc == 0; i++) {
		rc = graph_descends(r, refs.list[i].id, id, ret, &f);
		if (rc < 0 && verify_is_finding(rc))
			rc = 0;
		else if (rc < 0 && e != NULL)
			*e = f;
	}
	refs_release(&refs);
	return rc;
}

/* A history only grows: what was proved of it is in it for ever. */
static int
check_goes_on(struct verify *v, struct branch *b, struct repo *r,
    const struct verify_seal *seal, struct err *e)
{
	int64_t row = 0;
	char where[40];
	struct err f;
	int rc, aside = 0;

	if (seal->n_points == 0)
		return 0;
	if ((rc = row_of(v, b->id, seal->points[0].id, &row, e)) < 0 ||
	    row > 0 || (rc = is_aside(r, seal->points[0].id, &aside, e)) < 0 ||
	    aside)
		return rc;
	snprintf(where, sizeof(where), "%s %s", b->office, b->name);
	err_set(&f, ERR_DAMAGED, 0,
	    "%lld revisions of this branch were proved before, but the newest "
	    "of them is not on it any more: it was moved back",
	    (long long)seal->points[0].n);
	err_hint(&f, "keep a copy of the directory; compare with the other "
		     "party's copy or a backup");
	return verify_found(v, "error", "branch", where, &f, e);
}

int
verify_goes_on(
    struct verify *v, const char *office, const char *which, struct err *e)
{
	struct verify_seal seal;
	struct branch *b = NULL;
	struct repo *r = NULL;
	int rc, fault = 0;

	if ((rc = verify_seal_read(v->store, office, which, &seal, &fault, e)) <
		0 ||
	    (rc = store_branch(v->store, office, which, &b, e)) < 0 ||
	    (rc = store_repo(v->store, office, &r, e)) < 0)
		return rc;
	return check_goes_on(v, b, r, &seal, e);
}

int
verify_known(struct verify *v, const char *office, const char *which,
    struct verify_seal *ret_seal, struct verify_point *ret, struct err *e)
{
	struct branch *b = NULL;
	struct repo *r = NULL;
	int64_t ref_row = 0;
	int i, rc, fault = 0, good = 0;
	struct err f;

	memset(ret, 0, sizeof(*ret));
	rc = verify_seal_read(v->store, office, which, ret_seal, &fault, e);
	if (rc < 0)
		return rc;
	if (fault) {
		err_set(&f, ERR_FAILED, 0,
		    "the seal of what was proved of this branch is not this "
		    "machine's or was altered: it is proved anew");
		rc = verify_found(v, "note", "seal", office, &f, e);
		if (rc < 0)
			return rc;
	}
	if ((rc = store_branch(v->store, office, which, &b, e)) < 0 ||
	    (rc = store_repo(v->store, office, &r, e)) < 0 ||
	    (rc = check_goes_on(v, b, r, ret_seal, e)) < 0 ||
	    (rc = row_of_ref(v, b, r, &ref_row, e)) < 0)
		return rc;
	/* our own ref is in the index: else it was moved */
	if (b->own && ref_row == 0)
		return 0;
	for (i = 0; i < ret_seal->n_points && !good; i++) {
		rc =
		    still_stands(v, b, ref_row, &ret_seal->points[i], &good, e);
		if (rc < 0)
			return rc;
		if (good)
			*ret = ret_seal->points[i];
	}
	v->before += ret->n;
	return 0;
}

/* --- the patrol --- */

static int
patrol_length(struct verify *v, int64_t *ret, struct err *e)
{
	int64_t branches = 0;
	int rc = db_one_int(store_db(v->store), &branches, e,
	    "SELECT count(*) FROM branch WHERE tip IS NOT NULL", "");

	*ret = branches > 0 ? PATROL / branches : PATROL;
	if (*ret < PATROL_LEAST)
		*ret = PATROL_LEAST;
	return rc;
}

/* The main-line revision so many behind that row; at the end, the last. */
static int
point_behind(struct verify *v, int64_t branch, int64_t row, int64_t n,
    const struct verify_point *last, struct verify_point *ret, struct err *e)
{
	int64_t to = 0;
	int rc;

	rc = db_one_int(store_db(v->store), &to, e,
	    "SELECT id FROM revision WHERE branch = ?1 AND id > ?2"
	    " AND id <= ?3 ORDER BY id LIMIT 1 OFFSET ?4",
	    "iiii", branch, row, last->row, n - 1);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	if (rc == ERR_NOT_FOUND) {
		*ret = *last;
		return 0;
	}
	if ((rc = point_from(v, branch, to, ret, e)) < 0)
		return rc;
	if (ret->n == 0 || ret->row > last->row)
		*ret = *last;
	return 0;
}

/* Where the patrol of the last time ended; from the beginning when it came to
 * the end, or when that is no place any more. */
static int
patrol_from(struct verify *v, int64_t branch, const struct verify_seal *seal,
    const struct verify_point *start, struct verify_point *ret, struct err *e)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (seal->patrol == 0 || seal->patrol >= start->row)
		return 0;
	if ((rc = point_from(v, branch, seal->patrol, ret, e)) < 0)
		return rc;
	if (ret->n == 0 || ret->row >= start->row)
		memset(ret, 0, sizeof(*ret));
	return 0;
}

int
verify_patrol(struct verify *v, const char *office, const char *which,
    struct verify_seal *seal, const struct verify_point *start, struct err *e)
{
	struct verify_job j = { .office = office, .which = which };
	size_t errors = v->n_errors;
	int64_t length = 0, counted = v->commits;
	struct branch *b = NULL;
	int rc;

	if (start->n == 0)
		return 0;
	if ((rc = store_branch(v->store, office, which, &b, e)) < 0 ||
	    (rc = patrol_length(v, &length, e)) < 0 ||
	    (rc = patrol_from(v, b->id, seal, start, &j.from, e)) < 0 ||
	    (rc = point_behind(v, b->id, j.from.row, length, start, &j.to, e)) <
		0 ||
	    (rc = verify_stretch(v, &j, e)) < 0)
		return rc;
	v->before -= v->commits - counted;
	if (v->n_errors > errors)
		return 0;
	return verify_seal_patrol(office, which, j.to.row, v->proved, e);
}
