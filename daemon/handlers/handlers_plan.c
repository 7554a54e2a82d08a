/* The organizational profile, indicators of result items, and the improvement
 * plan. */
#include "base/clock.h"
#include "daemon/handlers/handlers.h"
#include "store/save/action.h"
#include "store/save/indicator.h"
#include "store/save/profile.h"

static int
run_profile_show(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return profile_show_at(
	    s, office, year, json_str(c->params, "at"), ret, e);
}

static int
run_profile_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return profile_set(s, &a, json_get(c->params, "fields"), ret, e);
}

static int
run_indicators(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return indicator_list_at(s, office, year, json_str(c->params, "item"),
	    json_str(c->params, "at"), ret, e);
}

static int
run_indicator_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return indicator_set(s, &a, json_str(c->params, "item"),
	    json_str(c->params, "id"), json_get(c->params, "fields"), ret, e);
}

static int
run_indicator_remove(
    struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return indicator_remove(s, &a, json_str(c->params, "item"),
	    json_str(c->params, "id"), ret, e);
}

static int
run_measure_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return indicator_measure(s, &a, json_str(c->params, "item"),
	    json_str(c->params, "id"), json_str(c->params, "title"), ret, e);
}

static int
run_actions(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct action_query q = { .item = json_str(c->params, "item"),
		.overdue = json_bool(c->params, "overdue", 0),
		.at = json_str(c->params, "at"),
		.now = clock_now() };
	int rc;

	if ((rc = handlers_place(c, s, &q.year, &q.office, e)) < 0)
		return rc;
	return action_list_at(s, &q, ret, e);
}

static int
run_action_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return action_set(s, &a, json_str(c->params, "id"),
	    json_get(c->params, "fields"), ret, e);
}

static int
run_action_remove(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return action_remove(s, &a, json_str(c->params, "id"), ret, e);
}

const struct handler handlers_plan[] = {
	{ "profile.show", run_profile_show, NULL, NULL },
	{ "profile.set", run_profile_set, NULL, handlers_saved },
	{ "indicator.list", run_indicators, NULL, NULL },
	{ "indicator.set", run_indicator_set, NULL, handlers_saved },
	{ "indicator.remove", run_indicator_remove, NULL, handlers_saved },
	{ "measure.set", run_measure_set, NULL, handlers_saved },
	{ "action.list", run_actions, NULL, NULL },
	{ "action.set", run_action_set, NULL, handlers_saved },
	{ "action.remove", run_action_remove, NULL, handlers_saved },
};
const size_t handlers_n_plan = sizeof(handlers_plan) / sizeof(*handlers_plan);
