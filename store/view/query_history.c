#include "base/clock.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/brief.h"
#include "store/view/query.h"
#include "store/view/query_changes.h"

#define PATH_MAX_LEN 96

/*
 * A question taken apart: which rows, in SQL's terms. All parameters are always
 * bound, at these numbers; a statement uses those that its filters need (the
 * limit, the highest, is in every one).
 */
#define COLUMNS                                                                \
	"SELECT v.id, v.name, v.commit_id, v.parent, v.time, v.offset_min,"    \
	" v.received, v.login, v.person, v.device, v.action, v.reason,"        \
	" v.parent2, v.side"
#define BY_PERSON " AND v.login = ?3"
#define BY_TIME " AND v.time BETWEEN ?4 AND ?5"
#define BY_YEAR                                                                \
	" AND EXISTS(SELECT 1 FROM touch t JOIN record r ON r.id = t.record"   \
	" WHERE t.revision = v.id AND r.path > ?6 AND r.path < ?7)"
#define BY_ACTION " AND v.action = ?10"
#define PARAMETERS "iisiississi"

struct question {
	const struct query_history *q;
	struct store *s;
	struct branch *b;
	enum record_branch branch;
	int64_t before;        /* rows below this id; oldest first: above it */
	char from[24], to[24]; /* BY_YEAR: paths between */
	char path[PATH_MAX_LEN]; /* "" = any record */
	struct record_path rp;   /* of path */
	int64_t record;          /* its row; 0 = never touched */
	struct query_carry carry;
};

/* "1.1" to the path of its answer in the year asked for. */
static int
path_of_item(struct question *x, const char *item, struct err *e)
{
	const struct edition_item *it = NULL;
	const struct edition *ed = NULL;
	int year, rc;

	rc = store_cycle(x->s, x->q->office, x->q->year, &year, &ed, e);
	if (rc < 0)
		return rc;
	if ((rc = edition_find_item(ed, item, &it, e)) < 0)
		return rc;
	snprintf(x->path, sizeof(x->path), "%d/items/%s.json", year, item);
	return 0;
}

static int
find_record(struct question *x, const char *record, struct err *e)
{
	int rc;

	if (edition_is_item(record)) {
		if ((rc = path_of_item(x, record, e)) < 0)
			return rc;
	} else if ((size_t)snprintf(x->path, sizeof(x->path), "%s.json",
		       record) >= sizeof(x->path)) {
		return err_set(
		    e, ERR_INVALID, 0, "the name of a record is too long");
	}
	rc = record_path_parse(x->path, x->branch, &x->rp, e);
	if (rc < 0) {
		err_hint(e, "a record is named like 1.1, 2565/items/1.1 or "
			    "2565/assessment");
		return rc;
	}
	rc = db_one_int(store_db(x->s), &x->record, e,
	    "SELECT id FROM record WHERE branch = ?1 AND path = ?2", "is",
	    x->b->id, x->path);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
check_field(const struct question *x, const char *field, struct err *e)
{
	const struct record_type *t = x->rp.type;
	char names[300];
	size_t i, n = 0;

	if (x->path[0] == '\0')
		return err_set(e, ERR_USAGE, 0,
		    "a field is asked for without its record: which item?");
	if (record_field(t, field) != NULL)
		return 0;
	for (i = 0; i < t->n_fields && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s",
		    i > 0 ? " " : "", t->fields[i].name);
	return err_set(e, ERR_NOT_FOUND, 0,
	    "a record of type '%s' has no field '%s', its fields are: %s",
	    t->name, field, names);
}

static int
understand(struct question *x, struct err *e)
{
	const struct query_history *q = x->q;
	const char *branch = q->branch != NULL ? q->branch : "office";
	int rc;

	if (q->limit < 1 || q->limit > 1000)
		return err_set(e, ERR_INVALID, 0,
		    "the limit must be 1 to 1000, not %d", q->limit);
	if (q->oldest_first && q->record != NULL)
		return err_set(e, ERR_INVALID, 0,
		    "the history of one record is told newest first");
	if ((rc = store_branch(x->s, q->office, branch, &x->b, e)) < 0)
		return rc;
	x->branch = strcmp(branch, "hall") == 0 ? RECORD_HALL : RECORD_OFFICE;
	x->before = q->oldest_first ? 0 : ASOF_NOW;
	if (q->cursor != NULL &&
	    (rc = asof_revision(x->s, x->b, q->cursor, &x->before, e)) < 0)
		return rc;
	if (q->record != NULL && (rc = find_record(x, q->record, e)) < 0)
		return rc;
	if (q->field != NULL && (rc = check_field(x, q->field, e)) < 0)
		return rc;
	snprintf(x->from, sizeof(x->from), "%d/", q->year);
	snprintf(x->to, sizeof(x->to), "%d0", q->year); /* '0' follows '/' */
	return 0;
}

/* The statement for the filters asked for: each from a few fixed texts, newest
 * first by an index. */
static int
select_rows(const struct question *x, sqlite3_stmt **ret, struct err *e)
{
	const struct query_history *q = x->q;
	struct buf sql = BUF_INIT;
	int rc;

	buf_puts(&sql, COLUMNS);
	if (q->field != NULL)
		buf_puts(&sql,
		    " FROM touch c JOIN revision v ON v.id = c.revision"
		    " WHERE c.record = ?8 AND c.revision < ?2"
		    " AND EXISTS(SELECT 1 FROM change f WHERE"
		    " f.revision = c.revision AND f.record = c.record"
		    " AND f.field = ?9)");
	else if (x->path[0] != '\0')
		buf_puts(&sql,
		    " FROM touch c JOIN revision v ON v.id = c.revision"
		    " WHERE c.record = ?8 AND c.revision < ?2");
	else
		buf_puts(&sql, q->oldest_first
				   ? " FROM revision v"
				     " WHERE v.branch = ?1 AND v.id > ?2"
				   : " FROM revision v"
				     " WHERE v.branch = ?1 AND v.id < ?2");
	if (q->person != NULL)
		buf_puts(&sql, BY_PERSON);
	if (q->since != 0 || q->until != 0)
		buf_puts(&sql, BY_TIME);
	if (q->action != NULL)
		buf_puts(&sql, BY_ACTION);
	if (q->year != 0 && x->path[0] == '\0')
		buf_puts(&sql, BY_YEAR);
	if (x->path[0] != '\0')
		buf_puts(&sql, " ORDER BY c.revision DESC LIMIT ?11");
	else
		buf_puts(&sql, q->oldest_first
				   ? " ORDER BY v.id LIMIT ?11"
				   : " ORDER BY v.id DESC LIMIT ?11");
	if ((rc = buf_ok(&sql, e)) == 0)
		rc = db_stmt(store_db(x->s), ret, e, buf_str(&sql), PARAMETERS,
		    x->b->id, x->before, q->person, q->since,
		    q->until != 0 ? q->until : INT64_MAX, x->from, x->to,
		    x->record, q->field, q->action, (int64_t)q->limit + 1);
	buf_release(&sql);
	return rc;
}

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
	    (rc = put_text(p, "login", st, 7, e)) < 0)
		return rc;
	return put_text(p, "name", st, 8, e);
}

/* Everything of a revision but its changes; parents, times, person. */
static int
put_revision(
    const struct question *x, cJSON *out, sqlite3_stmt *st, struct err *e)
{
	cJSON *parents = cJSON_CreateArray();
	int rc;

	if ((rc = json_put(out, "parents", parents, e)) < 0 ||
	    (rc = put_text(out, "revision", st, 1, e)) < 0 ||
	    (rc = put_hex(out, "commit", st, 2, e)) < 0 ||
	    (rc = put_time(out, "time", sqlite3_column_int64(st, 4),
		 sqlite3_column_int(st, 5), e)) < 0 ||
	    (rc = put_person(out, st, e)) < 0 ||
	    (rc = put_text(out, "device", st, 9, e)) < 0 ||
	    (rc = put_text(out, "action", st, 10, e)) < 0 ||
	    (rc = put_text(out, "reason", st, 11, e)) < 0)
		return rc;
	if ((sqlite3_column_type(st, 3) != SQLITE_NULL &&
		(rc = put_hex(parents, NULL, st, 3, e)) < 0) ||
	    (sqlite3_column_type(st, 12) != SQLITE_NULL &&
		(rc = put_hex(parents, NULL, st, 12, e)) < 0) ||
	    (rc = json_put_bool(
		 out, "side", sqlite3_column_int(st, 13) != 0, e)) < 0)
		return rc;
	if (sqlite3_column_type(st, 6) == SQLITE_NULL)
		return json_put_str(out, "received", NULL, e);
	return put_time(out, "received", sqlite3_column_int64(st, 6),
	    store_conf(x->s)->offset_min, e);
}

static int
push_revision(struct question *x, cJSON *list, sqlite3_stmt *st, struct err *e)
{
	struct query_changes c = { .s = x->s,
		.b = x->b,
		.branch = x->branch,
		.revision = sqlite3_column_int64(st, 0),
		.record = x->record,
		.path = x->path,
		.field = x->q->field,
		.carry = &x->carry };
	cJSON *out = cJSON_CreateObject();
	int rc;

	if ((rc = put_revision(x, out, st, e)) < 0 ||
	    (rc = query_changes_put(&c, out, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	return json_push(list, out, e);
}

/* One row more than asked for was selected: if it comes, there is a next
 * page. */
static int
read_rows(struct question *x, cJSON *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	sqlite3_stmt *st = NULL;
	char next[24] = "";
	int n = 0, rc;

	if ((rc = json_put(out, "revisions", list, e)) < 0 ||
	    (rc = select_rows(x, &st, e)) < 0)
		return rc;
	while ((rc = db_step(store_db(x->s), st, e)) > 0 && n++ < x->q->limit) {
		snprintf(next, sizeof(next), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		if ((rc = push_revision(x, list, st, e)) < 0)
			break;
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	return json_put_str(out, "next", rc > 0 ? next : NULL, e);
}

int
query_history(
    struct store *s, const struct query_history *q, cJSON **ret, struct err *e)
{
	struct question x = { .q = q, .s = s };
	cJSON *out = cJSON_CreateObject();
	int began = 0, rc;

	if ((rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = understand(&x, e)) == 0 && (rc = read_rows(&x, out, e)) == 0)
		rc = brief_cut(out, e);
	cJSON_Delete(x.carry.rec);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
