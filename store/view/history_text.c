#include "store/view/history_text.h"

#include "base/text.h"
#include "store/look/asof.h"
#include "store/record/canon.h"

/* Microseconds, roughly. */
#define WORK_LOOK 4
#define WORK_BLOB 60
#define WORK_BYTES 40 /* so many bytes are folded in one */

#define SEEN 256 /* fields; an office works on less at a time */
#define FIELD_LEN 32

/* A field's value as a touch of its record left it. */
struct seen {
	int64_t record; /* 0: none */
	int64_t touch;
	char field[FIELD_LEN];
	int has;
};

struct history_seen {
	struct seen list[SEEN];
};

/* A changed field of a revision. */
struct change {
	int64_t revision, record;
	int side;
	const char *field, *path;
};

int
history_text_in(const char *s, const char *folded, struct err *e)
{
	char *mine = NULL;
	int rc;

	if (s == NULL)
		return 0;
	if ((rc = text_fold(s, strlen(s), &mine, e)) < 0)
		return rc;
	rc = strstr(mine, folded) != NULL;
	free(mine);
	return rc;
}

/* Any string in a value: a text, or one of a set. */
static int
value_has(
    const struct history_text *t, const cJSON *v, int64_t *work, struct err *e)
{
	const cJSON *c;
	int rc = 0;

	if (cJSON_IsString(v)) {
		*work += (int64_t)strlen(v->valuestring) / WORK_BYTES;
		return history_text_in(v->valuestring, t->folded, e);
	}
	cJSON_ArrayForEach (c, v) {
		if ((rc = value_has(t, c, work, e)) != 0)
			break;
	}
	return rc;
}

static int
bytes_have(const struct history_text *t, const void *json, size_t len,
    const char *path, int64_t *work, struct err *e)
{
	cJSON *v = NULL;
	int rc = asof_parse(json, len, path, &v, e);

	if (rc == 0)
		rc = value_has(t, v, work, e);
	cJSON_Delete(v);
	return rc;
}

/* JSON text of the index. */
static int
column_has(const struct history_text *t, sqlite3_stmt *st, int col,
    int64_t *work, struct err *e)
{
	if (sqlite3_column_type(st, col) == SQLITE_NULL)
		return 0;
	return bytes_have(t, sqlite3_column_text(st, col),
	    (size_t)sqlite3_column_bytes(st, col), "change", work, e);
}

/* --- values too long for the index --- */

/* Where the last look at a field is kept; NULL: nowhere. */
static struct seen *
seen_at(struct history_text *t, const struct change *c)
{
	uint32_t n = text_hash(c->field, strlen(c->field));

	if (c->side || strlen(c->field) >= FIELD_LEN)
		return NULL; /* it is read each time */
	if (t->seen == NULL)
		t->seen = calloc(1, sizeof(*t->seen));
	return t->seen != NULL
		   ? &t->seen->list[(n ^ (uint32_t)c->record) % SEEN]
		   : NULL;
}

/* 1 if the look was at the value that this revision wrote. */
static int
is_same(const struct history_text *t, const struct change *c,
    const struct seen *k, struct err *e)
{
	if (k == NULL || k->record != c->record || k->touch < c->revision ||
	    strcmp(k->field, c->field) != 0)
		return 0;
	return history_record_stood(
	    t->s, c->record, c->field, c->revision, k->touch, e);
}

static int
file_has(const struct history_text *t, const unsigned char blob[COMMIT_ID_LEN],
    const struct change *c, int64_t *work, struct err *e)
{
	struct buf bytes = BUF_INIT;
	const char *value;
	size_t len;
	int rc;

	*work += WORK_BLOB;
	rc = store_blob(t->s, t->b, blob, &bytes, e);
	if (rc == 0 &&
	    canon_find(buf_str(&bytes), bytes.len, c->field, &value, &len))
		rc = bytes_have(t, value, len, c->path, work, e);
	buf_release(&bytes);
	return rc;
}

/* The record's file at the revision, or before it: 1 and its blob, or 0. */
static int
find_file(const struct history_text *t, const struct change *c, int before,
    unsigned char blob[COMMIT_ID_LEN], int64_t *touch, struct err *e)
{
	struct db *db = store_db(t->s);
	sqlite3_stmt *st = NULL;
	int64_t at = c->revision;
	int rc;

	if (c->side) { /* it stands on a line of its own (store/look/asof.h) */
		if (before && (rc = asof_parent(t->s, t->b, at, &at, e)) < 0)
			return rc;
		return asof_blob_id(t->s, t->b, c->path, at, blob, touch, e);
	}
	/* the others are on the branch's first-parent line, one above the
	 * other: what stood before is what the last of them left */
	if ((rc = db_stmt(db, &st, e,
		 "SELECT blob, revision FROM touch WHERE record = ?1"
		 " AND revision <= ?2 AND side = 0"
		 " ORDER BY revision DESC LIMIT 1",
		 "ii", c->record, before ? at - 1 : at)) < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0) {
		rc = sqlite3_column_bytes(st, 0) == COMMIT_ID_LEN;
		if (rc)
			memcpy(blob, sqlite3_column_blob(st, 0), COMMIT_ID_LEN);
		*touch = sqlite3_column_int64(st, 1);
	}
	db_reset(st);
	return rc;
}

/* The value that the revision wrote, or the one before. */
static int
state_has(struct history_text *t, const struct change *c, int before,
    int64_t *work, struct err *e)
{
	struct seen *k = seen_at(t, c);
	unsigned char blob[COMMIT_ID_LEN];
	int64_t touch = 0;
	int rc;

	*work += WORK_LOOK;
	if (!before && (rc = is_same(t, c, k, e)) != 0)
		return rc < 0 ? rc : k->has;
	if ((rc = find_file(t, c, before, blob, &touch, e)) <= 0 ||
	    (rc = file_has(t, blob, c, work, e)) < 0 || k == NULL)
		return rc;
	k->record = c->record;
	k->touch = touch;
	snprintf(k->field, sizeof(k->field), "%s", c->field);
	k->has = rc;
	return rc;
}

/* --- a revision --- */

/* Row: field, old, new, long, path, record. */
static int
change_has(struct history_text *t, sqlite3_stmt *row, sqlite3_stmt *st,
    int64_t *work, struct err *e)
{
	struct change c = {
		.revision = sqlite3_column_int64(row, ROW_ID),
		.record = sqlite3_column_int64(st, 5),
		.side = sqlite3_column_int(row, ROW_SIDE) != 0,
		.field = (const char *)sqlite3_column_text(st, 0),
		.path = (const char *)sqlite3_column_text(st, 4),
	};
	int flags = sqlite3_column_int(st, 3), rc;

	*work += WORK_LOOK;
	if ((rc = column_has(t, st, 1, work, e)) != 0 ||
	    (rc = column_has(t, st, 2, work, e)) != 0)
		return rc;
	if ((flags & 2) != 0 && (rc = state_has(t, &c, 0, work, e)) != 0)
		return rc;
	return (flags & 1) != 0 ? state_has(t, &c, 1, work, e) : 0;
}

int
history_text_match(
    struct history_text *t, sqlite3_stmt *row, int64_t *work, struct err *e)
{
	const char *reason = (const char *)sqlite3_column_text(row, ROW_REASON);
	struct db *db = store_db(t->s);
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = history_text_in(reason, t->folded, e)) != 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT c.field, c.old, c.new, c.long, r.path, r.id FROM change c"
	    " JOIN record r ON r.id = c.record WHERE c.revision = ?1"
	    " AND (?2 = 0 OR c.record = ?2) AND (?3 IS NULL OR c.field = ?3)",
	    "iis", sqlite3_column_int64(row, ROW_ID), t->record, t->field);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if ((rc = change_has(t, row, st, work, e)) != 0)
			break;
	}
	db_reset(st);
	return rc;
}

void
history_text_release(struct history_text *t)
{
	free(t->seen);
	t->seen = NULL;
}
