/*
 * cmd_receipts: what the hall signed for: list it, check it, keep it where
 * stock ssh-keygen can judge it.
 *
 * Ownership: static tables.
 * Units:     none.
 * Errors:    as cmd.h; ERR_DAMAGED when a receipt does not pass the check.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_RECEIPTS_H
#define CLIENT_CMD_CMD_RECEIPTS_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_receipts_rows[];
extern const size_t cmd_receipts_n_rows;

#endif
