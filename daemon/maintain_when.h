/*
 * maintain_when: says when the repositories are looked after
 * (store/backup/maintain.h): a while after the last change, now and then at the
 * latest; then those whose small packs have become many.
 *
 * Ownership: maintain_when_create() … maintain_when_close().
 * Units:     milliseconds.
 * Errors:    logged; the next change tries again.
 * Thread:    loop; the work is done on the lengthy thread, by git with the
 * lowest priority.
 *
 * Without changes there is no timer: a daemon with nothing to do sleeps.
 */
#ifndef DAEMON_MAINTAIN_WHEN_H
#define DAEMON_MAINTAIN_WHEN_H

#include "daemon/worker.h"

#define MAINTAIN_QUIET_MS (UINT64_C(10) * 60 * 1000)
#define MAINTAIN_LATEST_MS (UINT64_C(6) * 3600 * 1000)

struct maintain_when;

struct maintain_env {
	uv_loop_t *loop;
	struct worker *writer, *reader, *lengthy;
};

int maintain_when_create(
    const struct maintain_env *env, struct maintain_when **ret, struct err *e);

/* Something was written. */
void maintain_when_wake(struct maintain_when *m);

/* Packs were replaced: all threads let go of the old ones. */
void maintain_when_replaced(struct maintain_when *m);

void maintain_when_close(
    struct maintain_when *m, void (*closed)(void *arg), void *arg);

#endif
