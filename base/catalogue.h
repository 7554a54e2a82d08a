/*
 * catalogue: look-ups in one compiled message catalogue (GNU gettext's .mo).
 *
 * Not gettext() itself: glibc translates only in a locale of the language, no
 * such locale is on every machine, and from 2.38 on "C.UTF-8" counts as "C".
 * xgettext, msgmerge and msgfmt make the file as for any other program.
 *
 * Ownership: catalogue_open() maps the file until catalogue_close(); strings
 * found are borrowed from the mapping.
 * Units:     bytes.
 * Errors:    ERR_SYS, ERR_INVALID for a file that is no catalogue of this
 * machine's byte order or whose tables point outside of it.
 * Thread:    opened once, then read by any thread.
 */
#ifndef BASE_CATALOGUE_H
#define BASE_CATALOGUE_H

#include "base/err.h"

struct catalogue;

int catalogue_open(const char *path, struct catalogue **ret, struct err *e);
void catalogue_close(struct catalogue *c);

/* The translation of msgid, NULL if there is none. c may be NULL. */
const char *catalogue_find(const struct catalogue *c, const char *msgid);

/* The i-th message: its id, NULL behind the last. c may be NULL. */
const char *catalogue_at(const struct catalogue *c, size_t i);

#endif
