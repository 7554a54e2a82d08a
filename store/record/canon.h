/*
 * canon: canonical JSON, the one form in which records are stored, compared and
 * hashed (design section 5).
 *
 * Ownership: canon_parse() gives a tree that the caller frees with
 * cJSON_Delete(). Units:     bytes. Errors:    ERR_INVALID with what is wrong
 * and where; ERR_NOMEM. Thread:    any.
 *
 * Form: UTF-8 in NFC, keys in byte order, two-space indent, one scalar a line,
 * "key": value, empty containers as {} and [], LF at the end, integers only;
 * in strings only what JSON demands is escaped: \", \\, \n, \t, other control
 * characters as \u00xx (DEL and those beyond ASCII are refused).
 * canon_parse(canon_write(x)) = x and canon_write(canon_parse(bytes)) = bytes.
 */
#ifndef STORE_RECORD_CANON_H
#define STORE_RECORD_CANON_H

#include "base/buf.h"
#include "base/json.h"

#define CANON_MAX (256 * 1024) /* bytes of one record file */

/* Appends the canonical form of v (object or array; strings must already be
 * NFC, else ERR_INVALID). */
int canon_write(const cJSON *v, struct buf *out, struct err *e);

/* Strict parse, then refuses bytes that are not exactly the canonical form. */
int canon_parse(const char *s, size_t len, cJSON **ret, struct err *e);

/*
 * The value of a field ("explanation.basic": of a member of a member) in bytes
 * of canonical form: 1 and where it stands, borrowed; 0: it is not there. Of
 * other bytes it gives anything that lies within them: parse what it gives.
 */
int canon_find(const char *s, size_t len, const char *field, const char **ret,
    size_t *ret_len);

/*
 * 1 if both have the same canonical form; NULL equals only NULL. (cJSON_Compare
 * holds neighbours near 2^53 for equal.) Both must be values that canon_write()
 * takes.
 */
int canon_equal(const cJSON *a, const cJSON *b);

#endif
