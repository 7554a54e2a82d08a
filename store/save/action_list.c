#include "store/save/action.h"

#include "base/clock.h"
#include "store/look/asof.h"
#include "store/look/scene.h"
#include "store/record/record.h"
#include "store/record/record_rules.h"

#define DAY_S 86400

struct listing {
	struct scene sc;
	const char *item; /* NULL: all */
	int overdue;      /* only those */
	int64_t today;    /* days since 1970 where the office is */
	cJSON *list;
};

/* Days from today to the day; 0 = today. */
static int
days_until(const char *day, int64_t today, int64_t *ret, struct err *e)
{
	int64_t t;
	int rc;

	if ((rc = clock_parse(day, 0, 0, &t, e)) < 0)
		return rc;
	*ret = t / DAY_S - today;
	return 0;
}

/* An action is about an item when it names it, or its whole category; about a
 * category when it names that or an item of it. */
static int
is_about(const struct scene *sc, const cJSON *rec, const char *item)
{
	const struct edition_item *it;
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(rec, "items")) {
		if (!cJSON_IsString(c))
			continue;
		if (strcmp(c->valuestring, item) == 0)
			return 1;
		it = edition_item(sc->ed, item);
		if (it != NULL && strcmp(it->category, c->valuestring) == 0)
			return 1;
		it = edition_item(sc->ed, c->valuestring);
		if (it != NULL && strcmp(it->category, item) == 0)
			return 1;
	}
	return 0;
}

static int
put_copy(cJSON *obj, const char *key, const cJSON *v, struct err *e)
{
	return json_put(obj, key,
	    v != NULL ? cJSON_Duplicate(v, 1) : cJSON_CreateNull(), e);
}

static int
put_fields(cJSON *obj, const cJSON *rec, struct err *e)
{
	static const char *const plain[] = { "what", "gap", "who", "due",
		"priority", "budget", "status" };
	const cJSON *items = json_get(rec, "items");
	cJSON *followup = cJSON_CreateObject();
	size_t i;
	int rc;

	if ((rc = json_put(obj, "followup", followup, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if ((rc = json_put_str(
			 obj, plain[i], json_str(rec, plain[i]), e)) < 0)
			return rc;
	if ((rc = json_put(obj, "items",
		 items != NULL ? cJSON_Duplicate(items, 1)
			       : cJSON_CreateArray(),
		 e)) < 0 ||
	    (rc = json_put_int(
		 obj, "progress", json_int(rec, "progress", 0), e)) < 0 ||
	    (rc = put_copy(followup, "m6", record_get(rec, "followup.m6"), e)) <
		0 ||
	    (rc = put_copy(
		 followup, "m12", record_get(rec, "followup.m12"), e)) < 0)
		return rc;
	return put_copy(obj, "origin", json_get(rec, "origin"), e);
}

/* "days" (null without a day) and "overdue". */
static int
put_due(cJSON *obj, const cJSON *rec, int64_t today, int *ret_overdue,
    struct err *e)
{
	const char *due = json_str(rec, "due");
	const char *status = json_str(rec, "status");
	int open = status != NULL && strcmp(status, "open") == 0;
	int64_t days = 0;
	int rc;

	*ret_overdue = 0;
	if (due == NULL) {
		rc = json_put(obj, "days", cJSON_CreateNull(), e);
	} else {
		if ((rc = days_until(due, today, &days, e)) < 0)
			return rc;
		*ret_overdue = open && days < 0;
		rc = json_put_int(obj, "days", days, e);
	}
	return rc < 0 ? rc : json_put_bool(obj, "overdue", *ret_overdue, e);
}

/* One record into the list, if it is wanted. */
static int
push_action(struct listing *l, const char *path, const cJSON *rec,
    const char *revision, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	struct record_path rp;
	int overdue = 0, rc;

	if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) < 0)
		goto out;
	if (l->item != NULL && !is_about(&l->sc, rec, l->item))
		goto out;
	if ((rc = json_put_str(obj, "id", rp.id, e)) < 0 ||
	    (rc = put_fields(obj, rec, e)) < 0 ||
	    (rc = put_due(obj, rec, l->today, &overdue, e)) < 0 ||
	    (rc = json_put_str(obj, "revision", revision, e)) < 0 ||
	    (l->overdue && !overdue))
		goto out;
	rc = json_push(l->list, obj, e);
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

/* A row: path, bytes, name of the revision. */
static int
push_row(struct listing *l, sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	cJSON *rec = NULL;
	int rc = asof_parse(sqlite3_column_blob(st, 1),
	    (size_t)sqlite3_column_bytes(st, 1), path, &rec, e);

	if (rc == 0)
		rc = push_action(
		    l, path, rec, (const char *)sqlite3_column_text(st, 2), e);
	cJSON_Delete(rec);
	return rc;
}

/* As it stood then, if it did. */
static int
push_then(struct listing *l, sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	struct asof a = { 0 };
	int rc = asof_record(l->sc.s, l->sc.b, path, l->sc.at.office, &a, e);

	if (rc == 0 && a.rec != NULL)
		rc = push_action(l, path, a.rec, a.name, e);
	asof_release(&a);
	return rc;
}

static void
bounds(const struct listing *l, char from[24], char to[24])
{
	snprintf(from, 24, "%d/actions/", l->sc.year);
	snprintf(to, 24, "%d/actions0", l->sc.year); /* '0' follows '/' */
}

static int
read_then(struct listing *l, struct err *e)
{
	struct db *db = store_db(l->sc.s);
	sqlite3_stmt *st = NULL;
	char from[24], to[24];
	int rc;

	bounds(l, from, to);
	/* those that are gone by now, too */
	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3",
	    "iss", l->sc.b->id, from, to);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = push_then(l, st, e);
	db_reset(st);
	return rc;
}

static int
read_rows(struct listing *l, struct err *e)
{
	struct db *db = store_db(l->sc.s);
	sqlite3_stmt *st = NULL;
	char from[24], to[24];
	int rc;

	if (l->sc.at.kind != MOMENT_NOW)
		return read_then(l, e);
	bounds(l, from, to);
	rc = db_stmt(db, &st, e,
	    "SELECT r.path, r.bytes, v.name FROM record r"
	    " JOIN revision v ON v.id = r.revision WHERE r.branch = ?1"
	    " AND r.path > ?2 AND r.path < ?3 AND r.bytes IS NOT NULL",
	    "iss", l->sc.b->id, from, to);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = push_row(l, st, e);
	db_reset(st);
	return rc;
}

static int
is_open(const cJSON *action)
{
	const char *status = json_str(action, "status");

	return status != NULL && strcmp(status, "open") == 0;
}

/* Names of one letter count: pa2 before pa10. */
static int
by_name(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	if (strncmp(a, b, 2) == 0 && la != lb)
		return la < lb ? -1 : 1;
	return strcmp(a, b);
}

/* Open ones first, then by day, those without one last. */
static int
by_due(const void *a, const void *b)
{
	const cJSON *x = *(cJSON *const *)a, *y = *(cJSON *const *)b;
	const char *dx = json_str(x, "due"), *dy = json_str(y, "due");
	int order = is_open(y) - is_open(x);

	if (order == 0)
		order = (dx == NULL) - (dy == NULL);
	if (order == 0 && dx != NULL && dy != NULL)
		order = strcmp(dx, dy);
	return order != 0 ? order
			  : by_name(json_str(x, "id"), json_str(y, "id"));
}

static int
sort_list(cJSON *list, struct err *e)
{
	size_t n = (size_t)cJSON_GetArraySize(list), i;
	cJSON **all;

	if (n < 2)
		return 0;
	if ((all = calloc(n, sizeof(*all))) == NULL)
		return err_nomem(e);
	for (i = 0; i < n; i++)
		all[i] = cJSON_DetachItemFromArray(list, 0);
	qsort(all, n, sizeof(*all), by_due);
	for (i = 0; i < n; i++)
		cJSON_AddItemToArray(list, all[i]);
	free(all);
	return 0;
}

static int
check_item(const struct listing *l, struct err *e)
{
	if (l->item == NULL || record_rules_has_item(l->sc.ed, l->item))
		return 0;
	return err_set(e, ERR_NOT_FOUND, 0,
	    "edition '%s' has no item or category '%.20s'",
	    edition_id(l->sc.ed), l->item);
}

int
action_list_at(
    struct store *s, const struct action_query *q, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct listing l = { .item = q->item, .overdue = q->overdue };
	int64_t now = q->now;
	int rc;

	l.list = cJSON_CreateArray();
	rc = scene_begin_at(&l.sc, s, q->office, q->year, q->at, e);
	if (rc == 0 && l.sc.at.kind != MOMENT_NOW) {
		now = l.sc.at.time;
		rc = moment_put(out, "at", q->at, &l.sc.at, e);
	}
	l.today = (now + (int64_t)store_conf(s)->offset_min * 60) / DAY_S;
	if (rc < 0)
		cJSON_Delete(l.list);
	else if ((rc = json_put(out, "actions", l.list, e)) == 0 &&
		 (rc = json_put_int(out, "year", l.sc.year, e)) == 0 &&
		 (rc = check_item(&l, e)) == 0 && (rc = read_rows(&l, e)) == 0)
		rc = sort_list(l.list, e);
	if ((rc = scene_end(&l.sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
action_list(struct store *s, const char *office, int year, const char *item,
    int overdue, int64_t now, cJSON **ret, struct err *e)
{
	const struct action_query q = { .office = office,
		.year = year,
		.item = item,
		.overdue = overdue,
		.now = now };

	return action_list_at(s, &q, ret, e);
}
