/* The stop of a server: each step closes its parts, and the last of them begins
 * the next. */
#include "base/log.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "daemon/server_oversight.h"
#include "store/git/program.h"

static void step_flush(struct server *srv);
static void step_workers(struct server *srv);
static void step_writer(struct server *srv);
static void step_answers(struct server *srv);
static void step_end(struct server *srv);

static void
end_part(struct server *srv, void (*next)(struct server *srv))
{
	if (--srv->n_open == 0)
		next(srv);
}

static void
on_quiet(void *arg)
{
	end_part(arg, step_flush);
}

static void
step_quiet(struct server *srv)
{
	srv->n_open = 1;
	if (srv->listener != NULL)
		listen_close(srv->listener);
	if (srv->conns != NULL)
		conn_set_quiet(srv->conns);
	if (srv->sync != NULL) {
		handlers_end_waiters(srv, 1);
		srv->n_open++;
		sync_close(srv->sync, on_quiet, srv);
	}
	if (srv->provinces != NULL) {
		srv->n_open++;
		ministry_sync_close(srv->provinces, on_quiet, srv);
		srv->provinces = NULL;
	}
	if (srv->indexer != NULL) {
		srv->n_open++;
		indexer_close(srv->indexer, on_quiet, srv);
		srv->indexer = NULL;
	}
	if (srv->province != NULL) {
		srv->n_open++;
		province_when_close(srv->province, on_quiet, srv);
		srv->province = NULL;
	}
	if (srv->maintain != NULL) {
		srv->n_open++;
		maintain_when_close(srv->maintain, on_quiet, srv);
		srv->maintain = NULL;
	}
	if (srv->door != NULL) {
		srv->n_open++;
		door_keep_close(srv->door, on_quiet, srv);
		srv->door = NULL;
	}
	server_oversight_end(srv, on_quiet);
	if (srv->watchdog != NULL) {
		srv->n_open++;
		watchdog_close(srv->watchdog, on_quiet, srv);
		srv->watchdog = NULL;
	}
	end_part(srv, step_flush);
}

static void
on_flush_closed(void *arg)
{
	struct server *srv = arg;

	srv->flush = NULL;
	step_workers(srv);
}

static void
step_flush(struct server *srv)
{
	srv->sync = NULL;
	if (srv->flush != NULL)
		flush_close(srv->flush, on_flush_closed, srv);
	else
		step_workers(srv);
}

static void
on_reader_closed(void *arg)
{
	end_part(arg, step_writer);
}

static void
on_writer_closed(void *arg)
{
	end_part(arg, step_answers);
}

/* Who reads goes first: only the last connection to the database that may write
 * ends its log, and a log that is left makes the next start check all of it. */
static void
step_workers(struct server *srv)
{
	srv->n_open = 1;
	if (srv->reader != NULL) {
		srv->n_open++;
		worker_close(srv->reader, on_reader_closed, srv);
	}
	if (srv->lengthy != NULL) {
		srv->n_open++;
		worker_close(srv->lengthy, on_reader_closed, srv);
	}
	end_part(srv, step_writer);
}

static void
step_writer(struct server *srv)
{
	srv->n_open = 1;
	if (srv->writer != NULL) {
		srv->n_open++;
		worker_close(srv->writer, on_writer_closed, srv);
	}
	end_part(srv, step_answers);
}

static void
on_conns_closed(void *arg)
{
	step_end(arg);
}

static void
step_answers(struct server *srv)
{
	if (srv->conns != NULL)
		conn_set_finish(srv->conns, on_conns_closed, srv);
	else
		step_end(srv);
}

static void
step_end(struct server *srv)
{
	void (*stopped)(void *arg) = srv->stopped;
	void *arg = srv->stopped_arg;

	notify_release(&srv->notify);
	cJSON_Delete(srv->described);
	free(srv);
	if (stopped != NULL)
		stopped(arg);
}

void
server_stop(struct server *srv, void (*stopped)(void *arg), void *arg)
{
	struct err e;

	if (srv->stopping)
		return;
	srv->stopping = 1;
	srv->stopped = stopped;
	srv->stopped_arg = arg;
	if (notify_send(&srv->notify, "STOPPING=1", &e) < 0)
		log_err("stop", &e);
	/* a stick's git may have minutes to go: systemd does not wait so long */
	program_stop_running();
	step_quiet(srv);
}
