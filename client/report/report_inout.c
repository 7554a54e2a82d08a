#include "client/report/report_inout.h"

#include "client/cmd/cmd_inout.h"
#include "client/file/xlsx_read.h"
#include "client/file/xlsx_write.h"

static const struct inout_xlsx xlsx = { xlsx_write, xlsx_read };

int
report_inout_export(struct cmd *c, struct err *e)
{
	return cmd_export_with(c, &xlsx, e);
}

int
report_inout_import(struct cmd *c, struct err *e)
{
	return cmd_import_with(c, &xlsx, e);
}
