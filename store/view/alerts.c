#include "store/view/alerts.h"

#include "base/clock.h"
#include "store/db/mark.h"

#define DIGEST_MARK "alerts_digest" /* the day whose digest went */
#define ENDED_SHOWN 20
#define DAY_LEN 10

/* --- new and over --- */

static int
open_one(struct store *s, const cJSON *one, int64_t now, struct err *e)
{
	const char *key = json_str(one, "key");
	const char *message = json_str(one, "message");
	const char *th = json_str(one, "message_th");

	/* what is known already is only said anew, as sentences change */
	return db_run(store_db(s), e,
	    "INSERT INTO alert(key, kind, office, message, message_th, since,"
	    " raised) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	    " ON CONFLICT(key) WHERE ended IS NULL DO UPDATE SET"
	    " message = ?4, message_th = ?5"
	    " WHERE message IS NOT ?4 OR message_th IS NOT ?5",
	    "sssssii", key, json_str(one, "kind"), json_str(one, "office"),
	    message, th, json_int(one, "since", now), now);
}

/* What is not in the list is over. */
static int
end_others(struct store *s, const cJSON *looked, int64_t now, struct err *e)
{
	struct buf keys = BUF_INIT;
	cJSON *list = cJSON_CreateArray();
	const cJSON *one;
	int rc = list != NULL ? 0 : err_nomem(e);

	cJSON_ArrayForEach (one, looked)
		if (rc == 0)
			rc = json_push_str(list, json_str(one, "key"), e);
	if (rc == 0)
		rc = json_write(list, &keys, e);
	if (rc == 0)
		rc = db_run(store_db(s), e,
		    "DELETE FROM alert WHERE ended IS NULL AND told IS NULL AND"
		    " key NOT IN (SELECT value FROM json_each(?1))",
		    "s", buf_str(&keys));
	if (rc == 0)
		rc = db_run(store_db(s), e,
		    "UPDATE alert SET ended = ?2 WHERE ended IS NULL AND"
		    " key NOT IN (SELECT value FROM json_each(?1))",
		    "si", buf_str(&keys), now);
	cJSON_Delete(list);
	buf_release(&keys);
	return rc;
}

static int
apply(struct store *s, const cJSON *looked, int64_t now, struct err *e)
{
	const cJSON *one;
	int rc = end_others(s, looked, now, e);

	cJSON_ArrayForEach (one, looked) {
		if (rc < 0)
			break;
		rc = open_one(s, one, now, e);
	}
	if (rc < 0)
		return rc;
	return db_run(store_db(s), e,
	    "DELETE FROM alert WHERE ended < ?1 AND end_told IS NOT NULL", "i",
	    now - ALERTS_KEPT_S);
}

#define IS_WAITING                                                             \
	"((told IS NULL AND ended IS NULL) OR"                                 \
	" (ended IS NOT NULL AND end_told IS NULL))"

int
alerts_apply(struct store *s, const cJSON *looked, int64_t now,
    int64_t *ret_waiting, struct err *e)
{
	struct db *db = store_db(s);
	int rc;

	if ((rc = db_begin(db, e)) < 0)
		return rc;
	if ((rc = apply(s, looked, now, e)) < 0) {
		db_rollback(db, NULL);
		return rc;
	}
	if ((rc = db_commit(db, e)) < 0)
		return rc;
	return db_one_int(db, ret_waiting, e,
	    "SELECT count(*) FROM alert WHERE " IS_WAITING, "");
}

/* --- to be told --- */

/* "2026-11-22" of now at the hall. */
static void
today(const struct store *s, int64_t now, char ret[CLOCK_TEXT])
{
	clock_rfc3339(ret, now, store_conf(s)->offset_min);
	ret[DAY_LEN] = '\0';
}

/* 1 if a digest may go: its hour has come, and today's has not gone. */
static int
may_tell(struct store *s, int64_t now, struct err *e)
{
	const struct conf *c = store_conf(s);
	int64_t minute = now / 60 + c->offset_min;
	char day[CLOCK_TEXT];
	const char *went;
	cJSON *mark = NULL;
	int rc;

	if (c->alerts.digest_min < 0)
		return 1;
	if (minute % (24 * 60) < c->alerts.digest_min)
		return 0;
	today(s, now, day);
	if ((rc = mark_get(store_db(s), DIGEST_MARK, &mark, e)) < 0)
		return rc;
	went = json_str(mark, "day");
	rc = went == NULL || strcmp(went, day) != 0;
	cJSON_Delete(mark);
	return rc;
}

static int
put_time(struct store *s, cJSON *out, const char *key, sqlite3_stmt *st,
    int column, struct err *e)
{
	char text[CLOCK_TEXT];

	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		return json_put_str(out, key, NULL, e);
	clock_rfc3339(
	    text, sqlite3_column_int64(st, column), store_conf(s)->offset_min);
	return json_put_str(out, key, text, e);
}

#define COLUMNS                                                                \
	"id, kind, office, message, message_th, since, raised, told, ended"

static int
fill_row(struct store *s, sqlite3_stmt *st, cJSON *one, struct err *e)
{
	static const char *const texts[] = { "kind", "office", "message",
		"message_th" };
	static const char *const times[] = { "since", "raised", "told",
		"ended" };
	int rc, i;

	if ((rc = json_put_int(one, "id", sqlite3_column_int64(st, 0), e)) < 0)
		return rc;
	for (i = 0; i < 4; i++)
		if ((rc = json_put_str(one, texts[i],
			 (const char *)sqlite3_column_text(st, 1 + i), e)) < 0)
			return rc;
	for (i = 0; i < 4; i++)
		if ((rc = put_time(s, one, times[i], st, 5 + i, e)) < 0)
			return rc;
	return json_put_bool(
	    one, "end", sqlite3_column_type(st, 8) != SQLITE_NULL, e);
}

static int
read_rows(
    struct store *s, const char *sql, int limit, cJSON *list, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	cJSON *one;
	int rc = db_stmt(db, &st, e, sql, "i", (int64_t)limit);

	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		one = cJSON_CreateObject();
		if ((rc = fill_row(s, st, one, e)) < 0)
			cJSON_Delete(one);
		else
			rc = json_push(list, one, e);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
alerts_waiting(struct store *s, int64_t now, cJSON **ret, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	int rc = list != NULL ? may_tell(s, now, e) : err_nomem(e);

	if (rc > 0)
		rc = read_rows(s,
		    "SELECT " COLUMNS " FROM alert WHERE " IS_WAITING
		    " ORDER BY id LIMIT ?1",
		    ALERTS_MESSAGE, list, e);
	if (rc < 0)
		cJSON_Delete(list);
	else
		*ret = list;
	return rc < 0 ? rc : 0;
}

static int
note_digest(struct store *s, int64_t now, struct err *e)
{
	cJSON *mark;
	char day[CLOCK_TEXT];
	int rc;

	if (store_conf(s)->alerts.digest_min < 0)
		return 0;
	today(s, now, day);
	mark = cJSON_CreateObject();
	if ((rc = json_put_str(mark, "day", day, e)) == 0)
		rc = mark_set(store_db(s), DIGEST_MARK, mark, e);
	cJSON_Delete(mark);
	return rc;
}

int
alerts_told(struct store *s, const cJSON *waiting, int64_t now, struct err *e)
{
	struct db *db = store_db(s);
	const cJSON *one;
	int rc;

	if ((rc = db_begin(db, e)) < 0)
		return rc;
	cJSON_ArrayForEach (one, waiting) {
		/* one that ended meanwhile is told of again, as ended */
		if ((rc = db_run(db, e,
			 json_bool(one, "end", 0)
			     ? "UPDATE alert SET end_told = ?2 WHERE id = ?1"
			     : "UPDATE alert SET told = ?2 WHERE id = ?1",
			 "ii", json_int(one, "id", 0), now)) < 0)
			break;
	}
	if (rc == 0)
		rc = note_digest(s, now, e);
	if (rc < 0)
		db_rollback(db, NULL);
	else
		rc = db_commit(db, e);
	return rc;
}

/* When it was first found, and whether somebody was told. */
static int
add_known(struct store *s, const char *key, cJSON *one, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT raised, told FROM alert WHERE key = ?1 AND ended IS NULL",
	    "s", key);
	if (rc < 0 || (rc = db_step(db, st, e)) < 0)
		goto out;
	if (rc == 0) {
		if ((rc = json_put_str(one, "raised", NULL, e)) == 0)
			rc = json_put_str(one, "told", NULL, e);
	} else if ((rc = put_time(s, one, "raised", st, 0, e)) == 0) {
		rc = put_time(s, one, "told", st, 1, e);
	}
out:
	db_reset(st);
	return rc;
}

/* What was looked at, as it is told of. */
static int
list_open(struct store *s, cJSON *looked, struct err *e)
{
	char since[CLOCK_TEXT];
	cJSON *one;
	int rc;

	cJSON_ArrayForEach (one, looked) {
		clock_rfc3339(since, json_int(one, "since", 0),
		    store_conf(s)->offset_min);
		if ((rc = json_put_str(one, "since", since, e)) < 0 ||
		    (rc = add_known(s, json_str(one, "key"), one, e)) < 0 ||
		    (rc = json_put_str(one, "ended", NULL, e)) < 0)
			return rc;
		cJSON_DeleteItemFromObjectCaseSensitive(one, "key");
	}
	return 0;
}

int
alerts_list(struct store *s, int64_t now, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *ended = cJSON_CreateArray();
	cJSON *open = NULL;
	int rc;

	if ((rc = json_put(out, "ended", ended, e)) == 0 &&
	    (rc = read_rows(s,
		 "SELECT " COLUMNS " FROM alert WHERE ended IS NOT NULL"
		 " ORDER BY ended DESC, id DESC LIMIT ?1",
		 ENDED_SHOWN, ended, e)) == 0 &&
	    (rc = alerts_look(s, now, &open, e)) == 0 &&
	    (rc = json_put(out, "open", open, e)) == 0)
		rc = list_open(s, open, e);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}
