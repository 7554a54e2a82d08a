/*
 * wrap: text as a terminal may show it: made harmless, and cut into lines.
 * Pure.
 *
 * Ownership: results go to the caller's buf or are positions in the text.
 * Units:     bytes for lengths, terminal columns for widths.
 * Errors:    none of its own; buf_ok() says whether memory was enough.
 * Thread:    any.
 */
#ifndef CLIENT_WRAP_H
#define CLIENT_WRAP_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends s so that no byte of it can steer a terminal: control characters,
 * direction overrides and bytes that are not UTF-8 become visible (\x1b,
 * \u202e, \xff). LF stays where keep_lines is set, else it shows as \n; a TAB
 * becomes a blank.
 */
void wrap_safe(struct buf *out, const char *s, int keep_lines);

/* 1 for characters that wrap_safe() makes visible. */
int wrap_is_hidden(unsigned long cp);

/* The character at s (NUL-terminated) and its bytes in *ret_len; bytes that
 * are no UTF-8 give -1 and length 1. */
long wrap_char(const char *s, size_t *ret_len);

/*
 * The first line of s when cols columns are free: its bytes; *ret_next is where
 * the next line starts (blanks and one LF between them are passed over). Lines
 * break at LF, else after a blank, else between Thai syllable-ish clusters:
 * never before a vowel that follows its consonant, never after one that stands
 * before it. At least one character is taken.
 */
size_t wrap_line(const char *s, size_t cols, size_t *ret_next);

#endif
