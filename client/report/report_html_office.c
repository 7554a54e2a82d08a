/* The page of an office: title block, summary with its charts, and what
 * follows the items. */
#include "client/report/report_html.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_doc.h"
#include "client/report/report_qr.h"
#include "client/report/report_svg.h"
#include "client/report/report_tables.h"
#include "client/report/report_text.h"

#define AXES_MAX 128
#define RINGS_MAX (5 + CRITERIA_LEVELS)

/* --- title block --- */

static void
state_facts(struct buf *b, const cJSON *state)
{
	const cJSON *sent = json_get(state, "submission");
	const cJSON *decision = json_get(state, "decision");
	char text[400], time[80];

	report_html_fact(b, _("Status"), labels_word(json_str(state, "state")));
	if (cJSON_IsObject(sent)) {
		report_time(time, sizeof(time), json_str(sent, "time"));
		snprintf(text, sizeof(text), "%s, %s", time,
		    json_str(json_get(sent, "person"), "name") != NULL
			? json_str(json_get(sent, "person"), "name")
			: "-");
		report_html_fact(b, _("Submitted"), text);
		report_time(time, sizeof(time), json_str(sent, "received"));
		snprintf(text, sizeof(text), "%s%s%s", time,
		    json_bool(sent, "late", 0) ? " — " : "",
		    json_bool(sent, "late", 0) ? _("late") : "");
		report_html_fact(b, _("Received by the hall"), text);
	}
	if (cJSON_IsObject(decision)) {
		report_time(time, sizeof(time), json_str(decision, "time"));
		snprintf(text, sizeof(text), "%s, %s",
		    labels_word(json_str(decision, "verdict")), time);
		report_html_fact(b, _("Decision of the hall"), text);
	}
}

static void
facts(struct buf *b, const cJSON *doc)
{
	const cJSON *receipt = json_get(doc, "receipt");
	char text[400], time[80];

	buf_puts(b, "<dl class=\"facts\">\n");
	report_html_fact(
	    b, _("Province"), json_str(json_get(doc, "hall"), "name"));
	report_html_fact(
	    b, _("Criteria"), criteria_title(json_get(doc, "edition")));
	state_facts(b, json_get(doc, "state"));
	snprintf(text, sizeof(text), "%s (%.40s)",
	    json_str(doc, "revision") != NULL ? json_str(doc, "revision") : "-",
	    json_str(doc, "commit") != NULL ? json_str(doc, "commit") : "-");
	report_html_fact(b, _("Revision (commit)"), text);
	if (cJSON_IsObject(receipt)) {
		report_time(time, sizeof(time), json_str(receipt, "time"));
		snprintf(text, sizeof(text), "%.24s, %s",
		    json_str(receipt, "revision") != NULL
			? json_str(receipt, "revision")
			: "-",
		    time);
		report_html_fact(b, _("Last receipt of the hall"), text);
	}
	report_time(text, sizeof(text), json_str(doc, "made"));
	report_html_fact(b, _("Report made"), text);
	buf_puts(b, "</dl>\n");
}

static void
title_block(struct buf *b, const cJSON *doc)
{
	const cJSON *office = json_get(doc, "office");
	char year[80];

	snprintf(year, sizeof(year), _("Fiscal year %lld"),
	    (long long)json_int(doc, "year", 0));
	buf_puts(b, "<header class=\"title\">\n");
	report_html_text(
	    b, "p", "kind", _("Report of a PMQA 4.0 self-assessment"));
	buf_puts(b, "<h1>");
	report_esc(b, json_str(office, "name"));
	buf_puts(b, " (");
	report_esc(b, json_str(office, "code"));
	buf_puts(b, ")</h1>\n");
	report_html_text(b, "p", "year", year);
	facts(b, doc);
	report_html_text(b, "p", "note",
	    _("An internal self-assessment, for learning and as a contribution "
	      "to the province's form: not an official PMQA 4.0 result."));
	buf_puts(b, "</header>\n");
}

static void
contents_line(struct buf *b, const char *id, const char *title)
{
	buf_puts(b, "<li><a href=\"#");
	report_esc(b, id);
	buf_puts(b, "\">");
	report_esc(b, title);
	buf_puts(b, "</a></li>\n");
}

static void
contents(struct buf *b, const cJSON *doc)
{
	const cJSON *c;
	char id[40];

	buf_puts(b, "<nav>\n");
	report_html_text(b, "h4", NULL, _("Contents"));
	buf_puts(b, "<ol>\n");
	contents_line(b, "summary", _("Summary"));
	contents_line(b, "profile", _("Organizational profile"));
	cJSON_ArrayForEach (
	    c, json_get(json_get(doc, "edition"), "categories")) {
		snprintf(id, sizeof(id), "c%.20s", json_str(c, "id"));
		contents_line(b, id, criteria_title(c));
	}
	contents_line(b, "indicators", _("Indicators"));
	contents_line(b, "gaps", _("Gaps"));
	contents_line(b, "plan", _("Improvement plan"));
	contents_line(b, "evidence", _("Evidence"));
	contents_line(b, "signoffs", _("Sign-offs"));
	contents_line(b, "proof", _("How to check this report"));
	buf_puts(b, "</ol>\n</nav>\n");
}

/* --- summary --- */

static double
number_or_none(const cJSON *of, const char *key)
{
	double v;

	return report_number(json_str(of, key), &v) ? v : -1;
}

/* The scale's lines: a fifth of it each, and each level's full points. */
static size_t
scale(const cJSON *doc, double ret[RINGS_MAX])
{
	double max = report_doc_max(doc);
	size_t n = 0;

	for (int k = 1; k <= 5; k++)
		ret[n++] = max * k / 5;
	for (size_t i = 0; i < CRITERIA_LEVELS; i++) {
		double v = report_doc_level_points(doc, criteria_levels[i]);
		int known = v <= 0;

		for (size_t k = 0; k < n; k++)
			known |= v > ret[k] - max / 25 && v < ret[k] + max / 25;
		if (!known)
			ret[n++] = v;
	}
	return n;
}

static void
chart_init(struct report_chart *c, const cJSON *doc, const char *title,
    double rings[RINGS_MAX])
{
	memset(c, 0, sizeof(*c));
	c->title = title;
	c->office = _("Office");
	c->committee = _("Committee");
	c->target = _("Target level");
	c->max = report_doc_max(doc);
	c->n_rings = scale(doc, rings);
	c->rings = rings;
}

static void
radar(struct buf *b, const cJSON *doc)
{
	struct report_axis axes[AXES_MAX];
	char labels[AXES_MAX][40];
	double rings[RINGS_MAX];
	struct report_chart chart;
	const cJSON *c;

	chart_init(&chart, doc, _("Scores by category"), rings);
	cJSON_ArrayForEach (c, json_get(json_get(doc, "score"), "categories")) {
		struct report_axis *a = &axes[chart.n];

		if (chart.n == AXES_MAX)
			break;
		snprintf(labels[chart.n], sizeof(labels[0]), _("Cat. %.10s"),
		    json_str(c, "id") != NULL ? json_str(c, "id") : "?");
		a->label = labels[chart.n];
		a->office = number_or_none(c, "score");
		a->committee = number_or_none(c, "committee");
		a->target = -1;
		chart.n++;
	}
	chart.axes = axes;
	report_svg_radar(b, &chart);
}

static void
bars(struct buf *b, const cJSON *doc)
{
	struct report_axis axes[AXES_MAX];
	double rings[RINGS_MAX];
	struct report_chart chart;
	const cJSON *i;

	chart_init(&chart, doc, _("Scores by item"), rings);
	cJSON_ArrayForEach (i, json_get(json_get(doc, "score"), "items")) {
		struct report_axis *a = &axes[chart.n];
		const char *id = json_str(i, "id");
		double target;

		if (chart.n == AXES_MAX)
			break;
		if (id == NULL)
			continue;
		a->label = id;
		a->office = report_doc_unassessed(doc, id)
				? -1
				: number_or_none(i, "score");
		a->committee = number_or_none(i, "committee");
		/* a result item has no levels */
		target = json_int(i, "points", 0) > 0
			     ? report_doc_level_points(
				   doc, report_doc_target(doc, id))
			     : 0;
		a->target = target > 0 ? target : -1;
		chart.n++;
	}
	chart.axes = axes;
	report_html_text(b, "h3", NULL, _("Scores by item"));
	report_svg_bars(b, &chart);
}

static void
one_sum(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, "<div class=\"sum\">");
	report_esc(b, name);
	report_html_text(b, "b", NULL, value != NULL ? value : "–");
	buf_puts(b, "</div>\n");
}

/* Items whose level is at their target, of those that have one. */
static void
at_target(const cJSON *doc, char *ret, size_t size)
{
	int at = 0, of = 0;
	const cJSON *i;

	cJSON_ArrayForEach (i, json_get(json_get(doc, "score"), "items")) {
		const char *id = json_str(i, "id");
		const cJSON *gap = report_doc_gap(doc, id);

		if (id == NULL || json_int(i, "points", 0) == 0)
			continue;
		of++;
		at += gap == NULL || !json_bool(gap, "below", 0);
	}
	snprintf(ret, size, "%d / %d", at, of);
}

static void
thresholds(struct buf *b, const cJSON *doc)
{
	const cJSON *known = json_get(json_get(doc, "edition"), "thresholds");
	const cJSON *t;

	if (cJSON_GetArraySize(known) == 0)
		return;
	report_html_text(b, "h3", NULL, _("Thresholds of the edition"));
	report_html_text(b, "p", "note",
	    _("How sure each is stands in the edition; the official ones of a "
	      "year may differ."));
	cJSON_ArrayForEach (t, known) {
		const cJSON *x = report_doc_find(
		    json_get(json_get(doc, "score"), "thresholds"), "id",
		    json_str(t, "id"));
		int on = json_bool(x, "reached", 0);

		buf_puts(
		    b, on ? "<p class=\"line\"><span class=\"box on\"></span> "
			  : "<p class=\"line\"><span class=\"box\"></span> ");
		report_escf(b, "%s (%lld): %s", criteria_title(t),
		    (long long)json_int(t, "points", 0),
		    on ? _("reached") : _("not reached"));
		buf_puts(b, "</p>\n");
	}
}

static void
put_summary(struct buf *b, const cJSON *doc)
{
	const cJSON *score = json_get(doc, "score");
	char items[40];

	at_target(doc, items, sizeof(items));
	buf_puts(b, "<div class=\"sums\">\n");
	one_sum(b, _("Total of the office"), json_str(score, "total"));
	one_sum(b, _("Total of the committee"),
	    json_str(json_get(score, "committee"), "total"));
	one_sum(b, _("Items at their target level"), items);
	buf_puts(b, "</div>\n");
	radar(b, doc);
}

static int
summary(struct buf *b, const cJSON *doc, struct err *e)
{
	int rc;

	report_html_section(b, "summary", _("Summary"), PAGE_NEW);
	put_summary(b, doc);
	rc = report_html_filled(
	    b, doc, report_table_summary, _("There are no categories."), e);
	if (rc < 0)
		return rc;
	if (cJSON_GetArraySize(json_get(json_get(doc, "years"), "rows")) > 1) {
		report_html_text(b, "h3", NULL, _("Years"));
		rc = report_html_filled(b, doc, report_table_years, "", e);
	}
	bars(b, doc);
	thresholds(b, doc);
	report_html_section_end(b);
	return rc;
}

/* --- what follows the items --- */

static void
follow_ups(struct buf *b, const cJSON *doc)
{
	const cJSON *a;
	char heading[200];

	cJSON_ArrayForEach (a, json_get(json_get(doc, "plan"), "actions")) {
		const cJSON *f = json_get(a, "followup");
		const char *id = json_str(a, "id");

		snprintf(heading, sizeof(heading), "%.24s: %s",
		    id != NULL ? id : "-", _("Follow-up at 6 months"));
		report_html_said(b, heading, json_str(f, "m6"));
		snprintf(heading, sizeof(heading), "%.24s: %s",
		    id != NULL ? id : "-", _("Follow-up at 12 months"));
		report_html_said(b, heading, json_str(f, "m12"));
	}
}

/* What the hall said last, whole. */
static void
decision(struct buf *b, const cJSON *doc)
{
	const cJSON *state = json_get(doc, "state");
	const cJSON *d = json_get(state, "decision");

	report_html_said(b, _("Note of the chief"),
	    json_str(json_get(state, "submission"), "note"));
	report_html_said(
	    b, _("What the hall wrote with its decision"), json_str(d, "text"));
}

static void
proof_commands(struct buf *b, const cJSON *doc)
{
	const char *commit = json_str(doc, "commit");

	report_html_text(b, "p", NULL,
	    _("This report shows what the office's repository holds at the "
	      "commit named here, which the code also carries. Whoever has the "
	      "repository (office or hall) checks it with stock git; the "
	      "program itself proves the whole history with 'pmqa verify'."));
	buf_puts(b, "<pre>C=");
	report_esc(b, commit);
	buf_puts(b, "\ngit show hall:allowed_signers &gt; allowed_signers\n"
		    "git -c gpg.ssh.allowedSignersFile=allowed_signers "
		    "verify-commit $C\n"
		    "git merge-base --is-ancestor $C office\n"
		    "git ls-tree -r --name-only $C ");
	report_escf(b, "%lld/\n", (long long)json_int(doc, "year", 0));
	buf_puts(b, "pmqa verify</pre>\n");
}

static int
proof(struct buf *b, const cJSON *doc, struct err *e)
{
	const char *commit = json_str(doc, "commit");
	int rc = 0;

	report_html_section(
	    b, "proof", _("How to check this report"), PAGE_SAME);
	if (commit == NULL) {
		report_html_text(
		    b, "p", "none", _("There is no revision yet."));
	} else {
		buf_puts(b, "<div class=\"proof\">\n");
		rc = report_qr(b, commit, e);
		buf_puts(b, "<div>\n");
		report_html_text(b, "code", NULL, commit);
		proof_commands(b, doc);
		buf_puts(b, "</div>\n</div>\n");
	}
	report_html_section_end(b);
	return rc;
}

static int
lists(struct buf *b, const cJSON *doc, struct err *e)
{
	static const struct {
		const char *id, *title, *none;
		void (*fill)(const cJSON *doc, struct report_table *t);
		void (*more)(struct buf *b, const cJSON *doc);
		enum report_page page;
	} all[] = {
		{ "indicators", N_("Indicators"),
		    N_("No indicator is written."), report_table_indicators,
		    NULL, PAGE_WIDE },
		{ "gaps", N_("Gaps"), N_("Nothing is missing."),
		    report_table_gaps, NULL, PAGE_NEW },
		{ "plan", N_("Improvement plan"), N_("No action is planned."),
		    report_table_plan, follow_ups, PAGE_WIDE },
		{ "evidence", N_("Evidence"), N_("There is no evidence."),
		    report_table_evidence, NULL, PAGE_WIDE },
		{ "signoffs", N_("Sign-offs"), N_("Nothing is signed off."),
		    report_table_signoffs, decision, PAGE_NEW },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(all) / sizeof(all[0]); i++) {
		report_html_section(
		    b, all[i].id, err_tr(all[i].title), all[i].page);
		rc = report_html_filled(
		    b, doc, all[i].fill, err_tr(all[i].none), e);
		if (all[i].more != NULL)
			all[i].more(b, doc);
		report_html_section_end(b);
	}
	return rc;
}

int
report_html_office(const cJSON *doc, struct buf *b, struct err *e)
{
	const char *name = json_str(json_get(doc, "office"), "name");
	char title[300];
	int rc;

	snprintf(title, sizeof(title), "PMQA 4.0: %s %lld",
	    name != NULL ? name : "", (long long)json_int(doc, "year", 0));
	report_html_begin(b, title);
	title_block(b, doc);
	contents(b, doc);
	if ((rc = summary(b, doc, e)) < 0)
		return rc;
	report_html_profile(b, doc);
	report_html_items(b, doc);
	if ((rc = lists(b, doc, e)) < 0 || (rc = proof(b, doc, e)) < 0)
		return rc;
	report_html_end(b);
	return buf_ok(b, e);
}
