/*
 * crash_run: runs a test program as its own driver with shim_crash.so preloaded,
 * which stops it or fails one call at a point, and reads what it says.
 *
 * Ownership: everything is borrowed.
 * Units:     k: number of the counted call, 0 = none.
 * Errors:    what the run itself needs, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_CRASH_RUN_H
#define TESTS_SUPPORT_CRASH_RUN_H

/* exe --driver dir; how: "kill", "EIO", …; line() gets each line of its
 * output, without LF, to be changed as it likes. Gives the status of waitpid(). */
int crash_run(const char *exe, const char *shim, const char *dir, long k,
    const char *how, void (*line)(void *arg, char *line), void *arg);

#endif
