/*
 * report_qr: a short text as a QR code, drawn as SVG.
 *
 * Ownership: the picture is appended to the buf.
 * Units:     none.
 * Errors:    ERR_INVALID (too long for a code), ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_QR_H
#define CLIENT_REPORT_REPORT_QR_H

#include "base/buf.h"

int report_qr(struct buf *b, const char *text, struct err *e);

#endif
