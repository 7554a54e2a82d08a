/* score_all(): items, categories and total, the office's beside the
 * committee's. */
#include "store/criteria/score.h"

/* Sums on their way to a mean; the committee's count only while every item has
 * one. */
struct sums {
	struct ratio office, committee;
	int all; /* the committee gave every one so far */
};

struct tally {
	const struct edition *ed;
	score_source *answer_of, *review_of;
	void *arg;
	cJSON *items, *categories, *unassessed;
	struct sums total; /* of weight * category */
	int64_t weights;
	int64_t n_given; /* items that the committee scored */
};

static int
put_score(cJSON *obj, const char *key, struct ratio r, struct err *e)
{
	char text[32];

	ratio_text(r, text);
	return json_put_str(obj, key, text, e);
}

static int
put_if(cJSON *obj, const char *key, int given, struct ratio r, struct err *e)
{
	return given ? put_score(obj, key, r, e)
		     : json_put_str(obj, key, NULL, e);
}

/* What is said of an item. */
struct scored {
	const struct edition_item *it;
	const cJSON *answer;
	struct ratio score;
	enum level level;
	int assessed;
	struct score_view committee;
};

static int
push_item(struct tally *t, const struct scored *s, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int l, points = 0, rc;

	for (l = 0; l < N_LEVELS; l++)
		points += s->it->n_points[l];
	if ((rc = json_put_str(obj, "id", s->it->id, e)) < 0 ||
	    (rc = put_score(obj, "score", s->score, e)) < 0 ||
	    (rc = json_put_str(obj, "level", level_name(s->level), e)) < 0 ||
	    (rc = json_put_int(obj, "ticked",
		 cJSON_GetArraySize(json_get(s->answer, "ticks")), e)) < 0 ||
	    (rc = json_put_int(obj, "points", points, e)) < 0 ||
	    (rc = put_if(obj, "committee", s->committee.given,
		 s->committee.score, e)) < 0 ||
	    (rc = json_put_str(obj, "committee_level",
		 s->committee.given ? level_name(s->committee.level) : NULL,
		 e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	if ((rc = json_push(t->items, obj, e)) < 0 || s->assessed)
		return rc;
	return json_push_str(t->unassessed, s->it->id, e);
}

static int
tally_item(struct tally *t, const struct edition_item *it, struct sums *sums,
    struct err *e)
{
	struct scored s = { .it = it, .answer = t->answer_of(t->arg, it->id) };
	const cJSON *review =
	    t->review_of != NULL ? t->review_of(t->arg, it->id) : NULL;
	const char *from;
	int rc;

	if ((rc = score_item(t->ed, it, s.answer, &s.score, &s.level,
		 &s.assessed, e)) < 0 ||
	    (rc = score_committee(t->ed, it, review, &s.committee, &from, e)) <
		0 ||
	    (rc = ratio_add(&sums->office, s.score, e)) < 0)
		return rc;
	if (!s.committee.given)
		sums->all = 0;
	else if ((rc = ratio_add(&sums->committee, s.committee.score, e)) < 0)
		return rc;
	t->n_given += s.committee.given;
	return push_item(t, &s, e);
}

static int
push_category(
    struct tally *t, const char *id, const struct sums *sums, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "id", id, e)) < 0 ||
	    (rc = put_score(obj, "score", sums->office, e)) < 0 ||
	    (rc = put_if(obj, "committee", sums->all, sums->committee, e)) <
		0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(t->categories, obj, e);
}

/* sum * n / d */
static int
scale_sums(struct sums *s, int64_t n, int64_t d, struct err *e)
{
	int rc = ratio_scale(&s->office, n, d, e);

	return rc < 0 ? rc : ratio_scale(&s->committee, n, d, e);
}

/* The items of one category, their mean, and the total's next summand. */
static int
tally_category(struct tally *t, size_t index, struct err *e)
{
	const char *id = edition_category_at(t->ed, index, NULL, NULL);
	long weight = edition_category_weight(t->ed, index);
	struct sums sums = { { 0, 1 }, { 0, 1 }, 1 };
	const struct edition_item *it;
	size_t i, n = edition_n_items(t->ed);
	int64_t n_in = 0;
	int rc;

	for (i = 0; i < n; i++) {
		it = edition_item_at(t->ed, i);
		if (strcmp(it->category, id) != 0)
			continue;
		if ((rc = tally_item(t, it, &sums, e)) < 0)
			return rc;
		n_in++;
	}
	if ((rc = scale_sums(&sums, 1, n_in, e)) < 0 ||
	    (rc = push_category(t, id, &sums, e)) < 0 ||
	    (rc = scale_sums(&sums, weight, 1, e)) < 0)
		return rc;
	t->weights += weight;
	t->total.all &= sums.all;
	if ((rc = ratio_add(&t->total.office, sums.office, e)) < 0)
		return rc;
	return ratio_add(&t->total.committee, sums.committee, e);
}

/* The lists stand in the result from the start: one free at the end. */
static int
tally_begin(struct tally *t, cJSON *out, struct err *e)
{
	int rc;

	t->categories = cJSON_CreateArray();
	if ((rc = json_put(out, "categories", t->categories, e)) < 0)
		return rc;
	t->items = cJSON_CreateArray();
	if ((rc = json_put(out, "items", t->items, e)) < 0)
		return rc;
	t->unassessed = cJSON_CreateArray();
	return json_put(out, "unassessed", t->unassessed, e);
}

static int
put_committee(cJSON *out, const struct tally *t, struct err *e)
{
	cJSON *obj;
	int rc;

	if (t->n_given == 0)
		return json_put_str(out, "committee", NULL, e);
	obj = cJSON_CreateObject();
	if ((rc = json_put(out, "committee", obj, e)) < 0 ||
	    (rc = put_if(obj, "total", t->total.all, t->total.committee, e)) <
		0)
		return rc;
	return json_put_int(obj, "items", t->n_given, e);
}

static int
put_thresholds(cJSON *out, const struct tally *t, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *obj;
	const cJSON *c;
	struct ratio mark = { 0, 1 };
	int rc;

	if ((rc = json_put(out, "thresholds", list, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, json_get(edition_json(t->ed), "thresholds")) {
		mark.num = json_int(c, "points", 0);
		obj = cJSON_CreateObject();
		if ((rc = json_put_str(obj, "id", json_str(c, "id"), e)) < 0 ||
		    (rc = json_put_int(obj, "points", mark.num, e)) < 0 ||
		    (rc = json_put_bool(obj, "reached",
			 ratio_cmp(t->total.office, mark) >= 0, e)) < 0) {
			cJSON_Delete(obj);
			return rc;
		}
		if ((rc = json_push(list, obj, e)) < 0)
			return rc;
	}
	return 0;
}

int
score_all(const struct edition *ed, score_source *answer_of,
    score_source *review_of, void *arg, cJSON **ret, struct err *e)
{
	struct tally t = { .ed = ed,
		.answer_of = answer_of,
		.review_of = review_of,
		.arg = arg,
		.total = { { 0, 1 }, { 0, 1 }, 1 } };
	cJSON *out = cJSON_CreateObject();
	size_t i;
	int rc;

	if ((rc = json_put_str(out, "total", "0.00", e)) < 0 ||
	    (rc = tally_begin(&t, out, e)) < 0)
		goto out;
	for (i = 0; i < edition_n_categories(ed); i++)
		if ((rc = tally_category(&t, i, e)) < 0)
			goto out;
	if ((rc = scale_sums(&t.total, 1, t.weights, e)) < 0 ||
	    (rc = put_score(out, "total", t.total.office, e)) < 0 ||
	    (rc = put_committee(out, &t, e)) < 0 ||
	    (rc = put_thresholds(out, &t, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}
