#include "client/report/report_enroll.h"

#include "client/cmd/cmd_enroll.h"
#include "client/report/qr_terminal.h"

int
report_enroll_request(struct cmd *c, struct err *e)
{
	return cmd_enroll_request_with(c, qr_terminal, e);
}

int
report_enroll_admit(struct cmd *c, struct err *e)
{
	return cmd_enroll_admit_with(c, qr_terminal, e);
}
