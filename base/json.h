/*
 * json: strict JSON before cJSON sees it, and JSON text out.
 *
 * Ownership: json_parse() gives a tree that the caller frees with
 * cJSON_Delete().
 * Units:     bytes; depth in nested arrays and objects.
 * Errors:    ERR_INVALID with the byte offset in sub and in the sentence;
 * ERR_NOMEM.
 * Thread:    any.
 *
 * cJSON alone is lenient (duplicate keys, bad UTF-8, raw control characters,
 * trailing bytes, \u0000, rounding of big numbers); here RFC 8259 holds to the
 * letter, and beyond it: UTF-8 without surrogates or BOM, no duplicate key in
 * an object, depth at most JSON_DEPTH, numbers are integers within +-2^53-1
 * without exponent, fraction or leading "-0", no \u0000, no unpaired surrogate
 * escape, nothing but blanks after the value, len at most the caller's cap.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/err.h"

#define JSON_DEPTH 32
#define JSON_INT_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

/* The check alone: 0, ERR_INVALID or ERR_NOMEM. No allocation that grows with the input
 * beyond a key stack. */
int json_check(const char *s, size_t len, size_t max, struct err *e);

/* The check, then the tree. */
int json_parse(
    const char *s, size_t len, size_t max, cJSON **ret, struct err *e);

/* Compact JSON, no line end. Integers without exponent; strings as UTF-8,
 * escaping only ", \ and control characters; bytes that are not UTF-8 become
 * U+FFFD, so that what is written can always be read. ERR_INVALID for what has
 * no strict form (fractions, nested too deeply). */
int json_write(const cJSON *v, struct buf *out, struct err *e);

/* Writes one JSON string with its quotes, escaped as above. */
void json_write_string(const char *s, struct buf *out);

/* Member access with a type; NULL or the default when absent or of another
 * type. Borrowed. */
const char *json_str(const cJSON *obj, const char *key);
int64_t json_int(const cJSON *obj, const char *key, int64_t dflt);
int json_bool(const cJSON *obj, const char *key, int dflt);
cJSON *json_get(const cJSON *obj, const char *key); /* case-sensitive */
/* 1 if the array (or NULL) holds this string. */
int json_holds(const cJSON *arr, const char *s);

/* Adds, or replaces the member of that name; on failure returns ERR_NOMEM (for
 * an integer beyond 2^53 ERR_INVALID) and obj is as before. json_put and
 * json_push take ownership of v in any case; obj or v NULL is ERR_NOMEM, so that
 * a failed constructor can be passed straight in. */
int json_put(cJSON *obj, const char *key, cJSON *v, struct err *e);
int json_put_str(cJSON *obj, const char *key, const char *s,
    struct err *e); /* s NULL: JSON null */
int json_put_int(cJSON *obj, const char *key, int64_t n, struct err *e);
int json_put_bool(cJSON *obj, const char *key, int b, struct err *e);
int json_push(cJSON *arr, cJSON *v, struct err *e);
int json_push_str(cJSON *arr, const char *s, struct err *e);

#endif
