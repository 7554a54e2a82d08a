#include "client/report/report.h"

#include "client/report/report_doc.h"
#include "client/report/report_file.h"
#include "client/report/report_form.h"
#include "client/report/report_html.h"
#include "client/report/report_tables.h"

/* The tables of a workbook, in the order of its sheets. */
static report_fill *const office_sheets[] = {
	report_table_summary,
	report_table_items,
	report_table_indicators,
	report_table_gaps,
	report_table_plan,
	report_table_evidence,
	report_table_signoffs,
	report_table_years,
};

static report_fill *const hall_sheets[] = {
	report_table_offices,
	report_table_practices,
};

#define N(a) (sizeof(a) / sizeof(*(a)))

static const struct report_look office_look = { report_html_office,
	office_sheets, N(office_sheets), report_table_items };
static const struct report_look hall_look = { report_html_hall, hall_sheets,
	N(hall_sheets), report_table_offices };

static int
fetch(struct cmd *c, int over_offices, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = report_doc_fetch(c,
		    over_offices ? "report.province" : "report.data", params,
		    ret, e);
	cJSON_Delete(params);
	return rc;
}

int
report_run(struct cmd *c, struct err *e)
{
	const char *form = report_form_choose(c);
	cJSON *doc = NULL;
	int over_offices = 0, rc;

	if (form == NULL)
		return err_set(e, ERR_USAGE, 0,
		    "'%s' is not a form of a report: html, xlsx, csv or json",
		    c->opts->value[OPT_FORMAT]);
	if ((rc = report_file_over_offices(c, &over_offices, e)) < 0 ||
	    (rc = fetch(c, over_offices, &doc, e)) < 0)
		return rc;
	rc = report_form_put(
	    c, "pmqa", form, over_offices ? &hall_look : &office_look, doc, e);
	cJSON_Delete(doc);
	return rc;
}
