/*
 * pushed: the line in the hall's acceptance log that its door writes, for the
 * tests that bring commits to the hall with no hook.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_PUSHED_H
#define TESTS_SUPPORT_PUSHED_H

struct store;

/* After a push to branch office of this office; NULL: by the device that signed
 * its last revision. No line when the branch is where the log left it. */
void pushed_log(struct store *hall, const char *code, const char *device);

#endif
