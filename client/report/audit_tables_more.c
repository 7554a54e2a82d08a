/* Flags, findings of verify, and the commands of the checks. */
#include "client/report/audit.h"

#include "client/flags_say.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_cells.h"

#define COLUMN report_table_col
#define MORE report_table_more

/* --- flags --- */

/* The revisions that a page has room for, or their commits. */
static void
add_revisions(struct report_table *t, const cJSON *flag, const char *key)
{
	struct buf b = BUF_INIT;
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(flag, "revisions")) {
		buf_puts(&b, b.len > 0 ? ", " : "");
		buf_puts(
		    &b, json_str(one, key) != NULL ? json_str(one, key) : "");
	}
	if (json_int(flag, "count", 0) >
	    cJSON_GetArraySize(json_get(flag, "revisions")))
		buf_puts(&b, ", …");
	report_table_add(t, buf_str(&b));
	t->failed |= b.failed;
	buf_release(&b);
}

static void
add_found(struct report_table *t, const cJSON *flag)
{
	struct buf b = BUF_INIT;

	flags_say(flag, &b);
	report_table_add(t, buf_str(&b));
	t->failed |= b.failed;
	buf_release(&b);
}

void
audit_table_flags(const cJSON *doc, struct report_table *t)
{
	const cJSON *one, *person;

	report_table_init(t, _("Flags"));
	COLUMN(t, _("Rule"), REPORT_TEXT, 13);
	COLUMN(t, _("Office"), REPORT_WORD, 0);
	COLUMN(t, _("Item"), REPORT_WORD, 0);
	COLUMN(t, _("Person"), REPORT_TEXT, 12);
	COLUMN(t, _("Device"), REPORT_WORD, 0);
	COLUMN(t, _("From"), REPORT_TIME, 0);
	COLUMN(t, _("Until"), REPORT_TIME, 0);
	COLUMN(t, _("What was found"), REPORT_TEXT, 32);
	COLUMN(t, _("Revisions"), REPORT_TEXT, 9);
	MORE(t, _("Commits"), REPORT_TEXT);
	MORE(t, _("Rule's name"), REPORT_WORD);
	cJSON_ArrayForEach (one, json_get(json_get(doc, "flags"), "flags")) {
		person = json_get(one, "person");
		report_table_add(t, flags_say_title(json_str(one, "rule")));
		report_cells_str(t, one, "office");
		report_cells_str(t, one, "item");
		report_cells_str(t, person, "name");
		report_cells_str(t, one, "device");
		report_cells_str(t, one, "from");
		report_cells_str(t, one, "until");
		add_found(t, one);
		add_revisions(t, one, "revision");
		add_revisions(t, one, "commit");
		report_cells_str(t, one, "rule");
	}
}

/* --- verify --- */

void
audit_table_findings(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("Findings of verify"));
	COLUMN(t, _("Severity"), REPORT_WORD, 0);
	MORE(t, _("Class"), REPORT_WORD);
	COLUMN(t, _("Where"), REPORT_TEXT, 26);
	COLUMN(t, _("What"), REPORT_TEXT, 36);
	COLUMN(t, _("Advice"), REPORT_TEXT, 28);
	cJSON_ArrayForEach (
	    one, json_get(json_get(doc, "verify"), "findings")) {
		const char *severity = json_str(one, "severity");

		report_table_add(
		    t, severity != NULL ? labels_word(severity) : NULL);
		report_cells_str(t, one, "class");
		report_cells_str(t, one, "where");
		report_table_add(t,
		    lang_pick(json_str(one, "what"), json_str(one, "what_th")));
		report_table_add(t, lang_pick(json_str(one, "advice"),
					json_str(one, "advice_th")));
	}
}

/* --- checks --- */

void
audit_table_checks(const cJSON *doc, struct report_table *t)
{
	const cJSON *one;

	report_table_init(t, _("Checks"));
	COLUMN(t, _("Check"), REPORT_WORD, 0);
	COLUMN(t, _("What it shows"), REPORT_TEXT, 40);
	COLUMN(t, _("Commands"), REPORT_TEXT, 50);
	cJSON_ArrayForEach (one, json_get(doc, "checks")) {
		report_cells_str(t, one, "id");
		report_cells_str(t, one, "what");
		report_cells_str(t, one, "commands");
	}
}
