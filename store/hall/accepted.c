#include "store/hall/accepted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/accepted_file.h"

#define FILE_MODE 0640
#define OFFSET_MIN (7 * 60) /* Thailand's one time */
#define ZERO_ID "0000000000000000000000000000000000000000"
#define ADMITTED "admitted"
/* So much of its end is looked at for equal refusals: more lines than one
 * device may have written within a minute. */
#define TAIL_MAX ((size_t)128 * 1024)

struct tail {
	int year;        /* of the last file, 0: there is none */
	int fd;          /* -1 */
	struct buf text; /* whole lines at its end */
	int64_t end;     /* behind the last whole line */
	int64_t size;    /* of the file: more than end after a crash */
	struct accepted_head head;
};

static void
tail_release(struct tail *t)
{
	if (t->fd >= 0)
		close(t->fd);
	buf_release(&t->text);
}

/* The whole lines at the end of the file; what stands behind the last line end
 * was cut by a crash. */
static int
read_tail(struct tail *t, size_t max, struct err *e)
{
	size_t len = t->size < (int64_t)max ? (size_t)t->size : max, first = 0;
	int64_t from = t->size - (int64_t)len;
	char *bytes = malloc(len + 1), *lf;
	int rc;

	if (bytes == NULL)
		return err_nomem(e);
	if ((rc = accepted_pread(t->fd, bytes, len, from, e)) < 0)
		goto out;
	lf = len > 0 ? memrchr(bytes, '\n', len) : NULL;
	len = lf != NULL ? (size_t)(lf - bytes) + 1 : 0;
	t->end = from + (int64_t)len;
	if (len == 0 && from > 0) {
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the end of the acceptance log is no line");
		goto out;
	}
	if (from > 0) { /* the first one may be cut */
		lf = memchr(bytes, '\n', len);
		first = (size_t)(lf - bytes) + 1;
	}
	buf_append(&t->text, bytes + first, len - first);
	rc = buf_ok(&t->text, e);
out:
	free(bytes);
	return rc;
}

/* The last line before *end (behind a line end) in the tail; 0 when there is
 * none. */
static int
line_before(const struct tail *t, size_t *end, const char **ret, size_t *ret_n)
{
	size_t from = *end;

	if (from == 0)
		return 0;
	from--; /* its line end */
	while (from > 0 && t->text.data[from - 1] != '\n')
		from--;
	*ret = t->text.data + from;
	*ret_n = *end - 1 - from;
	*end = from;
	return 1;
}

static int
damaged(int year, struct err *e)
{
	err_set(e, ERR_DAMAGED, 0,
	    "the last line of the acceptance log of %d is damaged", year);
	err_hint(e,
	    "keep a copy of log/%d.jsonl, then cut off what is damaged at its "
	    "end; pmqa verify tells what is missing",
	    year);
	return ERR_DAMAGED;
}

static int
read_head(struct tail *t, struct err *e)
{
	size_t end = t->text.len, len;
	const char *text;
	cJSON *line = NULL;
	int ok, rc;

	if (!line_before(t, &end, &text, &len))
		return damaged(t->year, e);
	if ((rc = accepted_parse(text, len, &line, &ok, e)) < 0)
		return rc;
	if (line == NULL || !ok) {
		rc = damaged(t->year, e);
	} else {
		t->head.n = json_int(line, "n", 0);
		snprintf(t->head.hash, sizeof(t->head.hash), "%s",
		    json_str(line, "hash"));
	}
	cJSON_Delete(line);
	return rc;
}

/* The end of the newest file that has a line. */
static int
tail_open(const char *dir, size_t max, struct tail *ret, struct err *e)
{
	struct accepted_years years;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	memcpy(ret->head.hash, ACCEPTED_NONE, sizeof(ret->head.hash));
	if ((rc = accepted_years(dir, &years, e)) < 0)
		return rc;
	while (years.n > 0) {
		ret->year = years.list[--years.n];
		if ((rc = accepted_open(
			 dir, ret->year, &ret->fd, &ret->size, e)) < 0 ||
		    (rc = read_tail(ret, max, e)) < 0)
			return rc;
		if (ret->end > 0)
			return read_head(ret, e);
		close(ret->fd); /* made, and then a crash */
		ret->fd = -1;
	}
	return 0;
}

/* --- refusals that come again and again --- */

static int
is_same(const cJSON *line, const struct accepted_entry *en, const char *reason)
{
	return strcmp(json_str(line, "result"), en->result) == 0 &&
	       strcmp(json_str(line, "ref"), en->ref != NULL ? en->ref : "") ==
		   0 &&
	       strcmp(json_str(line, "reason"), reason) == 0;
}

/* Not a minute ago; nor after this one, as by a clock that has been put right
 * since: such lines would keep the log quiet until that time has come. */
static int
is_recent(int64_t then, int64_t now)
{
	return then > now - ACCEPTED_QUIET_S && then < now + ACCEPTED_QUIET_S;
}

/* 1: the log has had enough of this device for now. */
static int
is_quiet(const struct tail *t, const struct accepted_entry *en,
    const char *reason, int *ret, struct err *e)
{
	size_t end = t->text.len, len;
	const char *text;
	int64_t then = 0;
	cJSON *line;
	int ok, n = 0, rc;

	*ret = 0;
	if (strcmp(en->result, ADMITTED) == 0)
		return 0;
	while (!*ret && line_before(t, &end, &text, &len)) {
		if ((rc = accepted_parse(text, len, &line, &ok, e)) < 0)
			return rc;
		if (line == NULL)
			return 0;
		if (clock_parse(json_str(line, "time"), 0, 0, &then, NULL) < 0)
			then = 0;
		if (is_recent(then, en->time) &&
		    strcmp(json_str(line, "device"), en->device) == 0 &&
		    strcmp(json_str(line, "result"), ADMITTED) != 0)
			*ret = ++n >= ACCEPTED_REFUSALS_MAX ||
			       is_same(line, en, reason);
		cJSON_Delete(line);
		if (then <= en->time - ACCEPTED_QUIET_S)
			break;
	}
	return 0;
}

/* --- one line --- */

static int
put_line(const struct accepted_entry *en, const char *reason,
    const struct accepted_head *before, cJSON *o, struct err *e)
{
	char time[CLOCK_TEXT], hash[ACCEPTED_HASH];
	int rc;

	clock_rfc3339(time, en->time, OFFSET_MIN);
	if ((rc = json_put_str(o, "device", en->device, e)) < 0 ||
	    (rc = json_put_str(o, "hash", ACCEPTED_NONE, e)) < 0 ||
	    (rc = json_put_int(o, "n", before->n + 1, e)) < 0 ||
	    (rc = json_put_str(
		 o, "new", en->new_ != NULL ? en->new_ : ZERO_ID, e)) < 0 ||
	    (rc = json_put_str(o, "office", en->office, e)) < 0 ||
	    (rc = json_put_str(
		 o, "old", en->old != NULL ? en->old : ZERO_ID, e)) < 0 ||
	    (rc = json_put_str(o, "prev", before->hash, e)) < 0 ||
	    (rc = json_put_str(o, "reason", reason, e)) < 0 ||
	    (rc = json_put_str(o, "ref", en->ref != NULL ? en->ref : "", e)) <
		0 ||
	    (rc = json_put_str(o, "result", en->result, e)) < 0 ||
	    (rc = json_put_str(
		 o, "road", en->road != NULL ? en->road : "", e)) < 0 ||
	    (rc = json_put_str(o, "time", time, e)) < 0 ||
	    (rc = accepted_hash(o, hash, e)) < 0)
		return rc;
	/* in its place: the members stand in order */
	if (cJSON_SetValuestring(json_get(o, "hash"), hash) == NULL)
		return err_nomem(e);
	return 0;
}

static int
make_line(const struct accepted_entry *en, const char *reason,
    const struct accepted_head *before, struct buf *ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	int rc;

	if (o == NULL)
		return err_nomem(e);
	if ((rc = put_line(en, reason, before, o, e)) == 0 &&
	    (rc = json_write(o, ret, e)) == 0) {
		if (ret->len > ACCEPTED_LINE_MAX)
			rc = err_set(e, ERR_INVALID, 0,
			    "a line of the acceptance log is too long");
		buf_putc(ret, '\n');
	}
	cJSON_Delete(o);
	return rc < 0 ? rc : buf_ok(ret, e);
}

/* Where a line stands; fd -1: none was written. */
struct place {
	int fd;
	int64_t from, to;
};

/* Behind the last whole line of the year's file, which is made when new. A
 * clock that went back does not go back to an older file. */
static int
write_line(const char *dir, const struct tail *t, int64_t now,
    const struct buf *line, struct place *ret, struct err *e)
{
	int year = accepted_year(now), fd, fresh, rc;
	char path[PATH_MAX];

	if (t->fd >= 0 && t->year > year)
		year = t->year;
	fresh = t->fd < 0 || year != t->year;
	/* whoever wrote the last line of the old file may not be so far yet:
	 * this one must not reach the disk before it */
	if (fresh && t->fd >= 0 && fdatasync(t->fd) != 0)
		return err_sys(e, "cannot sync the acceptance log");
	if ((rc = accepted_path(dir, year, path, sizeof(path), e)) < 0)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW,
	    FILE_MODE);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	/* what a crash cut off goes before anything stands behind it */
	if (ftruncate(fd, fresh ? 0 : (off_t)t->end) != 0)
		rc = err_sys(e, "cannot cut '%s'", path);
	else
		rc = accepted_pwrite(fd, line, fresh ? 0 : t->end, e);
	if (rc == 0 && fresh) {
		*strrchr(path, '/') = '\0';
		rc = file_sync(path, e);
	}
	if (rc < 0) {
		if (ftruncate(fd, fresh ? 0 : (off_t)t->end) != 0)
			rc = err_sys(e, "cannot cut '%s'", path);
		close(fd);
		return rc;
	}
	ret->fd = fd;
	ret->from = fresh ? 0 : t->end;
	ret->to = ret->from + (int64_t)line->len;
	return 0;
}

/* Under the lock. */
static int
append(const char *dir, const struct accepted_entry *en, struct place *ret,
    struct err *e)
{
	char reason[ACCEPTED_REASON_MAX];
	struct buf line = BUF_INIT;
	struct tail t;
	int quiet = 0, rc;

	err_text(reason, sizeof(reason), en->reason != NULL ? en->reason : "");
	if ((rc = tail_open(dir, TAIL_MAX, &t, e)) < 0 ||
	    (rc = is_quiet(&t, en, reason, &quiet, e)) < 0 || quiet ||
	    (rc = make_line(en, reason, &t.head, &line, e)) < 0)
		goto out;
	rc = write_line(dir, &t, en->time, &line, ret, e);
out:
	tail_release(&t);
	buf_release(&line);
	return rc;
}

/* The disk did not take it: whoever looks for it must not find it in memory and
 * take it for written. One that others already follow has to stay: the block
 * that it shares with them is written again with them. */
static int
take_back(const char *dir, const struct place *p, struct err *e)
{
	struct stat st;
	int lock_fd = -1, rc;

	if ((rc = accepted_lock(dir, &lock_fd, e)) < 0)
		return rc;
	if (fstat(p->fd, &st) != 0 ||
	    ((int64_t)st.st_size == p->to &&
		ftruncate(p->fd, (off_t)p->from) != 0))
		rc = err_sys(e, "cannot cut the acceptance log");
	close(lock_fd);
	return rc;
}

int
accepted_add(const char *dir, const struct accepted_entry *en, int *ret_written,
    struct err *e)
{
	struct place at = { .fd = -1 };
	int lock_fd = -1, rc;

	if ((rc = accepted_lock(dir, &lock_fd, e)) < 0)
		return rc;
	rc = append(dir, en, &at, e);
	/* the next one may write while this line goes to the disk: a line is
	 * never there without those before it, they are in one file or in one
	 * that was synced before */
	close(lock_fd);
	if (ret_written != NULL)
		*ret_written = rc == 0 && at.fd >= 0;
	if (at.fd < 0)
		return rc;
	if (fdatasync(at.fd) != 0) {
		rc = err_sys(e, "cannot sync the acceptance log");
		(void)take_back(dir, &at, NULL); /* the first fault is told */
	}
	close(at.fd);
	return rc;
}

int
accepted_ready(const char *dir, struct err *e)
{
	int lock_fd = -1, fd = -1, rc;
	char path[PATH_MAX];
	struct tail t;

	if ((rc = tail_open(dir, 2 * ACCEPTED_LINE_MAX, &t, e)) < 0 ||
	    (rc = accepted_lock(dir, &lock_fd, e)) < 0)
		goto out;
	close(lock_fd);
	if (t.fd < 0) /* the first line makes the file */
		goto out;
	if ((rc = accepted_path(dir, t.year, path, sizeof(path), e)) < 0)
		goto out;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		rc = err_sys(e, "cannot open '%s'", path);
	else
		close(fd);
out:
	tail_release(&t);
	return rc;
}

int
accepted_head(const char *dir, struct accepted_head *ret, struct err *e)
{
	struct tail t;
	int rc = tail_open(dir, 2 * ACCEPTED_LINE_MAX, &t, e);

	if (rc == 0)
		*ret = t.head;
	tail_release(&t);
	return rc;
}
