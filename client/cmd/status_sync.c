#include "client/cmd/status_sync.h"

#include "client/labels.h"
#include "client/lang.h"
#include "client/pace.h"
#include "client/say.h"

#define TEXT_MAX 1200

static void
row(struct table *t, const char *label, enum style st, const char *text)
{
	table_cell(t, STYLE_DIM, label);
	table_cell(t, st, text);
}

static void
time_row(struct table *t, const char *label, enum style st, const char *time)
{
	char when[80];

	if (time == NULL)
		return;
	out_time(when, sizeof(when), time);
	row(t, label, st, when);
}

/* "sending 2/5 45 %, 1.2 MiB, 300 KiB/s, 2 min left, since …"; of an idle one
 * the error stands below. */
static void
state_row(struct table *t, const cJSON *sync)
{
	const char *state = json_str(sync, "state");
	const char *detail = json_str(sync, "detail");
	char when[80], text[TEXT_MAX];
	struct out now;

	out_init(&now, -1);
	out_puts(&now, labels_word(state));
	if (state != NULL && strcmp(state, "idle") != 0) {
		if (detail != NULL && detail[0] != '\0')
			out_printf(&now, " %.40s", detail);
		pace_print(&now, json_get(sync, "progress"));
	}
	out_time(when, sizeof(when), json_str(sync, "since"));
	snprintf(text, sizeof(text), _("%s, since %s"), buf_str(&now.b), when);
	out_release(&now);
	row(t, _("Exchange"), STYLE_PLAIN, text);
}

static void
pause_row(struct table *t, const cJSON *paused)
{
	const char *until = json_str(paused, "until");
	const char *by = json_str(paused, "by");
	char when[80], text[TEXT_MAX];

	if (!cJSON_IsObject(paused))
		return;
	out_time(when, sizeof(when), until);
	if (until != NULL)
		snprintf(text, sizeof(text), _("until %s, by %s"), when,
		    by != NULL ? by : "-");
	else
		snprintf(text, sizeof(text),
		    _("by %s; until somebody says pmqa sync resume"),
		    by != NULL ? by : "-");
	row(t, _("Paused"), STYLE_WARN, text);
}

/* What the configuration allows by itself, where it is not everything. */
static void
rule_rows(struct table *t, const cJSON *sync)
{
	const char *windows = json_str(sync, "windows");
	const char *until = json_str(sync, "metered_until");
	int64_t rate = json_int(sync, "rate_kib", 0);
	char when[80], text[TEXT_MAX];

	if (windows != NULL) {
		snprintf(text, sizeof(text),
		    json_bool(sync, "in_window", 1) ? _("%s; open now")
						    : _("%s; closed now"),
		    windows);
		row(t, _("Hours"), STYLE_PLAIN, text);
	}
	if (json_bool(sync, "metered", 0)) {
		out_time(when, sizeof(when), until);
		snprintf(text, sizeof(text),
		    until != NULL
			? _("metered until %s: files of evidence wait")
			: _("metered: files of evidence wait"),
		    when);
		row(t, _("Link"), STYLE_WARN, text);
	}
	if (rate > 0) {
		snprintf(text, sizeof(text), _("%lld KiB/s each way"),
		    (long long)rate);
		row(t, _("At most"), STYLE_PLAIN, text);
	}
}

static void
fault_rows(struct table *t, const cJSON *sync)
{
	const cJSON *fault = json_get(sync, "last_error");
	const char *message = json_str(fault, "message");
	const char *hint = json_str(fault, "hint");
	struct buf text = BUF_INIT;

	if (message == NULL)
		return;
	buf_printf(&text, "%s: ", labels_word(json_str(fault, "class")));
	say(&text, message, json_str(fault, "message_th"));
	row(t, _("Last error"), STYLE_BAD, buf_str(&text));
	buf_release(&text);
	if (hint != NULL && hint[0] != '\0')
		row(t, _("What to do"), STYLE_PLAIN,
		    lang_pick(hint, json_str(fault, "hint_th")));
	time_row(
	    t, _("Failing since"), STYLE_WARN, json_str(sync, "failing_since"));
}

void
status_sync_rows(struct table *t, const cJSON *sync)
{
	state_row(t, sync);
	pause_row(t, json_get(sync, "paused"));
	rule_rows(t, sync);
	time_row(
	    t, _("Last success"), STYLE_PLAIN, json_str(sync, "last_success"));
	fault_rows(t, sync);
	time_row(t,
	    cJSON_IsObject(json_get(sync, "last_error")) ? _("Next try")
							 : _("Next exchange"),
	    STYLE_PLAIN, json_str(sync, "next_try"));
}
