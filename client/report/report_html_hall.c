/* The page of a hall: all offices, with a heat map of office and category. */
#include "client/report/report_html.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_doc.h"
#include "client/report/report_tables.h"
#include "client/report/report_text.h"

#define SHADES 10
#define SCALE_MAX 500.0 /* a hall's document names no edition */

static void
title_block(struct buf *b, const cJSON *doc)
{
	const cJSON *hall = json_get(doc, "hall");
	char text[80];

	buf_puts(b, "<header class=\"title\">\n");
	report_html_text(
	    b, "p", "kind", _("PMQA 4.0 self-assessments of all offices"));
	buf_puts(b, "<h1>");
	report_esc(b, json_str(hall, "name"));
	buf_puts(b, " (");
	report_esc(b, json_str(hall, "code"));
	buf_puts(b, ")</h1>\n");
	snprintf(text, sizeof(text), _("Fiscal year %lld"),
	    (long long)json_int(doc, "year", 0));
	report_html_text(b, "p", "year", text);
	buf_puts(b, "<dl class=\"facts\">\n");
	report_time(text, sizeof(text), json_str(doc, "made"));
	report_html_fact(b, _("Report made"), text);
	buf_puts(b, "</dl>\n");
	report_html_text(b, "p", "note",
	    _("Internal self-assessments, for learning from one another: "
	      "neither a ranking nor official PMQA 4.0 results."));
	buf_puts(b, "</header>\n");
}

static void
one_sum(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, "<div class=\"sum\">");
	report_esc(b, name);
	report_html_text(b, "b", NULL, value != NULL ? value : "–");
	buf_puts(b, "</div>\n");
}

static void
count_sum(struct buf *b, const char *name, const cJSON *sums, const char *key)
{
	char text[60];

	snprintf(text, sizeof(text), "%lld / %lld",
	    (long long)json_int(sums, key, 0),
	    (long long)json_int(sums, "offices", 0));
	one_sum(b, name, text);
}

static void
summary(struct buf *b, const cJSON *doc)
{
	const cJSON *sums = json_get(doc, "summary"), *d;
	char day[80];

	report_html_section(b, "summary", _("Summary"), PAGE_SAME);
	buf_puts(b, "<div class=\"sums\">\n");
	count_sum(b, _("Opened"), sums, "opened");
	count_sum(b, _("Submitted"), sums, "submitted");
	count_sum(b, _("Accepted"), sums, "accepted");
	count_sum(b, _("Late"), sums, "late");
	one_sum(b, _("Mean of the offices"), json_str(sums, "mean"));
	one_sum(
	    b, _("Mean of the committee"), json_str(sums, "mean_committee"));
	buf_puts(b, "</div>\n");
	if (cJSON_GetArraySize(json_get(doc, "due")) > 0)
		report_html_text(b, "h3", NULL, _("Calendar"));
	buf_puts(b, "<dl class=\"facts\">\n");
	cJSON_ArrayForEach (d, json_get(doc, "due")) {
		report_day(day, sizeof(day), json_str(d, "date"));
		report_html_fact(b, labels_word(json_str(d, "name")), day);
	}
	buf_puts(b, "</dl>\n");
	report_html_section_end(b);
}

/* --- heat map --- */

static int
shade(double value)
{
	int n = (int)(value / SCALE_MAX * SHADES);

	return n < 0 ? 0 : n >= SHADES ? SHADES - 1 : n;
}

static void
heat_cell(struct buf *b, const char *score, const char *committee)
{
	double v;

	if (!report_number(score, &v)) {
		buf_puts(b, "<td class=\"c\">–</td>");
		return;
	}
	buf_printf(b, "<td class=\"c h%d\">", shade(v));
	report_esc(b, score);
	if (committee != NULL) {
		buf_puts(b, "<small>(");
		report_esc(b, committee);
		buf_puts(b, ")</small>");
	}
	buf_puts(b, "</td>");
}

static void
heat_head(struct buf *b, const cJSON *doc)
{
	const cJSON *c;

	buf_puts(b, "<table class=\"heat\"><thead><tr><th>");
	report_esc(b, _("Office"));
	buf_puts(b, "</th>");
	cJSON_ArrayForEach (c, json_get(doc, "categories")) {
		buf_puts(b, "<th>");
		report_escf(b, _("Cat. %.10s"),
		    json_str(c, "id") != NULL ? json_str(c, "id") : "?");
		buf_puts(b, "</th>");
	}
	buf_puts(b, "<th>");
	report_esc(b, _("Total"));
	buf_puts(b, "</th></tr></thead><tbody>\n");
}

static void
heat_row(struct buf *b, const cJSON *doc, const cJSON *row)
{
	const cJSON *c, *x;

	buf_puts(b, "<tr><td>");
	report_esc(b, json_str(row, "office"));
	buf_puts(b, " ");
	report_esc(b, json_str(row, "name"));
	buf_puts(b, "</td>");
	cJSON_ArrayForEach (c, json_get(doc, "categories")) {
		x = report_doc_find(
		    json_get(row, "categories"), "id", json_str(c, "id"));
		heat_cell(b, json_str(x, "score"), json_str(x, "committee"));
	}
	heat_cell(b, json_str(row, "total"), json_str(row, "committee"));
	buf_puts(b, "</tr>\n");
}

static void
heat_legend(struct buf *b)
{
	buf_puts(b, "<p class=\"scale\">");
	for (int i = 0; i < SHADES; i++) {
		buf_printf(b, "<span class=\"h%d\">", i);
		buf_printf(b, "%.0f–%.0f</span>", SCALE_MAX / SHADES * i,
		    SCALE_MAX / SHADES * (i + 1));
	}
	buf_puts(b, "</p>\n");
}

static void
heat(struct buf *b, const cJSON *doc)
{
	const cJSON *row, *c;

	report_html_section(b, "heat", _("Offices and categories"), PAGE_SAME);
	report_html_text(b, "p", "note",
	    _("Scores of the offices themselves; those of the committee in "
	      "brackets."));
	heat_head(b, doc);
	cJSON_ArrayForEach (row, json_get(doc, "offices"))
		heat_row(b, doc, row);
	buf_puts(b, "</tbody></table>\n");
	heat_legend(b);
	buf_puts(b, "<p class=\"note\">");
	cJSON_ArrayForEach (c, json_get(doc, "categories")) {
		report_escf(b, _("Category %.10s: %.500s"),
		    json_str(c, "id") != NULL ? json_str(c, "id") : "?",
		    criteria_title(c));
		buf_puts(b, c->next != NULL ? " · " : "");
	}
	buf_puts(b, "</p>\n");
	report_html_section_end(b);
}

/* --- offices and practices --- */

/* The states; scores by category stand in the heat map already. */
static void
table_states(const cJSON *doc, struct report_table *t)
{
	report_table_offices(doc, t);
	for (size_t i = 0; i < t->n_cols; i++)
		if (i >= REPORT_OFFICES_HEAD)
			t->cols[i].hidden = 1;
}

int
report_html_hall(const cJSON *doc, struct buf *b, struct err *e)
{
	const char *name = json_str(json_get(doc, "hall"), "name");
	char title[300];
	int rc;

	snprintf(title, sizeof(title), "PMQA 4.0: %s %lld",
	    name != NULL ? name : "", (long long)json_int(doc, "year", 0));
	report_html_begin(b, title);
	title_block(b, doc);
	summary(b, doc);
	heat(b, doc);
	report_html_section(
	    b, "offices", _("Where the offices stand"), PAGE_WIDE);
	rc = report_html_filled(
	    b, doc, table_states, _("No office has opened this year."), e);
	if (rc < 0)
		return rc;
	report_html_section_end(b);
	report_html_section(b, "practices", _("Good practices"), PAGE_NEW);
	rc = report_html_filled(b, doc, report_table_practices,
	    _("No good practice of this year is shared."), e);
	if (rc < 0)
		return rc;
	report_html_section_end(b);
	report_html_end(b);
	return buf_ok(b, e);
}
