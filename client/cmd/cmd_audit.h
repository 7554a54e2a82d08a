/*
 * cmd_audit: the commands audit, audit anchor and audit check-anchor, as pmqa
 * offers them; the first two are done by pmqa-report (cmd_main.h).
 *
 * Ownership: static data. Units: none. Errors: as cmd.h; ERR_DAMAGED when an
 * anchor does not hold. Thread: one.
 */
#ifndef CLIENT_CMD_CMD_AUDIT_H
#define CLIENT_CMD_CMD_AUDIT_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_audit_rows[];
extern const size_t cmd_audit_n_rows;

#endif
