#include "client/cmd/cmd_review.h"

#include "client/cmd/cmd_answer.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define TEXT_MAX (64 * 1024)
#define TEXT_SHORT 1000

/* --- office: submit, reopen, state --- */

/* It is signed off as it stands: what was put aside is not in it. */
static int
warn_of_conflicts(struct cmd *c, struct err *e)
{
	cJSON *status = NULL;
	int rc = cmd_ask(c, "status", NULL, &status, e);
	int64_t n = rc == 0 ? json_int(status, "conflicts", 0) : 0;
	char text[TEXT_SHORT];

	cJSON_Delete(status);
	if (n == 0)
		return rc;
	snprintf(text, sizeof(text),
	    _("Conflicts that nobody has decided: %lld. What was put aside in "
	      "them is not part of what was signed off; to take any of it in, "
	      "open "
	      "the year again: pmqa reopen --reason 'WHY', then pmqa "
	      "conflicts."),
	    (long long)n);
	out_wrapped(&c->note, 0, "", text);
	return 0;
}

static int
run_submit(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = cmd_param(c, params, OPT_NOTE, "note", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_answer_save(c, "assess.submit", params, e)) < 0 ||
	    c->json)
		return rc;
	out_wrapped(&c->note, 0, "",
	    _("Submitted. The hall gets it with the next exchange; "
	      "pmqa state shows when it was received."));
	return warn_of_conflicts(c, e);
}

static int
run_reopen(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	/* the daemon asks for it where it is missing */
	rc = json_put_str(params, "reason",
	    c->opts->value[OPT_REASON] != NULL ? c->opts->value[OPT_REASON]
					       : "",
	    e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "assess.reopen", params, e);
}

static int
print_state(struct cmd *c, const cJSON *state, struct err *e)
{
	const char *next =
	    cmd_review_advice(state, c->opts->value[OPT_OFFICE] != NULL);
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	cmd_review_state_rows(&t, state);
	rc = table_print(&t, &c->out, 0, e);
	table_release(&t);
	if (rc == 0 && next[0] != '\0') {
		out_nl(&c->out);
		out_wrapped(&c->out, 0, "", next);
	}
	return rc;
}

static int
run_state(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *state = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "assess.state", params, &state, e);
	if (rc == 0 && c->json)
		out_json(&c->out, state);
	else if (rc == 0)
		rc = print_state(c, state, e);
	cJSON_Delete(state);
	return rc;
}

/* --- the view of an item --- */

static void
put_points(struct buf *b, const cJSON *ticks)
{
	const cJSON *c;

	if (cJSON_GetArraySize(ticks) == 0)
		buf_puts(b, "-");
	cJSON_ArrayForEach (c, ticks) {
		const char *dot =
		    cJSON_IsString(c) ? strrchr(c->valuestring, '.') : NULL;

		buf_printf(b, "%s%s", b->len > 0 ? " " : "",
		    dot != NULL ? dot + 1 : "-");
	}
}

static void
view_row(struct table *t, const char *who, const cJSON *view)
{
	struct buf points = BUF_INIT;
	const char *score = json_str(view, "score");

	put_points(&points, json_get(view, "ticks"));
	table_cell(t, STYLE_PLAIN, who);
	table_cell(t, STYLE_HEAD, score != NULL ? score : "-");
	table_cell(t, STYLE_PLAIN, labels_level(json_str(view, "level")));
	table_cell(t, STYLE_PLAIN, buf_str(&points));
	buf_release(&points);
}

static int
print_views(struct out *o, const cJSON *shown, struct err *e)
{
	const cJSON *c, *consensus = json_get(shown, "consensus");
	const cJSON *committee = json_get(shown, "committee");
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("Seen by"), COL_LEFT);
	table_column(&t, _("Score"), COL_RIGHT);
	table_column(&t, _("Level"), COL_LEFT);
	table_column(&t, _("Points"), COL_FLEX);
	view_row(&t, _("Office"), json_get(shown, "office"));
	cJSON_ArrayForEach (c, json_get(shown, "assessors")) {
		const char *name = json_str(json_get(c, "person"), "name");

		view_row(&t, name != NULL ? name : "-", c);
	}
	if (cJSON_IsObject(consensus))
		view_row(&t, _("Consensus"), consensus);
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	if (rc == 0 && json_str(committee, "score") == NULL &&
	    cJSON_GetArraySize(json_get(shown, "assessors")) > 1) {
		out_nl(o);
		out_wrapped(o, 2, "",
		    _("Several assessors and no consensus yet: the committee "
		      "has no score of this item."));
	}
	return rc;
}

/* What assessors suggest, then what both sides said. */
static void
print_text(struct out *o, const char *who, const char *side, const char *time,
    const char *text)
{
	char when[80];

	out_time(when, sizeof(when), time);
	out_nl(o);
	out_spaces(o, 2);
	out_styled(o, STYLE_HEAD, who);
	out_style(o, STYLE_DIM);
	out_printf(o, "  %s%s%s", side, side[0] != '\0' ? ", " : "", when);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_wrapped(o, 4, "", text);
}

static void
print_suggestion(struct out *o, const char *who, const cJSON *view)
{
	const char *text = json_str(view, "comment");

	if (text != NULL)
		print_text(
		    o, who, _("suggestion"), json_str(view, "time"), text);
}

static void
print_comments(struct out *o, const cJSON *shown)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(shown, "assessors")) {
		const char *name = json_str(json_get(c, "person"), "name");

		print_suggestion(o, name != NULL ? name : "-", c);
	}
	print_suggestion(o, _("Consensus"), json_get(shown, "consensus"));
	cJSON_ArrayForEach (c, json_get(shown, "comments")) {
		const char *name = json_str(json_get(c, "person"), "name");
		const char *text = json_str(c, "text");

		print_text(o, name != NULL ? name : "-",
		    labels_word(json_str(c, "side")), json_str(c, "time"),
		    text != NULL ? text : "");
	}
}

static int
print_shown(struct out *o, const cJSON *shown, struct err *e)
{
	const char *id = json_str(shown, "item");
	char head[64];
	int rc;

	snprintf(head, sizeof(head), "%.20s  ", id != NULL ? id : "-");
	out_style(o, STYLE_HEAD);
	out_hanging(o, 0, head,
	    lang_pick(
		json_str(shown, "title_en"), json_str(shown, "title_th")));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	if ((rc = print_views(o, shown, e)) == 0)
		print_comments(o, shown);
	return rc;
}

static int
run_show(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *shown = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "item", c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask(c, "review.show", params, &shown, e);
	if (rc == 0 && c->json)
		out_json(&c->out, shown);
	else if (rc == 0)
		rc = print_shown(&c->out, shown, e);
	cJSON_Delete(shown);
	return rc;
}

static int
run_comment(struct cmd *c, struct err *e)
{
	struct buf text = BUF_INIT;
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "item", c->args[0], e)) == 0 &&
	    (rc = cmd_read_arg(c->args[1], TEXT_MAX, &text, e)) == 0)
		rc = json_put_str(params, "text", buf_str(&text), e);
	buf_release(&text);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "comment.add", params, e);
}

/* --- the hall --- */

/* {"office","year","reason"} of a command whose first argument is the office. */
static int
hall_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "office", c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

static int
run_review(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *fields = NULL;
	int rc = cmd_answer_fields(c, 2, &fields, e);

	if (rc < 0)
		return rc;
	if ((rc = hall_params(c, &params, e)) < 0) {
		cJSON_Delete(fields);
		return rc;
	}
	rc = json_put_str(params, "item", c->args[1], e);
	if (rc == 0 && c->opts->value[OPT_CONSENSUS] != NULL)
		rc = json_put_bool(params, "consensus", 1, e);
	if (rc < 0) {
		cJSON_Delete(fields);
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save_fields(c, "review.set", params, fields, e);
}

/* "1.1,1.2" or "1.1 1.2" */
static int
put_items(const struct cmd *c, cJSON *params, struct err *e)
{
	const char *s = c->opts->value[OPT_ITEMS];
	cJSON *list;
	char item[24];
	size_t n;
	int rc;

	if (s == NULL)
		return 0;
	list = cJSON_CreateArray();
	if ((rc = json_put(params, "items", list, e)) < 0)
		return rc;
	for (s += strspn(s, ", "); *s != '\0'; s += n + strspn(s + n, ", ")) {
		n = strcspn(s, ", ");
		snprintf(item, sizeof(item), "%.*s", n > 20 ? 20 : (int)n, s);
		if ((rc = json_push_str(list, item, e)) < 0)
			return rc;
	}
	return 0;
}

static int
put_note(const struct cmd *c, cJSON *params, struct err *e)
{
	const char *note = c->opts->value[OPT_NOTE];
	struct buf text = BUF_INIT;
	int rc;

	if (note == NULL)
		return 0;
	if (note[0] != '@')
		return json_put_str(params, "text", note, e);
	if ((rc = cmd_read_arg(note, TEXT_MAX, &text, e)) == 0)
		rc = json_put_str(params, "text", buf_str(&text), e);
	buf_release(&text);
	return rc;
}

static int
decide(struct cmd *c, const char *verdict, struct err *e)
{
	cJSON *params = NULL;
	int rc = hall_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "verdict", verdict, e)) < 0 ||
	    (rc = put_note(c, params, e)) < 0 ||
	    (rc = put_items(c, params, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "decision.set", params, e);
}

static int
run_return(struct cmd *c, struct err *e)
{
	return decide(c, "returned", e);
}

static int
run_accept(struct cmd *c, struct err *e)
{
	return decide(c, "accepted", e);
}

#define B(o) OPT_BIT(OPT_##o)
#define OF_YEAR (B(OFFICE) | B(YEAR))

const struct cmd_desc cmd_review_rows[] = {
	{ "state", "",
	    N_("where the assessment stands between office and hall"),
	    N_("Open, submitted, returned, accepted or opened again; when the "
	       "hall received it, what it returned, the due days."),
	    "pmqa state\npmqa state --office 9105 --year 2565", OF_YEAR, 0, 0,
	    run_state },
	{ "submit", "", N_("sign the assessment off to the hall (the chief)"),
	    N_("From then on it changes only after pmqa reopen, or when the "
	       "hall returns it, and every change needs a reason. Needs group "
	       "pmqa-chief."),
	    "pmqa submit --note 'ครบทุกข้อ'", B(YEAR) | B(NOTE) | B(REASON), 0, 0,
	    run_submit },
	{ "reopen", "",
	    N_("take a submitted assessment back for changes (the chief)"),
	    N_("The hall sees the reason. What it accepted already it has to "
	       "return first. Needs group pmqa-chief."),
	    "pmqa reopen --reason 'ตัวเลขข้อ 7.1 คลาดเคลื่อน'", B(YEAR) | B(REASON),
	    0, 0, run_reopen },
	{ "review show", N_("ITEM"),
	    N_("an item as the office, each assessor and the committee see it"),
	    N_("With the comments of both sides. The committee's score is the "
	       "consensus, else that of the only assessor."),
	    "pmqa review show 1.1\npmqa review show 1.1 --office 9105", OF_YEAR,
	    1, 1, run_show },
	{ "comment", N_("ITEM TEXT"),
	    N_("say something about an item to the other side"),
	    N_("TEXT is the comment, - for standard input, or @FILE. A comment "
	       "is never changed or taken back."),
	    "pmqa comment 1.1 'แนบประกาศแล้ว'\n"
	    "pmqa comment 1.1 @text.txt --office 9105",
	    OF_YEAR, 2, 2, run_comment },
	{ "hall review", N_("OFFICE ITEM FIELD=VALUE..."),
	    N_("write your view of an office's item"),
	    N_("Fields: ticks (points such as B1 B2), score, comment. Each "
	       "assessor writes a view of their own; with --consensus it is "
	       "what all agreed on. FIELD= removes. A score that is given "
	       "stands; without one the ticks are scored."),
	    "pmqa hall review 9105 1.1 ticks='B1 B2' comment='ขาดหลักฐาน B3'\n"
	    "pmqa hall review 9105 1.1 score=350 --consensus",
	    B(YEAR) | B(REASON) | B(CONSENSUS), 3, SIZE_MAX, run_review },
	{ "hall return", N_("OFFICE"),
	    N_("return a submission for correction (the chief)"),
	    N_("--note says what is to be corrected, a text or @FILE. Also "
	       "takes an acceptance back. Needs group pmqa-chief."),
	    "pmqa hall return 9105 --note 'แนบหลักฐานข้อ 1.1' --items 1.1,1.2",
	    B(YEAR) | B(NOTE) | B(ITEMS), 1, 1, run_return },
	{ "hall accept", N_("OFFICE"), N_("accept a submission (the chief)"),
	    N_("Needs group pmqa-chief."),
	    "pmqa hall accept 9105 --note 'ครบถ้วน'", B(YEAR) | B(NOTE), 1, 1,
	    run_accept },
};
const size_t cmd_review_n_rows =
    sizeof(cmd_review_rows) / sizeof(*cmd_review_rows);
