/* Where an assessment stands, as rows: for state and for status. */
#include "client/cmd/cmd_review.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define LINE 400

static void
row(struct table *t, const char *label, enum style st, const char *text)
{
	table_cell(t, STYLE_DIM, label);
	table_cell(t, st, text);
}

static int
is(const char *s, const char *word)
{
	return s != NULL && strcmp(s, word) == 0;
}

static const char *
name_of(const cJSON *of)
{
	return out_dash(json_str(json_get(of, "person"), "name"));
}

static enum style
style_of(const char *state)
{
	if (is(state, "accepted"))
		return STYLE_GOOD;
	if (is(state, "returned"))
		return STYLE_BAD;
	return is(state, "submitted") ? STYLE_HEAD : STYLE_WARN;
}

static void
submission_rows(struct table *t, const cJSON *submission)
{
	const char *received = json_str(submission, "received");
	const char *note = json_str(submission, "note");
	char text[LINE], when[80];

	if (!cJSON_IsObject(submission))
		return;
	out_time(when, sizeof(when), json_str(submission, "time"));
	snprintf(text, sizeof(text), _("no. %lld, revision %s, %s, by %s"),
	    (long long)json_int(submission, "n", 0),
	    out_dash(json_str(submission, "revision")), when,
	    name_of(submission));
	row(t, _("Submitted"), STYLE_PLAIN, text);
	if (note != NULL)
		row(t, _("Note"), STYLE_PLAIN, note);
	if (received == NULL) {
		row(t, _("At the hall"), STYLE_WARN, _("not yet received"));
		return;
	}
	out_time(when, sizeof(when), received);
	if (json_bool(submission, "late", 0))
		snprintf(text, sizeof(text), _("received %s: late"), when);
	else
		snprintf(text, sizeof(text), _("received %s"), when);
	row(t, _("At the hall"),
	    json_bool(submission, "late", 0) ? STYLE_BAD : STYLE_PLAIN, text);
}

static void
join_items(const cJSON *items, char *ret, size_t size)
{
	const cJSON *c;
	size_t n = 0;

	ret[0] = '\0';
	cJSON_ArrayForEach (c, items) {
		if (!cJSON_IsString(c) || n + 16 > size)
			continue;
		n += (size_t)snprintf(ret + n, size - n, "%s%.8s",
		    n > 0 ? ", " : "", c->valuestring);
	}
}

static void
decision_rows(struct table *t, const cJSON *state)
{
	const cJSON *decision = json_get(state, "decision");
	const char *text = json_str(decision, "text");
	int64_t of = json_int(decision, "of", 0);
	int64_t n = json_int(json_get(state, "submission"), "n", 0);
	char line[LINE], when[80];

	if (!cJSON_IsObject(decision))
		return;
	out_time(when, sizeof(when), json_str(decision, "time"));
	snprintf(line, sizeof(line), _("no. %lld %s, %s, by %s"), (long long)of,
	    labels_word(json_str(decision, "verdict")), when,
	    name_of(decision));
	row(t, _("Decision of the hall"),
	    is(json_str(decision, "verdict"), "returned") && of == n
		? STYLE_BAD
		: STYLE_PLAIN,
	    line);
	if (text != NULL)
		row(t,
		    is(json_str(decision, "verdict"), "returned")
			? _("To be corrected")
			: _("Word of the hall"),
		    STYLE_PLAIN, text);
	join_items(json_get(decision, "items"), line, sizeof(line));
	if (line[0] != '\0')
		row(t, _("Items"), STYLE_PLAIN, line);
}

static const char *
due_label(const char *name)
{
	static const struct {
		const char *name;
		const char *text;
	} dues[] = {
		{ "submit", N_("Due: submission") },
		{ "review", N_("Due: review") },
		{ "correct", N_("Due: corrections") },
		{ "final", N_("Due: final decision") },
		{ "followup6", N_("Due: follow-up at 6 months") },
		{ "followup12", N_("Due: follow-up at 12 months") },
	};

	for (size_t i = 0; name != NULL && i < sizeof(dues) / sizeof(*dues);
	     i++)
		if (strcmp(dues[i].name, name) == 0)
			return err_tr(dues[i].text);
	return out_dash(name);
}

/* One due day: "31 Mar 2026: 12 days left". */
static void
due_row(struct table *t, const cJSON *due)
{
	int64_t days = json_int(due, "days", 0);
	int done = json_bool(due, "done", 0), late = json_bool(due, "late", 0);
	enum style st = STYLE_PLAIN;
	char text[LINE], day[80];

	out_day(day, sizeof(day), json_str(due, "date"));
	if (done && late) {
		snprintf(text, sizeof(text), _("%s: done, late"), day);
		st = STYLE_BAD;
	} else if (done) {
		snprintf(text, sizeof(text), _("%s: done"), day);
		st = STYLE_GOOD;
	} else if (days == -1) {
		snprintf(text, sizeof(text), _("%s: yesterday"), day);
		st = late ? STYLE_BAD : STYLE_PLAIN;
	} else if (days < 0) {
		snprintf(text, sizeof(text), _("%s: %lld days past"), day,
		    -(long long)days);
		st = late ? STYLE_BAD : STYLE_PLAIN;
	} else if (days == 0) {
		snprintf(text, sizeof(text), _("%s: today"), day);
		st = STYLE_WARN;
	} else if (days == 1) {
		snprintf(text, sizeof(text), _("%s: tomorrow"), day);
		st = STYLE_WARN;
	} else {
		snprintf(text, sizeof(text), _("%s: %lld days left"), day,
		    (long long)days);
	}
	row(t, due_label(json_str(due, "name")), st, text);
}

void
cmd_review_state_rows(struct table *t, const cJSON *state)
{
	const char *word = json_str(state, "state");
	const cJSON *due;
	char text[LINE];

	snprintf(text, sizeof(text), _("%lld: %s"),
	    (long long)json_int(state, "year", 0), labels_word(word));
	row(t, _("Assessment"), style_of(word), text);
	submission_rows(t, json_get(state, "submission"));
	decision_rows(t, state);
	cJSON_ArrayForEach (due, json_get(state, "due")) {
		due_row(t, due);
	}
}

const char *
cmd_review_advice(const cJSON *state, int at_hall)
{
	const char *word = json_str(state, "state");

	if (is(word, "submitted") && at_hall)
		return _("Review it item by item (pmqa hall review), then "
			 "pmqa hall accept or pmqa hall return.");
	if (at_hall)
		return "";
	if (is(word, "open"))
		return _("When it is complete, the chief submits it: pmqa "
			 "submit.");
	if (is(word, "submitted"))
		return _("The hall is reviewing it. To change something, the "
			 "chief opens it again: pmqa reopen --reason 'WHY'.");
	if (is(word, "returned"))
		return _("Correct what the hall asks for (each change with "
			 "--reason), then the chief submits it again: pmqa "
			 "submit.");
	if (is(word, "reopened"))
		return _("It is open for changes (each with --reason). When it "
			 "is complete, the chief submits it again: pmqa "
			 "submit.");
	if (is(word, "accepted"))
		return _("Follow the plan up: pmqa plan.");
	return "";
}
