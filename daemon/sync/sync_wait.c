#include "daemon/sync/sync_wait.h"

struct waiter {
	struct waiter *next;
	int n_runs; /* that it has seen end */
	int round;  /* the round of answers it came or stayed in */
	sync_wait_done *done;
	void *arg;
};

int
sync_wait_add(
    struct sync_wait *w, sync_wait_done *done, void *arg, struct err *e)
{
	struct waiter *one = calloc(1, sizeof(*one));

	if (one == NULL)
		return err_nomem(e);
	one->done = done;
	one->arg = arg;
	one->round = w->round;
	one->next = w->list;
	w->list = one;
	return 0;
}

void
sync_wait_forget(struct sync_wait *w, void *arg)
{
	struct waiter **p = &w->list, *one;

	while ((one = *p) != NULL) {
		if (one->arg == arg) {
			*p = one->next;
			free(one);
		} else {
			p = &one->next;
		}
	}
}

/* One of an earlier round, taken out of the list: so a done() may change the
 * list, and who comes meanwhile waits for the next outcome. */
static struct waiter *
take(struct sync_wait *w)
{
	struct waiter **p, *one;

	for (p = &w->list; (one = *p) != NULL; p = &one->next) {
		if (one->round != w->round) {
			*p = one->next;
			return one;
		}
	}
	return NULL;
}

int
sync_wait_answer(struct sync_wait *w, int rc, const cJSON *result,
    const struct err *err, int again)
{
	struct waiter *one;
	int stays = 0;

	w->round++;
	while ((one = take(w)) != NULL) {
		if (again && ++one->n_runs < SYNC_WAIT_RUNS) {
			one->round = w->round;
			one->next = w->list;
			w->list = one;
			stays = 1;
			continue;
		}
		one->done(one->arg, rc, result, err);
		free(one);
	}
	return stays;
}
