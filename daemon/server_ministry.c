#include "daemon/server_ministry.h"

#include "daemon/server.h"

static void
on_absorbed(void *arg)
{
	server_absorbed(arg);
}

static void
on_busy(void *arg, int on)
{
	const struct server *srv = arg;

	if (on)
		watchdog_hold(srv->watchdog);
	else if (!srv->stopping)
		watchdog_release(srv->watchdog);
}

int
server_ministry_start(struct server *srv, struct err *e)
{
	const struct ministry_sync_env env = { .loop = srv->loop,
		.writer = srv->writer,
		.conf = &srv->conf,
		.absorbed = on_absorbed,
		.busy = on_busy,
		.arg = srv };

	return ministry_sync_create(&env, &srv->provinces, e);
}
