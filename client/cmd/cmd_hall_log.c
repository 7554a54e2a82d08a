#include "client/cmd/cmd_hall_log.h"

#include <unistd.h>

#include "client/cmd/cmd_access.h"
#include "client/file/csv.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/say.h"
#include "client/table.h"

#define PAGE 500

/* --- asking --- */

static int
log_params(const struct cmd *c, const char *cursor, int64_t limit, int oldest,
    cJSON **ret, struct err *e)
{
	cJSON *p = NULL;
	int rc;

	if ((rc = cmd_params(c, &p, e)) < 0)
		return rc;
	if ((rc = cmd_param(c, p, OPT_DEVICE, "device", e)) < 0 ||
	    (rc = cmd_param(c, p, OPT_RESULT, "result", e)) < 0 ||
	    (rc = cmd_param(c, p, OPT_SINCE, "since", e)) < 0 ||
	    (rc = cmd_param(c, p, OPT_UNTIL, "until", e)) < 0 ||
	    (rc = json_put_int(p, "limit", limit, e)) < 0 ||
	    (rc = json_put_bool(p, "oldest_first", oldest, e)) < 0 ||
	    (cursor != NULL &&
		(rc = json_put_str(p, "cursor", cursor, e)) < 0)) {
		cJSON_Delete(p);
		return rc;
	}
	*ret = p;
	return 0;
}

static int
ask_page(struct cmd *c, const char *cursor, int64_t limit, int oldest,
    cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = log_params(c, cursor, limit, oldest, &params, e);

	return rc < 0 ? rc : cmd_ask(c, "hall.log", params, ret, e);
}

/* --- for people --- */

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* What was pushed, in words. */
static void
what_text(const char *ref, const char *id, char *ret, size_t size)
{
	const char *last = strrchr(ref, '/');

	last = last != NULL ? last + 1 : "";
	if (strcmp(ref, "refs/heads/office") == 0)
		snprintf(ret, size, _("revisions, to %.10s"), id);
	else if (begins(ref, "refs/evidence/"))
		snprintf(ret, size, _("evidence %.10s"), last);
	else if (begins(ref, "refs/uploads/"))
		snprintf(ret, size, _("part of evidence %.10s"), last);
	else if (begins(ref, "refs/side/"))
		snprintf(ret, size, _("revisions beside, to %.10s"), id);
	else if (begins(ref, "refs/returned/"))
		snprintf(
		    ret, size, _("the hall's own, returned, to %.10s"), id);
	else
		snprintf(ret, size, "%.60s", out_dash(ref));
}

static const char *
result_word(const char *result)
{
	if (strcmp(result, "admitted") == 0)
		return _("admitted");
	if (strcmp(result, "refused") == 0)
		return _("refused");
	if (strcmp(result, "denied") == 0)
		return _("denied");
	return _("trouble");
}

static const char *
road_word(const char *road)
{
	if (strcmp(road, "stick") == 0)
		return _("stick");
	if (strcmp(road, "path") == 0)
		return _("same machine");
	return out_dash(road); /* ssh, https: called so in any language */
}

static void
log_row(struct table *t, const cJSON *l)
{
	const char *result = out_dash(json_str(l, "result"));
	const char *reason = json_str(l, "reason");
	const char *ref = json_str(l, "ref"), *id = json_str(l, "new");
	const char *road = json_str(l, "road");
	int good = strcmp(result, "admitted") == 0;
	struct buf why = BUF_INIT;
	char n[32], when[80], what[120];

	snprintf(n, sizeof(n), "%lld", (long long)json_int(l, "n", 0));
	table_cell(t, STYLE_DIM, n);
	out_time(when, sizeof(when), json_str(l, "time"));
	table_cell(t, STYLE_PLAIN, when);
	table_cell(t, STYLE_HEAD, out_dash(json_str(l, "device")));
	table_cell(t, good ? STYLE_GOOD : STYLE_BAD, result_word(result));
	table_cell(t, STYLE_DIM, road_word(road != NULL ? road : ""));
	what_text(
	    ref != NULL ? ref : "", id != NULL ? id : "", what, sizeof(what));
	table_cell(t, STYLE_PLAIN, what);
	/* the log keeps the English alone, for all who check it */
	say(&why, reason != NULL ? reason : "", NULL);
	table_cell(t, STYLE_PLAIN, buf_str(&why));
	buf_release(&why);
}

static int
print_page(struct out *o, const cJSON *page, struct err *e)
{
	const cJSON *list = json_get(page, "entries"), *l;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(list) == 0) {
		out_printf(o, "%s\n", _("The log has no such line."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("No."), COL_RIGHT);
	table_column(&t, _("Time"), COL_LEFT);
	table_column(&t, _("Device"), COL_LEFT);
	table_column(&t, _("Outcome"), COL_LEFT);
	table_column(&t, _("Road"), COL_LEFT);
	table_column(&t, _("What came"), COL_LEFT);
	table_column(&t, _("Why"), COL_FLEX);
	cJSON_ArrayForEach (l, list)
		log_row(&t, l);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc == 0)
		cmd_say_more(o, json_str(page, "cursor"));
	return rc;
}

static int
show(struct cmd *c, struct err *e)
{
	cJSON *page = NULL;
	long limit;
	int rc;

	if ((rc = opts_number(c->opts, OPT_LIMIT, 1, 1000, 50, &limit, e)) <
		0 ||
	    (rc = ask_page(c, c->opts->value[OPT_CURSOR], limit, 0, &page, e)) <
		0)
		return rc;
	if (c->json)
		out_json(&c->out, page);
	else
		rc = print_page(&c->out, page, e);
	cJSON_Delete(page);
	return rc;
}

/* --- as files, oldest first and whole --- */

static const char *const columns[] = { "n", "time", "office", "device",
	"result", "road", "ref", "old", "new", "reason", "prev", "hash" };
#define N_COLUMNS (sizeof(columns) / sizeof(*columns))

static void
csv_head(struct buf *out)
{
	size_t i;

	buf_puts(out, "\xef\xbb\xbf");
	for (i = 0; i < N_COLUMNS; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", columns[i]);
	buf_puts(out, "\r\n");
}

static int
csv_line(const cJSON *l, struct buf *out, struct err *e)
{
	const char *text;
	size_t i;

	for (i = 0; i < N_COLUMNS; i++) {
		if (i > 0)
			buf_putc(out, ',');
		text = json_str(l, columns[i]);
		if (text != NULL)
			csv_cell(text, out);
		else
			buf_printf(
			    out, "%lld", (long long)json_int(l, columns[i], 0));
	}
	buf_puts(out, "\r\n");
	return buf_ok(out, e);
}

static int
json_line(const cJSON *l, struct buf *out, struct err *e)
{
	int rc = json_write(l, out, e);

	buf_putc(out, '\n');
	return rc < 0 ? rc : buf_ok(out, e);
}

/* A page at a time goes out: nothing grows with the log. */
static int export(struct cmd *c, int csv, struct err *e)
{
	cJSON *page = NULL, *last = NULL;
	const cJSON *l;
	int rc;

	if (csv)
		csv_head(&c->out.b);
	do {
		rc = ask_page(c, json_str(last, "cursor"), PAGE, 1, &page, e);
		cJSON_Delete(last);
		last = page;
		page = NULL;
		if (rc < 0)
			return rc;
		cJSON_ArrayForEach (l, json_get(last, "entries")) {
			rc = csv ? csv_line(l, &c->out.b, e)
				 : json_line(l, &c->out.b, e);
			if (rc < 0)
				goto out;
		}
		rc = out_finish(&c->out, STDOUT_FILENO, e);
	} while (rc == 0 && json_str(last, "cursor") != NULL);
out:
	cJSON_Delete(last);
	return rc;
}

static int
hall_log(struct cmd *c, struct err *e)
{
	const char *format = c->opts->value[OPT_FORMAT];

	if (c->opts->value[OPT_ACCESS] != NULL)
		return cmd_access_show(c, e);
	if (format == NULL)
		return show(c, e);
	if (strcmp(format, "csv") == 0 || strcmp(format, "json") == 0)
		return export(c, format[0] == 'c', e);
	return err_set(e, ERR_USAGE, 0,
	    "the log is written as csv or json, not '%s'", format);
}

/* --- auditors --- */

static int
auditors_list(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	const cJSON *list, *a;
	struct table t;
	char when[80];
	int rc = cmd_ask(c, "hall.auditors", NULL, &result, e);

	if (rc < 0)
		return rc;
	list = json_get(result, "auditors");
	if (c->json) {
		out_json(&c->out, result);
	} else if (cJSON_GetArraySize(list) == 0) {
		out_wrapped(&c->out, 0, "",
		    _("Nobody may fetch the province's repository yet: pmqa "
		      "hall auditors add NAME KEY"));
	} else {
		table_init(&t);
		table_column(&t, _("Name"), COL_LEFT);
		table_column(&t, _("Since"), COL_LEFT);
		table_column(&t, _("Fingerprint"), COL_LEFT);
		cJSON_ArrayForEach (a, list) {
			out_time(when, sizeof(when), json_str(a, "since"));
			table_cell(
			    &t, STYLE_HEAD, out_dash(json_str(a, "name")));
			table_cell(&t, STYLE_PLAIN, when);
			table_cell(&t, STYLE_PLAIN,
			    out_dash(json_str(a, "fingerprint")));
		}
		rc = table_print(&t, &c->out, 0, e);
		table_release(&t);
	}
	cJSON_Delete(result);
	return rc;
}

/* The line alone goes to standard output: it is what is sent on. */
static void
print_added(struct cmd *c, const cJSON *result)
{
	const cJSON *urls = json_get(result, "urls");
	const char *at = urls != NULL ? json_str(result, "line") : NULL;
	const char *url = cJSON_GetStringValue(cJSON_GetArrayItem(urls, 0));

	out_printf(&c->note, _("Auditor %s may fetch the province.\n"),
	    out_dash(json_str(result, "name")));
	out_printf(&c->note, _("  Fingerprint of the key: %s\n"),
	    out_dash(json_str(result, "fingerprint")));
	if (url != NULL && begins(url, "ssh://"))
		out_printf(&c->note,
		    _("  With stock git: git clone %s/province\n"), url);
	out_wrapped(&c->note, 2, "",
	    _("A ministry takes this line behind pmqa ministry add; it holds "
	      "no secret:"));
	out_printf(&c->out, "%s\n", out_dash(at));
}

static int
auditors_add(struct cmd *c, struct err *e)
{
	struct buf key = BUF_INIT;
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc;

	if ((rc = cmd_read_arg(c->args[1], 1024, &key, e)) < 0 ||
	    (rc = json_put_str(params, "name", c->args[0], e)) < 0 ||
	    (rc = json_put_str(params, "key", buf_str(&key), e)) < 0) {
		cJSON_Delete(params);
		goto out;
	}
	if ((rc = cmd_ask(c, "hall.auditors_add", params, &result, e)) < 0)
		goto out;
	if (c->json)
		out_json(&c->out, result);
	else
		print_added(c, result);
out:
	cJSON_Delete(result);
	buf_release(&key);
	return rc;
}

static int
auditors_remove(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc;

	if ((rc = json_put_str(params, "name", c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "hall.auditors_remove", params, &result, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		out_printf(&c->out,
		    _("Auditor %s may fetch nothing any more. What was fetched "
		      "stays where it is.\n"),
		    out_dash(json_str(result, "name")));
	cJSON_Delete(result);
	return 0;
}

#define B(o) OPT_BIT(OPT_##o)

const struct cmd_desc cmd_hall_log_rows[] = {
	{ "hall log", "", N_("what became of every push, newest first"),
	    N_("The log is append-only and chained: each line has the hash of "
	       "the one before, so none can be changed or taken out unseen; "
	       "pmqa verify checks it. With --format it is written whole, "
	       "oldest first: csv for spreadsheets, or json, a line each, "
	       "exactly as it is kept. --access shows another log beside it: "
	       "who took how much of the past out of here by exports and "
	       "audits, where pmqad.conf asks for that ([audit] record_access "
	       "= yes); it is chained likewise."),
	    "pmqa --dir H hall log --office 9105 --result refused\n"
	    "pmqa --dir H hall log --access --person somchai\n"
	    "pmqa --dir H hall log --since 2565-10-01 --format csv > log.csv",
	    B(OFFICE) | B(DEVICE) | B(RESULT) | B(SINCE) | B(UNTIL) | B(LIMIT) |
		B(CURSOR) | B(FORMAT) | B(ACCESS) | B(PERSON),
	    0, 0, hall_log },
	{ "hall auditors list", "",
	    N_("who may fetch the province's repository"), NULL,
	    "pmqa --dir H hall auditors list", 0, 0, 0, auditors_list },
	{ "hall auditors add", N_("NAME KEY"),
	    N_("let an auditor or a ministry fetch the province, read-only"),
	    N_("KEY is a public key of ssh-ed25519: the text, @FILE, or - for "
	       "standard input. It can fetch province.git (all offices' "
	       "branches, the hall's, and the hall's own history) and do "
	       "nothing else. Prints a line for pmqa ministry add."),
	    "pmqa --dir H hall auditors add sao @id_ed25519.pub", 0, 2, 2,
	    auditors_add },
	{ "hall auditors remove", N_("NAME"), N_("take that right away again"),
	    NULL, "pmqa --dir H hall auditors remove sao", 0, 1, 1,
	    auditors_remove },
};
const size_t cmd_hall_log_n_rows =
    sizeof(cmd_hall_log_rows) / sizeof(*cmd_hall_log_rows);
