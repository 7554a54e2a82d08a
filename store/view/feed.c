#include "store/view/feed.h"

#include "store/look/asof.h"
#include "store/view/query.h"

/* Answers of one page together; the greatest record comes on top of it. */
#define PAGE_BYTES ((int64_t)400 * 1024)

static int
put_commit(
    cJSON *out, const char *key, sqlite3_stmt *st, int col, struct err *e)
{
	char hex[41];

	if (sqlite3_column_bytes(st, col) != COMMIT_ID_LEN)
		return err_set(
		    e, ERR_DAMAGED, 0, "a revision's row has no commit id");
	commit_hex(sqlite3_column_blob(st, col), hex);
	return json_put_str(out, key, hex, e);
}

/* --- heads --- */

/* Row: office, name, n, tip. */
static int
push_head(cJSON *list, sqlite3_stmt *st, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(out, "office",
		 (const char *)sqlite3_column_text(st, 0), e)) < 0 ||
	    (rc = json_put_str(out, "branch",
		 (const char *)sqlite3_column_text(st, 1), e)) < 0 ||
	    (rc = json_put_int(out, "n", sqlite3_column_int64(st, 2), e)) < 0 ||
	    (rc = put_commit(out, "tip", st, 3, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	return json_push(list, out, e);
}

int
feed_heads(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *list = cJSON_CreateArray();
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = json_put(out, "branches", list, e)) < 0)
		goto out;
	rc = db_stmt(db, &st, e,
	    "SELECT office, name, n, tip FROM branch WHERE tip IS NOT NULL"
	    " ORDER BY office, name DESC",
	    "");
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = push_head(list, st, e);
	db_reset(st);
out:
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- revisions --- */

/* The row of a commit on the branch; ERR_NOT_FOUND without a sentence. */
static int
find_row(struct store *s, const struct branch *b, const char *hex, int64_t *ret,
    struct err *e)
{
	unsigned char id[COMMIT_ID_LEN];
	int rc = commit_unhex(hex, id, e);

	if (rc < 0)
		return rc;
	return db_one_int(store_db(s), ret, e,
	    "SELECT id FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)id, (size_t)COMMIT_ID_LEN, b->id);
}

/* The name of the commit that was read last, "" where the branch has it no
 * longer, or at another place. */
static int
find_place(struct store *s, const struct branch *b, const struct feed_query *q,
    char ret[24], struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int64_t row = 0, n = 0;
	int rc = find_row(s, b, q->after, &row, e);

	ret[0] = '\0';
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0 ||
	    (rc = db_one_int(db, &n, e,
		 "SELECT count(*) FROM revision WHERE branch = ?1 AND id <= ?2",
		 "ii", b->id, row)) < 0 ||
	    n != q->n)
		return rc;
	rc = db_stmt(
	    db, &st, e, "SELECT name FROM revision WHERE id = ?1", "i", row);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0)
		snprintf(
		    ret, 24, "%s", (const char *)sqlite3_column_text(st, 0));
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* Fewer at once until none must be cut, or only one is left. */
static int
read_page(struct store *s, const struct feed_query *q, const char *cursor,
    cJSON **ret, struct err *e)
{
	struct query_history h = { .office = q->office,
		.branch = q->branch,
		.cursor = cursor[0] != '\0' ? cursor : NULL,
		.oldest_first = 1,
		.limit = q->limit };
	int rc;

	for (;;) {
		if ((rc = query_history(s, &h, ret, e)) < 0 || h.limit == 1 ||
		    !json_bool(*ret, "cut", 0))
			return rc;
		cJSON_Delete(*ret);
		*ret = NULL;
		h.limit /= 2;
	}
}

static int
put_page(cJSON *out, cJSON *page, int is_reset, struct err *e)
{
	cJSON *list =
	    cJSON_DetachItemFromObjectCaseSensitive(page, "revisions");
	int rc;

	if ((rc = json_put(out, "revisions", list, e)) < 0 ||
	    (rc = json_put_bool(out, "reset", is_reset, e)) < 0 ||
	    (rc = json_put_bool(
		 out, "more", json_str(page, "next") != NULL, e)) < 0)
		return rc;
	return json_put_bool(out, "cut", json_bool(page, "cut", 0), e);
}

int
feed_revisions(
    struct store *s, const struct feed_query *q, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *page = NULL;
	struct branch *b = NULL;
	char cursor[24] = "";
	int began = 0, rc;

	if ((rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = store_branch(s, q->office, q->branch, &b, e)) == 0 &&
	    (q->after == NULL || (rc = find_place(s, b, q, cursor, e)) == 0) &&
	    (rc = read_page(s, q, cursor, &page, e)) == 0)
		rc = put_page(
		    out, page, q->after != NULL && cursor[0] == '\0', e);
	cJSON_Delete(page);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- answers --- */

/* Row: path, bytes, commit, name. */
static int
push_answer(cJSON *list, sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	cJSON *out = cJSON_CreateObject(), *rec = NULL;
	int rc;

	if (sqlite3_column_type(st, 1) == SQLITE_NULL)
		rec = cJSON_CreateNull();
	else if ((rc = asof_parse(sqlite3_column_blob(st, 1),
		      (size_t)sqlite3_column_bytes(st, 1), path, &rec, e)) < 0)
		goto out;
	if ((rc = json_put(out, "record", rec, e)) < 0 ||
	    (rc = json_put_str(out, "path", path, e)) < 0 ||
	    (rc = put_commit(out, "commit", st, 2, e)) < 0 ||
	    (rc = json_put_str(out, "revision",
		 (const char *)sqlite3_column_text(st, 3), e)) < 0)
		goto out;
	return json_push(list, out, e);
out:
	cJSON_Delete(out);
	return rc;
}

/* Of the records that the stretch touched, those that nothing touched later:
 * what was changed after it comes with its own stretch. */
static int
read_answers(struct store *s, const struct branch *b,
    const struct feed_stretch *q, int64_t from, int64_t to, cJSON *out,
    struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	char next[120] = "";
	int64_t bytes = 0;
	int rc;

	if ((rc = json_put(out, "records", list, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT r.path, r.bytes, v.commit_id, v.name FROM revision v"
	    " CROSS JOIN touch t ON t.revision = v.id"
	    " CROSS JOIN record r ON r.id = t.record AND r.revision = v.id"
	    " WHERE v.branch = ?1 AND v.id > ?2 AND v.id <= ?3"
	    " AND r.path GLOB '[0-9][0-9][0-9][0-9]/items/*.json'"
	    " AND r.path > ?4 ORDER BY r.path",
	    "iiis", b->id, from, to, q->after != NULL ? q->after : "");
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0 && bytes < PAGE_BYTES) {
		snprintf(next, sizeof(next), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		bytes += sqlite3_column_bytes(st, 1) + 200;
		if ((rc = push_answer(list, st, e)) < 0)
			break;
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	return json_put_str(out, "next", rc > 0 ? next : NULL, e);
}

static int
find_end(struct store *s, const struct branch *b, const char *hex, int64_t *ret,
    struct err *e)
{
	int rc = find_row(s, b, hex, ret, e);

	if (rc == ERR_NOT_FOUND)
		err_set(e, ERR_NOT_FOUND, 0,
		    "branch '%s' of office %s has no commit %.40s", b->name,
		    b->office, hex);
	return rc;
}

int
feed_answers(
    struct store *s, const struct feed_stretch *q, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct branch *b = NULL;
	int64_t from = 0, to = 0;
	int began = 0, rc;

	if ((rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = store_branch(s, q->office, q->branch, &b, e)) == 0 &&
	    (q->from == NULL ||
		(rc = find_end(s, b, q->from, &from, e)) == 0) &&
	    (rc = find_end(s, b, q->to, &to, e)) == 0)
		rc = read_answers(s, b, q, from, to, out, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
