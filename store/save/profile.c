#include "store/save/profile.h"

#include "store/look/asof.h"
#include "store/look/scene.h"
#include "store/record/record_rules.h"
#include "store/save/fields.h"

#define PATH_LEN 40

static const cJSON *
groups_of(const struct edition *ed)
{
	return json_get(edition_json(ed), "profile");
}

/* Names the questions there are. */
static int
no_question(const struct edition *ed, const char *id, struct err *e)
{
	struct buf names = BUF_INIT;
	const cJSON *group, *q;
	int rc;

	cJSON_ArrayForEach (group, groups_of(ed)) {
		cJSON_ArrayForEach (q, json_get(group, "questions")) {
			buf_printf(&names, "%s%s", names.len > 0 ? " " : "",
			    json_str(q, "id"));
		}
	}
	if (names.len == 0)
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "edition '%s' has no questions of the profile",
		    edition_id(ed));
	else
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "the profile has no question '%.30s', only %s", id,
		    buf_str(&names));
	err_hint(e, "see the questions: pmqa profile show");
	buf_release(&names);
	return rc;
}

int
profile_set(struct store *s, const struct ask *a, const cJSON *fields,
    cJSON **ret, struct err *e)
{
	const struct edition *ed = NULL;
	struct save_req req;
	char path[PATH_LEN];
	const cJSON *c;
	int year = 0, rc;

	if ((rc = store_cycle(s, "", a->year, &year, &ed, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, fields) {
		if (c->string == NULL ||
		    record_rules_question(ed, c->string) == NULL)
			return no_question(
			    ed, c->string != NULL ? c->string : "", e);
	}
	snprintf(path, sizeof(path), "%d/profile.json", year);
	memset(&req, 0, sizeof(req));
	req.office = "";
	req.person = a->person;
	req.action = "profile";
	req.reason = a->reason;
	req.if_rev = a->if_rev;
	return fields_save(s, &req, path, "answers.", fields, NULL, 0, ret, e);
}

static int
push_question(cJSON *list, const cJSON *question, const cJSON *answers,
    int *answered, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	const char *id = json_str(question, "id");
	const char *answer = json_str(answers, id);
	int rc;

	*answered += answer != NULL;
	if ((rc = json_push(list, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "id", id, e)) < 0 ||
	    (rc = json_put_str(
		 obj, "title_th", json_str(question, "title_th"), e)) < 0 ||
	    (rc = json_put_str(
		 obj, "title_en", json_str(question, "title_en"), e)) < 0)
		return rc;
	return json_put_str(obj, "answer", answer, e);
}

static int
push_group(cJSON *list, const cJSON *group, const cJSON *answers, int *answered,
    int *questions, struct err *e)
{
	static const char *const texts[] = { "id", "part_th", "part_en",
		"title_th", "title_en" };
	cJSON *obj = cJSON_CreateObject(), *inner = cJSON_CreateArray();
	const cJSON *q;
	int here = 0, rc;
	size_t i;

	if ((rc = json_push(list, obj, e)) < 0) {
		cJSON_Delete(inner);
		return rc;
	}
	if ((rc = json_put(obj, "questions", inner, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if ((rc = json_put_str(
			 obj, texts[i], json_str(group, texts[i]), e)) < 0)
			return rc;
	cJSON_ArrayForEach (q, json_get(group, "questions")) {
		if ((rc = push_question(inner, q, answers, &here, e)) < 0)
			return rc;
		++*questions;
	}
	*answered += here;
	return json_put_int(obj, "answered", here, e);
}

static int
show(struct scene *sc, cJSON *out, struct err *e)
{
	cJSON *groups = cJSON_CreateArray();
	const cJSON *group, *evidence;
	int answered = 0, questions = 0, rc;
	struct asof a = { 0 };
	char path[PATH_LEN], name[PATH_LEN];

	if ((rc = json_put(out, "groups", groups, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "%d/profile.json", sc->year);
	snprintf(name, sizeof(name), "%d/profile", sc->year);
	if ((rc = asof_record(sc->s, sc->b, path, sc->at.office, &a, e)) < 0 ||
	    (rc = json_put_str(out, "record", name, e)) < 0 ||
	    (rc = json_put_str(
		 out, "revision", a.revision != 0 ? a.name : NULL, e)) < 0 ||
	    (rc = json_put_str(
		 out, "commit", a.revision != 0 ? a.commit : NULL, e)) < 0)
		goto out;
	cJSON_ArrayForEach (group, groups_of(sc->ed)) {
		if ((rc = push_group(groups, group, json_get(a.rec, "answers"),
			 &answered, &questions, e)) < 0)
			goto out;
	}
	if ((rc = json_put_int(out, "answered", answered, e)) < 0 ||
	    (rc = json_put_int(out, "questions", questions, e)) < 0)
		goto out;
	evidence = json_get(a.rec, "evidence");
	if (evidence != NULL)
		rc = json_put(out, "evidence", cJSON_Duplicate(evidence, 1), e);
out:
	asof_release(&a);
	return rc;
}

int
profile_show_at(struct store *s, const char *office, int year, const char *at,
    cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct scene sc;
	int rc;

	if ((rc = scene_begin_at(&sc, s, office, year, at, e)) == 0)
		rc = show(&sc, out, e);
	if (rc == 0 && sc.at.kind != MOMENT_NOW)
		rc = moment_put(out, "at", at, &sc.at, e);
	if ((rc = scene_end(&sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
profile_show(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	return profile_show_at(s, office, year, NULL, ret, e);
}
