#include "tests/unit/test.h"

#include <stdatomic.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "daemon/worker.h"

struct fixture {
	uv_loop_t loop;
	struct worker *worker;
	uv_sem_t gate; /* holds the worker in its first job */
	char trace[512];
	int fail_begin, fail_end;
	int closed;
};

struct note_job {
	struct job job; /* first */
	struct fixture *f;
	char name;
	int fails;
	int done_rc;
	char done_msg[400];
	int is_done;
};

/* The worker's thread alone writes the trace while it runs. */
static void
trace(struct fixture *f, char c)
{
	size_t len = strlen(f->trace);

	assert_true(len + 1 < sizeof(f->trace));
	f->trace[len] = c;
}

static int
on_group_begin(void *state, struct err *e)
{
	struct fixture *f = state;

	trace(f, '(');
	return f->fail_begin ? err_set(e, ERR_SYS, 5, "no begin") : 0;
}

static int
on_group_end(void *state, struct err *e)
{
	struct fixture *f = state;

	trace(f, ')');
	return f->fail_end ? err_set(e, ERR_SYS, 5, "no fsync") : 0;
}

static void
on_stop(void *state)
{
	trace(state, '.');
}

static const struct worker_ops ops = { .group_begin = on_group_begin,
	.group_end = on_group_end,
	.stop = on_stop };

static void
run_note(struct job *j, void *state)
{
	struct note_job *n = (struct note_job *)j;

	trace(state, n->name);
	if (n->fails)
		j->rc = err_set(&j->err, ERR_INVALID, 0, "own fault");
}

static void
on_noted(struct job *j)
{
	struct note_job *n = (struct note_job *)j;

	n->is_done = 1;
	n->done_rc = j->rc;
	if (j->rc < 0)
		snprintf(n->done_msg, sizeof(n->done_msg), "%s", j->err.msg);
}

static void
run_gate(struct job *j, void *state)
{
	struct fixture *f = state;

	(void)j;
	uv_sem_wait(&f->gate);
}

static void
on_nothing(struct job *j)
{
	(void)j;
}

static void
on_closed(void *arg)
{
	((struct fixture *)arg)->closed = 1;
}

static void
fixture_init(struct fixture *f)
{
	struct err e;

	memset(f, 0, sizeof(*f));
	assert_int_equal(uv_loop_init(&f->loop), 0);
	assert_int_equal(uv_sem_init(&f->gate, 0), 0);
	assert_ok(worker_create(&f->loop, "test", &ops, f, &f->worker, &e), &e);
}

/* Ends the worker; every job's done() has been called afterwards. */
static void
fixture_release(struct fixture *f)
{
	worker_close(f->worker, on_closed, f);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->closed, 1);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	uv_sem_destroy(&f->gate);
}

static void
submit(struct fixture *f, struct note_job *n, char name, int grouped)
{
	struct err e;

	n->f = f;
	n->name = name;
	n->job.grouped = grouped;
	n->job.run = run_note;
	n->job.done = on_noted;
	assert_ok(worker_submit(f->worker, &n->job, &e), &e);
}

/* Everything submitted before open_gate() waits together. */
static void
close_gate(struct fixture *f, struct job *j)
{
	struct err e;

	memset(j, 0, sizeof(*j));
	j->run = run_gate;
	j->done = on_nothing;
	assert_ok(worker_submit(f->worker, j, &e), &e);
}

static void
test_worker__runs_jobs_in_the_order_given(void **state)
{
	struct note_job jobs[4] = { 0 };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	submit(&f, &jobs[0], 'a', 0);
	submit(&f, &jobs[1], 'b', 0);
	submit(&f, &jobs[2], 'c', 0);
	submit(&f, &jobs[3], 'd', 0);
	fixture_release(&f);

	assert_string_equal(f.trace, "abcd.");
	assert_int_equal(jobs[3].is_done, 1);
	assert_int_equal(jobs[3].done_rc, 0);
}

static void
test_worker__groups_what_waits_together_and_keeps_order(void **state)
{
	struct note_job jobs[5] = { 0 };
	struct fixture f;
	struct job gate;

	(void)state;
	fixture_init(&f);
	close_gate(&f, &gate);
	submit(&f, &jobs[0], 'a', 1);
	submit(&f, &jobs[1], 'b', 1);
	submit(&f, &jobs[2], 'c', 0);
	submit(&f, &jobs[3], 'd', 1);
	submit(&f, &jobs[4], 'e', 1);
	uv_sem_post(&f.gate);
	fixture_release(&f);

	assert_string_equal(f.trace, "(ab)c(de).");
}

static void
test_worker__caps_a_group(void **state)
{
	static struct note_job jobs[WORKER_GROUP_MAX + 1];
	struct fixture f;
	struct job gate;
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof(jobs));
	fixture_init(&f);
	close_gate(&f, &gate);
	for (i = 0; i < WORKER_GROUP_MAX + 1; i++)
		submit(&f, &jobs[i], 'x', 1);
	uv_sem_post(&f.gate);
	fixture_release(&f);

	assert_int_equal(strlen(f.trace), WORKER_GROUP_MAX + 1 + 4 + 1);
	assert_string_equal(
	    f.trace + strlen(f.trace) - strlen("x)(x)."), "x)(x).");
}

static void
test_worker__a_failed_group_end_fails_all_of_the_group(void **state)
{
	struct note_job jobs[3] = { 0 };
	struct fixture f;
	struct job gate;

	(void)state;
	fixture_init(&f);
	f.fail_end = 1;
	close_gate(&f, &gate);
	jobs[1].fails = 1;
	submit(&f, &jobs[0], 'a', 1);
	submit(&f, &jobs[1], 'b', 1);
	submit(&f, &jobs[2], 'c', 0);
	uv_sem_post(&f.gate);
	fixture_release(&f);

	assert_int_equal(jobs[0].done_rc, ERR_SYS);
	assert_string_equal(jobs[0].done_msg, "no fsync");
	assert_int_equal(jobs[1].done_rc, ERR_INVALID);
	assert_string_equal(jobs[1].done_msg, "own fault");
	assert_int_equal(jobs[2].done_rc, 0);
}

static void
test_worker__a_failed_group_begin_runs_nothing(void **state)
{
	struct note_job job = { 0 };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	f.fail_begin = 1;
	submit(&f, &job, 'a', 1);
	fixture_release(&f);

	assert_string_equal(f.trace, "(.");
	assert_int_equal(job.done_rc, ERR_SYS);
	assert_string_equal(job.done_msg, "no begin");
}

struct tell_job {
	struct job job; /* first */
	struct fixture *f;
	int n_told;
	int told_when_done;
	int rc;
};

static void
on_told(void *arg)
{
	((struct tell_job *)arg)->n_told++;
}

static void
run_tell(struct job *j, void *state)
{
	struct tell_job *t = (struct tell_job *)j;
	struct fixture *f = state;

	t->rc = worker_tell(f->worker, on_told, t);
	t->rc |= worker_tell(f->worker, on_told, t);
}

static void
on_tell_done(struct job *j)
{
	struct tell_job *t = (struct tell_job *)j;

	t->told_when_done = t->n_told;
}

static void
test_worker__tells_arrive_before_done(void **state)
{
	struct tell_job t = { 0 };
	struct fixture f;
	struct err e;

	(void)state;
	fixture_init(&f);
	t.f = &f;
	t.job.run = run_tell;
	t.job.done = on_tell_done;
	assert_ok(worker_submit(f.worker, &t.job, &e), &e);
	fixture_release(&f);

	assert_int_equal(t.rc, 0);
	assert_int_equal(t.told_when_done, 2);
	assert_int_equal(t.n_told, 2);
}

static void
test_worker__says_busy_when_too_many_wait(void **state)
{
	static struct note_job jobs[WORKER_QUEUE_MAX];
	struct note_job extra = { 0 };
	struct fixture f;
	struct job gate;
	struct err e;
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof(jobs));
	fixture_init(&f);
	close_gate(&f, &gate);
	for (i = 0; i < WORKER_QUEUE_MAX - 1; i++) {
		jobs[i].job.run = run_gate;
		jobs[i].job.done = on_noted;
		assert_ok(worker_submit(f.worker, &jobs[i].job, &e), &e);
	}
	assert_int_equal(worker_waiting(f.worker), WORKER_QUEUE_MAX);

	extra.job.run = run_note;
	extra.job.done = on_noted;
	assert_err(
	    worker_submit(f.worker, &extra.job, &e), ERR_BUSY, &e, "too many");

	for (i = 0; i < WORKER_QUEUE_MAX; i++)
		uv_sem_post(&f.gate);
	fixture_release(&f);
	assert_int_equal(jobs[WORKER_QUEUE_MAX - 2].is_done, 1);
}

static void
test_worker__takes_nothing_once_it_closes(void **state)
{
	struct note_job jobs[2] = { 0 };
	struct fixture f;
	struct job gate;
	struct err e;

	(void)state;
	fixture_init(&f);
	close_gate(&f, &gate);
	submit(&f, &jobs[0], 'a', 1);
	worker_close(f.worker, on_closed, &f);
	assert_err(worker_submit(f.worker, &jobs[1].job, &e), ERR_BUSY, &e,
	    "stopping");
	uv_sem_post(&f.gate);
	uv_run(&f.loop, UV_RUN_DEFAULT);

	assert_string_equal(f.trace, "(a).");
	assert_int_equal(jobs[0].is_done, 1);
	assert_int_equal(f.closed, 1);
	assert_int_equal(uv_loop_close(&f.loop), 0);
	uv_sem_destroy(&f.gate);
}

static int
fail_start(void *state, struct err *e)
{
	(void)state;
	return err_set(e, ERR_DAMAGED, 0, "cannot begin");
}

/* Given a thread that rests when it has nothing to do. */
static atomic_int rests;

static void
on_rest(void *state)
{
	(void)state;
	atomic_fetch_add(&rests, 1);
}

static void
wait_for_rests(int n)
{
	int64_t deadline = clock_mono_ms() + 60000;

	while (atomic_load(&rests) < n && clock_mono_ms() < deadline)
		usleep(1000);
	assert_int_equal(atomic_load(&rests), n);
}

static void
test_worker__rests_once_after_each_work(void **state)
{
	static const struct worker_ops resting = { .rest = on_rest,
		.rest_ms = 1 };
	struct fixture f = { 0 };
	struct worker *w = NULL;
	struct note_job n = { .job = { .run = run_note, .done = on_noted },
		.name = 'a',
		.f = &f };
	uv_loop_t loop;
	struct err e;

	(void)state;
	atomic_store(&rests, 0);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_ok(worker_create(&loop, "test", &resting, &f, &w, &e), &e);
	wait_for_rests(1);
	assert_ok(worker_submit(w, &n.job, &e), &e);
	uv_run(&loop, UV_RUN_ONCE);
	wait_for_rests(2);
	usleep(20000); /* it does not go on resting */
	assert_int_equal(atomic_load(&rests), 2);
	worker_close(w, NULL, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_string_equal(f.trace, "a");
}

static void
test_worker__a_failed_start_fails_create(void **state)
{
	static const struct worker_ops failing = { .start = fail_start };
	struct worker *w = NULL;
	uv_loop_t loop;
	struct err e;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);

	assert_err(worker_create(&loop, "test", &failing, NULL, &w, &e),
	    ERR_DAMAGED, &e, "cannot begin");

	assert_null(w);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worker__runs_jobs_in_the_order_given),
		cmocka_unit_test(
		    test_worker__groups_what_waits_together_and_keeps_order),
		cmocka_unit_test(test_worker__caps_a_group),
		cmocka_unit_test(
		    test_worker__a_failed_group_end_fails_all_of_the_group),
		cmocka_unit_test(
		    test_worker__a_failed_group_begin_runs_nothing),
		cmocka_unit_test(test_worker__tells_arrive_before_done),
		cmocka_unit_test(test_worker__says_busy_when_too_many_wait),
		cmocka_unit_test(test_worker__takes_nothing_once_it_closes),
		cmocka_unit_test(test_worker__rests_once_after_each_work),
		cmocka_unit_test(test_worker__a_failed_start_fails_create),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
