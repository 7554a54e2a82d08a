#include "daemon/server_oversight.h"

#include "daemon/server.h"

int
server_oversight_start(struct server *srv, struct err *e)
{
	const struct alert_flow_env env = { .loop = srv->loop,
		.reader = srv->reader,
		.writer = srv->writer,
		.conf = &srv->conf };
	int rc;

	if (srv->conf.role == ROLE_OFFICE)
		return 0;
	if ((rc = watch_create(srv->loop, &srv->watch, e)) < 0 ||
	    srv->conf.role != ROLE_HALL)
		return rc;
	return alert_flow_create(&env, &srv->alerts, e);
}

void
server_oversight_end(struct server *srv, void (*closed)(void *arg))
{
	if (srv->watch != NULL) {
		srv->n_open++;
		watch_close(srv->watch, closed, srv);
		srv->watch = NULL;
	}
	if (srv->alerts != NULL) {
		srv->n_open++;
		alert_flow_close(srv->alerts, closed, srv);
		srv->alerts = NULL;
	}
}
