/*
 * pg_schema: the tables in the database, in a schema of their own, "pmqa".
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    ERR_BUSY: another program fills this database; ERR_CONFLICT: its
 * tables are those of another hall; ERR_FAILED: made by a newer program.
 * Thread:    one.
 */
#ifndef CLIENT_PUBLISH_PG_SCHEMA_H
#define CLIENT_PUBLISH_PG_SCHEMA_H

#include "client/publish/pg.h"

/*
 * Takes the lock that only one program has (until the connection ends), makes
 * or raises the tables, and notes or checks whose they are: "hall", "91".
 */
int pg_schema_prepare(
    struct pg *p, const char *role, const char *code, struct err *e);

#endif
