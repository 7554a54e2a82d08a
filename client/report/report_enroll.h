/*
 * report_enroll: enroll and hall enroll with a QR code (cmd_enroll.h).
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd_enroll.h.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_ENROLL_H
#define CLIENT_REPORT_REPORT_ENROLL_H

#include "client/cmd.h"

int report_enroll_request(struct cmd *c, struct err *e);
int report_enroll_admit(struct cmd *c, struct err *e);

#endif
