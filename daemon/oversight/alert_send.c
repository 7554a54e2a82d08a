#include "daemon/oversight/alert_send.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/sync/child.h"

#define WALL_MS (60L * 1000)
#define ARGS_MAX (CONF_ALERTS_ARGS + 24)
#define SAID_MAX 300 /* bytes of what the child said */

struct alert_send {
	struct child *child;
	void (*done)(void *arg, int rc, const struct err *err);
	void *arg;
	int n; /* what is told */
	/* the command line, in one piece of memory */
	char text[200], mail[200], subject[1200], count[40], dir[560];
	const char *argv[ARGS_MAX + 1], *env[8];
};

/* The text lies in a file of memory that the child inherits: no pipe to feed,
 * nothing left on the disk. */
static int
make_input(const struct buf *text, int *ret, struct err *e)
{
	int fd = memfd_create("pmqa-alert", MFD_CLOEXEC), rc = 0;
	size_t at = 0;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "cannot make a file for the message");
	while (rc == 0 && at < text->len) {
		n = write(fd, text->data + at, text->len - at);
		if (n < 0 && errno != EINTR)
			rc = err_sys(e, "cannot write the message");
		at += n > 0 ? (size_t)n : 0;
	}
	if (rc == 0 && lseek(fd, 0, SEEK_SET) != 0)
		rc = err_sys(e, "cannot write the message");
	if (rc < 0)
		close(fd);
	else
		*ret = fd;
	return rc;
}

/* "-i -- ADDRESS…" behind sendmail's own words. */
static int
add_addresses(struct alert_send *a, const struct conf *c, int n, struct err *e)
{
	char *word, *save = NULL;

	snprintf(a->mail, sizeof(a->mail), "%s", c->alerts.mail);
	a->argv[n++] = "-i";
	a->argv[n++] = "--";
	for (word = strtok_r(a->mail, ", ", &save); word != NULL;
	     word = strtok_r(NULL, ", ", &save)) {
		if (n == ARGS_MAX)
			return err_set(e, ERR_INVALID, 0,
			    "there are too many addresses in [alerts] mail");
		a->argv[n++] = word;
	}
	a->argv[n] = NULL;
	return 0;
}

static int
fill_command(struct alert_send *a, const struct conf *c, struct err *e)
{
	int by_mail = c->alerts.command[0] == '\0', n;

	n = conf_alerts_words(
	    by_mail ? c->alerts.sendmail : c->alerts.command, a->text, a->argv);
	if (n <= 0)
		return err_set(e, ERR_INVALID, 0,
		    "nobody is named in [alerts] of pmqad.conf");
	return by_mail ? add_addresses(a, c, n, e) : 0;
}

static void
fill_env(struct alert_send *a, const struct conf *c, const struct buf *subject)
{
	static const char path[] = "PATH=/usr/local/sbin:/usr/local/bin:"
				   "/usr/sbin:/usr/bin:/sbin:/bin";
	size_t n = 0;

	snprintf(a->subject, sizeof(a->subject), "PMQA_SUBJECT=%s",
	    buf_str(subject));
	snprintf(a->count, sizeof(a->count), "PMQA_ALERTS=%d", a->n);
	snprintf(a->dir, sizeof(a->dir), "HOME=%s", c->dir);
	a->env[n++] = path;
	a->env[n++] = "LC_ALL=C.UTF-8";
	a->env[n++] = a->subject;
	a->env[n++] = a->count;
	a->env[n++] = a->dir;
	a->env[n] = NULL;
}

/* The last line that it wrote. */
static void
last_words(const struct buf *said, char ret[SAID_MAX])
{
	const char *s = buf_str(said), *at;
	size_t len = said->len;

	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r'))
		len--;
	for (at = s + len; at > s && at[-1] != '\n'; at--)
		continue;
	snprintf(ret, SAID_MAX, "%.*s", (int)(s + len - at), at);
	err_text(ret, SAID_MAX, ret);
}

static void
on_exited(void *arg, const struct child_result *r)
{
	struct alert_send *a = arg;
	char said[SAID_MAX];
	struct err err;
	int rc = 0;

	last_words(&r->err, said);
	if (r->timed_out != 0)
		rc = err_set(&err, ERR_TIMEOUT, 0, "'%s' did not end in time",
		    a->argv[0]);
	else if (r->term_signal != 0)
		rc = err_set(&err, ERR_FAILED, 0, "'%s' was ended by signal %d",
		    a->argv[0], r->term_signal);
	else if (r->status != 0 && said[0] != '\0')
		rc = err_set(&err, ERR_FAILED, 0,
		    "'%s' failed with status %d: %s", a->argv[0], r->status,
		    said);
	else if (r->status != 0)
		rc = err_set(&err, ERR_FAILED, 0, "'%s' failed with status %d",
		    a->argv[0], r->status);
	a->done(a->arg, rc, rc < 0 ? &err : NULL);
	free(a);
}

static int
make_text(const struct conf *c, const cJSON *waiting, struct buf *subject,
    struct buf *text, struct err *e)
{
	if (c->alerts.command[0] != '\0')
		return alert_send_text(c, waiting, subject, text, e);
	/* sendmail finds the subject in the mail itself */
	return alert_send_mail(c, waiting, clock_now(), text, e);
}

static int
start(struct alert_send *a, uv_loop_t *loop, const struct conf *c,
    const struct buf *text, struct err *e)
{
	struct child_opts o = { .argv = a->argv,
		.env = a->env,
		.cwd = c->dir,
		.wall_ms = WALL_MS };
	int rc = make_input(text, &o.input_fd, e);

	if (rc < 0)
		return rc;
	rc = child_start(loop, &o, on_exited, a, &a->child, e);
	close(o.input_fd);
	return rc;
}

int
alert_send_begin(uv_loop_t *loop, const struct conf *c, const cJSON *waiting,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct alert_send **ret, struct err *e)
{
	struct alert_send *a = calloc(1, sizeof(*a));
	struct buf subject = BUF_INIT, text = BUF_INIT;
	int rc;

	if (a == NULL)
		return err_nomem(e);
	a->done = done;
	a->arg = arg;
	a->n = cJSON_GetArraySize(waiting);
	if ((rc = fill_command(a, c, e)) == 0 &&
	    (rc = make_text(c, waiting, &subject, &text, e)) == 0) {
		fill_env(a, c, &subject);
		rc = start(a, loop, c, &text, e);
	}
	buf_release(&subject);
	buf_release(&text);
	if (rc < 0)
		free(a);
	else
		*ret = a;
	return rc;
}

void
alert_send_stop(struct alert_send *a)
{
	child_kill(a->child);
}
