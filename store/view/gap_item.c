#include "store/view/gap_item.h"

#include "store/criteria/score_result.h"
#include "store/record/record.h"

struct look {
	const struct edition *ed;
	const struct edition_item *it;
	const cJSON *answer;
	struct ratio share;
	struct gap *gap;
};

void
gap_release(struct gap *g)
{
	free(g->steps);
	g->steps = NULL;
	g->n_steps = 0;
}

static int
add_step(struct gap *g, const char *id, const char *title, struct err *e)
{
	struct gap_step *grown =
	    realloc(g->steps, (g->n_steps + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	g->steps = grown;
	grown += g->n_steps++;
	grown->id = id;
	grown->title = title;
	grown->gain = (struct ratio){ 0, 1 };
	grown->gain_total = (struct ratio){ 0, 1 };
	return 0;
}

/* What the item would score by another answer, less what it scores now. */
static int
gain_by(
    const struct look *k, const cJSON *answer, struct ratio *ret, struct err *e)
{
	struct ratio now = k->gap->score;
	enum level level;
	int rc = score_item(k->ed, k->it, answer, ret, &level, NULL, e);

	if (rc < 0)
		return rc;
	now.num = -now.num;
	return ratio_add(ret, now, e);
}

static int
in_total(
    const struct look *k, struct ratio gain, struct ratio *ret, struct err *e)
{
	*ret = gain;
	return ratio_scale(ret, k->share.num, k->share.den, e);
}

/* The answer as it is, to be changed. */
static int
copy_answer(const cJSON *answer, cJSON **ret, struct err *e)
{
	*ret =
	    answer != NULL ? cJSON_Duplicate(answer, 1) : cJSON_CreateObject();
	return *ret != NULL ? 0 : err_nomem(e);
}

/* --- process items --- */

/* The missing points of the next level, and the gain of all of them. */
static int
look_at_points(struct look *k, struct err *e)
{
	struct gap *g = k->gap;
	const cJSON *c, *points = json_get(json_get(k->it->json, "points"),
			    level_name(g->next));
	cJSON *answer = NULL, *ticks;
	int rc;

	if ((rc = copy_answer(k->answer, &answer, e)) < 0)
		return rc;
	if ((ticks = json_get(answer, "ticks")) == NULL) {
		ticks = cJSON_CreateArray();
		rc = json_put(answer, "ticks", ticks, e);
	}
	cJSON_ArrayForEach (c, points) {
		const char *id = json_str(c, "id");

		if (rc == 0 && !json_holds(json_get(k->answer, "ticks"), id) &&
		    (rc = add_step(g, id, NULL, e)) == 0)
			rc = json_push_str(ticks, id, e);
	}
	if (rc == 0)
		rc = gain_by(k, answer, &g->gain, e);
	cJSON_Delete(answer);
	return rc;
}

/* Each point contributes the same. */
static int
share_out(struct look *k, struct err *e)
{
	struct gap *g = k->gap;
	struct ratio each = g->gain;
	size_t i;
	int rc;

	if (g->n_steps == 0)
		return 0;
	if ((rc = ratio_scale(&each, 1, (int64_t)g->n_steps, e)) < 0)
		return rc;
	for (i = 0; i < g->n_steps; i++) {
		g->steps[i].gain = each;
		if ((rc = in_total(k, each, &g->steps[i].gain_total, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- result items --- */

/* Is this measure one that keeps the item unassessed, or (required 0) could
 * carry it? */
static int
lacks_result(
    const struct look *k, const cJSON *measure, int required, struct err *e)
{
	struct result_score r;
	const char *id = json_str(measure, "id");
	int rc;

	if (id == NULL || json_bool(measure, "required", 0) != required)
		return 0;
	rc = score_measure(k->ed, k->it, k->answer, id, &r, e);
	if (rc < 0)
		return rc;
	return r.why != RESULT_SCORED && r.why != RESULT_NOT_APPLICABLE;
}

/* An indicator of the measure at 100 per cent, beside those it has. */
static int
reach_measure(cJSON *answer, const char *measure, size_t n, struct err *e)
{
	cJSON *all = json_get(answer, "indicators"),
	      *one = cJSON_CreateObject();
	char key[32];
	int rc;

	if (all == NULL) {
		all = cJSON_CreateObject();
		if ((rc = json_put(answer, "indicators", all, e)) < 0)
			goto out;
	}
	/* longer than any name that a person is given */
	snprintf(key, sizeof(key), "indicator-%zu", n);
	if ((rc = json_put_str(one, "measure", measure, e)) < 0 ||
	    (rc = json_put_str(one, "name", measure, e)) < 0 ||
	    (rc = json_put_str(one, "direction", "larger", e)) < 0 ||
	    (rc = json_put_str(one, "target", "1", e)) < 0 ||
	    (rc = json_put_str(one, "actual", "1", e)) < 0)
		goto out;
	rc = json_put(all, key, one, e);
	one = NULL;
out:
	cJSON_Delete(one);
	return rc;
}

/* Measures of one kind that lack a result, all of them brought to 100 %. */
static int
look_at_measures(struct look *k, int required, struct err *e)
{
	struct gap *g = k->gap;
	cJSON *answer = NULL;
	const cJSON *m;
	int rc;

	if ((rc = copy_answer(k->answer, &answer, e)) < 0)
		return rc;
	cJSON_ArrayForEach (m, json_get(k->it->json, "measures")) {
		if ((rc = lacks_result(k, m, required, e)) <= 0) {
			if (rc < 0)
				break;
			continue;
		}
		if ((rc = add_step(g, json_str(m, "id"), NULL, e)) < 0 ||
		    (rc = reach_measure(
			 answer, json_str(m, "id"), g->n_steps, e)) < 0)
			break;
	}
	if (rc >= 0 && g->n_steps > 0)
		rc = gain_by(k, answer, &g->gain, e);
	cJSON_Delete(answer);
	return rc < 0 ? rc : share_out(k, e);
}

/* 1 if the indicator has a target and is below it. */
static int
falls_short(const struct look *k, const cJSON *indicator, struct err *e)
{
	struct result_score r;
	int rc = score_indicator(k->ed, k->it, indicator, &r, e);

	if (rc < 0)
		return rc;
	if (r.why == RESULT_NO_ACTUAL)
		return 1;
	return r.why == RESULT_SCORED &&
	       ratio_cmp(r.percent, (struct ratio){ 100, 1 }) < 0;
}

static int
reach_target(cJSON *answer, const char *id, struct err *e)
{
	cJSON *one = json_get(json_get(answer, "indicators"), id);

	return json_put_str(one, "actual", json_str(one, "target"), e);
}

/* One indicator at its target: what this step alone gains. */
static int
step_to_target(struct look *k, struct gap_step *s, struct err *e)
{
	cJSON *answer = NULL;
	int rc;

	if ((rc = copy_answer(k->answer, &answer, e)) < 0)
		return rc;
	if ((rc = reach_target(answer, s->id, e)) == 0 &&
	    (rc = gain_by(k, answer, &s->gain, e)) == 0)
		rc = in_total(k, s->gain, &s->gain_total, e);
	cJSON_Delete(answer);
	return rc;
}

/* The last step, unless it gains nothing: a policy may give its most already
 * below the target. */
static int
try_step(struct look *k, cJSON *all, struct err *e)
{
	struct gap *g = k->gap;
	struct gap_step *s = &g->steps[g->n_steps - 1];
	int rc = step_to_target(k, s, e);

	if (rc < 0)
		return rc;
	if (s->gain.num > 0)
		return reach_target(all, s->id, e);
	g->n_steps--;
	return 0;
}

static int
look_at_indicators(struct look *k, struct err *e)
{
	struct gap *g = k->gap;
	cJSON *all = NULL;
	const cJSON *c;
	int rc;

	if ((rc = copy_answer(k->answer, &all, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, json_get(k->answer, "indicators")) {
		if (json_str(c, "target") == NULL)
			continue;
		if ((rc = falls_short(k, c, e)) > 0 &&
		    (rc = add_step(g, c->string, json_str(c, "name"), e)) == 0)
			rc = try_step(k, all, e);
		if (rc < 0)
			goto out;
	}
	rc = gain_by(k, all, &g->gain, e);
out:
	cJSON_Delete(all);
	return rc;
}

static int
look_at_results(struct look *k, struct err *e)
{
	int rc;

	if (k->gap->assessed)
		return look_at_indicators(k, e);
	if ((rc = look_at_measures(k, 1, e)) < 0 || k->gap->n_steps > 0)
		return rc;
	return look_at_measures(k, 0, e);
}

/* --- both --- */

/* What complete levels up to this one give. */
static struct ratio
points_of(const struct edition *ed, enum level level)
{
	const struct edition_policy *p = edition_policy(ed);
	struct ratio r = { 0, 1 };
	int l;

	for (l = 0; l <= (int)level; l++)
		r.num += p->points[l];
	return r;
}

static int
finish(struct look *k, struct err *e)
{
	struct gap *g = k->gap;
	int rc = in_total(k, g->gain, &g->gain_total, e);

	g->per_step = g->gain_total;
	if (rc < 0 || g->n_steps == 0)
		return rc;
	return ratio_scale(&g->per_step, 1, (int64_t)g->n_steps, e);
}

int
gap_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, enum level target, struct ratio share, struct gap *ret,
    struct err *e)
{
	struct look k = { ed, it, answer, share, ret };
	int rc;

	ret->it = it;
	ret->target = target;
	ret->next = LEVEL_NONE;
	ret->gain = (struct ratio){ 0, 1 };
	rc = score_item(
	    ed, it, answer, &ret->score, &ret->level, &ret->assessed, e);
	if (rc < 0)
		return rc;
	if (strcmp(it->kind, "result") == 0) {
		ret->below = ratio_cmp(ret->score, points_of(ed, target)) < 0;
		rc = look_at_results(&k, e);
	} else {
		ret->assessed = 1;
		ret->below = ret->level < target;
		if (ret->level + 1 < N_LEVELS) {
			ret->next = (enum level)(ret->level + 1);
			if ((rc = look_at_points(&k, e)) == 0)
				rc = share_out(&k, e);
		}
	}
	return rc < 0 ? rc : finish(&k, e);
}
