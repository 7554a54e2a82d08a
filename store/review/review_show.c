/* review_show(): an item as office, assessors and committee see it. */
#include "store/review/review.h"

#include "base/clock.h"
#include "store/criteria/score.h"
#include "store/look/asof.h"
#include "store/save/actor.h"

#define PATH_LEN 48

/* What is shown is made of. */
struct scene {
	const struct edition *ed;
	const struct edition_item *it;
	struct asof answer, office_comments;
	cJSON *review;
};

static int
put_score(
    cJSON *out, int given, struct ratio score, enum level level, struct err *e)
{
	char text[32];
	int rc;

	ratio_text(score, text);
	if ((rc = json_put_str(out, "score", given ? text : NULL, e)) < 0)
		return rc;
	return json_put_str(out, "level", given ? level_name(level) : NULL, e);
}

static int
put_ticks(cJSON *out, const cJSON *of, int always, struct err *e)
{
	const cJSON *ticks = json_get(of, "ticks");
	cJSON *copy = ticks != NULL ? cJSON_Duplicate(ticks, 1)
		      : always      ? cJSON_CreateArray()
				    : cJSON_CreateNull();

	return json_put(out, "ticks", copy, e);
}

static int
put_office(cJSON *out, const struct scene *sc, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	enum level level = LEVEL_NONE;
	struct ratio score = { 0, 1 };
	int assessed = 1, rc;

	if ((rc = json_put(out, "office", obj, e)) < 0 ||
	    (rc = put_ticks(obj, sc->answer.rec, 1, e)) < 0 ||
	    (rc = score_item(sc->ed, sc->it, sc->answer.rec, &score, &level,
		 &assessed, e)) < 0)
		return rc;
	return put_score(obj, assessed, score, level, e);
}

/* One assessor's view, or the consensus. */
static int
view_json(const struct scene *sc, const char *key, const cJSON *view,
    cJSON **ret, struct err *e)
{
	struct score_view score = { 0 };
	cJSON *obj = cJSON_CreateObject(), *person = NULL;
	int rc;

	if (key != NULL && (rc = json_put_str(obj, "key", key, e)) < 0)
		goto out;
	if ((rc = actor_person(view, &person, e)) < 0 ||
	    (rc = json_put(obj, "person", person, e)) < 0 ||
	    (rc = json_put_str(obj, "time", json_str(view, "time"), e)) < 0 ||
	    (rc = json_put_int(obj, "of", json_int(view, "of", 0), e)) < 0 ||
	    (rc = put_ticks(obj, view, 0, e)) < 0 ||
	    (rc = score_assessor(sc->ed, sc->it, view, &score, e)) < 0 ||
	    (rc = put_score(obj, score.given, score.score, score.level, e)) <
		0 ||
	    (rc = json_put_str(obj, "comment", json_str(view, "comment"), e)) <
		0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

static int
put_views(cJSON *out, const struct scene *sc, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *one = NULL;
	const cJSON *c = json_get(sc->review, "consensus");
	int rc;

	if ((rc = json_put(out, "assessors", list, e)) < 0)
		return rc;
	if (c == NULL)
		rc = json_put_str(out, "consensus", NULL, e);
	else if ((rc = view_json(sc, NULL, c, &one, e)) == 0)
		rc = json_put(out, "consensus", one, e);
	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (c, json_get(sc->review, "assessors")) {
		if ((rc = view_json(sc, c->string, c, &one, e)) < 0 ||
		    (rc = json_push(list, one, e)) < 0)
			return rc;
	}
	return 0;
}

static int
put_committee(cJSON *out, const struct scene *sc, struct err *e)
{
	struct score_view score = { 0 };
	cJSON *obj = cJSON_CreateObject();
	const char *from = "none";
	int rc;

	if ((rc = json_put(out, "committee", obj, e)) < 0 ||
	    (rc = score_committee(
		 sc->ed, sc->it, sc->review, &score, &from, e)) < 0 ||
	    (rc = put_score(obj, score.given, score.score, score.level, e)) < 0)
		return rc;
	return json_put_str(obj, "from", from, e);
}

/* --- the comments of both sides, by time --- */

struct comment {
	int64_t time;
	const char *side;
	const cJSON *json; /* borrowed; string: its id */
};

static int
by_time(const void *a, const void *b)
{
	const struct comment *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return strcmp(x->json->string, y->json->string);
}

static size_t
take_comments(const cJSON *rec, const char *side, struct comment *list)
{
	const cJSON *c;
	size_t n = 0;

	cJSON_ArrayForEach (c, json_get(rec, "comments")) {
		const char *time = json_str(c, "time");

		list[n].side = side;
		list[n].json = c;
		/* a time that cannot be read stands first; records were checked */
		if (time == NULL ||
		    clock_parse(time, 0, 0, &list[n].time, NULL) < 0)
			list[n].time = 0;
		n++;
	}
	return n;
}

static int
push_comment(cJSON *list, const struct comment *c, struct err *e)
{
	cJSON *obj = cJSON_CreateObject(), *person = NULL;
	int rc;

	if ((rc = json_put_str(obj, "id", c->json->string, e)) < 0 ||
	    (rc = json_put_str(obj, "side", c->side, e)) < 0 ||
	    (rc = json_put_str(obj, "time", json_str(c->json, "time"), e)) <
		0 ||
	    (rc = actor_person(c->json, &person, e)) < 0 ||
	    (rc = json_put(obj, "person", person, e)) < 0 ||
	    (rc = json_put_str(obj, "text", json_str(c->json, "text"), e)) <
		0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(list, obj, e);
}

static int
put_comments(cJSON *out, const struct scene *sc, struct err *e)
{
	const cJSON *ours = sc->office_comments.rec, *theirs = sc->review;
	size_t n, i,
	    max = (size_t)cJSON_GetArraySize(json_get(ours, "comments")) +
		  (size_t)cJSON_GetArraySize(json_get(theirs, "comments"));
	struct comment *all = calloc(max + 1, sizeof(*all));
	cJSON *list = cJSON_CreateArray();
	int rc;

	if (all == NULL) {
		cJSON_Delete(list);
		return err_nomem(e);
	}
	rc = json_put(out, "comments", list, e);
	n = take_comments(ours, "office", all);
	n += take_comments(theirs, "hall", all + n);
	qsort(all, n, sizeof(*all), by_time);
	for (i = 0; i < n && rc == 0; i++)
		rc = push_comment(list, &all[i], e);
	free(all);
	return rc;
}

static int
fill(struct store *s, const char *office, int year, const char *item,
    cJSON *out, struct err *e)
{
	struct scene sc = { 0 };
	struct branch *b = NULL;
	char path[PATH_LEN];
	int rc;

	if ((rc = store_cycle(s, office, year, &year, &sc.ed, e)) < 0 ||
	    (rc = edition_find_item(sc.ed, item, &sc.it, e)) < 0 ||
	    (rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "%d/items/%s.json", year, sc.it->id);
	if ((rc = asof_record(s, b, path, ASOF_NOW, &sc.answer, e)) < 0)
		goto out;
	snprintf(path, sizeof(path), "%d/comments/%s.json", year, sc.it->id);
	if ((rc = asof_record(s, b, path, ASOF_NOW, &sc.office_comments, e)) <
		0 ||
	    (rc = review_read(s, office, year, sc.it->id, &sc.review, e)) < 0)
		goto out;
	if ((rc = json_put_str(out, "item", sc.it->id, e)) < 0 ||
	    (rc = json_put_str(out, "title_th", sc.it->title_th, e)) < 0 ||
	    (rc = json_put_str(out, "title_en", sc.it->title_en, e)) < 0 ||
	    (rc = json_put_int(out, "year", year, e)) < 0 ||
	    (rc = put_office(out, &sc, e)) < 0 ||
	    (rc = put_views(out, &sc, e)) < 0 ||
	    (rc = put_committee(out, &sc, e)) < 0)
		goto out;
	rc = put_comments(out, &sc, e);
out:
	asof_release(&sc.answer);
	asof_release(&sc.office_comments);
	cJSON_Delete(sc.review);
	return rc;
}

int
review_show(struct store *s, const char *office, int year, const char *item,
    cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int began, rc;

	if ((rc = asof_begin(s, &began, e)) == 0) {
		rc = out != NULL ? fill(s, office, year, item, out, e)
				 : err_nomem(e);
		rc = asof_end(s, began, rc, e);
	}
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
