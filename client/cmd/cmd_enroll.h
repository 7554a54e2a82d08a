/*
 * cmd_enroll: the two lines by which an office joins its hall: enroll, hall
 * enroll, enroll accept; on paper, on a stick, or from screen to telephone as a
 * QR code.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; ERR_USAGE where a person would have to be asked and
 * nobody is there; ERR_CONFLICT where the file to write is something else.
 * Thread:    one.
 *
 * pmqa itself draws nothing (cmd_main.h): where a QR code is wanted it becomes
 * pmqa-report, which calls the _with() functions with a draw function.
 */
#ifndef CLIENT_CMD_CMD_ENROLL_H
#define CLIENT_CMD_CMD_ENROLL_H

#include "client/cmd.h"

/* Appends the text as a picture of characters. ERR_INVALID: the text is too
 * long for a code, or the terminal too narrow: says how wide it must be. */
typedef int cmd_enroll_draw(struct out *o, const char *text, struct err *e);

int cmd_enroll_request(struct cmd *c, struct err *e);
int cmd_enroll_admit(struct cmd *c, struct err *e);
int cmd_enroll_accept(struct cmd *c, struct err *e);

int cmd_enroll_request_with(
    struct cmd *c, cmd_enroll_draw *draw, struct err *e);
int cmd_enroll_admit_with(struct cmd *c, cmd_enroll_draw *draw, struct err *e);

#endif
