/* The hall's devices and offices: who may come, who no longer. */
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/enroll.h"
#include "store/hall/machines.h"
#include "store/hall/revoke.h"

static int
run_look(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return enroll_look(s, json_str(c->params, "request"), ret, e);
}

static int
run_devices(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return machines_list(s, json_str(c->params, "office"), ret, e);
}

static int
run_revoke(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct revoke r = { .person = &c->peer->person,
		.device = json_str(c->params, "device"),
		.since = json_str(c->params, "since"),
		.reason = json_str(c->params, "reason") };

	return revoke_device(s, &r, ret, e);
}

static int
run_restore(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return revoke_restore(s, &c->peer->person,
	    json_str(c->params, "device"), json_str(c->params, "reason"), ret,
	    e);
}

static int
set_office(
    struct call *c, struct store *s, int disable, cJSON **ret, struct err *e)
{
	return revoke_office(s, &c->peer->person, json_str(c->params, "office"),
	    disable, json_str(c->params, "reason"), ret, e);
}

static int
run_disable(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return set_office(c, s, 1, ret, e);
}

static int
run_enable(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return set_office(c, s, 0, ret, e);
}

/* The offices are told with their next exchange. */
static int
after_act(struct call *c, struct err *e)
{
	(void)e;
	server_saved(c->server);
	return 0;
}

const struct handler handlers_devices[] = {
	{ "hall.enroll_look", run_look, NULL, NULL },
	{ "hall.devices", run_devices, NULL, NULL },
	{ "hall.revoke", run_revoke, NULL, after_act },
	{ "hall.restore", run_restore, NULL, after_act },
	{ "hall.disable", run_disable, NULL, after_act },
	{ "hall.enable", run_enable, NULL, after_act },
};
const size_t handlers_n_devices =
    sizeof(handlers_devices) / sizeof(*handlers_devices);
