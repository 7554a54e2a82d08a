/*
 * evidence_type: what a file is, by its first bytes, and whether it may be
 * evidence.
 *
 * Ownership: static strings.
 * Units:     bytes.
 * Errors:    ERR_INVALID says what the file is and what is allowed.
 * Thread:    any.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_TYPE_H
#define STORE_EVIDENCE_EVIDENCE_TYPE_H

#include "store/conf.h"

/*
 * The media type that the bytes show: "application/pdf", "image/jpeg",
 * "image/png", or an office document's; NULL when it is none of these. data: the
 * file's first part (office documents need as much of it as there is).
 */
const char *evidence_type(const void *data, size_t len);

/* A file of this name that begins so: its type, when the directory's
 * configuration allows it and the name ends as files of the type do. */
int evidence_type_check(const struct conf *c, const char *name,
    const void *data, size_t len, const char **ret, struct err *e);

/* The name alone: one line of text that is no path, can be written on any
 * system, and has an ending that is allowed. */
int evidence_name_check(const struct conf *c, const char *name, struct err *e);

/* Size and number: what is allowed. */
int evidence_size_check(const struct conf *c, int64_t size, struct err *e);

#endif
