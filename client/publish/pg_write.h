/*
 * pg_write: answers of the daemon to rows: each document goes to the server
 * whole, as JSON, and one statement a table takes it apart there.
 *
 * Ownership: everything is borrowed.
 * Units:     counts of rows.
 * Errors:    those of pg.h. The caller has a transaction open, and rolls back
 * after an error.
 * Thread:    one.
 */
#ifndef CLIENT_PUBLISH_PG_WRITE_H
#define CLIENT_PUBLISH_PG_WRITE_H

#include "client/publish/pg.h"

struct pg_place {
	const char *office, *branch;
	int64_t n; /* revisions of the branch that are there already */
};

/* Everything of the branch goes. */
int pg_write_reset(struct pg *p, const struct pg_place *at, struct err *e);

/* An answer to feed.revisions: the revisions, their changes, and where the
 * branch is now. *ret_n: how many revisions. */
int pg_write_revisions(struct pg *p, const struct pg_place *at,
    const cJSON *page, int64_t *ret_n, struct err *e);

/* An answer to feed.answers. */
int pg_write_answers(
    struct pg *p, const char *office, const cJSON *page, struct err *e);

/* An answer to receipts. *ret_new: how many were not there. */
int pg_write_receipts(struct pg *p, const char *office, const cJSON *page,
    int64_t *ret_new, struct err *e);

/* Answers to cycle.list and compare, and for each opened year one to score:
 * they take the place of what there was of the office, which is no longer due. */
int pg_write_cycles(struct pg *p, const char *office, const cJSON *cycles,
    const cJSON *compare, struct err *e);
int pg_write_scores(struct pg *p, const char *office, int64_t year,
    const cJSON *score, struct err *e);
int pg_write_done(struct pg *p, const char *office, struct err *e);

/* An answer to hall.status. */
int pg_write_offices(struct pg *p, const cJSON *status, struct err *e);

#endif
