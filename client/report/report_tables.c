#include "client/report/report_tables.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_cells.h"
#include "client/report/report_doc.h"

#define COLUMN report_table_col
#define MORE report_table_more

static const char *
yes(int b)
{
	return b ? _("yes") : NULL;
}

/* --- categories --- */

void
report_table_summary(const cJSON *doc, struct report_table *t)
{
	const cJSON *edition = json_get(doc, "edition");
	const cJSON *score = json_get(doc, "score"), *c;

	report_table_init(t, _("Summary"));
	COLUMN(t, _("Category"), REPORT_WORD, 0);
	COLUMN(t, _("Title"), REPORT_TEXT, 60);
	COLUMN(t, _("Office"), REPORT_SCORE, 0);
	COLUMN(t, _("Committee"), REPORT_SCORE, 0);
	cJSON_ArrayForEach (c, json_get(score, "categories")) {
		const char *id = json_str(c, "id");

		report_table_add(t, id);
		report_table_add(
		    t, criteria_title(criteria_category(edition, id)));
		report_cells_str(t, c, "score");
		report_cells_str(t, c, "committee");
	}
	t->sums = 1;
	report_table_add(t, NULL);
	report_table_add(t, _("Total"));
	report_cells_str(t, score, "total");
	report_cells_str(t, json_get(score, "committee"), "total");
}

/* --- items --- */

static void
items_columns(struct report_table *t)
{
	report_table_init(t, _("Items"));
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	MORE(t, _("Category"), REPORT_WORD);
	COLUMN(t, _("Title"), REPORT_TEXT, 0);
	MORE(t, _("Points reached"), REPORT_INT);
	MORE(t, _("Points"), REPORT_INT);
	COLUMN(t, _("Score"), REPORT_SCORE, 0);
	COLUMN(t, _("Level reached"), REPORT_WORD, 0);
	COLUMN(t, _("Target level"), REPORT_WORD, 0);
	COLUMN(t, _("Score of the committee"), REPORT_SCORE, 0);
	COLUMN(t, _("Level by the committee"), REPORT_WORD, 0);
	MORE(t, _("Points ticked"), REPORT_TEXT);
	MORE(t, _("Explanation, Basic"), REPORT_TEXT);
	MORE(t, _("Explanation, Advance"), REPORT_TEXT);
	MORE(t, _("Explanation, Significance"), REPORT_TEXT);
	MORE(t, _("Strengths"), REPORT_TEXT);
	MORE(t, _("Gap"), REPORT_TEXT);
	MORE(t, _("A good practice"), REPORT_WORD);
	MORE(t, _("Good practice"), REPORT_TEXT);
	MORE(t, _("Person responsible"), REPORT_TEXT);
	MORE(t, _("Suggestion of the committee"), REPORT_TEXT);
}

/* The consensus', else that of each assessor, a line each. */
static void
add_suggestions(struct report_table *t, const cJSON *review)
{
	const cJSON *agreed = json_get(review, "consensus"), *a;
	const char *text = json_str(agreed, "comment");
	struct buf b = BUF_INIT;

	cJSON_ArrayForEach (a, json_get(review, "assessors")) {
		const char *said = json_str(a, "comment");

		if (said == NULL || said[0] == '\0')
			continue;
		buf_puts(&b, b.len > 0 ? "\n" : "");
		buf_puts(&b, said);
	}
	report_table_add(
	    t, text != NULL && text[0] != '\0' ? text : buf_str(&b));
	t->failed |= b.failed;
	buf_release(&b);
}

static void
item_texts(struct report_table *t, const cJSON *element)
{
	const cJSON *answer = json_get(element, "answer");
	const cJSON *explained = json_get(answer, "explanation");
	const cJSON *practice = json_get(answer, "good_practice");

	report_cells_list(t, json_get(answer, "ticks"));
	for (size_t i = 0; i < CRITERIA_LEVELS; i++)
		report_cells_str(t, explained, criteria_levels[i]);
	report_cells_str(t, answer, "strengths");
	report_cells_str(t, answer, "gap");
	report_table_add(t, yes(json_bool(practice, "flag", 0)));
	report_cells_str(t, practice, "text");
	report_cells_str(t, answer, "owner");
	add_suggestions(t, json_get(element, "review"));
}

/* "none" of an item without a score by the committee is no level. */
static void
add_level(struct report_table *t, const char *level)
{
	report_table_add(t, level != NULL ? labels_level(level) : NULL);
}

static void
item_row(struct report_table *t, const cJSON *doc, const cJSON *item)
{
	const char *id = json_str(item, "id");
	const cJSON *score = report_doc_score(doc, id);
	int64_t points = json_int(score, "points", 0);
	int off = id != NULL && report_doc_unassessed(doc, id);

	report_table_add(t, id);
	report_cells_str(t, item, "category");
	report_table_add(t, criteria_title(item));
	if (points > 0) {
		report_cells_int(t, score, "ticked");
		report_cells_int(t, score, "points");
	} else {
		report_table_add(t, NULL);
		report_table_add(t, NULL);
	}
	report_table_add(t, off ? NULL : json_str(score, "score"));
	if (points > 0)
		add_level(t, json_str(score, "level"));
	else
		report_table_add(t, off ? _("not assessed") : NULL);
	add_level(t, points > 0 ? report_doc_target(doc, id) : NULL);
	report_cells_str(t, score, "committee");
	add_level(t, json_str(score, "committee") != NULL && points > 0
			 ? json_str(score, "committee_level")
			 : NULL);
	item_texts(t, report_doc_item(doc, id));
}

void
report_table_items(const cJSON *doc, struct report_table *t)
{
	const cJSON *item;

	items_columns(t);
	cJSON_ArrayForEach (item, json_get(json_get(doc, "edition"), "items"))
		item_row(t, doc, item);
}

/* --- indicators --- */

static void
indicators_columns(struct report_table *t)
{
	report_table_init(t, _("Indicators"));
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	MORE(t, _("Id"), REPORT_WORD);
	COLUMN(t, _("Measure"), REPORT_TEXT, 18);
	MORE(t, _("Required"), REPORT_WORD);
	COLUMN(t, _("Indicator"), REPORT_TEXT, 22);
	COLUMN(t, _("Unit"), REPORT_TEXT, 9);
	COLUMN(t, _("Better is"), REPORT_WORD, 0);
	COLUMN(t, _("Target"), REPORT_DECIMAL, 0);
	COLUMN(t, _("Two years before"), REPORT_DECIMAL, 0);
	COLUMN(t, _("Year before"), REPORT_DECIMAL, 0);
	COLUMN(t, _("This year"), REPORT_DECIMAL, 0);
	COLUMN(t, _("Per cent"), REPORT_SCORE, 0);
	COLUMN(t, _("Score"), REPORT_SCORE, 0);
	MORE(t, _("Does not apply, because"), REPORT_TEXT);
	MORE(t, _("Note"), REPORT_TEXT);
}

static const char *
better(const char *direction)
{
	if (direction == NULL)
		return NULL;
	return strcmp(direction, "smaller") == 0 ? _("less") : _("more");
}

static void
indicator_row(struct report_table *t, const cJSON *item, const cJSON *measure,
    const cJSON *one)
{
	report_cells_str(t, item, "item");
	report_cells_str(t, one, "id");
	report_table_add(t, criteria_title(measure));
	report_table_add(t, yes(json_bool(measure, "required", 0)));
	report_cells_str(t, one, "name");
	report_cells_str(t, one, "unit");
	report_table_add(t, better(json_str(one, "direction")));
	report_cells_str(t, one, "target");
	report_cells_str(t, one, "before");
	report_cells_str(t, one, "previous");
	report_cells_str(t, one, "actual");
	report_cells_str(t, one, "percent");
	report_cells_str(t, one, "score");
	report_cells_str(t, one, "not_applicable");
	report_cells_str(t, one, "note");
}

/* A measure without an indicator has a line all the same: it is missing. */
void
report_table_indicators(const cJSON *doc, struct report_table *t)
{
	const cJSON *item, *measure, *one;

	indicators_columns(t);
	cJSON_ArrayForEach (
	    item, json_get(json_get(doc, "indicators"), "items")) {
		cJSON_ArrayForEach (measure, json_get(item, "measures")) {
			const cJSON *list = json_get(measure, "indicators");

			cJSON_ArrayForEach (one, list)
				indicator_row(t, item, measure, one);
			if (cJSON_GetArraySize(list) == 0)
				indicator_row(t, item, measure, NULL);
		}
	}
}

/* --- gaps --- */

void
report_table_gaps(const cJSON *doc, struct report_table *t)
{
	const cJSON *edition = json_get(doc, "edition"), *g;

	report_table_init(t, _("Gaps"));
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	COLUMN(t, _("Title"), REPORT_TEXT, 32);
	COLUMN(t, _("Score"), REPORT_SCORE, 0);
	COLUMN(t, _("Level reached"), REPORT_TEXT, 10);
	COLUMN(t, _("Target level"), REPORT_TEXT, 10);
	COLUMN(t, _("Points to the next level"), REPORT_INT, 10);
	COLUMN(t, _("Gain of the item"), REPORT_SCORE, 0);
	COLUMN(t, _("Gain of the total"), REPORT_SCORE, 0);
	COLUMN(t, _("Actions"), REPORT_TEXT, 10);
	cJSON_ArrayForEach (g, json_get(json_get(doc, "gaps"), "gaps")) {
		const char *id = json_str(g, "item");
		const char *kind = json_str(g, "kind");
		int process = kind != NULL && strcmp(kind, "process") == 0;

		report_table_add(t, id);
		report_table_add(t, criteria_title(criteria_item(edition, id)));
		report_cells_str(t, g, "score");
		add_level(t, process ? json_str(g, "level") : NULL);
		add_level(t, process ? json_str(g, "target") : NULL);
		if (process)
			report_cells_int(t, g, "points_to_next");
		else
			report_table_add(t, NULL);
		report_cells_str(t, g, "gain");
		report_cells_str(t, g, "gain_total");
		report_cells_list(t, json_get(g, "actions"));
	}
}

/* --- plan --- */

static void
plan_columns(struct report_table *t)
{
	report_table_init(t, _("Improvement plan"));
	COLUMN(t, _("No."), REPORT_WORD, 0);
	COLUMN(t, _("What is to be done"), REPORT_TEXT, 27);
	COLUMN(t, _("Gap it closes"), REPORT_TEXT, 20);
	COLUMN(t, _("Items"), REPORT_TEXT, 8);
	COLUMN(t, _("Who"), REPORT_TEXT, 14);
	COLUMN(t, _("Due"), REPORT_DAY, 0);
	COLUMN(t, _("Priority"), REPORT_TEXT, 0);
	COLUMN(t, _("Budget"), REPORT_TEXT, 9);
	COLUMN(t, _("Status"), REPORT_TEXT, 0);
	COLUMN(t, _("Progress (per cent)"), REPORT_INT, 0);
	MORE(t, _("Overdue"), REPORT_WORD);
	MORE(t, _("Follow-up at 6 months"), REPORT_TEXT);
	MORE(t, _("Follow-up at 12 months"), REPORT_TEXT);
	MORE(t, _("Carried over from"), REPORT_INT);
}

static void
plan_row(struct report_table *t, const cJSON *a)
{
	const cJSON *follow = json_get(a, "followup");
	const char *priority = json_str(a, "priority");
	const char *status = json_str(a, "status");
	const cJSON *origin = json_get(a, "origin");

	report_cells_str(t, a, "id");
	report_cells_str(t, a, "what");
	report_cells_str(t, a, "gap");
	report_cells_list(t, json_get(a, "items"));
	report_cells_str(t, a, "who");
	report_cells_str(t, a, "due");
	report_table_add(t, priority != NULL ? labels_word(priority) : NULL);
	report_cells_str(t, a, "budget");
	report_table_add(t, status != NULL ? labels_word(status) : NULL);
	report_cells_int(t, a, "progress");
	report_table_add(t, yes(json_bool(a, "overdue", 0)));
	report_cells_str(t, follow, "m6");
	report_cells_str(t, follow, "m12");
	if (json_int(origin, "year", 0) != 0)
		report_cells_int(t, origin, "year");
	else
		report_table_add(t, NULL);
}

void
report_table_plan(const cJSON *doc, struct report_table *t)
{
	const cJSON *a;

	plan_columns(t);
	cJSON_ArrayForEach (a, json_get(json_get(doc, "plan"), "actions"))
		plan_row(t, a);
}
