#include "daemon/server.h"

#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/catch_up.h"
#include "daemon/dispatch.h"
#include "daemon/fatal.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server_ministry.h"
#include "daemon/server_oversight.h"
#include "store/bundle/bundle.h"
#include "store/evidence/evidence_take.h"
#include "store/hall/renew.h"
#include "store/save/save.h"
#include "store/store_check.h"

#define SOCKET_NAME "pmqad.sock"
#define REST_MS 2000 /* without work, before memory is given back */

/* The workers' threads. */

static int
group_begin(void *state, struct err *e)
{
	return save_group_begin(state, e);
}

/* No save of the group has been acknowledged yet: if the disk failed, none
 * will be. */
static int
group_end(void *state, struct err *e)
{
	int rc = save_group_end(state, e);

	if (rc < 0)
		fatal_check("cannot store a save", e);
	return rc;
}

static int
prepare_store(void *state, struct err *e)
{
	(void)e;
	db_log_reserve(store_db(state));
	return 0;
}

static void
close_store(void *state)
{
	store_close(state);
}

static void
rest_store(void *state)
{
	store_rest(state);
}

static const struct worker_ops writer_ops = { prepare_store, group_begin,
	group_end, close_store, rest_store, REST_MS };
static const struct worker_ops reader_ops = { NULL, NULL, NULL, close_store,
	rest_store, REST_MS };

/* Jobs of the server itself. */

struct own_job {
	struct job job; /* first */
	struct server *server;
};

static int
submit_own(struct server *srv, struct worker *w,
    void (*run)(struct job *j, void *state), void (*done)(struct job *j),
    struct err *e)
{
	struct own_job *o = calloc(1, sizeof(*o));
	int rc;

	if (o == NULL)
		return err_nomem(e);
	o->server = srv;
	o->job.run = run;
	o->job.done = done;
	if ((rc = worker_submit(w, &o->job, e)) < 0)
		free(o);
	return rc;
}

static void
on_caught_up(struct job *j)
{
	struct own_job *o = (struct own_job *)j;

	if (j->rc < 0)
		log_err("cannot absorb", &j->err);
	if (!o->server->stopping)
		watchdog_release(o->server->watchdog);
	server_absorbed(o->server);
	free(o);
}

/* What a crash left among the evidence: an erasure that was ordered is done. */
static void
run_evidence(struct job *j, void *state)
{
	if ((j->rc = evidence_start(state, &j->err)) < 0)
		fatal_check("cannot put the evidence in order", &j->err);
}

static void
on_evidence(struct job *j)
{
	struct own_job *o = (struct own_job *)j;

	if (j->rc < 0)
		log_err("cannot put the evidence in order", &j->err);
	if (!o->server->stopping)
		watchdog_release(o->server->watchdog);
	free(o);
}

/* What a crash left of a large database is read through while we serve. */
static void
run_check(struct job *j, void *state)
{
	j->rc = store_check_run(state, &j->err);
}

static void
on_checked(struct job *j)
{
	struct own_job *o = (struct own_job *)j;
	struct server *srv = o->server;

	if (j->rc == 0)
		log_line(LOG_INFO, "the database was read through: whole");
	else
		log_err("cannot trust the database", &j->err);
	/* what is acknowledged goes to the repository, then it is rebuilt */
	if (j->rc == ERR_DAMAGED && !srv->stopping && srv->failed != NULL)
		srv->failed(srv->failed_arg, &j->err);
	free(o);
}

static void
run_reload(struct job *j, void *state)
{
	j->rc = store_reload_conf(state, &j->err);
}

static void
on_reloaded(struct job *j)
{
	if (j->rc < 0)
		log_err("cannot read the configuration again", &j->err);
	free(j);
}

/* Of the loop and of those who read; the writer's is there already. */
static int
read_conf(struct server *srv, struct err *e)
{
	struct conf conf;
	int rc;

	if ((rc = conf_load(srv->conf.dir, &conf, e)) < 0)
		return rc;
	srv->conf = conf;
	if ((rc = submit_own(srv, srv->lengthy, run_reload, on_reloaded, e)) <
	    0)
		return rc;
	return submit_own(srv, srv->reader, run_reload, on_reloaded, e);
}

int
server_reload_conf(struct server *srv, struct err *e)
{
	int rc;

	if ((rc = read_conf(srv, e)) < 0)
		return rc;
	if (srv->sync != NULL)
		sync_reconfigure(srv->sync);
	return srv->provinces != NULL ? ministry_sync_reload(srv->provinces, e)
				      : 0;
}

void
server_saved(struct server *srv)
{
	if (srv->flush != NULL)
		flush_saved(srv->flush);
	if (srv->sync != NULL)
		sync_saved(srv->sync);
	server_absorbed(srv);
}

void
server_absorbed(struct server *srv)
{
	if (srv->indexer != NULL)
		indexer_wake(srv->indexer);
	if (srv->province != NULL)
		province_when_wake(srv->province);
	if (srv->maintain != NULL)
		maintain_when_wake(srv->maintain);
}

/* Start. */

static void
on_sync_changed(void *arg, const char *state, const char *detail)
{
	handlers_sync_changed(arg, state, detail);
	if (strcmp(state, "idle") == 0)
		server_absorbed(arg);
}

static void
on_sync_progressed(void *arg, const char *state, const char *detail,
    const struct sync_progress *p)
{
	handlers_sync_progressed(arg, state, detail, p);
}

/* A run found that this machine is a restored copy, or that the hall knows its
 * new key. */
static void
on_sync_renewed(void *arg)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	if (read_conf(arg, &err) < 0)
		log_err("cannot read the configuration again", &err);
}

static int
open_store(struct server *srv, enum store_mode mode, const char *name,
    const struct worker_ops *ops, struct worker **ret, struct err *e)
{
	struct store *s = NULL;
	int rc;

	if ((rc = store_open(srv->conf.dir, mode, &s, e)) < 0)
		return rc;
	if (mode == STORE_WRITE) {
		/* a change to another letter that a crash cut in two */
		if ((rc = renew_resume(s, e)) < 0 ||
		    (rc = bundle_start(s, e)) < 0) {
			store_close(s);
			return rc;
		}
		srv->conf = *store_conf(s);
		srv->check_owed = store_check_is_owed(s);
	}
	/* from here on it is the new thread's */
	if ((rc = worker_create(srv->loop, name, ops, s, ret, e)) < 0)
		store_close(s);
	return rc;
}

static int
start_flows(struct server *srv, const struct server_opts *o, struct err *e)
{
	struct worker *const workers[] = { srv->writer, srv->reader };
	const struct conn_set_opts conns = {
		.loop = srv->loop,
		.max_clients = (size_t)srv->conf.max_clients,
		.stall_ms = o->stall_ms > 0 ? o->stall_ms : CONN_STALL_MS,
		.on_line = dispatch_line,
		.on_gone = dispatch_gone,
		.arg = srv,
	};
	const struct sync_env env = { .loop = srv->loop,
		.writer = srv->writer,
		.conf = &srv->conf,
		.changed = on_sync_changed,
		.progressed = on_sync_progressed,
		.renewed = on_sync_renewed,
		.arg = srv };
	const struct maintain_env packs = { srv->loop, srv->writer, srv->reader,
		srv->lengthy };
	int rc;

	if ((rc = flush_create(srv->loop, srv->writer, &srv->flush, e)) < 0 ||
	    (rc = indexer_create(srv->loop, srv->writer, &srv->indexer, e)) <
		0 ||
	    (rc = conn_set_create(&conns, &srv->conns, e)) < 0 ||
	    (rc = maintain_when_create(&packs, &srv->maintain, e)) < 0 ||
	    (rc = server_oversight_start(srv, e)) < 0)
		return rc;
	if (srv->conf.role == ROLE_OFFICE &&
	    (rc = sync_create(&env, &srv->sync, e)) < 0)
		return rc;
	if (srv->conf.role == ROLE_MINISTRY &&
	    (rc = server_ministry_start(srv, e)) < 0)
		return rc;
	if (o->watchdog_usec == 0)
		return 0;
	return watchdog_create(srv->loop, &srv->notify, workers,
	    o->watchdog_usec, &srv->watchdog, e);
}

static int
catch_up(struct server *srv, struct err *e)
{
	int rc;

	if (srv->check_owed &&
	    (rc = submit_own(srv, srv->lengthy, run_check, on_checked, e)) < 0)
		return rc;
	if (srv->conf.role == ROLE_HALL) {
		/* one that was away may have much to absorb: so long it counts
		 * as busy */
		rc =
		    submit_own(srv, srv->writer, catch_up_run, on_caught_up, e);
		if (rc < 0)
			return rc;
		watchdog_hold(srv->watchdog);
	}
	/* a ministry fetches no files of evidence */
	if (srv->conf.role == ROLE_MINISTRY)
		return 0;
	rc = submit_own(srv, srv->writer, run_evidence, on_evidence, e);
	/* were it taken for a hang, the next start would hang as well */
	if (rc < 0)
		return rc;
	watchdog_hold(srv->watchdog);
	if (srv->conf.role != ROLE_HALL)
		return 0;
	/* behind what was pushed while the daemon was away */
	if ((rc = province_when_create(
		 srv->loop, srv->writer, &srv->province, e)) < 0)
		return rc;
	return door_keep_create(srv->loop, srv->conf.dir, &srv->door, e);
}

static int
start_listening(struct server *srv, const struct server_opts *o, struct err *e)
{
	char path[sizeof(srv->conf.dir) + sizeof(SOCKET_NAME)];
	int rc;

	if (o->passed_fd >= 0)
		return listen_take(srv->loop, o->passed_fd, conn_set_accept,
		    srv->conns, &srv->listener, e);
	if (o->socket == NULL && (rc = file_path(path, sizeof(path), e,
				      "%s/" SOCKET_NAME, srv->conf.dir)) < 0)
		return rc;
	return listen_open(srv->loop, o->socket != NULL ? o->socket : path,
	    o->socket_group, conn_set_accept, srv->conns, &srv->listener, e);
}

static int
start(struct server *srv, const struct server_opts *o, struct err *e)
{
	int rc;

	if ((rc = conf_load(o->dir, &srv->conf, e)) < 0 ||
	    (rc = notify_init(&srv->notify, o->notify_socket, e)) < 0 ||
	    (rc = open_store(srv, STORE_WRITE, "pmqad-store", &writer_ops,
		 &srv->writer, e)) < 0 ||
	    (rc = open_store(srv, STORE_READ, "pmqad-read", &reader_ops,
		 &srv->reader, e)) < 0 ||
	    (rc = open_store(srv, STORE_READ, "pmqad-long", &reader_ops,
		 &srv->lengthy, e)) < 0 ||
	    (rc = start_flows(srv, o, e)) < 0 || (rc = catch_up(srv, e)) < 0 ||
	    (rc = start_listening(srv, o, e)) < 0)
		return rc;
	return notify_send(&srv->notify, "READY=1\nSTATUS=serving", e);
}

int
server_start(uv_loop_t *loop, const struct server_opts *o, struct server **ret,
    struct err *e)
{
	struct server *srv = calloc(1, sizeof(*srv));
	int rc;

	if (srv == NULL)
		return err_nomem(e);
	srv->loop = loop;
	srv->notify.fd = -1;
	srv->failed = o->failed;
	srv->failed_arg = o->failed_arg;
	if ((rc = start(srv, o, e)) < 0) {
		server_stop(srv, NULL, NULL);
		return rc;
	}
	*ret = srv;
	return 0;
}
