#include "client/cmd/cmd_verify.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define BAR 24 /* columns */

/* --- the bar, on a terminal --- */

struct bar {
	int64_t begun_ms;
	int shown;
};

static void
print_left(struct out *o, int64_t left_s)
{
	out_printf(o, _("  %lld:%02lld left"), (long long)(left_s / 60),
	    (long long)(left_s % 60));
}

/* One line on standard error that is written over: how far, how fast, how long
 * still. */
static void
on_progress(void *arg, const char *what, int64_t done, int64_t total)
{
	struct bar *bar = arg;
	int64_t ms = clock_mono_ms() - bar->begun_ms, rate;
	struct out o;
	int i, full;

	(void)what;
	if (total <= 0)
		return;
	if (done > total)
		done = total;
	full = (int)(done * BAR / total);
	rate = ms > 0 ? done * 1000 / ms : 0;
	out_init(&o, STDERR_FILENO);
	buf_puts(&o.b, "\r\033[K");
	out_printf(&o, "%s [", _("verify"));
	for (i = 0; i < BAR; i++)
		buf_putc(&o.b, i < full ? '#' : '.');
	out_printf(&o, "] %3lld%% %lld/%lld  %lld/s",
	    (long long)(done * 100 / total), (long long)done, (long long)total,
	    (long long)rate);
	if (rate > 0)
		print_left(&o, (total - done) / rate);
	/* what cannot be shown changes nothing of the outcome */
	(void)out_finish(&o, STDERR_FILENO, NULL);
	out_release(&o);
	bar->shown = 1;
}

static int
ask(struct cmd *c, cJSON *params, cJSON **ret, struct err *e)
{
	struct bar bar = { .begun_ms = clock_mono_ms() };
	int64_t id;
	int rc;

	if ((rc = cmd_send(c, "verify", params, &id, e)) < 0)
		return rc;
	if (!c->json && isatty(STDERR_FILENO))
		talk_on_progress(c->talk, on_progress, &bar);
	rc = talk_wait(c->talk, id, 1, ret, e);
	talk_on_progress(c->talk, NULL, NULL);
	if (bar.shown)
		fputs("\r\033[K", stderr);
	return rc;
}

/* --- the result --- */

static enum style
style_of(const char *severity)
{
	if (severity != NULL && strcmp(severity, "error") == 0)
		return STYLE_BAD;
	return STYLE_WARN;
}

static int
print_findings(struct out *o, const cJSON *findings, struct err *e)
{
	const cJSON *f;

	cJSON_ArrayForEach (f, findings) {
		const char *severity = json_str(f, "severity");
		const char *where = json_str(f, "where");
		const char *class = json_str(f, "class");
		const char *what =
		    lang_pick(json_str(f, "what"), json_str(f, "what_th"));
		const char *to_do =
		    lang_pick(json_str(f, "advice"), json_str(f, "advice_th"));

		out_nl(o);
		out_styled(o, style_of(severity), labels_word(severity));
		out_printf(o, "  %s  (%s)\n", where != NULL ? where : "",
		    class != NULL ? class : "-");
		out_wrapped(o, 2, "", what);
		if (to_do[0] != '\0')
			out_wrapped(o, 2, "", to_do);
	}
	return buf_ok(&o->b, e);
}

/* What was not looked at again, and since when. */
static void
print_since(struct out *o, const cJSON *result)
{
	const cJSON *checked = json_get(result, "checked");
	const char *since = json_str(result, "since");
	char when[80];

	if (since == NULL || json_int(checked, "proved_before", 0) == 0)
		return;
	out_time(when, sizeof(when), since);
	out_nl(o);
	out_printf(o,
	    lang_n(json_int(checked, "proved_before", 0),
		"%lld revision before was proved on %s and is not looked at "
		"again; pmqa verify --deep looks at everything.\n",
		"%lld revisions before were proved on %s and are not looked at "
		"again; pmqa verify --deep looks at everything.\n"),
	    (long long)json_int(checked, "proved_before", 0), when);
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
		{ "log", N_("Lines of the acceptance log") },
	};
	const cJSON *checked = json_get(result, "checked");
	struct table t;
	char count[32];
	int rc;

	table_init(&t);
	table_column(&t, _("Checked"), COL_LEFT);
	table_column(&t, _("Number"), COL_RIGHT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (json_get(checked, rows[i].name) == NULL)
			continue; /* an office has no such log */
		snprintf(count, sizeof(count), "%lld",
		    (long long)json_int(checked, rows[i].name, 0));
		table_cell(&t, STYLE_PLAIN, err_tr(rows[i].label));
		table_cell(&t, STYLE_PLAIN, count);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc < 0)
		return rc;
	print_since(o, result);
	if (json_bool(result, "ok", 0)) {
		out_nl(o);
		out_styled(o, STYLE_GOOD,
		    _("History, signatures, receipts and index agree."));
		out_nl(o);
	}
	return print_findings(o, json_get(result, "findings"), e);
}

static int
count_errors(const cJSON *findings)
{
	const cJSON *f;
	int n = 0;

	cJSON_ArrayForEach (f, findings) {
		const char *severity = json_str(f, "severity");

		n += severity != NULL && strcmp(severity, "error") == 0;
	}
	return n;
}

int
cmd_verify_verify(struct cmd *c, struct err *e)
{
	cJSON *result = NULL, *params = cJSON_CreateObject();
	int rc;

	rc = json_put_bool(params, "deep", c->opts->value[OPT_DEEP] != NULL, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = ask(c, params, &result, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		rc = print_verify(&c->out, result, e);
	if (rc == 0 && !json_bool(result, "ok", 0)) {
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the check found things that do not agree: %d",
		    count_errors(json_get(result, "findings")));
		err_hint(e,
		    "keep a copy of the directory before you change anything");
	}
	cJSON_Delete(result);
	return rc;
}
