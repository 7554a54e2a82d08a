#include "store/save/restore.h"

#include "base/clock.h"
#include "store/look/moment.h"
#include "store/look/named.h"
#include "store/save/draft.h"
#include "store/save/rewrite.h"

struct restore {
	const struct restore_ask *what;
	struct rewrite w;
	struct moment m;
	struct rewrite_record *rec;
	struct asof then;
	cJSON *changes; /* from now to then */
	cJSON *replaced;
};

/* --- which record --- */

static int
check_type(const struct rewrite_record *r, struct err *e)
{
	const char *type = r->rp.type->name;

	if (strcmp(type, "answer") == 0 || strcmp(type, "profile") == 0 ||
	    strcmp(type, "action") == 0)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "'%s' is not restored this way, only answers, profile and actions",
	    r->rp.name);
	err_hint(e, "what a revision did is undone by: pmqa revert REVISION");
	return ERR_INVALID;
}

static int
find_record(struct restore *t, int year, struct err *e)
{
	const struct edition *ed = NULL;
	const struct edition_item *it;
	struct record_path rp;
	char path[NAMED_PATH];
	int rc;

	if (strchr(t->what->record, '/') == NULL &&
	    (rc = store_cycle(t->w.s, "", year, &year, &ed, e)) < 0)
		return rc;
	if ((rc = named_path(t->what->record, RECORD_OFFICE, year, path, e)) <
	    0)
		return rc;
	if (t->what->record[0] >= '0' && t->what->record[0] <= '9' &&
	    strchr(t->what->record, '/') == NULL &&
	    (rc = edition_find_item(ed, t->what->record, &it, e)) < 0)
		return rc;
	if ((rc = named_parse(path, RECORD_OFFICE, &rp, e)) < 0)
		return rc;
	rc = rewrite_record(&t->w, path, &t->rec, e);
	return rc < 0 ? rc : check_type(t->rec, e);
}

static int
find_then(struct restore *t, int year, struct err *e)
{
	int rc;

	if ((rc = moment_find(t->w.s, "", year, t->what->at, &t->m, e)) < 0 ||
	    (rc = asof_record(
		 t->w.s, t->w.b, t->rec->path, t->m.office, &t->then, e)) < 0)
		return rc;
	if (t->then.rec != NULL || t->what->field != NULL)
		return 0;
	err_set(e, ERR_NOT_FOUND, 0,
	    "there was no record '%s' then (%s): nothing to restore",
	    t->rec->rp.name, t->what->at);
	err_hint(
	    e, "see when it was written: pmqa history %s", t->what->record);
	return ERR_NOT_FOUND;
}

/* --- what it becomes --- */

static int
is_below(const char *name, const char *field)
{
	size_t len = strlen(field);

	return strncmp(name, field, len) == 0 &&
	       (name[len] == '\0' || name[len] == '.');
}

/* The table knows it, or something below it. */
static int
check_field(const struct restore *t, struct err *e)
{
	const struct record_path *rp = &t->rec->rp;

	if (named_field(rp, t->what->field, NULL) == 0)
		return 0;
	return draft_unknown_field(rp->type, t->what->field, e);
}

static int
put_field(struct restore *t, const cJSON *change, struct err *e)
{
	const cJSON *new_ = json_get(change, "new");
	cJSON *copy = NULL;

	if (!cJSON_IsNull(new_) && (copy = cJSON_Duplicate(new_, 1)) == NULL)
		return err_nomem(e);
	return record_put(t->rec->work, json_str(change, "field"), copy, e);
}

static int
set_fields(struct restore *t, struct err *e)
{
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, t->changes) {
		const char *name = json_str(c, "field");

		if (t->what->field != NULL && !is_below(name, t->what->field))
			continue;
		if ((rc = put_field(t, c, e)) < 0)
			return rc;
	}
	return 0;
}

static int
set_work(struct restore *t, struct err *e)
{
	int rc;

	if (t->what->field != NULL && (rc = check_field(t, e)) < 0)
		return rc;
	if ((rc = record_diff(t->rec->rp.type, t->rec->now.rec, t->then.rec,
		 &t->changes, e)) < 0)
		return rc;
	if (t->rec->work == NULL &&
	    strcmp(t->rec->rp.type->name, "action") == 0 &&
	    t->what->field != NULL) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "'%s' is there no more: one field of it cannot come back",
		    t->rec->rp.name);
		err_hint(e, "restore all of it: pmqa restore %s --rev %s",
		    t->what->record, t->what->at);
		return ERR_NOT_FOUND;
	}
	if (t->rec->work == NULL &&
	    (t->rec->work = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = set_fields(t, e)) < 0)
		return rc;
	if (t->rec->work->child == NULL && t->rec->now.rec == NULL) {
		cJSON_Delete(t->rec->work); /* nothing then, nothing now */
		t->rec->work = NULL;
	}
	return 0;
}

/* --- the answer --- */

static int
push_replaced(struct restore *t, cJSON *list, const char *field, struct err *e)
{
	cJSON *one = cJSON_CreateObject(), *person = cJSON_CreateObject();
	struct rewrite_by by;
	char when[CLOCK_TEXT];
	int known, rc;

	rc = rewrite_changed_by(
	    &t->w, t->rec->path, field, t->m.office, NULL, &by, e);
	known = rc == 0 && by.name[0] != '\0';
	clock_rfc3339(when, by.time, by.offset_min);
	if (rc < 0 || (rc = json_put_str(person, "login", by.login, e)) < 0 ||
	    (rc = json_put_str(person, "name", by.person, e)) < 0 ||
	    (rc = json_put_str(one, "field", field, e)) < 0 ||
	    (rc = json_put_str(one, "revision", known ? by.name : NULL, e)) <
		0 ||
	    (rc = json_put_str(one, "time", known ? when : NULL, e)) < 0) {
		cJSON_Delete(person);
		cJSON_Delete(one);
		return rc;
	}
	if (!known) {
		cJSON_Delete(person);
		person = cJSON_CreateNull();
	}
	if ((rc = json_put(one, "person", person, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

/* Looked up before the save, which is the newest to change them then. */
static int
list_replaced(struct restore *t, struct err *e)
{
	const cJSON *c;
	int rc;

	if ((t->replaced = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	cJSON_ArrayForEach (c, t->changes) {
		const char *name = json_str(c, "field");

		if (t->what->field != NULL && !is_below(name, t->what->field))
			continue;
		if ((rc = push_replaced(t, t->replaced, name, e)) < 0)
			return rc;
	}
	return 0;
}

static int
put_restored(struct restore *t, cJSON *saved, struct err *e)
{
	cJSON *list = t->replaced;
	int rc;

	t->replaced = NULL;
	if ((rc = json_put(saved, "replaced", list, e)) < 0)
		return rc;
	if (json_str(saved, "record") == NULL &&
	    (rc = json_put_str(saved, "record", t->rec->rp.name, e)) < 0)
		return rc;
	return moment_put(saved, "at", t->what->at, &t->m, e);
}

static int
run(struct restore *t, const struct ask *a, cJSON **ret, struct err *e)
{
	cJSON *saved = NULL;
	int rc;

	if ((rc = find_record(t, a->year, e)) < 0 ||
	    (rc = find_then(t, a->year, e)) < 0 || (rc = set_work(t, e)) < 0 ||
	    (rc = list_replaced(t, e)) < 0 ||
	    (rc = rewrite_save(&t->w, a, "restore", NULL, &saved, e)) < 0)
		return rc;
	if ((rc = put_restored(t, saved, e)) < 0) {
		cJSON_Delete(saved);
		return rc;
	}
	*ret = saved;
	return 0;
}

int
restore_run(struct store *s, const struct ask *a,
    const struct restore_ask *what, cJSON **ret, struct err *e)
{
	struct restore t = { .what = what };
	int rc;

	if (what->at == NULL || what->at[0] == '\0')
		return err_set(e, ERR_USAGE, 0,
		    "restore it from when? name a revision, a day or a "
		    "sign-off");
	if ((rc = rewrite_init(&t.w, s, e)) == 0) {
		t.w.dry_run = what->dry_run;
		rc = run(&t, a, ret, e);
	}
	asof_release(&t.then);
	cJSON_Delete(t.changes);
	cJSON_Delete(t.replaced);
	rewrite_release(&t.w);
	return rc;
}
