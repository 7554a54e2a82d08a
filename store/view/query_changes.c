#include "store/view/query_changes.h"

#include "store/look/asof.h"
#include "store/record/canon.h"
#include "store/view/history_record.h"

/* One record as one revision left it. */
struct touched {
	int64_t record;
	struct record_path rp;            /* type NULL: not a record */
	struct query_state before, after; /* read when long values need them */
};

/* The record's file at the first row of the statement: blob, revision. */
static int
read_state(const struct query_changes *x, sqlite3_stmt *st,
    struct query_state *ret, struct err *e)
{
	unsigned char id[COMMIT_ID_LEN];
	int has_blob = 0, rc;

	if ((rc = db_step(store_db(x->s), st, e)) > 0) {
		ret->revision = sqlite3_column_int64(st, 1);
		has_blob = sqlite3_column_bytes(st, 0) == COMMIT_ID_LEN;
		if (has_blob)
			memcpy(id, sqlite3_column_blob(st, 0), COMMIT_ID_LEN);
	}
	db_reset(st);
	return rc < 0 || !has_blob ? rc
				   : store_blob(x->s, x->b, id, &ret->bytes, e);
}

/* A side revision stands on a line of its own (store/look/asof.h). */
static int
read_before_aside(const struct query_changes *x, struct touched *t,
    struct query_state *ret, struct err *e)
{
	unsigned char id[COMMIT_ID_LEN];
	char path[sizeof(t->rp.name) + sizeof(".json")];
	int64_t parent = 0;
	int rc;

	snprintf(path, sizeof(path), "%s.json", t->rp.name);
	if ((rc = asof_parent(x->s, x->b, x->revision, &parent, e)) < 0 ||
	    (rc = asof_blob_id(
		 x->s, x->b, path, parent, id, &ret->revision, e)) <= 0)
		return rc;
	return store_blob(x->s, x->b, id, &ret->bytes, e);
}

static int
read_before(const struct query_changes *x, struct touched *t, struct err *e)
{
	struct query_state *to = &t->before;
	sqlite3_stmt *st = NULL;
	int rc;

	if (to->is_read)
		return 0;
	/* the others are on the branch's first-parent line, one above the
	 * other: what stood before is what the last of them left */
	if (x->side)
		rc = read_before_aside(x, t, to, e);
	else if ((rc = db_stmt(store_db(x->s), &st, e,
		      "SELECT blob, revision FROM touch WHERE record = ?1"
		      " AND revision < ?2 AND side = 0"
		      " ORDER BY revision DESC LIMIT 1",
		      "ii", t->record, x->revision)) == 0)
		rc = read_state(x, st, to, e);
	to->is_read = rc >= 0;
	return rc < 0 ? rc : 0;
}

/* 1 if the field is in the state that is carried as this revision left it. */
static int
is_carried(const struct query_changes *x, const struct touched *t,
    const char *field, struct err *e)
{
	const struct query_carry *carry = x->carry;

	if (x->side || carry->side || carry->record != t->record ||
	    carry->state.revision <= x->revision)
		return 0;
	return history_record_stood(
	    x->s, t->record, field, x->revision, carry->state.revision, e);
}

static int
read_after(const struct query_changes *x, struct touched *t, struct err *e)
{
	struct query_carry *carry = x->carry;
	struct query_state *to = &t->after;
	sqlite3_stmt *st = NULL;
	int rc;

	if (to->is_read)
		return 0;
	if (carry->record == t->record &&
	    carry->state.revision == x->revision) {
		*to = carry->state;
		memset(carry, 0, sizeof(*carry));
		return 0;
	}
	if ((rc = db_stmt(store_db(x->s), &st, e,
		 "SELECT blob, revision FROM touch WHERE record = ?1"
		 " AND revision = ?2",
		 "ii", t->record, x->revision)) == 0)
		rc = read_state(x, st, to, e);
	to->is_read = rc >= 0;
	return rc < 0 ? rc : 0;
}

void
query_carry_release(struct query_carry *carry)
{
	buf_release(&carry->state.bytes);
	memset(carry, 0, sizeof(*carry));
}

/* Histories go from new to old: what was before is asked for next. */
static void
carry_over(const struct query_changes *x, struct touched *t)
{
	buf_release(&t->after.bytes);
	if (!t->before.is_read) {
		buf_release(&t->before.bytes);
		return;
	}
	query_carry_release(x->carry);
	x->carry->record = t->record;
	x->carry->side = x->side;
	x->carry->state = t->before;
}

/* The state that has the old or new value of a field. */
static int
find_state(const struct query_changes *x, struct touched *t, const char *field,
    int is_new, const struct query_state **ret, struct err *e)
{
	int rc;

	if (!is_new) {
		*ret = &t->before;
		return read_before(x, t, e);
	}
	*ret = &t->after;
	if (t->after.is_read || (rc = is_carried(x, t, field, e)) == 0)
		return read_after(x, t, e);
	*ret = &x->carry->state;
	return rc < 0 ? rc : 0;
}

/* Values too long for the index stand in the files before and after; of which
 * no more than the one value is taken apart. */
static int
read_long(const struct query_changes *x, struct touched *t, const char *field,
    int is_new, cJSON **ret, struct err *e)
{
	const struct query_state *of = NULL;
	const char *value;
	size_t len;
	int rc;

	if ((rc = find_state(x, t, field, is_new, &of, e)) < 0)
		return rc;
	if (!canon_find(
		buf_str(&of->bytes), of->bytes.len, field, &value, &len))
		return err_set(e, ERR_DAMAGED, 0,
		    "field '%s' of '%s' is in the index, but not in "
		    "the repository",
		    field, t->rp.name);
	return asof_parse(value, len, t->rp.name, ret, e);
}

/* One side of a change: from the row's JSON text, or (long) from the file. */
static int
put_side(const struct query_changes *x, struct touched *t, cJSON *change,
    sqlite3_stmt *st, int col, int is_long, struct err *e)
{
	cJSON *v = NULL;
	int rc = 0;

	if (is_long)
		rc =
		    read_long(x, t, json_str(change, "field"), col == 2, &v, e);
	else if (sqlite3_column_type(st, col) == SQLITE_NULL)
		v = cJSON_CreateNull();
	else
		rc = asof_parse(sqlite3_column_text(st, col),
		    (size_t)sqlite3_column_bytes(st, col), t->rp.name, &v, e);
	return rc < 0 ? rc : json_put(change, col == 1 ? "old" : "new", v, e);
}

static int
push_change(const struct query_changes *x, struct touched *t, cJSON *list,
    sqlite3_stmt *st, struct err *e)
{
	int flags = sqlite3_column_int(st, 3);
	cJSON *c = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(c, "field",
		 (const char *)sqlite3_column_text(st, 0), e)) < 0 ||
	    (rc = put_side(x, t, c, st, 1, flags & 1, e)) < 0 ||
	    (rc = put_side(x, t, c, st, 2, flags & 2, e)) < 0) {
		cJSON_Delete(c);
		return rc;
	}
	return json_push(list, c, e);
}

/* The index gives fields by name; people see them in the table's order: moves
 * the first of from, in that order, until none is left. (Not by
 * cJSON_InsertItemInArray(): Debian's 1.7.15 loses the item.) */
static void
move_sorted(const struct record_type *type, cJSON *from, cJSON *to)
{
	cJSON *c, *first;

	while ((first = from->child) != NULL) {
		for (c = first->next; c != NULL; c = c->next)
			if (record_field_order(type, json_str(c, "field"),
				json_str(first, "field")) < 0)
				first = c;
		cJSON_AddItemToArray(
		    to, cJSON_DetachItemViaPointer(from, first));
	}
}

static int
read_changes(const struct query_changes *x, struct touched *t, cJSON *list,
    struct err *e)
{
	struct db *db = store_db(x->s);
	cJSON *found = cJSON_CreateArray();
	sqlite3_stmt *st = NULL;
	int rc;

	rc = x->field != NULL
		 ? db_stmt(db, &st, e,
		       "SELECT field, old, new, long FROM change"
		       " WHERE revision = ?1 AND record = ?2 AND field = ?3",
		       "iis", x->revision, t->record, x->field)
		 : db_stmt(db, &st, e,
		       "SELECT field, old, new, long FROM change"
		       " WHERE revision = ?1 AND record = ?2",
		       "ii", x->revision, t->record);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = push_change(x, t, found, st, e);
	db_reset(st);
	if (rc == 0 && found != NULL)
		move_sorted(t->rp.type, found, list);
	cJSON_Delete(found);
	return rc;
}

/* {"record","changes"} of one touched file, appended to list. */
static int
push_touched(const struct query_changes *x, cJSON *list, int64_t record,
    const char *path, struct err *e)
{
	struct touched t = { .record = record };
	cJSON *out = cJSON_CreateObject();
	cJSON *changes = cJSON_CreateArray();
	int rc;

	if ((rc = json_put(out, "changes", changes, e)) < 0)
		goto out;
	if (record_path_parse(path, x->branch, &t.rp, NULL) == 0)
		rc = read_changes(x, &t, changes, e);
	/* allowed_signers is no record: its name is its path */
	if (rc < 0 || (rc = json_put_str(out, "record",
			   t.rp.type != NULL ? t.rp.name : path, e)) < 0)
		goto out;
	rc = json_push(list, out, e);
	out = NULL;
out:
	carry_over(x, &t);
	cJSON_Delete(out);
	return rc;
}

/* Every file that the revision touched, by path. */
static int
push_all_touched(const struct query_changes *x, cJSON *list, struct err *e)
{
	struct db *db = store_db(x->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.path FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE t.revision = ?1 ORDER BY r.path",
	    "i", x->revision);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = push_touched(x, list, sqlite3_column_int64(st, 0),
		    (const char *)sqlite3_column_text(st, 1), e);
	db_reset(st);
	return rc;
}

/* Of one file alone nothing else is told than its changes. */
static int
take_changes(cJSON *first, cJSON **ret, struct err *e)
{
	cJSON *changes = json_get(first, "changes");

	if (first == NULL)
		*ret = cJSON_CreateArray();
	else if (first->next == NULL)
		*ret = cJSON_DetachItemViaPointer(first, changes);
	else
		*ret = cJSON_Duplicate(changes, 1);
	return *ret != NULL ? 0 : err_nomem(e);
}

int
query_changes_put(const struct query_changes *x, cJSON *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *first, *changes = NULL;
	int rc;

	rc = x->path[0] != '\0' ? push_touched(x, list, x->record, x->path, e)
				: push_all_touched(x, list, e);
	if (rc < 0)
		goto out;
	first = list != NULL ? list->child : NULL;
	if ((rc = json_put_str(out, "record", json_str(first, "record"), e)) <
		0 ||
	    (rc = take_changes(first, &changes, e)) < 0 ||
	    (rc = json_put(out, "changes", changes, e)) < 0)
		goto out;
	if (first != NULL && first->next != NULL) {
		rc = json_put(out, "records", list, e);
		list = NULL;
	}
out:
	cJSON_Delete(list);
	return rc;
}
