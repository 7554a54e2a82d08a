/* Statements of db.h: found by their text, bound, stepped, reset. */
#include "store/db/db_state.h"

#include "base/text.h"

void
db_drop_statements(struct db *db)
{
	size_t i;

	for (i = 0; i < CACHE_SLOTS; i++) {
		sqlite3_finalize(db->cache[i].st);
		db->cache[i].st = NULL;
	}
	db->n_cached = 0;
}

/* The cached statement of this text, prepared when first asked for. */
static int
find_stmt(struct db *db, const char *sql, sqlite3_stmt **ret, struct err *e)
{
	uint32_t hash = text_hash(sql, strlen(sql));
	size_t i = hash % CACHE_SLOTS;
	int rc;

	for (; db->cache[i].st != NULL; i = (i + 1) % CACHE_SLOTS) {
		if (db->cache[i].hash == hash &&
		    strcmp(sqlite3_sql(db->cache[i].st), sql) == 0) {
			*ret = db->cache[i].st;
			sqlite3_reset(*ret);
			return 0;
		}
	}
	if (db->n_cached == CACHE_MAX)
		return err_set(
		    e, ERR_FAILED, 0, "too many different statements");
	rc = sqlite3_prepare_v3(
	    db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &db->cache[i].st, NULL);
	if (rc != SQLITE_OK)
		return db_err(db, rc, e, "read the database");
	db->cache[i].hash = hash;
	db->n_cached++;
	*ret = db->cache[i].st;
	return 0;
}

/* Bytes are copied when the caller steps later, borrowed within one call. */
static int
bind_one(sqlite3_stmt *st, int i, char kind, va_list *ap,
    sqlite3_destructor_type keep)
{
	const char *s;
	const void *p;
	size_t len;

	switch (kind) {
	case 'i':
		return sqlite3_bind_int64(st, i, va_arg(*ap, int64_t));
	case 's':
		s = va_arg(*ap, const char *);
		return s == NULL ? sqlite3_bind_null(st, i)
				 : sqlite3_bind_text(st, i, s, -1, keep);
	case 'b':
		p = va_arg(*ap, const void *);
		len = va_arg(*ap, size_t);
		if (p == NULL)
			return sqlite3_bind_null(st, i);
		return sqlite3_bind_blob64(st, i, p, len, keep);
	case 'n':
		return sqlite3_bind_null(st, i);
	default:
		return SQLITE_MISUSE;
	}
}

static int
bind_all(struct db *db, sqlite3_stmt *st, struct err *e, const char *fmt,
    va_list *ap, sqlite3_destructor_type keep)
{
	int i, rc;

	/* a parameter left out would keep the value of an earlier call */
	if (sqlite3_bind_parameter_count(st) != (int)strlen(fmt))
		return err_set(e, ERR_FAILED, 0,
		    "statement takes %d values, %zu given: %s",
		    sqlite3_bind_parameter_count(st), strlen(fmt),
		    sqlite3_sql(st));
	for (i = 0; fmt[i] != '\0'; i++) {
		if ((rc = bind_one(st, i + 1, fmt[i], ap, keep)) != SQLITE_OK)
			return db_err(db, rc, e, "bind a value");
	}
	return 0;
}

int
db_stmt(struct db *db, sqlite3_stmt **ret, struct err *e, const char *sql,
    const char *fmt, ...)
{
	sqlite3_stmt *st = NULL;
	va_list ap;
	int rc;

	if ((rc = find_stmt(db, sql, &st, e)) < 0)
		return rc;
	va_start(ap, fmt);
	rc = bind_all(db, st, e, fmt, &ap, SQLITE_TRANSIENT);
	va_end(ap);
	if (rc < 0)
		return rc;
	*ret = st;
	return 0;
}

int
db_step(struct db *db, sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	rc = db_err(db, rc, e,
	    sqlite3_stmt_readonly(st) ? "read the database"
				      : "write the database");
	sqlite3_reset(st);
	return rc;
}

void
db_reset(sqlite3_stmt *st)
{
	if (st != NULL)
		sqlite3_reset(st);
}

static int
run_bound(struct db *db, sqlite3_stmt *st, struct err *e, const char *fmt,
    va_list *ap)
{
	int rc;

	if ((rc = bind_all(db, st, e, fmt, ap, SQLITE_STATIC)) < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0)
		continue;
	return rc;
}

int
db_run(struct db *db, struct err *e, const char *sql, const char *fmt, ...)
{
	sqlite3_stmt *st = NULL;
	va_list ap;
	int rc;

	if ((rc = find_stmt(db, sql, &st, e)) < 0)
		return rc;
	va_start(ap, fmt);
	rc = run_bound(db, st, e, fmt, &ap);
	va_end(ap);
	sqlite3_reset(st);
	return rc;
}

int
db_one_int(struct db *db, int64_t *ret, struct err *e, const char *sql,
    const char *fmt, ...)
{
	sqlite3_stmt *st = NULL;
	va_list ap;
	int rc;

	if ((rc = find_stmt(db, sql, &st, e)) < 0)
		return rc;
	va_start(ap, fmt);
	rc = bind_all(db, st, e, fmt, &ap, SQLITE_STATIC);
	va_end(ap);
	if (rc < 0)
		return rc;
	rc = db_step(db, st, e);
	if (rc > 0) {
		*ret = sqlite3_column_int64(st, 0);
		rc = 0;
	} else if (rc == 0) {
		rc = err_set(e, ERR_NOT_FOUND, 0, "no such row");
	}
	sqlite3_reset(st);
	return rc;
}
