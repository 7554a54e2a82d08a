/*
 * text: UTF-8 as people see it: validity, normal form, width, folding.
 *
 * Ownership: text_nfc() and text_fold() give memory that the caller frees.
 * Units:     bytes for lengths, terminal columns for widths.
 * Errors:    ERR_INVALID, ERR_NOMEM.
 * Thread:    any.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* 1 if s is well-formed UTF-8 (no surrogates, no overlong forms, at most
 * U+10FFFF), else 0 and the offset of the first bad byte. */
int text_is_utf8(const char *s, size_t len, size_t *ret_bad);

/* NFC copy; also turns CRLF and CR into LF. Refuses bad UTF-8 and control
 * characters other than LF and TAB. */
int text_nfc(const char *s, size_t len, char **ret, struct err *e);

/* 1 if text_nfc() would give the same bytes. */
int text_is_nfc(const char *s, size_t len);

/* FNV-1a of 32 bits (Fowler, Noll and Vo): for tables, and for what people did
 * not choose to make equal. What is stored depends on it (touch.fields). */
uint32_t text_hash(const char *s, size_t len);

/* Terminal columns of a UTF-8 string; combining marks (Thai vowels above and
 * below, tone marks) have none. */
size_t text_width(const char *s);

/* Bytes of the longest start of s that fits into cols columns and does not
 * split a combining sequence. */
size_t text_fit(const char *s, size_t cols);

/* Bytes of the first character of s (len > 0) with everything that belongs to
 * it: marks, sara am, joined parts. A bad byte is one of its own. */
size_t text_cluster(const char *s, size_t len);

/*
 * What texts are compared by when people search: NFKC, case folded, without
 * characters that are not seen; Thai digits as 0-9; sara am taken apart, the
 * marks of a Thai consonant in one order whichever was typed first, and two
 * sara e as sara ae. Well-formed UTF-8, else ERR_INVALID. The caller frees.
 */
int text_fold(const char *s, size_t len, char **ret, struct err *e);

/* The same, with (*ret_at)[i], never decreasing: where in s the character
 * begins that byte i was made from; its last entry (at the final NUL) is len. */
int text_fold_at(
    const char *s, size_t len, char **ret, uint32_t **ret_at, struct err *e);

#endif
