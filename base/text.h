/*
 * text: UTF-8 as people see it: validity, normal form, width.
 *
 * Ownership: text_nfc() gives bytes the caller frees.
 * Units:     bytes for lengths, terminal columns for widths.
 * Errors:    ERR_INVALID, ERR_NOMEM.
 * Thread:    any.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

#include "base/err.h"

/* 1 if s is well-formed UTF-8 (no surrogates, no overlong forms, at most
 * U+10FFFF), else 0 and the offset of the first bad byte. */
int text_is_utf8(const char *s, size_t len, size_t *ret_bad);

/* NFC copy; also turns CRLF and CR into LF. Refuses bad UTF-8 and control
 * characters other than LF and TAB. */
int text_nfc(const char *s, size_t len, char **ret, struct err *e);

/* 1 if text_nfc() would give the same bytes. */
int text_is_nfc(const char *s, size_t len);

/* Terminal columns of a UTF-8 string; combining marks (Thai vowels above and
 * below, tone marks) have none. */
size_t text_width(const char *s);

/* Bytes of the longest start of s that fits into cols columns and does not
 * split a combining sequence. */
size_t text_fit(const char *s, size_t cols);

#endif
