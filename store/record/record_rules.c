#include "store/record/record_rules.h"

#define FIRST_OCTOBER "-10-01"
#define LAST_SEPTEMBER "-09-30"
#define BUDDHIST_ERA 543

static const cJSON *
with_id(const cJSON *list, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, list) {
		const char *is = json_str(c, "id");

		if (is != NULL && strcmp(is, id) == 0)
			return c;
	}
	return NULL;
}

const cJSON *
record_rules_measure(const struct edition_item *it, const char *id)
{
	return with_id(json_get(it->json, "measures"), id);
}

const cJSON *
record_rules_question(const struct edition *ed, const char *id)
{
	const cJSON *group, *q = NULL;

	cJSON_ArrayForEach (group, json_get(edition_json(ed), "profile")) {
		q = with_id(json_get(group, "questions"), id);
		if (q != NULL)
			break;
	}
	return q;
}

int
record_rules_has_item(const struct edition *ed, const char *id)
{
	return edition_item(ed, id) != NULL ||
	       with_id(json_get(edition_json(ed), "categories"), id) != NULL;
}

int
record_rules_no_measure(const struct edition_item *it, const cJSON *answer,
    const char *id, struct err *e)
{
	struct buf names = BUF_INIT;
	const cJSON *m;
	int rc;

	cJSON_ArrayForEach (m, json_get(it->json, "measures")) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "",
		    json_str(m, "id"));
	}
	cJSON_ArrayForEach (m, json_get(answer, "measures")) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "", m->string);
	}
	rc = err_set(e, ERR_INVALID, 0,
	    "item %s has no measure '%.20s', its measures are: %s", it->id, id,
	    buf_str(&names));
	err_hint(
	    e, "an own measure is added by: pmqa indicator measure %s", it->id);
	buf_release(&names);
	return rc;
}

static int
check_answer(const struct edition_item *it, const cJSON *rec, struct err *e)
{
	const cJSON *c;

	if (strcmp(it->kind, "process") == 0) {
		if (json_get(rec, "indicators") == NULL &&
		    json_get(rec, "measures") == NULL)
			return 0;
		return err_set(e, ERR_INVALID, 0,
		    "item %s is measured by points and takes no indicators",
		    it->id);
	}
	cJSON_ArrayForEach (c, json_get(rec, "indicators")) {
		const char *measure = json_str(c, "measure");

		/* names without a dot are the office's own */
		if (measure != NULL && !record_is_id(measure) &&
		    record_rules_measure(it, measure) == NULL)
			return record_rules_no_measure(it, rec, measure, e);
	}
	return 0;
}

static int
check_profile(const struct edition *ed, const cJSON *rec, struct err *e)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(rec, "answers")) {
		if (record_rules_question(ed, c->string) == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "edition '%s' has no question '%s' of the profile",
			    edition_id(ed), c->string);
	}
	return 0;
}

static int
check_action(const struct edition *ed, const cJSON *rec, struct err *e)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(rec, "items")) {
		if (!record_rules_has_item(ed, c->valuestring))
			return err_set(e, ERR_INVALID, 0,
			    "edition '%s' has no item or category '%s'",
			    edition_id(ed), c->valuestring);
	}
	return 0;
}

int
record_rules_check(const struct record_path *p, const cJSON *rec,
    const struct edition *ed, struct err *e)
{
	const char *type = p->type->name;

	if (strcmp(type, "answer") == 0)
		return check_answer(edition_item(ed, p->item), rec, e);
	if (strcmp(type, "profile") == 0)
		return check_profile(ed, rec, e);
	if (strcmp(type, "action") == 0)
		return check_action(ed, rec, e);
	return 0;
}

static int
save_answer(const struct record_path *p, const cJSON *rec, struct err *e)
{
	const cJSON *c, *own = json_get(rec, "measures");

	cJSON_ArrayForEach (c, json_get(rec, "indicators")) {
		const char *measure = json_str(c, "measure");

		if (measure != NULL && record_is_id(measure) &&
		    json_get(own, measure) == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "item %s has no own measure '%s', which indicator "
			    "'%s' names",
			    p->item, measure, c->string);
	}
	return 0;
}

/* A plan made for a year is carried out in it or in the years after. */
static int
save_action(const struct record_path *p, const cJSON *rec, struct err *e)
{
	const char *due = json_str(rec, "due");
	int year = (int)json_int(json_get(rec, "origin"), "year", p->year);
	char first[24], last[24];

	if (due == NULL)
		return 0;
	snprintf(first, sizeof(first), "%04d" FIRST_OCTOBER,
	    year - BUDDHIST_ERA - 1);
	snprintf(last, sizeof(last), "%04d" LAST_SEPTEMBER,
	    year - BUDDHIST_ERA + RECORD_DUE_YEARS);
	if (strcmp(due, first) >= 0 && strcmp(due, last) <= 0)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "'due' must be a day of the fiscal years %d to %d: the plan's own "
	    "or one of the %d after it",
	    year, year + RECORD_DUE_YEARS, RECORD_DUE_YEARS);
}

int
record_rules_save(const struct record_path *p, const cJSON *rec, struct err *e)
{
	if (strcmp(p->type->name, "answer") == 0)
		return save_answer(p, rec, e);
	if (strcmp(p->type->name, "action") == 0)
		return save_action(p, rec, e);
	return 0;
}
