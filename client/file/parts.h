/*
 * parts: the parts of a file from the daemon, in order; one is always asked for
 * ahead, so that the line to the daemon never waits for the disk.
 *
 * Ownership: arg is the caller's; an answer is freed when take() is through.
 * Units:     parts, from 1.
 * Errors:    those of ask() and take(); as talk.h.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_PARTS_H
#define CLIENT_FILE_PARTS_H

#include "client/cmd.h"

/* Sends for part n. */
typedef int parts_ask(void *arg, int n, int64_t *ret_id, struct err *e);
/* Takes in the daemon's answer, the next part. */
typedef int parts_take(void *arg, const cJSON *part, struct err *e);

/* From first to last, both among them; none when last is before first. */
int parts_fetch(struct cmd *c, int first, int last, parts_ask *ask,
    parts_take *take, void *arg, struct err *e);

#endif
