#include "daemon/handlers/handlers.h"
#include "store/review/review.h"
#include "store/review/signoff.h"

static int
run_state(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return signoff_state(s, office, year, ret, e);
}

static int
run_submit(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask ask;
	int rc = handlers_ask(c, &ask, e);

	return rc < 0 ? rc
		      : signoff_submit(
			    s, &ask, json_str(c->params, "note"), ret, e);
}

static int
run_reopen(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask ask;
	int rc = handlers_ask(c, &ask, e);

	return rc < 0 ? rc : signoff_reopen(s, &ask, ret, e);
}

static int
run_show(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return review_show(
	    s, office, year, json_str(c->params, "item"), ret, e);
}

static int
run_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	struct ask ask;
	int rc;

	if ((rc = handlers_ask(c, &ask, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return review_set(s, &ask, office, json_str(c->params, "item"),
	    json_get(c->params, "fields"), json_bool(c->params, "consensus", 0),
	    ret, e);
}

static int
run_comment(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	struct ask ask;
	int rc;

	if ((rc = handlers_ask(c, &ask, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return review_comment(s, &ask, office, json_str(c->params, "item"),
	    json_str(c->params, "text"), ret, e);
}

static int
run_decide(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	struct ask ask;
	int rc;

	if ((rc = handlers_ask(c, &ask, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return signoff_decide(s, &ask, office, json_str(c->params, "verdict"),
	    json_str(c->params, "text"), json_get(c->params, "items"), ret, e);
}

const struct handler handlers_review[] = {
	{ "assess.state", run_state, NULL, NULL },
	{ "assess.submit", run_submit, NULL, handlers_saved },
	{ "assess.reopen", run_reopen, NULL, handlers_saved },
	{ "review.show", run_show, NULL, NULL },
	{ "review.set", run_set, NULL, handlers_saved },
	{ "comment.add", run_comment, NULL, handlers_saved },
	{ "decision.set", run_decide, NULL, handlers_saved },
};
const size_t handlers_n_review =
    sizeof(handlers_review) / sizeof(*handlers_review);
