#include "store/hall/moving.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/repo.h"
#include "store/sign/commit.h"

#define NOTE_MAX ((size_t)1024)
#define REASON "found by the next push: its own line was not written"
/* No push holds the lock of a ref outside ours; git packing refs holds one for
 * milliseconds. */
#define STALE_S 30

/* --- the note --- */

static int
is_note(const cJSON *o)
{
	static const char *const members[] = { "device", "new", "old", "ref",
		"road" };
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_str(o, members[i]) == NULL)
			return 0;
	return 1;
}

/* An empty file or half a note: whoever wrote it had moved nothing yet. */
static int
read_note(const struct moving *m, cJSON **ret, struct err *e)
{
	char text[NOTE_MAX];
	ssize_t n = pread(m->fd, text, sizeof(text), 0);
	struct err why;
	int rc;

	*ret = NULL;
	if (n < 0)
		return err_sys(e, "cannot read the note of a push");
	if (n == 0)
		return 0;
	rc = json_parse(text, (size_t)n, sizeof(text), ret, &why);
	if (rc == ERR_INVALID)
		return 0;
	if (rc < 0) {
		if (e != NULL)
			*e = why;
		return rc;
	}
	if (!is_note(*ret)) {
		cJSON_Delete(*ret);
		*ret = NULL;
	}
	return 0;
}

int
moving_note(
    const struct moving *m, const struct accepted_entry *en, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	struct buf text = BUF_INIT;
	int rc;

	if (o == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(o, "device", en->device, e)) < 0 ||
	    (rc = json_put_str(o, "new", en->new_, e)) < 0 ||
	    (rc = json_put_str(o, "old", en->old, e)) < 0 ||
	    (rc = json_put_str(o, "ref", en->ref, e)) < 0 ||
	    (rc = json_put_str(o, "road", en->road, e)) < 0 ||
	    (rc = json_put_int(o, "time", en->time, e)) < 0 ||
	    (rc = json_write(o, &text, e)) < 0 || (rc = buf_ok(&text, e)) < 0)
		goto out;
	if (text.len > NOTE_MAX)
		rc = err_set(
		    e, ERR_INVALID, 0, "the note of a push is too long");
	else if (ftruncate(m->fd, 0) != 0 ||
		 pwrite(m->fd, text.data, text.len, 0) != (ssize_t)text.len)
		rc = err_sys(e, "cannot write the note of a push");
out:
	buf_release(&text);
	cJSON_Delete(o);
	return rc;
}

int
moving_done(const struct moving *m, struct err *e)
{
	return ftruncate(m->fd, 0) == 0
		   ? 0
		   : err_sys(e, "cannot remove the note of a push");
}

/* --- what the last one did not enter --- */

static int
is_at(const char *repo_path, const cJSON *note, int *ret, struct err *e)
{
	struct repo *r = NULL;
	unsigned char id[20];
	char hex[41];
	int rc;

	*ret = 0;
	if ((rc = repo_open(repo_path, &r, e)) < 0)
		return rc;
	rc = repo_ref(r, json_str(note, "ref"), id, e);
	if (rc == 0) {
		commit_hex(id, hex);
		*ret = strcmp(hex, json_str(note, "new")) == 0;
	}
	repo_close(r);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* Unless the push came so far itself, or the daemon was there before. */
static int
enter(const struct moving *m, const cJSON *note, struct err *e)
{
	struct accepted_entry en = { .office = m->office,
		.device = json_str(note, "device"),
		.ref = json_str(note, "ref"),
		.old = json_str(note, "old"),
		.new_ = json_str(note, "new"),
		.result = "admitted",
		.road = json_str(note, "road"),
		.reason = REASON,
		.time = json_int(note, "time", 0) };
	int logged = 0, rc;

	rc = accepted_has(m->dir, &en, 0, &logged, e);
	if (rc < 0 || logged)
		return rc;
	en.time = clock_now();
	return accepted_add(m->dir, &en, NULL, e);
}

static int
settle(const struct moving *m, const char *repo_path, struct err *e)
{
	cJSON *note = NULL;
	int moved = 0, rc;

	if ((rc = read_note(m, &note, e)) < 0)
		return rc;
	if (note == NULL)
		return 0;
	if ((rc = is_at(repo_path, note, &moved, e)) == 0 && moved)
		rc = enter(m, note, e);
	cJSON_Delete(note);
	return rc < 0 ? rc : moving_done(m, e);
}

/* --- the lock --- */

static int
path_of(const struct moving *m, char ret[PATH_MAX], struct err *e)
{
	if (m->sha == NULL)
		return file_path(
		    ret, PATH_MAX, e, "%s/slots/%s.door", m->dir, m->office);
	return file_path(
	    ret, PATH_MAX, e, "%s/slots/%s.%s.door", m->dir, m->office, m->sha);
}

static int
open_file(struct moving *m, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = file_mkdirs_in(m->dir, "slots", 0700, e)) < 0 ||
	    (rc = path_of(m, path, e)) < 0)
		return rc;
	m->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return m->fd < 0 ? err_sys(e, "cannot open '%s'", path) : 0;
}

static int
lock_it(const struct moving *m, int how, struct err *e)
{
	while (flock(m->fd, how) != 0) {
		if (errno == EWOULDBLOCK)
			return err_set(e, ERR_BUSY, 0,
			    "a push of this office is under way");
		if (errno != EINTR)
			return err_sys(
			    e, "cannot lock the pushes of an office");
	}
	return 0;
}

/* Was it removed by the one who held it before? */
static int
is_gone(const struct moving *m)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 && st.st_nlink == 0;
}

static int
take_lock(struct moving *m, int how, struct err *e)
{
	int rc;

	do {
		moving_end(m);
		if ((rc = open_file(m, e)) < 0 || (rc = lock_it(m, how, e)) < 0)
			return rc;
	} while (is_gone(m));
	m->held = 1;
	return 0;
}

static int
begin(struct moving *m, const char *repo_path, int how, struct err *e)
{
	int rc;

	m->fd = -1;
	m->held = 0;
	if ((rc = take_lock(m, how, e)) < 0 ||
	    (m->sha == NULL &&
		(rc = repo_sweep_locks(repo_path, STALE_S, e)) < 0) ||
	    (rc = settle(m, repo_path, e)) < 0)
		moving_end(m);
	return rc;
}

int
moving_begin(struct moving *m, const char *dir, const char *office,
    const char *repo_path, struct err *e)
{
	return moving_begin_file(m, dir, office, NULL, repo_path, e);
}

int
moving_begin_file(struct moving *m, const char *dir, const char *office,
    const char *sha, const char *repo_path, struct err *e)
{
	m->dir = dir;
	m->office = office;
	m->sha = sha;
	return begin(m, repo_path, LOCK_EX, e);
}

int
moving_try(struct moving *m, const char *dir, const char *office,
    const char *repo_path, struct err *e)
{
	m->dir = dir;
	m->office = office;
	m->sha = NULL;
	return begin(m, repo_path, LOCK_EX | LOCK_NB, e);
}

int
moving_settle_file(const char *dir, const char *office, const char *sha,
    const char *repo_path, struct err *e)
{
	struct moving m = { .dir = dir, .office = office, .sha = sha };
	char path[PATH_MAX];
	int rc;

	if ((rc = path_of(&m, path, e)) < 0)
		return rc;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	rc = begin(&m, repo_path, LOCK_EX | LOCK_NB, e);
	moving_end(&m);
	return rc == ERR_BUSY ? 0 : rc;
}

/* Of a file of evidence nothing stays but a note. */
static void
drop_file(const struct moving *m)
{
	char path[PATH_MAX];
	struct stat st;

	if (m->sha != NULL && m->held && fstat(m->fd, &st) == 0 &&
	    st.st_size == 0 && path_of(m, path, NULL) == 0)
		(void)unlink(path); /* an empty one is no harm */
}

void
moving_end(struct moving *m)
{
	if (m->fd >= 0) {
		drop_file(m);
		close(m->fd);
	}
	m->fd = -1;
	m->held = 0;
}
