#include "client/cmd/cmd_oversight.h"

#include "client/lang.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)

/* --- alerts --- */

static void
print_alert(struct out *o, const cJSON *a, int over)
{
	char since[80], told[80], ended[80];
	const char *message =
	    lang_pick(json_str(a, "message"), json_str(a, "message_th"));

	out_style(o, over ? STYLE_DIM : STYLE_BAD);
	out_hanging(o, 0, "- ", message);
	out_style(o, STYLE_PLAIN);
	out_time(since, sizeof(since), json_str(a, "since"));
	out_time(told, sizeof(told), json_str(a, "told"));
	out_time(ended, sizeof(ended), json_str(a, "ended"));
	if (over)
		out_printf(o, _("  since %s, over since %s\n"), since, ended);
	else if (json_str(a, "told") != NULL)
		out_printf(o, _("  since %s, told %s\n"), since, told);
	else
		out_printf(o, _("  since %s, nobody was told yet\n"), since);
}

static void
print_sender(struct out *o, const cJSON *sender)
{
	const cJSON *failing = json_get(sender, "failing");
	const char *to = json_str(sender, "to");
	const char *when = out_dash(json_str(sender, "when"));
	char time[80];

	if (to == NULL) {
		out_wrapped(o, 0, "",
		    _("Nobody is told: name somebody in [alerts] of "
		      "pmqad.conf."));
		return;
	}
	if (strcmp(when, "instant") == 0)
		out_printf(o, _("Told at once: %s\n"), to);
	else
		out_printf(o, _("Told once a day at %s: %s\n"), when, to);
	if (!cJSON_IsObject(failing))
		return;
	out_time(time, sizeof(time), json_str(failing, "next_try"));
	out_style(o, STYLE_BAD);
	out_hanging(o, 0, "",
	    lang_pick(
		json_str(failing, "message"), json_str(failing, "message_th")));
	out_style(o, STYLE_PLAIN);
	out_printf(o, _("It is tried again: %s\n"), time);
}

static int
alerts(struct cmd *c, struct err *e)
{
	const cJSON *open, *a;
	struct out *o = &c->out;
	cJSON *result = NULL;
	int rc = cmd_ask(c, "hall.alerts", NULL, &result, e);

	if (rc < 0)
		return rc;
	open = json_get(result, "open");
	if (c->json) {
		out_json(o, result);
		goto out;
	}
	if (cJSON_GetArraySize(open) == 0)
		out_styled(o, STYLE_GOOD, _("Nothing is wrong.")), out_nl(o);
	cJSON_ArrayForEach (a, open)
		print_alert(o, a, 0);
	if (cJSON_GetArraySize(json_get(result, "ended")) > 0) {
		out_nl(o);
		out_heading(o, _("Over"));
		cJSON_ArrayForEach (a, json_get(result, "ended"))
			print_alert(o, a, 1);
	}
	out_nl(o);
	print_sender(o, json_get(result, "sender"));
out:
	cJSON_Delete(result);
	return 0;
}

static int
alerts_test(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc =
	    cmd_ask_long(c, "hall.alerts_test", NULL, _("sending"), &result, e);

	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		out_wrapped(&c->out, 0, "",
		    _("The test message was taken over. Look whether it "
		      "arrived."));
	cJSON_Delete(result);
	return 0;
}

/* --- figures and health --- */

/* For a machine: the text as it is, whatever its lines are. */
static int
metrics(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask(c, "metrics", NULL, &result, e);

	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		buf_puts(&c->out.b, out_dash(json_str(result, "text")));
	cJSON_Delete(result);
	return 0;
}

static const struct {
	const char *name, *text;
} checks[] = {
	{ "database", N_("database") },
	{ "disk", N_("room on the disk") },
	{ "repository", N_("writing to the repository") },
	{ "queue", N_("work in time") },
};

static int
health(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	struct buf bad = BUF_INIT;
	size_t i;
	int rc = cmd_ask(c, "health", NULL, &result, e), ok;

	if (rc < 0)
		return rc;
	ok = json_bool(result, "ok", 0);
	if (c->json)
		out_json(&c->out, result);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!json_bool(json_get(result, "checks"), checks[i].name, 0))
			buf_printf(&bad, "%s%s", bad.len > 0 ? ", " : "",
			    _(checks[i].text));
	if (ok && !c->json)
		out_printf(&c->out, "%s\n", _("healthy"));
	if (!ok) {
		rc = err_set(e, ERR_FAILED, 0, "this daemon is not healthy: %s",
		    buf_str(&bad));
		err_hint(e, "look at its log: journalctl -u pmqad");
	}
	buf_release(&bad);
	cJSON_Delete(result);
	return rc;
}

const struct cmd_desc cmd_oversight_rows[] = {
	{ "hall watch", "", N_("what happens at the hall, as it happens"),
	    N_("A line for every visit, admission, refusal, enrolment and "
	       "publication. On a terminal the table of hall status stays "
	       "above and is kept fresh. With --json one event a line; with "
	       "--limit it ends after so many."),
	    "pmqa --dir H hall watch\npmqa --dir H hall watch --json --limit 5",
	    B(LIMIT), 0, 0, cmd_watch_watch },
	{ "hall alerts", "",
	    N_("what is wrong, what is over, and who was told"),
	    N_("Whom to tell stands in [alerts] of pmqad.conf: mail = ADDRESS "
	       "or command = PATH; when = instant, or a time of day for one "
	       "digest. Each alert is told once when it begins and once when "
	       "it is over."),
	    "pmqa --dir H hall alerts", 0, 0, 0, alerts },
	{ "hall alerts test", "", N_("send a message that says it is a test"),
	    NULL, "pmqa --dir H hall alerts test", 0, 0, 0, alerts_test },
	{ "metrics", "", N_("figures for Prometheus"),
	    N_("Text format 0.0.4, as node_exporter's textfile collector "
	       "takes it."),
	    "pmqa metrics >/var/lib/prometheus/node-exporter/pmqa.prom", 0, 0,
	    0, metrics },
	{ "health", "", N_("whether the daemon can do its work"),
	    N_("Exit status 0 when it can, 1 when not, 5 when it does not "
	       "answer."),
	    "pmqa health", 0, 0, 0, health },
};
const size_t cmd_oversight_n_rows =
    sizeof(cmd_oversight_rows) / sizeof(*cmd_oversight_rows);
