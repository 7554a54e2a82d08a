#include "store/view/query_changes.h"

#include "store/look/asof.h"

#define PATH_MAX_LEN 96

/* One record as one revision left it. */
struct touched {
	int64_t record;
	struct record_path rp;     /* type NULL: not a record */
	struct asof before, after; /* read when a long value is asked for */
	int has_read;
};

/* Values too long for the index stand in the blobs before and after. */
static int
read_states(const struct query_changes *x, struct touched *t, struct err *e)
{
	struct query_carry *carry = x->carry;
	char path[PATH_MAX_LEN + 8];
	int64_t before = 0;
	int rc;

	if (t->has_read)
		return 0;
	snprintf(path, sizeof(path), "%s.json", t->rp.name);
	if (carry->record == t->record && carry->revision == x->revision) {
		t->after.rec = carry->rec;
		carry->rec = NULL;
		carry->record = 0;
	} else if ((rc = asof_record(
			x->s, x->b, path, x->revision, &t->after, e)) < 0) {
		return rc;
	}
	if ((rc = asof_parent(x->s, x->b, x->revision, &before, e)) < 0)
		return rc;
	rc = asof_record(x->s, x->b, path, before, &t->before, e);
	t->has_read = rc == 0;
	return rc;
}

/* Histories go from new to old: what was before is asked for next. */
static void
carry_over(const struct query_changes *x, struct touched *t)
{
	struct query_carry *carry = x->carry;

	asof_release(&t->after);
	if (t->before.rec == NULL)
		return;
	cJSON_Delete(carry->rec);
	carry->rec = t->before.rec;
	carry->record = t->record;
	carry->revision = t->before.revision;
	t->before.rec = NULL;
}

/* One side of a change: from the row's JSON text, or (long) from the blob. */
static int
put_side(const struct query_changes *x, struct touched *t, cJSON *change,
    const char *side, sqlite3_stmt *st, int col, int is_long, struct err *e)
{
	const cJSON *from;
	cJSON *v = NULL;
	int rc;

	if (is_long) {
		if ((rc = read_states(x, t, e)) < 0)
			return rc;
		from = record_get(col == 1 ? t->before.rec : t->after.rec,
		    json_str(change, "field"));
		if (from == NULL)
			return err_set(e, ERR_DAMAGED, 0,
			    "field '%s' of '%s' is in the index, but not in "
			    "the repository",
			    json_str(change, "field"), t->rp.name);
		v = cJSON_Duplicate(from, 1);
	} else if (sqlite3_column_type(st, col) == SQLITE_NULL) {
		v = cJSON_CreateNull();
	} else {
		rc = asof_parse(sqlite3_column_text(st, col),
		    (size_t)sqlite3_column_bytes(st, col), t->rp.name, &v, e);
		if (rc < 0)
			return rc;
	}
	return json_put(change, side, v, e);
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
	    (rc = put_side(x, t, c, "old", st, 1, flags & 1, e)) < 0 ||
	    (rc = put_side(x, t, c, "new", st, 2, flags & 2, e)) < 0) {
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

int
query_changes_put(const struct query_changes *x, cJSON *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *first;
	int rc;

	rc = x->path[0] != '\0' ? push_touched(x, list, x->record, x->path, e)
				: push_all_touched(x, list, e);
	if (rc < 0)
		goto out;
	first = list != NULL ? list->child : NULL;
	if ((rc = json_put_str(out, "record", json_str(first, "record"), e)) <
		0 ||
	    (rc = json_put(out, "changes",
		 first != NULL ? cJSON_Duplicate(json_get(first, "changes"), 1)
			       : cJSON_CreateArray(),
		 e)) < 0)
		goto out;
	if (first != NULL && first->next != NULL) {
		rc = json_put(out, "records", list, e);
		list = NULL;
	}
out:
	cJSON_Delete(list);
	return rc;
}
