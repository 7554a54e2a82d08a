#include "store/criteria/score_result.h"

#define HUNDRED 100

static const struct ratio zero = { 0, 1 };
static const struct result_score nothing = { { 0, 1 }, { 0, 1 },
	RESULT_NO_INDICATOR };
/* Per cent beyond this say no more; so means of any number of them fit. */
static const struct ratio percent_max = { 1000000, 1 };

const char *
result_why_name(enum result_why why)
{
	switch (why) {
	case RESULT_SCORED:
		return "scored";
	case RESULT_NO_TARGET:
		return "no-target";
	case RESULT_NO_ACTUAL:
		return "no-actual";
	case RESULT_NOT_APPLICABLE:
		return "not-applicable";
	case RESULT_TOO_LONG:
		return "too-long";
	case RESULT_NO_INDICATOR:
		break;
	}
	return "no-indicator";
}

static int
is_word(const cJSON *obj, const char *key, const char *word)
{
	const char *s = json_str(obj, key);

	return s != NULL && strcmp(s, word) == 0;
}

static const cJSON *
find_measure(const struct edition_item *it, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(it->json, "measures")) {
		if (strcmp(json_str(c, "id"), id) == 0)
			return c;
	}
	return NULL;
}

/* a - b */
static int
subtract(struct ratio *a, struct ratio b, struct err *e)
{
	b.num = -b.num;
	return ratio_add(a, b, e);
}

/* --- per cent of success --- */

/* Both figures are there. Kept to a millionth, as every step. */
static int
percent_of(const cJSON *indicator, struct ratio *ret, struct err *e)
{
	int larger = is_word(indicator, "direction", "larger");
	struct ratio target, actual, r, twice = { 2 * HUNDRED, 1 };
	int rc, side;

	if ((rc = ratio_parse(json_str(indicator, "target"), &target, e)) < 0 ||
	    (rc = ratio_parse(json_str(indicator, "actual"), &actual, e)) < 0)
		return rc;
	if (target.num <= 0) { /* nothing to divide by: reached or not */
		side = ratio_cmp(actual, target);
		r = zero;
		if (larger ? side >= 0 : side <= 0)
			r.num = HUNDRED;
		*ret = r;
		return 0;
	}
	side = actual.num < 0;
	if (side)
		actual.num = -actual.num;
	r = ratio_quotient(actual, target, HUNDRED);
	if (side)
		r.num = -r.num;
	if (!larger) {
		if ((rc = subtract(&twice, r, e)) < 0)
			return rc;
		r = twice;
	}
	if (r.num < 0)
		r = zero;
	*ret = ratio_cmp(r, percent_max) > 0 ? percent_max : r;
	return 0;
}

/* --- per cent to points --- */

/* 1 if p, in per cent, is within the band (which begins where the one before
 * ended). */
static int
in_band(const cJSON *band, struct ratio p)
{
	struct ratio below = { json_int(band, "below_permille", 0), 10 };
	struct ratio up_to = { json_int(band, "up_to_permille", 0), 10 };

	if (below.num != 0)
		return ratio_cmp(p, below) < 0;
	return up_to.num == 0 || ratio_cmp(p, up_to) <= 0;
}

static int
by_bands(const cJSON *policy, struct ratio p, struct ratio *ret, struct err *e)
{
	const cJSON *band;
	struct ratio r;

	cJSON_ArrayForEach (band, json_get(policy, "bands")) {
		if (in_band(band, p))
			break;
	}
	r = (struct ratio){ json_int(band, "points", 0), 1 };
	if (is_word(band, "rule", "proportional")) {
		int64_t points = r.num;
		int rc;

		r = p;
		if ((rc = ratio_scale(&r, points, HUNDRED, e)) < 0)
			return rc;
	}
	*ret = r;
	return 0;
}

/* The measure's own floor or ceiling, else the policy's for all. */
static int
limit_of(const cJSON *linear, const cJSON *measure, const char *name,
    struct ratio *ret, struct err *e)
{
	const char *text = json_str(measure, name);

	return ratio_parse(
	    text != NULL ? text : json_str(linear, name), ret, e);
}

static int
by_line(const cJSON *policy, const cJSON *measure, struct ratio p,
    struct ratio *ret, struct err *e)
{
	const cJSON *linear = json_get(policy, "linear");
	struct ratio low = { json_int(linear, "points_at_floor", 0), 1 };
	struct ratio high = { json_int(linear, "points_at_ceiling", 0), 1 };
	struct ratio floor_, ceiling;
	int rc;

	if ((rc = limit_of(linear, measure, "floor", &floor_, e)) < 0 ||
	    (rc = limit_of(linear, measure, "ceiling", &ceiling, e)) < 0)
		return rc;
	if (ratio_cmp(p, floor_) < 0) {
		*ret = zero;
		return 0;
	}
	if (ratio_cmp(p, ceiling) >= 0) {
		*ret = high;
		return 0;
	}
	/* low + (high - low) * (p - floor) / (ceiling - floor) */
	if ((rc = subtract(&p, floor_, e)) < 0 ||
	    (rc = subtract(&ceiling, floor_, e)) < 0 ||
	    (rc = ratio_scale(&p, ceiling.den, ceiling.num, e)) < 0 ||
	    (rc = ratio_scale(&p, high.num - low.num, 1, e)) < 0 ||
	    (rc = ratio_add(&p, low, e)) < 0)
		return rc;
	*ret = p;
	return 0;
}

/* Both figures are there; arithmetic that does not fit is the only error. */
static int
score_figures(const struct edition *ed, const cJSON *measure,
    const cJSON *indicator, struct result_score *ret, struct err *e)
{
	const struct edition_policy *policy = edition_policy(ed);
	struct ratio percent, score, max = { policy->max, 1 };
	int rc;

	if ((rc = percent_of(indicator, &percent, e)) < 0)
		return rc;
	rc = is_word(policy->result, "method", "linear")
		 ? by_line(policy->result, measure, percent, &score, e)
		 : by_bands(policy->result, percent, &score, e);
	if (rc < 0)
		return rc;
	if (ratio_cmp(score, max) > 0)
		score = max;
	if ((rc = ratio_round(&score, e)) < 0)
		return rc;
	ret->percent = percent;
	ret->score = score;
	return 0;
}

static enum result_why
missing(const cJSON *indicator)
{
	if (json_str(indicator, "not_applicable") != NULL)
		return RESULT_NOT_APPLICABLE;
	if (json_str(indicator, "target") == NULL)
		return RESULT_NO_TARGET;
	return json_str(indicator, "actual") == NULL ? RESULT_NO_ACTUAL
						     : RESULT_SCORED;
}

int
score_indicator(const struct edition *ed, const struct edition_item *it,
    const cJSON *indicator, struct result_score *ret, struct err *e)
{
	const char *id = json_str(indicator, "measure");
	struct result_score r = { { 0, 1 }, { 0, 1 }, missing(indicator) };
	int rc = 0;

	if (r.why == RESULT_SCORED) {
		rc = score_figures(ed, id != NULL ? find_measure(it, id) : NULL,
		    indicator, &r, e);
		if (rc == ERR_DAMAGED) {
			r.why = RESULT_TOO_LONG;
			rc = 0;
		}
	}
	if (rc == 0)
		*ret = r;
	return rc;
}

/* --- means --- */

/* The mean of what has a result; else the most telling reason that none has. */
struct mean {
	struct ratio percent, score;
	int64_t n;
	enum result_why why;
};

static int
mean_add(struct mean *m, const struct result_score *r, struct err *e)
{
	int rc;

	if (r->why != RESULT_SCORED) {
		/* what can be mended goes before what does not apply */
		if (m->why == RESULT_NO_INDICATOR ||
		    m->why == RESULT_NOT_APPLICABLE)
			m->why = r->why;
		return 0;
	}
	m->n++;
	if ((rc = ratio_add(&m->percent, r->percent, e)) < 0)
		return rc;
	return ratio_add(&m->score, r->score, e);
}

static int
mean_end(struct mean *m, struct result_score *ret, struct err *e)
{
	int rc;

	if (m->n > 0) {
		if ((rc = ratio_scale(&m->percent, 1, m->n, e)) < 0 ||
		    (rc = ratio_scale(&m->score, 1, m->n, e)) < 0 ||
		    (rc = ratio_round(&m->percent, e)) < 0 ||
		    (rc = ratio_round(&m->score, e)) < 0)
			return rc;
		m->why = RESULT_SCORED;
	}
	ret->percent = m->percent;
	ret->score = m->score;
	ret->why = m->why;
	return 0;
}

#define MEAN_INIT                                                              \
	{                                                                      \
		{ 0, 1 }, { 0, 1 }, 0, RESULT_NO_INDICATOR                     \
	}

int
score_measure(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, const char *measure, struct result_score *ret,
    struct err *e)
{
	struct mean m = MEAN_INIT;
	struct result_score r = nothing;
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, json_get(answer, "indicators")) {
		if (!is_word(c, "measure", measure))
			continue;
		if ((rc = score_indicator(ed, it, c, &r, e)) < 0 ||
		    (rc = mean_add(&m, &r, e)) < 0)
			return rc;
	}
	return mean_end(&m, ret, e);
}

/* The measures that the office added itself, if the policy counts them. */
static int
add_own(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct mean *m, struct err *e)
{
	struct result_score r = nothing;
	const cJSON *c;
	int rc;

	if (is_word(edition_policy(ed)->result, "own_measures", "show"))
		return 0;
	cJSON_ArrayForEach (c, json_get(answer, "measures")) {
		if ((rc = score_measure(ed, it, answer, c->string, &r, e)) <
			0 ||
		    (rc = mean_add(m, &r, e)) < 0)
			return rc;
	}
	return 0;
}

int
score_result_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct ratio *ret, int *ret_assessed, struct err *e)
{
	struct mean m = MEAN_INIT;
	struct result_score r = nothing;
	const cJSON *c;
	int lacks = 0, rc;

	cJSON_ArrayForEach (c, json_get(it->json, "measures")) {
		if ((rc = score_measure(
			 ed, it, answer, json_str(c, "id"), &r, e)) < 0 ||
		    (rc = mean_add(&m, &r, e)) < 0)
			return rc;
		lacks |= json_bool(c, "required", 0) &&
			 r.why != RESULT_SCORED &&
			 r.why != RESULT_NOT_APPLICABLE;
	}
	if ((rc = add_own(ed, it, answer, &m, e)) < 0 ||
	    (rc = mean_end(&m, &r, e)) < 0)
		return rc;
	*ret_assessed = !lacks && r.why == RESULT_SCORED;
	*ret = *ret_assessed ? r.score : zero;
	return 0;
}
