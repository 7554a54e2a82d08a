/*
 * say: a sentence that another machine, a log or the daemon wrote, as this
 * person reads it: in the chosen language, its times written as people write
 * them.
 *
 * Ownership: appends to the caller's buffer.
 * Units:     none.
 * Errors:    none; what has no translation stays English.
 * Thread:    one.
 */
#ifndef CLIENT_SAY_H
#define CLIENT_SAY_H

#include "base/buf.h"

/* th NULL or "": only the English was kept. */
void say(struct buf *ret, const char *en, const char *th);

/* The text with its times as people write them; not those that are an example
 * of how to write one. */
void say_times(struct buf *ret, const char *text);

#endif
