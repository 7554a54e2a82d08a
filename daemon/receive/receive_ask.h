/*
 * receive_ask: what a device asks for with a push, looked at on its way: the
 * lines before the pack. What is not served here at all (push certificates,
 * histories without their beginning, thousands of refs) is refused with a
 * sentence of its own, and goes no further. Pure.
 *
 * Ownership: the caller's memory, zeroed at the start.
 * Units:     bytes.
 * Errors:    ERR_REFUSED with a sentence.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_ASK_H
#define DAEMON_RECEIVE_RECEIVE_ASK_H

#include <stddef.h>

#include "base/err.h"

struct receive_ask {
	char head[16];  /* length and first bytes of the line at hand */
	size_t n;       /* of them so far */
	size_t line;    /* its length, its own four digits among it */
	size_t n_lines; /* before it */
	int done;       /* the pack follows */
};

#define RECEIVE_ASK_LINES 64 /* a push moves one branch */

/* The next bytes; once it has refused, none of these may be passed on. */
int receive_ask_feed(
    struct receive_ask *a, const char *data, size_t len, struct err *e);

#endif
