/*
 * Life of a child: child_start() -> on_output() … -> on_exit() -> both outputs
 * at their end (or drained long enough) -> child_end() closes every handle ->
 * on_closed() reports and frees.
 */
#include "daemon/sync/child.h"

#include <errno.h>
#include <signal.h>

#include "base/clock.h"

#define KILL_AFTER_MS 2000 /* between TERM and KILL */
#define DRAIN_MS 1000      /* for outputs that a stray grandchild holds open */
#define LINE_MAX_LEN 16384
#define N_OUTPUTS 2

struct child {
	uv_process_t process;
	uv_pipe_t pipes[N_OUTPUTS]; /* standard output, standard error */
	uv_timer_t timer;           /* the nearest of all deadlines */
	struct child_opts opts;
	struct child_result result;
	struct buf line; /* standard error since the last line end */
	int line_cut;    /* the rest of a line too long is dropped */
	int n_open;      /* handles not yet closed */
	int n_reading;   /* outputs not yet at their end */
	int started, running, ending;
	int64_t start_ms, output_ms, term_ms, exit_ms;
	void (*exited)(void *arg, const struct child_result *r);
	void *arg;
	char chunk[16384];
};

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *ret);
static void on_output(uv_stream_t *s, ssize_t n, const uv_buf_t *in);
static void on_exit_status(uv_process_t *p, int64_t status, int term_signal);
static void on_deadline(uv_timer_t *t);
static void on_closed(uv_handle_t *h);
static void child_end(struct child *c);

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The whole group: git's ssh, its pack-objects and index-pack too. */
static void
signal_group(const struct child *c, int sig)
{
	if (c->running)
		kill(-c->process.pid, sig);
}

static void
terminate(struct child *c, int why)
{
	if (!c->running || c->term_ms != 0)
		return;
	c->result.timed_out = why;
	c->term_ms = clock_mono_ms();
	signal_group(c, SIGTERM);
}

/* One timer for all deadlines; output only moves output_ms, so that a busy
 * child costs no timer calls. */
static void
arm(struct child *c)
{
	int64_t now = clock_mono_ms(), due;

	if (!c->running)
		due = c->exit_ms + DRAIN_MS;
	else if (c->term_ms != 0)
		due = c->term_ms + KILL_AFTER_MS;
	else {
		due = c->start_ms + c->opts.wall_ms;
		if (c->opts.stall_ms > 0)
			due = sooner(due, c->output_ms + c->opts.stall_ms);
	}
	uv_update_time(c->timer.loop);
	uv_timer_start(
	    &c->timer, on_deadline, due > now ? (uint64_t)(due - now) : 0, 0);
}

static void
on_deadline(uv_timer_t *t)
{
	struct child *c = (struct child *)t->data;
	int64_t now = clock_mono_ms();

	if (!c->running) {
		child_end(c);
		return;
	}
	if (c->term_ms != 0 && now >= c->term_ms + KILL_AFTER_MS) {
		signal_group(c, SIGKILL);
		c->term_ms = now; /* asked again should it not go at once */
	} else if (now >= c->start_ms + c->opts.wall_ms)
		terminate(c, 1);
	else if (c->opts.stall_ms > 0 && now >= c->output_ms + c->opts.stall_ms)
		terminate(c, 2);
	arm(c);
}

static void
on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *ret)
{
	struct child *c = (struct child *)h->data;

	(void)hint;
	*ret = uv_buf_init(c->chunk, sizeof(c->chunk));
}

static void
tell_line(struct child *c)
{
	if (c->line.len > 0 && !c->line.failed && c->opts.line != NULL)
		c->opts.line(c->arg, buf_str(&c->line));
	buf_clear(&c->line);
	c->line_cut = 0;
}

static void
feed_lines(struct child *c, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '\n' || s[i] == '\r')
			tell_line(c);
		else if (c->line.len < LINE_MAX_LEN && !c->line_cut)
			buf_append(&c->line, s[i] == '\0' ? "?" : s + i, 1);
		else
			c->line_cut = 1;
	}
}

/* What a child says is worth its last words: the end of standard error is
 * kept, of standard output the beginning. */
static void
keep_output(struct child *c, int is_err, const char *s, size_t len)
{
	struct buf *b = is_err ? &c->result.err : &c->result.out;

	if (!is_err && len > CHILD_OUTPUT_MAX - b->len)
		len = CHILD_OUTPUT_MAX - b->len;
	buf_append(b, s, len);
	if (is_err && b->len > CHILD_OUTPUT_MAX)
		buf_consume(b, b->len - CHILD_OUTPUT_MAX / 2);
}

static void
on_output(uv_stream_t *s, ssize_t n, const uv_buf_t *in)
{
	struct child *c = (struct child *)s->data;
	int is_err = (uv_pipe_t *)s == &c->pipes[1];

	if (n > 0) {
		c->output_ms = clock_mono_ms();
		keep_output(c, is_err, in->base, (size_t)n);
		if (is_err)
			feed_lines(c, in->base, (size_t)n);
		return;
	}
	if (n == 0)
		return;
	uv_read_stop(s);
	if (is_err)
		tell_line(c);
	c->n_reading--;
	if (c->n_reading == 0 && !c->running)
		child_end(c);
}

static void
on_exit_status(uv_process_t *p, int64_t status, int term_signal)
{
	struct child *c = (struct child *)p->data;

	signal_group(c, SIGKILL); /* what it left behind in its group */
	c->running = 0;
	c->exit_ms = clock_mono_ms();
	c->result.status = term_signal != 0 ? -1 : (int)status;
	c->result.term_signal = term_signal;
	if (c->n_reading == 0)
		child_end(c);
	else
		arm(c);
}

static void
child_end(struct child *c)
{
	size_t i;

	if (c->ending)
		return;
	c->ending = 1;
	uv_close((uv_handle_t *)&c->process, on_closed);
	uv_close((uv_handle_t *)&c->timer, on_closed);
	for (i = 0; i < N_OUTPUTS; i++)
		uv_close((uv_handle_t *)&c->pipes[i], on_closed);
}

static void
on_closed(uv_handle_t *h)
{
	struct child *c = (struct child *)h->data;

	if (--c->n_open > 0)
		return;
	if (c->started)
		c->exited(c->arg, &c->result);
	buf_release(&c->result.out);
	buf_release(&c->result.err);
	buf_release(&c->line);
	free(c);
}

/* libuv's structures want mutable strings that it does not change. */
static char **
mutable_list(const char *const *list)
{
	union {
		const char *const *in;
		char **out;
	} u = { .in = list };

	return u.out;
}

static int
spawn(struct child *c, uv_loop_t *loop)
{
	uv_stdio_container_t io[3];
	uv_process_options_t po;

	memset(io, 0, sizeof(io));
	memset(&po, 0, sizeof(po));
	io[0].flags = UV_IGNORE; /* libuv opens /dev/null */
	if (c->opts.input_fd > 0) {
		io[0].flags = UV_INHERIT_FD;
		io[0].data.fd = c->opts.input_fd;
	}
	io[1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	io[1].data.stream = (uv_stream_t *)&c->pipes[0];
	io[2].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	io[2].data.stream = (uv_stream_t *)&c->pipes[1];
	po.file = c->opts.argv[0];
	po.args = mutable_list(c->opts.argv);
	po.env = mutable_list(c->opts.env);
	po.cwd = c->opts.cwd;
	po.exit_cb = on_exit_status;
	po.flags = UV_PROCESS_DETACHED; /* its own session and process group */
	po.stdio = io;
	po.stdio_count = 3;
	return uv_spawn(loop, &c->process, &po);
}

/* uv_*_init() of these three cannot fail on Linux but for the process handle,
 * which uv_spawn() initialises in any case. */
static void
init_handles(struct child *c, uv_loop_t *loop)
{
	size_t i;

	uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	c->process.data = c;
	for (i = 0; i < N_OUTPUTS; i++) {
		uv_pipe_init(loop, &c->pipes[i], 0);
		c->pipes[i].data = c;
	}
	c->n_open = 2 + N_OUTPUTS;
	buf_init(&c->result.out);
	buf_init(&c->result.err);
	buf_init(&c->line);
}

int
child_start(uv_loop_t *loop, const struct child_opts *o,
    void (*exited)(void *arg, const struct child_result *r), void *arg,
    struct child **ret, struct err *e)
{
	struct child *c = calloc(1, sizeof(*c));
	size_t i;
	int rc;

	if (c == NULL)
		return err_nomem(e);
	c->opts = *o;
	c->exited = exited;
	c->arg = arg;
	init_handles(c, loop);
	if ((rc = spawn(c, loop)) < 0) {
		err_set(e, ERR_SYS, -rc, "cannot start '%s': %s", o->argv[0],
		    uv_strerror(rc));
		child_end(c);
		return ERR_SYS;
	}
	c->started = c->running = 1;
	c->start_ms = c->output_ms = clock_mono_ms();
	c->n_reading = N_OUTPUTS;
	for (i = 0; i < N_OUTPUTS; i++)
		if (uv_read_start(
			(uv_stream_t *)&c->pipes[i], on_alloc, on_output) < 0)
			c->n_reading--;
	/* argv, env and cwd belonged to the caller for the start alone */
	c->opts.argv = c->opts.env = NULL;
	c->opts.cwd = NULL;
	arm(c);
	*ret = c;
	return 0;
}

void
child_kill(struct child *c)
{
	if (c == NULL || c->ending)
		return;
	terminate(c, 3);
	if (c->running)
		arm(c);
}
