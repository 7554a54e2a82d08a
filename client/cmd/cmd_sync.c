#include "client/cmd/cmd_sync.h"

#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

/* Evidence: a file that did not go stops no other, so each is told. */
static void
print_files(struct out *o, const cJSON *evidence)
{
	int64_t sent = json_int(evidence, "sent", 0);
	int64_t left = json_int(evidence, "left", 0);
	const cJSON *f;

	if (sent > 0)
		out_printf(o, _("  Evidence: %lld files are at the hall now\n"),
		    (long long)sent);
	if (left > 0)
		out_printf(o, _("  Evidence: %lld files are still here only\n"),
		    (long long)left);
	cJSON_ArrayForEach (f, json_get(evidence, "failed")) {
		out_styled(o, STYLE_WARN, labels_word(json_str(f, "class")));
		out_printf(o, ": %s\n",
		    lang_pick(
			json_str(f, "message"), json_str(f, "message_th")));
	}
}

/* What a finished sync did. */
static void
print_outcome(struct out *o, const cJSON *result)
{
	const cJSON *receipt = json_get(result, "receipt");
	const char *tip = json_str(receipt, "tip");
	int synced = json_bool(result, "synced", 0);
	char when[80];

	/* before its first revision an office has nothing to be confirmed */
	if (tip == NULL && json_int(result, "pushed", 0) == 0)
		out_puts(o, _("Exchanged"));
	else
		out_styled(o, synced ? STYLE_GOOD : STYLE_WARN,
		    synced ? _("Synced") : _("Not yet synced"));
	out_printf(o, _(": sent %lld, received %lld revisions\n"),
	    (long long)json_int(result, "pushed", 0),
	    (long long)json_int(result, "fetched", 0));
	if (tip != NULL) {
		out_time(when, sizeof(when), json_str(receipt, "time"));
		out_printf(o,
		    _("  Receipt of the hall: %s, for commit %.12s\n"), when,
		    tip);
	}
	print_files(o, json_get(result, "evidence"));
}

int
cmd_sync_sync(struct cmd *c, struct err *e)
{
	int wait = c->opts->value[OPT_WAIT] != NULL;
	cJSON *result = NULL, *params = cJSON_CreateObject();
	int rc = params == NULL ? err_nomem(e) : 0;

	if (rc == 0 && wait)
		rc = json_put_bool(params, "wait", 1, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = wait ? cmd_ask_long(c, "sync", params, _("sync"), &result, e)
		  : cmd_ask(c, "sync", params, &result, e);
	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else if (wait)
		print_outcome(&c->out, result);
	else
		out_printf(&c->out, "%s\n",
		    _("The exchange has begun; see pmqa status."));
	cJSON_Delete(result);
	return 0;
}

static int
print_findings(struct out *o, const cJSON *findings, struct err *e)
{
	const cJSON *f;

	cJSON_ArrayForEach (f, findings) {
		const char *severity = json_str(f, "severity");
		const char *where = json_str(f, "where");
		const char *what =
		    lang_pick(json_str(f, "what"), json_str(f, "what_th"));
		const char *to_do =
		    lang_pick(json_str(f, "advice"), json_str(f, "advice_th"));

		out_nl(o);
		out_styled(o, STYLE_BAD, labels_word(severity));
		out_printf(o, "  %s\n", where != NULL ? where : "");
		out_wrapped(o, 2, "", what);
		if (to_do[0] != '\0')
			out_wrapped(o, 2, "", to_do);
	}
	return buf_ok(&o->b, e);
}

static int
print_verify(struct out *o, const cJSON *result, struct err *e)
{
	static const struct {
		const char *name, *label;
	} rows[] = {
		{ "commits", N_("Commits") },
		{ "signatures", N_("Signatures") },
		{ "receipts", N_("Receipts") },
		{ "evidence", N_("Evidence files") },
		{ "records", N_("Records") },
	};
	const cJSON *checked = json_get(result, "checked");
	struct table t;
	char count[32];
	int rc;

	table_init(&t);
	table_column(&t, _("Checked"), COL_LEFT);
	table_column(&t, _("Number"), COL_RIGHT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(count, sizeof(count), "%lld",
		    (long long)json_int(checked, rows[i].name, 0));
		table_cell(&t, STYLE_PLAIN, err_tr(rows[i].label));
		table_cell(&t, STYLE_PLAIN, count);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc < 0)
		return rc;
	if (json_bool(result, "ok", 0)) {
		out_nl(o);
		out_styled(o, STYLE_GOOD,
		    _("History, signatures, receipts and index agree."));
		out_nl(o);
	}
	return print_findings(o, json_get(result, "findings"), e);
}

int
cmd_sync_verify(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask_long(c, "verify", NULL, _("verify"), &result, e);

	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		rc = print_verify(&c->out, result, e);
	if (rc == 0 && !json_bool(result, "ok", 0)) {
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the check found %d things that do not agree",
		    cJSON_GetArraySize(json_get(result, "findings")));
		err_hint(e,
		    "keep a copy of the directory before you change anything");
	}
	cJSON_Delete(result);
	return rc;
}
