/* Who did what and when: people, records, months, milestones. */
#include "store/audit/dossier_state.h"

#include "base/clock.h"

static const char *
text(sqlite3_stmt *st, int col)
{
	const char *s = (const char *)sqlite3_column_text(st, col);

	return s != NULL ? s : "";
}

/* Runs a statement of the year and gives each row to row(), which pushes onto
 * the list. */
static int
collect(struct dossier *d, const char *sql, int64_t limit,
    int (*row)(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e),
    cJSON *list, struct err *e)
{
	struct db *db = store_db(d->m.s);
	sqlite3_stmt *st = NULL;
	int rc = dossier_stmt(d, &st, sql, limit, e), put;

	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		if ((put = row(d, st, list, e)) < 0)
			rc = put;
	db_reset(st);
	return rc;
}

static int
section(struct dossier *d, struct report_part *p, const char *key,
    const char *sql,
    int (*row)(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e),
    struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	int rc = list != NULL ? collect(d, sql, INT64_MAX, row, list, e)
			      : err_nomem(e);

	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return report_part_list(p, key, key, list, e);
}

/* --- people --- */

static int
person_row(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(list, one, e)) < 0 ||
	    (rc = json_put_str(one, "side",
		 dossier_side(d, sqlite3_column_int64(st, 0)), e)) < 0 ||
	    (rc = json_put_str(one, "login", text(st, 1), e)) < 0 ||
	    (rc = json_put_str(one, "name", text(st, 2), e)) < 0 ||
	    (rc = json_put_int(
		 one, "revisions", sqlite3_column_int64(st, 3), e)) < 0 ||
	    (rc = dossier_put_time(
		 d, one, "first", sqlite3_column_int64(st, 4), e)) < 0 ||
	    (rc = dossier_put_time(
		 d, one, "last", sqlite3_column_int64(st, 5), e)) < 0 ||
	    (rc = json_put(one, "actions", cJSON_CreateObject(), e)) < 0)
		return rc;
	return dossier_put_list(one, "devices", text(st, 6), e);
}

/* list: the people, who get their actions. */
static int
action_row(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e)
{
	const char *side = dossier_side(d, sqlite3_column_int64(st, 0));
	cJSON *one;

	cJSON_ArrayForEach (one, list) {
		const char *login = json_str(one, "login");

		if (login != NULL && strcmp(login, text(st, 1)) == 0 &&
		    strcmp(json_str(one, "side"), side) == 0)
			return json_put_int(json_get(one, "actions"),
			    text(st, 2), sqlite3_column_int64(st, 3), e);
	}
	return 0;
}

int
dossier_section_people(void *arg, struct report_part *p, struct err *e)
{
	struct dossier *d = arg;
	cJSON *list = cJSON_CreateArray();
	int rc = list != NULL ? 0 : err_nomem(e);

	if (rc == 0)
		rc = collect(d,
		    DOSSIER_WITH
		    "SELECT v.branch, v.login, max(v.person), count(*),"
		    " min(v.time), max(v.time), group_concat(DISTINCT v.device)"
		    " FROM own JOIN revision v ON v.id = own.id"
		    " GROUP BY v.branch, v.login"
		    " ORDER BY count(*) DESC, v.branch, v.login LIMIT ?8",
		    INT64_MAX, person_row, list, e);
	if (rc == 0)
		rc = collect(d,
		    DOSSIER_WITH "SELECT v.branch, v.login, v.action, count(*)"
				 " FROM own JOIN revision v ON v.id = own.id"
				 " GROUP BY v.branch, v.login, v.action"
				 " ORDER BY count(*) DESC, v.action LIMIT ?8",
		    INT64_MAX, action_row, list, e);
	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return report_part_list(p, "people", "people", list, e);
}

/* --- records --- */

/* "2565/items/1.1.json" → record "2565/items/1.1", item "1.1" */
static int
put_record(cJSON *one, const char *path, struct err *e)
{
	size_t len = strlen(path);
	char name[96], *slash;
	const char *item = NULL;
	int rc;

	snprintf(
	    name, sizeof(name), "%.*s", (int)(len > 5 ? len - 5 : len), path);
	slash = strrchr(name, '/');
	if (slash != NULL && (strstr(name, "/items/") != NULL ||
				 strstr(name, "/comments/") != NULL ||
				 strncmp(name, "reviews/", 8) == 0))
		item = slash + 1;
	if ((rc = json_put_str(one, "record", name, e)) < 0)
		return rc;
	return json_put_str(one, "item", item, e);
}

static int
record_row(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(list, one, e)) < 0 ||
	    (rc = json_put_str(one, "side",
		 dossier_side(d, sqlite3_column_int64(st, 0)), e)) < 0 ||
	    (rc = put_record(one, text(st, 1), e)) < 0 ||
	    (rc = json_put_int(
		 one, "revisions", sqlite3_column_int64(st, 2), e)) < 0 ||
	    (rc = json_put_int(one, "fields", sqlite3_column_int64(st, 3), e)) <
		0 ||
	    (rc = json_put_int(one, "people", sqlite3_column_int64(st, 4), e)) <
		0 ||
	    (rc = dossier_put_time(
		 d, one, "first", sqlite3_column_int64(st, 5), e)) < 0)
		return rc;
	return dossier_put_time(d, one, "last", sqlite3_column_int64(st, 6), e);
}

int
dossier_section_records(void *arg, struct report_part *p, struct err *e)
{
	return section(arg, p, "records",
	    DOSSIER_WITH
	    "SELECT rec.branch, rec.path, count(*),"
	    " sum((SELECT count(*) FROM change c WHERE c.revision = t.revision"
	    " AND c.record = t.record)), count(DISTINCT v.login),"
	    " min(v.time), max(v.time)"
	    " FROM rec JOIN touch t ON t.record = rec.id"
	    " JOIN revision v ON v.id = t.revision WHERE v.action <> 'merge'"
	    " GROUP BY rec.id ORDER BY rec.path LIMIT ?8",
	    record_row, e);
}

/* --- months --- */

/* list: {"month","office","hall"}, one object a month. */
static int
month_row(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e)
{
	cJSON *one = list->child != NULL ? list->child->prev : NULL;
	const char *month = one != NULL ? json_str(one, "month") : NULL;
	int rc;

	if (month == NULL || strcmp(month, text(st, 0)) != 0) {
		one = cJSON_CreateObject();
		if ((rc = json_push(list, one, e)) < 0 ||
		    (rc = json_put_str(one, "month", text(st, 0), e)) < 0 ||
		    (rc = json_put_int(one, "office", 0, e)) < 0 ||
		    (rc = json_put_int(one, "hall", 0, e)) < 0)
			return rc;
	}
	return json_put_int(one, dossier_side(d, sqlite3_column_int64(st, 1)),
	    sqlite3_column_int64(st, 2), e);
}

int
dossier_section_months(void *arg, struct report_part *p, struct err *e)
{
	return section(arg, p, "months",
	    DOSSIER_WITH
	    "SELECT strftime('%Y-%m', v.time + v.offset_min * 60, 'unixepoch')"
	    " AS month, v.branch, count(*)"
	    " FROM own JOIN revision v ON v.id = own.id"
	    " GROUP BY month, v.branch ORDER BY month LIMIT ?8",
	    month_row, e);
}

/* --- milestones --- */

/* What is done every day, and so is no milestone. */
#define EVERYDAY                                                               \
	"('tick', 'untick', 'set', 'profile', 'indicator', 'plan', 'comment'," \
	" 'attach', 'detach', 'edit', 'merge', 'review')"

static int
put_person(cJSON *one, sqlite3_stmt *st, int col, struct err *e)
{
	cJSON *person = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(one, "person", person, e)) < 0 ||
	    (rc = json_put_str(person, "login", text(st, col), e)) < 0)
		return rc;
	return json_put_str(person, "name", text(st, col + 1), e);
}

static int
milestone_row(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e)
{
	unsigned char id[COMMIT_ID_LEN] = { 0 };
	char hex[41], time[CLOCK_TEXT];
	cJSON *one = cJSON_CreateObject();
	int rc;

	if (sqlite3_column_bytes(st, 2) == COMMIT_ID_LEN)
		memcpy(id, sqlite3_column_blob(st, 2), COMMIT_ID_LEN);
	commit_hex(id, hex);
	clock_rfc3339(
	    time, sqlite3_column_int64(st, 4), sqlite3_column_int(st, 5));
	if ((rc = json_push(list, one, e)) < 0 ||
	    (rc = json_put_str(one, "side",
		 dossier_side(d, sqlite3_column_int64(st, 0)), e)) < 0 ||
	    (rc = json_put_str(one, "revision", text(st, 1), e)) < 0 ||
	    (rc = json_put_str(one, "commit", hex, e)) < 0 ||
	    (rc = json_put_str(one, "action", text(st, 3), e)) < 0 ||
	    (rc = json_put_str(one, "time", time, e)) < 0 ||
	    (rc = put_person(one, st, 7, e)) < 0 ||
	    (rc = json_put_str(one, "device", text(st, 9), e)) < 0 ||
	    (rc = json_put_str(one, "reason", text(st, 10), e)) < 0)
		return rc;
	if (sqlite3_column_type(st, 6) == SQLITE_NULL)
		return json_put(one, "received", cJSON_CreateNull(), e);
	return dossier_put_time(
	    d, one, "received", sqlite3_column_int64(st, 6), e);
}

static int
count_row(struct dossier *d, sqlite3_stmt *st, cJSON *list, struct err *e)
{
	(void)d;
	return json_put_int(
	    list, "milestones_left", sqlite3_column_int64(st, 0), e);
}

int
dossier_section_milestones(void *arg, struct report_part *p, struct err *e)
{
	int rc = collect(arg,
	    DOSSIER_WITH "SELECT max(count(*) - ?8, 0) FROM own JOIN revision v"
			 " ON v.id = own.id WHERE v.action NOT IN " EVERYDAY,
	    DOSSIER_MILESTONES_MAX, count_row, p->out, e);
	cJSON *list;

	if (rc < 0)
		return rc;
	if ((list = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	rc = collect(arg,
	    DOSSIER_WITH
	    "SELECT v.branch, v.name, v.commit_id, v.action, v.time,"
	    " v.offset_min, v.received, v.login, v.person, v.device, v.reason"
	    " FROM own JOIN revision v ON v.id = own.id"
	    " WHERE v.action NOT IN " EVERYDAY
	    " ORDER BY v.time, v.id LIMIT ?8",
	    DOSSIER_MILESTONES_MAX, milestone_row, list, e);
	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return report_part_list(p, "milestones", "milestones", list, e);
}
