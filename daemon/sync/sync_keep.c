/* What outlives a restart goes through the writer, as all that is stored. */
#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_state.h"
#include "store/db/mark.h"
#include "store/store.h"

struct keep {
	struct job job; /* first: job callbacks cast back */
	struct sync *sync;
	cJSON *v;
	void (*done)(void *arg, int rc, const struct err *err);
	void *arg;
};

static void
run_load(struct job *j, void *state)
{
	struct keep *k = (struct keep *)j;

	j->rc = mark_get(store_db(state), SYNC_MARK, &k->v, &j->err);
}

static void
run_save(struct job *j, void *state)
{
	struct keep *k = (struct keep *)j;

	j->rc = mark_set(store_db(state), SYNC_MARK, k->v, &j->err);
	if (j->rc < 0)
		fatal_check("cannot keep the state of the exchange", &j->err);
}

static void
keep_free(struct keep *k)
{
	struct sync *s = k->sync;

	cJSON_Delete(k->v);
	free(k);
	sync_end_part(s);
}

/* What happened since the start is newer than what was kept. */
static void
on_loaded(struct job *j)
{
	struct keep *k = (struct keep *)j;
	struct sync *s = k->sync;
	struct sync_kept was;

	if (j->rc < 0)
		log_err("cannot read the state of the exchange", &j->err);
	sync_kept_read(k->v, &was);
	if (!s->kept.pause.on)
		s->kept.pause = was.pause;
	if (s->kept.last_success == 0)
		s->kept.last_success = was.last_success;
	if (s->kept.fault.class == SYNC_NONE && !s->running) {
		s->kept.fault = was.fault;
		s->kept.failing_since = was.failing_since;
		s->kept.n_failures = was.n_failures;
	}
	s->loaded = 1;
	sync_due_again(s);
	keep_free(k);
}

static void
on_kept(struct job *j)
{
	struct keep *k = (struct keep *)j;

	if (k->done != NULL)
		k->done(k->arg, j->rc, &j->err);
	else if (j->rc < 0)
		log_err("cannot keep the state of the exchange", &j->err);
	keep_free(k);
}

static int
submit(struct keep *k, struct err *e)
{
	struct sync *s = k->sync;
	int rc = worker_submit(s->env.writer, &k->job, e);

	if (rc == 0) {
		s->n_open++;
		return 0;
	}
	cJSON_Delete(k->v);
	free(k);
	return rc;
}

int
sync_keep_load(struct sync *s, struct err *e)
{
	struct keep *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return err_nomem(e);
	k->sync = s;
	k->job.run = run_load;
	k->job.done = on_loaded;
	return submit(k, e);
}

int
sync_keep_save(struct sync *s,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct err *e)
{
	struct keep *k = calloc(1, sizeof(*k));
	int rc;

	if (k == NULL)
		return err_nomem(e);
	if ((rc = sync_kept_json(&s->kept, &k->v, e)) < 0) {
		free(k);
		return rc;
	}
	k->sync = s;
	k->done = done;
	k->arg = arg;
	k->job.run = run_save;
	k->job.done = on_kept;
	return submit(k, e);
}
