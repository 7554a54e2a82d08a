/* Takes texts of records into the index, and holds it against them. */
#include "store/view/search.h"

#include <inttypes.h>

#include "store/view/search_text.h"

struct row { /* one text as the index has it */
	int64_t id;
	char *field, *folded;
	int kept;
};

struct rows {
	struct row *list;
	size_t n;
};

static void
rows_release(struct rows *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		free(r->list[i].field);
		free(r->list[i].folded);
	}
	free(r->list);
}

static int
rows_read(struct db *db, int64_t record, struct rows *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	struct row *grown;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(db, &st, e,
	    "SELECT id, field, folded FROM search_text WHERE record = ?1", "i",
	    record);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		grown = realloc(ret->list, (ret->n + 1) * sizeof(*grown));
		if (grown == NULL) {
			rc = err_nomem(e);
			break;
		}
		ret->list = grown;
		grown += ret->n++;
		grown->id = sqlite3_column_int64(st, 0);
		grown->kept = 0;
		grown->field = strdup((const char *)sqlite3_column_text(st, 1));
		grown->folded =
		    strdup((const char *)sqlite3_column_text(st, 2));
		if (grown->field == NULL || grown->folded == NULL) {
			rc = err_nomem(e);
			break;
		}
	}
	db_reset(st);
	if (rc < 0)
		rows_release(ret);
	return rc;
}

static int
drop_row(struct db *db, const struct row *r, struct err *e)
{
	int rc = db_run(db, e,
	    "INSERT INTO search_trigram(search_trigram, rowid, folded)"
	    " VALUES('delete', ?1, ?2)",
	    "is", r->id, r->folded);

	if (rc < 0)
		return rc;
	return db_run(
	    db, e, "DELETE FROM search_text WHERE id = ?1", "i", r->id);
}

static int
add_row(
    struct db *db, int64_t record, const struct search_text *t, struct err *e)
{
	int rc = db_run(db, e,
	    "INSERT INTO search_text(record, field, folded)"
	    " VALUES(?1, ?2, ?3)",
	    "iss", record, t->field, t->folded);

	if (rc < 0)
		return rc;
	return db_run(db, e,
	    "INSERT INTO search_trigram(rowid, folded) VALUES(?1, ?2)", "is",
	    db_last_id(db), t->folded);
}

static int
has_row(struct rows *r, const struct search_text *t)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (!r->list[i].kept &&
		    strcmp(r->list[i].field, t->field) == 0 &&
		    strcmp(r->list[i].folded, t->folded) == 0) {
			r->list[i].kept = 1;
			return 1;
		}
	}
	return 0;
}

/* Makes the index agree with the texts of a record (write), or counts where it
 * does not. What stayed the same is left alone. */
static int
reconcile(struct db *db, int64_t record, const struct search_texts *texts,
    int write, int64_t *wrong, struct err *e)
{
	struct rows rows;
	size_t i;
	int rc;

	if ((rc = rows_read(db, record, &rows, e)) < 0)
		return rc;
	for (i = 0; i < texts->n && rc == 0; i++) {
		if (has_row(&rows, &texts->list[i]))
			continue;
		++*wrong;
		if (write)
			rc = add_row(db, record, &texts->list[i], e);
	}
	for (i = 0; i < rows.n && rc == 0; i++) {
		if (rows.list[i].kept)
			continue;
		++*wrong;
		if (write)
			rc = drop_row(db, &rows.list[i], e);
	}
	rows_release(&rows);
	return rc;
}

struct walk {
	struct store *s;
	int write;
	int64_t texts, wrong;
};

/* Row: record, path, bytes, branch name. */
static int
take_record(struct walk *w, sqlite3_stmt *st, struct err *e)
{
	struct search_texts texts;
	int rc = search_texts_get(&texts, store_conf(w->s)->role != ROLE_OFFICE,
	    (const char *)sqlite3_column_text(st, 3),
	    (const char *)sqlite3_column_text(st, 1),
	    sqlite3_column_blob(st, 2), (size_t)sqlite3_column_bytes(st, 2), e);

	/* a damaged record is told by whoever looks at it as a record */
	if (rc == ERR_DAMAGED && !w->write)
		return 0;
	if (rc < 0)
		return rc;
	w->texts += (int64_t)texts.n;
	rc = reconcile(store_db(w->s), sqlite3_column_int64(st, 0), &texts,
	    w->write, &w->wrong, e);
	search_texts_release(&texts);
	return rc;
}

int
search_put_back(struct store *s, int64_t record, struct err *e)
{
	struct walk w = { .s = s, .write = 1 };
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(store_db(s), &st, e,
	    "SELECT r.id, r.path, r.bytes, b.name FROM record r"
	    " JOIN branch b ON b.id = r.branch WHERE r.id = ?1",
	    "i", record);
	if (rc == 0 && (rc = db_step(store_db(s), st, e)) > 0)
		rc = take_record(&w, st, e);
	db_reset(st);
	return rc;
}

/* Up to max records by the order of the revisions that changed them last; all
 * of a revision or none. *mark: how far it came. */
static int
take_some(struct walk *w, int max, int64_t *mark, struct err *e)
{
	struct db *db = store_db(w->s);
	sqlite3_stmt *st = NULL;
	int64_t at = *mark, revision;
	int n = 0, rc;

	/* a record is taken in by its newest touch alone */
	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.path, r.bytes, b.name, t.revision FROM touch t"
	    " JOIN record r ON r.id = t.record AND r.revision = t.revision"
	    " JOIN branch b ON b.id = r.branch"
	    " WHERE t.revision > ?1 ORDER BY t.revision",
	    "i", at);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		revision = sqlite3_column_int64(st, 4);
		if (max > 0 && n >= max && revision != at)
			break;
		at = revision;
		n++;
		rc = take_record(w, st, e);
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	*mark = at;
	if (rc > 0)
		return 0;
	/* nothing waits: revisions that changed nothing still there count too */
	return db_one_int(
	    db, mark, e, "SELECT ifnull(max(id), 0) FROM revision", "");
}

static int
count_left(struct db *db, int64_t mark, int64_t *ret, struct err *e)
{
	return db_one_int(db, ret, e,
	    "SELECT count(*) FROM touch t JOIN record r ON r.id = t.record"
	    " AND r.revision = t.revision WHERE t.revision > ?1",
	    "i", mark);
}

static int
index_some(struct store *s, int max, int64_t *ret_left, struct err *e)
{
	struct walk w = { .s = s, .write = 1 };
	struct db *db = store_db(s);
	char text[24];
	int64_t mark, before;
	int rc;

	if ((rc = search_mark(db, &mark, e)) < 0)
		return rc;
	before = mark;
	if ((rc = take_some(&w, max, &mark, e)) < 0)
		return rc;
	snprintf(text, sizeof(text), "%" PRId64, mark);
	if (mark != before &&
	    (rc = db_run(db, e,
		 "INSERT INTO mark(name, value) VALUES('" SEARCH_MARK "', ?1)"
		 " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
		 "s", text)) < 0)
		return rc;
	return count_left(db, mark, ret_left, e);
}

int
search_index(struct store *s, int max, int64_t *ret_left, struct err *e)
{
	struct db *db = store_db(s);
	int64_t mark, waiting;
	int rc;

	if (!sqlite3_get_autocommit(db_handle(db)))
		return index_some(s, max, ret_left, e);
	/* nothing to do costs no transaction and no fsync */
	if ((rc = search_mark(db, &mark, e)) < 0 ||
	    (rc = count_left(db, mark, &waiting, e)) < 0)
		return rc;
	*ret_left = 0;
	if (waiting == 0)
		return 0;
	if ((rc = db_begin(db, e)) < 0)
		return rc;
	if ((rc = index_some(s, max, ret_left, e)) < 0) {
		db_rollback(db, NULL);
		return rc;
	}
	return db_commit(db, e);
}

int
search_check(
    struct store *s, int64_t *ret_texts, int64_t *ret_wrong, struct err *e)
{
	struct walk w = { .s = s };
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int64_t mark, indexed = 0;
	int rc;

	if ((rc = search_mark(db, &mark, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.path, r.bytes, b.name FROM record r"
	    " JOIN branch b ON b.id = r.branch WHERE r.revision <= ?1",
	    "i", mark);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = take_record(&w, st, e);
	db_reset(st);
	if (rc < 0)
		return rc;
	rc = db_one_int(db, &indexed, e,
	    "SELECT count(*) FROM search_text WHERE record NOT IN"
	    " (SELECT id FROM record)",
	    "");
	*ret_texts = w.texts;
	*ret_wrong = w.wrong + indexed;
	return rc;
}
