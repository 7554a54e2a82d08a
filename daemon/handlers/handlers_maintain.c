#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/backup/maintain.h"

static int
run_maintain_call(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const struct maintain_opts o = { .progress = call_progress, .arg = c };

	return maintain_run(s, &o, ret, e);
}

static int
after_maintain(struct call *c, struct err *e)
{
	(void)e;
	if (c->server->maintain != NULL)
		maintain_when_replaced(c->server->maintain);
	return 0;
}

const struct handler handlers_maintain[] = {
	{ "maintain", run_maintain_call, NULL, after_maintain },
};
const size_t handlers_n_maintain =
    sizeof(handlers_maintain) / sizeof(*handlers_maintain);
