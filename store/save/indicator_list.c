#include "store/save/indicator.h"

#include "store/criteria/score_result.h"
#include "store/hall/wording.h"
#include "store/look/asof.h"
#include "store/look/scene.h"
#include "store/record/record_rules.h"

struct listing {
	struct scene sc;
	cJSON *texts; /* the measures' full sentences (wording.h) */
};

/* "percent", "score" and "why" of a figure that was worked out or was not. */
static int
put_result(cJSON *obj, const struct result_score *r, int whole, struct err *e)
{
	char percent[32], score[32];
	int scored = r->why == RESULT_SCORED;
	int rc;

	if (scored) {
		ratio_text(r->percent, percent);
		ratio_text(r->score, score);
	}
	if ((rc = json_put_str(obj, "score", scored ? score : NULL, e)) < 0 ||
	    !whole)
		return rc;
	if ((rc = json_put_str(obj, "percent", scored ? percent : NULL, e)) < 0)
		return rc;
	return json_put_str(
	    obj, "why", scored ? NULL : result_why_name(r->why), e);
}

static int
push_indicator(struct listing *l, const struct edition_item *it,
    const cJSON *indicator, cJSON *list, struct err *e)
{
	static const char *const texts[] = { "name", "unit", "direction",
		"target", "actual", "previous", "before", "not_applicable",
		"note" };
	cJSON *obj = cJSON_CreateObject();
	struct result_score r;
	size_t i;
	int rc;

	memset(&r, 0, sizeof(r));
	if ((rc = json_push(list, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "id", indicator->string, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if ((rc = json_put_str(
			 obj, texts[i], json_str(indicator, texts[i]), e)) < 0)
			return rc;
	if ((rc = score_indicator(l->sc.ed, it, indicator, &r, e)) < 0)
		return rc;
	return put_result(obj, &r, 1, e);
}

static int
push_indicators(struct listing *l, const struct edition_item *it,
    const cJSON *answer, const char *measure, cJSON *obj, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *c;
	int rc;

	if ((rc = json_put(obj, "indicators", list, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, json_get(answer, "indicators")) {
		const char *of = json_str(c, "measure");

		if (of != NULL && strcmp(of, measure) == 0 &&
		    (rc = push_indicator(l, it, c, list, e)) < 0)
			return rc;
	}
	return 0;
}

/* One measure: the edition's (own 0) or one that the office added. */
struct measure {
	const char *id, *th, *en;
	int required, own;
};

static int
push_measure(struct listing *l, const struct edition_item *it,
    const cJSON *answer, const struct measure *m, cJSON *list, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	struct result_score r;
	int rc;

	memset(&r, 0, sizeof(r));
	if ((rc = json_push(list, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "id", m->id, e)) < 0 ||
	    (rc = json_put_str(obj, "title_th", m->th, e)) < 0 ||
	    (rc = json_put_str(obj, "title_en", m->en, e)) < 0 ||
	    (rc = json_put_bool(obj, "required", m->required, e)) < 0 ||
	    (rc = json_put_bool(obj, "own", m->own, e)) < 0 ||
	    (rc = score_measure(l->sc.ed, it, answer, m->id, &r, e)) < 0 ||
	    (rc = put_result(obj, &r, 0, e)) < 0)
		return rc;
	return push_indicators(l, it, answer, m->id, obj, e);
}

/* A measure's title: the full sentence where there is one. */
static const char *
sentence(const struct listing *l, const cJSON *measure, const char *lang,
    const char *title)
{
	const char *full =
	    json_str(json_get(l->texts, json_str(measure, "id")), lang);

	return full != NULL ? full : json_str(measure, title);
}

static int
push_measures(struct listing *l, const struct edition_item *it,
    const cJSON *answer, cJSON *obj, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	struct measure m;
	const cJSON *c;
	int rc;

	if ((rc = json_put(obj, "measures", list, e)) < 0)
		return rc;
	memset(&m, 0, sizeof(m));
	cJSON_ArrayForEach (c, json_get(it->json, "measures")) {
		m.id = json_str(c, "id");
		m.th = sentence(l, c, "th", "title_th");
		m.en = sentence(l, c, "en", "title_en");
		m.required = json_bool(c, "required", 0);
		if ((rc = push_measure(l, it, answer, &m, list, e)) < 0)
			return rc;
	}
	m.own = 1;
	m.required = 0;
	cJSON_ArrayForEach (c, json_get(answer, "measures")) {
		m.id = c->string;
		m.th = m.en = json_str(c, "title");
		if ((rc = push_measure(l, it, answer, &m, list, e)) < 0)
			return rc;
	}
	return 0;
}

static int
push_item(struct listing *l, const struct edition_item *it, const cJSON *answer,
    cJSON *list, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	enum level level = LEVEL_NONE;
	struct ratio r = { 0, 1 };
	char text[32];
	int assessed = 0, rc;

	if ((rc = json_push(list, obj, e)) < 0 ||
	    (rc = score_item(l->sc.ed, it, answer, &r, &level, &assessed, e)) <
		0)
		return rc;
	ratio_text(r, text);
	if ((rc = json_put_str(obj, "item", it->id, e)) < 0 ||
	    (rc = json_put_str(obj, "title_th", it->title_th, e)) < 0 ||
	    (rc = json_put_str(obj, "title_en", it->title_en, e)) < 0 ||
	    (rc = json_put_str(obj, "score", text, e)) < 0 ||
	    (rc = json_put_bool(obj, "assessed", assessed, e)) < 0)
		return rc;
	return push_measures(l, it, answer, obj, e);
}

static int
check_result(const struct edition_item *it, struct err *e)
{
	if (strcmp(it->kind, "result") == 0)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "item %s is measured by points and takes no indicators", it->id);
}

static int
list_items(struct listing *l, const char *item, cJSON *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *answers = NULL;
	const struct edition_item *it = NULL, *at;
	struct scene *sc = &l->sc;
	char dir[16];
	size_t i;
	int rc;

	if ((rc = json_put(out, "items", list, e)) < 0)
		return rc;
	if (item != NULL &&
	    ((rc = edition_find_item(sc->ed, item, &it, e)) < 0 ||
		(rc = check_result(it, e)) < 0))
		return rc;
	rc = wording_read(
	    sc->s, sc->b->office, edition_id(sc->ed), &l->texts, e);
	if (rc < 0)
		return rc;
	snprintf(dir, sizeof(dir), "%d/items", sc->year);
	rc = asof_below_at(sc->s, sc->b, dir, sc->at.office, &answers, e);
	for (i = 0; rc == 0 && i < edition_n_items(sc->ed); i++) {
		at = edition_item_at(sc->ed, i);
		if (strcmp(at->kind, "result") == 0 && (it == NULL || it == at))
			rc = push_item(
			    l, at, json_get(answers, at->id), list, e);
	}
	cJSON_Delete(answers);
	return rc;
}

int
indicator_list_at(struct store *s, const char *office, int year,
    const char *item, const char *at, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct listing l = { .texts = NULL };
	int rc;

	if ((rc = scene_begin_at(&l.sc, s, office, year, at, e)) == 0)
		rc = json_put_int(out, "year", l.sc.year, e);
	if (rc == 0 && l.sc.at.kind != MOMENT_NOW)
		rc = moment_put(out, "at", at, &l.sc.at, e);
	if (rc == 0)
		rc = list_items(&l, item, out, e);
	cJSON_Delete(l.texts);
	if ((rc = scene_end(&l.sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
indicator_list(struct store *s, const char *office, int year, const char *item,
    cJSON **ret, struct err *e)
{
	return indicator_list_at(s, office, year, item, NULL, ret, e);
}
