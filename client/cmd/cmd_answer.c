#include "client/cmd/cmd_answer.h"

#include "base/file.h"
#include "client/changes.h"
#include "client/cmd/cmd_reason.h"
#include "client/labels.h"
#include "client/lang.h"

/* More than any field may hold; the daemon knows each field's own limit. */
#define VALUE_MAX (1024 * 1024)
#define FIELD_NAME_MAX 64

int
cmd_answer_value(const char *value, struct buf *ret, struct err *e)
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
	rc = cmd_answer_value(equals + 1, &text, e);
	if (rc == 0)
		rc = json_put_str(
		    fields, name, text.len > 0 ? buf_str(&text) : NULL, e);
	buf_release(&text);
	return rc;
}

static void
print_record(
    struct out *o, const cJSON *describe, const cJSON *one, const char *id)
{
	const char *record = json_str(one, "record");
	const char *label = labels_record(describe, record);

	out_printf(o, "  %s", label);
	/* the name that a new indicator got */
	if (id != NULL && strcmp(id, label) != 0)
		out_printf(o, " %s", id);
	out_nl(o);
	changes_brief(o, 4, describe, record, json_get(one, "changes"));
}

/* How many records of a type a save wrote. */
static int
count_type(const cJSON *records, const char *type)
{
	const cJSON *one;
	int n = 0;

	cJSON_ArrayForEach (one, records) {
		n += strcmp(labels_type(json_str(one, "record")), type) == 0;
	}
	return n;
}

static const char *
why_left_out(const char *why)
{
	if (why != NULL && strcmp(why, "item") == 0)
		return _("no such item any more");
	if (why != NULL && strcmp(why, "question") == 0)
		return _("no such question any more");
	if (why != NULL && strcmp(why, "measure") == 0)
		return _("no such measure any more");
	if (why != NULL && strcmp(why, "indicators") == 0)
		return _("the item is measured by points now");
	return why != NULL ? why : "-";
}

/* A year that was opened with the work of another: numbers, not texts. */
static void
print_carried(struct out *o, const cJSON *saved)
{
	const cJSON *records = json_get(saved, "records"), *c;
	const cJSON *left_out = json_get(saved, "left_out");

	out_printf(o, _("  Carried over: items %d, actions %d; profile: %s\n"),
	    count_type(records, "answer"), count_type(records, "action"),
	    count_type(records, "profile") > 0 ? _("with its answers")
					       : _("nothing to carry"));
	out_wrapped(o, 2, "",
	    _("Ticks, evidence and marks of good practice begin anew; last "
	      "year's results stand as those of the year before."));
	if (cJSON_GetArraySize(left_out) == 0)
		return;
	out_printf(o, _("  Left out, as the edition does not have it:\n"));
	cJSON_ArrayForEach (c, left_out) {
		const char *record = json_str(c, "record");
		const char *field = json_str(c, "field");

		out_printf(o, "    %s%s%s: %s\n", record != NULL ? record : "-",
		    field != NULL ? " " : "", field != NULL ? field : "",
		    why_left_out(json_str(c, "why")));
	}
}

/* The parts of a save: one record, or several in "records". */
static void
print_saved(struct out *o, const cJSON *describe, const cJSON *saved)
{
	const cJSON *records = json_get(saved, "records"), *one;
	const char *commit = json_str(saved, "commit");
	const char *revision = json_str(saved, "revision");
	const char *id = json_str(saved, "id");

	if (cJSON_GetArraySize(records) == 0 &&
	    cJSON_GetArraySize(json_get(saved, "changes")) == 0) {
		if (revision != NULL)
			out_printf(
			    o, _("Nothing changed; still at %s.\n"), revision);
		else
			out_printf(
			    o, _("Nothing changed; nothing was saved.\n"));
		return;
	}
	out_styled(o, STYLE_GOOD, _("Saved"));
	out_printf(o, _(" as %s (commit %.12s)\n"),
	    revision != NULL ? revision : "-", commit != NULL ? commit : "-");
	if (json_get(saved, "left_out") != NULL) {
		print_carried(o, saved);
		return;
	}
	if (records == NULL) {
		print_record(o, describe, saved, id);
		return;
	}
	cJSON_ArrayForEach (one, records) {
		print_record(o, describe, one, NULL);
	}
}

/* Nothing was saved, as only the reason is missing: the person is asked for it,
 * and what was typed is not lost. */
static int
save_with_reason(struct cmd *c, const char *method, cJSON **params, cJSON **ret,
    struct err *e)
{
	struct err ask;
	cJSON *again = *params;
	int64_t id;
	int rc = cmd_reason_ask(again, e, &ask);

	if (rc < 0)
		*e = ask;
	if (rc <= 0) /* the first error stands when nothing was said */
		return rc < 0 ? rc : ERR_INVALID;
	*params = NULL;
	rc = cmd_send(c, method, again, &id, e);
	return rc < 0 ? rc : cmd_wait(c, id, ret, e);
}

/* SAVE 1/7: arguments became one request; it is asked and its answer shown. */
int
cmd_answer_save_as(struct cmd *c, const char *method, cJSON *params,
    cmd_answer_print *print, struct err *e)
{
	cJSON *describe = NULL, *saved = NULL, *again = NULL;
	int64_t labels = 0, id;
	int rc;

	if (cmd_reason_can_ask(c) &&
	    (again = cJSON_Duplicate(params, 1)) == NULL) {
		cJSON_Delete(params);
		return err_nomem(e);
	}
	/* the save first: the labels are made while the disk syncs */
	rc = cmd_send(c, method, params, &id, e);
	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc < 0)
		goto out;
	rc = cmd_wait(c, id, &saved, e);
	if (again != NULL && rc == ERR_INVALID && e->sub == ERR_SUB_REASON)
		rc = save_with_reason(c, method, &again, &saved, e);
	if (rc < 0)
		goto out;
	if (c->json) {
		out_json(&c->out, saved);
		goto out;
	}
	if ((rc = cmd_wait(c, labels, &describe, e)) == 0)
		print(&c->out, describe, saved);
out:
	cJSON_Delete(again);
	cJSON_Delete(describe);
	cJSON_Delete(saved);
	return rc;
}

int
cmd_answer_save(struct cmd *c, const char *method, cJSON *params, struct err *e)
{
	return cmd_answer_save_as(c, method, params, print_saved, e);
}

int
cmd_answer_params(const struct cmd *c, cJSON **ret, struct err *e)
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
cmd_answer_fields(const struct cmd *c, size_t first, cJSON **ret, struct err *e)
{
	cJSON *fields = cJSON_CreateObject();
	int rc = fields == NULL ? err_nomem(e) : 0;

	for (size_t i = first; rc == 0 && i < c->n_args; i++)
		rc = cmd_answer_field(fields, c->args[i], e);
	if (rc < 0)
		cJSON_Delete(fields);
	else
		*ret = fields;
	return rc;
}

int
cmd_answer_save_fields(struct cmd *c, const char *method, cJSON *params,
    cJSON *fields, struct err *e)
{
	int rc = json_put(params, "fields", fields, e);

	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, method, params, e);
}

int
cmd_answer_set(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *fields = NULL;
	int rc = cmd_answer_fields(c, 1, &fields, e);

	if (rc < 0)
		return rc;
	rc = cmd_answer_params(c, &params, e);
	if (rc == 0)
		rc = json_put_str(params, "item", c->args[0], e);
	if (rc < 0) {
		cJSON_Delete(fields);
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save_fields(c, "answer.set", params, fields, e);
}

static int
save_points(struct cmd *c, const char *method, struct err *e)
{
	cJSON *params = NULL, *points = cJSON_CreateArray();
	int rc = points == NULL ? err_nomem(e) : 0;

	for (size_t i = 0; rc == 0 && i < c->n_args; i++)
		rc = json_push_str(points, c->args[i], e);
	if (rc == 0)
		rc = cmd_answer_params(c, &params, e);
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
