/*
 * thai_text: texts as officials write them, a pure function of a seed: the same
 * seed, the same texts. For histories that are made.
 *
 * Ownership: the caller's memory.
 * Units:     sentences; bytes.
 * Errors:    none: a text that does not fit is cut after a whole sentence.
 * Thread:    any, each with its own dice.
 */
#ifndef TESTS_SUPPORT_THAI_TEXT_H
#define TESTS_SUPPORT_THAI_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* 0 … n - 1 */
unsigned dice_roll(struct dice *d, unsigned n);

/* A text by its sentences, so that one of them can be changed. */
#define THAI_TEXT_MAX 8
#define THAI_TEXT_BYTES 3000
struct thai_text {
	uint8_t n;
	uint16_t sentences[THAI_TEXT_MAX]; /* which, and with which figure */
};

/* As an official edits: a first text, then one sentence more, other, less. */
void thai_text_edit(struct thai_text *t, struct dice *d);
void thai_text_write(const struct thai_text *t, char *ret, size_t size);

#endif
