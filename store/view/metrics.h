/*
 * metrics: figures in the text format of Prometheus, version 0.0.4: for each
 * name HELP, TYPE, then its samples.
 *
 * Ownership: text is appended to the caller's buf.
 * Units:     in the names: bytes, seconds, seconds since 1970
 * (_timestamp_seconds).
 * Errors:    ERR_NOMEM and those of the queries; buf_ok() for the samples.
 * Thread:    a reader store; the samples any.
 */
#ifndef STORE_VIEW_METRICS_H
#define STORE_VIEW_METRICS_H

#include "base/buf.h"
#include "store/store.h"

/* A gauge begins: one line of help. */
void metrics_gauge(struct buf *b, const char *name, const char *help);
/* One sample; label NULL: without one. A value is escaped. */
void metrics_sample(struct buf *b, const char *name, const char *label,
    const char *value, int64_t n);
/* Both, without label. */
void metrics_one(struct buf *b, const char *name, const char *help, int64_t n);

/* What the store knows. */
int metrics_store(struct store *s, struct buf *ret, struct err *e);

#endif
