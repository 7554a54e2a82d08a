/*
 * The threads of a proof: from zero each proves stretches of an office's past,
 * else whole offices. Each has a reader store of its own (database
 * connection, repositories, objects): nothing is shared but the list of jobs
 * and the count of what is done. Signatures, objects and hashes are what takes
 * the time, so as many threads as there are processors.
 */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "store/view/verify_state.h"

#define THREADS_MAX 8
#define LOOK_MS 200 /* between two looks at how far the threads are */

struct done { /* what came of a job */
	struct verify v;
	int rc;
	struct err err;
};

struct pool {
	struct verify *v;
	const struct verify_job *jobs;
	struct done *done;
	size_t n;
	atomic_size_t next;
	atomic_int stop; /* one could not be checked: the others end soon */
	atomic_llong counter;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	int running; /* by lock */
};

static int
run_job(struct verify *v, const struct verify_job *j, struct err *e)
{
	struct err f;
	int rc = j->run(v, j, &f);

	return verify_or_found(v, "unchecked", j->office, rc, &f, e);
}

static void
run_one(struct pool *p, struct store *s, size_t i)
{
	struct done *d = &p->done[i];

	d->v.store = s;
	d->v.o = p->v->o;
	d->v.deep = p->v->deep;
	d->v.base = p->v->base;
	d->v.counter = &p->counter;
	d->v.findings = cJSON_CreateArray();
	d->v.proved = cJSON_CreateObject();
	if (d->v.findings == NULL || d->v.proved == NULL)
		d->rc = err_nomem(&d->err);
	else
		d->rc = run_job(&d->v, &p->jobs[i], &d->err);
	verify_repo_close(&d->v);
	if (d->rc < 0)
		atomic_store(&p->stop, 1);
}

static void
fail(struct pool *p, size_t i, const struct err *e)
{
	p->done[i].rc = e->code;
	p->done[i].err = *e;
	atomic_store(&p->stop, 1);
}

static void *
thread_main(void *arg)
{
	struct pool *p = arg;
	struct store *s = NULL;
	struct err e;
	size_t i;

	while (!atomic_load(&p->stop) &&
	       (i = atomic_fetch_add(&p->next, 1)) < p->n) {
		if (s == NULL && store_open(store_conf(p->v->store)->dir,
				     STORE_READ, &s, &e) < 0)
			fail(p, i, &e);
		else
			run_one(p, s, i);
	}
	store_close(s);
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Shows how far they are until all have ended. */
static void
wait_for_all(struct pool *p)
{
	const struct verify *v = p->v;
	struct timespec until;

	pthread_mutex_lock(&p->lock);
	while (p->running > 0) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&p->ended, &p->lock, &until);
		if (v->o->progress == NULL)
			continue;
		pthread_mutex_unlock(&p->lock);
		v->o->progress(v->o->arg,
		    v->commits + (int64_t)atomic_load(&p->counter), v->total);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
}

static int
n_threads(const struct pool *p)
{
	long n = p->v->o->threads > 0 ? p->v->o->threads
				      : sysconf(_SC_NPROCESSORS_ONLN);

	if (n > THREADS_MAX)
		n = THREADS_MAX;
	if ((size_t)n > p->n)
		n = (long)p->n;
	return n < 1 ? 1 : (int)n;
}

/* A thread that cannot be made leaves the work to the others. */
static int
run_threads(struct pool *p, struct err *e)
{
	pthread_t threads[THREADS_MAX];
	int want = n_threads(p), n = 0, rc = 0;

	while (n < want && rc == 0) {
		pthread_mutex_lock(&p->lock);
		p->running++;
		pthread_mutex_unlock(&p->lock);
		rc = pthread_create(&threads[n], NULL, thread_main, p);
		if (rc == 0) {
			n++;
			continue;
		}
		pthread_mutex_lock(&p->lock);
		p->running--;
		pthread_mutex_unlock(&p->lock);
	}
	if (n == 0)
		return err_set(
		    e, ERR_SYS, rc, "cannot start a thread: error %d", rc);
	wait_for_all(p);
	while (n > 0)
		pthread_join(threads[--n], NULL);
	return 0;
}

static int
take_all(struct pool *p, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < p->n && rc == 0; i++) {
		if (p->done[i].rc < 0) {
			if (e != NULL)
				*e = p->done[i].err;
			return p->done[i].rc;
		}
		rc = verify_take(p->v, &p->done[i].v, e);
	}
	return rc;
}

/* One after the other, in the caller's own store. */
static int
run_here(
    struct verify *v, const struct verify_job *jobs, size_t n, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = run_job(v, &jobs[i], e);
	return rc;
}

int
verify_pool(
    struct verify *v, const struct verify_job *jobs, size_t n, struct err *e)
{
	struct pool p = { .v = v, .jobs = jobs, .n = n };
	size_t i;
	int rc;

	if (n < 2 || v->o->threads == 1)
		return run_here(v, jobs, n, e);
	if ((p.done = calloc(n, sizeof(*p.done))) == NULL)
		return err_nomem(e);
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.ended, NULL);
	if ((rc = run_threads(&p, e)) == 0)
		rc = take_all(&p, e);
	for (i = 0; i < n; i++) {
		cJSON_Delete(p.done[i].v.findings);
		cJSON_Delete(p.done[i].v.proved);
	}
	pthread_cond_destroy(&p.ended);
	pthread_mutex_destroy(&p.lock);
	free(p.done);
	return rc;
}
