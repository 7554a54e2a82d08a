/* Reports: long documents, in parts (store/view/report.h). */
#include "daemon/handlers/handlers.h"
#include "store/view/report.h"

static int
run_data(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return report_office_part(
	    s, office, year, json_str(c->params, "cursor"), ret, e);
}

static int
run_province(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0)
		return rc;
	return report_province_part(
	    s, year, json_str(c->params, "cursor"), ret, e);
}

const struct handler handlers_report[] = {
	{ "report.data", run_data, NULL, NULL },
	{ "report.province", run_province, NULL, NULL },
};
const size_t handlers_n_report =
    sizeof(handlers_report) / sizeof(*handlers_report);
