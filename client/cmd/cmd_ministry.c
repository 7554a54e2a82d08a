#include "client/cmd/cmd_ministry.h"

#include <time.h>

#include "client/lang.h"
#include "client/say.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)
#define LINE_ARG_MAX ((size_t)64 * 1024)
#define POLL_NS (200L * 1000 * 1000)

/* --- key --- */

static int
ministry_key(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask(c, "ministry.key", NULL, &result, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->note, _("  Fingerprint of this key: %s\n"),
		    out_dash(json_str(result, "fingerprint")));
		out_wrapped(&c->note, 2, "",
		    _("Give each hall this line; there it goes behind: pmqa "
		      "hall auditors add NAME. What that prints goes behind: "
		      "pmqa ministry add"));
		out_printf(&c->out, "%s\n", out_dash(json_str(result, "key")));
	}
	cJSON_Delete(result);
	return 0;
}

/* --- add --- */

static int
ask_add(struct cmd *c, cJSON **ret, struct err *e)
{
	struct buf line = BUF_INIT;
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_read_arg(c->args[0], LINE_ARG_MAX, &line, e)) < 0)
		goto out;
	params = cJSON_CreateObject();
	if ((rc = json_put_str(params, "line", buf_str(&line), e)) < 0) {
		cJSON_Delete(params);
		goto out;
	}
	rc = cmd_ask(c, "ministry.add", params, ret, e);
out:
	buf_release(&line);
	return rc;
}

static int
ministry_add(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	const cJSON *url;
	int rc = ask_add(c, &result, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
		cJSON_Delete(result);
		return 0;
	}
	out_printf(&c->out,
	    json_bool(result, "known", 0)
		? _("Province %s, %s: its addresses are taken in anew.\n")
		: _("Province %s, %s, is taken in.\n"),
	    out_dash(json_str(result, "code")),
	    out_dash(json_str(result, "name")));
	out_printf(&c->out, _("  Fingerprint of its hall's key: %s\n"),
	    out_dash(json_str(result, "fingerprint")));
	cJSON_ArrayForEach (url, json_get(result, "urls"))
		out_printf(&c->out, _("  Address: %s\n"),
		    cJSON_IsString(url) ? url->valuestring : "-");
	out_wrapped(&c->out, 2, "",
	    _("Compare the fingerprint with the hall. It is fetched now, then "
	      "again and again; how that goes: pmqa ministry list"));
	cJSON_Delete(result);
	return 0;
}

/* --- list --- */

static void
state_cell(struct table *t, const cJSON *p)
{
	const cJSON *fault = json_get(p, "last_error");
	const char *state = json_str(p, "state");
	const char *detail = json_str(p, "detail");
	struct buf why = BUF_INIT, cell = BUF_INIT;
	char text[200], when[80];

	if (state != NULL && strcmp(state, "fetch") == 0) {
		table_cell(t, STYLE_PLAIN, _("is being fetched"));
	} else if (state != NULL && strcmp(state, "absorb") == 0) {
		snprintf(text, sizeof(text), _("is being taken in: office %s"),
		    out_dash(detail));
		table_cell(t, STYLE_PLAIN, text);
	} else if (json_str(fault, "message") != NULL) {
		out_time(when, sizeof(when), json_str(p, "failing_since"));
		say(&why, json_str(fault, "message"),
		    json_str(fault, "message_th"));
		buf_printf(
		    &cell, _("failing since %s: %s"), when, buf_str(&why));
		table_cell(t, STYLE_BAD, buf_str(&cell));
	} else if (json_str(p, "last_success") == NULL) {
		table_cell(t, STYLE_DIM, _("not fetched yet"));
	} else {
		table_cell(t, STYLE_GOOD, _("in order"));
	}
	buf_release(&why);
	buf_release(&cell);
}

static void
province_row(struct table *t, const cJSON *p)
{
	char last[80], next[80], n[32];

	out_time(last, sizeof(last), json_str(p, "last_success"));
	out_time(next, sizeof(next), json_str(p, "next_try"));
	table_cell(t, STYLE_HEAD, out_dash(json_str(p, "code")));
	table_cell(t, STYLE_PLAIN, out_dash(json_str(p, "name")));
	snprintf(n, sizeof(n), "%lld", (long long)json_int(p, "offices", 0));
	table_cell(t, STYLE_PLAIN, n);
	snprintf(n, sizeof(n), "%lld", (long long)json_int(p, "revisions", 0));
	table_cell(t, STYLE_PLAIN, n);
	table_cell(t, STYLE_PLAIN, last);
	table_cell(t, STYLE_PLAIN, next);
	state_cell(t, p);
}

/* What can be done where something is wrong. */
static void
print_hints(struct out *o, const cJSON *list)
{
	const cJSON *p, *fault;
	const char *hint;

	cJSON_ArrayForEach (p, list) {
		fault = json_get(p, "last_error");
		hint = lang_pick(
		    json_str(fault, "hint"), json_str(fault, "hint_th"));
		if (hint == NULL || hint[0] == '\0')
			continue;
		out_nl(o);
		out_printf(
		    o, _("Province %s:\n"), out_dash(json_str(p, "code")));
		out_wrapped(o, 2, "", hint);
	}
}

static int
print_list(struct out *o, const cJSON *list, struct err *e)
{
	const cJSON *p;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(list) == 0) {
		out_wrapped(o, 0, "",
		    _("No province is fetched yet. Give a hall the key of "
		      "pmqa ministry key; its line goes to pmqa ministry "
		      "add."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Code"), COL_LEFT);
	table_column(&t, _("Province"), COL_LEFT);
	table_column(&t, _("Offices"), COL_RIGHT);
	table_column(&t, _("Revisions"), COL_RIGHT);
	table_column(&t, _("Last fetched"), COL_LEFT);
	table_column(&t, _("Next"), COL_LEFT);
	table_column(&t, _("State"), COL_FLEX);
	cJSON_ArrayForEach (p, list) {
		province_row(&t, p);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc == 0)
		print_hints(o, list);
	return rc;
}

static int
show(struct cmd *c, const cJSON *result, struct err *e)
{
	if (!c->json)
		return print_list(&c->out, json_get(result, "provinces"), e);
	out_json(&c->out, result);
	return 0;
}

static int
ministry_list(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask(c, "ministry.list", NULL, &result, e);

	if (rc == 0)
		rc = show(c, result, e);
	cJSON_Delete(result);
	return rc;
}

/* --- sync --- */

static int64_t
runs_of(const cJSON *list, const char *code)
{
	const cJSON *p;
	const char *is;

	cJSON_ArrayForEach (p, list) {
		is = json_str(p, "code");
		if (is != NULL && strcmp(is, code) == 0)
			return json_int(p, "runs", 0);
	}
	return -1;
}

/* 1 once every province that was meant has an exchange more behind it than
 * before; one that was under way then counts only with the next. */
static int
is_done(const cJSON *before, const cJSON *now, const char *code)
{
	const cJSON *p;
	const char *is, *was;
	int64_t ran;

	cJSON_ArrayForEach (p, before) {
		is = json_str(p, "code");
		if (is == NULL || (code != NULL && strcmp(is, code) != 0))
			continue;
		was = json_str(p, "state");
		ran = runs_of(now, is) - json_int(p, "runs", 0);
		if (runs_of(now, is) >= 0 &&
		    ran < 1 + (was != NULL && strcmp(was, "idle") != 0))
			return 0;
	}
	return 1;
}

static int
wait_for(struct cmd *c, const cJSON *before, const char *code, cJSON **ret,
    struct err *e)
{
	const struct timespec moment = { .tv_nsec = POLL_NS };
	cJSON *now = NULL;
	int rc;

	for (;;) {
		if ((rc = cmd_ask(c, "ministry.list", NULL, &now, e)) < 0)
			return rc;
		if (is_done(before, json_get(now, "provinces"), code)) {
			*ret = now;
			return 0;
		}
		cJSON_Delete(now);
		now = NULL;
		nanosleep(&moment, NULL);
	}
}

/* The first fault of those that were meant: the exit status tells. */
static int
outcome(const cJSON *list, const char *code, struct err *e)
{
	const cJSON *p, *fault;
	const char *is, *class;

	cJSON_ArrayForEach (p, list) {
		is = json_str(p, "code");
		if (is == NULL || (code != NULL && strcmp(is, code) != 0))
			continue;
		fault = json_get(p, "last_error");
		if ((class = json_str(fault, "class")) == NULL)
			continue;
		return err_set(e,
		    strcmp(class, "retry") == 0 ? ERR_UNREACHABLE : ERR_FAILED,
		    0, "province %s could not be fetched: %s", is,
		    out_dash(lang_pick(json_str(fault, "message"),
			json_str(fault, "message_th"))));
	}
	return 0;
}

static int
ask_sync(struct cmd *c, const char *code, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc;

	if (params == NULL)
		return err_nomem(e);
	if (code != NULL && (rc = json_put_str(params, "code", code, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask(c, "ministry.sync", params, &result, e);
	cJSON_Delete(result);
	return rc;
}

static int
ministry_sync(struct cmd *c, struct err *e)
{
	const char *code = c->n_args > 0 ? c->args[0] : NULL;
	cJSON *before = NULL, *now = NULL;
	int rc;

	if ((rc = cmd_ask(c, "ministry.list", NULL, &before, e)) < 0 ||
	    (rc = ask_sync(c, code, e)) < 0)
		goto out;
	/* the daemon may take a name while it reads who there is */
	if (code != NULL && runs_of(json_get(before, "provinces"), code) < 0) {
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "province %.20s is not among those that this ministry "
		    "fetches",
		    code);
		goto out;
	}
	if (c->opts->value[OPT_WAIT] == NULL) {
		rc = show(c, before, e);
		goto out;
	}
	if ((rc = wait_for(c, json_get(before, "provinces"), code, &now, e)) <
		0 ||
	    (rc = show(c, now, e)) < 0)
		goto out;
	rc = outcome(json_get(now, "provinces"), code, e);
out:
	cJSON_Delete(before);
	cJSON_Delete(now);
	return rc;
}

/* --- remove --- */

static int
ministry_remove(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc;

	if ((rc = json_put_str(params, "code", c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc =
	    cmd_ask_long(c, "ministry.remove", params, _("remove"), &result, e);
	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->out, _("Province %s, %s, is fetched no more.\n"),
		    out_dash(json_str(result, "code")),
		    out_dash(json_str(result, "name")));
		out_printf(&c->out,
		    _("  What was fetched of it is kept in: %s\n"),
		    out_dash(json_str(result, "aside")));
	}
	cJSON_Delete(result);
	return 0;
}

const struct cmd_desc cmd_ministry_rows[] = {
	{ "ministry key", "",
	    N_("print the key that halls are to admit, for this ministry"),
	    NULL, "pmqa --dir M ministry key", 0, 0, 0, ministry_key },
	{ "ministry add", N_("LINE"),
	    N_("take in a province by the line that its hall printed"),
	    N_("LINE is the line itself, - for standard input, or @FILE: what "
	       "pmqa hall auditors add printed at the hall. The line of a "
	       "province that is known brings its present addresses."),
	    "pmqa --dir M ministry add @line.txt", 0, 1, 1, ministry_add },
	{ "ministry list", "",
	    N_("the provinces that are fetched, and how that goes"), NULL,
	    "pmqa --dir M ministry list", 0, 0, 0, ministry_list },
	{ "ministry sync", N_("[CODE]"),
	    N_("fetch a province, or all of them, now"),
	    N_("With --wait the exit status is 0 only when all that was asked "
	       "for came and was right."),
	    "pmqa --dir M ministry sync 91 --wait", B(WAIT), 0, 1,
	    ministry_sync },
	{ "ministry remove", N_("CODE"), N_("fetch a province no more"),
	    N_("What was fetched is set aside, and its offices go from all "
	       "views; pmqa ministry add with the hall's line brings them "
	       "back."),
	    "pmqa --dir M ministry remove 91", 0, 1, 1, ministry_remove },
};
const size_t cmd_ministry_n_rows =
    sizeof(cmd_ministry_rows) / sizeof(*cmd_ministry_rows);
