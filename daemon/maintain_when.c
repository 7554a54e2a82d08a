#include "daemon/maintain_when.h"

#include "base/log.h"
#include "daemon/quiet.h"
#include "store/backup/maintain.h"

struct maintain_when {
	struct quiet quiet; /* first */
	struct maintain_env env;
	int replaced; /* packs, by the job */
};

static void
run_maintain(struct job *j, void *state)
{
	struct maintain_when *m = (struct maintain_when *)j;
	const struct maintain_opts o = { .only_due = 1 };
	cJSON *done = NULL;

	j->rc = maintain_run(state, &o, &done, &j->err);
	m->replaced =
	    j->rc < 0 || json_get(done, "repositories")->child != NULL;
	cJSON_Delete(done);
}

static void
run_let_go(struct job *j, void *state)
{
	j->rc = store_let_go(state, &j->err);
}

static void
on_let_go(struct job *j)
{
	if (j->rc < 0)
		log_err("cannot open the repositories again", &j->err);
	free(j);
}

static void
let_go(struct worker *w)
{
	struct job *j = calloc(1, sizeof(*j));
	struct err e;

	if (j == NULL) {
		err_nomem(&e);
	} else {
		j->run = run_let_go;
		j->done = on_let_go;
		if (worker_submit(w, j, &e) == 0)
			return;
		free(j);
	}
	/* only room on the disk is lost, until the next time */
	log_err("cannot open the repositories again", &e);
}

void
maintain_when_replaced(struct maintain_when *m)
{
	let_go(m->env.writer);
	let_go(m->env.reader);
	let_go(m->env.lengthy);
}

static uint64_t
on_done(struct quiet *q)
{
	struct maintain_when *m = (struct maintain_when *)q;

	if (q->closing)
		return 0;
	if (q->job.rc < 0)
		log_err("cannot repack", &q->job.err);
	if (m->replaced)
		maintain_when_replaced(m);
	m->replaced = 0;
	return 0;
}

void
maintain_when_wake(struct maintain_when *m)
{
	quiet_wake(&m->quiet);
}

int
maintain_when_create(
    const struct maintain_env *env, struct maintain_when **ret, struct err *e)
{
	struct maintain_when *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return err_nomem(e);
	m->env = *env;
	m->quiet.worker = env->lengthy;
	m->quiet.quiet_ms = MAINTAIN_QUIET_MS;
	m->quiet.latest_ms = MAINTAIN_LATEST_MS;
	m->quiet.run = run_maintain;
	m->quiet.done = on_done;
	quiet_init(&m->quiet, env->loop);
	*ret = m;
	return 0;
}

void
maintain_when_close(
    struct maintain_when *m, void (*closed)(void *arg), void *arg)
{
	quiet_close(&m->quiet, closed, arg);
}
