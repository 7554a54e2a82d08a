#include "client/cmd/cmd_audit.h"

#include "base/file.h"
#include "client/cmd_main.h"
#include "client/lang.h"
#include "client/say.h"
#include "client/table.h"

#define TEXT_MAX ((size_t)512 * 1024)

/* --- check-anchor --- */

/* "-", "@file", the text itself (as a telephone gives it), or a file. */
static int
read_text(const char *arg, struct buf *ret, struct err *e)
{
	if (strcmp(arg, "-") == 0 || arg[0] == '@' ||
	    strncmp(arg, "pmqa anchor ", 12) == 0)
		return cmd_read_arg(arg, TEXT_MAX, ret, e);
	return file_read(arg, TEXT_MAX, ret, e);
}

/* The page for paper holds the anchor, too, but as markup, not as its text. */
static int
check_is_text(const struct buf *text, struct err *e)
{
	const char *s = buf_str(text);

	s += strspn(s, " \t\r\n");
	if (strncasecmp(s, "<!doctype", 9) != 0 &&
	    strncasecmp(s, "<html", 5) != 0)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "this is a page to print, not the text of an anchor");
	err_hint(e,
	    "give the text that its code holds, as a telephone reads it, or "
	    "copy the lines from 'pmqa anchor 1' on into a file");
	return ERR_INVALID;
}

static const char *
state_word(const char *state)
{
	if (strcmp(state, "contained") == 0)
		return _("contained");
	if (strcmp(state, "missing") == 0)
		return _("missing: the commit is not here");
	if (strcmp(state, "parted") == 0)
		return _("parted: the history does not lead to it any more");
	return _("kept elsewhere");
}

static enum style
state_style(const char *state)
{
	if (strcmp(state, "contained") == 0)
		return STYLE_GOOD;
	return strcmp(state, "elsewhere") == 0 ? STYLE_DIM : STYLE_BAD;
}

static void
row(struct table *t, const char *ref, const char *id, const char *state)
{
	char text[16];

	table_cell(t, STYLE_PLAIN, ref);
	snprintf(text, sizeof(text), "%.12s", id);
	table_cell(t, STYLE_DIM, text);
	table_cell(t, state_style(state), state_word(state));
}

static void
print_signature(struct out *o, const cJSON *part)
{
	const char *word = json_str(part, "signature");
	struct buf why = BUF_INIT;
	char time[80];

	out_time(time, sizeof(time), json_str(part, "time"));
	out_printf(o, _("Anchor of %s, %s, part %lld of %lld: "),
	    json_str(part, "by"), time, (long long)json_int(part, "part", 1),
	    (long long)json_int(part, "of", 1));
	if (strcmp(word, "good") == 0) {
		out_styled(o, STYLE_GOOD, _("its signature is good"));
		out_nl(o);
		return;
	}
	out_styled(o, STYLE_BAD,
	    strcmp(word, "bad") == 0 ? _("its signature is wrong")
				     : _("its signer is not known here"));
	out_nl(o);
	say(&why,
	    json_str(part, "fault") != NULL ? json_str(part, "fault") : "",
	    json_str(part, "fault_th"));
	out_wrapped(o, 2, "", buf_str(&why));
	buf_release(&why);
}

static int
print_part(struct out *o, const cJSON *part, struct err *e)
{
	const cJSON *tip, *log = json_get(part, "log");
	struct table t;
	char name[160];
	int rc;

	print_signature(o, part);
	table_init(&t);
	table_column(&t, _("History"), COL_LEFT);
	table_column(&t, _("Commit"), COL_LEFT);
	table_column(&t, _("State"), COL_FLEX);
	cJSON_ArrayForEach (tip, json_get(part, "tips"))
		row(&t, json_str(tip, "ref"), json_str(tip, "commit"),
		    json_str(tip, "state"));
	if (cJSON_IsObject(log)) {
		snprintf(name, sizeof(name), _("acceptance log, line %lld"),
		    (long long)json_int(log, "n", 0));
		row(&t, name, json_str(log, "hash"), json_str(log, "state"));
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	out_nl(o);
	return rc;
}

/* 1: something that it names, a history or the log, is in this state. */
static int
has_state(const cJSON *doc, const char *state)
{
	const cJSON *part, *tip;
	const char *log;

	cJSON_ArrayForEach (part, json_get(doc, "parts")) {
		cJSON_ArrayForEach (tip, json_get(part, "tips"))
			if (strcmp(json_str(tip, "state"), state) == 0)
				return 1;
		log = json_str(json_get(part, "log"), "state");
		if (log != NULL && strcmp(log, state) == 0)
			return 1;
	}
	return 0;
}

/* Why the answer is no, the worst first. */
static int
verdict(const cJSON *doc, struct err *e)
{
	const cJSON *part;

	if (json_bool(doc, "ok", 0))
		return 0;
	cJSON_ArrayForEach (part, json_get(doc, "parts"))
		if (strcmp(json_str(part, "signature"), "good") != 0) {
			err_set(e, ERR_DAMAGED, 0,
			    "the anchor's signature does not prove anything "
			    "here");
			err_hint(e,
			    "compare the text with the paper, letter by "
			    "letter; check it where its signer is known");
			return ERR_DAMAGED;
		}
	err_set(e, ERR_DAMAGED, 0,
	    "what is here does not contain what the anchor names");
	/* what another machine wrote comes here by an exchange only */
	err_hint(e,
	    has_state(doc, "parted")
		? N_("keep the anchor and everything as it is; see which "
		     "history it is, run 'pmqa verify --deep', and compare "
		     "with another copy")
		: N_("if the anchor is newer than the last exchange, exchange "
		     "('pmqa sync') and check again; else keep it and "
		     "everything as it is, run 'pmqa verify --deep', and "
		     "compare with another copy"));
	return ERR_DAMAGED;
}

static int
check_anchor(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *doc = NULL;
	struct buf text = BUF_INIT;
	const cJSON *part;
	int rc;

	if ((rc = read_text(c->args[0], &text, e)) == 0 &&
	    (rc = check_is_text(&text, e)) == 0)
		rc = json_put_str(params, "text", buf_str(&text), e);
	buf_release(&text);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask_long(c, "audit.check_anchor", params,
	    _("looking for what the anchor names"), &doc, e);
	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, doc);
	else
		cJSON_ArrayForEach (part, json_get(doc, "parts"))
			if (rc == 0)
				rc = print_part(&c->out, part, e);
	if (rc == 0)
		rc = verdict(doc, e);
	if (rc == 0 && !c->json)
		out_wrapped(&c->out, 0, "",
		    !has_state(doc, "elsewhere")
			? _("What the anchor names is still here and in its "
			    "place: nothing of it was taken out or written "
			    "anew.")
			: _("What is kept here of what the anchor names is "
			    "still in its place. The rest is kept elsewhere "
			    "and was not looked at."));
	cJSON_Delete(doc);
	return rc;
}

/* --- the table --- */

#define B(o) OPT_BIT(OPT_##o)

const struct cmd_desc cmd_audit_rows[] = {
	{ "audit", "",
	    N_("write an auditor's dossier of an office's year, or of all "
	       "offices"),
	    N_("Who did what, sign-offs and decisions, how the score came "
	       "about, flags, proofs with the result of verify, and the "
	       "commands of stock git and ssh-keygen that check every claim. "
	       "Formats: html (if none is given) is one page to read or "
	       "print; xlsx is a workbook with a sheet for each table; csv is "
	       "the timeline (at a hall the table of offices); json is all of "
	       "it. At a hall without --office: the dossier over all offices. "
	       "Without --output the file is named after office, year and "
	       "revision, in this directory; one that is there already is "
	       "left alone unless --apply is given."),
	    "pmqa audit\n"
	    "pmqa --dir H audit --office 9105 --year 2565 --format xlsx\n"
	    "pmqa --dir H audit --format html --output สตูล-2565.html",
	    B(YEAR) | B(OFFICE) | B(FORMAT) | B(OUTPUT) | B(APPLY), 0, 0,
	    cmd_main_become_report },
	{ "audit anchor", "",
	    N_("print the newest revision of every history, signed, for "
	       "paper"),
	    N_("A text with the tips of all histories and the time, signed by "
	       "this machine's key, and the same as a QR code. Whoever keeps "
	       "it elsewhere can prove later that nothing of what stood then "
	       "was taken out or written anew. --output FILE.html gives a "
	       "page to print, any other name the text alone."),
	    "pmqa audit anchor\n"
	    "pmqa --dir H audit anchor --output anchor.html",
	    B(OUTPUT) | B(FORMAT) | B(APPLY) | B(QR) | B(NO_QR), 0, 0,
	    cmd_main_become_report },
	{ "audit check-anchor", N_("ANCHOR"),
	    N_("prove that what is here contains what an anchor names"),
	    N_("ANCHOR is a file, - for standard input, or the text itself as "
	       "a telephone reads it from the code. Exit status 9 when "
	       "something that the anchor names is missing, when the history "
	       "does not lead to it any more, or when its signature proves "
	       "nothing. An office's repository holds its own histories alone: "
	       "the others are named as kept elsewhere."),
	    "pmqa audit check-anchor anchor.txt\n"
	    "pmqa --dir H audit check-anchor - < anchor.txt",
	    0, 1, 1, check_anchor },
};
const size_t cmd_audit_n_rows =
    sizeof(cmd_audit_rows) / sizeof(*cmd_audit_rows);
