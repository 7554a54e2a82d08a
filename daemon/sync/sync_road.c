/*
 * Life: road_begin() watches DIR/ssh and starts ssh -> on_change() sees the
 * socket: open -> road_end() -> on_master_exited() -> on_closed() … gone().
 * ssh binds its socket only after the hall let it in, so the socket's name is
 * the news that the connection stands.
 */
#include "daemon/sync/sync_road.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define MASTER_WALL_MS (24L * 3600 * 1000)

struct road {
	uv_fs_event_t watch;
	uv_timer_t timer; /* until it is open */
	int n_open;       /* handles not yet closed */
	struct child *child;
	int open, told, late, silent;
	char where[CONF_URL_MAX];
	char path[1024];
	void (*opened)(void *arg, const struct sync_fault *fault);
	void (*gone)(void *arg);
	void *arg;
};

static void on_change(
    uv_fs_event_t *h, const char *name, int events, int status);
static void on_late(uv_timer_t *t);
static void on_master_exited(void *arg, const struct child_result *c);
static void close_handles(struct road *r);
static void on_closed(uv_handle_t *h);

static int
prepare_socket(const struct transfer_way *way, struct road *r, char *dir,
    size_t size, struct err *e)
{
	int rc;

	if ((rc = transfer_socket(way->conf, dir, r->path, size, e)) < 0 ||
	    (rc = file_mkdirs_in(way->conf->dir, TRANSFER_DIR, 0700, e)) < 0)
		return rc;
	unlink(r->path); /* left by a daemon that was killed */
	return 0;
}

static int
start_master(uv_loop_t *loop, const struct transfer_way *way, struct road *r,
    struct err *e)
{
	struct child_opts o = { .cwd = way->conf->dir,
		.wall_ms = MASTER_WALL_MS };
	struct transfer t;
	int rc;

	if ((rc = transfer_master(way, &t, e)) < 0)
		return rc;
	o.argv = t.argv;
	o.env = t.env;
	return child_start(loop, &o, on_master_exited, r, &r->child, e);
}

int
road_begin(uv_loop_t *loop, const struct transfer_way *way,
    void (*opened)(void *arg, const struct sync_fault *fault),
    void (*gone)(void *arg), void *arg, struct road **ret, struct err *e)
{
	struct road *r = calloc(1, sizeof(*r));
	char dir[1024];
	int rc;

	if (r == NULL)
		return err_nomem(e);
	r->opened = opened;
	r->gone = gone;
	r->arg = arg;
	snprintf(r->where, sizeof(r->where), "%s", way->conf->urls[way->url]);
	if ((rc = prepare_socket(way, r, dir, sizeof(dir), e)) < 0) {
		free(r);
		return rc;
	}
	uv_fs_event_init(loop, &r->watch); /* these two cannot fail */
	uv_timer_init(loop, &r->timer);
	r->watch.data = r->timer.data = r;
	r->n_open = 2;
	if ((rc = uv_fs_event_start(&r->watch, on_change, dir, 0)) < 0)
		rc = err_set(e, ERR_SYS, -rc, "cannot watch '%s': %s", dir,
		    uv_strerror(rc));
	else
		rc = start_master(loop, way, r, e);
	if (rc < 0) {
		r->silent = 1;
		close_handles(r);
		return rc;
	}
	uv_timer_start(&r->timer, on_late, ROAD_OPEN_MS, 0);
	*ret = r;
	return 0;
}

static void
on_change(uv_fs_event_t *h, const char *name, int events, int status)
{
	struct road *r = (struct road *)h->data;
	struct stat st;

	(void)name;
	(void)events;
	(void)status;
	if (r->open || r->told || lstat(r->path, &st) != 0 ||
	    !S_ISSOCK(st.st_mode))
		return;
	r->open = r->told = 1;
	uv_fs_event_stop(&r->watch);
	uv_timer_stop(&r->timer);
	r->opened(r->arg, NULL);
}

static void
on_late(uv_timer_t *t)
{
	struct road *r = (struct road *)t->data;

	r->late = 1;
	child_kill(r->child);
}

static void
tell_failure(struct road *r, const struct child_result *c)
{
	struct sync_fault fault;

	if (r->told)
		return;
	r->told = 1;
	sync_error_read(c, r->where, &fault);
	if (r->late) {
		fault.class = SYNC_RETRY;
		fault.no_road = 1;
		err_set(&fault.err, ERR_UNREACHABLE, 0,
		    "the hall at '%s' does not answer", r->where);
	}
	r->opened(r->arg, &fault);
}

static void
on_master_exited(void *arg, const struct child_result *c)
{
	struct road *r = (struct road *)arg;

	r->child = NULL;
	unlink(r->path);
	tell_failure(r, c);
	close_handles(r);
}

static void
close_handles(struct road *r)
{
	uv_close((uv_handle_t *)&r->watch, on_closed);
	uv_close((uv_handle_t *)&r->timer, on_closed);
}

static void
on_closed(uv_handle_t *h)
{
	struct road *r = (struct road *)h->data;

	if (--r->n_open > 0)
		return;
	if (!r->silent)
		r->gone(r->arg);
	free(r);
}

void
road_end(struct road *r)
{
	child_kill(r->child);
}
