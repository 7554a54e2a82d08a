#include "client/cmd/cmd_report.h"

#include "client/cmd_main.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)

const struct cmd_desc cmd_report_rows[] = {
	{ "report", "", N_("write a report to read, print or hand on"),
	    N_("Formats: html (if none is given) is one page with charts that "
	       "needs no other file and prints on A4; xlsx is a workbook with "
	       "a sheet for each table; csv is the table of items; json is "
	       "all that the report knows. At a hall without --office: the "
	       "report over all offices. Without --output the file is named "
	       "after office, year and revision, in this directory. A file "
	       "that is there already is left alone unless --apply is "
	       "given."),
	    "pmqa report\n"
	    "pmqa report --format xlsx --output สรุป-2565.xlsx\n"
	    "pmqa --lang en report --year 2564 --format html --output -\n"
	    "pmqa --dir H report --office 9105",
	    B(YEAR) | B(OFFICE) | B(FORMAT) | B(OUTPUT) | B(APPLY), 0, 0,
	    cmd_main_become_report },
};

const size_t cmd_report_n_rows =
    sizeof(cmd_report_rows) / sizeof(*cmd_report_rows);
