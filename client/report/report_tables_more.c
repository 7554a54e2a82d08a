/* Evidence, sign-offs, years; and the tables of a hall's report. */
#include "client/report/report_tables.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_cells.h"
#include "client/report/report_doc.h"

#define COLUMN report_table_col
#define MORE report_table_more

/* --- evidence --- */

/* Where the bytes are: what a reader may ask for. */
static const char *
where(const cJSON *file)
{
	if (cJSON_IsObject(json_get(file, "redacted")))
		return _("erased");
	if (!json_bool(file, "present", 0))
		return _("missing here");
	return json_str(file, "at_hall") != NULL ? _("also at the hall")
						 : _("here only");
}

static void
evidence_row(struct report_table *t, const cJSON *file)
{
	const char *item = json_str(file, "item");

	report_table_add(t,
	    item != NULL && strcmp(item, "profile") == 0 ? _("profile") : item);
	report_cells_str(t, file, "name");
	report_cells_str(t, file, "caption");
	report_cells_list(t, json_get(file, "points"));
	report_cells_word(t, file, "class");
	report_cells_str(t, file, "type");
	report_cells_int(t, file, "size");
	report_table_add(t, where(file));
	report_cells_str(t, file, "at_hall");
	report_cells_str(t, json_get(file, "redacted"), "reason");
	report_cells_str(t, file, "sha256");
}

void
report_table_evidence(const cJSON *doc, struct report_table *t)
{
	const cJSON *file;

	report_table_init(t, _("Evidence"));
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	COLUMN(t, _("File"), REPORT_TEXT, 24);
	COLUMN(t, _("Caption"), REPORT_TEXT, 26);
	COLUMN(t, _("Points"), REPORT_TEXT, 11);
	COLUMN(t, _("Confidentiality"), REPORT_TEXT, 0);
	MORE(t, _("Type"), REPORT_TEXT);
	MORE(t, _("Size in bytes"), REPORT_INT);
	COLUMN(t, _("Where"), REPORT_TEXT, 12);
	MORE(t, _("Confirmed by the hall"), REPORT_TIME);
	MORE(t, _("Erased, because"), REPORT_TEXT);
	COLUMN(t, "SHA-256", REPORT_HASH, 0);
	cJSON_ArrayForEach (file, json_get(doc, "evidence"))
		evidence_row(t, file);
}

/* --- sign-offs --- */

void
report_table_signoffs(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("Sign-offs"));
	COLUMN(t, _("Time"), REPORT_TIME, 0);
	COLUMN(t, _("Side"), REPORT_WORD, 0);
	COLUMN(t, _("What was done"), REPORT_TEXT, 14);
	COLUMN(t, _("Person"), REPORT_TEXT, 17);
	MORE(t, _("Login"), REPORT_WORD);
	COLUMN(t, _("Reason"), REPORT_TEXT, 22);
	COLUMN(t, _("Received by the hall"), REPORT_TIME, 0);
	COLUMN(t, _("Revision"), REPORT_WORD, 0);
	MORE(t, _("Commit"), REPORT_HASH);
	cJSON_ArrayForEach (one, json_get(doc, "signoffs")) {
		const cJSON *person = json_get(one, "person");

		report_cells_str(t, one, "time");
		report_cells_word(t, one, "side");
		report_table_add(t, labels_action(json_str(one, "action")));
		report_cells_str(t, person, "name");
		report_cells_str(t, person, "login");
		report_cells_str(t, one, "reason");
		report_cells_str(t, one, "received");
		report_cells_str(t, one, "revision");
		report_cells_str(t, one, "commit");
	}
}

/* --- years --- */

static void
category_columns(struct report_table *t, const cJSON *categories)
{
	char title[REPORT_TITLE_MAX];
	const cJSON *c;

	cJSON_ArrayForEach (c, categories) {
		const char *id = json_str(c, "id");

		snprintf(title, sizeof(title), _("Cat. %.10s"),
		    id != NULL ? id : "?");
		report_table_col_copy(t, title, REPORT_SCORE);
	}
}

static void
category_cells(
    struct report_table *t, const cJSON *categories, const cJSON *row)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, categories)
		report_cells_str(t,
		    report_doc_find(
			json_get(row, "categories"), "id", json_str(c, "id")),
		    "score");
}

void
report_table_years(const cJSON *doc, struct report_table *t)
{
	const cJSON *years = json_get(doc, "years"), *row;
	const cJSON *categories = json_get(years, "categories");

	report_table_init(t, _("Years"));
	COLUMN(t, _("Fiscal year"), REPORT_INT, 0);
	COLUMN(t, _("Status"), REPORT_TEXT, 0);
	COLUMN(t, _("Total"), REPORT_SCORE, 0);
	COLUMN(t, _("Committee"), REPORT_SCORE, 0);
	COLUMN(t, _("Change"), REPORT_SCORE, 0);
	category_columns(t, categories);
	cJSON_ArrayForEach (row, json_get(years, "rows")) {
		report_cells_int(t, row, "year");
		report_cells_word(t, row, "state");
		report_cells_str(t, row, "total");
		report_cells_str(t, row, "committee");
		report_cells_str(t, row, "change");
		category_cells(t, categories, row);
	}
}

/* --- a hall's --- */

void
report_table_offices(const cJSON *doc, struct report_table *t)
{
	const cJSON *categories = json_get(doc, "categories"), *row;

	report_table_init(t, _("Offices"));
	t->heat = REPORT_OFFICES_HEAD;
	COLUMN(t, _("Code"), REPORT_WORD, 0);
	COLUMN(t, _("Office"), REPORT_TEXT, 0);
	COLUMN(t, _("Status"), REPORT_TEXT, 0);
	COLUMN(t, _("Late"), REPORT_WORD, 0);
	COLUMN(t, _("Submitted"), REPORT_TIME, 0);
	COLUMN(t, _("Received by the hall"), REPORT_TIME, 0);
	COLUMN(t, _("Total"), REPORT_SCORE, 0);
	COLUMN(t, _("Committee"), REPORT_SCORE, 0);
	COLUMN(t, _("Year before"), REPORT_SCORE, 0);
	COLUMN(t, _("Change"), REPORT_SCORE, 0);
	category_columns(t, categories);
	cJSON_ArrayForEach (row, json_get(doc, "offices")) {
		const char *code = json_str(row, "office");

		report_table_add(t, code);
		report_cells_str(t, row, "name");
		report_cells_word(t, row, "state");
		report_table_add(
		    t, json_bool(row, "late", 0) ? _("late") : NULL);
		report_cells_str(t, row, "submitted");
		report_cells_str(t, row, "received");
		report_cells_str(t, row, "total");
		report_cells_str(t, row, "committee");
		report_cells_str(t,
		    report_doc_find(json_get(doc, "before"), "office", code),
		    "total");
		report_cells_str(t, row, "change");
		category_cells(t, categories, row);
	}
}

void
report_table_practices(const cJSON *doc, struct report_table *t)
{
	const cJSON *p;

	report_table_init(t, _("Good practices"));
	COLUMN(t, _("No."), REPORT_WORD, 0);
	COLUMN(t, _("Title"), REPORT_TEXT, 24);
	COLUMN(t, _("Office"), REPORT_TEXT, 14);
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	COLUMN(t, _("Good practice"), REPORT_TEXT, 44);
	cJSON_ArrayForEach (p, json_get(doc, "practices")) {
		report_cells_str(t, p, "id");
		report_cells_str(t, p, "title");
		report_cells_str(t, json_get(p, "office"), "name");
		report_cells_str(t, p, "item");
		report_cells_str(t, p, "text");
	}
}
