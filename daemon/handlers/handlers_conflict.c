/* What devices of one office wrote apart: conflicts, listed and decided. */
#include "daemon/handlers/handlers.h"
#include "store/merge/conflict.h"

static int
run_list(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int rc = handlers_office(c, s, &office, e);

	return rc < 0 ? rc : conflict_list(s, office, ret, e);
}

static int
run_show(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return conflict_show(
	    s, office, json_str(c->params, "which"), year, ret, e);
}

static int
run_resolve(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	if (rc < 0)
		return rc;
	return conflict_resolve(s, &a, json_str(c->params, "which"),
	    json_str(c->params, "take"), json_str(c->params, "value"), ret, e);
}

const struct handler handlers_conflict[] = {
	{ "conflict.list", run_list, NULL, NULL },
	{ "conflict.show", run_show, NULL, NULL },
	{ "conflict.resolve", run_resolve, NULL, handlers_saved },
};
const size_t handlers_n_conflict =
    sizeof(handlers_conflict) / sizeof(*handlers_conflict);
