/* The tables of a dossier; those of flags, findings and checks are both
 * documents'. */
#include "client/report/audit.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_cells.h"
#include "client/report/report_doc.h"
#include "client/report/report_text.h"

#define COLUMN report_table_col
#define MORE report_table_more
#define SUBMISSIONS_SHOWN 4

/* --- summary --- */

static void
fact(struct report_table *t, const char *name, const char *value)
{
	report_table_add(t, name);
	report_table_add(t, value);
}

static void
fact_int(struct report_table *t, const char *name, int64_t n)
{
	report_table_add(t, name);
	report_table_addf(t, "%lld", (long long)n);
}

void
audit_table_summary(const cJSON *doc, struct report_table *t)
{
	const cJSON *office = json_get(doc, "office");
	const cJSON *counts = json_get(doc, "counts");
	const cJSON *files = json_get(doc, "evidence");
	const cJSON *proofs = json_get(doc, "proofs");
	char made[80];

	report_table_init(t, _("Summary"));
	COLUMN(t, _("What"), REPORT_TEXT, 40);
	COLUMN(t, _("Figure"), REPORT_TEXT, 60);
	report_table_add(t, _("Office"));
	report_table_addf(
	    t, "%s (%s)", json_str(office, "name"), json_str(office, "code"));
	fact_int(t, _("Fiscal year"), json_int(doc, "year", 0));
	fact(t, _("Criteria"), json_str(doc, "edition"));
	report_time(made, sizeof(made), json_str(doc, "made"));
	fact(t, _("Dossier made"), made);
	fact(t, _("Revision"), json_str(doc, "revision"));
	fact(t, _("Commit"), json_str(doc, "commit"));
	fact(t, _("The hall's commit"), json_str(doc, "hall_commit"));
	fact(t, _("Status"),
	    labels_word(json_str(json_get(doc, "state"), "state")));
	fact_int(
	    t, _("Revisions of the year"), json_int(counts, "revisions", 0));
	fact_int(t, _("People"), json_int(counts, "people", 0));
	fact_int(t, _("Devices"), json_int(counts, "devices", 0));
	fact_int(t, _("Merges"), json_int(counts, "merges", 0));
	fact_int(t, _("Not yet received by the hall"),
	    json_int(counts, "unreceived", 0));
	fact_int(t, _("Files of evidence"), json_int(files, "files", 0));
	fact_int(t, _("Files erased on order"), json_int(files, "redacted", 0));
	fact_int(t, _("Receipts of the hall"), json_int(proofs, "receipts", 0));
	fact_int(t, _("Flags"), json_int(json_get(doc, "flags"), "total", 0));
	fact(t, _("Verify"),
	    json_bool(json_get(doc, "verify"), "ok", 0) ? _("in order")
							: _("damaged"));
}

/* --- how the score came about --- */

static double
number(const char *s)
{
	return s != NULL ? strtod(s, NULL) : 0;
}

/* The newest few submissions: a page is narrow. */
static const cJSON *
shown_from(const cJSON *at)
{
	int n = cJSON_GetArraySize(at);

	return n > SUBMISSIONS_SHOWN
		   ? cJSON_GetArrayItem(at, n - SUBMISSIONS_SHOWN)
	       : at != NULL ? at->child
			    : NULL;
}

static void
score_row(struct report_table *t, const cJSON *doc, const char *id,
    const cJSON *now, const char *score)
{
	const cJSON *at = json_get(json_get(doc, "scores"), "at"), *one;
	const cJSON *title =
	    report_doc_find(json_get(doc, "criteria"), "id", id);
	const char *then, *first = NULL;

	report_table_add(t, id);
	report_table_add(t, id != NULL ? criteria_title(title) : _("Total"));
	for (one = shown_from(at); one != NULL; one = one->next) {
		then = id != NULL ? json_str(json_get(one, "items"), id)
				  : json_str(one, "total");
		first = first != NULL ? first : then;
		report_table_add(t, then);
	}
	report_table_add(t, score);
	if (first != NULL && number(score) != number(first))
		report_table_addf(t, "%+.2f", number(score) - number(first));
	else
		report_table_add(t, NULL);
	report_table_add(
	    t, id != NULL ? json_str(now, "committee")
			  : json_str(json_get(now, "committee"), "total"));
}

void
audit_table_scores(const cJSON *doc, struct report_table *t)
{
	const cJSON *scores = json_get(doc, "scores"), *one;
	const cJSON *now = json_get(scores, "now");
	char title[REPORT_TITLE_MAX];

	report_table_init(t, _("Scores"));
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	COLUMN(t, _("Title"), REPORT_TEXT, 34);
	for (one = shown_from(json_get(scores, "at")); one != NULL;
	     one = one->next) {
		snprintf(title, sizeof(title), _("Submission %lld (%.24s)"),
		    (long long)json_int(one, "submission", 0),
		    json_str(one, "revision"));
		report_table_col_copy(t, title, REPORT_SCORE);
	}
	COLUMN(t, _("Now"), REPORT_SCORE, 0);
	COLUMN(t, _("Change"), REPORT_DECIMAL, 0);
	COLUMN(t, _("Committee"), REPORT_SCORE, 0);
	cJSON_ArrayForEach (one, json_get(now, "items"))
		score_row(
		    t, doc, json_str(one, "id"), one, json_str(one, "score"));
	score_row(t, doc, NULL, now, json_str(now, "total"));
	t->sums = 1;
}

/* --- who and when --- */

void
audit_table_people(const cJSON *doc, struct report_table *t)
{
	const cJSON *one, *a;

	report_table_init(t, _("People"));
	COLUMN(t, _("Side"), REPORT_WORD, 0);
	COLUMN(t, _("Person"), REPORT_TEXT, 20);
	COLUMN(t, _("Login"), REPORT_TEXT, 0);
	COLUMN(t, _("Revisions"), REPORT_INT, 0);
	COLUMN(t, _("What was done"), REPORT_TEXT, 28);
	COLUMN(t, _("Devices"), REPORT_TEXT, 0);
	COLUMN(t, _("First"), REPORT_TIME, 0);
	COLUMN(t, _("Last"), REPORT_TIME, 0);
	cJSON_ArrayForEach (one, json_get(doc, "people")) {
		struct buf b = BUF_INIT;

		report_cells_word(t, one, "side");
		report_cells_str(t, one, "name");
		report_cells_str(t, one, "login");
		report_cells_int(t, one, "revisions");
		cJSON_ArrayForEach (a, json_get(one, "actions"))
			buf_printf(&b, "%s%s %.0f", b.len > 0 ? ", " : "",
			    labels_action(a->string), a->valuedouble);
		report_table_add(t, buf_str(&b));
		t->failed |= b.failed;
		buf_release(&b);
		report_cells_list(t, json_get(one, "devices"));
		report_cells_str(t, one, "first");
		report_cells_str(t, one, "last");
	}
}

void
audit_table_devices(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("Devices"));
	COLUMN(t, _("Device"), REPORT_WORD, 0);
	COLUMN(t, _("Revisions"), REPORT_INT, 0);
	COLUMN(t, _("People"), REPORT_TEXT, 16);
	MORE(t, _("First"), REPORT_TIME);
	COLUMN(t, _("Last"), REPORT_TIME, 0);
	COLUMN(t, _("State"), REPORT_TEXT, 0);
	COLUMN(t, _("Good since"), REPORT_TIME, 0);
	COLUMN(t, _("Good until"), REPORT_TIME, 0);
	MORE(t, _("Last revision that is good"), REPORT_INT);
	MORE(t, _("Reason"), REPORT_TEXT);
	COLUMN(t, _("Fingerprint of its key"), REPORT_PRINT, 20);
	cJSON_ArrayForEach (one, json_get(doc, "devices")) {
		report_cells_str(t, one, "device");
		report_cells_int(t, one, "revisions");
		report_cells_list(t, json_get(one, "people"));
		report_cells_str(t, one, "first");
		report_cells_str(t, one, "last");
		report_cells_word(t, one, "state");
		report_cells_str(t, one, "since");
		report_cells_str(t, one, "until");
		if (cJSON_IsNumber(json_get(one, "last_revision")))
			report_cells_int(t, one, "last_revision");
		else
			report_table_add(t, NULL);
		report_cells_str(t, one, "reason");
		report_cells_str(t, one, "fingerprint");
	}
}

void
audit_table_records(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("What was written"));
	COLUMN(t, _("Side"), REPORT_WORD, 0);
	COLUMN(t, _("Record"), REPORT_TEXT, 18);
	COLUMN(t, _("Title"), REPORT_TEXT, 30);
	COLUMN(t, _("Revisions"), REPORT_INT, 0);
	COLUMN(t, _("Fields"), REPORT_INT, 0);
	COLUMN(t, _("People"), REPORT_INT, 0);
	COLUMN(t, _("First"), REPORT_TIME, 0);
	COLUMN(t, _("Last"), REPORT_TIME, 0);
	cJSON_ArrayForEach (one, json_get(doc, "records")) {
		const char *item = json_str(one, "item");

		report_cells_word(t, one, "side");
		report_cells_str(t, one, "record");
		report_table_add(t,
		    item != NULL ? criteria_title(report_doc_find(
				       json_get(doc, "criteria"), "id", item))
				 : NULL);
		report_cells_int(t, one, "revisions");
		report_cells_int(t, one, "fields");
		report_cells_int(t, one, "people");
		report_cells_str(t, one, "first");
		report_cells_str(t, one, "last");
	}
}

/* "2026-11" as people of this language count years. */
static void
add_month(struct report_table *t, const char *month)
{
	long year = strtol(month, NULL, 10);

	if (lang_thai() && strlen(month) == 7)
		report_table_addf(t, "%s/%ld", month + 5, year + 543);
	else
		report_table_add(t, month);
}

void
audit_table_months(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("Months"));
	COLUMN(t, _("Month"), REPORT_WORD, 0);
	COLUMN(t, _("Revisions of the office"), REPORT_INT, 0);
	COLUMN(t, _("Revisions of the hall"), REPORT_INT, 0);
	cJSON_ArrayForEach (one, json_get(doc, "months")) {
		add_month(t, json_str(one, "month"));
		report_cells_int(t, one, "office");
		report_cells_int(t, one, "hall");
	}
}

void
audit_table_timeline(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("Timeline"));
	COLUMN(t, _("Time"), REPORT_TIME, 0);
	COLUMN(t, _("Side"), REPORT_WORD, 0);
	COLUMN(t, _("What was done"), REPORT_TEXT, 14);
	COLUMN(t, _("Person"), REPORT_TEXT, 16);
	MORE(t, _("Login"), REPORT_WORD);
	COLUMN(t, _("Device"), REPORT_WORD, 0);
	COLUMN(t, _("Reason"), REPORT_TEXT, 20);
	COLUMN(t, _("Received by the hall"), REPORT_TIME, 0);
	COLUMN(t, _("Revision"), REPORT_WORD, 0);
	MORE(t, _("Commit"), REPORT_HASH);
	cJSON_ArrayForEach (one, json_get(doc, "milestones")) {
		const cJSON *person = json_get(one, "person");

		report_cells_str(t, one, "time");
		report_cells_word(t, one, "side");
		report_table_add(t, labels_action(json_str(one, "action")));
		report_cells_str(t, person, "name");
		report_cells_str(t, person, "login");
		report_cells_str(t, one, "device");
		report_cells_str(t, one, "reason");
		report_cells_str(t, one, "received");
		report_cells_str(t, one, "revision");
		report_cells_str(t, one, "commit");
	}
}

/* --- a hall's --- */

void
audit_table_offices(const cJSON *doc, struct report_table *t)
{
	const cJSON *one, *flags = json_get(json_get(doc, "flags"), "offices");

	report_table_init(t, _("Offices"));
	COLUMN(t, _("Office"), REPORT_WORD, 0);
	COLUMN(t, _("Name"), REPORT_TEXT, 18);
	COLUMN(t, _("Status"), REPORT_TEXT, 12);
	COLUMN(t, _("Late"), REPORT_WORD, 0);
	COLUMN(t, _("Score"), REPORT_SCORE, 0);
	COLUMN(t, _("Committee"), REPORT_SCORE, 0);
	COLUMN(t, _("Revisions"), REPORT_INT, 0);
	COLUMN(t, _("People"), REPORT_INT, 0);
	COLUMN(t, _("Flags"), REPORT_INT, 0);
	COLUMN(t, _("Last receipt"), REPORT_TIME, 0);
	COLUMN(t, _("Revision"), REPORT_WORD, 0);
	COLUMN(t, _("Commit"), REPORT_HASH, 0);
	MORE(t, _("The hall's commit"), REPORT_HASH);
	MORE(t, _("Merges"), REPORT_INT);
	MORE(t, _("Devices"), REPORT_INT);
	MORE(t, _("Not yet received by the hall"), REPORT_INT);
	cJSON_ArrayForEach (one, json_get(doc, "offices")) {
		const cJSON *counts = json_get(one, "counts");
		const char *code = json_str(one, "code");

		report_cells_str(t, one, "code");
		report_cells_str(t, one, "name");
		report_cells_word(t, one, "state");
		report_table_add(
		    t, json_bool(one, "late", 0) ? _("late") : NULL);
		report_cells_str(t, one, "total");
		report_cells_str(t, one, "committee");
		report_cells_int(t, counts, "revisions");
		report_cells_int(t, counts, "people");
		report_cells_int(
		    t, report_doc_find(flags, "office", code), "flags");
		report_cells_str(t, json_get(one, "receipt"), "time");
		report_cells_str(t, one, "revision");
		report_cells_str(t, one, "commit");
		report_cells_str(t, one, "hall_commit");
		report_cells_int(t, counts, "merges");
		report_cells_int(t, counts, "devices");
		report_cells_int(t, counts, "unreceived");
	}
}
