#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/save/batch.h"

/* What a batch may be called in the history. */
static int
batch_action(const struct call *c, const char **ret, struct err *e)
{
	const char *action = json_str(c->params, "action");

	if (action == NULL)
		action = "import";
	if (strcmp(action, "import") != 0 && strcmp(action, "edit") != 0)
		return err_set(e, ERR_INVALID, 0, "'%s' must be one of: %s",
		    "action", "import edit");
	*ret = action;
	return 0;
}

static int
run_batch(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *action = NULL;
	struct ask a;
	int rc;

	if ((rc = batch_action(c, &action, e)) < 0 ||
	    (rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return batch_apply(s, &a, action, json_get(c->params, "changes"),
	    json_bool(c->params, "dry_run", 0), ret, e);
}

static int
after_batch(struct call *c, struct err *e)
{
	(void)e;
	if (json_str(c->result, "revision") != NULL)
		server_saved(c->server);
	return 0;
}

const struct handler handlers_batch[] = {
	{ "batch.apply", run_batch, NULL, after_batch },
};
const size_t handlers_n_batch =
    sizeof(handlers_batch) / sizeof(*handlers_batch);
