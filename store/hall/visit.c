#include "store/hall/visit.h"

#include "base/text.h"

static int
check_office(struct store *s, const char *office, struct err *e)
{
	struct branch *b = NULL;

	/* enrolment made it; the office's own may not have come yet */
	return store_branch(s, office, "hall", &b, e);
}

static int
note_seen(struct store *s, const char *office, int64_t time, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO peer(office, last_seen) VALUES(?1, ?2)"
	    " ON CONFLICT(office) DO UPDATE SET last_seen = ?2,"
	    " failing_since = iif(last_seen > failed, NULL, failing_since),"
	    " failed = iif(last_seen > failed, NULL, failed),"
	    " class = iif(last_seen > failed, NULL, class),"
	    " message = iif(last_seen > failed, NULL, message)"
	    /* who comes without end costs the disk one write a second */
	    " WHERE last_seen IS NOT ?2",
	    "si", office, time);
}

int
visit_seen(struct store *s, const char *office, int64_t time, struct err *e)
{
	int rc = check_office(s, office, e);

	return rc < 0 ? rc : note_seen(s, office, time, e);
}

int
visit_well(struct store *s, const char *office, int64_t time, struct err *e)
{
	int rc;

	if ((rc = check_office(s, office, e)) < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO peer(office, last_seen) VALUES(?1, ?2)"
	    " ON CONFLICT(office) DO UPDATE SET last_seen = ?2,"
	    " failing_since = NULL, failed = NULL, class = NULL,"
	    " message = NULL",
	    "si", office, time);
}

static int
check_visitor(const struct visitor *v, struct err *e)
{
	size_t i, len = v->version != NULL ? strlen(v->version) : 0;

	if (strlen(v->office) != 4 || strncmp(v->device, v->office, 4) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "device %.16s is not one of office %.8s", v->device,
		    v->office);
	if (len > VISIT_VERSION_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "the version of a program is malformed");
	for (i = 0; i < len; i++)
		if (v->version[i] <= 0x20 || v->version[i] >= 0x7f)
			return err_set(e, ERR_INVALID, 0,
			    "the version of a program is malformed");
	return 0;
}

static int
keep_visitor(
    struct store *s, const struct visitor *v, int64_t time, struct err *e)
{
	struct branch *hall = NULL;
	int rc = store_branch(s, v->office, "hall", &hall, e);

	if (rc < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO visitor(device, last_seen, version, holds, offered)"
	    " VALUES(?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT(device) DO UPDATE SET last_seen = ?2,"
	    " version = ifnull(?3, version), holds = ifnull(?4, holds),"
	    " offered = ?5"
	    " WHERE last_seen IS NOT ?2 OR version IS NOT ifnull(?3, version)"
	    " OR holds IS NOT ifnull(?4, holds) OR offered IS NOT ?5",
	    "sisbb", v->device, time, v->version, v->holds,
	    v->holds != NULL ? (size_t)20 : (size_t)0,
	    hall->has_tip ? hall->tip : NULL,
	    hall->has_tip ? (size_t)20 : (size_t)0);
}

int
visit_came(
    struct store *s, const struct visitor *v, int64_t time, struct err *e)
{
	struct db *db = store_db(s);
	int rc;

	if ((rc = check_visitor(v, e)) < 0 ||
	    (rc = check_office(s, v->office, e)) < 0 ||
	    (rc = db_begin(db, e)) < 0)
		return rc;
	if ((rc = note_seen(s, v->office, time, e)) == 0)
		rc = keep_visitor(s, v, time, e);
	if (rc < 0)
		db_rollback(db, NULL);
	else
		rc = db_commit(db, e);
	return rc;
}

static void
read_visit(sqlite3_stmt *st, struct visit *ret)
{
	const char *version = (const char *)sqlite3_column_text(st, 2);

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->device, sizeof(ret->device), "%s",
	    (const char *)sqlite3_column_text(st, 0));
	ret->last_seen = sqlite3_column_int64(st, 1);
	snprintf(ret->version, sizeof(ret->version), "%s",
	    version != NULL ? version : "");
	ret->has_holds = sqlite3_column_bytes(st, 3) == (int)sizeof(ret->holds);
	if (ret->has_holds)
		memcpy(
		    ret->holds, sqlite3_column_blob(st, 3), sizeof(ret->holds));
	ret->has_offered =
	    sqlite3_column_bytes(st, 4) == (int)sizeof(ret->offered);
	if (ret->has_offered)
		memcpy(ret->offered, sqlite3_column_blob(st, 4),
		    sizeof(ret->offered));
}

int
visit_each(struct store *s, const char *office,
    int (*each)(void *arg, const struct visit *v, struct err *e), void *arg,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	struct visit v;
	int rc;

	/* "9105-a" to "9105-z": nothing else begins so */
	rc = db_stmt(db, &st, e,
	    "SELECT device, last_seen, version, holds, offered FROM visitor"
	    " WHERE device > ?1 || '-' AND device < ?1 || '.'"
	    " ORDER BY device",
	    "s", office);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		read_visit(st, &v);
		rc = each(arg, &v, e);
	}
	db_reset(st);
	return rc;
}

/* What one party says of another is shown to people: a known word, one line. */
static int
check_words(const char *class, const char *message, struct err *e)
{
	size_t i, len = strlen(message);

	if (strcmp(class, "refused") != 0 && strcmp(class, "trouble") != 0)
		return err_set(e, ERR_INVALID, 0,
		    "'%.40s' is not a class of failure", class);
	if (len > VISIT_MESSAGE_MAX || !text_is_utf8(message, len, NULL))
		return err_set(e, ERR_INVALID, 0,
		    "the sentence of a failure is malformed");
	for (i = 0; i < len; i++)
		if ((unsigned char)message[i] < 0x20 || message[i] == 0x7f)
			return err_set(e, ERR_INVALID, 0,
			    "the sentence of a failure is malformed");
	return 0;
}

int
visit_failed(struct store *s, const char *office, int64_t time,
    const char *class, const char *message, struct err *e)
{
	int rc;

	if ((rc = check_words(class, message, e)) < 0 ||
	    (rc = check_office(s, office, e)) < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO peer(office, last_seen, failing_since, failed, class,"
	    " message) VALUES(?1, ?2, ?2, ?2, ?3, ?4)"
	    " ON CONFLICT(office) DO UPDATE SET last_seen = ?2, failed = ?2,"
	    " failing_since = ifnull(failing_since, ?2), class = ?3,"
	    " message = ?4",
	    "siss", office, time, class, message);
}
