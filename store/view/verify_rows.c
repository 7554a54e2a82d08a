/* The index's part of verify: rows of revisions against what a fresh look at the
 * commits gives, both ways. */
#include "store/view/verify_state.h"

#include <inttypes.h>

#include "store/record/canon.h"
#include "store/save/index.h"

/* What index.c adds to a revision's bytes for commit and trees. */
#define REVISION_OVERHEAD 1000

static int
tell(struct verify_walk *w, const char *name, const char *what,
    const char *detail, struct err *e)
{
	struct err f;

	err_set(&f, ERR_DAMAGED, 0, "revision %s: %s '%s'", name, what, detail);
	err_hint(&f, VERIFY_REINDEX);
	return verify_found(w->v, "error", "index", w->where, &f, e);
}

/* --- one column --- */

static int
same_text(sqlite3_stmt *st, int col, const char *want)
{
	const char *got = (const char *)sqlite3_column_text(st, col);

	return got != NULL &&
	       (size_t)sqlite3_column_bytes(st, col) == strlen(want) &&
	       strcmp(got, want) == 0;
}

static int
same_maybe(sqlite3_stmt *st, int col, const char *want)
{
	if (want == NULL)
		return sqlite3_column_type(st, col) == SQLITE_NULL;
	return same_text(st, col, want);
}

static int
same_int(sqlite3_stmt *st, int col, int64_t want)
{
	return sqlite3_column_type(st, col) == SQLITE_INTEGER &&
	       sqlite3_column_int64(st, col) == want;
}

static int
same_blob(sqlite3_stmt *st, int col, const void *want, size_t len)
{
	if (want == NULL)
		return sqlite3_column_type(st, col) == SQLITE_NULL;
	return (size_t)sqlite3_column_bytes(st, col) == len &&
	       memcmp(sqlite3_column_blob(st, col), want, len) == 0;
}

/* --- the revision row --- */

static int64_t
wire_bytes(const struct admit_file *files, size_t n)
{
	int64_t sum = REVISION_OVERHEAD;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (int64_t)files[i].len;
	return sum;
}

/* Name of the first column that is not as the commit says, NULL if none. */
static const char *
wrong_column(sqlite3_stmt *st, const char *name, const struct commit *c,
    int side, int64_t bytes)
{
	if (!same_text(st, 1, name))
		return "name";
	if (!same_text(st, 2, c->device))
		return "device";
	if (!same_int(st, 3, c->sequence))
		return "sequence";
	if (!same_blob(st, 4, c->n_parents > 0 ? c->parents[0] : NULL, 20))
		return "parent";
	if (!same_blob(st, 5, c->content, COMMIT_CONTENT_LEN))
		return "content";
	if (!same_int(st, 6, c->time) || !same_int(st, 7, c->offset_min))
		return "time";
	if (!same_text(st, 9, c->login))
		return "login";
	if (!same_text(st, 10, c->person))
		return "person";
	if (!same_text(st, 11, c->action))
		return "action";
	if (!same_text(st, 12, c->edition))
		return "edition";
	if (!same_text(st, 13, c->subject))
		return "subject";
	if (!same_text(st, 14, c->reason))
		return "reason";
	if (!same_blob(st, 16, c->n_parents > 1 ? c->parents[1] : NULL, 20))
		return "parent2";
	if (!same_int(st, 17, side))
		return "side";
	return same_int(st, 15, bytes) ? NULL : "bytes";
}

/* Received when the earliest receipt that covers it was made. */
static int
right_received(struct verify_walk *w, sqlite3_stmt *st, int64_t row)
{
	size_t i;

	while (w->next_receipt < w->n_receipts &&
	       (w->receipts[w->next_receipt].row < row ||
		   w->receipts[w->next_receipt].side))
		w->next_receipt++;
	if (w->next_receipt == w->n_receipts
		? sqlite3_column_type(st, 8) == SQLITE_NULL
		: same_int(st, 8, w->receipts[w->next_receipt].earliest))
		return 1;
	/* one that names a side revision covers what that reaches */
	for (i = 0; i < w->n_receipts; i++)
		if (w->receipts[i].side && w->receipts[i].row >= row &&
		    same_int(st, 8, w->receipts[i].time))
			return 1;
	return 0;
}

/* Rows between the commit before and this one belong to no commit. One may bear
 * any number: before the first commit are all that are less, too. */
int
verify_between(struct verify_walk *w, int64_t to, struct err *e)
{
	int64_t after = w->last_row > 0 ? w->last_row : INT64_MIN;
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	const char *name;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 AND id > ?2"
	    " AND id <= ?3 ORDER BY id",
	    "iii", w->b.id, after, to);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		name = (const char *)sqlite3_column_text(st, 0);
		rc = tell(w, name != NULL ? name : "?",
		    "the index has it, the repository does not:", w->b.name, e);
		if (rc < 0)
			break;
	}
	db_reset(st);
	return rc;
}

static int
check_revision(struct verify_walk *w, sqlite3_stmt *st, const char *name,
    const struct commit *c, const struct admit_file *files, size_t n,
    struct err *e)
{
	int64_t row = sqlite3_column_int64(st, 0);
	const char *column =
	    wrong_column(st, name, c, w->admit->side, wire_bytes(files, n));
	int rc;

	if (column != NULL &&
	    (rc = tell(
		 w, name, "its row differs from the commit in", column, e)) < 0)
		return rc;
	if (!w->unreceipted && !right_received(w, st, row) &&
	    (rc = tell(w, name, "its row differs from the receipts in",
		 "received", e)) < 0)
		return rc;
	if (row <= w->last_row)
		return tell(w, name, "its row is out of order by", "id", e);
	if ((rc = verify_between(w, row - 1, e)) < 0)
		return rc;
	w->last_row = row;
	w->n_rows++;
	return 0;
}

/* --- touches and changes --- */

static int
check_touches(struct verify_walk *w, const char *name, int64_t row,
    const struct admit_file *files, const int64_t *fields, size_t n,
    struct err *e)
{
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	size_t i = 0;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.path, t.blob, r.branch, t.side, t.fields FROM touch t"
	    " LEFT JOIN record r ON r.id = t.record WHERE t.revision = ?1"
	    " ORDER BY r.path",
	    "i", row);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		if (i >= n || !same_text(st, 0, files[i].path) ||
		    !same_blob(st, 1, files[i].new_blob, 20) ||
		    !same_int(st, 2, w->b.id) ||
		    !same_int(st, 3, w->admit->side) ||
		    /* rows of schema version 1 have none */
		    (sqlite3_column_type(st, 4) != SQLITE_NULL &&
			!same_int(st, 4, fields[i])))
			break;
		i++;
	}
	db_reset(st);
	if (rc < 0 || (rc == 0 && i == n))
		return rc;
	return tell(w, name, "the index and the commit change other files, at",
	    i < n ? files[i].path : "-", e);
}

/* JSON text as index.c keeps it: NULL when absent or too long. */
static int
value_text(const cJSON *v, struct buf *b, const char **ret, int *ret_long,
    struct err *e)
{
	int rc;

	*ret = NULL;
	*ret_long = 0;
	buf_clear(b);
	if (v == NULL || cJSON_IsNull(v))
		return 0;
	if ((rc = json_write(v, b, e)) < 0 || (rc = buf_ok(b, e)) < 0)
		return rc;
	*ret_long = b->len > INDEX_VALUE_MAX;
	if (!*ret_long)
		*ret = buf_str(b);
	return 0;
}

static int
check_change(struct verify_walk *w, const char *name, int64_t row,
    const char *path, const cJSON *change, struct err *e)
{
	struct db *db = store_db(w->v->store);
	struct buf old = BUF_INIT, new_ = BUF_INIT;
	const char *field = json_str(change, "field");
	const char *was = NULL, *is = NULL;
	sqlite3_stmt *st = NULL;
	int long_old, long_new, rc, same = 0;

	if ((rc = value_text(
		 json_get(change, "old"), &old, &was, &long_old, e)) < 0 ||
	    (rc = value_text(
		 json_get(change, "new"), &new_, &is, &long_new, e)) < 0)
		goto out;
	rc = db_stmt(db, &st, e,
	    "SELECT c.old, c.new, c.long FROM change c JOIN record r"
	    " ON r.id = c.record WHERE c.revision = ?1 AND r.branch = ?2"
	    " AND r.path = ?3 AND c.field = ?4",
	    "iiss", row, w->b.id, path, field);
	if (rc < 0)
		goto out;
	if ((rc = db_step(db, st, e)) > 0)
		same = same_maybe(st, 0, was) && same_maybe(st, 1, is) &&
		       same_int(st, 2, long_old | long_new << 1);
	db_reset(st);
	if (rc >= 0)
		rc = same ? 0
			  : tell(w, name, "the index has another change of",
				field, e);
out:
	buf_release(&old);
	buf_release(&new_);
	return rc;
}

static int
check_file_changes(struct verify_walk *w, const char *name, int64_t row,
    const struct admit_file *f, int64_t *count, int64_t *ret_fields,
    struct err *e)
{
	cJSON *changes = NULL;
	const cJSON *one;
	int rc;

	if (f->rp.type == NULL)
		return 0;
	rc = record_diff(f->rp.type, f->old_rec, f->new_rec, &changes, e);
	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (one, changes) {
		(*count)++;
		*ret_fields |= index_field_bit(json_str(one, "field"));
		rc = check_change(w, name, row, f->path, one, e);
		if (rc < 0)
			break;
	}
	cJSON_Delete(changes);
	return rc;
}

static int
check_changes(struct verify_walk *w, const char *name, int64_t row,
    const struct admit_file *files, size_t n, int64_t *ret_fields,
    struct err *e)
{
	int64_t want = 0, got = 0;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		if ((rc = check_file_changes(w, name, row, &files[i], &want,
			 &ret_fields[i], e)) < 0)
			return rc;
	if ((rc = db_one_int(store_db(w->v->store), &got, e,
		 "SELECT count(*) FROM change WHERE revision = ?1", "i", row)) <
	    0)
		return rc;
	if (got == want)
		return 0;
	return tell(
	    w, name, "the index has too few or too many rows in", "change", e);
}

/* The changes first: they say what the touches must have. */
static int
check_files(struct verify_walk *w, const char *name, int64_t row,
    const struct admit_file *files, size_t n, struct err *e)
{
	int64_t *fields = calloc(n + 1, sizeof(*fields));
	int rc;

	if (fields == NULL)
		return err_nomem(e);
	rc = check_changes(w, name, row, files, n, fields, e);
	if (rc == 0)
		rc = check_touches(w, name, row, files, fields, n, e);
	free(fields);
	return rc;
}

int
verify_commit_rows(struct verify_walk *w, const unsigned char id[20],
    const struct commit *c, const struct admit_file *files, size_t n,
    struct err *e)
{
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	int64_t row = 0;
	char name[24];
	int rc;

	commit_name(c, name);
	rc = db_stmt(db, &st, e,
	    "SELECT id, name, device, sequence, parent, content, time,"
	    " offset_min, received, login, person, action, edition, subject,"
	    " reason, bytes, parent2, side FROM revision WHERE branch = ?1 AND"
	    " commit_id = ?2",
	    "ib", w->b.id, id, (size_t)20);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0) {
		row = sqlite3_column_int64(st, 0);
		rc = check_revision(w, st, name, c, files, n, e);
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	if (row == 0)
		return tell(w, name,
		    "the repository has it, the index does not:", w->b.name, e);
	return check_files(w, name, row, files, n, e);
}

int
verify_branch_row(
    struct verify_walk *w, const struct commit *tip, struct err *e)
{
	struct err f;

	if (w->b.n == w->n && w->b.tip_time == tip->time &&
	    memcmp(w->b.content, tip->content, COMMIT_CONTENT_LEN) == 0)
		return 0;
	err_set(&f, ERR_DAMAGED, 0,
	    "the index counts %d revisions of this branch, its tip is number "
	    "%" PRId64 "; or time or content of the tip differ",
	    w->b.n, w->n);
	err_hint(&f, VERIFY_REINDEX);
	return verify_found(w->v, "error", "index", w->where, &f, e);
}
