/*
 * lines: three texts merged by lines, only when it is clean: no line of the one
 * side's changes touches the other's.
 *
 * Our own, and small: whoever checks a merge makes it again, so its bytes may
 * not depend on the version of a library (docs/decisions/0010-merge-by-field.md).
 *
 * Ownership: *ret is the caller's (free).
 * Units:     bytes, lines.
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 *
 * Between two lines that all three texts have in common, at most one side may
 * have changed something, or both the same. What is too long to compare
 * (LINES_MAX_CELLS) is not clean.
 */
#ifndef STORE_RECORD_LINES_H
#define STORE_RECORD_LINES_H

#include "base/err.h"

#define LINES_MAX_CELLS ((size_t)1 << 20) /* changed lines of a side x base */

/* *ret NULL: not clean. */
int lines_merge(const char *base, const char *hall, const char *mine,
    char **ret, struct err *e);

#endif
