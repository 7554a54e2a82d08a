/*
 * command: the two commands that a device may run at its hall, and the names
 * of devices; shared by both ends, free of any library.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DENIED with a sentence that names what was asked for.
 * Thread:    any.
 */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

#include "base/err.h"

enum command { COMMAND_FETCH, COMMAND_PUSH };

#define COMMAND_DEVICE_MAX 8 /* "9105-a" with NUL */

/*
 * Exactly git's "git-upload-pack '/office'" and "git-receive-pack '/office'",
 * the slash may be absent; nothing is unquoted, trimmed or split.
 */
int command_parse(const char *text, enum command *ret, struct err *e);

/* "upload-pack" or "receive-pack". */
const char *command_service(enum command c);

/* A device of an office: four digits, "-", a letter other than h (the hall's).
 */
int command_check_device(const char *name, struct err *e);

#endif
