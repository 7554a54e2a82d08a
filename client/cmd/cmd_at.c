#include "client/cmd/cmd_at.h"

#include "client/cmd/cmd_history.h"
#include "client/lang.h"

int
cmd_at_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = cmd_param(c, params, OPT_AT, "at", e)) < 0)
		cJSON_Delete(params);
	else
		*ret = params;
	return rc;
}

static int
put_field(cJSON *params, const char *record, const char *field, struct err *e)
{
	char name[200];

	/* questions are known by their ids */
	if (strcmp(record, "profile") != 0 ||
	    strncmp(field, "answers", 7) == 0 ||
	    strncmp(field, "evidence", 8) == 0)
		return json_put_str(params, "field", field, e);
	snprintf(name, sizeof(name), "answers.%.180s", field);
	return json_put_str(params, "field", name, e);
}

int
cmd_at_put_record(cJSON *params, const char *arg, struct err *e)
{
	size_t len;
	const char *field = cmd_history_split(arg, &len);
	char *record = strndup(arg, len);
	int rc;

	if (record == NULL)
		return err_nomem(e);
	rc = json_put_str(params, "record", record, e);
	if (rc == 0 && field != NULL)
		rc = put_field(params, record, field, e);
	free(record);
	return rc;
}

void
cmd_at_head(struct out *o, const cJSON *result)
{
	const cJSON *at = json_get(result, "at");
	const char *revision = json_str(at, "revision");
	const char *commit = json_str(at, "commit");
	char when[80];

	if (!cJSON_IsObject(at))
		return;
	out_time(when, sizeof(when), json_str(at, "time"));
	out_style(o, STYLE_WARN);
	if (revision != NULL && commit != NULL)
		out_printf(o, _("As it stood on %s, at %s (commit %.12s)"),
		    when, revision, commit);
	else
		out_printf(
		    o, _("As it stood on %s, before the first revision"), when);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
}

void
cmd_at_text(struct buf *ret, const cJSON *at)
{
	const char *asked = json_str(at, "asked");
	const char *revision = json_str(at, "revision");
	const char *time = json_str(at, "time");
	int now = asked != NULL && strcmp(asked, "now") == 0;
	char when[80];

	if (now) {
		buf_puts(ret, _("now"));
		return;
	}
	out_time(when, sizeof(when), time);
	if (asked != NULL && (revision == NULL || strcmp(asked, revision) != 0))
		buf_printf(ret, "%s: ", asked);
	buf_printf(ret, "%s, %s",
	    revision != NULL ? revision : _("before the first revision"), when);
}
