/* The log of receive.h, and what an error looks like to an office. */
#include "daemon/receive/receive.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "daemon/sync/remark.h"

static void
put_line(struct buf *out, const char *prefix, const char *text)
{
	char clean[REMARK_MAX];

	/* the office reads lines: a sentence must not make two of them */
	remark_clean(text, clean, sizeof(clean));
	buf_printf(out, "%s%s\n", prefix, clean);
}

void
receive_put_err(struct buf *out, const char *prefix, const struct err *e)
{
	put_line(out, prefix, e->msg);
	if (e->th[0] != '\0' && strcmp(e->th, e->msg) != 0)
		put_line(out, REMARK_TH, e->th);
	if (e->hint[0] == '\0')
		return;
	put_line(out, REMARK_HINT, e->hint);
	if (e->hint_th[0] != '\0' && strcmp(e->hint_th, e->hint) != 0)
		put_line(out, REMARK_HINT_TH, e->hint_th);
}

void
receive_say(const char *prefix, const char *text)
{
	struct buf line = BUF_INIT;

	put_line(&line, prefix, text);
	fputs(buf_str(&line), stderr);
	buf_release(&line);
}

void
receive_say_err(const char *prefix, const struct err *e)
{
	struct buf lines = BUF_INIT;

	receive_put_err(&lines, prefix, e);
	fputs(buf_str(&lines), stderr);
	buf_release(&lines);
}

static int
log_text(const struct receive *r, const char *event, const char *old,
    const char *new_, const char *outcome, const char *reason, struct buf *out,
    struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	char time[CLOCK_TEXT];
	int rc;

	clock_rfc3339(time, clock_now(), 0);
	if (o == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(o, "time", time, e)) == 0 &&
	    (rc = json_put_str(o, "event", event, e)) == 0 &&
	    (rc = json_put_str(o, "office", r->office, e)) == 0 &&
	    (rc = json_put_str(o, "device", r->device, e)) == 0 &&
	    (r->sha[0] == '\0' ||
		(rc = json_put_str(o, "evidence", r->sha, e)) == 0) &&
	    (rc = json_put_str(o, "old", old, e)) == 0 &&
	    (rc = json_put_str(o, "new", new_, e)) == 0 &&
	    (rc = json_put_str(o, "outcome", outcome, e)) == 0 &&
	    (rc = json_put_str(o, "reason", reason, e)) == 0)
		rc = json_write(o, out, e);
	buf_putc(out, '\n');
	cJSON_Delete(o);
	return rc < 0 ? rc : buf_ok(out, e);
}

void
receive_log(const struct receive *r, const char *event, const char *old,
    const char *new_, const char *outcome, const char *reason)
{
	char path[640], full[640];
	struct buf line = BUF_INIT;
	struct stat st;
	int fd = -1;

	if (file_path(path, sizeof(path), NULL, "%s/receive.log", r->dir) < 0 ||
	    file_path(full, sizeof(full), NULL, "%s.1", path) < 0 ||
	    log_text(r, event, old, new_, outcome, reason, &line, NULL) < 0)
		goto out;
	if (stat(path, &st) == 0 && st.st_size > RECEIVE_LOG_MAX)
		rename(path, full); /* the one before it goes */
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	/* one write: lines of two pushes do not mix */
	if (fd >= 0 && write(fd, line.data, line.len) < 0)
		goto out;
out:
	if (fd >= 0)
		close(fd);
	buf_release(&line);
}
