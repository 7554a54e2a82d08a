/* What the hall tells all its offices. */
#include "base/clock.h"
#include "client/cmd/cmd_oversight.h"
#include "client/cmd/cmd_see.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)
#define DAY_S 86400
#define TEXT_MAX ((size_t)64 * 1024)

static int
ask_and_print(struct cmd *c, const char *method, cJSON *params,
    const char *done, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask(c, method, params, &result, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_styled(&c->out, STYLE_GOOD, done);
		out_printf(&c->out, ": %s\n", out_dash(json_str(result, "id")));
		rc = cmd_publish_print(
		    &c->out, json_get(result, "published"), e);
		out_wrapped(&c->out, 2, "",
		    _("Offices get it with their next exchange; whether one "
		      "has it: pmqa hall status OFFICE"));
	}
	cJSON_Delete(result);
	return rc;
}

/* "31 มี.ค. 2569" is typed as 31/3/2569, 2569-03-31 or 2026-03-31. */
static int
put_until(const struct cmd *c, cJSON *params, struct err *e)
{
	const char *until = c->opts->value[OPT_UNTIL];
	char day[CLOCK_TEXT];
	int64_t t = 0;

	if (until == NULL)
		return 0;
	if (strlen(until) > 10 || clock_parse(until, 0, 0, &t, NULL) < 0)
		return err_set(e, ERR_INVALID, 0,
		    "--until takes a day such as 31/12/2569, not '%.40s'",
		    until);
	clock_rfc3339(day, t, 0);
	day[10] = '\0';
	return json_put_str(params, "until", day, e);
}

/* A wrong year is soon typed. */
static void
note_past(struct cmd *c)
{
	const char *until = c->opts->value[OPT_UNTIL];
	int64_t t = 0;

	if (until != NULL && clock_parse(until, 0, 1, &t, NULL) == 0 &&
	    t + DAY_S < clock_now())
		out_wrapped(&c->note, 2, "",
		    _("That day is past: offices see it as over. If that is a "
		      "mistake, take it back: pmqa hall withdraw ID"));
}

static int
announce(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	struct buf text = BUF_INIT;
	int rc = json_put_str(params, "title", c->args[0], e);

	if (rc == 0 && c->n_args > 1 &&
	    (rc = cmd_read_arg(c->args[1], TEXT_MAX, &text, e)) == 0)
		rc = json_put_str(params, "text", buf_str(&text), e);
	if (rc == 0 && (rc = put_until(c, params, e)) == 0)
		rc = cmd_param(c, params, OPT_REASON, "reason", e);
	buf_release(&text);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = ask_and_print(
		 c, "announcement.add", params, _("Announced"), e)) == 0)
		note_past(c);
	return rc;
}

static int
withdraw(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "id", c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask_and_print(
	    c, "announcement.withdraw", params, _("Taken back"), e);
}

/* --- reading --- */

static void
print_one(struct out *o, const cJSON *a)
{
	const char *until = json_str(a, "until"), *text = json_str(a, "text");
	int over = json_bool(a, "over", 0), read = json_bool(a, "read", 1);
	char mark[32], when[80], day[80];

	snprintf(mark, sizeof(mark), "%.20s  ", out_dash(json_str(a, "id")));
	out_style(o, over ? STYLE_DIM : STYLE_HEAD);
	out_hanging(o, 0, mark, out_dash(json_str(a, "title")));
	out_time(when, sizeof(when), json_str(a, "time"));
	out_style(o, read ? STYLE_DIM : STYLE_GOOD);
	out_printf(o, "    %s%s, %s", read ? "" : _("new: "), when,
	    out_dash(json_str(a, "name")));
	if (until != NULL) {
		out_day(day, sizeof(day), until);
		out_printf(
		    o, over ? _(", over since %s") : _(", until %s"), day);
	}
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	if (text != NULL)
		out_wrapped(o, 4, "", text);
	out_nl(o);
}

static int
is_office(struct cmd *c, int *ret, struct err *e)
{
	cJSON *hello = NULL;
	const char *role;
	int rc = cmd_ask(c, "hello", NULL, &hello, e);

	if (rc < 0)
		return rc;
	role = json_str(hello, "role");
	*ret = role != NULL && strcmp(role, "office") == 0;
	cJSON_Delete(hello);
	return 0;
}

/* What is shown counts as read, so that status speaks of new ones only; not
 * what somebody looked at who may change nothing here. */
static int
note_read(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int office = 0, rc = is_office(c, &office, e);

	if (rc == 0 && office)
		rc = cmd_ask(c, "announcement.read", NULL, &result, e);
	cJSON_Delete(result);
	return rc == ERR_DENIED ? 0 : rc;
}

static int
announcements(struct cmd *c, struct err *e)
{
	const cJSON *list, *a;
	cJSON *result = NULL;
	int rc = cmd_ask(c, "announcement.list", NULL, &result, e);

	if (rc < 0)
		return rc;
	list = json_get(result, "announcements");
	if (c->json) {
		out_json(&c->out, result);
	} else if (cJSON_GetArraySize(list) == 0) {
		out_wrapped(
		    &c->out, 0, "", _("The hall has announced nothing."));
	} else {
		cJSON_ArrayForEach (a, list)
			print_one(&c->out, a);
		if (json_bool(result, "more", 0))
			out_wrapped(&c->out, 0, "", _("There are older ones."));
		rc = note_read(c, e);
	}
	cJSON_Delete(result);
	return rc;
}

const struct cmd_desc cmd_announce_rows[] = {
	{ "announcements", "",
	    N_("what the hall tells its offices, newest first"),
	    N_("New ones are named in pmqa status until they were shown here; "
	       "with --json they stay new."),
	    "pmqa announcements", 0, 0, 0, announcements },
	{ "hall announce", N_("TITLE [TEXT]"), N_("tell all offices something"),
	    N_("TEXT is the text itself, - for standard input, or @FILE. It "
	       "reaches every office with its next exchange. --until names "
	       "the last day on which it matters."),
	    "pmqa --dir H hall announce 'ประชุมวันจันทร์' @text.txt "
	    "--until 2569-12-31",
	    B(UNTIL) | B(REASON), 1, 2, announce },
	{ "hall withdraw", N_("ID"), N_("take an announcement back"), NULL,
	    "pmqa --dir H hall withdraw nh1 --reason 'เลื่อนวัน'", B(REASON), 1, 1,
	    withdraw },
};
const size_t cmd_announce_n_rows =
    sizeof(cmd_announce_rows) / sizeof(*cmd_announce_rows);
