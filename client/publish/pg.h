/*
 * pg: one connection to a PostgreSQL database, and the statements sent over it.
 *
 * Ownership: pg_open() … pg_close(); the address is borrowed for the call.
 * Units:     none.
 * Errors:    ERR_UNREACHABLE (no server, connection lost: worth another try),
 * ERR_BUSY (another program fills the database, or it has no room), ERR_DENIED,
 * ERR_USAGE for an address that makes no sense or holds a password; ERR_FAILED
 * with what the server said. No sentence holds more of the address than what
 * the server itself tells.
 * Thread:    one.
 */
#ifndef CLIENT_PUBLISH_PG_H
#define CLIENT_PUBLISH_PG_H

#include <stdint.h>

#include "base/json.h"

struct pg;

/* A password is never taken from the address, which everybody on the machine
 * can read in the list of processes: libpq finds it in PGPASSFILE, ~/.pgpass or
 * PGPASSWORD. */
int pg_open(const char *address, struct pg **ret, struct err *e);
void pg_close(struct pg *p);

/* A statement with its n parameters as text ($1, $2 …), NULL is NULL. *ret_rows
 * (may be NULL): how many rows it wrote. */
int pg_run(struct pg *p, const char *sql, const char *const *params, int n,
    int64_t *ret_rows, struct err *e);

/* A statement whose first column of its first row is JSON. */
int pg_ask(struct pg *p, const char *sql, const char *const *params, int n,
    cJSON **ret, struct err *e);

int pg_begin(struct pg *p, struct err *e);
int pg_commit(struct pg *p, struct err *e);
/* After an error, whose sentence stands. */
void pg_rollback(struct pg *p);

#endif
