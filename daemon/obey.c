#include "daemon/obey.h"

#include "base/log.h"
#include "daemon/fatal.h"
#include "store/evidence/evidence.h"

struct obey {
	struct job job; /* first: job callbacks cast back */
	struct server *server;
	char office[8];
};

static void
run_obey(struct job *j, void *state)
{
	struct obey *o = (struct obey *)j;

	if ((j->rc = evidence_obey(state, o->office, &j->err)) < 0)
		fatal_check("cannot erase evidence", &j->err);
}

static void
on_obeyed(struct job *j)
{
	struct obey *o = (struct obey *)j;

	if (!o->server->stopping)
		watchdog_release(o->server->watchdog);
	if (j->rc < 0) {
		err_prepend(&j->err, o->office);
		log_err("cannot erase evidence", &j->err);
	}
	free(o);
}

int
obey_begin(struct server *srv, const char *office, struct err *e)
{
	struct obey *o = calloc(1, sizeof(*o));
	int rc;

	if (o == NULL)
		return err_nomem(e);
	o->server = srv;
	snprintf(o->office, sizeof(o->office), "%s", office);
	o->job.run = run_obey;
	o->job.done = on_obeyed;
	if ((rc = worker_submit(srv->writer, &o->job, e)) < 0) {
		free(o);
		return rc;
	}
	/* git writes packs anew for it: that is no hang */
	watchdog_hold(srv->watchdog);
	return 0;
}
