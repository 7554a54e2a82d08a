#include "daemon/dispatch.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/handlers/handlers.h"
#include "daemon/role_check.h"
#include "daemon/server.h"
#include "proto/frame.h"
#include "proto/rpc.h"

#define PROGRESS_MS 200 /* between two notifications of one call */
/* Bytes of a line kept for each answer of a batch: enough for a refusal. */
#define ANSWER_RESERVE 1024
_Static_assert((ANSWER_RESERVE + 1) * RPC_BATCH_MAX + 2 < FRAME_MAX,
    "every answer of the longest batch has its reserve");

struct exchange {
	struct conn *conn; /* NULL: the client is gone */
	struct exchange *next, **link;
	struct peer peer;
	struct rpc_batch in;
	size_t n_left;       /* calls not yet finished */
	size_t room;         /* bytes for answers beyond their reserve */
	struct buf *answers; /* one a request; empty for a notification */
};

/* Answers. */

static void
exchange_free(struct exchange *x)
{
	size_t i;

	if (x->conn != NULL) {
		*x->link = x->next;
		if (x->next != NULL)
			x->next->link = x->link;
	}
	for (i = 0; x->answers != NULL && i < x->in.n; i++)
		buf_release(&x->answers[i]);
	free(x->answers);
	rpc_batch_release(&x->in);
	free(x);
}

/* Takes the room for an answer: what is reserved for each, or from what all
 * share. */
static int
fits(struct exchange *x, size_t len)
{
	size_t more = len > ANSWER_RESERVE ? len - ANSWER_RESERVE : 0;

	if (more > x->room)
		return 0;
	x->room -= more;
	return 1;
}

/* An answer that would make the line too long is replaced, at last by one that
 * does not even repeat its id: that one always fits. What cannot be written (no
 * memory) fails the line. */
static void
keep_answer(struct exchange *x, size_t slot, int rc)
{
	const cJSON *id = x->in.reqs[slot].id;
	struct buf *out = &x->answers[slot];
	struct err e;
	int tries;

	for (tries = 0; rc == 0 && !fits(x, out->len) && tries < 2; tries++) {
		buf_clear(out);
		err_set(&e, ERR_FAILED, 0,
		    "the answer is longer than a message may be");
		err_hint(&e, "ask for less at a time");
		rc = rpc_write_err(tries == 0 ? id : NULL, &e, out, NULL);
	}
	if (rc < 0)
		out->failed = 1;
}

static void
set_answer(struct exchange *x, size_t slot, int rc, const struct err *fault,
    const cJSON *result)
{
	const cJSON *id = x->in.reqs[slot].id;
	struct buf *out = &x->answers[slot];
	struct err e;

	if (rc == 0 && rpc_write_result(id, result, out, &e) < 0)
		rc = rpc_write_err(id, &e, out, NULL);
	else if (rc < 0)
		rc = rpc_write_err(id, fault, out, NULL);
	keep_answer(x, slot, rc);
}

static void
set_standard_error(
    struct exchange *x, size_t slot, int code, const char *message)
{
	const struct rpc_request *r = &x->in.reqs[slot];

	if (r->kind == RPC_NOTIFY)
		return;
	keep_answer(x, slot,
	    rpc_write_error(
		r->id, code, message, NULL, &x->answers[slot], NULL));
}

/* SAVE 5/7: the reply, with revision name and commit id */
static void
send_answers(struct exchange *x)
{
	struct buf line = BUF_INIT;
	size_t i, n = 0;

	/* alone it is the line: an answer may be long */
	if (!x->in.is_batch && x->answers[0].len > 0) {
		buf_putc(&x->answers[0], '\n');
		conn_send(x->conn, &x->answers[0]);
		return;
	}
	for (i = 0; i < x->in.n; i++) {
		const struct buf *a = &x->answers[i];

		line.failed |= a->failed;
		if (a->len == 0)
			continue;
		if (x->in.is_batch)
			buf_putc(&line, n == 0 ? '[' : ',');
		buf_append(&line, a->data, a->len);
		n++;
	}
	if (n > 0 || line.failed) {
		buf_puts(&line, x->in.is_batch ? "]\n" : "\n");
		conn_send(x->conn, &line);
	}
	buf_release(&line);
}

static void
finish_one(struct exchange *x)
{
	struct conn *conn = x->conn;

	if (--x->n_left == 0) {
		if (conn != NULL)
			send_answers(x);
		exchange_free(x);
	}
	/* sending may have dropped the client, whose memory stays until its
	 * handles are closed */
	if (conn != NULL)
		conn_end(conn, 1);
}

void
call_finish(struct call *c, int rc)
{
	struct exchange *x = c->exchange;

	/* what comes to pass at a hall is told to those who watch */
	if (rc == 0 && watch_called(c->server->watch, c))
		alert_flow_wake(c->server->alerts);
	if (c->id != NULL)
		set_answer(x, c->slot, rc, &c->job.err, c->result);
	cJSON_Delete(c->result);
	cJSON_Delete(c->kept);
	free(c);
	finish_one(x);
}

int
call_is_wanted(const struct call *c)
{
	return c->exchange->conn != NULL;
}

/* Calls. */

static void
run_call(struct job *j, void *state)
{
	struct call *c = (struct call *)j;
	struct store *s = state;

	/* the writer's thread moves the branches on between our jobs */
	if (c->worker != c->server->writer)
		store_forget_branches(s);
	j->rc = c->handler->run(c, s, &c->result, &j->err);
	if (j->rc < 0 && c->worker == c->server->writer)
		fatal_check(c->method->name, &j->err);
}

static void
on_called(struct job *j)
{
	struct call *c = (struct call *)j;
	int rc = j->rc;

	if (c->held)
		watchdog_release(c->server->watchdog);
	if (rc == 0 && c->handler->after != NULL)
		rc = c->handler->after(c, &j->err);
	call_finish(c, rc);
}

/* Whose members have the right. */
static const char *
group_of(enum right right)
{
	if (right == RIGHT_CHIEF)
		return PEER_GROUP_CHIEF;
	return right == RIGHT_ADMIN ? PEER_GROUP_ADMIN : PEER_GROUP_USER;
}

static int
check_call(const struct call *c, struct err *e)
{
	const struct method *m = c->method;
	int rc;

	if (!peer_may(c->peer, m->right)) {
		err_set(e, ERR_DENIED, 0, "'%s' may not call %s",
		    c->peer->person.login, m->name);
		err_hint(e, "ask the administrator to add you to group %s",
		    group_of(m->right));
		return ERR_DENIED;
	}
	if ((rc = role_check(m, c->server->conf.role, e)) < 0)
		return rc;
	return methods_check(m, c->params, e);
}

static struct worker *
worker_of(const struct server *srv, enum where where)
{
	if (where == ON_LONG)
		return srv->lengthy;
	return where == ON_READER ? srv->reader : srv->writer;
}

/* SAVE 3/7: who asks, may they, which handler; then to the store's thread */
static int
begin_call(struct call *c, struct err *e)
{
	struct server *srv = c->server;
	int rc;

	if ((rc = check_call(c, e)) < 0)
		return rc;
	if (c->method->where == ON_LOOP)
		return c->handler->begin(c, &c->result, e);
	c->worker = worker_of(srv, c->method->where);
	c->job.grouped = c->method->where == ON_WRITER;
	c->job.run = run_call;
	c->job.done = on_called;
	if ((rc = worker_submit(c->worker, &c->job, e)) < 0)
		return rc;
	return HANDLER_LATER;
}

static void
begin_request(struct server *srv, struct exchange *x, size_t slot)
{
	const struct rpc_request *r = &x->in.reqs[slot];
	const struct handler *h = NULL;
	struct call *c;
	int rc;

	if (r->kind != RPC_BAD)
		h = handlers_find(r->method);
	if (h == NULL) {
		if (r->kind == RPC_BAD)
			set_standard_error(
			    x, slot, RPC_INVALID_REQUEST, "Invalid Request");
		else
			set_standard_error(
			    x, slot, RPC_METHOD_NOT_FOUND, "Method not found");
		finish_one(x);
		return;
	}
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		x->answers[slot].failed = 1;
		finish_one(x);
		return;
	}
	c->server = srv;
	c->method = methods_find(r->method);
	c->handler = h;
	c->exchange = x;
	c->slot = slot;
	c->id = r->kind == RPC_NOTIFY ? NULL : r->id;
	c->params = r->params;
	c->peer = &x->peer;
	if ((rc = begin_call(c, &c->job.err)) <= 0)
		call_finish(c, rc);
}

/* Lines. */

static struct exchange *
new_exchange(struct conn *conn, struct rpc_batch *in)
{
	struct exchange *x = calloc(1, sizeof(*x));
	struct exchange **head = conn_exchanges(conn);

	if (x == NULL ||
	    (x->answers = calloc(in->n, sizeof(*x->answers))) == NULL) {
		free(x);
		return NULL;
	}
	x->conn = conn;
	x->peer = *conn_peer(conn);
	x->in = *in;
	x->room = FRAME_MAX - (ANSWER_RESERVE + 1) * in->n - 2;
	x->next = *head;
	x->link = head;
	if (x->next != NULL)
		x->next->link = &x->next;
	*head = x;
	return x;
}

static void
refuse_line(struct conn *conn, int code, const char *message)
{
	struct buf line = BUF_INIT;

	if (rpc_write_error(NULL, code, message, NULL, &line, NULL) < 0)
		line.failed = 1;
	buf_putc(&line, '\n');
	conn_send(conn, &line);
}

void
dispatch_line(void *arg, struct conn *conn, const char *line, size_t len)
{
	struct rpc_batch in = { 0 };
	struct exchange *x;
	struct err e;
	size_t i, n;
	int rc;

	rc = rpc_parse(line, len, &in, &e);
	if (rc < 0) {
		refuse_line(conn,
		    rc == ERR_INVALID ? RPC_PARSE_ERROR : RPC_INTERNAL_ERROR,
		    e.msg);
		return;
	}
	if ((x = new_exchange(conn, &in)) == NULL) {
		rpc_batch_release(&in);
		refuse_line(conn, RPC_INTERNAL_ERROR, "Internal error");
		return;
	}
	n = x->n_left = x->in.n;
	conn_begin(conn, n);
	/* x is gone with the last of them */
	for (
	    i = 0; i < n;
	    i++) /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): lives until n are done */
		begin_request(arg, x, i);
}

void
dispatch_gone(void *arg, struct conn *conn)
{
	struct exchange *x = *conn_exchanges(conn);

	(void)arg;
	for (; x != NULL; x = x->next)
		x->conn = NULL;
	*conn_exchanges(conn) = NULL;
}

/* Progress. */

static void
send_progress(const struct call *c, const char *what, int64_t done,
    int64_t total, cJSON *transfer)
{
	cJSON *params = NULL;
	struct buf line = BUF_INIT;
	struct err e;

	if (c->id == NULL || c->exchange->conn == NULL) {
		cJSON_Delete(transfer);
		return;
	}
	params = cJSON_CreateObject();
	if ((transfer != NULL &&
		json_put(params, "transfer", transfer, &e) < 0) ||
	    json_put(params, "id", cJSON_Duplicate(c->id, 1), &e) < 0 ||
	    json_put_str(params, "what", what, &e) < 0 ||
	    json_put_int(params, "done", done, &e) < 0 ||
	    json_put_int(params, "total", total, &e) < 0 ||
	    rpc_write_call(0, "progress", params, &line, &e) < 0)
		log_err("progress", &e);
	else
		conn_send(c->exchange->conn, &line);
	buf_release(&line);
	cJSON_Delete(params);
}

void
call_send_progress(
    const struct call *c, const char *what, int64_t done, int64_t total)
{
	send_progress(c, what, done, total, NULL);
}

void
call_send_transfer(const struct call *c, const char *what, cJSON *transfer)
{
	send_progress(c, what, 0, 0, transfer);
}

static void
on_progress(void *arg)
{
	struct call *c = arg;

	atomic_store(&c->told, 0);
	watchdog_grace(c->server->watchdog, WATCHDOG_GRACE_MS);
	call_send_progress(
	    c, c->method->name, atomic_load(&c->done), atomic_load(&c->total));
}

void
call_progress(void *call, int64_t done, int64_t total)
{
	struct call *c = call;
	int64_t now = clock_mono_ms();

	atomic_store(&c->done, done);
	atomic_store(&c->total, total);
	if (now - c->last_told_ms < PROGRESS_MS ||
	    atomic_exchange(&c->told, 1) != 0)
		return;
	c->last_told_ms = now;
	/* without memory for the message only the news is lost */
	if (worker_tell(c->worker, on_progress, c) < 0)
		atomic_store(&c->told, 0);
}

static void
on_hold(void *arg)
{
	struct call *c = arg;

	if (!c->held)
		watchdog_hold(c->server->watchdog);
	c->held = 1;
}

int
call_hold(struct call *c, struct err *e)
{
	return worker_tell(c->worker, on_hold, c) < 0 ? err_nomem(e) : 0;
}
