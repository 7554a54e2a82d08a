#include "store/look/asof.h"

#include "store/record/canon.h"

void
asof_release(struct asof *a)
{
	cJSON_Delete(a->rec);
	a->rec = NULL;
}

int
asof_begin(struct store *s, int *ret_began, struct err *e)
{
	struct db *db = store_db(s);
	int rc;

	*ret_began = 0;
	/* nobody else changes what the writer sees; and a branch that it makes
	 * on first sight must not go with our rollback */
	if (store_mode(s) != STORE_READ ||
	    !sqlite3_get_autocommit(db_handle(db)))
		return 0;
	if ((rc = db_begin(db, e)) < 0)
		return rc;
	*ret_began = 1;
	return 0;
}

int
asof_end(struct store *s, int began, int rc, struct err *e)
{
	int ended;

	if (!began)
		return rc;
	/* nothing was written: a rollback is the cheapest end */
	ended = db_rollback(store_db(s), rc < 0 ? NULL : e);
	return rc < 0 ? rc : ended;
}

int
asof_revision(struct store *s, const struct branch *b, const char *name,
    int64_t *ret, struct err *e)
{
	int rc = db_one_int(store_db(s), ret, e,
	    "SELECT id FROM revision WHERE branch = ?1 AND name = ?2", "is",
	    b->id, name);

	if (rc != ERR_NOT_FOUND)
		return rc;
	err_set(e, ERR_NOT_FOUND, 0,
	    "there is no revision '%s' on branch '%s' of office %s", name,
	    b->name, b->office);
	err_hint(e, "revisions are listed by: pmqa history");
	return ERR_NOT_FOUND;
}

int
asof_parse(
    const void *bytes, size_t len, const char *path, cJSON **ret, struct err *e)
{
	int rc = json_parse(bytes, len, CANON_MAX, ret, e);

	if (rc != ERR_INVALID)
		return rc;
	return err_set(
	    e, ERR_DAMAGED, 0, "what is stored of '%s' is not a record", path);
}

int
asof_blob(struct store *s, const struct branch *b, const unsigned char *id,
    cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	char hex[41];
	int rc = 0;

	*ret = NULL;
	if (id == NULL)
		goto out;
	if ((rc = store_blob(s, b, id, &bytes, e)) < 0)
		goto out;
	commit_hex(id, hex);
	rc = asof_parse(buf_str(&bytes), bytes.len, hex, ret, e);
out:
	buf_release(&bytes);
	return rc;
}

/* Row: bytes or blob, revision, its name, its commit. */
static void
read_revision(sqlite3_stmt *st, struct asof *ret)
{
	unsigned char id[COMMIT_ID_LEN] = { 0 };

	ret->revision = sqlite3_column_int64(st, 1);
	snprintf(ret->name, sizeof(ret->name), "%s",
	    (const char *)sqlite3_column_text(st, 2));
	if (sqlite3_column_bytes(st, 3) == COMMIT_ID_LEN)
		memcpy(id, sqlite3_column_blob(st, 3), COMMIT_ID_LEN);
	commit_hex(id, ret->commit);
}

static int
record_now(struct store *s, const struct branch *b, const char *path,
    struct asof *ret, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.bytes, r.revision, v.name, v.commit_id FROM record r"
	    " JOIN revision v ON v.id = r.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2",
	    "is", b->id, path);
	if (rc < 0 || (rc = db_step(db, st, e)) <= 0)
		goto out;
	read_revision(st, ret);
	rc = 0;
	if (sqlite3_column_type(st, 0) != SQLITE_NULL)
		rc = asof_parse(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0), path, &ret->rec, e);
out:
	db_reset(st);
	return rc;
}

int
asof_parent(struct store *s, const struct branch *b, int64_t revision,
    int64_t *ret, struct err *e)
{
	int rc = db_one_int(store_db(s), ret, e,
	    "SELECT p.id FROM revision v JOIN revision p"
	    " ON p.commit_id = v.parent AND p.branch = v.branch"
	    " WHERE v.id = ?1 AND v.branch = ?2",
	    "ii", revision, b->id);

	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = 0;
	return 0;
}

/* Back along first parents from row ?1 of branch ?2, newest first. */
#define LINE                                                                   \
	"WITH RECURSIVE line(id, parent, side) AS ("                           \
	" SELECT id, parent, side FROM revision WHERE id = ?1"                 \
	" UNION ALL SELECT v.id, v.parent, v.side FROM line l"                 \
	" JOIN revision v ON v.commit_id = l.parent AND v.branch = ?2) "

int
asof_base(struct store *s, const struct branch *b, int64_t revision,
    int64_t *ret, struct err *e)
{
	int rc = db_one_int(store_db(s), ret, e,
	    LINE "SELECT id FROM line WHERE side = 0 LIMIT 1", "ii", revision,
	    b->id);

	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = 0;
	return 0;
}

/* Of the rows that a side revision stands on, those of its own line: up to the
 * first that is not aside. */
#define OWN_LINE                                                               \
	"WITH RECURSIVE line(id, parent) AS ("                                 \
	" SELECT id, parent FROM revision WHERE id = ?1 AND side = 1"          \
	" UNION ALL SELECT v.id, v.parent FROM line l"                         \
	" JOIN revision v ON v.commit_id = l.parent AND v.branch = ?2"         \
	" AND v.side = 1) "

/* The last touch of a record on the branch's line up to a row of it. */
static int
find_touch(struct store *s, const struct branch *b, const char *path,
    int64_t at, sqlite3_stmt **ret, struct err *e)
{
	return db_stmt(store_db(s), ret, e,
	    "SELECT t.blob, t.revision, v.name, v.commit_id"
	    " FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2"
	    " AND t.revision <= ?3 AND t.side = 0"
	    " ORDER BY t.revision DESC LIMIT 1",
	    "isi", b->id, path, at);
}

/* The last touch on the own line of a side revision. */
static int
find_touch_aside(struct store *s, const struct branch *b, const char *path,
    int64_t at, sqlite3_stmt **ret, struct err *e)
{
	return db_stmt(store_db(s), ret, e,
	    OWN_LINE
	    "SELECT t.blob, t.revision, v.name, v.commit_id FROM line l"
	    " CROSS JOIN record r ON r.branch = ?2 AND r.path = ?3"
	    " CROSS JOIN touch t ON t.record = r.id AND t.revision = l.id"
	    " CROSS JOIN revision v ON v.id = l.id LIMIT 1",
	    "iis", at, b->id, path);
}

static int
is_aside(struct store *s, int64_t at, int64_t *ret, struct err *e)
{
	int rc = db_one_int(store_db(s), ret, e,
	    "SELECT side FROM revision WHERE id = ?1", "i", at);

	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = 0;
	return 0;
}

/* A row: 1; none: 0. */
static int
step_touch(struct store *s, const struct branch *b, const char *path,
    int64_t at, sqlite3_stmt **st, struct err *e)
{
	int64_t aside = 0;
	int rc;

	if ((rc = is_aside(s, at, &aside, e)) < 0)
		return rc;
	if (aside) {
		rc = find_touch_aside(s, b, path, at, st, e);
		if (rc < 0 || (rc = db_step(store_db(s), *st, e)) != 0)
			return rc;
		db_reset(*st);
		*st = NULL;
		if ((rc = asof_base(s, b, at, &at, e)) < 0)
			return rc;
	}
	rc = find_touch(s, b, path, at, st, e);
	return rc < 0 ? rc : db_step(store_db(s), *st, e);
}

/* 1: ret_id has the blob; 0: absent. The revision is told in any case. */
static int
find_then(struct store *s, const struct branch *b, const char *path, int64_t at,
    unsigned char ret_id[COMMIT_ID_LEN], struct asof *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = step_touch(s, b, path, at, &st, e);

	if (rc > 0) {
		read_revision(st, ret);
		rc = sqlite3_column_bytes(st, 0) == COMMIT_ID_LEN;
		if (rc > 0)
			memcpy(
			    ret_id, sqlite3_column_blob(st, 0), COMMIT_ID_LEN);
	}
	db_reset(st);
	return rc;
}

int
asof_blob_id(struct store *s, const struct branch *b, const char *path,
    int64_t at, unsigned char ret_id[COMMIT_ID_LEN], int64_t *ret_revision,
    struct err *e)
{
	struct asof a = { 0 };
	int rc = find_then(s, b, path, at, ret_id, &a, e);

	if (rc >= 0)
		*ret_revision = a.revision;
	return rc;
}

static int
record_then(struct store *s, const struct branch *b, const char *path,
    int64_t at, struct asof *ret, struct err *e)
{
	unsigned char id[COMMIT_ID_LEN];
	int rc = find_then(s, b, path, at, id, ret, e);

	return rc <= 0 ? rc : asof_blob(s, b, id, &ret->rec, e);
}

int
asof_record(struct store *s, const struct branch *b, const char *path,
    int64_t at, struct asof *ret, struct err *e)
{
	struct asof a = { 0 };
	int rc = at == ASOF_NOW ? record_now(s, b, path, &a, e)
				: record_then(s, b, path, at, &a, e);

	if (rc == 0)
		*ret = a;
	return rc;
}

/* Adds a record to the object under the last part of its path; rec is taken. */
static int
put_named(
    cJSON *all, const char *path, size_t dir_len, cJSON *rec, struct err *e)
{
	const char *last = path + dir_len + 1;
	size_t len = strlen(last);
	char name[96];

	snprintf(name, sizeof(name), "%.*s",
	    (int)(len > strlen(".json") ? len - strlen(".json") : len), last);
	return json_put(all, name, rec, e);
}

/* One row of those below. */
static int
put_below(cJSON *all, sqlite3_stmt *st, size_t dir_len, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	cJSON *rec = NULL;
	int rc;

	rc = asof_parse(sqlite3_column_blob(st, 1),
	    (size_t)sqlite3_column_bytes(st, 1), path, &rec, e);
	return rc < 0 ? rc : put_named(all, path, dir_len, rec, e);
}

/* Steps over a directory's present records, by path. */
static int
open_below(struct store *s, const struct branch *b, const char *dir,
    sqlite3_stmt **ret, struct err *e)
{
	char from[64], to[64];

	snprintf(from, sizeof(from), "%.60s/", dir);
	snprintf(to, sizeof(to), "%.60s0", dir); /* '0' follows '/' */
	return db_stmt(store_db(s), ret, e,
	    "SELECT path, bytes FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 AND bytes IS NOT NULL ORDER BY path",
	    "iss", b->id, from, to);
}

int
asof_each(struct store *s, const struct branch *b, const char *dir,
    int (*each)(void *arg, const char *path, const cJSON *rec, struct err *e),
    void *arg, struct err *e)
{
	sqlite3_stmt *st = NULL;
	const char *path;
	cJSON *rec;
	int rc;

	rc = open_below(s, b, dir, &st, e);
	while (rc >= 0 && (rc = db_step(store_db(s), st, e)) > 0) {
		rec = NULL;
		path = (const char *)sqlite3_column_text(st, 0);
		rc = asof_parse(sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), path, &rec, e);
		if (rc == 0)
			rc = each(arg, path, rec, e);
		cJSON_Delete(rec);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
asof_below(struct store *s, const struct branch *b, const char *dir,
    cJSON **ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	cJSON *all = cJSON_CreateObject();
	int rc;

	if (all == NULL)
		return err_nomem(e);
	rc = open_below(s, b, dir, &st, e);
	while (rc >= 0 && (rc = db_step(store_db(s), st, e)) > 0)
		rc = put_below(all, st, strlen(dir), e);
	db_reset(st);
	if (rc < 0) {
		cJSON_Delete(all);
		return rc;
	}
	*ret = all;
	return 0;
}

/* The record of the statement's row as it stood then, if it did. */
static int
put_then(struct store *s, const struct branch *b, sqlite3_stmt *st,
    size_t dir_len, int64_t at, cJSON *all, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	struct asof a = { 0 };
	int rc;

	if ((rc = asof_record(s, b, path, at, &a, e)) < 0 || a.rec == NULL)
		return rc;
	return put_named(all, path, dir_len, a.rec, e);
}

int
asof_below_at(struct store *s, const struct branch *b, const char *dir,
    int64_t at, cJSON **ret, struct err *e)
{
	char from[64], to[64];
	sqlite3_stmt *st = NULL;
	cJSON *all;
	int rc;

	if (at == ASOF_NOW)
		return asof_below(s, b, dir, ret, e);
	if ((all = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	snprintf(from, sizeof(from), "%.60s/", dir);
	snprintf(to, sizeof(to), "%.60s0", dir);
	/* those that are gone by now, too */
	rc = db_stmt(store_db(s), &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 ORDER BY path",
	    "iss", b->id, from, to);
	while (rc >= 0 && (rc = db_step(store_db(s), st, e)) > 0)
		rc = put_then(s, b, st, strlen(dir), at, all, e);
	db_reset(st);
	if (rc < 0) {
		cJSON_Delete(all);
		return rc;
	}
	*ret = all;
	return 0;
}
