#include "daemon/maintain_when.h"

#include "base/log.h"
#include "store/backup/maintain.h"

struct maintain_when {
	struct job job; /* first */
	struct maintain_env env;
	uv_timer_t timer;
	uint64_t first_ms; /* of the changes that wait */
	int replaced;      /* packs, by the job */
	int waiting;       /* for the timer */
	int under_way;
	int again; /* woken while under way */
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

static void begin(struct maintain_when *m);
static void run_maintain(struct job *j, void *state);
static void on_done(struct job *j);

static void
on_timer(uv_timer_t *timer)
{
	begin(timer->data);
}

static void
begin(struct maintain_when *m)
{
	struct err e;

	m->waiting = 0;
	m->replaced = 0;
	m->job.run = run_maintain;
	m->job.done = on_done;
	m->under_way = 1;
	if (worker_submit(m->env.lengthy, &m->job, &e) < 0) {
		m->job.rc = e.code;
		m->job.err = e;
		on_done(&m->job);
	}
}

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

static void
on_closed(uv_handle_t *h)
{
	struct maintain_when *m = h->data;
	void (*closed)(void *arg) = m->closed;
	void *arg = m->closed_arg;

	free(m);
	if (closed != NULL)
		closed(arg);
}

static void
on_done(struct job *j)
{
	struct maintain_when *m = (struct maintain_when *)j;
	int again = m->again;

	m->under_way = 0;
	m->again = 0;
	if (m->closing) {
		uv_close((uv_handle_t *)&m->timer, on_closed);
		return;
	}
	if (j->rc < 0)
		log_err("cannot repack", &j->err);
	if (m->replaced)
		maintain_when_replaced(m);
	if (again)
		maintain_when_wake(m);
}

void
maintain_when_wake(struct maintain_when *m)
{
	uint64_t now = uv_now(m->timer.loop);

	if (m->closing)
		return;
	if (m->under_way) {
		m->again = 1;
		return;
	}
	if (!m->waiting) {
		m->waiting = 1;
		m->first_ms = now;
	}
	/* each change puts it off, but not for ever */
	if (now < m->first_ms + MAINTAIN_LATEST_MS - MAINTAIN_QUIET_MS)
		uv_timer_start(&m->timer, on_timer, MAINTAIN_QUIET_MS, 0);
}

int
maintain_when_create(
    const struct maintain_env *env, struct maintain_when **ret, struct err *e)
{
	struct maintain_when *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return err_nomem(e);
	m->env = *env;
	uv_timer_init(env->loop, &m->timer); /* cannot fail */
	m->timer.data = m;
	*ret = m;
	return 0;
}

void
maintain_when_close(
    struct maintain_when *m, void (*closed)(void *arg), void *arg)
{
	m->closed = closed;
	m->closed_arg = arg;
	m->closing = 1;
	if (!m->under_way)
		uv_close((uv_handle_t *)&m->timer, on_closed);
}
