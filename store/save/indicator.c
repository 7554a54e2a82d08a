#include "store/save/indicator.h"

#include "store/criteria/score_result.h"
#include "store/look/asof.h"
#include "store/look/scene.h"
#include "store/record/record_rules.h"
#include "store/save/fields.h"
#include "store/save/shortname.h"

#define PATH_LEN 40
#define NAME_LEN 160

/* The result item that a save is about, and what stands there. */
struct place {
	const struct edition_item *it;
	char path[PATH_LEN];
	struct asof answer;
};

static int
not_a_result(const struct edition_item *it, struct err *e)
{
	int rc = err_set(e, ERR_INVALID, 0,
	    "item %s is measured by points and takes no indicators", it->id);

	err_hint(e, "tick its points: pmqa tick POINT...");
	return rc;
}

static int
place_init(struct store *s, const struct ask *a, const char *item,
    struct place *p, struct err *e)
{
	const struct edition *ed = NULL;
	struct branch *b = NULL;
	int year = 0, rc;

	memset(p, 0, sizeof(*p));
	if ((rc = store_cycle(s, "", a->year, &year, &ed, e)) < 0 ||
	    (rc = edition_find_item(ed, item, &p->it, e)) < 0)
		return rc;
	if (strcmp(p->it->kind, "result") != 0)
		return not_a_result(p->it, e);
	snprintf(p->path, sizeof(p->path), "%d/items/%s.json", year, p->it->id);
	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	return asof_record(s, b, p->path, ASOF_NOW, &p->answer, e);
}

static void
place_release(struct place *p)
{
	asof_release(&p->answer);
}

static void
fill_req(struct save_req *req, const struct ask *a, const char *action)
{
	memset(req, 0, sizeof(*req));
	req->office = "";
	req->person = a->person;
	req->action = action;
	req->reason = a->reason;
	req->if_rev = a->if_rev;
}

/* What is there of a kind ("indicators", "measures"), by its names. */
static int
not_there(const struct place *p, const char *id, struct err *e)
{
	struct buf names = BUF_INIT;
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, json_get(p->answer.rec, "indicators")) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "", c->string);
	}
	cJSON_ArrayForEach (c, json_get(p->answer.rec, "measures")) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "", c->string);
	}
	if (names.len == 0)
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "item %s has no indicator '%.30s', and no other yet",
		    p->it->id, id);
	else
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "item %s has no indicator or own measure '%.30s', only %s",
		    p->it->id, id, buf_str(&names));
	err_hint(e, "they are listed by: pmqa indicator list %s", p->it->id);
	buf_release(&names);
	return rc;
}

/* The measure that the fields name must be one of the item's. */
static int
check_measure(const struct place *p, const cJSON *fields, struct err *e)
{
	const char *measure = json_str(fields, "measure");

	if (measure == NULL || measure[0] == '\0' ||
	    record_rules_measure(p->it, measure) != NULL ||
	    json_get(json_get(p->answer.rec, "measures"), measure) != NULL)
		return 0;
	return record_rules_no_measure(p->it, p->answer.rec, measure, e);
}

/* A new one says at once what the record cannot be without. */
static int
check_complete(const struct place *p, const cJSON *fields, struct err *e)
{
	static const char *const needed[] = { "measure", "name", "direction" };
	const char *v;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		v = json_str(fields, needed[i]);
		if (v != NULL && v[0] != '\0')
			continue;
		err_set(
		    e, ERR_INVALID, 0, "a new indicator needs '%s'", needed[i]);
		err_hint(e,
		    "for example: pmqa indicator add %s measure=%s.1 "
		    "name='...' direction=larger target=80 actual=85",
		    p->it->id, p->it->id);
		return ERR_INVALID;
	}
	return 0;
}

int
indicator_set(struct store *s, const struct ask *a, const char *item,
    const char *id, const cJSON *fields, cJSON **ret, struct err *e)
{
	const cJSON *there;
	struct save_req req;
	struct place p;
	char name[72], prefix[NAME_LEN];
	int rc;

	if ((rc = place_init(s, a, item, &p, e)) < 0)
		goto out;
	there = json_get(p.answer.rec, "indicators");
	if (id != NULL && json_get(there, id) == NULL) {
		rc = not_there(&p, id, e);
		goto out;
	}
	if ((rc = check_measure(&p, fields, e)) < 0 ||
	    (id == NULL && (rc = check_complete(&p, fields, e)) < 0))
		goto out;
	if (id == NULL)
		shortname_next(there, 'i', store_conf(s)->device, name);
	else
		snprintf(name, sizeof(name), "%s", id);
	snprintf(prefix, sizeof(prefix), "indicators.%s.", name);
	fill_req(&req, a, "indicator");
	rc = fields_save(s, &req, p.path, prefix, fields, NULL, 0, ret, e);
	if (rc == 0)
		rc = json_put_str(*ret, "id", name, e);
out:
	place_release(&p);
	return rc;
}

/* An own measure that an indicator names stays. */
static int
check_unused(const struct place *p, const char *measure, struct err *e)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(p->answer.rec, "indicators")) {
		const char *of = json_str(c, "measure");

		if (of == NULL || strcmp(of, measure) != 0)
			continue;
		err_set(e, ERR_INVALID, 0,
		    "own measure '%.30s' is measured by indicator '%s'",
		    measure, c->string);
		err_hint(e, "remove that first: pmqa indicator rm %s %s",
		    p->it->id, c->string);
		return ERR_INVALID;
	}
	return 0;
}

/* Every field of the object goes, and the object with them. */
static int
remove_object(struct store *s, struct save_req *req, const struct place *p,
    const char *group, const cJSON *object, cJSON **ret, struct err *e)
{
	size_t n = (size_t)cJSON_GetArraySize(object), i = 0;
	struct save_change *changes = calloc(n, sizeof(*changes));
	char(*names)[NAME_LEN] = calloc(n, sizeof(*names));
	const cJSON *c;
	int rc;

	if (changes == NULL || names == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	cJSON_ArrayForEach (c, object) {
		snprintf(names[i], sizeof(*names), "%s.%s.%s", group,
		    object->string, c->string);
		changes[i].path = p->path;
		changes[i].field = names[i];
		changes[i].op = SAVE_SET;
		i++;
	}
	req->changes = changes;
	req->n_changes = n;
	rc = save_run(s, req, ret, e);
out:
	free(names);
	free(changes);
	return rc;
}

int
indicator_remove(struct store *s, const struct ask *a, const char *item,
    const char *id, cJSON **ret, struct err *e)
{
	const char *group = "indicators";
	const cJSON *object;
	struct save_req req;
	struct place p;
	int rc;

	if ((rc = place_init(s, a, item, &p, e)) < 0)
		goto out;
	object = json_get(json_get(p.answer.rec, group), id);
	if (object == NULL) {
		group = "measures";
		object = json_get(json_get(p.answer.rec, group), id);
		if (object != NULL && (rc = check_unused(&p, id, e)) < 0)
			goto out;
	}
	if (object == NULL) {
		rc = not_there(&p, id, e);
		goto out;
	}
	fill_req(&req, a, "indicator");
	rc = remove_object(s, &req, &p, group, object, ret, e);
	if (rc == 0)
		rc = json_put_str(*ret, "id", id, e);
out:
	place_release(&p);
	return rc;
}

/* Two measures of one title could not be told apart. */
static int
check_title(
    const struct place *p, const char *id, const char *title, struct err *e)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(p->answer.rec, "measures")) {
		const char *is = json_str(c, "title");

		if (is == NULL || strcmp(is, title) != 0 ||
		    (id != NULL && strcmp(c->string, id) == 0))
			continue;
		err_set(e, ERR_INVALID, 0,
		    "own measure '%s' has this title already", c->string);
		err_hint(e,
		    "add its indicator: pmqa indicator add %s "
		    "measure=%s name=...",
		    p->it->id, c->string);
		return ERR_INVALID;
	}
	return 0;
}

int
indicator_measure(struct store *s, const struct ask *a, const char *item,
    const char *id, const char *title, cJSON **ret, struct err *e)
{
	cJSON *fields = cJSON_CreateObject();
	struct save_req req;
	struct place p;
	char name[72], prefix[NAME_LEN];
	const cJSON *there;
	int rc;

	if ((rc = place_init(s, a, item, &p, e)) < 0)
		goto out;
	there = json_get(p.answer.rec, "measures");
	if (id != NULL && json_get(there, id) == NULL) {
		rc = not_there(&p, id, e);
		goto out;
	}
	if (title == NULL || title[strspn(title, " \t\n")] == '\0') {
		rc = err_set(
		    e, ERR_INVALID, 0, "a measure of your own needs a title");
		goto out;
	}
	if ((rc = check_title(&p, id, title, e)) < 0 ||
	    (rc = json_put_str(fields, "title", title, e)) < 0)
		goto out;
	if (id == NULL)
		shortname_next(there, 'm', store_conf(s)->device, name);
	else
		snprintf(name, sizeof(name), "%s", id);
	snprintf(prefix, sizeof(prefix), "measures.%s.", name);
	fill_req(&req, a, "indicator");
	rc = fields_save(s, &req, p.path, prefix, fields, NULL, 0, ret, e);
	if (rc == 0)
		rc = json_put_str(*ret, "id", name, e);
out:
	cJSON_Delete(fields);
	place_release(&p);
	return rc;
}
