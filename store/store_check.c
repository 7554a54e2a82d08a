#include "store/store_check.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"

#define NOTE_NAME "pmqa.db.unchecked"
#define NOTE_OWED "owed\n"
#define NOTE_DAMAGED "damaged\n"
/* Above this size the whole file is checked only after an unclean stop: a
 * start must not take seconds (design section 13). 16 MiB in pages of 4 KiB. */
#define CHECK_ALWAYS_PAGES 4096

static int
note_path(const struct store *s, char ret[700], struct err *e)
{
	return file_path(ret, 700, e, "%s/" NOTE_NAME, store_conf(s)->dir);
}

static int
note_write(const struct store *s, const char *text, struct err *e)
{
	char path[700];
	int rc;

	if ((rc = note_path(s, path, e)) < 0)
		return rc;
	return file_write(path, text, strlen(text), 0600, e);
}

static int
note_remove(const struct store *s, struct err *e)
{
	char path[700];
	int rc;

	if ((rc = note_path(s, path, e)) < 0)
		return rc;
	if (unlink(path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}

/* *ret_damaged: a check found the file damaged. One that cannot be read counts
 * as owed. */
static int
note_read(const struct store *s, int *ret_is, int *ret_damaged, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[700];
	int rc;

	*ret_is = *ret_damaged = 0;
	if ((rc = note_path(s, path, e)) < 0)
		return rc;
	*ret_is = access(path, F_OK) == 0;
	if (*ret_is && file_read(path, 64, &text, NULL) == 0)
		*ret_damaged = strcmp(buf_str(&text), NOTE_DAMAGED) == 0;
	buf_release(&text);
	return 0;
}

static int
read_through(struct db *db, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = db_stmt(db, &st, e, "PRAGMA quick_check(1)", "")) < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0) {
		const char *said = (const char *)sqlite3_column_text(st, 0);

		rc = 0;
		if (said == NULL || strcmp(said, "ok") != 0) {
			rc = err_set(e, ERR_DAMAGED, 0,
			    "the database is damaged: %.200s",
			    said != NULL ? said : "no answer");
			err_hint(e, "run pmqad --reindex: it rebuilds the "
				    "database from the repository");
		}
	}
	db_reset(st);
	return rc;
}

int
store_check_open(struct store *s, int unclean, struct err *e)
{
	int rc, owed = 0, damaged = 0;
	int64_t pages;

	if ((rc = note_read(s, &owed, &damaged, e)) < 0 ||
	    (rc = db_one_int(store_db(s), &pages, e, "PRAGMA page_count", "")) <
		0)
		return rc;
	if (pages <= CHECK_ALWAYS_PAGES || damaged ||
	    (store_mode(s) == STORE_REPAIR && (owed || unclean)))
		return (rc = read_through(store_db(s), e)) < 0
			   ? rc
			   : note_remove(s, e);
	/* on the disk before the first save that depends on the file */
	return unclean && !owed ? note_write(s, NOTE_OWED, e) : 0;
}

int
store_check_is_owed(const struct store *s)
{
	int owed = 0, damaged = 0;

	return note_read(s, &owed, &damaged, NULL) == 0 && owed;
}

int
store_check_run(struct store *s, struct err *e)
{
	int rc = read_through(store_db(s), e);

	if (rc == 0)
		return note_remove(s, e);
	if (rc == ERR_DAMAGED)
		(void)note_write(s, NOTE_DAMAGED, NULL); /* else it is owed */
	return rc;
}
