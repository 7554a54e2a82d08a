/*
 * push: pushes of a forged branch (forge.h) at the hall's door, and what is
 * said of them.
 *
 * Ownership: push_setup() and push_teardown() are a test's, *state is a struct
 * forge.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_PUSH_H
#define TESTS_SUPPORT_PUSH_H

#include "store/admit/door.h"
#include "tests/support/forge.h"

int push_setup(void **state);
int push_teardown(void **state);

/* A push of branch office from its second revision to the forged tip. */
struct door_update push_update(const struct forge *f);

/* By device a; what door_check() says. */
int push_updates(
    struct forge *f, const struct door_update *u, size_t n, struct err *e);
int push(struct forge *f, struct err *e);

/* What git does with an accepted push: the objects leave the quarantine, the
 * ref moves. */
void push_taken(struct forge *f, const char *ref, const unsigned char *old,
    const unsigned char tip[20]);

/* Refused with this sentence, and the hall's repository as it was, to the byte.
 */
void push_refused_updates(struct forge *f, const struct door_update *u,
    size_t n, const char *sentence);
void push_refused(struct forge *f, const char *sentence);

/* The same, and the sentence begins with the tip's short id. */
void push_commit_refused(struct forge *f, const char *sentence);

#endif
