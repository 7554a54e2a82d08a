#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/enroll.h"
#include "store/save/answer.h"
#include "store/save/carry.h"

int
handlers_ask(const struct call *c, struct ask *ret, struct err *e)
{
	memset(ret, 0, sizeof(*ret));
	ret->person = &c->peer->person;
	ret->reason = json_str(c->params, "reason");
	ret->if_rev = json_str(c->params, "if_rev");
	return handlers_year(c, &ret->year, e);
}

static int
run_open(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int64_t from = json_int(c->params, "from", 0);
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	if (from < 0 || from > INT16_MAX)
		return err_set(e, ERR_INVALID, 0, "'%lld' is not a fiscal year",
		    (long long)from);
	if (from != 0)
		return carry_open(
		    s, &a, json_str(c->params, "edition"), (int)from, ret, e);
	return answer_open(s, a.person, a.year, json_str(c->params, "edition"),
	    a.reason, ret, e);
}

static int
run_set(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0)
		return rc;
	return answer_set(s, &c->peer->person, year,
	    json_str(c->params, "item"), json_get(c->params, "fields"),
	    json_str(c->params, "reason"), json_str(c->params, "if_rev"), ret,
	    e);
}

static int
change_ticks(
    struct call *c, struct store *s, int on, cJSON **ret, struct err *e)
{
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0)
		return rc;
	return answer_tick(s, &c->peer->person, year,
	    json_get(c->params, "points"), on, json_str(c->params, "reason"),
	    json_str(c->params, "if_rev"), ret, e);
}

static int
run_tick(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return change_ticks(c, s, 1, ret, e);
}

static int
run_untick(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return change_ticks(c, s, 0, ret, e);
}

/* A save that changed nothing made no revision: there is nothing to write or
 * to send. */
int
handlers_saved(struct call *c, struct err *e)
{
	(void)e;
	if (cJSON_GetArraySize(json_get(c->result, "changes")) > 0 ||
	    cJSON_GetArraySize(json_get(c->result, "records")) > 0)
		server_saved(c->server);
	return 0;
}

static int
run_request(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return enroll_request(s, ret, e);
}

static int
run_accept(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *hall = NULL;
	int rc;

	rc = enroll_accept(s, json_str(c->params, "answer"), &hall, e);
	if (rc < 0)
		return rc;
	if ((rc = store_reload_conf(s, e)) < 0) {
		cJSON_Delete(hall);
		return rc;
	}
	*ret = hall;
	return 0;
}

static int
after_accept(struct call *c, struct err *e)
{
	return server_reload_conf(c->server, e);
}

const struct handler handlers_write[] = {
	{ "assess.open", run_open, NULL, handlers_saved },
	{ "answer.set", run_set, NULL, handlers_saved },
	{ "answer.tick", run_tick, NULL, handlers_saved },
	{ "answer.untick", run_untick, NULL, handlers_saved },
	{ "enroll.request", run_request, NULL, NULL },
	{ "enroll.accept", run_accept, NULL, after_accept },
};
const size_t handlers_n_write =
    sizeof(handlers_write) / sizeof(*handlers_write);
