/*
 * cmd_device: this machine as a device of its office: what it is, becoming
 * another one; and the notices of what happened to it or its hall.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_DEVICE_H
#define CLIENT_CMD_CMD_DEVICE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_device_rows[];
extern const size_t cmd_device_n_rows;

/* The notices of a status, each with its number, time and advice. */
void cmd_device_notices(struct out *o, const cJSON *notices);

#endif
