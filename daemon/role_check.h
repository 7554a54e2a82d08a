/*
 * role_check: which methods of the table work here: at an office, at a hall, at
 * a ministry.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_USAGE with a sentence that says where it works.
 * Thread:    any.
 */
#ifndef DAEMON_ROLE_CHECK_H
#define DAEMON_ROLE_CHECK_H

#include "proto/methods.h"
#include "store/conf.h"

int role_check(const struct method *m, enum role here, struct err *e);

#endif
