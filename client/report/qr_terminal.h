/*
 * qr_terminal: a line of text as a QR code of block characters, two modules a
 * character, for a telephone to read from the screen.
 *
 * Ownership: appended to the out.
 * Units:     none.
 * Errors:    ERR_INVALID: too long for a code, or the terminal is too narrow
 * (the sentence says how wide it must be); ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_QR_TERMINAL_H
#define CLIENT_REPORT_QR_TERMINAL_H

#include "client/out.h"

/* A cmd_enroll_draw. On a terminal with colours white and black are set; else
 * light modules are drawn and dark ones left out (light text on dark ground). */
int qr_terminal(struct out *o, const char *text, struct err *e);

#endif
