/*
 * receive_commands: what a push asks for: its commands "<old> <new> <ref>", and
 * behind the first one what the client can do. Pure.
 *
 * Ownership: the caller's memory, zeroed at the start.
 * Units:     bytes.
 * Errors:    ERR_REFUSED with a sentence.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_COMMANDS_H
#define DAEMON_RECEIVE_RECEIVE_COMMANDS_H

#include "store/admit/door.h"

#define RECEIVE_UPDATES_MAX 8

struct receive_commands {
	struct door_update list[RECEIVE_UPDATES_MAX];
	size_t n;
	int report; /* wants to know how it went */
	int banded; /* in bands, up to 64 KiB each */
};

/* One line, as it stands in its packet; strict. */
int receive_commands_add(
    struct receive_commands *c, const char *line, size_t len, struct err *e);

/* 1 if a pack follows: it does unless all of them only delete. */
int receive_commands_bring(const struct receive_commands *c);

#endif
