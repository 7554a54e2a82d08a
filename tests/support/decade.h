/*
 * decade: a hall with offices that have ten fiscal years behind them, 2560 to
 * 2569: each year is opened, written for months by four people, submitted,
 * reviewed, now and then returned and submitted late again, accepted; pushed in
 * slices, each on the acceptance log and with its receipt. Everything is signed
 * and checked as it always is; only the clock is the history's own.
 *
 * The same seed gives the same commits, whatever the machine: keys, times and
 * texts follow from it.
 *
 * An office has two devices: one that most is written on, and a second one,
 * alone for a week now and then or beside the first; then their histories part
 * and are merged, with a conflict here and there. Items have small files of
 * evidence, nearly all of them at the hall and receipted.
 *
 * DIR/H is the hall, DIR/9101 and DIR/9101-b … are the offices' devices: all of
 * them are directories for pmqad. It uses nothing of cmocka.
 *
 * Ownership: everything is borrowed.
 * Units:     revisions of all offices together, about; seconds since 1970.
 * Errors:    whatever fails ends the program with its sentence.
 * Thread:    one, before key_init(); offices are written by child processes.
 */
#ifndef TESTS_SUPPORT_DECADE_H
#define TESTS_SUPPORT_DECADE_H

#include <stdint.h>

#define DECADE_FIRST_YEAR 2560
#define DECADE_YEARS 10
#define DECADE_FIRST_CODE 9101
#define DECADE_OFFICES_MAX 99
#define DECADE_DEVICES 2

struct decade {
	const char *dir;
	int offices;
	int64_t revisions;
	uint64_t seed;
	int workers; /* child processes at a time */
	/* from now on clock_now() says this; a program that calls
	 * decade_make() is linked with --wrap=clock_now */
	void (*set_clock)(int64_t t);
};

struct decade_sum {
	int64_t revisions; /* of all branches at the hall */
	char tips[65];     /* SHA-256 over all of their tips, in hex */
};

void decade_make(const struct decade *d, struct decade_sum *ret);

#endif
