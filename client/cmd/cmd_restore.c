/* restore and revert: what was comes back as a new revision. */
#include "client/changes.h"
#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_at.h"
#include "client/cmd/cmd_diff.h"
#include "client/labels.h"
#include "client/lang.h"

/* --- what both print --- */

static void
print_changes(struct out *o, const cJSON *describe, const cJSON *saved)
{
	const cJSON *records = json_get(saved, "records"), *one;

	if (records == NULL) {
		out_printf(o, "  %s\n",
		    labels_record(describe, json_str(saved, "record")));
		changes_brief(o, 4, describe, json_str(saved, "record"),
		    json_get(saved, "changes"));
	}
	cJSON_ArrayForEach (one, records) {
		const char *record = json_str(one, "record");

		out_printf(o, "  %s\n", labels_record(describe, record));
		changes_brief(o, 4, describe, record, json_get(one, "changes"));
	}
}

/* 1 if anything is (or would be) another than before. */
static int
print_head(struct out *o, const cJSON *saved)
{
	const char *commit = json_str(saved, "commit");
	const char *revision = json_str(saved, "revision");

	if (cJSON_GetArraySize(json_get(saved, "records")) == 0 &&
	    cJSON_GetArraySize(json_get(saved, "changes")) == 0) {
		out_printf(o, _("Nothing changed; nothing was saved.\n"));
		return 0;
	}
	if (json_bool(saved, "dry_run", 0)) {
		out_styled(o, STYLE_WARN, _("It would change:"));
		out_nl(o);
		return 1;
	}
	out_styled(o, STYLE_GOOD, _("Saved"));
	out_printf(o, _(" as %s (commit %.12s)\n"), out_dash(revision),
	    commit != NULL ? commit : "-");
	return 1;
}

/* "  1.1 ผลตามเกณฑ์: written by b7, 22 พ.ย. 2569 13:14, สมชาย" */
static void
print_replaced(struct out *o, const cJSON *describe, const cJSON *saved)
{
	const char *record = json_str(saved, "record");
	const cJSON *one;
	char label[320], when[80];
	int any = 0;

	cJSON_ArrayForEach (one, json_get(saved, "replaced")) {
		const char *revision = json_str(one, "revision");

		if (revision == NULL)
			continue;
		if (!any)
			out_printf(
			    o, "%s\n", _("What gives way was written by"));
		any = 1;
		labels_full(label, sizeof(label), describe, record,
		    out_dash(json_str(one, "field")));
		out_time(when, sizeof(when), json_str(one, "time"));
		out_printf(o, "    %s: %s, %s, %s\n", label, revision, when,
		    out_dash(json_str(json_get(one, "person"), "name")));
	}
}

static void
print_skipped(struct out *o, const cJSON *describe, const cJSON *saved)
{
	const cJSON *skipped = json_get(saved, "skipped"), *one;
	char label[320];

	if (cJSON_GetArraySize(skipped) == 0)
		return;
	out_style(o, STYLE_WARN);
	out_printf(o, "%s\n",
	    json_bool(saved, "dry_run", 0)
		? _("Changed again since; --skip-changed leaves it as it is:")
		: _("Changed again since, and left as it is:"));
	out_style(o, STYLE_PLAIN);
	cJSON_ArrayForEach (one, skipped) {
		const char *record = out_dash(json_str(one, "record"));
		const char *field = json_str(one, "field");

		out_printf(o, "  %s", labels_record(describe, record));
		if (field != NULL) {
			labels_full(
			    label, sizeof(label), describe, record, field);
			out_printf(o, ", %s", label);
		}
		out_printf(
		    o, _(": by revision %s\n"), out_dash(json_str(one, "by")));
	}
}

static void
print_restored(struct out *o, const cJSON *describe, const cJSON *saved)
{
	cmd_at_head(o, saved);
	if (!print_head(o, saved))
		return;
	out_printf(
	    o, "  %s\n", labels_record(describe, json_str(saved, "record")));
	/* whole: somebody's words give way */
	changes_full(o, 4, describe, json_str(saved, "record"),
	    json_get(saved, "changes"));
	print_replaced(o, describe, saved);
	if (json_bool(saved, "dry_run", 0))
		out_printf(o, "%s\n",
		    _("Nothing was saved: without --dry-run it is."));
	else
		out_printf(o, _("Undo it: pmqa revert %s\n"),
		    out_dash(json_str(saved, "revision")));
}

static void
print_reverted(struct out *o, const cJSON *describe, const cJSON *saved)
{
	int any = print_head(o, saved);

	if (any)
		print_changes(o, describe, saved);
	print_skipped(o, describe, saved);
	if (!any || !json_bool(saved, "dry_run", 0))
		return;
	/* without --skip-changed it would be refused */
	out_printf(o, "%s\n",
	    cJSON_GetArraySize(json_get(saved, "skipped")) > 0
		? _("Nothing was saved: with --skip-changed and without "
		    "--dry-run it is.")
		: _("Nothing was saved: without --dry-run it is."));
}

/* --- asking --- */

static int
put_flag(const struct cmd *c, cJSON *params, enum opt o, const char *name,
    struct err *e)
{
	return c->opts->value[o] != NULL ? json_put_bool(params, name, 1, e)
					 : 0;
}

int
cmd_restore_restore(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if (c->opts->value[OPT_REV] == NULL) {
		err_set(e, ERR_USAGE, 0, "restore it from when?");
		err_hint(e,
		    "name it: --rev a12, --rev 31/3/2569 or --rev submission; "
		    "see pmqa history %s",
		    c->args[0]);
		return ERR_USAGE;
	}
	if ((rc = cmd_answer_params(c, &params, e)) < 0)
		return rc;
	if ((rc = cmd_at_put_record(params, c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REV, "at", e)) < 0 ||
	    (rc = put_flag(c, params, OPT_DRY_RUN, "dry_run", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save_as(c, "restore", params, print_restored, e);
}

static int
put_revisions(const struct cmd *c, cJSON *params, struct err *e)
{
	cJSON *list;
	int rc = 0;

	if (c->n_args == 1)
		return json_put_str(params, "revision", c->args[0], e);
	if ((list = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	for (size_t i = 0; rc == 0 && i < c->n_args; i++)
		rc = json_push_str(list, c->args[i], e);
	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return json_put(params, "revisions", list, e);
}

int
cmd_restore_revert(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc = params != NULL ? put_revisions(c, params, e) : err_nomem(e);

	if (rc < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0 ||
	    (rc = put_flag(c, params, OPT_DRY_RUN, "dry_run", e)) < 0 ||
	    (rc = put_flag(c, params, OPT_SKIP_CHANGED, "skip_changed", e)) <
		0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save_as(c, "revert", params, print_reverted, e);
}
