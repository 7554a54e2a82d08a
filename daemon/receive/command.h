/*
 * command: the commands that a device may run at its hall, and the names of
 * devices; shared by both ends, free of any library.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DENIED with a sentence that names what was asked for.
 * Thread:    any.
 */
#ifndef DAEMON_RECEIVE_COMMAND_H
#define DAEMON_RECEIVE_COMMAND_H

#include "base/err.h"

enum command_verb { COMMAND_FETCH, COMMAND_PUSH, COMMAND_STEPS };

#define COMMAND_DEVICE_MAX 8 /* "9105-a" with NUL */
#define COMMAND_SHA_MAX 65   /* 64 hex digits with NUL */
#define COMMAND_ID_MAX 41    /* 40 hex digits with NUL */

struct command {
	enum command_verb verb;
	char evidence[COMMAND_SHA_MAX]; /* "": the office's revisions */
	/* of COMMAND_STEPS alone; have and want "" where "-" stands */
	int hall; /* the hall's branch, not the office's */
	char have[COMMAND_ID_MAX], want[COMMAND_ID_MAX];
};

/*
 * Exactly git's "git-upload-pack 'PATH'" and "git-receive-pack 'PATH'", where
 * PATH is office or evidence/ and 64 lower-case hex digits; a slash may stand
 * before it. Or "pmqa-steps 'PATH' HAVE WANT" with PATH office, hall or
 * evidence/…, HAVE and WANT a commit's 40 hex digits or "-" (store/git/steps.h).
 * Nothing is unquoted, trimmed or split.
 */
int command_parse(const char *text, struct command *ret, struct err *e);

/* "upload-pack" or "receive-pack"; "steps" is no service of git. */
const char *command_service(enum command_verb v);

/* A device of an office: four digits, "-", a letter other than h (the hall's).
 */
int command_check_device(const char *name, struct err *e);

#endif
