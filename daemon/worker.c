#include "daemon/worker.h"

#include <pthread.h>
#include <signal.h>

/* A message from run() to the loop. */
struct tell {
	struct tell *next;
	void (*fn)(void *arg);
	void *arg;
};

struct jobs {
	struct job *head;
	struct job **tail;
};

struct worker {
	uv_async_t async;     /* the one way back to the loop */
	uv_prepare_t prepare; /* active while .given holds jobs */
	uv_thread_t thread;
	uv_mutex_t lock; /* guards the members down to ended */
	uv_cond_t changed;
	struct jobs queue;
	struct jobs finished;
	struct tell *tells;
	struct tell **tells_tail;
	int started; /* 1 running, -1 start() failed */
	int closing;
	int ended;
	/* loop thread only */
	struct jobs given; /* in this turn of the loop */
	size_t n_waiting;  /* submitted, done() not yet called */
	int n_handles;     /* not yet closed */
	int joined;
	void (*closed)(void *arg);
	void *closed_arg;
	/* fixed */
	const struct worker_ops *ops;
	void *state;
	char name[16];
	struct err start_err;
};

static void
jobs_init(struct jobs *q)
{
	q->head = NULL;
	q->tail = &q->head;
}

static void
jobs_push(struct jobs *q, struct job *j)
{
	j->next = NULL;
	*q->tail = j;
	q->tail = &j->next;
}

static struct job *
jobs_pop(struct jobs *q)
{
	struct job *j = q->head;

	q->head = j->next;
	if (q->head == NULL)
		q->tail = &q->head;
	return j;
}

/* The worker thread. */

/* Nothing to do: soon, and once, the state gives back what it need not hold.
 * By the lock. */
static void
wait_for_work(struct worker *w, int *rested)
{
	const uint64_t rest_ns = (uint64_t)w->ops->rest_ms * 1000000;

	if (w->ops->rest == NULL || *rested) {
		uv_cond_wait(&w->changed, &w->lock);
		return;
	}
	if (uv_cond_timedwait(&w->changed, &w->lock, rest_ns) != UV_ETIMEDOUT)
		return;
	*rested = 1;
	uv_mutex_unlock(&w->lock);
	w->ops->rest(w->state);
	uv_mutex_lock(&w->lock);
}

/* Waits for work: one job, or all grouped ones that wait together. 0 = end. */
static size_t
take_batch(struct worker *w, struct jobs *ret)
{
	int rested = 0;
	size_t n = 0;

	jobs_init(ret);
	uv_mutex_lock(&w->lock);
	while (w->queue.head == NULL && !w->closing)
		wait_for_work(w, &rested);
	if (w->queue.head != NULL) {
		jobs_push(ret, jobs_pop(&w->queue));
		n = 1;
	}
	while (n > 0 && n < WORKER_GROUP_MAX && ret->head->grouped &&
	       w->queue.head != NULL && w->queue.head->grouped) {
		jobs_push(ret, jobs_pop(&w->queue));
		n++;
	}
	uv_mutex_unlock(&w->lock);
	return n;
}

/* All jobs that had succeeded did not, after all. */
static void
fail_batch(const struct jobs *batch, int rc, const struct err *e)
{
	struct job *j;

	for (j = batch->head; j != NULL; j = j->next) {
		if (j->rc < 0)
			continue;
		j->rc = rc;
		j->err = *e;
	}
}

static void
run_batch(struct worker *w, const struct jobs *batch)
{
	int grouped = batch->head->grouped && w->ops->group_begin != NULL;
	struct err e = { 0 };
	struct job *j;
	int rc;

	if (grouped && (rc = w->ops->group_begin(w->state, &e)) < 0) {
		fail_batch(batch, rc, &e);
		return;
	}
	for (j = batch->head; j != NULL; j = j->next)
		j->run(j, w->state);
	if (grouped && (rc = w->ops->group_end(w->state, &e)) < 0)
		fail_batch(batch, rc, &e);
}

/* The loop thread may destroy w as soon as it saw ended and joined us: the
 * send stays inside the lock. */
static void
hand_back(struct worker *w, struct jobs *batch, int ended)
{
	uv_mutex_lock(&w->lock);
	while (batch != NULL && batch->head != NULL)
		jobs_push(&w->finished, jobs_pop(batch));
	w->ended = ended;
	uv_async_send(&w->async);
	uv_mutex_unlock(&w->lock);
}

static int
announce_start(struct worker *w)
{
	int rc = 0;

	if (w->ops->start != NULL)
		rc = w->ops->start(w->state, &w->start_err);
	uv_mutex_lock(&w->lock);
	w->started = rc < 0 ? -1 : 1;
	uv_cond_signal(&w->changed);
	uv_mutex_unlock(&w->lock);
	return rc;
}

static void
run_thread(void *arg)
{
	struct worker *w = arg;
	struct jobs batch;

	pthread_setname_np(pthread_self(), w->name);
	if (announce_start(w) < 0)
		return;
	while (take_batch(w, &batch) > 0) {
		run_batch(w, &batch);
		hand_back(w, &batch, 0);
	}
	if (w->ops->stop != NULL)
		w->ops->stop(w->state);
	hand_back(w, NULL, 1);
}

int
worker_tell(struct worker *w, void (*fn)(void *arg), void *arg)
{
	struct tell *t = malloc(sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->next = NULL;
	t->fn = fn;
	t->arg = arg;
	uv_mutex_lock(&w->lock);
	*w->tells_tail = t;
	w->tells_tail = &t->next;
	uv_async_send(&w->async);
	uv_mutex_unlock(&w->lock);
	return 0;
}

/* The loop thread. */

static void
worker_free(struct worker *w)
{
	uv_cond_destroy(&w->changed);
	uv_mutex_destroy(&w->lock);
	free(w);
}

static void
on_handle_closed(uv_handle_t *h)
{
	struct worker *w = h->data;
	void (*closed)(void *arg) = w->closed;
	void *arg = w->closed_arg;

	if (--w->n_handles > 0)
		return;
	worker_free(w);
	if (closed != NULL)
		closed(arg);
}

static void
close_handles(struct worker *w)
{
	uv_close((uv_handle_t *)&w->async, on_handle_closed);
	uv_close((uv_handle_t *)&w->prepare, on_handle_closed);
}

/* What was given in this turn of the loop goes to the thread. */
static void
hand_over(struct worker *w)
{
	uv_prepare_stop(&w->prepare);
	uv_mutex_lock(&w->lock);
	while (w->given.head != NULL)
		jobs_push(&w->queue, jobs_pop(&w->given));
	uv_cond_signal(&w->changed);
	uv_mutex_unlock(&w->lock);
}

/* The loop has nothing more to do and is about to wait. */
static void
on_prepare(uv_prepare_t *prepare)
{
	hand_over(prepare->data);
}

static void
run_tells(struct tell *t)
{
	while (t != NULL) {
		struct tell *next = t->next;

		t->fn(t->arg);
		free(t);
		t = next;
	}
}

static void
finish_jobs(struct worker *w, struct jobs *q)
{
	while (q->head != NULL) {
		struct job *j = jobs_pop(q);

		w->n_waiting--;
		j->done(j);
	}
}

/* Sends coalesce: whatever is there is taken, tells before the done()s, since
 * a tell's argument may end with its job. */
static void
on_async(uv_async_t *async)
{
	struct worker *w = async->data;
	struct jobs finished;
	struct tell *tells;
	int ended;

	uv_mutex_lock(&w->lock);
	jobs_init(&finished);
	while (w->finished.head != NULL)
		jobs_push(&finished, jobs_pop(&w->finished));
	tells = w->tells;
	w->tells = NULL;
	w->tells_tail = &w->tells;
	ended = w->ended;
	uv_mutex_unlock(&w->lock);

	run_tells(tells);
	finish_jobs(w, &finished);
	if (ended && !w->joined) {
		w->joined = 1;
		uv_thread_join(&w->thread);
		close_handles(w);
	}
}

/* Signals are the loop's: the new thread starts with all of them blocked. */
static int
start_thread(struct worker *w, struct err *e)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = uv_thread_create(&w->thread, run_thread, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc < 0)
		return err_set(e, ERR_SYS, -rc, "cannot start a thread: %s",
		    uv_strerror(rc));
	uv_mutex_lock(&w->lock);
	while (w->started == 0)
		uv_cond_wait(&w->changed, &w->lock);
	uv_mutex_unlock(&w->lock);
	if (w->started > 0)
		return 0;
	uv_thread_join(&w->thread);
	if (e != NULL)
		*e = w->start_err;
	return w->start_err.code;
}

static int
init_locks(struct worker *w, struct err *e)
{
	int rc;

	if ((rc = uv_mutex_init(&w->lock)) < 0)
		return err_set(
		    e, ERR_SYS, -rc, "cannot make a lock: %s", uv_strerror(rc));
	if ((rc = uv_cond_init(&w->changed)) < 0) {
		uv_mutex_destroy(&w->lock);
		return err_set(
		    e, ERR_SYS, -rc, "cannot make a lock: %s", uv_strerror(rc));
	}
	return 0;
}

int
worker_create(uv_loop_t *loop, const char *name, const struct worker_ops *ops,
    void *state, struct worker **ret, struct err *e)
{
	struct worker *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL)
		return err_nomem(e);
	w->ops = ops;
	w->state = state;
	snprintf(w->name, sizeof(w->name), "%s", name);
	jobs_init(&w->given);
	jobs_init(&w->queue);
	jobs_init(&w->finished);
	w->tells_tail = &w->tells;
	if ((rc = init_locks(w, e)) < 0) {
		free(w);
		return rc;
	}
	if ((rc = uv_async_init(loop, &w->async, on_async)) < 0) {
		worker_free(w);
		return err_set(e, ERR_SYS, -rc, "cannot start a thread: %s",
		    uv_strerror(rc));
	}
	uv_prepare_init(loop, &w->prepare); /* cannot fail */
	w->async.data = w->prepare.data = w;
	w->n_handles = 2;
	if ((rc = start_thread(w, e)) < 0) {
		close_handles(w);
		return rc;
	}
	*ret = w;
	return 0;
}

/*
 * Not at once to the thread: it would wake for the first of the jobs that
 * arrived together, and give that one a group and an fsync of its own.
 */
int
worker_submit(struct worker *w, struct job *j, struct err *e)
{
	if (w->n_waiting >= WORKER_QUEUE_MAX)
		return err_set(e, ERR_BUSY, 0, "too many requests are waiting");
	if (w->closing)
		return err_set(e, ERR_BUSY, 0, "the daemon is stopping");
	j->rc = 0;
	j->err.code = ERR_OK;
	w->n_waiting++;
	if (w->given.head == NULL)
		uv_prepare_start(&w->prepare, on_prepare); /* cannot fail */
	jobs_push(&w->given, j);
	/* an idle thread begins at once; what comes while it works makes up
	 * the next group */
	if (w->n_waiting == 1)
		hand_over(w);
	return 0;
}

size_t
worker_waiting(const struct worker *w)
{
	return w->n_waiting;
}

void
worker_close(struct worker *w, void (*closed)(void *arg), void *arg)
{
	w->closed = closed;
	w->closed_arg = arg;
	hand_over(w);
	uv_mutex_lock(&w->lock);
	w->closing = 1;
	uv_cond_signal(&w->changed);
	uv_mutex_unlock(&w->lock);
}
