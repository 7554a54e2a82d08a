#include "daemon/conn.h"

#include "base/log.h"
#include "proto/frame.h"
#include "proto/rpc.h"

#define READ_CHUNK (64 * 1024)
#define STALL_TICKS 4 /* looks at the queue per stall_ms */

struct conn {
	uv_pipe_t pipe;
	uv_timer_t stall; /* runs only while answers wait */
	struct conn_set *set;
	struct conn *next, **link;
	struct peer peer;
	struct frame frame;
	struct exchange *exchanges;
	struct buf held; /* answers given while pumping: one write at its end */
	size_t n_unfinished;
	uint64_t queued_total; /* bytes ever queued */
	uint64_t sent_seen;    /* bytes out at the last look */
	int idle_ticks;
	int n_handles; /* not yet closed */
	unsigned reading : 1;
	unsigned pumping : 1;
	unsigned ended : 1; /* no line will come any more */
	unsigned closing : 1;
};

struct conn_set {
	struct conn_set_opts o;
	struct conn *head;
	size_t n;
	uv_timer_t finish; /* runs only while stopping */
	int quiet;         /* no more lines are taken */
	int finishing;     /* free the set once it is empty */
	void (*closed)(void *arg);
	void *closed_arg;
	char chunk[READ_CHUNK]; /* what uv reads into: used up in on_read() */
};

/* One answer on its way out. */
struct output {
	uv_write_t req;
	char *data;
};

static void pump(struct conn *c);

/* The end of a connection. */

static void
on_finish_closed(uv_handle_t *h)
{
	struct conn_set *set = h->data;
	void (*closed)(void *arg) = set->closed;
	void *arg = set->closed_arg;

	free(set);
	if (closed != NULL)
		closed(arg);
}

static void
maybe_finish_set(struct conn_set *set)
{
	if (set->finishing && set->head == NULL &&
	    !uv_is_closing((uv_handle_t *)&set->finish))
		uv_close((uv_handle_t *)&set->finish, on_finish_closed);
}

static void
on_handle_closed(uv_handle_t *h)
{
	struct conn *c = h->data;
	struct conn_set *set = c->set;

	if (--c->n_handles > 0)
		return;
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	set->n--;
	frame_release(&c->frame);
	buf_release(&c->held);
	free(c);
	maybe_finish_set(set);
}

static void
close_conn(struct conn *c)
{
	if (c->closing)
		return;
	c->closing = 1;
	c->set->o.on_gone(c->set->o.arg, c);
	uv_close((uv_handle_t *)&c->stall, on_handle_closed);
	uv_close((uv_handle_t *)&c->pipe, on_handle_closed);
}

static void
drop(struct conn *c, const char *why)
{
	log_line(LOG_WARN, "client of '%s' (process %ld) dropped: %s",
	    c->peer.person.login, (long)c->peer.pid, why);
	close_conn(c);
}

/* Answers out. */

static size_t
queue_size(const struct conn *c)
{
	return c->held.len +
	       uv_stream_get_write_queue_size((const uv_stream_t *)&c->pipe);
}

static void
on_stall_tick(uv_timer_t *timer)
{
	struct conn *c = timer->data;
	uint64_t sent = c->queued_total - queue_size(c);

	if (queue_size(c) == 0) {
		uv_timer_stop(timer);
		return;
	}
	c->idle_ticks = sent == c->sent_seen ? c->idle_ticks + 1 : 0;
	c->sent_seen = sent;
	if (c->idle_ticks >= STALL_TICKS)
		drop(c, "it does not read its answers");
}

static void
watch_queue(struct conn *c)
{
	uint64_t tick_ms = c->set->o.stall_ms / STALL_TICKS + 1;

	if (queue_size(c) == 0 || uv_is_active((uv_handle_t *)&c->stall))
		return;
	c->idle_ticks = 0;
	c->sent_seen = c->queued_total - queue_size(c);
	uv_timer_start(&c->stall, on_stall_tick, tick_ms, tick_ms);
}

static void
on_written(uv_write_t *req, int status)
{
	struct output *out = (struct output *)req;
	struct conn *c = req->handle->data;

	free(out->data);
	free(out);
	if (c->closing)
		return;
	if (status < 0) {
		close_conn(c);
		return;
	}
	if (queue_size(c) == 0)
		uv_timer_stop(&c->stall);
	pump(c);
}

static void
write_line(struct conn *c, struct buf *line)
{
	struct output *out = NULL;
	size_t len = line->len;
	uv_buf_t b;

	if (c->closing || (len == 0 && !line->failed))
		goto out;
	if (line->failed || (out = malloc(sizeof(*out))) == NULL) {
		drop(c, "out of memory");
		goto out;
	}
	out->data = buf_take(line);
	b = uv_buf_init(out->data, (unsigned)len);
	c->queued_total += len;
	if (uv_write(&out->req, (uv_stream_t *)&c->pipe, &b, 1, on_written) <
	    0) {
		free(out->data);
		free(out);
		close_conn(c);
		goto out;
	}
	if (queue_size(c) > CONN_QUEUE_MAX)
		drop(c, "its answers pile up");
	else
		watch_queue(c);
out:
	buf_release(line);
	buf_init(line);
}

/* The client wakes once for the answers to lines that came together. */
void
conn_send(struct conn *c, struct buf *line)
{
	if (!c->pumping) {
		write_line(c, line);
		return;
	}
	buf_append(&c->held, line->data, line->len);
	c->held.failed |= line->failed;
	buf_release(line);
	buf_init(line);
}

/* Lines in. */

static int
must_pause(const struct conn *c)
{
	return c->n_unfinished >= CONN_UNFINISHED_MAX ||
	       queue_size(c) > CONN_QUEUE_PAUSE;
}

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *ret)
{
	struct conn *c = h->data;

	(void)size;
	*ret = uv_buf_init(c->set->chunk, READ_CHUNK);
}

/* The stream cannot be used on: says why, and closes once that is sent. */
static void
end_with_error(struct conn *c, int code, const struct err *e)
{
	struct buf line = BUF_INIT;
	int rc;

	c->ended = 1;
	if (code == RPC_OUR_ERROR)
		rc = rpc_write_err(NULL, e, &line, NULL);
	else
		rc = rpc_write_error(NULL, code, e->msg, NULL, &line, NULL);
	buf_putc(&line, '\n');
	if (rc == 0)
		conn_send(c, &line);
	else
		drop(c, e->msg);
	buf_release(&line);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct conn *c = stream->data;
	struct err e;

	if (n == 0)
		return;
	if (n == UV_EOF) {
		c->ended = 1;
		pump(c);
		return;
	}
	if (n < 0) {
		close_conn(c);
		return;
	}
	if (frame_feed(&c->frame, b->base, (size_t)n, &e) < 0)
		end_with_error(c, RPC_PARSE_ERROR, &e);
	pump(c);
}

static void
set_reading(struct conn *c, int on)
{
	if (on == (int)c->reading)
		return;
	c->reading = on != 0;
	if (!on)
		uv_read_stop((uv_stream_t *)&c->pipe);
	else if (uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read) < 0)
		close_conn(c);
}

/* Gives out the lines that are there, then reads on, pauses or ends. Comes back
 * here after every answer; on_line() may do so at once. */
static void
pump(struct conn *c)
{
	struct err e;
	char *line;
	size_t len;
	int rc = 0;

	if (c->pumping || c->closing)
		return;
	c->pumping = 1;
	while (!c->closing && !c->set->quiet && !must_pause(c)) {
		rc = frame_next(&c->frame, &line, &len, &e);
		if (rc <= 0)
			break;
		c->set->o.on_line(c->set->o.arg, c, line, len);
	}
	if (rc < 0 && !c->ended)
		end_with_error(c, RPC_PARSE_ERROR, &e);
	c->pumping = 0;
	write_line(c, &c->held);
	if (c->closing)
		return;
	set_reading(c, !c->ended && !c->set->quiet && !must_pause(c));
	if ((c->ended || c->set->quiet) && c->n_unfinished == 0 &&
	    queue_size(c) == 0)
		close_conn(c);
}

void
conn_begin(struct conn *c, size_t n)
{
	c->n_unfinished += n;
}

void
conn_end(struct conn *c, size_t n)
{
	c->n_unfinished -= n;
	pump(c);
}

const struct peer *
conn_peer(const struct conn *c)
{
	return &c->peer;
}

struct exchange **
conn_exchanges(struct conn *c)
{
	return &c->exchanges;
}

/* The set. */

int
conn_set_create(
    const struct conn_set_opts *o, struct conn_set **ret, struct err *e)
{
	struct conn_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return err_nomem(e);
	set->o = *o;
	uv_timer_init(o->loop, &set->finish); /* cannot fail */
	set->finish.data = set;
	*ret = set;
	return 0;
}

static struct conn *
new_conn(struct conn_set *set)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->set = set;
	frame_init(&c->frame);
	uv_pipe_init(set->o.loop, &c->pipe, 0); /* cannot fail */
	uv_timer_init(set->o.loop, &c->stall);  /* cannot fail */
	c->pipe.data = c;
	c->stall.data = c;
	c->n_handles = 2;
	c->next = set->head;
	c->link = &set->head;
	if (c->next != NULL)
		c->next->link = &c->next;
	set->head = c;
	set->n++;
	return c;
}

void
conn_set_accept(void *arg, struct listener *l)
{
	struct conn_set *set = arg;
	struct conn *c = new_conn(set);
	struct err e;

	if (c == NULL) {
		err_nomem(&e);
		log_err("cannot accept a connection", &e);
		return;
	}
	if (listen_accept(l, &c->pipe, &e) < 0 ||
	    peer_of(&c->pipe, &c->peer, &e) < 0) {
		log_err("cannot accept a connection", &e);
		close_conn(c);
		return;
	}
	if (set->n > set->o.max_clients) {
		err_set(&e, ERR_BUSY, 0, "too many clients (at most %zu)",
		    set->o.max_clients);
		end_with_error(c, RPC_OUR_ERROR, &e);
	}
	pump(c);
}

size_t
conn_set_count(const struct conn_set *set)
{
	return set->n;
}

static void
on_finish_timer(uv_timer_t *timer)
{
	struct conn_set *set = timer->data;
	struct conn *c;

	for (c = set->head; c != NULL; c = c->next)
		close_conn(c);
}

void
conn_set_quiet(struct conn_set *set)
{
	struct conn *c;

	set->quiet = 1;
	for (c = set->head; c != NULL; c = c->next)
		pump(c);
}

void
conn_set_finish(struct conn_set *set, void (*closed)(void *arg), void *arg)
{
	conn_set_quiet(set);
	set->finishing = 1;
	set->closed = closed;
	set->closed_arg = arg;
	uv_timer_start(&set->finish, on_finish_timer, CONN_FINISH_MS, 0);
	maybe_finish_set(set);
}
