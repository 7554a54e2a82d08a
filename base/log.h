/*
 * log: one line to standard error, with the priority prefix that systemd reads
 * (sd-daemon(3)) when JOURNAL_STREAM is set, else with the time.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    none; a line that cannot be written is lost.
 * Thread:    any; a line is one write(2).
 *
 * Only main() and the end of a flow log; base, proto and store never do. Never
 * bodies of records, never keys.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR = 3, LOG_WARN = 4, LOG_INFO = 6 };

void log_line(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "<what>: <sentence> (<code>)" at LOG_ERROR */
void log_err(const char *what, const struct err *e);

#endif
