#include "store/hall/access.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/access_file.h"

#define PREFIX "access-" /* of its files in log/ */
#define FILE_MODE 0640
#define OFFSET_MIN (7 * 60) /* Thailand's one time */
#define TEXT_MAX 400        /* bytes of detail and of a person's name */

static const char *const members[] = { "action", "detail", "format", "hash",
	"login", "n", "office", "person", "prev", "time", "year" };
const struct accepted_form access_form = { members,
	sizeof(members) / sizeof(members[0]) };

/* --- files --- */

int
access_years(const char *dir, struct accepted_years *ret, struct err *e)
{
	return accepted_years_of(PREFIX, dir, ret, e);
}

int
access_path(const char *dir, int year, char *ret, size_t size, struct err *e)
{
	return accepted_path_of(PREFIX, dir, year, ret, size, e);
}

int
access_open(
    const char *dir, int year, int *ret_fd, int64_t *ret_size, struct err *e)
{
	return accepted_open_of(PREFIX, dir, year, ret_fd, ret_size, e);
}

/* --- the last line --- */

struct tail {
	int year;    /* of the last file that has a line; 0: there is none */
	int64_t end; /* behind that line: what follows was cut by a crash */
	struct accepted_head head;
};

static int
damaged(int year, struct err *e)
{
	err_set(e, ERR_DAMAGED, 0,
	    "the last line of the access log of %d is damaged", year);
	err_hint(e,
	    "keep a copy of log/access-%d.jsonl, then cut off what is damaged "
	    "at its end",
	    year);
	return ERR_DAMAGED;
}

static int
take_head(struct tail *t, int year, const char *text, size_t len, struct err *e)
{
	cJSON *line = NULL;
	int ok = 0, rc;

	rc = accepted_parse_form(&access_form, text, len, &line, &ok, e);
	if (rc < 0)
		return rc;
	if (line == NULL || !ok) {
		cJSON_Delete(line);
		return damaged(year, e);
	}
	t->year = year;
	t->head.n = json_int(line, "n", 0);
	snprintf(
	    t->head.hash, sizeof(t->head.hash), "%s", json_str(line, "hash"));
	cJSON_Delete(line);
	return 0;
}

/* The last whole line of a year's file, if it has one. */
static int
read_tail(const char *dir, int year, struct tail *t, struct err *e)
{
	char bytes[2 * ACCEPTED_LINE_MAX];
	const char *last, *before;
	int64_t size = 0;
	size_t len;
	int fd = -1, rc;

	if ((rc = access_open(dir, year, &fd, &size, e)) < 0)
		return rc;
	len = size < (int64_t)sizeof(bytes) ? (size_t)size : sizeof(bytes);
	rc = accepted_pread(fd, bytes, len, size - (int64_t)len, e);
	close(fd);
	if (rc < 0 || len == 0)
		return rc;
	last = memrchr(bytes, '\n', len);
	if (last == NULL) /* a first line that a crash cut is no line */
		return size > (int64_t)len ? damaged(year, e) : 0;
	before =
	    last > bytes ? memrchr(bytes, '\n', (size_t)(last - bytes)) : NULL;
	before = before != NULL ? before + 1 : bytes;
	t->end = size - (int64_t)len + (last + 1 - bytes);
	return take_head(t, year, before, (size_t)(last - before), e);
}

static int
find_tail(const char *dir, struct tail *ret, struct err *e)
{
	struct accepted_years years;
	int rc;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->head.hash, ACCEPTED_NONE, sizeof(ret->head.hash));
	if ((rc = access_years(dir, &years, e)) < 0)
		return rc;
	while (rc == 0 && ret->year == 0 && years.n > 0)
		rc = read_tail(dir, years.list[--years.n], ret, e);
	return rc;
}

int
access_head(const char *dir, struct accepted_head *ret, struct err *e)
{
	struct tail t;
	int rc = find_tail(dir, &t, e);

	if (rc == 0)
		*ret = t.head;
	return rc;
}

/* --- one line --- */

static int
put_line(const struct access_entry *en, int64_t now,
    const struct accepted_head *before, cJSON *o, struct err *e)
{
	char time[CLOCK_TEXT], hash[ACCEPTED_HASH], year[12] = "";
	char detail[TEXT_MAX], person[TEXT_MAX];
	int rc;

	clock_rfc3339(time, now, OFFSET_MIN);
	err_text(detail, sizeof(detail), en->detail != NULL ? en->detail : "");
	err_text(person, sizeof(person), en->person != NULL ? en->person : "");
	if (en->year != 0)
		snprintf(year, sizeof(year), "%d", en->year);
	if ((rc = json_put_str(o, "action", en->action, e)) < 0 ||
	    (rc = json_put_str(o, "detail", detail, e)) < 0 ||
	    (rc = json_put_str(
		 o, "format", en->format != NULL ? en->format : "", e)) < 0 ||
	    (rc = json_put_str(o, "hash", ACCEPTED_NONE, e)) < 0 ||
	    (rc = json_put_str(
		 o, "login", en->login != NULL ? en->login : "", e)) < 0 ||
	    (rc = json_put_int(o, "n", before->n + 1, e)) < 0 ||
	    (rc = json_put_str(
		 o, "office", en->office != NULL ? en->office : "", e)) < 0 ||
	    (rc = json_put_str(o, "person", person, e)) < 0 ||
	    (rc = json_put_str(o, "prev", before->hash, e)) < 0 ||
	    (rc = json_put_str(o, "time", time, e)) < 0 ||
	    (rc = json_put_str(o, "year", year, e)) < 0 ||
	    (rc = accepted_hash(o, hash, e)) < 0)
		return rc;
	/* in its place: the members stand in order */
	if (cJSON_SetValuestring(json_get(o, "hash"), hash) == NULL)
		return err_nomem(e);
	return 0;
}

static int
make_line(const struct access_entry *en, int64_t now,
    const struct accepted_head *before, struct buf *ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	int rc;

	if (o == NULL)
		return err_nomem(e);
	if ((rc = put_line(en, now, before, o, e)) == 0 &&
	    (rc = json_write(o, ret, e)) == 0) {
		if (ret->len > ACCEPTED_LINE_MAX)
			rc = err_set(e, ERR_INVALID, 0,
			    "a line of the access log is too long");
		buf_putc(ret, '\n');
	}
	cJSON_Delete(o);
	return rc < 0 ? rc : buf_ok(ret, e);
}

static int
sync_new(int fd, const char *path, int fresh, struct err *e)
{
	char dir[PATH_MAX];

	if (fdatasync(fd) != 0)
		return err_sys(e, "cannot sync '%s'", path);
	if (!fresh)
		return 0;
	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	return file_sync(dir, e);
}

/* Behind the last whole line. A clock that went back does not go back to an
 * older file. */
static int
append(const char *dir, const struct tail *t, int64_t now,
    const struct buf *line, struct err *e)
{
	int year = accepted_year(now), fd, fresh, rc = 0;
	char path[PATH_MAX];
	int64_t at;

	if (t->year > year)
		year = t->year;
	fresh = year != t->year;
	at = fresh ? 0 : t->end;
	if ((rc = access_path(dir, year, path, sizeof(path), e)) < 0)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW,
	    FILE_MODE);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	/* what a crash cut off goes before anything stands behind it */
	if (ftruncate(fd, (off_t)at) != 0)
		rc = err_sys(e, "cannot cut '%s'", path);
	else if ((rc = accepted_pwrite(fd, line, at, e)) == 0)
		rc = sync_new(fd, path, fresh, e);
	if (rc < 0 && ftruncate(fd, (off_t)at) != 0)
		rc = err_sys(e, "cannot cut '%s'", path);
	close(fd);
	return rc;
}

int
access_record(
    const struct conf *c, const struct access_entry *en, struct err *e)
{
	struct buf line = BUF_INIT;
	int64_t now = clock_now();
	struct tail t;
	int lock_fd = -1, rc;

	if (!c->record_access)
		return 0;
	if ((rc = accepted_lock(c->dir, &lock_fd, e)) < 0)
		return rc;
	if ((rc = find_tail(c->dir, &t, e)) == 0 &&
	    (rc = make_line(en, now, &t.head, &line, e)) == 0)
		rc = append(c->dir, &t, now, &line, e);
	close(lock_fd);
	buf_release(&line);
	return rc;
}
