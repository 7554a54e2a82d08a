#include "store/criteria/score.h"

#include "store/criteria/score_result.h"

/* Ticks of the answer at each level. */
static int
count_ticks(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, int ret[N_LEVELS], struct err *e)
{
	const struct edition_item *of;
	enum level level;
	const cJSON *c;

	memset(ret, 0, N_LEVELS * sizeof(*ret));
	cJSON_ArrayForEach (c, json_get(answer, "ticks")) {
		if (!cJSON_IsString(c) ||
		    edition_point(ed, c->valuestring, &of, &level, NULL) < 0 ||
		    of != it)
			return err_set(e, ERR_DAMAGED, 0,
			    "the answer of item %s ticks a point that edition "
			    "'%s' does not have",
			    it->id, edition_id(ed));
		ret[level]++;
	}
	return 0;
}

/* Levels are gated: an incomplete one ends the walk, with its share if the
 * policy gives partial credit; what is ticked above it earns nothing. */
static int
score_ticks(const struct edition_policy *p, const struct edition_item *it,
    const int ticked[N_LEVELS], struct ratio *ret, enum level *ret_level,
    struct err *e)
{
	struct ratio sum = { 0, 1 }, part;
	enum level level = LEVEL_NONE;
	int l, rc;

	for (l = 0; l < N_LEVELS; l++) {
		part = (struct ratio){ p->points[l], 1 };
		if (ticked[l] < it->n_points[l] &&
		    (rc = ratio_scale(&part, p->partial ? ticked[l] : 0,
			 it->n_points[l], e)) < 0)
			return rc;
		if ((rc = ratio_add(&sum, part, e)) < 0)
			return rc;
		if (ticked[l] < it->n_points[l])
			break;
		level = (enum level)l;
	}
	*ret = sum;
	*ret_level = level;
	return 0;
}

static int
is_result(const struct edition_item *it)
{
	return strcmp(it->kind, "result") == 0;
}

int
score_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct ratio *ret, enum level *ret_level,
    int *ret_assessed, struct err *e)
{
	int ticked[N_LEVELS], assessed = 1, rc;

	if ((rc = count_ticks(ed, it, answer, ticked, e)) < 0)
		return rc;
	if (is_result(it)) {
		rc = score_result_item(ed, it, answer, ret, &assessed, e);
		if (rc == 0)
			*ret_level = LEVEL_NONE;
	} else {
		rc = score_ticks(
		    edition_policy(ed), it, ticked, ret, ret_level, e);
	}
	if (rc == 0 && ret_assessed != NULL)
		*ret_assessed = assessed;
	return rc;
}

/* The level that a score reaches: gated levels leave no other. */
static enum level
level_of(const struct edition_policy *p, struct ratio score)
{
	struct ratio sum = { 0, 1 };
	enum level level = LEVEL_NONE;
	int l;

	for (l = 0; l < N_LEVELS; l++) {
		sum.num += p->points[l];
		if (ratio_cmp(score, sum) < 0)
			break;
		level = (enum level)l;
	}
	return level;
}

static int
written_score(const struct edition *ed, const struct edition_item *it,
    const char *text, struct score_view *ret, struct err *e)
{
	const struct edition_policy *p = edition_policy(ed);
	struct ratio r, low = { 0, 1 }, high = { p->max, 1 };

	if (ratio_parse(text, &r, NULL) < 0 || ratio_cmp(r, low) < 0 ||
	    ratio_cmp(r, high) > 0)
		return err_set(e, ERR_DAMAGED, 0,
		    "the review of item %s gives a score outside 0 to %ld",
		    it->id, p->max);
	/* as fine as the others, so that means of it always fit */
	if (ratio_round(&r, e) < 0)
		return ERR_DAMAGED;
	ret->score = r;
	ret->level = is_result(it) ? LEVEL_NONE : level_of(p, r);
	ret->given = 1;
	return 0;
}

int
score_assessor(const struct edition *ed, const struct edition_item *it,
    const cJSON *view, struct score_view *ret, struct err *e)
{
	struct score_view v = { 0, { 0, 1 }, LEVEL_NONE };
	const char *text = json_str(view, "score");
	int ticked[N_LEVELS], rc = 0;

	if (text != NULL) {
		rc = written_score(ed, it, text, &v, e);
	} else if (json_get(view, "ticks") != NULL && !is_result(it)) {
		v.given = 1;
		if ((rc = count_ticks(ed, it, view, ticked, e)) == 0)
			rc = score_ticks(edition_policy(ed), it, ticked,
			    &v.score, &v.level, e);
	}
	if (rc == 0)
		*ret = v;
	return rc;
}

int
score_committee(const struct edition *ed, const struct edition_item *it,
    const cJSON *review, struct score_view *ret, const char **ret_from,
    struct err *e)
{
	struct score_view v = { 0, { 0, 1 }, LEVEL_NONE }, only = v;
	const cJSON *view;
	int rc, n = 0;

	rc = score_assessor(ed, it, json_get(review, "consensus"), &v, e);
	if (rc < 0)
		return rc;
	if (v.given) {
		*ret = v;
		*ret_from = "consensus";
		return 0;
	}
	cJSON_ArrayForEach (view, json_get(review, "assessors")) {
		if ((rc = score_assessor(ed, it, view, &v, e)) < 0)
			return rc;
		/* who only commented has no view to agree on */
		if (v.given && n++ == 0)
			only = v;
	}
	if (n != 1)
		only.given = 0;
	*ret = only;
	*ret_from = only.given ? "assessor" : "none";
	return 0;
}
