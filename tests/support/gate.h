/*
 * gate: a real hall with its daemon, and an enrolled office in hostile hands:
 * commits are forged in its repository (forge.h) and pushed by the git, the
 * pmqa-ssh and the pmqa-receive that sync uses.
 *
 * Ownership: gate_make() … gate_remove(); texts returned are the caller's.
 * Units:     kibibytes, milliseconds.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_GATE_H
#define TESTS_SUPPORT_GATE_H

#include "tests/support/daemon.h"
#include "tests/support/forge.h"
#include "tests/support/joined.h"

struct gate {
	struct joined joined;
	struct test_daemon hall;
	struct conf conf;      /* of the office */
	struct forge forge;    /* on the office's repository */
	unsigned char tip[20]; /* what the hall has */
};

struct gate_push {    /* how a push went */
	int status;   /* of git, -1 if killed */
	char *said;   /* its standard error */
	long rss_kib; /* most memory of one process on both sides */
	int64_t ms;
};

/* The hall has two revisions of the office and signed a receipt. */
struct gate *gate_make(void);
void gate_remove(struct gate *g);

/* Forges begin again at what the hall has. */
void gate_reset(struct gate *g);

/* refspecs: up to two, ends with NULL; "%s" in one is the forged tip. filter:
 * NULL, or a line more for git pack-objects: "ID" sends another object, "^ID"
 * leaves one out. Nothing of it is judged. */
void gate_push(struct gate *g, const char *const *refspecs, const char *filter,
    struct gate_push *ret);

/* Pushes the forged tip, which must be taken in. */
void gate_push_good(struct gate *g);

/* Until all that the hall has acknowledged stands in its repositories: it gives
 * a receipt once its journal has it, the repository a moment later. Before
 * that, git fsck beside it calls a commit missing that came after it had read
 * the objects. */
void gate_wait_written(const struct gate *g);

/* Every name, size and SHA-256 below the hall's offices/, one a line. */
char *gate_listing(const struct gate *g);

/* Member of hall.status for the office as JSON text. */
char *gate_status(const struct gate *g, const char *member);

/* The same, once it is other than was (at most some seconds). */
char *gate_status_after(
    const struct gate *g, const char *member, const char *was);

#endif
