/* verify: proved on the long thread; what was proved is sealed by the writer,
 * whose key signs. */
#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/view/verify.h"

struct sealing {
	struct job job; /* first */
	cJSON *proved;
};

static void
run_seal(struct job *j, void *state)
{
	struct sealing *s = (struct sealing *)j;

	j->rc = verify_seal(state, s->proved, &j->err);
	if (j->rc < 0)
		fatal_check("cannot keep what was proved", &j->err);
}

/* Without it the next proof begins where this one did. */
static void
on_sealed(struct job *j)
{
	struct sealing *s = (struct sealing *)j;

	if (j->rc < 0)
		log_err("cannot keep what was proved", &j->err);
	cJSON_Delete(s->proved);
	free(s);
}

static int
run_verify(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const struct verify_opts o = {
		.deep = json_bool(c->params, "deep", 0),
		.progress = call_progress,
		.arg = c,
	};

	return verify_with(s, &o, ret, &c->kept, e);
}

static int
after_verify(struct call *c, struct err *e)
{
	struct sealing *s;
	int rc;

	if (c->kept == NULL)
		return 0;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return err_nomem(e);
	s->proved = c->kept;
	c->kept = NULL;
	s->job.run = run_seal;
	s->job.done = on_sealed;
	if ((rc = worker_submit(c->server->writer, &s->job, &s->job.err)) < 0) {
		s->job.rc = rc;
		on_sealed(&s->job);
	}
	return 0;
}

const struct handler handlers_verify[] = {
	{ "verify", run_verify, NULL, after_verify },
};
const size_t handlers_n_verify =
    sizeof(handlers_verify) / sizeof(*handlers_verify);
