#include "client/cmd/cmd_diff.h"

#include "client/changes.h"
#include "client/cmd/cmd_at.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/worddiff.h"

static int
diff_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	int rc;

	if (c->n_args == 0 && c->opts->value[OPT_WITH] == NULL) {
		err_set(e, ERR_USAGE, 0, "what is to be compared with now?");
		err_hint(e, "name a revision, a day or a sign-off: pmqa diff "
			    "submission");
		return ERR_USAGE;
	}
	if ((rc = cmd_params(c, ret, e)) < 0)
		return rc;
	if ((c->n_args > 0 &&
		(rc = json_put_str(*ret, "from", c->args[0], e)) < 0) ||
	    (c->n_args > 1 &&
		(rc = json_put_str(*ret, "to", c->args[1], e)) < 0) ||
	    (rc = cmd_param(c, *ret, OPT_WITH, "with", e)) < 0 ||
	    (c->opts->value[OPT_ITEM] != NULL &&
		(rc = cmd_at_put_record(*ret, c->opts->value[OPT_ITEM], e)) <
		    0))
		cJSON_Delete(*ret);
	return rc;
}

/* --- for programs: the segments of each text --- */

static int
add_segments(cJSON *change, struct err *e)
{
	const char *old = json_str(change, "old");
	const char *new_ = json_str(change, "new");
	cJSON *segments = NULL;
	int rc;

	if (old == NULL || new_ == NULL)
		return 0;
	if ((rc = worddiff_segments(old, new_, &segments, e)) < 0)
		return rc;
	return json_put(change, "segments", segments, e);
}

static int
print_json(struct out *o, cJSON *result, struct err *e)
{
	const cJSON *one;
	cJSON *change;
	int rc = 0;

	cJSON_ArrayForEach (one, json_get(result, "records")) {
		cJSON_ArrayForEach (change, json_get(one, "changes")) {
			if ((rc = add_segments(change, e)) < 0)
				return rc;
		}
	}
	out_json(o, result);
	return 0;
}

/* --- for people --- */

static void
print_sides(struct out *o, const cJSON *result)
{
	const char *with = json_str(result, "with");
	struct buf line = BUF_INIT;

	if (with != NULL)
		buf_printf(&line, "%s ", out_dash(json_str(result, "office")));
	cmd_at_text(&line, json_get(result, "from_at"));
	buf_puts(&line, " → ");
	if (with != NULL)
		buf_printf(&line, "%s ", with);
	cmd_at_text(&line, json_get(result, "to_at"));
	out_styled(o, STYLE_DIM, buf_str(&line));
	out_nl(o);
	if (line.failed)
		o->b.failed = 1;
	buf_release(&line);
}

static void
print_diff(struct out *o, const cJSON *describe, const cJSON *result)
{
	const cJSON *records = json_get(result, "records"), *one;

	print_sides(o, result);
	if (cJSON_GetArraySize(records) == 0)
		out_printf(o, "%s\n", _("No difference."));
	cJSON_ArrayForEach (one, records) {
		const char *record = json_str(one, "record");

		out_nl(o);
		out_styled(o, STYLE_HEAD, labels_record(describe, record));
		out_printf(o, "  (%s)\n", out_dash(record));
		changes_full(o, 2, describe, record, json_get(one, "changes"));
	}
	if (json_bool(result, "cut", 0)) {
		out_nl(o);
		out_wrapped(o, 0, "",
		    _("It is too much for one answer: long texts are cut. "
		      "Look at one item: --item ITEM."));
	}
}

int
cmd_diff_diff(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *describe = NULL, *result = NULL;
	int64_t labels = 0, id = 0;
	int rc = diff_params(c, &params, e);

	if (rc < 0)
		return rc;
	rc = cmd_send(c, "diff", params, &id, e);
	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_wait(c, id, &result, e);
	if (rc == 0 && c->json)
		rc = print_json(&c->out, result, e);
	else if (rc == 0 && (rc = cmd_wait(c, labels, &describe, e)) == 0)
		print_diff(&c->out, describe, result);
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}
