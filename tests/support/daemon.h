/*
 * daemon: a real pmqad for a test, and a plain client of its socket.
 *
 * Ownership: test_daemon_start() … test_daemon_stop(); test_client_open() …
 *            test_client_close(); a line received is borrowed until the next.
 * Units:     milliseconds.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_DAEMON_H
#define TESTS_SUPPORT_DAEMON_H

#include <sys/types.h>

#include "base/json.h"
#include "proto/frame.h"

struct test_daemon {
	pid_t pid;
	char dir[256];
	char socket[300];
};

struct test_client {
	int fd;
	struct frame in;
};

/* The path of one of our programs: $PMQA_BIN, else beside the test's build. */
const char *test_program(const char *name);

/* `pmqa init`; automatic sync is put off so that a test decides. */
void test_init(
    const char *dir, const char *role, const char *code, const char *name);

void test_daemon_start(struct test_daemon *d, const char *dir);
/* Sends sig and waits; with SIGTERM the exit status must be 0. */
void test_daemon_stop(struct test_daemon *d, int sig);

void test_client_open(struct test_client *c, const char *socket);
void test_client_close(struct test_client *c);
/* 0 when the daemon has gone away. */
int test_client_send(struct test_client *c, const char *line);
/* NULL when the daemon has gone away; fails the test after timeout_ms. */
const char *test_client_receive(struct test_client *c, int timeout_ms);
/* One call and its answer's result; fails the test on an error. cJSON_Delete() the result. */
cJSON *test_client_call(
    struct test_client *c, const char *method, const char *params);

#endif
