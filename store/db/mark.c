#include "store/db/mark.h"

int
mark_get(struct db *db, const char *name, cJSON **ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	cJSON *v = NULL;
	int rc;

	if ((rc = db_stmt(db, &st, e, "SELECT value FROM mark WHERE name = ?1",
		 "s", name)) < 0 ||
	    (rc = db_step(db, st, e)) < 0)
		goto out;
	if (rc > 0) {
		rc = json_parse((const char *)sqlite3_column_text(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0), MARK_MAX, &v, e);
		if (rc == ERR_INVALID)
			rc = 0;
		if (rc < 0)
			goto out;
	}
	*ret = v;
out:
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
mark_set(struct db *db, const char *name, const cJSON *v, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	if (v == NULL)
		return db_run(
		    db, e, "DELETE FROM mark WHERE name = ?1", "s", name);
	if ((rc = json_write(v, &text, e)) == 0 && (rc = buf_ok(&text, e)) == 0)
		rc = db_run(db, e,
		    "INSERT INTO mark(name, value) VALUES(?1, ?2)"
		    " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
		    "ss", name, buf_str(&text));
	buf_release(&text);
	return rc;
}
