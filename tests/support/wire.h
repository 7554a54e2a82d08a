/*
 * wire: a client of a socket whose server runs on a loop of the same thread:
 * waiting for an answer runs the loop.
 *
 * Ownership: wire_open() … wire_close(); a line is borrowed until the next
 * wire_* call.
 * Units:     milliseconds.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include <uv.h>

#include "base/json.h"
#include "proto/frame.h"

#define WIRE_MS 60000 /* only what never comes waits so long */

struct wire {
	uv_loop_t *loop;
	int fd;
	struct frame in;
	int ended;
};

/* Runs the loop until cond(arg) holds; fails the test after WIRE_MS. */
void wire_until(uv_loop_t *loop, int (*cond)(void *arg), void *arg);
/* Runs the loop for a moment: until something happens, at most ms. */
void wire_turn(uv_loop_t *loop, int fd, int ms);

void wire_open(struct wire *w, uv_loop_t *loop, const char *path);
void wire_close(struct wire *w);

/* As many bytes as go while the loop runs; 0 when the server has hung up. */
int wire_send(struct wire *w, const void *data, size_t len);
int wire_puts(struct wire *w, const char *text);
/* Bytes that go without the loop running: for clients that do not read. */
size_t wire_push(struct wire *w, const void *data, size_t len);

/* The next line, NULL when the server has hung up. */
const char *wire_line(struct wire *w);
/* The next line as JSON (cJSON_Delete() it); fails the test if there is none. */
cJSON *wire_json(struct wire *w);

#endif
