#include "client/cmd_answer.h"

#include "base/file.h"
#include "client/changes.h"
#include "client/labels.h"
#include "client/lang.h"

/* More than any field may hold; the daemon knows each field's own limit. */
#define VALUE_MAX (1024 * 1024)
#define FIELD_NAME_MAX 64

/* VALUE: a text, "@file", "@-", or "@@…" for a text that begins with @. */
static int
read_value(const char *value, struct buf *ret, struct err *e)
{
	if (value[0] == '@' && value[1] != '@')
		return cmd_read_arg(value, VALUE_MAX, ret, e);
	buf_puts(ret, value[0] == '@' ? value + 1 : value);
	return buf_ok(ret, e);
}

int
cmd_answer_field(cJSON *fields, const char *arg, struct err *e)
{
	const char *equals = strchr(arg, '=');
	struct buf text = BUF_INIT;
	char name[FIELD_NAME_MAX];
	size_t len = equals != NULL ? (size_t)(equals - arg) : 0;
	int rc;

	if (len == 0 || len >= sizeof(name)) {
		err_set(e, ERR_USAGE, 0, "'%s' is not FIELD=VALUE", arg);
		err_hint(e, "for example: strengths='...' or gap=@file.txt");
		return ERR_USAGE;
	}
	memcpy(name, arg, len);
	name[len] = '\0';
	if (json_get(fields, name) != NULL)
		return err_set(
		    e, ERR_USAGE, 0, "field '%s' is given twice", name);
	rc = read_value(equals + 1, &text, e);
	if (rc == 0)
		rc = json_put_str(
		    fields, name, text.len > 0 ? buf_str(&text) : NULL, e);
	buf_release(&text);
	return rc;
}

/* The parts of a save: one record, or several in "records". */
static void
print_saved(struct out *o, const cJSON *describe, const cJSON *saved)
{
	const cJSON *records = json_get(saved, "records"), *one;
	const char *commit = json_str(saved, "commit");
	const char *revision = json_str(saved, "revision");

	if (records == NULL &&
	    cJSON_GetArraySize(json_get(saved, "changes")) == 0) {
		out_printf(o, _("Nothing changed; still at %s.\n"),
		    revision != NULL ? revision : "-");
		return;
	}
	out_styled(o, STYLE_GOOD, _("Saved"));
	out_printf(o, _(" as %s (commit %.12s)\n"),
	    revision != NULL ? revision : "-", commit != NULL ? commit : "-");
	if (records == NULL) {
		const char *record = json_str(saved, "record");

		out_printf(o, "  %s\n", labels_record(describe, record));
		changes_brief(
		    o, 4, describe, record, json_get(saved, "changes"));
		return;
	}
	cJSON_ArrayForEach (one, records) {
		const char *record = json_str(one, "record");

		out_printf(o, "  %s\n", labels_record(describe, record));
		changes_brief(o, 4, describe, record, json_get(one, "changes"));
	}
}

/* SAVE 1/7: arguments became one request; it is asked and its answer shown. */
int
cmd_answer_save(struct cmd *c, const char *method, cJSON *params, struct err *e)
{
	cJSON *describe = NULL, *saved = NULL;
	int64_t labels = 0, id;
	int rc;

	/* the save first: the labels are made while the disk syncs */
	rc = cmd_send(c, method, params, &id, e);
	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc < 0 || (rc = cmd_wait(c, id, &saved, e)) < 0)
		goto out;
	if (c->json) {
		out_json(&c->out, saved);
		goto out;
	}
	if ((rc = cmd_wait(c, labels, &describe, e)) == 0)
		print_saved(&c->out, describe, saved);
out:
	cJSON_Delete(describe);
	cJSON_Delete(saved);
	return rc;
}

/* What all saves may carry: year, reason, if_rev. */
static int
save_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	int rc = cmd_params(c, ret, e);

	if (rc < 0)
		return rc;
	rc = cmd_param(c, *ret, OPT_REASON, "reason", e);
	if (rc == 0)
		rc = cmd_param(c, *ret, OPT_IF_REV, "if_rev", e);
	if (rc < 0)
		cJSON_Delete(*ret);
	return rc;
}

int
cmd_answer_set(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *fields = cJSON_CreateObject();
	int rc = fields == NULL ? err_nomem(e) : 0;

	for (size_t i = 1; rc == 0 && i < c->n_args; i++)
		rc = cmd_answer_field(fields, c->args[i], e);
	if (rc == 0)
		rc = save_params(c, &params, e);
	if (rc < 0) {
		cJSON_Delete(fields);
		return rc;
	}
	rc = json_put(params, "fields", fields, e);
	if (rc == 0)
		rc = json_put_str(params, "item", c->args[0], e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "answer.set", params, e);
}

static int
save_points(struct cmd *c, const char *method, struct err *e)
{
	cJSON *params = NULL, *points = cJSON_CreateArray();
	int rc = points == NULL ? err_nomem(e) : 0;

	for (size_t i = 0; rc == 0 && i < c->n_args; i++)
		rc = json_push_str(points, c->args[i], e);
	if (rc == 0)
		rc = save_params(c, &params, e);
	if (rc < 0) {
		cJSON_Delete(points);
		return rc;
	}
	rc = json_put(params, "points", points, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, method, params, e);
}

int
cmd_answer_tick(struct cmd *c, struct err *e)
{
	return save_points(c, "answer.tick", e);
}

int
cmd_answer_untick(struct cmd *c, struct err *e)
{
	return save_points(c, "answer.untick", e);
}
