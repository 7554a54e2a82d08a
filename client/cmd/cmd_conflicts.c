#include "client/cmd/cmd_conflicts.h"

#include "client/changes.h"
#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_history.h"
#include "client/cmd/cmd_reason.h"
#include "client/labels.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)
#define RECORD "conflicts/"
#define LABEL_MAX 320
#define MERGES_DEFAULT 50

/* --- in other lists --- */

/* The text that a field of the conflict has, or had before it was resolved. */
static const char *
side_of(const cJSON *changes, const char *field)
{
	const cJSON *c;
	const char *name, *s;

	cJSON_ArrayForEach (c, changes) {
		name = json_str(c, "field");
		if (name == NULL || strcmp(name, field) != 0)
			continue;
		s = json_str(c, "new");
		return s != NULL ? s : json_str(c, "old");
	}
	return NULL;
}

int
cmd_conflicts_line(struct out *o, const cJSON *describe, const cJSON *one)
{
	const cJSON *changes = json_get(one, "changes");
	const char *record = json_str(one, "record"), *of, *field;
	const cJSON *first = changes != NULL ? changes->child : NULL;
	char label[LABEL_MAX];

	if (record == NULL || strncmp(record, RECORD, strlen(RECORD)) != 0)
		return 0;
	of = side_of(changes, "record");
	field = side_of(changes, "field");
	if (of != NULL && field != NULL)
		labels_full(label, sizeof(label), describe, of, field);
	else
		snprintf(label, sizeof(label), "%s", record);
	if (cJSON_IsNull(json_get(first, "old")))
		out_printf(o, _("  a conflict is left: %s: %s\n"),
		    of != NULL ? labels_record(describe, of) : "-", label);
	else
		out_printf(o, _("  a conflict is decided: %s: %s\n"),
		    of != NULL ? labels_record(describe, of) : "-", label);
	return 1;
}

/* --- list and show --- */

static const char *
why_text(const char *why)
{
	return labels_word(why != NULL ? why : "both");
}

/* "hall (in force): text", then who wrote it. */
static void
print_value(struct out *o, const cJSON *describe, const cJSON *conflict,
    const char *label, const cJSON *v)
{
	struct buf text = BUF_INIT, mark = BUF_INIT;

	changes_field(&text, describe, json_str(conflict, "record"),
	    json_str(conflict, "field"), v);
	buf_printf(&mark, "%s: ", label);
	out_hanging(o, 4, buf_str(&mark),
	    text.len > 0 ? buf_str(&text) : _("(nothing)"));
	if (text.failed || mark.failed)
		o->b.failed = 1;
	buf_release(&text);
	buf_release(&mark);
}

static void
print_author(struct out *o, const cJSON *side)
{
	const char *name = json_str(side, "name");
	const char *login = json_str(side, "login");
	char when[80];

	if (json_str(side, "revision") == NULL)
		return;
	out_time(when, sizeof(when), json_str(side, "time"));
	out_style(o, STYLE_DIM);
	out_spaces(o, 6);
	out_printf(o, "%s  %s  %s", json_str(side, "revision"), when,
	    out_dash(name != NULL ? name : login));
	if (name != NULL && login != NULL && strcmp(name, login) != 0)
		out_printf(o, " (%s)", login);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
}

/* The words of --take, and what they mean here: the same on every device. */
static void
print_sides(struct out *o, const cJSON *describe, const cJSON *c)
{
	const cJSON *hall = json_get(c, "hall"), *mine = json_get(c, "mine");
	const cJSON *now = json_get(c, "now");
	const char *by = json_str(mine, "revision");
	int in_force = cJSON_Compare(now, json_get(hall, "value"), 1);
	char label[160];

	print_value(o, describe, c,
	    in_force ? _("hall (in force)") : _("hall (when it was merged)"),
	    json_get(hall, "value"));
	print_author(o, hall);
	if (by != NULL)
		snprintf(label, sizeof(label),
		    _("mine (put aside, from device %c)"), by[0]);
	else
		snprintf(label, sizeof(label), "%s", _("mine (put aside)"));
	print_value(o, describe, c, label, json_get(mine, "value"));
	print_author(o, mine);
	if (!in_force)
		print_value(
		    o, describe, c, _("now (changed since the merge)"), now);
}

static void
print_conflict(struct out *o, const cJSON *describe, const cJSON *c)
{
	const char *record = json_str(c, "record");
	const char *field = json_str(c, "field");
	char label[LABEL_MAX];

	labels_full(label, sizeof(label), describe, record, field);
	out_styled(o, STYLE_HEAD, out_dash(json_str(c, "name")));
	out_printf(o, "  %s: %s\n", labels_record(describe, record), label);
	out_style(o, STYLE_DIM);
	out_printf(o, "  %s  [%s, %s]\n", why_text(json_str(c, "why")),
	    out_dash(record), out_dash(json_str(c, "id")));
	out_style(o, STYLE_PLAIN);
	print_value(o, describe, c, _("before"), json_get(c, "base"));
	print_sides(o, describe, c);
	out_nl(o);
}

static void
print_all(struct out *o, const cJSON *describe, const cJSON *doc, int hall)
{
	const cJSON *list = json_get(doc, "conflicts"), *c;
	int64_t left_out = json_int(doc, "left_out", 0);

	if (cJSON_GetArraySize(list) == 0) {
		out_printf(o, "%s\n",
		    _("No conflicts: what the devices wrote agrees."));
		return;
	}
	cJSON_ArrayForEach (c, list) {
		print_conflict(o, describe, c);
	}
	if (left_out > 0)
		out_printf(o, _("And %lld more: decide some of these first.\n"),
		    (long long)left_out);
	out_wrapped(o, 0, "",
	    hall ? _("The office decides them: pmqa conflicts resolve.")
		 : _("Decide each with: pmqa conflicts resolve NAME --take "
		     "hall, --take mine, --take now (what stands is right), or "
		     "--value TEXT. Nothing is lost either way: the history "
		     "keeps both."));
}

static int
ask_and_print(struct cmd *c, const char *method, cJSON *params, struct err *e)
{
	cJSON *describe = NULL, *doc = NULL;
	int64_t labels = 0, id;
	int rc = cmd_send(c, method, params, &id, e);

	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_wait(c, id, &doc, e);
	if (rc == 0 && !c->json)
		rc = cmd_wait(c, labels, &describe, e);
	if (rc == 0 && c->json)
		out_json(&c->out, doc);
	else if (rc == 0)
		print_all(
		    &c->out, describe, doc, c->opts->value[OPT_OFFICE] != NULL);
	cJSON_Delete(describe);
	cJSON_Delete(doc);
	return rc;
}

static int
run_list(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if (c->n_args > 0 && strcmp(c->args[0], "list") != 0) {
		err_set(e, ERR_USAGE, 0, "unknown command 'conflicts %.40s'",
		    c->args[0]);
		err_hint(
		    e, "to see one: pmqa conflicts show %.60s", c->args[0]);
		return ERR_USAGE;
	}
	rc = cmd_params(c, &params, e);
	return rc < 0 ? rc : ask_and_print(c, "conflict.list", params, e);
}

static int
run_show(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "which", c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask_and_print(c, "conflict.show", params, e);
}

/* --- resolve --- */

static int
resolve_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	const char *value = c->opts->value[OPT_VALUE];
	struct buf text = BUF_INIT;
	cJSON *params = NULL;
	int rc;

	if ((value == NULL) == (c->opts->value[OPT_TAKE] == NULL)) {
		if (value == NULL)
			err_set(e, ERR_USAGE, 0, "say what is to stand");
		else
			err_set(e, ERR_USAGE, 0, "only one thing can stand");
		err_hint(
		    e, "--take hall, --take mine, --take now, or --value TEXT");
		return ERR_USAGE;
	}
	if ((rc = cmd_answer_params(c, &params, e)) < 0)
		return rc;
	if ((rc = json_put_str(params, "which", c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_TAKE, "take", e)) < 0)
		goto out;
	if (value != NULL && (rc = cmd_answer_value(value, &text, e)) == 0)
		rc = json_put_str(params, "value", buf_str(&text), e);
out:
	buf_release(&text);
	if (rc < 0)
		cJSON_Delete(params);
	else
		*ret = params;
	return rc;
}

static void
print_part(struct out *o, const cJSON *describe, const cJSON *one)
{
	const char *record = json_str(one, "record");

	if (record == NULL || strncmp(record, RECORD, strlen(RECORD)) == 0)
		return;
	out_printf(o, "  %s\n", labels_record(describe, record));
	changes_brief(o, 4, describe, record, json_get(one, "changes"));
}

static void
print_resolved(struct out *o, const cJSON *describe, const cJSON *saved)
{
	const cJSON *records = json_get(saved, "records"), *one;
	const cJSON *of = json_get(saved, "resolved");
	int64_t left = json_int(of, "left", 0);
	const char *commit = json_str(saved, "commit");

	out_styled(o, STYLE_GOOD, _("Decided"));
	out_printf(o, _(" %s as %s (commit %.12s)\n"),
	    out_dash(json_str(of, "name")),
	    out_dash(json_str(saved, "revision")), out_dash(commit));
	if (records == NULL)
		print_part(o, describe, saved);
	cJSON_ArrayForEach (one, records) {
		print_part(o, describe, one);
	}
	if (left > 0)
		out_printf(
		    o, _("Conflicts still open: %lld\n"), (long long)left);
	else
		out_printf(o, "%s\n", _("No conflict is left."));
}

/* Nothing was saved, as only the reason is missing. */
static int
ask_again(struct cmd *c, cJSON *params, cJSON **ret, struct err *e)
{
	struct err fault;
	int rc = cmd_reason_ask(params, e, &fault);

	if (rc > 0)
		return cmd_ask(c, "conflict.resolve", params, ret, e);
	if (rc < 0)
		*e = fault;
	cJSON_Delete(params);
	return rc < 0 ? rc : ERR_INVALID;
}

static int
run_resolve(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *again = NULL, *saved = NULL, *describe = NULL;
	int rc;

	if ((rc = resolve_params(c, &params, e)) < 0)
		return rc;
	if (cmd_reason_can_ask(c) &&
	    (again = cJSON_Duplicate(params, 1)) == NULL) {
		cJSON_Delete(params);
		return err_nomem(e);
	}
	rc = cmd_ask(c, "conflict.resolve", params, &saved, e);
	if (again != NULL && rc == ERR_INVALID && e->sub == ERR_SUB_REASON) {
		rc = ask_again(c, again, &saved, e);
		again = NULL;
	}
	if (rc == 0 && c->json)
		out_json(&c->out, saved);
	else if (rc == 0 &&
		 (rc = cmd_ask(c, "records.describe", NULL, &describe, e)) == 0)
		print_resolved(&c->out, describe, saved);
	cJSON_Delete(again);
	cJSON_Delete(saved);
	cJSON_Delete(describe);
	return rc;
}

/* --- merges --- */

static int
run_merges(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	long limit;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = opts_number(
		 c->opts, OPT_LIMIT, 1, 1000, MERGES_DEFAULT, &limit, e)) < 0 ||
	    (rc = json_put_int(params, "limit", limit, e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_CURSOR, "cursor", e)) < 0 ||
	    (rc = json_put_str(params, "action", "merge", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_history_merges(c, params, e);
}

const struct cmd_desc cmd_conflicts_rows[] = {
	{ "conflicts", "[list]",
	    N_("what two devices wrote apart and nobody has decided yet"),
	    N_("When two devices of an office changed the same field while "
	       "apart, the value that the hall had stays in force and the "
	       "other is kept here, with who wrote each and when. Different "
	       "fields are joined by themselves (pmqa conflicts merges)."),
	    "pmqa conflicts\npmqa --dir H conflicts --office 9105", B(OFFICE),
	    0, 1, run_list },
	{ "conflicts show", N_("NAME"), N_("one conflict with its whole texts"),
	    NULL, "pmqa conflicts show 1.1.explanation.basic",
	    B(OFFICE) | B(YEAR), 1, 1, run_show },
	{ "conflicts resolve", N_("NAME"),
	    N_("decide a conflict: one revision, for all devices"),
	    N_("--take hall: the value that the hall had; --take mine: the "
	       "other one; --take now: what stands there now is right; "
	       "--value TEXT (or @FILE, or @- for standard input): a new text. "
	       "A decided conflict "
	       "does not come back. What was not taken stays in the history."),
	    "pmqa conflicts resolve 1.1.gap --take mine\n"
	    "pmqa conflicts resolve 1.1.explanation.basic --value @text.txt",
	    B(TAKE) | B(VALUE) | B(YEAR) | B(REASON) | B(IF_REV), 1, 1,
	    run_resolve },
	{ "conflicts merges", "",
	    N_("when the work of two devices was joined, and what came in"),
	    N_("A merge is undone by 'pmqa revert' and its name: what it took "
	       "over goes again, as a new revision."),
	    "pmqa conflicts merges\npmqa revert b7 --reason 'รวมผิดเครื่อง'",
	    B(OFFICE) | B(LIMIT) | B(CURSOR), 0, 0, run_merges },
};
const size_t cmd_conflicts_n_rows =
    sizeof(cmd_conflicts_rows) / sizeof(*cmd_conflicts_rows);
