/*
 * cmd_backup: backup, backup check, backup restore.
 *
 * Ownership: static tables.
 * Units:     none.
 * Errors:    as cmd.h; ERR_DAMAGED when a check found something.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_BACKUP_H
#define CLIENT_CMD_CMD_BACKUP_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_backup_rows[];
extern const size_t cmd_backup_n_rows;

#endif
