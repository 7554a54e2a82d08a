/*
 * db: one SQLite connection with the project's settings, and the wrapper
 * through which every statement goes.
 *
 * Ownership: db_open() … db_close(); statements of db_stmt() belong to the db
 * (cached by SQL text, reset by db_reset()). Units:     none. Errors: db_err()
 * maps SQLite codes (BUSY, FULL, CORRUPT → ERR_DAMAGED, IOERR → ERR_SYS with
 * errno). An IOERR of fsync is fatal to the process: db_is_fatal() tells.
 * Thread:    one thread at a time; the writer's and each reader's connection
 * are different struct db.
 */
#ifndef STORE_DB_DB_H
#define STORE_DB_DB_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct db;

enum db_mode {
	DB_WRITE,
	DB_READ
}; /* one DB_WRITE connection per database in all the world: the holder of the
      store lock */

int db_open(
    const char *path, enum db_mode mode, struct db **ret, struct err *e);
void db_close(struct db *db);

int db_err(struct db *db, int rc, struct err *e,
    const char *what); /* returns the code it set */
int db_is_fatal(
    const struct err *e); /* 1: a failed write or fsync: end the process */

int db_exec(
    struct db *db, const char *sql, struct err *e); /* no parameters, no rows */

/*
 * A cached statement, reset and bound by the format: i int64_t, s text (NULL =
 * NULL), b blob (const void *, size_t), n NULL. db_stmt(db, &st, e, "SELECT …
 * WHERE a = ?1 AND b = ?2", "is", id, name)
 */
int db_stmt(struct db *db, sqlite3_stmt **ret, struct err *e, const char *sql,
    const char *fmt, ...);
int db_step(struct db *db, sqlite3_stmt *st,
    struct err *e); /* 1 a row, 0 done, <0 error (statement reset) */
void db_reset(sqlite3_stmt *st); /* NULL allowed */
int db_run(struct db *db, struct err *e, const char *sql, const char *fmt,
    ...); /* bind, step to the end, reset */
int db_one_int(struct db *db, int64_t *ret, struct err *e, const char *sql,
    const char *fmt, ...); /* ERR_NOT_FOUND if no row */

int db_begin(struct db *db,
    struct err *e); /* BEGIN IMMEDIATE (writer) or BEGIN (reader: a snapshot) */
int db_commit(struct db *db, struct err *e); /* the one fsync */
/* The writer's, before many commits: what they need of the disk is theirs
 * beforehand. On failure they are only slower. */
void db_log_reserve(struct db *db);
int db_rollback(struct db *db, struct err *e);
int db_savepoint(
    struct db *db, struct err *e); /* one level, inside a transaction */
int db_release(struct db *db, struct err *e);
int db_rollback_to(struct db *db, struct err *e);

int64_t db_last_id(struct db *db);
sqlite3 *db_handle(struct db *db);

#endif
