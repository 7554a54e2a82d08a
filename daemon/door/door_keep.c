/* Life: on_timer() starts the child -> on_ended() -> the timer again, after a
 * while. */
#include "daemon/door/door_keep.h"

#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/sync/child.h"

struct door_keep {
	uv_timer_t timer;
	const char *dir;
	struct child *child; /* NULL: it does not run */
	int64_t started;
	int64_t wait_ms; /* before the next start */
	int closing;
	void (*closed)(void *arg);
	void *arg;
};

static void on_timer(uv_timer_t *timer);
static void on_ended(void *arg, const struct child_result *r);

/* In the daemon's own log. */
static void
on_line(void *arg, const char *line)
{
	char clean[1000];

	(void)arg;
	err_text(clean, sizeof(clean), line);
	log_line(LOG_WARN, "door: %s", clean);
}

static int
start(struct door_keep *k, struct err *e)
{
	char lib[1024], path[1100], daemon[24], home[1100];
	const char *const argv[] = { path, "--resident", k->dir, daemon, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
		home, NULL };
	const struct child_opts o = { .argv = argv,
		.env = env,
		.cwd = "/",
		.wall_ms = LONG_MAX / 2,
		.line = on_line };
	int rc;

	if ((rc = file_own(lib, sizeof(lib), "lib", e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/pmqa-door", lib)) < 0 ||
	    (rc = file_path(home, sizeof(home), e, "HOME=%s", k->dir)) < 0)
		return rc;
	(void)snprintf(daemon, sizeof(daemon), "%d", (int)getpid());
	k->started = clock_mono_ms();
	return child_start(k->timer.loop, &o, on_ended, k, &k->child, e);
}

/* 1 s, 2 s, 4 s … 1 min; from the beginning after a good run. */
static void
wait_again(struct door_keep *k)
{
	if (clock_mono_ms() - k->started >= DOOR_KEEP_RETRY_MAX_MS)
		k->wait_ms = DOOR_KEEP_RETRY_MS;
	uv_timer_start(&k->timer, on_timer, (uint64_t)k->wait_ms, 0);
	k->wait_ms *= 2;
	if (k->wait_ms > DOOR_KEEP_RETRY_MAX_MS)
		k->wait_ms = DOOR_KEEP_RETRY_MAX_MS;
}

static void
on_timer(uv_timer_t *timer)
{
	struct door_keep *k = timer->data;
	struct err err;

	if (start(k, &err) == 0)
		return;
	log_err("door", &err);
	wait_again(k);
}

static void
on_timer_closed(uv_handle_t *h)
{
	struct door_keep *k = h->data;
	void (*closed)(void *arg) = k->closed;
	void *arg = k->arg;

	free(k);
	closed(arg);
}

static void
leave(struct door_keep *k)
{
	uv_close((uv_handle_t *)&k->timer, on_timer_closed);
}

static void
on_ended(void *arg, const struct child_result *r)
{
	struct door_keep *k = arg;

	k->child = NULL;
	if (k->closing) {
		leave(k);
		return;
	}
	log_line(LOG_WARN,
	    "the door ended (status %d, signal %d): it starts again in %lld s",
	    r->status, r->term_signal, (long long)(k->wait_ms / 1000));
	wait_again(k);
}

int
door_keep_create(
    uv_loop_t *loop, const char *dir, struct door_keep **ret, struct err *e)
{
	struct door_keep *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return err_nomem(e);
	k->dir = dir;
	k->wait_ms = DOOR_KEEP_RETRY_MS;
	uv_timer_init(loop, &k->timer); /* cannot fail */
	k->timer.data = k;
	uv_timer_start(&k->timer, on_timer, 0, 0);
	*ret = k;
	return 0;
}

void
door_keep_close(struct door_keep *k, void (*closed)(void *arg), void *arg)
{
	k->closing = 1;
	k->closed = closed;
	k->arg = arg;
	uv_timer_stop(&k->timer);
	if (k->child != NULL)
		child_kill(k->child);
	else
		leave(k);
}
