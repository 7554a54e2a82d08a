#include "tests/support/crash_driver.h"

#include <unistd.h>

#include "store/git/giterr.h"
#include "store/save/answer.h"
#include "store/save/journal.h"
#include "tests/support/crash_run.h"

#define MAX_SAVES 16

struct driver {
	struct store *store;
	struct person person;
	const char *dir;
	size_t n; /* results of the present group, not yet acknowledged */
	cJSON *results[MAX_SAVES];
};

static int
take(struct driver *d, cJSON *ret)
{
	d->results[d->n++] = ret;
	return 0;
}

static int
set_gap(struct driver *d, const char *item, const char *text, struct err *e)
{
	cJSON *fields = cJSON_CreateObject(), *ret = NULL;
	int rc = json_put_str(fields, "gap", text, e);

	if (rc == 0)
		rc = answer_set(d->store, &d->person, CRASH_YEAR, item, fields,
		    NULL, NULL, &ret, e);
	cJSON_Delete(fields);
	return rc < 0 ? rc : take(d, ret);
}

static int
tick(struct driver *d, const char *point, int on, struct err *e)
{
	cJSON *points = cJSON_CreateArray(), *ret = NULL;
	int rc = json_push_str(points, point, e);

	if (rc == 0)
		rc = answer_tick(d->store, &d->person, CRASH_YEAR, points, on,
		    NULL, NULL, &ret, e);
	cJSON_Delete(points);
	return rc < 0 ? rc : take(d, ret);
}

static int
group_open(struct driver *d, struct err *e)
{
	cJSON *ret = NULL;
	int rc = answer_open(
	    d->store, &d->person, CRASH_YEAR, NULL, "first", &ret, e);

	return rc < 0 ? rc : take(d, ret);
}

static int
group_three(struct driver *d, struct err *e)
{
	struct err refused;
	int rc;

	if ((rc = tick(d, "1.1.B1", 1, e)) < 0)
		return rc;
	/* one that is refused in the middle must leave nothing */
	if (set_gap(d, "1.2", "\001", &refused) == 0)
		return err_set(e, ERR_FAILED, 0, "a bad save was taken");
	if ((rc = set_gap(d, "1.2", "ช่องว่าง", e)) < 0)
		return rc;
	return set_gap(d, "1.1", "two\nlines", e);
}

static int
group_one(struct driver *d, struct err *e)
{
	return set_gap(d, "1.2", NULL, e);
}

static int
group_last(struct driver *d, struct err *e)
{
	return tick(d, "1.1.B1", 0, e);
}

static int
step_flush(struct driver *d, struct err *e)
{
	return journal_flush(d->store, e);
}

static int
step_open(struct driver *d, struct err *e)
{
	return store_open(d->dir, STORE_WRITE, &d->store, e);
}

/* As the daemon's worker does it: all of the group, then the one fsync. */
static int
run_group(struct driver *d, int (*saves)(struct driver *, struct err *),
    struct err *e)
{
	struct err first;
	int rc, failed;

	d->n = 0;
	if ((rc = save_group_begin(d->store, e)) < 0)
		return rc;
	failed = saves(d, &first);
	rc = save_group_end(d->store, e);
	if (rc == 0) {
		for (size_t i = 0; i < d->n; i++)
			crash_say("ack %s %s\n",
			    json_str(d->results[i], "revision"),
			    json_str(d->results[i], "commit"));
	}
	for (size_t i = 0; i < d->n; i++)
		cJSON_Delete(d->results[i]);
	d->n = 0;
	if (rc == 0 && failed < 0) {
		*e = first;
		rc = failed;
	}
	return rc;
}

/* A failure that is not fatal must be over when the call works again. */
static void
must(struct driver *d, const char *what, int is_group,
    int (*step)(struct driver *, struct err *))
{
	struct err e;

	for (int attempt = 0; attempt < 2; attempt++) {
		memset(&e, 0, sizeof(e));
		if ((is_group ? run_group(d, step, &e) : step(d, &e)) == 0)
			return;
		if (db_is_fatal(&e)) {
			crash_say("fatal %s: %s (after %s)\n", what, e.msg,
			    crash_hit_now());
			_exit(DRIVER_FATAL);
		}
	}
	crash_say("stuck %s: %s (after %s)\n", what, e.msg, crash_hit_now());
	_exit(DRIVER_STUCK);
}

int
crash_driver(const char *dir)
{
	struct driver d = { .dir = dir, .person = { "somsri", "สมศรี" } };
	struct err e;

	if (key_init(&e) < 0 || giterr_init(&e) < 0)
		return DRIVER_STUCK;
	crash_begin();
	must(&d, "open", 0, step_open);
	must(&d, "save", 1, group_open);
	must(&d, "flush", 0, step_flush); /* few objects: loose */
	must(&d, "save", 1, group_three);
	must(&d, "save", 1, group_one);
	must(&d, "flush", 0, step_flush); /* many: a pack */
	must(&d, "save", 1, group_last);
	crash_say("closing\n");
	store_close(d.store);
	return crash_end(crash_calls());
}
