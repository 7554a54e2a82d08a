/* The pages of a dossier: of an office's year, and of a hall. */
#include "client/report/audit.h"

#include "client/flags_say.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/report/report_html.h"
#include "client/report/report_qr.h"
#include "client/report/report_tables.h"
#include "client/report/report_text.h"

/* --- title block --- */

static void
heading(struct buf *b, const char *kind, const cJSON *of, const cJSON *doc,
    const char *class)
{
	char text[80];

	buf_printf(b, "<header class=\"%s\">\n", class);
	report_html_text(b, "p", "kind", kind);
	buf_puts(b, "<h1>");
	report_esc(b, json_str(of, "name"));
	buf_puts(b, " (");
	report_esc(b, json_str(of, "code"));
	buf_puts(b, ")</h1>\n");
	snprintf(text, sizeof(text), _("Fiscal year %lld"),
	    (long long)json_int(doc, "year", 0));
	report_html_text(b, "p", "year", text);
}

static void
fact_time(struct buf *b, const char *name, const char *time)
{
	char text[80];

	report_time(text, sizeof(text), time);
	report_html_fact(b, name, text);
}

static void
fact_person(struct buf *b, const char *name, const cJSON *of)
{
	const char *who = json_str(json_get(of, "person"), "name");
	char text[400], time[80];

	if (!cJSON_IsObject(of))
		return;
	report_time(time, sizeof(time), json_str(of, "time"));
	snprintf(text, sizeof(text), "%s, %s", time, who != NULL ? who : "-");
	report_html_fact(b, name, text);
}

static void
office_facts(struct buf *b, const cJSON *doc)
{
	const cJSON *state = json_get(doc, "state");
	const cJSON *sent = json_get(state, "submission");
	const cJSON *decision = json_get(state, "decision");
	char text[200];

	buf_puts(b, "<dl class=\"facts\">\n");
	report_html_fact(
	    b, _("Province"), json_str(json_get(doc, "hall"), "name"));
	report_html_fact(b, _("Criteria"), json_str(doc, "edition"));
	report_html_fact(b, _("Status"), labels_word(json_str(state, "state")));
	fact_person(b, _("Submitted"), sent);
	fact_time(b,
	    json_bool(sent, "late", 0) ? _("Received by the hall, late")
				       : _("Received by the hall"),
	    json_str(sent, "received"));
	if (cJSON_IsObject(decision))
		fact_person(
		    b, labels_word(json_str(decision, "verdict")), decision);
	snprintf(text, sizeof(text), "%.24s (%.40s)",
	    json_str(doc, "revision") != NULL ? json_str(doc, "revision") : "-",
	    json_str(doc, "commit") != NULL ? json_str(doc, "commit") : "-");
	report_html_fact(b, _("Made from revision"), text);
	fact_time(b, _("Dossier made"), json_str(doc, "made"));
	buf_puts(b, "</dl>\n");
}

static void
one_sum(struct buf *b, const char *name, int64_t n)
{
	buf_puts(b, "<div class=\"sum\">");
	report_esc(b, name);
	buf_printf(b, "<b>%lld</b></div>\n", (long long)n);
}

static void
word_sum(struct buf *b, const char *name, const char *word)
{
	buf_puts(b, "<div class=\"sum\">");
	report_esc(b, name);
	report_html_text(b, "b", NULL, word);
	buf_puts(b, "</div>\n");
}

static int64_t
n_errors(const cJSON *doc)
{
	return cJSON_GetArraySize(
	    json_get(json_get(doc, "verify"), "findings"));
}

static void
verify_sum(struct buf *b, const cJSON *doc)
{
	if (json_bool(json_get(doc, "verify"), "ok", 0))
		word_sum(b, _("Verify"), _("in order"));
	else
		one_sum(b, _("Findings of verify"), n_errors(doc));
}

static void
office_sums(struct buf *b, const cJSON *doc)
{
	const cJSON *counts = json_get(doc, "counts");

	buf_puts(b, "<div class=\"sums\">\n");
	one_sum(b, _("Revisions"), json_int(counts, "revisions", 0));
	one_sum(b, _("People"), json_int(counts, "people", 0));
	one_sum(b, _("Devices"), json_int(counts, "devices", 0));
	one_sum(b, _("Flags"), json_int(json_get(doc, "flags"), "total", 0));
	one_sum(b, _("Not yet received by the hall"),
	    json_int(counts, "unreceived", 0));
	verify_sum(b, doc);
	buf_puts(b, "</div>\n</header>\n");
}

/* --- sections --- */

struct section {
	const char *id, *title, *note, *none;
	void (*fill)(const cJSON *doc, struct report_table *t);
	enum report_page page;
};

static int
put_sections(struct buf *b, const cJSON *doc, const struct section *all,
    size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		report_html_section(
		    b, all[i].id, err_tr(all[i].title), all[i].page);
		if (all[i].fill == audit_table_flags)
			report_html_text(b, "p", "note", flags_say_caution());
		else if (all[i].note != NULL)
			report_html_text(b, "p", "note", err_tr(all[i].note));
		rc = report_html_filled(
		    b, doc, all[i].fill, err_tr(all[i].none), e);
		report_html_section_end(b);
	}
	return rc;
}

#define FLAGS_SECTION                                                          \
	{                                                                      \
		"flags", N_("Flags"), NULL, N_("No rule found anything."),     \
		    audit_table_flags, PAGE_WIDE_ON                            \
	}

static const struct section office_sections[] = {
	{ "scores", N_("How the score came about"),
	    N_("Scores of the office at each submission and now, worked out "
	       "again from the record as it stood; change is from the first "
	       "one shown."),
	    N_("There is nothing to score."), audit_table_scores, PAGE_SAME },
	{ "signoffs", N_("Sign-offs"), NULL, N_("Nothing is signed off."),
	    report_table_signoffs, PAGE_SAME },
	{ "timeline", N_("Timeline"),
	    N_("Everything but everyday writing, oldest first."),
	    N_("Nothing happened yet."), audit_table_timeline, PAGE_SAME },
	{ "months", N_("When it was written"), NULL,
	    N_("Nobody saved anything."), audit_table_months, PAGE_SAME },
	{ "people", N_("Who did what"), NULL, N_("Nobody saved anything."),
	    audit_table_people, PAGE_WIDE },
	{ "devices", N_("Devices and their keys"),
	    N_("Every device that the hall knows of this office, and until "
	       "when its signature is good."),
	    N_("There is no device."), audit_table_devices, PAGE_WIDE_ON },
	{ "records", N_("What was written"), NULL, N_("Nobody saved anything."),
	    audit_table_records, PAGE_WIDE_ON },
	FLAGS_SECTION,
};

static const struct section hall_sections[] = {
	{ "offices", N_("Where the offices stand"), NULL,
	    N_("No office has opened this year."), audit_table_offices,
	    /* a sheet lies from the title on: a page of its own for the title
	     * would be all but empty */
	    PAGE_WIDE_ON },
	FLAGS_SECTION,
};

/* --- proofs --- */

static void
receipt_fact(struct buf *b, const cJSON *proofs)
{
	const cJSON *r = json_get(proofs, "receipt");
	char text[200], time[80];

	if (!cJSON_IsObject(r))
		return;
	report_time(time, sizeof(time), json_str(r, "time"));
	snprintf(text, sizeof(text), "%s, %.24s", time,
	    json_str(r, "revision") != NULL ? json_str(r, "revision") : "-");
	report_html_fact(b, _("Newest receipt of the hall"), text);
}

static void
tip_fact(struct buf *b, const char *name, const cJSON *tip)
{
	long long n = json_int(tip, "revisions", 0);
	char text[160];

	if (!cJSON_IsObject(tip))
		return;
	snprintf(text, sizeof(text),
	    lang_n(n, "%.40s, %lld revision", "%.40s, %lld revisions"),
	    json_str(tip, "commit"), n);
	report_html_fact(b, name, text);
}

static void
proof_facts(struct buf *b, const cJSON *doc)
{
	const cJSON *proofs = json_get(doc, "proofs");
	const cJSON *log = json_get(proofs, "log");
	const cJSON *checked = json_get(json_get(doc, "verify"), "checked");
	static const struct {
		const char *name, *label;
	} kinds[] = {
		{ "commits", N_("Commits") },
		{ "signatures", N_("Signatures") },
		{ "receipts", N_("Receipts") },
		{ "evidence", N_("Evidence files") },
		{ "records", N_("Records") },
		{ "log", N_("Lines of the acceptance log") },
	};
	struct buf figures = BUF_INIT;
	char text[160];

	buf_puts(b, "<dl class=\"facts\">\n");
	tip_fact(b, _("The office's history"), json_get(proofs, "office"));
	tip_fact(b, _("The hall's history"), json_get(proofs, "hall"));
	receipt_fact(b, proofs);
	if (cJSON_IsObject(log)) {
		snprintf(text, sizeof(text), _("line %lld, %.64s"),
		    (long long)json_int(log, "n", 0), json_str(log, "hash"));
		report_html_fact(b, _("Head of the acceptance log"), text);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (json_get(checked, kinds[i].name) != NULL)
			buf_printf(&figures, "%s%s %lld",
			    figures.len > 0 ? ", " : "", err_tr(kinds[i].label),
			    (long long)json_int(checked, kinds[i].name, 0));
	report_html_fact(b, _("Verify has looked at"), buf_str(&figures));
	b->failed |= figures.failed;
	buf_release(&figures);
	buf_puts(b, "</dl>\n");
}

static void
put_checks(struct buf *b, const cJSON *doc)
{
	const cJSON *one;

	report_html_section(
	    b, "checks", _("How to check this dossier"), PAGE_NEW);
	report_html_text(b, "p", NULL,
	    _("None of these commands needs a program of PMQA: git and "
	      "OpenSSH are enough. Run them one after the other in one shell; "
	      "each ends without an error when the claim is true."));
	cJSON_ArrayForEach (one, json_get(doc, "checks")) {
		report_html_text(b, "p", "check", json_str(one, "what"));
		report_html_text(b, "pre", NULL, json_str(one, "commands"));
	}
	report_html_section_end(b);
}

/* The sections that both pages end with. */
static int
put_proofs(struct buf *b, const cJSON *doc, struct err *e)
{
	const char *commit = json_str(doc, "commit");
	int rc = 0;

	report_html_section(b, "proofs", _("Proofs"), PAGE_NEW);
	if (commit != NULL) {
		buf_puts(b, "<div class=\"proof\">\n");
		rc = report_qr(b, commit, e);
		buf_puts(b, "<div>\n");
		proof_facts(b, doc);
		buf_puts(b, "</div>\n</div>\n");
	} else {
		proof_facts(b, doc);
	}
	if (rc == 0)
		rc = report_html_filled(b, doc, audit_table_findings,
		    _("Verify found nothing that is wrong."), e);
	report_html_section_end(b);
	if (rc == 0)
		put_checks(b, doc);
	return rc;
}

/* --- the pages --- */

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
begin(struct buf *b, const cJSON *of, const cJSON *doc)
{
	char title[300];

	snprintf(title, sizeof(title), "%s: %s %lld", _("Dossier"),
	    json_str(of, "name"), (long long)json_int(doc, "year", 0));
	report_html_begin(b, title);
}

int
audit_html_office(const cJSON *doc, struct buf *b, struct err *e)
{
	const cJSON *office = json_get(doc, "office");
	int rc;

	begin(b, office, doc);
	heading(b, _("Auditor's dossier: PMQA 4.0 self-assessment"), office,
	    doc, "title");
	office_facts(b, doc);
	office_sums(b, doc);
	if ((rc = put_sections(
		 b, doc, office_sections, N(office_sections), e)) < 0 ||
	    (rc = put_proofs(b, doc, e)) < 0)
		return rc;
	report_html_end(b);
	return buf_ok(b, e);
}

int
audit_html_hall(const cJSON *doc, struct buf *b, struct err *e)
{
	const cJSON *hall = json_get(doc, "hall");
	int rc;

	begin(b, hall, doc);
	heading(b, _("Auditor's dossier: self-assessments of all offices"),
	    hall, doc, "title wide");
	buf_puts(b, "<dl class=\"facts\">\n");
	fact_time(b, _("Dossier made"), json_str(doc, "made"));
	buf_puts(b, "</dl>\n<div class=\"sums\">\n");
	one_sum(b, _("Offices"), cJSON_GetArraySize(json_get(doc, "offices")));
	one_sum(b, _("Flags"), json_int(json_get(doc, "flags"), "total", 0));
	verify_sum(b, doc);
	buf_puts(b, "</div>\n</header>\n");
	if ((rc = put_sections(b, doc, hall_sections, N(hall_sections), e)) <
		0 ||
	    (rc = put_proofs(b, doc, e)) < 0)
		return rc;
	report_html_end(b);
	return buf_ok(b, e);
}
