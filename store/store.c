#include "store/state.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/backup/backup.h"
#include "store/db/schema.h"
#include "store/device.h"
#include "store/git/refs.h"
#include "store/save/journal.h"
#include "store/store_check.h"

#define DB_NAME "pmqa.db"
#define LOCK_DEAD_MS 2000
#define LOCK_POLL_MS 20

const struct conf *
store_conf(const struct store *s)
{
	return &s->conf;
}

void
store_set_broken(struct store *s)
{
	s->broken = 1;
}

struct db *
store_db(struct store *s)
{
	return s->db;
}

const struct key *
store_key(const struct store *s)
{
	return &s->key;
}

const char *
store_device(const struct store *s)
{
	return s->device;
}

enum store_mode
store_mode(const struct store *s)
{
	return s->mode;
}

/* The key that this configuration signs with. */
static int
load_key(
    const struct conf *c, enum store_mode mode, struct key *ret, struct err *e)
{
	char path[640];
	int rc;

	if ((rc = device_key_path(c, c->device, path, sizeof(path), e)) < 0 ||
	    (rc = key_load(path, ret, e)) < 0)
		return rc;
	if (mode == STORE_READ) {
		/* only the writer signs */
		sodium_memzero(ret->sec, sizeof(ret->sec));
		ret->has_secret = 0;
	}
	return 0;
}

int
store_reload_conf(struct store *s, struct err *e)
{
	struct conf fresh;
	struct key key;
	int rc;

	if ((rc = conf_load(s->conf.dir, &fresh, e)) < 0)
		return rc;
	if (fresh.device != s->conf.device) {
		if ((rc = load_key(&fresh, s->mode, &key, e)) < 0)
			return rc;
		key_release(&s->key);
		s->key = key;
		key_release(&key);
		conf_device(&fresh, s->device);
		/* sequences are this device's */
		store_forget_branches(s);
	}
	s->conf = fresh;
	return s->conf.role == ROLE_MINISTRY ? store_load_provinces(s, e) : 0;
}

/* The process that wrote itself into the lock's file. */
static long
holder_of(const char *path)
{
	struct buf text = BUF_INIT;
	long pid = 0;

	if (file_read(path, 64, &text, NULL) == 0)
		pid = strtol(buf_str(&text), NULL, 10);
	buf_release(&text);
	return pid;
}

/*
 * A daemon that was killed while it started a child: the child has the lock
 * until it becomes git. Who then starts the daemon again waits that moment.
 */
static int
lock_after_dead(struct store *s, const char *path, struct err *e)
{
	const struct timespec moment = { .tv_nsec = LOCK_POLL_MS * 1000000L };
	int rc = ERR_BUSY, i;
	long pid;

	for (i = 0; rc == ERR_BUSY && i < LOCK_DEAD_MS / LOCK_POLL_MS; i++) {
		pid = holder_of(path);
		if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			break;
		nanosleep(&moment, NULL);
		rc = file_lock(path, &s->lock_fd, e);
	}
	if (rc == ERR_BUSY)
		return err_set(e, ERR_BUSY, 0,
		    "another pmqad (process %ld) works in '%s'",
		    holder_of(path), s->conf.dir);
	return rc;
}

static int
take_lock(struct store *s, struct err *e)
{
	char path[640];
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/lock", s->conf.dir);
	if (rc < 0)
		return rc;
	rc = file_lock(path, &s->lock_fd, e);
	if (rc == ERR_BUSY)
		rc = lock_after_dead(s, path, e);
	if (rc < 0)
		return rc;
	if (ftruncate(s->lock_fd, 0) != 0 ||
	    dprintf(s->lock_fd, "%ld\n", (long)getpid()) < 0)
		return err_sys(e, "cannot write '%s'", path);
	return 0;
}

/* A log left behind means that the last writer did not close the database. */
static int
left_a_log(const char *db_path)
{
	char path[700];
	struct stat st;

	snprintf(path, sizeof(path), "%s-wal", db_path);
	return stat(path, &st) == 0 && st.st_size > 0;
}

/* Database ready, what is acknowledged in the repositories. */
static int
open_index(struct store *s, const char *path, struct err *e)
{
	int unclean = left_a_log(path);
	int64_t n;
	int rc;

	if (s->mode == STORE_READ)
		return db_open(path, DB_READ, &s->db, e);
	if ((rc = db_open(path, DB_WRITE, &s->db, e)) < 0)
		return rc;
	if ((rc = schema_migrate(s->db, e)) < 0)
		return rc;
	if ((rc = store_check_open(s, unclean, e)) < 0)
		return rc;
	return journal_resume(s, &n, e);
}

static int
set_aside(const char *path, struct err *e)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	char from[700], to[720];
	size_t i;

	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", path, tails[i]);
		snprintf(to, sizeof(to), "%s.damaged%s", path, tails[i]);
		if (rename(from, to) != 0 && errno != ENOENT)
			return err_sys(
			    e, "cannot rename '%s' to '%s'", from, to);
	}
	return 0;
}

static int
open_db(struct store *s, struct err *e)
{
	char path[640];
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/" DB_NAME, s->conf.dir);
	if (rc < 0)
		return rc;
	rc = open_index(s, path, e);
	if (rc != ERR_DAMAGED || s->mode != STORE_REPAIR)
		return rc;
	store_forget_branches(s);
	db_close(s->db);
	s->db = NULL;
	if ((rc = set_aside(path, e)) < 0)
		return rc;
	return open_index(s, path, e);
}

/* At a hall, which has many repositories: looked at without being opened. The
 * store's thread does that when it needs them, after the start. Anything but a
 * plain yes is left to check_tip(). */
static int
tip_stands(struct store *s, const char *office)
{
	unsigned char ref[COMMIT_ID_LEN];
	sqlite3_stmt *st = NULL;
	char path[640], name[32];
	int same;

	if (s->conf.role != ROLE_HALL ||
	    file_path(path, sizeof(path), NULL, "%s/offices/%s.git",
		s->conf.dir, office) < 0)
		return 0;
	snprintf(name, sizeof(name), "refs/heads/%s", store_own_name(s));
	if (!refs_peek(path, name, ref) ||
	    db_stmt(s->db, &st, NULL,
		"SELECT tip FROM branch WHERE office = ?1 AND name = ?2", "ss",
		office, store_own_name(s)) < 0)
		return 0;
	same = db_step(s->db, st, NULL) > 0 &&
	       sqlite3_column_bytes(st, 0) == COMMIT_ID_LEN &&
	       memcmp(sqlite3_column_blob(st, 0), ref, COMMIT_ID_LEN) == 0;
	db_reset(st);
	return same;
}

/*
 * Our own branch of a repository must be where the database says, or the
 * database follows it: an older repository beside a newer database (a restored
 * backup) would give revision names a second time.
 */
static int
check_tip(void *arg, const char *office, struct err *e)
{
	struct store *s = arg;
	struct branch *b = NULL;
	struct repo *r = NULL;
	unsigned char ref[20];
	char name[32];
	int64_t n;
	int rc, has_ref, same;

	if (tip_stands(s, office))
		return 0;
	if ((rc = store_repo(s, office, &r, e)) < 0)
		return rc;
	snprintf(name, sizeof(name), "refs/heads/%s", store_own_name(s));
	rc = repo_ref(r, name, ref, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	has_ref = rc == 0;
	rc = store_find_branch(s, office, store_own_name(s), &b, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	same = has_ref ? b != NULL && b->has_tip && memcmp(b->tip, ref, 20) == 0
		       : b == NULL || !b->has_tip;
	if (same)
		return 0;
	if (b == NULL) { /* the file is another one: its journal is gone */
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the database and branch '%s' of '%s' name different "
		    "revisions",
		    store_own_name(s), repo_path(r));
		err_hint(e, "run pmqad --reindex: it rebuilds the database "
			    "from the repository");
		return rc;
	}
	/* a crash between the ref and the index, or a contradiction */
	return absorb_written(s, office, &n, e);
}

int
store_open(
    const char *dir, enum store_mode mode, struct store **ret, struct err *e)
{
	struct store *s = NULL;
	int rc;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return err_nomem(e);
	s->lock_fd = -1;
	s->mode = mode;
	if ((rc = conf_load(dir, &s->conf, e)) < 0)
		goto out;
	conf_device(&s->conf, s->device);
	if (mode != STORE_READ &&
	    ((rc = take_lock(s, e)) < 0 || (rc = backup_sweep(s, e)) < 0))
		goto out;
	if ((rc = load_key(&s->conf, mode, &s->key, e)) < 0)
		goto out;
	if ((rc = open_db(s, e)) < 0)
		goto out;
	if (s->conf.role == ROLE_MINISTRY &&
	    (rc = store_load_provinces(s, e)) < 0)
		goto out;
	/* a ministry writes no branch of its own */
	if (mode == STORE_WRITE && s->conf.role != ROLE_MINISTRY &&
	    (rc = store_each_office(s, check_tip, s, e)) < 0)
		goto out;
	*ret = s;
	s = NULL;
out:
	store_close(s);
	return rc;
}

void
store_rest(struct store *s)
{
	(void)sqlite3_db_release_memory(db_handle(s->db));
	malloc_trim(0);
}

void
store_close(struct store *s)
{
	size_t i;

	if (s == NULL)
		return;
	backup_free(s->backup);
	store_forget_branches(s);
	free(s->branches);
	store_close_provinces(s); /* with all that is open */
	free(s->repos);
	for (i = 0; i < s->n_shelf; i++)
		edition_free(s->shelf[i].edition);
	free(s->shelf);
	db_close(s->db);
	key_release(&s->key);
	/* last: until here nobody else may write */
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
}
