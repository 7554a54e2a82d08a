#include "store/save/carry.h"

#include "base/file.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/record/record_rules.h"
#include "store/save/opening.h"

#define PATH_LEN 120
#define NAME_LEN 160

/* What is carried: records of the new year, and what has no place in it. */
struct load {
	struct store *s;
	struct branch *b;
	int from, year;
	const struct edition *ed;     /* the new year's */
	const struct edition *before; /* the old year's */
	cJSON *records;               /* {path: record} */
	cJSON *left_out;
};

/* {"record","field","why"}: why is "item", "question", "measure" or
 * "indicators". */
static int
leave_out(struct load *l, const char *name, const char *field, const char *why,
    struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	char record[PATH_LEN];
	int rc;

	snprintf(record, sizeof(record), "%d/%s", l->from, name);
	if ((rc = json_push(l->left_out, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "record", record, e)) < 0 ||
	    (rc = json_put_str(obj, "field", field, e)) < 0)
		return rc;
	return json_put_str(obj, "why", why, e);
}

/* Takes rec; an empty one makes no record. */
static int
add_record(struct load *l, const char *name, cJSON *rec, struct err *e)
{
	char path[PATH_LEN];
	int rc;

	if (rec->child == NULL) {
		cJSON_Delete(rec);
		return 0;
	}
	rc = file_path(path, sizeof(path), e, "%d/%s.json", l->year, name);
	if (rc < 0) {
		cJSON_Delete(rec);
		return rc;
	}
	return json_put(l->records, path, rec, e);
}

/* Moves a member's value on to another name; absent makes absent. */
static int
shift(cJSON *obj, const char *from, const char *to, struct err *e)
{
	cJSON *v = cJSON_DetachItemFromObjectCaseSensitive(obj, from);

	return record_put(obj, to, v, e);
}

/* A year passes: this year's result is the previous one. */
static int
age_indicator(cJSON *indicator, struct err *e)
{
	int rc = shift(indicator, "previous", "before", e);

	return rc < 0 ? rc : shift(indicator, "actual", "previous", e);
}

/* Keeps the indicators whose measure is there in the new year. */
static int
carry_indicators(struct load *l, const struct edition_item *it, cJSON *rec,
    const char *name, struct err *e)
{
	cJSON *all = json_get(rec, "indicators"), *c, *next;
	const cJSON *own = json_get(rec, "measures");
	char field[NAME_LEN];
	int rc = 0;

	for (c = all != NULL ? all->child : NULL; c != NULL && rc == 0;
	     c = next) {
		const char *measure = json_str(c, "measure");

		next = c->next;
		if (measure != NULL &&
		    (json_get(own, measure) != NULL ||
			record_rules_measure(it, measure) != NULL)) {
			rc = age_indicator(c, e);
			continue;
		}
		snprintf(field, sizeof(field), "indicators.%.70s", c->string);
		rc = leave_out(l, name, field, "measure", e);
		cJSON_Delete(cJSON_DetachItemViaPointer(all, c));
	}
	if (all != NULL && all->child == NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(rec, "indicators");
	return rc;
}

/* What belongs to the year that was: ticks, files, the mark of a good
 * practice. */
static int
clear_year(cJSON *rec, struct err *e)
{
	static const char *const fields[] = { "ticks", "evidence",
		"good_practice.flag" };
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(fields) / sizeof(*fields) && rc == 0; i++)
		rc = record_put(rec, fields[i], NULL, e);
	return rc;
}

/* An item may have been measured by indicators once, and now is by points. */
static int
drop_indicators(struct load *l, cJSON *rec, const char *name, struct err *e)
{
	int had = json_get(rec, "indicators") != NULL ||
		  json_get(rec, "measures") != NULL;

	cJSON_DeleteItemFromObjectCaseSensitive(rec, "indicators");
	cJSON_DeleteItemFromObjectCaseSensitive(rec, "measures");
	return had ? leave_out(l, name, "indicators", "indicators", e) : 0;
}

static int
carry_answer(struct load *l, const cJSON *old, struct err *e)
{
	const struct edition_item *it = edition_item(l->ed, old->string);
	char name[PATH_LEN];
	cJSON *rec;
	int rc;

	snprintf(name, sizeof(name), "items/%.20s", old->string);
	if (it == NULL)
		return leave_out(l, name, NULL, "item", e);
	if ((rec = cJSON_Duplicate(old, 1)) == NULL)
		return err_nomem(e);
	if ((rc = clear_year(rec, e)) == 0)
		rc = strcmp(it->kind, "result") == 0
			 ? carry_indicators(l, it, rec, name, e)
			 : drop_indicators(l, rec, name, e);
	if (rc < 0) {
		cJSON_Delete(rec);
		return rc;
	}
	return add_record(l, name, rec, e);
}

static int
each_of(struct load *l, const char *dir,
    int (*carry)(struct load *l, const cJSON *old, struct err *e),
    struct err *e)
{
	char path[PATH_LEN];
	cJSON *all = NULL;
	const cJSON *c;
	int rc;

	snprintf(path, sizeof(path), "%d/%s", l->from, dir);
	if ((rc = asof_below(l->s, l->b, path, &all, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, all) {
		if ((rc = carry(l, c, e)) < 0)
			break;
	}
	cJSON_Delete(all);
	return rc;
}

/* The items of an action that the new edition has too. */
static int
carry_items(struct load *l, cJSON *rec, const char *name, struct err *e)
{
	cJSON *items = json_get(rec, "items"), *c, *next;
	int rc = 0;

	for (c = items != NULL ? items->child : NULL; c != NULL && rc == 0;
	     c = next) {
		next = c->next;
		if (record_rules_has_item(l->ed, c->valuestring))
			continue;
		rc = leave_out(l, name, "items", "item", e);
		cJSON_Delete(cJSON_DetachItemViaPointer(items, c));
	}
	if (items != NULL && items->child == NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(rec, "items");
	return rc;
}

/* Open ones alone; where an action first came from stays with it. */
static int
carry_action(struct load *l, const cJSON *old, struct err *e)
{
	const char *status = json_str(old, "status");
	char name[PATH_LEN];
	cJSON *rec;
	int rc = 0;

	if (status == NULL || strcmp(status, "open") != 0)
		return 0;
	snprintf(name, sizeof(name), "actions/%.70s", old->string);
	if ((rec = cJSON_Duplicate(old, 1)) == NULL)
		return err_nomem(e);
	if (record_get(rec, "origin.year") == NULL)
		rc = record_put(
		    rec, "origin.year", cJSON_CreateNumber(l->from), e);
	if (rc == 0)
		rc = carry_items(l, rec, name, e);
	if (rc < 0) {
		cJSON_Delete(rec);
		return rc;
	}
	return add_record(l, name, rec, e);
}

/* The answers to questions that are still asked. */
static int
keep_questions(struct load *l, cJSON *rec, struct err *e)
{
	cJSON *answers = json_get(rec, "answers"), *c, *next;
	char field[NAME_LEN];
	int rc = 0;

	for (c = answers != NULL ? answers->child : NULL; c != NULL && rc == 0;
	     c = next) {
		next = c->next;
		if (record_rules_question(l->ed, c->string) != NULL)
			continue;
		snprintf(field, sizeof(field), "answers.%.70s", c->string);
		rc = leave_out(l, "profile", field, "question", e);
		cJSON_Delete(cJSON_DetachItemViaPointer(answers, c));
	}
	if (answers != NULL && answers->child == NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(rec, "answers");
	return rc;
}

static int
carry_profile(struct load *l, struct err *e)
{
	struct asof a = { 0 };
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "%d/profile.json", l->from);
	rc = asof_record(l->s, l->b, path, ASOF_NOW, &a, e);
	if (rc < 0 || a.rec == NULL)
		return rc;
	if ((rc = record_put(a.rec, "evidence", NULL, e)) < 0 ||
	    (rc = keep_questions(l, a.rec, e)) < 0) {
		asof_release(&a);
		return rc;
	}
	return add_record(l, "profile", a.rec, e);
}

/* The new assessment says from where, as of which revision. */
static int
put_origin(struct load *l, cJSON *assessment, struct err *e)
{
	struct db *db = store_db(l->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = record_put(
	    assessment, "origin.year", cJSON_CreateNumber(l->from), e);
	if (rc < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT name FROM revision WHERE branch = ?1"
	    " ORDER BY id DESC LIMIT 1",
	    "i", l->b->id);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0)
		rc = record_put(assessment, "origin.revision",
		    cJSON_CreateString(
			(const char *)sqlite3_column_text(st, 0)),
		    e);
	db_reset(st);
	return rc;
}

static int
gather(struct load *l, struct opening *o, struct err *e)
{
	int rc;

	l->ed = o->edition;
	l->records = cJSON_CreateObject();
	l->left_out = cJSON_CreateArray();
	if (l->records == NULL || l->left_out == NULL)
		return err_nomem(e);
	if ((rc = put_origin(l, o->assessment, e)) < 0 ||
	    (rc = each_of(l, "items", carry_answer, e)) < 0 ||
	    (rc = carry_profile(l, e)) < 0)
		return rc;
	return each_of(l, "actions", carry_action, e);
}

/* The opening and all that is carried over, as one revision. */
static int
save(struct load *l, const struct ask *a, const struct opening *o, cJSON **ret,
    struct err *e)
{
	size_t n = o->n_changes + (size_t)cJSON_GetArraySize(l->records);
	struct save_change *changes = calloc(n, sizeof(*changes)), *to;
	struct save_req req;
	char subject[200];
	const cJSON *c;
	int rc;

	if (changes == NULL)
		return err_nomem(e);
	memcpy(changes, o->changes, o->n_changes * sizeof(*changes));
	to = changes + o->n_changes;
	cJSON_ArrayForEach (c, l->records) {
		to->path = c->string;
		to->op = SAVE_WHOLE;
		to->value = c;
		to++;
	}
	snprintf(subject, sizeof(subject), "%s from %d", o->subject, l->from);
	memset(&req, 0, sizeof(req));
	req.office = "";
	req.person = a->person;
	req.action = "open";
	req.subject = subject;
	req.reason = a->reason;
	req.changes = changes;
	req.n_changes = n;
	rc = save_run(l->s, &req, ret, e);
	free(changes);
	return rc;
}

static int
check_from(struct load *l, struct err *e)
{
	int rc;

	if (l->from >= l->year)
		return err_set(e, ERR_INVALID, 0,
		    "a year is carried over from an earlier one: %d is not "
		    "before %d",
		    l->from, l->year);
	if ((rc = store_own_branch(l->s, "", &l->b, e)) < 0)
		return rc;
	/* also names the year that is not there */
	return store_cycle(l->s, "", l->from, NULL, &l->before, e);
}

int
carry_open(struct store *s, const struct ask *a, const char *edition, int from,
    cJSON **ret, struct err *e)
{
	struct load l = { .s = s, .from = from, .year = a->year };
	struct opening o;
	cJSON *saved = NULL;
	int rc;

	memset(&o, 0, sizeof(o));
	if ((rc = check_from(&l, e)) < 0 ||
	    (rc = opening_init(
		 s, l.year, edition, edition_id(l.before), &o, e)) < 0 ||
	    (rc = gather(&l, &o, e)) < 0 ||
	    (rc = save(&l, a, &o, &saved, e)) < 0)
		goto out;
	rc = json_put(saved, "left_out", l.left_out, e);
	l.left_out = NULL;
	if (rc == 0) {
		*ret = saved;
		saved = NULL;
	}
out:
	opening_release(&o);
	cJSON_Delete(saved);
	cJSON_Delete(l.left_out);
	cJSON_Delete(l.records);
	return rc;
}
