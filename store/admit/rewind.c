#include "store/admit/rewind.h"

#include <inttypes.h>

#include "store/look/spans.h"
#include "store/view/search.h"

struct rewind {
	struct store *s;
	struct branch *b;
	int64_t row;      /* the last one that stays; 0 = none */
	int64_t *records; /* whose state may become another */
	size_t n, cap;
};

static int
add_record(struct rewind *w, int64_t record, struct err *e)
{
	size_t cap = w->cap == 0 ? 32 : w->cap * 2;
	int64_t *grown;

	if (w->n == w->cap) {
		if ((grown = realloc(w->records, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		w->records = grown;
		w->cap = cap;
	}
	w->records[w->n++] = record;
	return 0;
}

static int
list_records(struct rewind *w, struct err *e)
{
	struct db *db = store_db(w->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT DISTINCT t.record FROM revision v"
	    " JOIN touch t ON t.revision = v.id"
	    " WHERE v.branch = ?1 AND v.id > ?2",
	    "ii", w->b->id, w->row);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = add_record(w, sqlite3_column_int64(st, 0), e);
	db_reset(st);
	return rc;
}

static int
drop_rows(struct rewind *w, struct err *e)
{
	static const char *const statements[] = {
		"DELETE FROM change WHERE revision IN (SELECT id FROM revision"
		" WHERE branch = ?1 AND id > ?2)",
		"DELETE FROM touch WHERE revision IN (SELECT id FROM revision"
		" WHERE branch = ?1 AND id > ?2)",
		"DELETE FROM revision WHERE branch = ?1 AND id > ?2",
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		rc = db_run(
		    store_db(w->s), e, statements[i], "ii", w->b->id, w->row);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* --- one record --- */

/* Its last touch on the first-parent line; *ret_revision 0 if there is none. */
static int
last_touch(struct rewind *w, int64_t record, int64_t *ret_revision,
    unsigned char ret_blob[20], int *ret_has_blob, struct err *e)
{
	struct db *db = store_db(w->s);
	sqlite3_stmt *st = NULL;
	int rc;

	*ret_revision = 0;
	*ret_has_blob = 0;
	rc = db_stmt(db, &st, e,
	    "SELECT revision, blob FROM touch WHERE record = ?1 AND side = 0"
	    " ORDER BY revision DESC LIMIT 1",
	    "i", record);
	if (rc < 0 || (rc = db_step(db, st, e)) <= 0)
		goto out;
	rc = 0;
	*ret_revision = sqlite3_column_int64(st, 0);
	if (sqlite3_column_bytes(st, 1) == COMMIT_ID_LEN) {
		memcpy(ret_blob, sqlite3_column_blob(st, 1), COMMIT_ID_LEN);
		*ret_has_blob = 1;
	}
out:
	db_reset(st);
	return rc;
}

static int
put_back(struct rewind *w, int64_t record, struct err *e)
{
	struct db *db = store_db(w->s);
	struct buf bytes = BUF_INIT;
	unsigned char blob[20];
	int64_t revision;
	int has, rc;

	if ((rc = last_touch(w, record, &revision, blob, &has, e)) < 0)
		return rc;
	if (has && (rc = store_blob(w->s, w->b, blob, &bytes, e)) < 0)
		goto out;
	rc = db_run(db, e,
	    "UPDATE record SET revision = ?2, blob = ?3, bytes = ?4"
	    " WHERE id = ?1",
	    "iibb", record, revision, has ? blob : NULL, (size_t)COMMIT_ID_LEN,
	    has ? (const void *)buf_str(&bytes) : NULL, bytes.len);
	if (rc < 0 || (rc = search_put_back(w->s, record, e)) < 0)
		goto out;
	/* a path that nothing touched any more never was */
	if (revision == 0)
		rc = db_run(db, e,
		    "DELETE FROM record WHERE id = ?1 AND NOT EXISTS"
		    "(SELECT 1 FROM touch WHERE record = ?1)",
		    "i", record);
out:
	buf_release(&bytes);
	return rc;
}

/* --- the branch --- */

/* Ids are given again: what was searched up to must not lie after them. */
static int
lower_mark(struct rewind *w, struct err *e)
{
	struct db *db = store_db(w->s);
	int64_t last = 0;
	char text[24];
	int rc;

	if ((rc = db_one_int(db, &last, e,
		 "SELECT ifnull(max(id), 0) FROM revision", "")) < 0)
		return rc;
	snprintf(text, sizeof(text), "%" PRId64, last);
	return db_run(db, e,
	    "UPDATE mark SET value = ?1 WHERE name = 'search'"
	    " AND CAST(value AS INTEGER) > ?2",
	    "si", text, last);
}

/* The branch's row and *b, from the revision's row. */
static int
move_branch(struct rewind *w, struct err *e)
{
	struct db *db = store_db(w->s);
	struct branch *b = w->b;
	int rc;

	rc = db_run(db, e,
	    "UPDATE branch SET"
	    " n = (SELECT count(*) FROM revision WHERE branch = ?1),"
	    " tip = (SELECT commit_id FROM revision WHERE id = ?2),"
	    " content = (SELECT content FROM revision WHERE id = ?2),"
	    " tip_time = ifnull((SELECT time FROM revision WHERE id = ?2), 0)"
	    " WHERE id = ?1",
	    "ii", b->id, w->row);
	return rc < 0 ? rc : store_reload_branch(w->s, b, e);
}

int
rewind_branch(
    struct store *s, struct branch *b, const unsigned char *to, struct err *e)
{
	struct rewind w = { .s = s, .b = b };
	size_t i;
	int rc = 0;

	if (to != NULL &&
	    (rc = db_one_int(store_db(s), &w.row, e,
		 "SELECT id FROM revision WHERE commit_id = ?1 AND branch = ?2"
		 " AND side = 0",
		 "bi", (const void *)to, (size_t)20, b->id)) < 0)
		return rc;
	if ((rc = list_records(&w, e)) < 0 || (rc = drop_rows(&w, e)) < 0 ||
	    (rc = spans_cut(store_db(s), b->id, w.row, e)) < 0)
		goto out;
	for (i = 0; i < w.n && rc == 0; i++)
		rc = put_back(&w, w.records[i], e);
	if (rc == 0 && (rc = lower_mark(&w, e)) == 0)
		rc = move_branch(&w, e);
out:
	free(w.records);
	return rc;
}
