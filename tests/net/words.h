/*
 * words: what the bad links of the tests share: a file of words that says how
 * they behave, a file of numbers that says what passed, the time.
 *
 * Ownership: the caller's memory.
 * Units:     microseconds since some moment.
 * Errors:    words_die() prints what failed and ends the program.
 * Thread:    one.
 */
#ifndef TESTS_NET_WORDS_H
#define TESTS_NET_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* The number behind "NAME=" in a text of words, none if it is not there. */
int64_t words_number(const char *text, const char *name, int64_t none);

/* The file's text; 0 if it cannot be read. */
int words_read(const char *path, char *ret, size_t size);

/* Whole or not at all, for readers that look at any moment. */
void words_write(const char *path, const char *text);

int64_t words_now_us(void);

void words_die(const char *what);

#endif
