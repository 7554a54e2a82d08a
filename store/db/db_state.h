/*
 * db_state: what is inside struct db; for db.c, db_log.c and db_stmt.c
 * only.
 *
 * Ownership: all of it belongs to the db.
 * Units:     none.
 * Errors:    none.
 * Thread:    the db's.
 */
#ifndef STORE_DB_DB_STATE_H
#define STORE_DB_DB_STATE_H

#include "store/db/db.h"

/* More texts than the program has statements: it never fills up by itself. */
#define CACHE_SLOTS 512
#define CACHE_MAX 384

struct cached_stmt {
	sqlite3_stmt *st; /* NULL = free slot */
	uint32_t hash;
};

struct db {
	sqlite3 *h;
	enum db_mode mode;
	int log_fd;    /* to read the log ahead with; -1 while it is not open */
	int log_pages; /* in the log after the last commit */
	int log_next;  /* the next commit is written after so many of them */
	int log_group; /* written by the last commit */
	size_t n_cached;
	struct cached_stmt cache[CACHE_SLOTS];
};

void db_drop_statements(struct db *db);

/* All of the writer only. */
void db_log_watch(struct db *db);
void db_log_ahead(struct db *db);
/* When it is long enough; fails only with what db_is_fatal() tells. */
int db_log_checkpoint(struct db *db, struct err *e);
void db_log_close(struct db *db);

#endif
