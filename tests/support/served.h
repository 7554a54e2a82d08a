/*
 * served: the daemon's modules on a loop of the test's own, for a temporary
 * directory: everything real but the process.
 *
 * Ownership: served_start() … served_stop(); served_init() makes a directory,
 * test_dir_remove() removes it.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one (the workers aside).
 */
#ifndef TESTS_SUPPORT_SERVED_H
#define TESTS_SUPPORT_SERVED_H

#include <uv.h>

#include "daemon/server.h"
#include "tests/support/wire.h"

struct served {
	uv_loop_t *loop;
	struct server *server;
	char path[300]; /* of the socket */
	int stopped;
};

/* Once per process. */
void served_prepare(void);

/* A directory that is set up; automatic sync is far off. */
char *served_init(enum role role, const char *code, const char *name);

void served_start(struct served *s, uv_loop_t *loop, const char *dir);
/* As served_start(), with other options than the usual. */
void served_start_with(
    struct served *s, uv_loop_t *loop, const struct server_opts *o);
/* Stops it and runs the loop until it has stopped. */
void served_stop(struct served *s);
/* The loop has nothing left and closes. */
void served_close_loop(uv_loop_t *loop);

/* One call by a wire: the result (cJSON_Delete() it); an error fails the test.
 * params: JSON text or NULL. */
cJSON *served_call(struct wire *w, const char *method, const char *params);

#endif
