/*
 * publish: the tables of a PostgreSQL database kept as the daemon has it, for
 * tools that know SQL: pmqa hall publish postgresql://…
 *
 * How far each branch is there stands in the database itself and moves in the
 * transaction that writes the rows: each revision is there once, whenever this
 * program is stopped or killed.
 *
 * Ownership: as cmd.h.
 * Units:     counts.
 * Errors:    those of talk.h and pg.h.
 * Thread:    one.
 */
#ifndef CLIENT_PUBLISH_PUBLISH_H
#define CLIENT_PUBLISH_PUBLISH_H

#include "client/cmd.h"
#include "client/publish/pg.h"

struct publish {
	struct cmd *c;
	struct pg *pg;
	long limit; /* revisions in one transaction */
	/* since the start */
	int64_t revisions, receipts, offices;
	int of_office; /* the last fault was one office's: others are done */
};

/* Everything that is new, once. The connection is open and prepared. A fault of
 * one office is told when all others are done. */
int publish_round(struct publish *p, struct err *e);

/* The command (cmd_main.h). */
int publish_run(struct cmd *c, struct err *e);

#endif
