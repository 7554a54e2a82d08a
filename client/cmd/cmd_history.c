#include "client/cmd/cmd_history.h"

#include "client/changes.h"
#include "client/cmd/cmd_conflicts.h"
#include "client/labels.h"
#include "client/lang.h"

#define LIMIT_DEFAULT 50

const char *
cmd_history_split(const char *s, size_t *ret_record_len)
{
	static const char digits[] = "0123456789";
	size_t category, item;

	*ret_record_len = strlen(s);
	if (strchr(s, '/') != NULL)
		return NULL;
	category = strspn(s, digits);
	if (category == 0 || s[category] != '.')
		return NULL;
	item = strspn(s + category + 1, digits);
	if (item == 0 || s[category + 1 + item] != '.')
		return NULL;
	*ret_record_len = category + 1 + item;
	return s + *ret_record_len + 1;
}

static int
put_record(cJSON *params, const char *arg, struct err *e)
{
	size_t len;
	const char *field = cmd_history_split(arg, &len);
	char *record = strndup(arg, len);
	int rc;

	if (record == NULL)
		return err_nomem(e);
	rc = json_put_str(params, "record", record, e);
	free(record);
	if (rc == 0 && field != NULL)
		rc = json_put_str(params, "field", field, e);
	return rc;
}

static int
history_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	static const struct {
		enum opt opt;
		const char *name;
	} texts[] = { { OPT_BRANCH, "branch" }, { OPT_PERSON, "person" },
		{ OPT_SINCE, "since" }, { OPT_UNTIL, "until" },
		{ OPT_CURSOR, "cursor" } };
	long limit;
	int rc = cmd_params(c, ret, e);

	if (rc < 0)
		return rc;
	rc = opts_number(c->opts, OPT_LIMIT, 1, 1000, LIMIT_DEFAULT, &limit, e);
	if (rc == 0)
		rc = json_put_int(*ret, "limit", limit, e);
	for (size_t i = 0; rc == 0 && i < sizeof(texts) / sizeof(*texts); i++)
		rc = cmd_param(c, *ret, texts[i].opt, texts[i].name, e);
	if (rc == 0 && c->n_args > 0)
		rc = put_record(*ret, c->args[0], e);
	if (rc < 0)
		cJSON_Delete(*ret);
	return rc;
}

static const char *
or_dash(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "-";
}

/* "a5  22 พ.ย. 2569 13:14  สมชาย ใจดี (somchai)  9105-a  tick" */
static void
print_head(struct out *o, const cJSON *rev)
{
	const cJSON *person = json_get(rev, "person");
	const char *name = json_str(person, "name");
	const char *login = json_str(person, "login");
	char when[80];

	out_time(when, sizeof(when), json_str(rev, "time"));
	out_styled(o, STYLE_HEAD, or_dash(json_str(rev, "revision")));
	out_printf(o, "  %s  %s", when, or_dash(name != NULL ? name : login));
	if (name != NULL && login != NULL && strcmp(name, login) != 0)
		out_printf(o, " (%s)", login);
	out_printf(o, "  %s  %s", or_dash(json_str(rev, "device")),
	    labels_action(json_str(rev, "action")));
	/* what it wrote need not be what stands: the merge decided that */
	if (json_bool(rev, "side", 0))
		out_printf(o, "  %s", _("(written apart, merged later)"));
	out_nl(o);
}

static void
print_record(struct out *o, const cJSON *describe, const cJSON *one)
{
	const char *record = json_str(one, "record");

	if (cmd_conflicts_line(o, describe, one))
		return;
	if (record != NULL)
		out_printf(o, "  %s\n", labels_record(describe, record));
	changes_brief(o, 4, describe, record, json_get(one, "changes"));
}

static void
print_revision(struct out *o, const cJSON *describe, const cJSON *rev)
{
	const char *reason = json_str(rev, "reason");
	const cJSON *records = json_get(rev, "records"), *one;

	print_head(o, rev);
	if (reason != NULL && reason[0] != '\0') {
		char mark[80];

		snprintf(mark, sizeof(mark), "%s ", _("Reason:"));
		out_hanging(o, 2, mark, reason);
	}
	if (records == NULL)
		print_record(o, describe, rev);
	cJSON_ArrayForEach (one, records) {
		print_record(o, describe, one);
	}
	out_nl(o);
}

static void
print_revisions(
    struct out *o, const cJSON *describe, const cJSON *result, const char *none)
{
	const cJSON *revisions = json_get(result, "revisions"), *rev;
	const char *next = json_str(result, "next");

	if (cJSON_GetArraySize(revisions) == 0)
		out_printf(o, "%s\n", none);
	cJSON_ArrayForEach (rev, revisions) {
		print_revision(o, describe, rev);
	}
	if (next != NULL)
		out_printf(
		    o, _("More: the same command with --cursor %s\n"), next);
}

static void
print_history(struct out *o, const cJSON *describe, const cJSON *result)
{
	print_revisions(o, describe, result, _("No revision matches."));
}

static void
print_merges(struct out *o, const cJSON *describe, const cJSON *result)
{
	print_revisions(o, describe, result,
	    _("No merges: the devices of this office have not written apart."));
}

/* Asks for labels and the document in one round trip. */
static int
ask_with_labels(struct cmd *c, const char *method, cJSON *params,
    void (*print)(struct out *o, const cJSON *describe, const cJSON *result),
    struct err *e)
{
	cJSON *describe = NULL, *result = NULL;
	int64_t labels = 0, id;
	int rc = cmd_send(c, method, params, &id, e);

	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_wait(c, id, &result, e);
	if (rc == 0 && !c->json)
		rc = cmd_wait(c, labels, &describe, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		print(&c->out, describe, result);
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}

int
cmd_history_merges(struct cmd *c, cJSON *params, struct err *e)
{
	return ask_with_labels(c, "history", params, print_merges, e);
}

int
cmd_history_history(struct cmd *c, struct err *e)
{
	cJSON *params;
	int rc = history_params(c, &params, e);

	return rc < 0 ? rc
		      : ask_with_labels(c, "history", params, print_history, e);
}

static void
print_diff(struct out *o, const cJSON *describe, const cJSON *result)
{
	const cJSON *records = json_get(result, "records"), *one;

	out_printf(o, "%s → %s\n", or_dash(json_str(result, "from")),
	    or_dash(json_str(result, "to")));
	if (cJSON_GetArraySize(records) == 0)
		out_printf(o, "%s\n", _("No difference."));
	cJSON_ArrayForEach (one, records) {
		const char *record = json_str(one, "record");

		out_nl(o);
		out_styled(o, STYLE_HEAD, labels_record(describe, record));
		out_printf(o, "  (%s)\n", or_dash(record));
		changes_full(o, 2, describe, record, json_get(one, "changes"));
	}
}

int
cmd_history_diff(struct cmd *c, struct err *e)
{
	cJSON *params;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	rc = json_put_str(params, "from", c->args[0], e);
	if (rc == 0)
		rc = json_put_str(params, "to", c->args[1], e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask_with_labels(c, "diff", params, print_diff, e);
}
