/* sync pause, sync resume: when exchanges begin by themselves. */
#include "client/cmd/cmd_sync.h"
#include "client/lang.h"
#include "client/pace.h"

static int
print_state(struct cmd *c, const cJSON *state)
{
	const cJSON *paused = json_get(state, "paused");
	const char *until = json_str(paused, "until");
	char when[80];

	if (c->json) {
		out_json(&c->out, state);
		return 0;
	}
	if (!cJSON_IsObject(paused)) {
		out_printf(
		    &c->out, "%s\n", _("Exchanges begin by themselves again."));
		return 0;
	}
	if (until != NULL) {
		out_time(when, sizeof(when), until);
		out_printf(&c->out,
		    _("No exchange begins by itself until %s.\n"), when);
	} else {
		out_printf(&c->out, "%s\n",
		    _("No exchange begins by itself until pmqa sync resume."));
	}
	out_printf(&c->out, "%s\n",
	    _("Saving goes on as always; pmqa sync exchanges all the same."));
	return 0;
}

static int
ask(struct cmd *c, const char *method, cJSON *params, struct err *e)
{
	cJSON *state = NULL;
	int rc = cmd_ask(c, method, params, &state, e);

	if (rc < 0)
		return rc;
	rc = print_state(c, state);
	cJSON_Delete(state);
	return rc;
}

int
cmd_sync_pause(struct cmd *c, struct err *e)
{
	const char *span = c->opts->value[OPT_FOR];
	cJSON *params = NULL;
	int64_t seconds = 0;
	int rc;

	if (span != NULL && (rc = pace_read_span(span, &seconds, e)) < 0)
		return rc;
	params = cJSON_CreateObject();
	rc = params == NULL ? err_nomem(e) : 0;
	if (rc == 0 && span != NULL)
		rc = json_put_int(params, "seconds", seconds, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask(c, "sync.pause", params, e);
}

int
cmd_sync_resume(struct cmd *c, struct err *e)
{
	return ask(c, "sync.resume", NULL, e);
}
