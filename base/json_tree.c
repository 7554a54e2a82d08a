#include "base/json.h"

#include <math.h>

#include "base/text.h"

/* Member access, building and writing: the half of json.h that works on cJSON
 * trees. */

#define WRITE_DEPTH (2 * JSON_DEPTH) /* a record may stand inside an answer */

static int
is_integer(double d)
{
	return d >= -(double)JSON_INT_MAX && d <= (double)JSON_INT_MAX &&
	       !(trunc(d) < d || trunc(d) > d);
}

cJSON *
json_get(const cJSON *obj, const char *key)
{
	return cJSON_IsObject(obj) ? cJSON_GetObjectItemCaseSensitive(obj, key)
				   : NULL;
}

const char *
json_str(const cJSON *obj, const char *key)
{
	const cJSON *v = json_get(obj, key);

	return v != NULL && cJSON_IsString(v) ? v->valuestring : NULL;
}

int64_t
json_int(const cJSON *obj, const char *key, int64_t dflt)
{
	const cJSON *v = json_get(obj, key);

	if (v == NULL || !cJSON_IsNumber(v) || !is_integer(v->valuedouble))
		return dflt;
	return (int64_t)v->valuedouble;
}

int
json_bool(const cJSON *obj, const char *key, int dflt)
{
	const cJSON *v = json_get(obj, key);

	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : dflt;
}

int
json_holds(const cJSON *arr, const char *s)
{
	const cJSON *v;

	cJSON_ArrayForEach (v, arr) {
		if (cJSON_IsString(v) && strcmp(v->valuestring, s) == 0)
			return 1;
	}
	return 0;
}

int
json_put(cJSON *obj, const char *key, cJSON *v, struct err *e)
{
	cJSON *old;

	/* a constructor that failed passes its NULL on to here */
	if (!cJSON_IsObject(obj) || v == NULL) {
		cJSON_Delete(v);
		return err_nomem(e);
	}
	old = cJSON_GetObjectItemCaseSensitive(obj, key);
	if (!cJSON_AddItemToObject(obj, key, v)) {
		cJSON_Delete(v);
		return err_nomem(e);
	}
	if (old != NULL)
		cJSON_Delete(cJSON_DetachItemViaPointer(obj, old));
	return 0;
}

int
json_put_str(cJSON *obj, const char *key, const char *s, struct err *e)
{
	return json_put(obj, key,
	    s == NULL ? cJSON_CreateNull() : cJSON_CreateString(s), e);
}

int
json_put_int(cJSON *obj, const char *key, int64_t n, struct err *e)
{
	if (n > JSON_INT_MAX || n < -JSON_INT_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "number is not an integer within 2^53");
	return json_put(obj, key, cJSON_CreateNumber((double)n), e);
}

int
json_put_bool(cJSON *obj, const char *key, int b, struct err *e)
{
	return json_put(obj, key, cJSON_CreateBool(b), e);
}

int
json_push(cJSON *arr, cJSON *v, struct err *e)
{
	if (cJSON_IsArray(arr) && v != NULL && cJSON_AddItemToArray(arr, v))
		return 0;
	cJSON_Delete(v);
	return err_nomem(e);
}

int
json_push_str(cJSON *arr, const char *s, struct err *e)
{
	return json_push(
	    arr, s == NULL ? cJSON_CreateNull() : cJSON_CreateString(s), e);
}

/* A control character, a quote or a backslash. */
static void
write_escape(unsigned char c, struct buf *out)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *known = strchr(from, c);

	if (known != NULL && c != '\0')
		buf_printf(out, "\\%c", to[known - from]);
	else
		buf_printf(out, "\\u%04x", (unsigned)c);
}

/* Bytes that JSON takes as they are, by eights; may stop early. Of each byte:
 * below 0x20, a quote, a backslash (Hacker's Delight, "find first zero byte");
 * a borrow may let one more look so, which costs a second look only. */
static size_t
skip_plain(const char *s, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t tops = UINT64_C(0x8080808080808080);
	uint64_t w, quote, slash, special;
	size_t i = 0;

	for (; i + sizeof(w) <= len; i += sizeof(w)) {
		memcpy(&w, s + i, sizeof(w));
		quote = w ^ ones * '"';
		slash = w ^ ones * '\\';
		special = ((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) |
			  ((slash - ones) & ~slash);
		if ((special & tops) != 0)
			break;
	}
	return i;
}

/* Well-formed UTF-8 between the quotes. */
static void
write_good(const char *s, size_t len, struct buf *out)
{
	size_t i = 0, start = 0;
	unsigned char c;

	for (;;) {
		i += skip_plain(s + i, len - i);
		if (i == len)
			break;
		c = (unsigned char)s[i++];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_append(out, s + start, i - 1 - start);
		write_escape(c, out);
		start = i;
	}
	buf_append(out, s + start, len - start);
}

void
json_write_string(const char *s, struct buf *out)
{
	size_t len = strlen(s), i = 0, good;

	buf_putc(out, '"');
	while (i < len) {
		if (text_is_utf8(s + i, len - i, &good))
			good = len - i;
		write_good(s + i, good, out);
		i += good;
		if (i < len) {
			buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
			i++;
		}
	}
	buf_putc(out, '"');
}

static int
write_value(const cJSON *v, int depth, struct buf *out, struct err *e)
{
	const cJSON *m;
	int object = cJSON_IsObject(v), rc;

	if (depth > WRITE_DEPTH)
		return err_set(e, ERR_INVALID, 0, "JSON nested too deeply");
	if (cJSON_IsString(v) && v->valuestring != NULL) {
		json_write_string(v->valuestring, out);
	} else if (cJSON_IsNumber(v)) {
		if (!is_integer(v->valuedouble))
			return err_set(e, ERR_INVALID, 0,
			    "number is not an integer within 2^53");
		buf_printf(out, "%lld", (long long)v->valuedouble);
	} else if (cJSON_IsBool(v)) {
		buf_puts(out, cJSON_IsTrue(v) ? "true" : "false");
	} else if (cJSON_IsNull(v)) {
		buf_puts(out, "null");
	} else if (object || cJSON_IsArray(v)) {
		buf_putc(out, object ? '{' : '[');
		for (m = v->child; m != NULL; m = m->next) {
			if (m != v->child)
				buf_putc(out, ',');
			if (object) {
				json_write_string(m->string, out);
				buf_putc(out, ':');
			}
			if ((rc = write_value(m, depth + 1, out, e)) < 0)
				return rc;
		}
		buf_putc(out, object ? '}' : ']');
	} else {
		return err_set(e, ERR_INVALID, 0, "not a JSON value");
	}
	return 0;
}

int
json_write(const cJSON *v, struct buf *out, struct err *e)
{
	int rc = write_value(v, 0, out, e);

	return rc < 0 ? rc : buf_ok(out, e);
}
