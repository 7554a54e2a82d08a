/*
 * signed: the acts of sign-off and review of an office and its hall (pair.h),
 * each in a save group of its own, for tests of store/.
 *
 * Ownership: everything is borrowed; results of the saves are dropped.
 * Units:     none.
 * Errors:    the acts give what the store says; the others fail the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_SIGNED_H
#define TESTS_SUPPORT_SIGNED_H

#include "store/review/review.h"
#include "store/review/signoff.h"
#include "tests/support/pair.h"

#define SIGNED_YEAR 2565
#define SIGNED_ITEM "1.1"

/* One act at its own place, with this reason (NULL: none; a return: its
 * text), kept (1) or undone again (0). *ret_st: the state right after it. */
int signed_try(struct pair *p, enum signoff_act act, const char *reason,
    int keep, enum signoff_state *ret_st, struct err *e);

/* The same, kept; it must be allowed. */
void signed_do(struct pair *p, enum signoff_act act, const char *reason);

/* A field of item 1.1 at the office. */
int signed_edit(struct pair *p, const char *field, const char *text,
    const char *reason, struct err *e);

/* A view of item 1.1 by a reviewer of the hall. */
int signed_review(struct pair *p, const char *login, const char *field,
    const char *text, int consensus, struct err *e);

enum signoff_state signed_state(struct store *s, const char *office);
/* Both sides say so. */
void signed_agree(struct pair *p, enum signoff_state want);

/* The member of review.show of item 1.1 as JSON text; the caller frees. */
char *signed_shown(struct store *s, const char *office, const char *member);

#endif
