/* pmqa-report: pmqa for the commands that draw reports or pack spreadsheets.
 * pmqa becomes it for them (cmd_main.h). */
#include "client/cmd_main.h"
#include "client/report/audit.h"
#include "client/report/report.h"
#include "client/report/report_enroll.h"
#include "client/report/report_inout.h"

static const struct cmd_override overrides[] = {
	{ "report", report_run },
	{ "audit", audit_run },
	{ "audit anchor", audit_anchor_run },
	{ "export", report_inout_export },
	{ "import", report_inout_import },
	{ "enroll", report_enroll_request },
	{ "hall enroll", report_enroll_admit },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	return cmd_main(argc, argv, overrides);
}
