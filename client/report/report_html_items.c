/* Profile and items of an office's page: one block an item. */
#include "client/report/report_html.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_doc.h"
#include "client/report/report_text.h"

/* --- profile --- */

static void
profile_group(struct buf *b, const cJSON *group)
{
	const char *part =
	    lang_pick(json_str(group, "part_en"), json_str(group, "part_th"));
	const cJSON *q;

	buf_puts(b, "<h3>");
	report_escf(b, "%s%s%s", part, part[0] != '\0' ? ": " : "",
	    criteria_title(group));
	buf_puts(b, "</h3>\n");
	cJSON_ArrayForEach (q, json_get(group, "questions")) {
		const char *answer = json_str(q, "answer");

		report_html_text(b, "h4", NULL, criteria_title(q));
		if (answer != NULL && answer[0] != '\0')
			report_html_text(b, "div", "said", answer);
		else
			report_html_text(
			    b, "p", "none", _("Not answered yet."));
	}
}

void
report_html_profile(struct buf *b, const cJSON *doc)
{
	const cJSON *groups = json_get(json_get(doc, "profile"), "groups"), *g;

	report_html_section(
	    b, "profile", _("Organizational profile"), PAGE_NEW);
	cJSON_ArrayForEach (g, groups)
		profile_group(b, g);
	if (cJSON_GetArraySize(groups) == 0)
		report_html_text(
		    b, "p", "none", _("This edition asks for no profile."));
	report_html_section_end(b);
}

/* --- points --- */

static int
holds(const cJSON *ticks, const char *point)
{
	const cJSON *t;

	cJSON_ArrayForEach (t, ticks) {
		if (cJSON_IsString(t) && point != NULL &&
		    strcmp(t->valuestring, point) == 0)
			return 1;
	}
	return 0;
}

/* The committee's ticks: agreed on, else the only assessor's; NULL if none. */
static const cJSON *
committee_ticks(const cJSON *review)
{
	const cJSON *agreed = json_get(json_get(review, "consensus"), "ticks");
	const cJSON *assessors = json_get(review, "assessors");

	if (cJSON_IsArray(agreed))
		return agreed;
	if (cJSON_IsObject(json_get(review, "consensus")) ||
	    cJSON_GetArraySize(assessors) != 1)
		return NULL;
	agreed = json_get(assessors->child, "ticks");
	return cJSON_IsArray(agreed) ? agreed : NULL;
}

static void
box(struct buf *b, int on)
{
	buf_puts(b, "<td class=\"b\"><span class=\"");
	buf_puts(b, on ? "box on" : "box");
	buf_puts(b, "\" role=\"img\" aria-label=\"");
	report_esc(b, on ? _("reached") : _("not reached"));
	buf_puts(b, "\"></span></td>");
}

static void
points_head(struct buf *b, int both)
{
	buf_puts(b, "<table class=\"points\"><thead><tr><th class=\"b\">");
	report_esc(b, _("Office"));
	if (both) {
		buf_puts(b, "</th><th class=\"b\">");
		report_esc(b, _("Committee"));
	}
	buf_puts(b, "</th><th>");
	report_esc(b, _("Point"));
	buf_puts(b, "</th><th></th></tr></thead><tbody>\n");
}

static void
points(struct buf *b, const cJSON *list, const cJSON *ours, const cJSON *theirs)
{
	const cJSON *p;

	points_head(b, theirs != NULL);
	cJSON_ArrayForEach (p, list) {
		const char *id = json_str(p, "id");

		buf_puts(b, "<tr>");
		box(b, holds(ours, id));
		if (theirs != NULL)
			box(b, holds(theirs, id));
		buf_puts(b, "<td class=\"p\">");
		report_esc(b, id);
		buf_puts(b, "</td><td>");
		report_esc(b, criteria_title(p));
		buf_puts(b, "</td></tr>\n");
	}
	buf_puts(b, "</tbody></table>\n");
}

static void
level(struct buf *b, const cJSON *item, const cJSON *element, const char *name)
{
	const cJSON *answer = json_get(element, "answer");
	const cJSON *ours = json_get(answer, "ticks");
	const cJSON *list = criteria_points(item, name), *p;
	int n = 0, on = 0;

	cJSON_ArrayForEach (p, list) {
		n++;
		on += holds(ours, json_str(p, "id"));
	}
	if (n == 0)
		return;
	buf_puts(b, "<h4>");
	report_escf(
	    b, _("Level %s: %d of %d points"), labels_level(name), on, n);
	buf_puts(b, "</h4>\n");
	points(b, list, ours, committee_ticks(json_get(element, "review")));
	report_html_text(
	    b, "div", "said", json_str(json_get(answer, "explanation"), name));
}

/* --- the hall's view --- */

static void
view(struct buf *b, const cJSON *v, const char *who)
{
	const char *score = json_str(v, "score"), *lv = json_str(v, "level");
	char time[80];

	report_time(time, sizeof(time), json_str(v, "time"));
	buf_puts(b, "<div class=\"talk\"><p class=\"by\"><b>");
	report_esc(b, who);
	buf_puts(b, "</b> · ");
	report_esc(b, time);
	if (score != NULL) {
		buf_puts(b, " · ");
		report_escf(b, _("score %s"), score);
	}
	if (lv != NULL && strcmp(lv, "none") != 0) {
		buf_puts(b, " · ");
		report_esc(b, labels_level(lv));
	}
	buf_puts(b, "</p>\n");
	report_html_text(b, "div", "said", json_str(v, "comment"));
	buf_puts(b, "</div>\n");
}

static void
comments(struct buf *b, const cJSON *review)
{
	const cJSON *list = json_get(review, "comments"), *c;
	char time[80];

	if (cJSON_GetArraySize(list) == 0)
		return;
	report_html_text(b, "h4", NULL, _("Comments"));
	cJSON_ArrayForEach (c, list) {
		report_time(time, sizeof(time), json_str(c, "time"));
		buf_puts(b, "<div class=\"talk\"><p class=\"by\"><b>");
		report_esc(b, json_str(json_get(c, "person"), "name"));
		buf_puts(b, "</b> (");
		report_esc(b, labels_word(json_str(c, "side")));
		buf_puts(b, ") · ");
		report_esc(b, time);
		buf_puts(b, "</p>\n");
		report_html_text(b, "div", "said", json_str(c, "text"));
		buf_puts(b, "</div>\n");
	}
}

static void
review(struct buf *b, const cJSON *r)
{
	const cJSON *assessors = json_get(r, "assessors"), *a;
	const cJSON *agreed = json_get(r, "consensus");

	if (!cJSON_IsObject(r))
		return;
	if (cJSON_GetArraySize(assessors) > 0 || cJSON_IsObject(agreed))
		report_html_text(b, "h4", NULL, _("View of the committee"));
	if (cJSON_IsObject(agreed))
		view(b, agreed, _("Consensus"));
	cJSON_ArrayForEach (a, assessors)
		view(b, a, json_str(json_get(a, "person"), "name"));
	comments(b, r);
}

/* --- one item --- */

static void
score_part(struct buf *b, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	report_esc(b, name);
	buf_puts(b, " <b>");
	report_esc(b, value);
	buf_puts(b, "</b> &nbsp; ");
}

static void
score_line(struct buf *b, const cJSON *doc, const char *id)
{
	const cJSON *s = report_doc_score(doc, id);
	int process = json_int(s, "points", 0) > 0;

	buf_puts(b, "<p class=\"line\">");
	if (report_doc_unassessed(doc, id))
		score_part(b, _("Score"), _("not assessed"));
	else
		score_part(b, _("Score"), json_str(s, "score"));
	if (process) {
		score_part(
		    b, _("Level reached"), labels_level(json_str(s, "level")));
		score_part(b, _("Target level"),
		    report_doc_target(doc, id) != NULL
			? labels_level(report_doc_target(doc, id))
			: NULL);
	}
	score_part(b, _("Score of the committee"), json_str(s, "committee"));
	buf_puts(b, "</p>\n");
}

static void
files(struct buf *b, const cJSON *doc, const char *id)
{
	struct buf points_of = BUF_INIT;
	const cJSON *f;
	int any = 0;

	cJSON_ArrayForEach (f, json_get(doc, "evidence")) {
		const char *of = json_str(f, "item");
		const char *caption = json_str(f, "caption");

		if (of == NULL || strcmp(of, id) != 0)
			continue;
		if (!any)
			report_html_text(b, "h4", NULL, _("Evidence"));
		any = 1;
		buf_puts(b, "<p class=\"line\">• ");
		report_esc(b, json_str(f, "name"));
		if (caption != NULL && caption[0] != '\0') {
			buf_puts(b, " — ");
			report_esc(b, caption);
		}
		report_doc_join(json_get(f, "points"), &points_of);
		if (points_of.len > 0)
			report_escf(b, " (%s)", buf_str(&points_of));
		if (cJSON_IsObject(json_get(f, "redacted")))
			report_html_text(b, "span", "badge", _("erased"));
		else if (!json_bool(f, "present", 0))
			report_html_text(b, "span", "badge", _("missing here"));
		buf_puts(b, "</p>\n");
	}
	b->failed |= points_of.failed;
	buf_release(&points_of);
}

static void
item_block(struct buf *b, const cJSON *doc, const cJSON *item)
{
	const char *id = json_str(item, "id");
	const cJSON *element = report_doc_item(doc, id);
	const cJSON *answer = json_get(element, "answer");
	const cJSON *practice = json_get(answer, "good_practice");

	if (id == NULL)
		return;
	buf_puts(b, "<article>\n<h3><span class=\"id\">");
	report_esc(b, id);
	buf_puts(b, "</span> ");
	report_esc(b, criteria_title(item));
	if (json_bool(practice, "flag", 0))
		report_html_text(b, "span", "badge", _("good practice"));
	buf_puts(b, "</h3>\n");
	score_line(b, doc, id);
	if (!cJSON_IsObject(answer) && json_get(item, "points") != NULL)
		report_html_text(
		    b, "p", "none", _("Nothing is written about it yet."));
	if (json_get(item, "points") == NULL)
		report_html_text(b, "p", "note",
		    _("A result item: see the table of indicators."));
	for (size_t i = 0; i < CRITERIA_LEVELS; i++)
		level(b, item, element, criteria_levels[i]);
	report_html_said(b, _("Strengths"), json_str(answer, "strengths"));
	report_html_said(b, _("Gap"), json_str(answer, "gap"));
	report_html_said(b, _("Good practice"), json_str(practice, "text"));
	report_html_said(b, _("Person responsible"), json_str(answer, "owner"));
	files(b, doc, id);
	review(b, json_get(element, "review"));
	buf_puts(b, "</article>\n");
}

/* --- by category --- */

static void
category(struct buf *b, const cJSON *doc, const cJSON *c)
{
	const char *id = json_str(c, "id");
	const cJSON *score = report_doc_find(
	    json_get(json_get(doc, "score"), "categories"), "id", id);
	char anchor[40], title[600];
	const cJSON *item;

	snprintf(anchor, sizeof(anchor), "c%.20s", id != NULL ? id : "");
	snprintf(title, sizeof(title), _("Category %.10s: %.500s"),
	    id != NULL ? id : "", criteria_title(c));
	report_html_section(b, anchor, title, PAGE_NEW);
	buf_puts(b, "<p class=\"line\">");
	score_part(b, _("Score of the office"), json_str(score, "score"));
	score_part(
	    b, _("Score of the committee"), json_str(score, "committee"));
	buf_puts(b, "</p>\n");
	cJSON_ArrayForEach (item, json_get(json_get(doc, "edition"), "items")) {
		const char *of = json_str(item, "category");

		if (of != NULL && id != NULL && strcmp(of, id) == 0)
			item_block(b, doc, item);
	}
	report_html_section_end(b);
}

void
report_html_items(struct buf *b, const cJSON *doc)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(json_get(doc, "edition"), "categories"))
		category(b, doc, c);
}
