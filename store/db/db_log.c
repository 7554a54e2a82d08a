/* The write-ahead log of db.h: how long it is, what is read ahead of it, when
 * it goes into the database. */
#include "store/db/db_state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* 12 MiB. Most pages of a save are changed by the next ones too: the longer the
 * log, the fewer of them are written into the database. */
#define CHECKPOINT_PAGES 3000

/* 4 MiB: some dozens of saves after a start. */
#define RESERVE_PAGES 1000

/* SQLite's file format, section 4.1; the page size is its default. */
#define LOG_HEADER 32
#define LOG_FRAME (24 + 4096)

/* Frames of a small save: what is read ahead at least. */
#define AHEAD_MIN 32

static int
note_length(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct db *db = arg;
	int before = pages > db->log_next ? db->log_next : 0;

	(void)h;
	(void)name;
	db->log_pages = db->log_next = pages;
	db->log_group = pages - before;
	return SQLITE_OK;
}

void
db_log_watch(struct db *db)
{
	/* takes the place of SQLite's own checkpoints */
	sqlite3_wal_hook(db->h, note_length, db);
}

static const char *
log_path(struct db *db)
{
	return sqlite3_filename_wal(sqlite3_db_filename(db->h, NULL));
}

/*
 * A commit into blocks that the file has already is one write to the disk; one
 * that makes the file longer is several. SQLite takes a log of zeros for an
 * empty one, and zeros behind its frames for their end.
 */
void
db_log_reserve(struct db *db)
{
	static const char zeros[64 * 1024];
	const off_t end = LOG_HEADER + (off_t)RESERVE_PAGES * LOG_FRAME;
	struct stat st;
	ssize_t n = 1;
	int fd = open(log_path(db), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	/* not synced here: the first commit does it, and its failed fsync ends
	 * the process */
	if (fstat(fd, &st) == 0) {
		for (; st.st_size < end && n > 0; st.st_size += n)
			n = pwrite(fd, zeros, sizeof(zeros), st.st_size);
	}
	close(fd);
}

/*
 * The log is written over again and again, in frames that are not aligned to
 * the pages of the file: the kernel reads each page from the disk before it
 * changes a part of it, one after the other, unless it is in memory already.
 * So it is asked for all of them at once, while the save is being made.
 */
void
db_log_ahead(struct db *db)
{
	int frames = db->log_group > AHEAD_MIN ? db->log_group : AHEAD_MIN;

	/* a descriptor of our own: no lock is ever held on this file */
	if (db->log_fd < 0)
		db->log_fd =
		    open(log_path(db), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (db->log_fd < 0)
		return; /* only slower */
	(void)posix_fadvise(db->log_fd,
	    LOG_HEADER + (off_t)db->log_next * LOG_FRAME,
	    (off_t)frames * LOG_FRAME, POSIX_FADV_WILLNEED);
}

/*
 * SQLite's automatic checkpoint keeps a failed fsync to itself; here it ends
 * the process like any other. What is not fatal (a reader in the way, a full
 * disk) leaves everything in the log: the next commit tries again.
 */
int
db_log_checkpoint(struct db *db, struct err *e)
{
	struct err mine;
	int rc, all = 0, done = 0;

	if (db->log_pages < CHECKPOINT_PAGES)
		return 0;
	rc = sqlite3_wal_checkpoint_v2(
	    db->h, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &done);
	if (rc == SQLITE_OK) {
		if (done == all)
			db->log_next =
			    0; /* it begins anew, if no reader is in it */
		return 0;
	}
	rc = db_err(db, rc, &mine, "write the database");
	if (!db_is_fatal(&mine))
		return 0;
	if (e != NULL)
		*e = mine;
	return rc;
}

void
db_log_close(struct db *db)
{
	if (db->log_fd >= 0)
		close(db->log_fd);
	db->log_fd = -1;
}
