/* What the hall gives to all its offices. */
#include "client/cmd/cmd_see.h"
#include "client/cmd_main.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

int
cmd_publish_print(struct out *o, const cJSON *published, struct err *e)
{
	const cJSON *one, *record;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(published) == 0) {
		out_puts(o, _("Every office has everything already."));
		out_nl(o);
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Office"), COL_LEFT);
	table_column(&t, _("Revision"), COL_LEFT);
	table_column(&t, _("Published"), COL_FLEX);
	cJSON_ArrayForEach (one, published) {
		struct buf b = BUF_INIT;

		cJSON_ArrayForEach (record, json_get(one, "records"))
			buf_printf(&b, "%s%s", b.len > 0 ? " " : "",
			    cJSON_IsString(record) ? record->valuestring : "-");
		table_cell(&t, STYLE_HEAD, or_dash(json_str(one, "office")));
		table_cell(&t, STYLE_PLAIN, or_dash(json_str(one, "revision")));
		table_cell(&t, STYLE_PLAIN, buf_str(&b));
		buf_release(&b);
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

/* params are taken. done: a sentence with the practice's name, or NULL. */
static int
ask_and_print(struct cmd *c, const char *method, cJSON *params,
    const char *done, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask(c, method, params, &result, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		if (done != NULL) {
			out_styled(&c->out, STYLE_GOOD, done);
			out_printf(
			    &c->out, ": %s\n", or_dash(json_str(result, "id")));
		}
		rc = cmd_publish_print(
		    &c->out, json_get(result, "published"), e);
	}
	cJSON_Delete(result);
	return rc;
}

/* Without an address: to the offices. */
int
cmd_publish_publish(struct cmd *c, struct err *e)
{
	const char *to = c->n_args > 0 ? c->args[0] : NULL;

	if (to != NULL && (strncmp(to, "postgresql://", 13) == 0 ||
			      strncmp(to, "postgres://", 11) == 0))
		return cmd_main_become_publish(c, e);
	if (to != NULL) {
		err_set(
		    e, ERR_USAGE, 0, "'%s' is no address of a database", to);
		err_hint(e, "it is written postgresql://USER@HOST/DATABASE");
		return ERR_USAGE;
	}
	if (c->opts->value[OPT_FOLLOW] != NULL ||
	    c->opts->value[OPT_LIMIT] != NULL)
		return err_set(e, ERR_USAGE, 0,
		    "--follow and --limit want the address of a database");
	return ask_and_print(c, "hall.publish", NULL, NULL, e);
}

int
cmd_publish_share(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "office", c->args[0], e)) < 0 ||
	    (rc = json_put_str(params, "item", c->args[1], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_TITLE, "title", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask_and_print(c, "practice.share", params, _("Shared as"), e);
}

int
cmd_publish_unshare(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "id", c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask_and_print(
	    c, "practice.withdraw", params, _("Taken back"), e);
}
