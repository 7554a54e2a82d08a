#include "store/save/index.h"

#include "base/text.h"

/* Commit, trees and headers of a revision, on top of its new files. */
#define REVISION_OVERHEAD 1000
#define FIELD_BITS 31 /* few: they keep the column short */

static int64_t
wire_bytes(const struct index_file *files, size_t n)
{
	int64_t sum = REVISION_OVERHEAD;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (int64_t)files[i].len;
	return sum;
}

static int
add_revision(struct db *db, const struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct commit *c, int side,
    int64_t bytes, int64_t *ret, struct err *e)
{
	char name[24];
	int rc;

	commit_name(c, name);
	rc = db_run(db, e,
	    "INSERT INTO revision(branch, name, device, sequence, commit_id,"
	    " parent, content, time, offset_min, login, person, action,"
	    " edition, subject, reason, bytes, parent2, side) VALUES(?1, ?2,"
	    " ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
	    " ?17, ?18)",
	    "issibbbiissssssibi", b->id, name, c->device, c->sequence, id,
	    (size_t)COMMIT_ID_LEN, c->n_parents > 0 ? c->parents[0] : NULL,
	    (size_t)COMMIT_ID_LEN, c->content, (size_t)COMMIT_CONTENT_LEN,
	    c->time, (int64_t)c->offset_min, c->login, c->person, c->action,
	    c->edition, c->subject, c->reason, bytes,
	    c->n_parents > 1 ? c->parents[1] : NULL, (size_t)COMMIT_ID_LEN,
	    (int64_t)side);
	if (rc == 0)
		*ret = db_last_id(db);
	return rc;
}

/* Sets the record's present state; gives its row. */
static int
set_record(struct db *db, const struct branch *b, const struct index_file *f,
    int64_t revision, int64_t *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "INSERT INTO record(branch, path, revision, blob, bytes)"
	    " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(branch, path) DO UPDATE"
	    " SET revision = excluded.revision, blob = excluded.blob,"
	    " bytes = excluded.bytes RETURNING id",
	    "isibb", b->id, f->path, revision, f->new_blob,
	    (size_t)COMMIT_ID_LEN,
	    f->bytes != NULL ? (const void *)f->bytes : NULL, f->len);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0) {
		*ret = sqlite3_column_int64(st, 0);
		rc = db_step(db, st, e);
	}
	db_reset(st);
	return rc;
}

/* The row of a path that a side revision changes: its state stays. */
static int
find_record(struct db *db, const struct branch *b, const struct index_file *f,
    int64_t *ret, struct err *e)
{
	int rc;

	rc = db_run(db, e,
	    "INSERT INTO record(branch, path, revision) VALUES(?1, ?2, 0)"
	    " ON CONFLICT(branch, path) DO NOTHING",
	    "is", b->id, f->path);
	if (rc < 0)
		return rc;
	return db_one_int(db, ret, e,
	    "SELECT id FROM record WHERE branch = ?1 AND path = ?2", "is",
	    b->id, f->path);
}

/* JSON text of a value, NULL when absent or too long; *ret_long says which. */
static int
value_text(const cJSON *v, struct buf *b, const char **ret, int *ret_long,
    struct err *e)
{
	int rc;

	*ret = NULL;
	*ret_long = 0;
	buf_clear(b);
	if (v == NULL || cJSON_IsNull(v))
		return 0;
	if ((rc = json_write(v, b, e)) < 0)
		return rc;
	if (b->len > INDEX_VALUE_MAX)
		*ret_long = 1;
	else
		*ret = buf_str(b);
	return buf_ok(b, e);
}

static int
add_change(struct db *db, int64_t revision, int64_t record, const cJSON *change,
    struct buf bufs[2], struct err *e)
{
	const char *old = NULL, *new_ = NULL;
	int long_old = 0, long_new = 0, rc;

	rc = value_text(json_get(change, "old"), &bufs[0], &old, &long_old, e);
	if (rc < 0)
		return rc;
	rc = value_text(json_get(change, "new"), &bufs[1], &new_, &long_new, e);
	if (rc < 0)
		return rc;
	return db_run(db, e,
	    "INSERT INTO change(revision, record, field, old, new, long)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	    "iisssi", revision, record, json_str(change, "field"), old, new_,
	    (int64_t)(long_old | long_new << 1));
}

int64_t
index_field_bit(const char *field)
{
	return INT64_C(1) << (text_hash(field, strcspn(field, ".")) %
			      FIELD_BITS);
}

static int64_t
bits_of(const cJSON *changes)
{
	const cJSON *change;
	int64_t bits = 0;

	cJSON_ArrayForEach (change, changes)
		bits |= index_field_bit(json_str(change, "field"));
	return bits;
}

static int
add_changes(struct db *db, int64_t revision, int64_t record, const cJSON *list,
    struct err *e)
{
	struct buf bufs[2] = { BUF_INIT, BUF_INIT };
	const cJSON *change;
	int rc = 0;

	cJSON_ArrayForEach (change, list) {
		rc = add_change(db, revision, record, change, bufs, e);
		if (rc < 0)
			break;
	}
	buf_release(&bufs[0]);
	buf_release(&bufs[1]);
	return rc;
}

static int
add_file(struct db *db, const struct branch *b, const struct index_file *f,
    int64_t revision, int side, struct err *e)
{
	const cJSON *list = f->changes;
	cJSON *made = NULL;
	int64_t record = 0;
	int rc;

	rc = side ? find_record(db, b, f, &record, e)
		  : set_record(db, b, f, revision, &record, e);
	if (rc == 0 && f->type != NULL && list == NULL) {
		rc = record_diff(f->type, f->old_rec, f->new_rec, &made, e);
		list = made;
	}
	if (rc == 0)
		rc = db_run(db, e,
		    "INSERT INTO touch(record, revision, blob, side, fields)"
		    " VALUES(?1, ?2, ?3, ?4, ?5)",
		    "iibii", record, revision, f->new_blob,
		    (size_t)COMMIT_ID_LEN, (int64_t)side, bits_of(list));
	if (rc == 0)
		rc = add_changes(db, revision, record, list, e);
	cJSON_Delete(made);
	return rc;
}

static int
move_branch(struct store *s, struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct commit *c,
    struct err *e)
{
	int rc = db_run(store_db(s), e,
	    "UPDATE branch SET n = n + 1, tip = ?2, content = ?3,"
	    " tip_time = ?4 WHERE id = ?1",
	    "ibbi", b->id, id, (size_t)COMMIT_ID_LEN, c->content,
	    (size_t)COMMIT_CONTENT_LEN, c->time);

	if (rc < 0)
		return rc;
	b->n++;
	b->has_tip = 1;
	memcpy(b->tip, id, COMMIT_ID_LEN);
	memcpy(b->content, c->content, COMMIT_CONTENT_LEN);
	b->tip_time = c->time;
	if (strcmp(c->device, store_device(s)) == 0)
		b->sequence = c->sequence;
	return 0;
}

int
index_revision(struct store *s, struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct commit *c,
    const struct index_file *files, size_t n, int64_t *ret_revision,
    struct err *e)
{
	struct db *db = store_db(s);
	int64_t revision = 0;
	size_t i;
	int rc;

	rc = add_revision(db, b, id, c, 0, wire_bytes(files, n), &revision, e);
	if (rc < 0)
		return rc;
	for (i = 0; i < n; i++) {
		if ((rc = add_file(db, b, &files[i], revision, 0, e)) < 0)
			return rc;
		/* what is known of the newest assessment is no more */
		if (files[i].type != NULL &&
		    strcmp(files[i].type->name, "assessment") == 0)
			b->edition = NULL;
	}
	if ((rc = move_branch(s, b, id, c, e)) < 0)
		return rc;
	if (ret_revision != NULL)
		*ret_revision = revision;
	return 0;
}

int
index_side(struct store *s, struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct commit *c,
    const struct index_file *files, size_t n, struct err *e)
{
	struct db *db = store_db(s);
	int64_t revision = 0;
	size_t i;
	int rc;

	rc = add_revision(db, b, id, c, 1, wire_bytes(files, n), &revision, e);
	for (i = 0; i < n && rc == 0; i++)
		rc = add_file(db, b, &files[i], revision, 1, e);
	if (rc == 0)
		rc = db_run(db, e, "UPDATE branch SET n = n + 1 WHERE id = ?1",
		    "i", b->id);
	if (rc < 0)
		return rc;
	b->n++;
	if (strcmp(c->device, store_device(s)) == 0)
		b->sequence = c->sequence;
	return 0;
}

int
index_has(struct store *s, int64_t branch,
    const unsigned char id[COMMIT_ID_LEN], struct err *e)
{
	int64_t yes = 0;
	int rc = db_one_int(store_db(s), &yes, e,
	    "SELECT EXISTS(SELECT 1 FROM revision WHERE commit_id = ?1"
	    " AND branch = ?2)",
	    "bi", id, (size_t)COMMIT_ID_LEN, branch);

	return rc < 0 ? rc : yes != 0;
}
