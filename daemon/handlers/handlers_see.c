/* The calendar, what the hall shares, and the views over scores and texts. */
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/cycle.h"
#include "store/hall/practice.h"
#include "store/hall/publish.h"
#include "store/view/compare.h"
#include "store/view/gap.h"
#include "store/view/search.h"

#define SEARCH_LIMIT 50

/* At a hall an absent office means all of them. */
static const char *
any_office(const struct call *c)
{
	const char *office = json_str(c->params, "office");

	return office != NULL ? office : "";
}

static int
check_office(const char *office, struct err *e)
{
	return office[0] != '\0' ? conf_check_code(ROLE_OFFICE, office, e) : 0;
}

static int
run_cycle_list(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int rc = check_office(any_office(c), e);

	return rc < 0 ? rc : cycle_list(s, any_office(c), ret, e);
}

static int
run_cycle_show(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int year = 0, rc;

	if ((rc = check_office(any_office(c), e)) < 0 ||
	    (rc = handlers_year(c, &year, e)) < 0)
		return rc;
	return cycle_show(s, any_office(c), year, ret, e);
}

static int
run_cycle_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	if (rc < 0)
		return rc;
	return cycle_set(s, &a, json_get(c->params, "fields"), ret, e);
}

static int
run_publish(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *list = NULL;
	int rc = publish_all(s, &c->peer->person, NULL, NULL, &list, e);

	if (rc == 0)
		rc = json_put(out, "published", list, e);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

/* What came to the offices' branches is written; some may have got it even
 * where another office's fault is told. */
static int
after_published(struct call *c, struct err *e)
{
	(void)e;
	if (cJSON_GetArraySize(json_get(c->result, "published")) > 0)
		server_saved(c->server);
	return 0;
}

static int
run_gaps(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_office(c, s, &office, e)) < 0 ||
	    (rc = handlers_year(c, &year, e)) < 0)
		return rc;
	return gap_list(s, office, year, json_str(c->params, "target"), ret, e);
}

static int
run_compare(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return compare_run(s, json_get(c->params, "years"),
	    json_get(c->params, "offices"), ret, e);
}

static int
run_practices(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return practice_list(s, json_str(c->params, "text"),
	    json_str(c->params, "item"), ret, e);
}

static int
run_share(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return practice_share(s, &a, office, json_str(c->params, "item"),
	    json_str(c->params, "title"), ret, e);
}

static int
run_withdraw(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	if (rc < 0)
		return rc;
	return practice_withdraw(s, &a, json_str(c->params, "id"), ret, e);
}

static int
run_search(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int64_t limit = json_int(c->params, "limit", SEARCH_LIMIT);
	int year = 0, rc;

	if ((rc = check_office(any_office(c), e)) < 0 ||
	    (rc = handlers_year(c, &year, e)) < 0)
		return rc;
	if (limit < 1 || limit > SEARCH_LIMIT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "limit must be between 1 and %d", SEARCH_LIMIT_MAX);
	return search_run(s, any_office(c), year, json_str(c->params, "text"),
	    (int)limit, ret, e);
}

const struct handler handlers_see[] = {
	{ "cycle.list", run_cycle_list, NULL, NULL },
	{ "cycle.show", run_cycle_show, NULL, NULL },
	{ "cycle.set", run_cycle_set, NULL, after_published },
	{ "hall.publish", run_publish, NULL, after_published },
	{ "gaps", run_gaps, NULL, NULL },
	{ "compare", run_compare, NULL, NULL },
	{ "practice.list", run_practices, NULL, NULL },
	{ "practice.share", run_share, NULL, after_published },
	{ "practice.withdraw", run_withdraw, NULL, after_published },
	{ "search", run_search, NULL, NULL },
};
const size_t handlers_n_see = sizeof(handlers_see) / sizeof(*handlers_see);
