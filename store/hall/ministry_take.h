/*
 * ministry_take: what was fetched of a province (refs/incoming/ of its
 * repository) is checked and taken in: the hall's own line, then each office's
 * two branches, by the same rules as at the hall (store/admit/).
 *
 * Ownership: struct ministry_due is the caller's memory; ministry_due_release().
 * Units:     revisions.
 * Errors:    ERR_CONFLICT: a history is shown that does not continue the one
 * that is held, or one is shown no more; ERR_REFUSED: a signature, a key or a
 * record is not right. Nothing of that line or branch is taken in then.
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_HALL_MINISTRY_TAKE_H
#define STORE_HALL_MINISTRY_TAKE_H

#include "store/store.h"

struct ministry_due {
	char (*offices)[8]; /* whose news came, by code */
	size_t n;
};

/* After a fetch, which another process made. */
int ministry_due(
    struct store *s, const char *code, struct ministry_due *ret, struct err *e);
void ministry_due_release(struct ministry_due *d);

/* refs/heads/hall follows refs/incoming/hall: signed by the hall's key, commit
 * by commit, and forward only. */
int ministry_take_hall(
    struct store *s, const char *code, int64_t *ret_n, struct err *e);

/* Both branches of one office; what came of it stands in table peer. */
int ministry_take_office(
    struct store *s, const char *office, int64_t *ret_n, struct err *e);

/* ERR_CONFLICT when the province shows an office no more that is held here, or
 * one that is not its own. */
int ministry_check_offices(struct store *s, const char *code, struct err *e);

/* For stock git beside the repository: the signers that the hall's line names,
 * so far as it was checked. */
int ministry_write_signers(struct store *s, const char *code, struct err *e);

#endif
