#include "client/cmd/cmd_batch.h"

#include "client/cmd/cmd_reason.h"

/* 1 and "reason" in params, 0 if there is none to be had. */
static int
find_reason(struct cmd *c, cJSON *params, int *ret_needs_reason, struct err *e)
{
	struct err fault;
	int rc;

	if (json_bool(params, "dry_run", 0)) {
		if (ret_needs_reason != NULL)
			*ret_needs_reason = 1;
		/* nothing of it is saved */
		rc = json_put_str(params, "reason", "-", e);
		return rc < 0 ? rc : 1;
	}
	if (!cmd_reason_can_ask(c))
		return 0;
	if ((rc = cmd_reason_ask(params, e, &fault)) < 0)
		*e = fault;
	return rc;
}

int
cmd_batch_ask(struct cmd *c, cJSON *params, int *ret_needs_reason, cJSON **ret,
    struct err *e)
{
	cJSON *again = NULL;
	int rc, found;

	if (ret_needs_reason != NULL)
		*ret_needs_reason = 0;
	if (c->opts->value[OPT_REASON] == NULL &&
	    (again = cJSON_Duplicate(params, 1)) == NULL) {
		cJSON_Delete(params);
		return err_nomem(e);
	}
	rc = cmd_ask(c, "batch.apply", params, ret, e);
	if (again == NULL || rc != ERR_INVALID || e->sub != ERR_SUB_REASON) {
		cJSON_Delete(again);
		return rc;
	}
	if ((found = find_reason(c, again, ret_needs_reason, e)) > 0)
		return cmd_ask(c, "batch.apply", again, ret, e);
	cJSON_Delete(again);
	return found < 0 ? found : rc;
}
