/*
 * cmd_machines: the hall's list of devices, and who may no longer write: hall
 * devices, revoke, restore, disable, enable.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_MACHINES_H
#define CLIENT_CMD_CMD_MACHINES_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_machines_rows[];
extern const size_t cmd_machines_n_rows;

#endif
