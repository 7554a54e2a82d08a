#include "store/view/history_record.h"

#include "base/clock.h"
#include "store/save/index.h"

/* --- the record --- */

/* The year, and that its edition has the item. */
static int
find_year(struct store *s, const struct branch *b, int *year, const char *word,
    struct err *e)
{
	const struct edition_item *it = NULL;
	const struct edition *ed = NULL;
	int rc;

	if (!named_needs_year(word))
		return 0;
	if ((rc = store_cycle(s, b->office, *year, year, &ed, e)) < 0)
		return rc;
	return edition_is_item(word) ? edition_find_item(ed, word, &it, e) : 0;
}

int
history_record_find(struct store *s, const struct branch *b, int year,
    const char *word, const char *field, struct history_record *ret,
    struct err *e)
{
	enum record_branch of =
	    strcmp(b->name, "hall") == 0 ? RECORD_HALL : RECORD_OFFICE;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = find_year(s, b, &year, word, e)) < 0 ||
	    (rc = named_path(word, of, year, ret->path, e)) < 0 ||
	    (rc = named_parse(ret->path, of, &ret->rp, e)) < 0)
		return rc;
	if (field != NULL && record_field(ret->rp.type, field) == NULL)
		return named_field_unknown(&ret->rp, field, e);
	rc = db_one_int(store_db(s), &ret->id, e,
	    "SELECT id FROM record WHERE branch = ?1 AND path = ?2", "is",
	    b->id, ret->path);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

int
history_record_stood(struct store *s, int64_t record, const char *field,
    int64_t after, int64_t up_to, struct err *e)
{
	int64_t one;
	int rc;

	/* an old row has no bits: any field may have changed (index.h) */
	rc = db_one_int(store_db(s), &one, e,
	    "SELECT 1 FROM touch t WHERE t.record = ?1 AND t.revision > ?2"
	    " AND t.revision <= ?3 AND t.side = 0"
	    " AND ifnull(t.fields, -1) & ?4 <> 0"
	    " AND EXISTS(SELECT 1 FROM change c WHERE c.revision = t.revision"
	    " AND c.record = ?1 AND c.field = ?5) LIMIT 1",
	    "iiiis", record, after, up_to, index_field_bit(field), field);
	if (rc == ERR_NOT_FOUND)
		return 1;
	return rc < 0 ? rc : 0;
}

/* --- a revision --- */

static int
put_time(cJSON *out, const char *key, int64_t t, int offset_min, struct err *e)
{
	char text[CLOCK_TEXT];

	clock_rfc3339(text, t, offset_min);
	return json_put_str(out, key, text, e);
}

static int
put_hex(cJSON *out, const char *key, sqlite3_stmt *st, int col, struct err *e)
{
	char hex[41];

	if (sqlite3_column_bytes(st, col) != COMMIT_ID_LEN)
		return err_set(
		    e, ERR_DAMAGED, 0, "a revision's row has no commit id");
	commit_hex(sqlite3_column_blob(st, col), hex);
	return key != NULL ? json_put_str(out, key, hex, e)
			   : json_push_str(out, hex, e);
}

static int
put_text(cJSON *out, const char *key, sqlite3_stmt *st, int col, struct err *e)
{
	return json_put_str(
	    out, key, (const char *)sqlite3_column_text(st, col), e);
}

static int
put_person(cJSON *out, sqlite3_stmt *st, struct err *e)
{
	cJSON *p = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(out, "person", p, e)) < 0 ||
	    (rc = put_text(p, "login", st, ROW_LOGIN, e)) < 0)
		return rc;
	return put_text(p, "name", st, ROW_PERSON, e);
}

int
history_record_put_who(
    struct store *s, cJSON *out, sqlite3_stmt *st, struct err *e)
{
	int rc;

	if ((rc = put_text(out, "revision", st, ROW_NAME, e)) < 0 ||
	    (rc = put_hex(out, "commit", st, ROW_COMMIT, e)) < 0 ||
	    (rc = put_time(out, "time", sqlite3_column_int64(st, ROW_TIME),
		 sqlite3_column_int(st, ROW_OFFSET), e)) < 0 ||
	    (rc = put_person(out, st, e)) < 0 ||
	    (rc = put_text(out, "device", st, ROW_DEVICE, e)) < 0 ||
	    (rc = put_text(out, "action", st, ROW_ACTION, e)) < 0 ||
	    (rc = put_text(out, "reason", st, ROW_REASON, e)) < 0)
		return rc;
	if (sqlite3_column_type(st, ROW_RECEIVED) == SQLITE_NULL)
		return json_put_str(out, "received", NULL, e);
	return put_time(out, "received", sqlite3_column_int64(st, ROW_RECEIVED),
	    store_conf(s)->offset_min, e);
}

int
history_record_put_shape(cJSON *out, sqlite3_stmt *st, struct err *e)
{
	cJSON *parents = cJSON_CreateArray();
	int rc;

	if ((rc = json_put(out, "parents", parents, e)) < 0 ||
	    (sqlite3_column_type(st, ROW_PARENT) != SQLITE_NULL &&
		(rc = put_hex(parents, NULL, st, ROW_PARENT, e)) < 0) ||
	    (sqlite3_column_type(st, ROW_PARENT2) != SQLITE_NULL &&
		(rc = put_hex(parents, NULL, st, ROW_PARENT2, e)) < 0))
		return rc;
	return json_put_bool(
	    out, "side", sqlite3_column_int(st, ROW_SIDE) != 0, e);
}
