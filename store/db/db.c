#include "store/db/db_state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define BUSY_MS 5000

/*
 * Failures after which nothing that this process believes of the file can be
 * trusted: the kernel marks pages clean after a failed fsync, and a second try
 * reports false success (reliability.md 3). Kept as SQLite's extended code in
 * err.sub; these are above all errno values.
 */
static int
is_fatal_code(int sub)
{
	return sub == SQLITE_IOERR_FSYNC || sub == SQLITE_IOERR_DIR_FSYNC ||
	       sub == SQLITE_IOERR_WRITE || sub == SQLITE_IOERR_TRUNCATE ||
	       sub == EIO;
}

int
db_is_fatal(const struct err *e)
{
	return e != NULL && e->code == ERR_SYS && is_fatal_code(e->sub);
}

static int
io_err(struct db *db, int extended, struct err *e, const char *what)
{
	int no = db->h != NULL ? sqlite3_system_errno(db->h) : 0;
	int sub = is_fatal_code(extended) ? extended : (no != 0 ? no : EIO);

	return err_set(e, ERR_SYS, sub, "cannot %s: %s (%s)", what,
	    sqlite3_errstr(SQLITE_IOERR), strerror(no != 0 ? no : EIO));
}

int
db_err(struct db *db, int rc, struct err *e, const char *what)
{
	int ext = db->h != NULL ? sqlite3_extended_errcode(db->h) : rc;
	const char *msg =
	    db->h != NULL ? sqlite3_errmsg(db->h) : sqlite3_errstr(rc);

	if ((ext & 0xff) != (rc & 0xff))
		ext = rc;
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return err_nomem(e);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(
		    e, ERR_BUSY, ext, "cannot %s: database is busy", what);
	case SQLITE_FULL:
		rc = err_set(e, ERR_SYS, ENOSPC, "cannot %s: %s", what,
		    strerror(ENOSPC));
		err_hint(e, "free some disk space, then try again");
		return rc;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		rc = err_set(e, ERR_DAMAGED, ext, "cannot %s: %s", what, msg);
		err_hint(e,
		    "run pmqad --reindex: it rebuilds the database from the "
		    "repository");
		return rc;
	case SQLITE_IOERR:
		return io_err(db, ext, e, what);
	default:
		return err_set(e, ERR_FAILED, ext, "cannot %s: %s", what, msg);
	}
}

/*
 * Nobody but the owner reads the file; its -wal and -shm take its mode. Only
 * where there is none yet: a close() of an existing one would drop SQLite's
 * locks in this process.
 */
static int
make_file(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char dir[1024];
	int fd, rc;

	if (access(path, F_OK) == 0)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0 || close(fd) != 0)
		return err_sys(e, "cannot create '%s'", path);
	/* SQLite syncs the directory for its -wal, not for the file itself */
	if (slash == NULL)
		return file_sync(".", e);
	if ((rc = file_path(dir, sizeof(dir), e, "%.*s",
		 (int)(slash - path) + (slash == path), path)) < 0)
		return rc;
	return file_sync(dir, e);
}

static int
check_wal(struct db *db, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = db_stmt(db, &st, e, "PRAGMA journal_mode", "")) < 0)
		return rc;
	if ((rc = db_step(db, st, e)) < 0)
		return rc;
	if (rc == 0 ||
	    strcmp((const char *)sqlite3_column_text(st, 0), "wal") != 0)
		rc = err_set(e, ERR_FAILED, 0,
		    "the database cannot keep a write-ahead log here");
	else
		rc = 0;
	db_reset(st);
	return rc;
}

static int
configure(struct db *db, struct err *e)
{
	/* 2 MiB of pages: an office machine is small, and the hot pages of a
	 * save are few */
	static const char *const common[] = {
		"PRAGMA foreign_keys = ON",
		"PRAGMA trusted_schema = OFF",
		"PRAGMA cell_size_check = ON",
		"PRAGMA mmap_size = 0",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA cache_size = -2048",
	};
	static const char *const writer[] = {
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL",
		"PRAGMA journal_size_limit = 16777216",
	};
	/* a reader never checkpoints (WAL-reset bug of 3.40) */
	static const char *const reader[] = {
		"PRAGMA query_only = ON",
		"PRAGMA wal_autocheckpoint = 0",
	};
	const char *const *mode = db->mode == DB_WRITE ? writer : reader;
	size_t i, n = db->mode == DB_WRITE ? sizeof(writer) / sizeof(writer[0])
					   : sizeof(reader) / sizeof(reader[0]);
	int rc;

	sqlite3_extended_result_codes(db->h, 1);
	sqlite3_busy_timeout(db->h, BUSY_MS);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (db->mode == DB_READ)
		sqlite3_db_config(
		    db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if ((rc = db_exec(db, common[i], e)) < 0)
			return rc;
	}
	for (i = 0; i < n; i++) {
		if ((rc = db_exec(db, mode[i], e)) < 0)
			return rc;
	}
	if (db->mode == DB_READ)
		return 0;
	db_log_watch(db);
	return check_wal(db, e);
}

int
db_open(const char *path, enum db_mode mode, struct db **ret, struct err *e)
{
	struct db *db = NULL;
	int flags =
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
	    (mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	int rc = 0;

	if (mode == DB_WRITE && (rc = make_file(path, e)) < 0)
		goto out;
	if ((db = calloc(1, sizeof(*db))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	db->mode = mode;
	db->log_fd = -1;
	if ((rc = sqlite3_open_v2(path, &db->h, flags, NULL)) != SQLITE_OK) {
		rc = db_err(db, rc, e, "open the database");
		goto out;
	}
	if ((rc = configure(db, e)) < 0)
		goto out;
	*ret = db;
	db = NULL;
out:
	db_close(db);
	return rc;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_drop_statements(db);
	db_log_close(db);
	sqlite3_close_v2(db->h);
	free(db);
}

int
db_exec(struct db *db, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_err(db, rc, e, "use the database");
}

int
db_begin(struct db *db, struct err *e)
{
	if (db->mode == DB_WRITE)
		db_log_ahead(db);
	/* a writer that began deferred could meet SQLITE_BUSY in the middle */
	return db_run(
	    db, e, db->mode == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", "");
}

int
db_commit(struct db *db, struct err *e)
{
	int rc = db_run(db, e, "COMMIT", "");

	/* after a failed COMMIT the transaction may still be open */
	if (rc < 0) {
		db_rollback(db, NULL);
		return rc;
	}
	return db_log_checkpoint(db, e);
}

int
db_rollback(struct db *db, struct err *e)
{
	/* SQLite itself rolls back after a full disk or a failed write */
	if (sqlite3_get_autocommit(db->h))
		return 0;
	return db_run(db, e, "ROLLBACK", "");
}

int
db_savepoint(struct db *db, struct err *e)
{
	/* outside a transaction SAVEPOINT would begin one of its own, and its
	 * RELEASE would commit it */
	if (sqlite3_get_autocommit(db->h))
		return err_set(
		    e, ERR_FAILED, 0, "the transaction was rolled back");
	return db_run(db, e, "SAVEPOINT one", "");
}

int
db_release(struct db *db, struct err *e)
{
	if (sqlite3_get_autocommit(db->h))
		return err_set(
		    e, ERR_FAILED, 0, "the transaction was rolled back");
	return db_run(db, e, "RELEASE one", "");
}

int
db_rollback_to(struct db *db, struct err *e)
{
	int rc;

	if (sqlite3_get_autocommit(db->h))
		return 0;
	if ((rc = db_run(db, e, "ROLLBACK TO one", "")) < 0)
		return rc;
	return db_run(db, e, "RELEASE one", "");
}

int64_t
db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

sqlite3 *
db_handle(struct db *db)
{
	return db->h;
}
