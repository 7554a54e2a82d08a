/*
 * report_text: texts, numbers and days of a report: made harmless, and as
 * people write them. Every text of a report is hostile: anybody who may write
 * an answer could put markup, formulas or direction overrides into it.
 *
 * Ownership: results go to the caller's buf or array.
 * Units:     bytes.
 * Errors:    none of their own; buf_ok() says whether memory was enough.
 * Thread:    any.
 */
#ifndef CLIENT_REPORT_REPORT_TEXT_H
#define CLIENT_REPORT_REPORT_TEXT_H

#include <stddef.h>

#include "base/buf.h"

/* Appends s (NULL: nothing) for HTML text and for attributes in quotes, what
 * steers a reader (direction overrides, control characters) made visible. LF
 * stays. */
void report_esc(struct buf *b, const char *s);

/* Appends a format's text escaped so as a whole: tags cannot be in it. */
void report_escf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "2026-11-22" as people write days in the chosen language; the text itself
 * when it is none; "" for NULL. */
void report_day(char *ret, size_t size, const char *date);

/* The time of RFC 3339 the same; "" for NULL. */
void report_time(char *ret, size_t size, const char *time);

/* 1 if s is "-?digits[.digits]", and its value. */
int report_number(const char *s, double *ret);

/* 12345678 as "11.8 MB". */
void report_size(char *ret, size_t size, double bytes);

#endif
