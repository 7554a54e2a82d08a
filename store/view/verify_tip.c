/*
 * The state's part of verify: the rows of records against the tree of the
 * indexed tip, both ways, and each at the last touch of its record.
 *
 * All of it is read each time, as what people are shown is read from there. But
 * reading the tip's trees and hashing each record's bytes as git does costs more
 * than that: so a proof seals the sum of what it saw (the tree's id and all of
 * those rows), and while the sum is the same, so is what it proved. The touches
 * are rows of old revisions, which only the patrol and a proof from zero read.
 */
#include "store/view/verify_state.h"

#include <sodium.h>

#define SUM_LEN 32
#define ABSENT (-1)

/* All rows of a branch, each with the last touch of its record. */
#define ROWS                                                                   \
	"SELECT r.path, r.blob, r.bytes, r.revision, t.revision, t.blob"       \
	" FROM record r LEFT JOIN touch t ON t.record = r.id"                  \
	" AND t.revision = (SELECT max(u.revision) FROM touch u"               \
	" WHERE u.record = r.id AND u.side = 0)"                               \
	" WHERE r.branch = ?1 ORDER BY r.path"

#define SUM_ROWS                                                               \
	"SELECT path, blob, bytes, revision FROM record"                       \
	" WHERE branch = ?1 ORDER BY path"

enum { PATH, BLOB, BYTES, REVISION, TOUCHED, TOUCH_BLOB };

static int
tell(struct verify_walk *w, const char *path, const char *what, struct err *e)
{
	struct err f;

	err_set(&f, ERR_DAMAGED, 0, "record '%s': %s", path, what);
	err_hint(&f, VERIFY_REINDEX);
	return verify_found(w->v, "error", "state", w->where, &f, e);
}

/* --- the sum --- */

static void
add_int(crypto_generichash_state *h, int64_t n)
{
	crypto_generichash_update(h, (const unsigned char *)&n, sizeof(n));
}

/* Its length first: no two rows give the same bytes. */
static void
add_column(crypto_generichash_state *h, sqlite3_stmt *st, int col)
{
	const void *data;
	int len;

	switch (sqlite3_column_type(st, col)) {
	case SQLITE_NULL:
		add_int(h, ABSENT);
		return;
	case SQLITE_INTEGER:
		add_int(h, sqlite3_column_int64(st, col));
		return;
	default:
		data = sqlite3_column_blob(st, col);
		len = sqlite3_column_bytes(st, col);
		add_int(h, len);
		if (len > 0)
			crypto_generichash_update(
			    h, data, (unsigned long long)len);
	}
}

/* *ret_n: how many records there are. */
static int
sum_rows(struct verify_walk *w, char ret[65], int64_t *ret_n, struct err *e)
{
	struct db *db = store_db(w->v->store);
	unsigned char sum[SUM_LEN];
	crypto_generichash_state h;
	sqlite3_stmt *st = NULL;
	int i, rc;

	*ret_n = 0;
	if ((rc = db_stmt(db, &st, e, SUM_ROWS, "i", w->b.id)) < 0)
		return rc;
	crypto_generichash_init(&h, NULL, 0, sizeof(sum));
	crypto_generichash_update(&h, w->tip_tree, sizeof(w->tip_tree));
	while ((rc = db_step(db, st, e)) > 0) {
		*ret_n += sqlite3_column_type(st, BLOB) != SQLITE_NULL;
		for (i = 0; i <= REVISION; i++)
			add_column(&h, st, i);
	}
	db_reset(st);
	crypto_generichash_final(&h, sum, sizeof(sum));
	sodium_bin2hex(ret, 65, sum, sizeof(sum));
	return rc;
}

/* Are they what a proof saw before? Leaves the sum for this one. */
static int
is_as_proved(struct verify_walk *w, int *ret, struct err *e)
{
	int64_t n = 0;
	int rc;

	*ret = 0;
	if ((rc = sum_rows(w, w->state_sum, &n, e)) < 0 || w->sealed == NULL ||
	    strcmp(w->sealed->state_sum, w->state_sum) != 0)
		return rc;
	w->v->records += n;
	*ret = 1;
	return 0;
}

/* --- the rows themselves --- */

static int
is_blob(sqlite3_stmt *st, int col, const unsigned char id[20])
{
	return sqlite3_column_bytes(st, col) == 20 &&
	       memcmp(sqlite3_column_blob(st, col), id, 20) == 0;
}

static int
on_tip_file(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *blob, struct err *e)
{
	struct verify_walk *w = arg;
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	unsigned char id[20];
	int rc, same = 0;

	(void)old_blob;
	w->v->records++;
	rc = db_stmt(db, &st, e,
	    "SELECT blob, bytes FROM record WHERE branch = ?1 AND path = ?2",
	    "is", w->b.id, path);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0 && sqlite3_column_bytes(st, 1) > 0) {
		rc = store_blob_id(sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), id, e);
		same = rc == 0 && is_blob(st, 0, blob) &&
		       memcmp(id, blob, 20) == 0;
	}
	db_reset(st);
	if (rc < 0 || same)
		return rc < 0 ? rc : 0;
	return tell(
	    w, path, "its state in the index is not that of the tip", e);
}

/* A row that says a record is there which the tip does not have. */
static int
check_extra(
    struct verify_walk *w, struct tree *t, sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, PATH);
	unsigned char blob[20];

	if (sqlite3_column_type(st, BLOB) == SQLITE_NULL &&
	    sqlite3_column_type(st, BYTES) == SQLITE_NULL)
		return 0;
	if (path != NULL && tree_find(t, path, blob, NULL) == 0)
		return 0;
	return tell(w, path != NULL ? path : "?",
	    "the index has it, the tip does not", e);
}

/* What a side line alone touched stands at none (0). */
static int
has_touch(struct verify_walk *w, const char *path, int *ret, struct err *e)
{
	int64_t n = 0;
	int rc = db_one_int(store_db(w->v->store), &n, e,
	    "SELECT count(*) FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE r.branch = ?1 AND r.path = ?2",
	    "is", w->b.id, path);

	*ret = n > 0;
	return rc;
}

/* Each record's row must stand at its last touch. */
static int
check_last_touch(struct verify_walk *w, sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, PATH);
	int rc, good = 0;

	if (sqlite3_column_type(st, TOUCHED) != SQLITE_NULL)
		good = sqlite3_column_int64(st, TOUCHED) ==
			   sqlite3_column_int64(st, REVISION) &&
		       sqlite3_column_type(st, BLOB) ==
			   sqlite3_column_type(st, TOUCH_BLOB) &&
		       (sqlite3_column_type(st, BLOB) == SQLITE_NULL ||
			   (sqlite3_column_bytes(st, TOUCH_BLOB) == 20 &&
			       is_blob(st, BLOB,
				   sqlite3_column_blob(st, TOUCH_BLOB))));
	else if (path != NULL && sqlite3_column_int64(st, REVISION) == 0 &&
		 sqlite3_column_type(st, BLOB) == SQLITE_NULL &&
		 (rc = has_touch(w, path, &good, e)) < 0)
		return rc;
	if (good)
		return 0;
	return tell(w, path != NULL ? path : "?",
	    "its row does not stand at its last revision", e);
}

static int
check_rows(struct verify_walk *w, struct tree *t, struct err *e)
{
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = tree_load(t, w->tip_at > 0 ? w->tip_tree : NULL,
		 repo_tree_source, w->trust.repo, e)) < 0 ||
	    (rc = db_stmt(db, &st, e, ROWS, "i", w->b.id)) < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0)
		if ((rc = check_extra(w, t, st, e)) < 0 ||
		    (rc = check_last_touch(w, st, e)) < 0)
			break;
	db_reset(st);
	return rc;
}

int
verify_state_rows(struct verify_walk *w, struct err *e)
{
	struct tree *t;
	int rc, known = 0;

	if ((rc = is_as_proved(w, &known, e)) < 0 || known)
		return rc < 0 ? rc : verify_between(w, INT64_MAX, e);
	if (w->tip_at > 0 &&
	    (rc = tree_diff(NULL, w->tip_tree, repo_tree_source, w->trust.repo,
		 ADMIT_MAX_ENTRIES, on_tip_file, w, e)) < 0)
		return rc;
	if ((t = tree_new()) == NULL)
		return err_nomem(e);
	rc = check_rows(w, t, e);
	tree_free(t);
	return rc < 0 ? rc : verify_between(w, INT64_MAX, e);
}
