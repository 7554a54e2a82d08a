/*
 * fatal: the end of the process when the disk no longer keeps its word. After
 * a failed write or fsync nobody knows what is stored: nothing more may be
 * acknowledged, and the next start finds out (reliability: fsync).
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    does not return when the error is one of those.
 * Thread:    any.
 */
#ifndef DAEMON_FATAL_H
#define DAEMON_FATAL_H

#include "base/err.h"

void fatal_check(const char *what, const struct err *e);

#endif
