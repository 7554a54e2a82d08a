/*
 * crash_driver: a small office that saves and flushes with shim_crash.so
 * preloaded, and says on standard output what was acknowledged: the process
 * that tests/fault/test_crash.c kills at every point.
 *
 * Lines: "ack <revision> <commit>", "fatal <what>: <sentence>", "stuck …",
 * "closing", "end <calls counted> <call that failed>".
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    the exit status.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_CRASH_DRIVER_H
#define TESTS_SUPPORT_CRASH_DRIVER_H

#define CRASH_YEAR 2565

int crash_driver(const char *dir);

#endif
