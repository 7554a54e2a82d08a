/*
 * crash_run: runs a test program as its own driver with shim_crash.so preloaded,
 * which stops it or fails one call at a point, and reads what it says. The
 * driver's half of that talk is here, too.
 *
 * Ownership: everything is borrowed, but for the directory of crash_copy():
 *            test_dir_remove() it.
 * Units:     k: number of the counted call, 0 = none.
 * Errors:    what the run itself needs, fails the test; the driver ends with
 *            enum driver_exit.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_CRASH_RUN_H
#define TESTS_SUPPORT_CRASH_RUN_H

#include "base/err.h"

/* Under a sanitizer no library can be preloaded before its own: main() says so
 * by crash_note(), the tests skip(). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CRASH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CRASH_SANITIZED 1
#endif
#endif
#ifndef CRASH_SANITIZED
#define CRASH_SANITIZED 0
#endif

enum driver_exit {
	DRIVER_DONE = 0,
	DRIVER_FATAL = 3, /* an error, after which it did not go on */
	DRIVER_STUCK = 4, /* an error came twice, though the call failed once */
};

/* --- the test --- */

struct crash {
	char exe[400], shim[450];
};

struct crash_result {
	int status;    /* of waitpid() */
	int ended;     /* "end <calls counted> <call that failed>" was said */
	long count;    /* the calls of a run that ended */
	char hit[400]; /* "fsync /path"; "" if none failed */
	int failed;    /* "failed <sentence>" or "fatal <sentence>" was said */
	int fatal;     /* the latter: db_is_fatal() */
	char said[2000];
};

void crash_note(void);
/* This program and the shim beside it. From now on test_dir() is in memory where
 * there is such a place: a killed process loses nothing of it either, and there
 * an fsync costs nothing. */
void crash_find(struct crash *c);
char *crash_copy(const char *from);
/* exe --driver dir; how: "kill", "EIO", …; line() gets each line of its output
 * that is none of struct crash_result's, without LF, to be changed as it likes. */
void crash_run(const struct crash *c, const char *dir, long k, const char *how,
    void (*line)(void *arg, char *line), void *arg, struct crash_result *ret);
/* Of a driver that uses crash_check(): it ended, was killed where it should be,
 * or said that the call failed. */
void crash_expect(const struct crash_result *r, long k, const char *how);
/* What it said that failed ends a daemon: nobody may go on with what a failing
 * disk (EIO) holds. */
void crash_expect_fatal(const struct crash_result *r, long k);

/* --- the driver --- */

/* From here on calls are counted, and fail. */
void crash_begin(void);
const char *crash_hit_now(void);
void crash_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* rc < 0: says it and ends the process. */
void crash_check(int rc, const struct err *e);
/* The calls so far, to be said by crash_end() when all is closed. */
long crash_calls(void);
int crash_end(long calls);

#endif
