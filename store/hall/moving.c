#include "store/hall/moving.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/repo.h"
#include "store/sign/commit.h"

#define NOTE_MAX ((size_t)1024)
#define REASON "found by the next push: its own line was not written"
#define PAGE 200
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

static int
names(const cJSON *page, const cJSON *note)
{
	const cJSON *line;

	cJSON_ArrayForEach (line, json_get(page, "entries"))
		if (strcmp(json_str(line, "new"), json_str(note, "new")) == 0 &&
		    strcmp(json_str(line, "ref"), json_str(note, "ref")) == 0)
			return 1;
	return 0;
}

/* The log from the time of the note on: the push may have come so far, or the
 * daemon was there before. */
static int
is_logged(const struct moving *m, const cJSON *note, int *ret, struct err *e)
{
	struct accepted_query q = { .office = m->office,
		.result = "admitted",
		.since = json_int(note, "time", 0),
		.limit = PAGE };
	const char *next;
	char cursor[64];
	cJSON *page;
	int rc;

	*ret = 0;
	do {
		page = NULL;
		if ((rc = accepted_page(m->dir, &q, &page, e)) < 0)
			return rc;
		*ret = names(page, note);
		if ((next = json_str(page, "cursor")) != NULL)
			snprintf(cursor, sizeof(cursor), "%s", next);
		q.cursor = next != NULL ? cursor : NULL;
		cJSON_Delete(page);
	} while (!*ret && q.cursor != NULL);
	return 0;
}

static int
enter(const struct moving *m, const cJSON *note, struct err *e)
{
	const struct accepted_entry en = { .office = m->office,
		.device = json_str(note, "device"),
		.ref = json_str(note, "ref"),
		.old = json_str(note, "old"),
		.new_ = json_str(note, "new"),
		.result = "admitted",
		.road = json_str(note, "road"),
		.reason = REASON,
		.time = clock_now() };

	return accepted_add(m->dir, &en, NULL, e);
}

static int
settle(const struct moving *m, const char *repo_path, struct err *e)
{
	int moved = 0, logged = 0, rc;
	cJSON *note = NULL;

	if ((rc = read_note(m, &note, e)) < 0)
		return rc;
	if (note == NULL)
		return 0;
	if ((rc = is_at(repo_path, note, &moved, e)) == 0 && moved &&
	    (rc = is_logged(m, note, &logged, e)) == 0 && !logged)
		rc = enter(m, note, e);
	cJSON_Delete(note);
	return rc < 0 ? rc : moving_done(m, e);
}

/* --- the lock --- */

static int
open_file(struct moving *m, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/slots", m->dir)) < 0 ||
	    (rc = file_mkdirs(path, 0700, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/slots/%s.door", m->dir,
		 m->office)) < 0)
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

static int
begin(struct moving *m, const char *repo_path, int how, struct err *e)
{
	int rc;

	m->fd = -1;
	if ((rc = open_file(m, e)) < 0 || (rc = lock_it(m, how, e)) < 0 ||
	    (rc = repo_sweep_locks(repo_path, STALE_S, e)) < 0 ||
	    (rc = settle(m, repo_path, e)) < 0)
		moving_end(m);
	return rc;
}

int
moving_begin(struct moving *m, const char *dir, const char *office,
    const char *repo_path, struct err *e)
{
	m->dir = dir;
	m->office = office;
	return begin(m, repo_path, LOCK_EX, e);
}

int
moving_try(struct moving *m, const char *dir, const char *office,
    const char *repo_path, struct err *e)
{
	m->dir = dir;
	m->office = office;
	return begin(m, repo_path, LOCK_EX | LOCK_NB, e);
}

void
moving_end(struct moving *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}
