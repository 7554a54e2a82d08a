#include "client/cmd/hall_office.h"

#include "base/text.h"
#include "client/cmd/cmd_cycle.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/say.h"
#include "client/table.h"
#include "client/wrap.h"

#define MIB (1024 * 1024)

/* --- its state --- */

static void
line(struct buf *b)
{
	if (b->len > 0)
		buf_putc(b, '\n');
}

static int
say_failing(const cJSON *office, struct buf *b)
{
	const cJSON *failing = json_get(office, "failing");
	const char *message = json_str(failing, "message");
	struct buf why = BUF_INIT;
	char when[80];

	if (message == NULL)
		return 0;
	out_time(when, sizeof(when), json_str(failing, "since"));
	say(&why, message, NULL);
	buf_printf(b, _("failing since %s: %s"), when, buf_str(&why));
	buf_release(&why);
	return 1;
}

/* Nothing of it is taken in: by the hall's own word, or as no device of it may
 * write any more. */
static int
say_shut(const cJSON *office, struct buf *b)
{
	const cJSON *disabled = json_get(office, "disabled");
	const char *state = json_str(office, "state");
	const char *reason = json_str(disabled, "reason");
	char when[80];

	if (cJSON_IsObject(disabled)) {
		out_time(when, sizeof(when), json_str(disabled, "since"));
		if (reason != NULL)
			buf_printf(b, _("disabled since %s: %s"), when, reason);
		else
			buf_printf(b, _("disabled since %s"), when);
		return 1;
	}
	if (state == NULL || strcmp(state, "active") == 0)
		return 0;
	buf_puts(b, labels_word(state));
	return 1;
}

static int
say_pending(const cJSON *office, struct buf *b)
{
	const char *since = json_str(office, "pending_since");
	char when[80];

	if (since == NULL)
		return 0;
	line(b);
	out_time(when, sizeof(when), since);
	buf_printf(b, _("without receipt since %s"), when);
	return 1;
}

static int
say_overdue(const cJSON *office, struct buf *b)
{
	const cJSON *due;
	char day[80];
	int n = 0;

	cJSON_ArrayForEach (due, json_get(office, "overdue")) {
		line(b);
		out_day(day, sizeof(day), json_str(due, "date"));
		buf_printf(b, _("late in %lld: %s was due on %s"),
		    (long long)json_int(due, "year", 0),
		    cmd_cycle_due_name(json_str(due, "name")), day);
		n++;
	}
	return n > 0;
}

/* 0 nothing, 1 to be known, 2 to be looked after */
static int
say_state(const cJSON *office, struct buf *b)
{
	int64_t conflicts = json_int(office, "conflicts", 0);
	int worst;

	if (!cJSON_IsObject(json_get(office, "disabled")) &&
	    say_failing(office, b))
		return 2;
	worst = say_shut(office, b);
	worst |= say_pending(office, b);
	worst |= say_overdue(office, b);
	if (conflicts > 0) {
		line(b);
		buf_printf(b, _("conflicts that the office decides: %lld"),
		    (long long)conflicts);
	}
	return worst;
}

enum style
hall_office_state(const cJSON *office, struct buf *ret)
{
	int worst = say_state(office, ret);

	if (worst == 2) {
		say_overdue(office, ret);
		return STYLE_BAD;
	}
	if (worst == 1)
		return STYLE_WARN;
	if (ret->len > 0)
		return STYLE_PLAIN;
	buf_puts(ret, json_str(office, "tip") != NULL
			  ? _("in order")
			  : _("has sent nothing yet"));
	return json_str(office, "tip") != NULL ? STYLE_GOOD : STYLE_DIM;
}

#define NAME_MIN 12
#define NAME_MAX_COLS 30
#define OTHER_COLS 84 /* what the columns beside it take, about */

void
hall_office_name(const struct out *o, const char *name, struct buf *ret)
{
	size_t cols = NAME_MIN, len, next;

	if (o->width > OTHER_COLS + NAME_MIN)
		cols = o->width - OTHER_COLS;
	if (cols > NAME_MAX_COLS)
		cols = NAME_MAX_COLS;
	if (text_width(name) <= cols) {
		buf_puts(ret, name);
		return;
	}
	len = wrap_line(name, cols - 1, &next);
	buf_append(ret, name, len);
	buf_puts(ret, "…");
}

/* --- one office --- */

static void
row(struct table *t, const char *label, enum style st, const char *text)
{
	table_cell(t, STYLE_DIM, label);
	table_cell(t, st, text);
}

static void
state_rows(struct table *t, const cJSON *office)
{
	const cJSON *evidence = json_get(office, "evidence");
	const cJSON *receipt = json_get(office, "receipt");
	struct buf b = BUF_INIT;
	enum style style = hall_office_state(office, &b);
	char text[200], when[80];

	row(t, _("State"), style, buf_str(&b));
	buf_release(&b);
	out_time(when, sizeof(when), json_str(office, "last_seen"));
	row(t, _("Last seen"), STYLE_PLAIN, when);
	out_time(when, sizeof(when), json_str(receipt, "time"));
	snprintf(text, sizeof(text), _("%s, for %s"), when,
	    out_dash(json_str(receipt, "revision")));
	row(t, _("Receipt"), STYLE_PLAIN, cJSON_IsObject(receipt) ? text : "-");
	snprintf(text, sizeof(text), "%lld",
	    (long long)json_int(office, "revisions", 0));
	row(t, _("Revisions"), STYLE_PLAIN, text);
	snprintf(text, sizeof(text),
	    lang_n(json_int(evidence, "files", 0),
		"%lld file named, %lld of them here",
		"%lld files named, %lld of them here"),
	    (long long)json_int(evidence, "files", 0),
	    (long long)json_int(evidence, "at_hall", 0));
	row(t, _("Evidence"), STYLE_PLAIN, text);
	if (json_int(office, "disk", 0) == 0) /* a ministry keeps provinces */
		return;
	snprintf(text, sizeof(text), "%lld MiB",
	    (long long)((json_int(office, "disk", 0) + MIB - 1) / MIB));
	row(t, _("Disk"), STYLE_PLAIN, text);
}

static int
print_devices(struct out *o, const cJSON *office, struct err *e)
{
	const cJSON *d;
	struct table t;
	char when[80];
	int rc;

	table_init(&t);
	table_column(&t, _("Device"), COL_LEFT);
	table_column(&t, _("State"), COL_LEFT);
	table_column(&t, _("Last seen"), COL_LEFT);
	table_column(&t, _("Program"), COL_LEFT);
	table_column(&t, _("Has"), COL_LEFT);
	table_column(&t, _("Fingerprint"), COL_LEFT);
	cJSON_ArrayForEach (d, json_get(office, "devices")) {
		const char *state = json_str(d, "state");

		out_time(when, sizeof(when), json_str(d, "last_seen"));
		table_cell(&t, STYLE_HEAD, out_dash(json_str(d, "device")));
		table_cell(&t,
		    state != NULL && strcmp(state, "active") == 0 ? STYLE_PLAIN
								  : STYLE_WARN,
		    labels_word(state));
		table_cell(&t, STYLE_PLAIN, when);
		table_cell(&t, STYLE_PLAIN, out_dash(json_str(d, "version")));
		table_cell(&t, STYLE_PLAIN, out_dash(json_str(d, "holds")));
		table_cell(&t, STYLE_DIM, out_dash(json_str(d, "fingerprint")));
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

/* Whether the office has it: by what its machines told. */
static void
has_cell(struct table *t, const cJSON *published)
{
	const cJSON *has = json_get(published, "has");

	if (cJSON_IsTrue(has))
		table_cell(t, STYLE_GOOD, _("yes"));
	else if (json_bool(published, "sent", 0))
		table_cell(t, STYLE_PLAIN,
		    _("sent; it says so with its next exchange"));
	else if (cJSON_IsFalse(has))
		table_cell(t, STYLE_WARN, _("not yet"));
	else
		table_cell(t, STYLE_DIM, _("not known"));
}

static int
print_published(struct out *o, const cJSON *office, struct err *e)
{
	const cJSON *p;
	struct table t;
	char when[80];
	int rc;

	if (cJSON_GetArraySize(json_get(office, "published")) == 0) {
		out_wrapped(o, 0, "", _("The hall has published nothing yet."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Published"), COL_LEFT);
	table_column(&t, _("Revision"), COL_LEFT);
	table_column(&t, _("Time"), COL_LEFT);
	table_column(&t, _("The office has it"), COL_LEFT);
	cJSON_ArrayForEach (p, json_get(office, "published")) {
		const char *record = out_dash(json_str(p, "record"));

		out_time(when, sizeof(when), json_str(p, "time"));
		table_cell(&t, STYLE_HEAD, record);
		table_cell(&t, STYLE_PLAIN, out_dash(json_str(p, "revision")));
		table_cell(&t, STYLE_PLAIN, when);
		has_cell(&t, p);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

int
hall_office_print(struct out *o, const cJSON *result, struct err *e)
{
	const cJSON *offices = json_get(result, "offices");
	const cJSON *office = offices != NULL ? offices->child : NULL;
	struct table t;
	char head[300];
	int rc;

	snprintf(head, sizeof(head), "%s %s",
	    out_dash(json_str(office, "code")),
	    out_dash(json_str(office, "name")));
	out_heading(o, head);
	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	state_rows(&t, office);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc < 0)
		return rc;
	out_nl(o);
	if ((rc = print_devices(o, office, e)) < 0)
		return rc;
	out_nl(o);
	return print_published(o, office, e);
}
