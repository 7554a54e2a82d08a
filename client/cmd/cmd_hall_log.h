/*
 * cmd_hall_log: the hall's acceptance log for people and as files; who may
 * audit the province.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_HALL_LOG_H
#define CLIENT_CMD_CMD_HALL_LOG_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_hall_log_rows[];
extern const size_t cmd_hall_log_n_rows;

#endif
