#include "store/record/canon.h"

#include "base/text.h"

/* RFC 8259 integers that every reader holds exactly (json.h). */
#define INT_LIMIT 9007199254740991.0

/* One container being written, so that a fault can say where it is. */
struct writer {
	struct buf *out;
	size_t start; /* length of out before we began */
	int depth;
	struct err *e;
};

static int write_value(struct writer *w, const cJSON *v);

static void
new_line(struct writer *w)
{
	int i;

	buf_putc(w->out, '\n');
	for (i = 0; i < w->depth; i++)
		buf_append(w->out, "  ", 2);
}

/*
 * NFC is decided between control characters: they are starters that compose
 * with nothing, and text_is_nfc() has no opinion on those that only an escape
 * can carry.
 */
static int
is_nfc(const char *s)
{
	size_t run;

	while (*s != '\0') {
		for (run = 0; (unsigned char)s[run] >= 0x20; run++)
			continue;
		if (run > 0 && !text_is_nfc(s, run))
			return 0;
		s += run;
		if (*s != '\0')
			s++;
	}
	return 1;
}

static int
write_string(struct writer *w, const char *s)
{
	const unsigned char *p;
	size_t run;

	if (s == NULL)
		return err_set(w->e, ERR_INVALID, 0, "a string has no text");
	if (!is_nfc(s))
		return err_set(w->e, ERR_INVALID, 0,
		    "text is not UTF-8 in normal form C, or holds "
		    "control characters beyond ASCII");
	buf_putc(w->out, '"');
	for (p = (const unsigned char *)s; *p != '\0';) {
		for (run = 0; p[run] >= 0x20 && p[run] != '"' && p[run] != '\\';
		     run++)
			continue;
		buf_append(w->out, p, run);
		p += run;
		if (*p == '\0')
			break;
		if (*p == '"' || *p == '\\')
			buf_printf(w->out, "\\%c", *p);
		else if (*p == '\n')
			buf_append(w->out, "\\n", 2);
		else if (*p == '\t')
			buf_append(w->out, "\\t", 2);
		else
			buf_printf(w->out, "\\u%04x", *p);
		p++;
	}
	buf_putc(w->out, '"');
	return 0;
}

static int
write_integer(struct writer *w, double d)
{
	if (!(d >= -INT_LIMIT && d <= INT_LIMIT) || d != (double)(int64_t)d)
		return err_set(w->e, ERR_INVALID, 0,
		    "a number is not an integer within 2^53 - 1");
	buf_printf(w->out, "%lld", (long long)d);
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;

	return strcmp((*x)->string, (*y)->string);
}

/* The members in byte order of their keys; the caller frees *ret. */
static int
sort_members(const cJSON *v, const cJSON ***ret, size_t *ret_n, struct err *e)
{
	const cJSON **list, *c;
	size_t n = 0, i = 0;

	cJSON_ArrayForEach (c, v) {
		if (c->string == NULL)
			return err_set(
			    e, ERR_INVALID, 0, "a member has no key");
		n++;
	}
	if ((list = calloc(n + 1, sizeof(*list))) == NULL)
		return err_nomem(e);
	cJSON_ArrayForEach (c, v) {
		list[i++] = c;
	}
	qsort(list, n, sizeof(*list), by_key);
	for (i = 1; i < n; i++)
		if (strcmp(list[i - 1]->string, list[i]->string) == 0) {
			err_set(e, ERR_INVALID, 0, "key '%s' stands twice",
			    list[i]->string);
			free(list);
			return ERR_INVALID;
		}
	*ret = list;
	*ret_n = n;
	return 0;
}

/* As canonical bytes have them: then there is nothing to sort. */
static int
is_sorted(const cJSON *v)
{
	const char *last = NULL;
	const cJSON *c;

	cJSON_ArrayForEach (c, v) {
		if (c->string == NULL ||
		    (last != NULL && strcmp(last, c->string) >= 0))
			return 0;
		last = c->string;
	}
	return 1;
}

static int
write_member(struct writer *w, const cJSON *v, int first)
{
	int rc;

	if (!first)
		buf_putc(w->out, ',');
	new_line(w);
	if ((rc = write_string(w, v->string)) < 0)
		return rc;
	buf_append(w->out, ": ", 2);
	if ((rc = write_value(w, v)) < 0)
		err_prepend(w->e, v->string);
	return rc;
}

static int
write_sorted(struct writer *w, const cJSON *v)
{
	const cJSON **list = NULL;
	size_t n = 0, i;
	int rc = sort_members(v, &list, &n, w->e);

	for (i = 0; i < n && rc == 0; i++)
		rc = write_member(w, list[i], i == 0);
	free(list);
	return rc;
}

static int
write_object(struct writer *w, const cJSON *v)
{
	const cJSON *c;
	int rc = 0;

	buf_putc(w->out, '{');
	w->depth++;
	if (is_sorted(v)) {
		cJSON_ArrayForEach (c, v) {
			if ((rc = write_member(w, c, c == v->child)) < 0)
				break;
		}
	} else {
		rc = write_sorted(w, v);
	}
	w->depth--;
	if (rc < 0)
		return rc;
	new_line(w);
	buf_putc(w->out, '}');
	return 0;
}

static int
write_array(struct writer *w, const cJSON *v)
{
	const cJSON *c;
	int rc;

	buf_putc(w->out, '[');
	w->depth++;
	cJSON_ArrayForEach (c, v) {
		if (c != v->child)
			buf_putc(w->out, ',');
		new_line(w);
		if ((rc = write_value(w, c)) < 0)
			return rc;
	}
	w->depth--;
	new_line(w);
	buf_putc(w->out, ']');
	return 0;
}

static int
write_container(struct writer *w, const cJSON *v)
{
	if (w->depth >= JSON_DEPTH)
		return err_set(w->e, ERR_INVALID, 0,
		    "nested deeper than %d levels", JSON_DEPTH);
	if (v->child == NULL) {
		buf_puts(w->out, cJSON_IsObject(v) ? "{}" : "[]");
		return 0;
	}
	return cJSON_IsObject(v) ? write_object(w, v) : write_array(w, v);
}

static int
write_value(struct writer *w, const cJSON *v)
{
	/* early, so that a record that is far too big costs no more memory */
	if (w->out->len - w->start > CANON_MAX)
		return err_set(w->e, ERR_INVALID, 0,
		    "larger than %d bytes in canonical form", CANON_MAX);
	if (cJSON_IsObject(v) || cJSON_IsArray(v))
		return write_container(w, v);
	if (cJSON_IsString(v))
		return write_string(w, v->valuestring);
	if (cJSON_IsNumber(v))
		return write_integer(w, v->valuedouble);
	if (cJSON_IsBool(v))
		buf_puts(w->out, cJSON_IsTrue(v) ? "true" : "false");
	else if (cJSON_IsNull(v))
		buf_puts(w->out, "null");
	else
		return err_set(w->e, ERR_INVALID, 0, "not a JSON value");
	return 0;
}

int
canon_write(const cJSON *v, struct buf *out, struct err *e)
{
	struct writer w = { .out = out, .start = out->len, .depth = 0, .e = e };
	int rc;

	if (!cJSON_IsObject(v) && !cJSON_IsArray(v))
		return err_set(
		    e, ERR_INVALID, 0, "not an object and not an array");
	if ((rc = write_value(&w, v)) < 0)
		return rc;
	buf_putc(out, '\n');
	if ((rc = buf_ok(out, e)) < 0)
		return rc;
	if (out->len - w.start > CANON_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "larger than %d bytes in canonical form", CANON_MAX);
	return 0;
}

/* The line (from 1) of the first byte in which a and b differ. */
static int
line_of_difference(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int line = 1;
	size_t i;

	for (i = 0; i < a_len && i < b_len && a[i] == b[i]; i++)
		if (a[i] == '\n')
			line++;
	return line;
}

int
canon_parse(const char *s, size_t len, cJSON **ret, struct err *e)
{
	struct buf again = BUF_INIT;
	cJSON *v = NULL;
	int rc;

	if ((rc = json_parse(s, len, CANON_MAX, &v, e)) < 0)
		goto out;
	if ((rc = canon_write(v, &again, e)) < 0)
		goto out;
	if (again.len != len || memcmp(again.data, s, len) != 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "not in canonical form, first at line %d",
		    line_of_difference(s, len, again.data, again.len));
		goto out;
	}
	*ret = v;
	v = NULL;
out:
	cJSON_Delete(v);
	buf_release(&again);
	return rc;
}

static int
equal_objects(const cJSON *a, const cJSON *b)
{
	const cJSON *c, *d;

	if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
		return 0;
	cJSON_ArrayForEach (c, a) {
		d = cJSON_GetObjectItemCaseSensitive(b, c->string);
		if (d == NULL || !canon_equal(c, d))
			return 0;
	}
	return 1;
}

static int
equal_arrays(const cJSON *a, const cJSON *b)
{
	const cJSON *c, *d;

	for (c = a->child, d = b->child; c != NULL && d != NULL;
	     c = c->next, d = d->next)
		if (!canon_equal(c, d))
			return 0;
	return c == NULL && d == NULL;
}

int
canon_equal(const cJSON *a, const cJSON *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if ((a->type & 0xff) != (b->type & 0xff))
		return 0;
	if (cJSON_IsObject(a))
		return equal_objects(a, b);
	if (cJSON_IsArray(a))
		return equal_arrays(a, b);
	if (cJSON_IsString(a))
		return strcmp(a->valuestring, b->valuestring) == 0;
	if (cJSON_IsNumber(a))
		return (int64_t)a->valuedouble == (int64_t)b->valuedouble;
	return 1;
}

/* --- one value, without the others --- */

/* Where what follows end's line break stands, or end. */
static const char *
end_of_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf != NULL ? lf : end;
}

/* The end of a value of a member at this depth: of a container the line that
 * closes it, which alone is indented like the line that opens it. */
static const char *
end_of_value(const char *p, const char *end, int depth)
{
	char close[2 * JSON_DEPTH + 4];
	const char *lf = end_of_line(p, end), *found;
	int n;

	if (lf - p != 1 || (*p != '{' && *p != '['))
		return lf > p && lf[-1] == ',' ? lf - 1 : lf;
	n = snprintf(close, sizeof(close), "\n%*s%c", 2 * depth, "",
	    *p == '{' ? '}' : ']');
	found = memmem(lf, (size_t)(end - lf), close, (size_t)n);
	return found != NULL ? found + n : end;
}

/* No string holds a line break: a line that is indented so and begins with the
 * key is the member. */
static int
find_member(
    const char **p, const char **end, const char *key, size_t len, int depth)
{
	char line[2 * JSON_DEPTH + 128];
	const char *found;
	int n = snprintf(line, sizeof(line), "\n%*s\"%.*s\": ", 2 * depth, "",
	    (int)len, key);

	if (len > 100 || n < 0 || (size_t)n >= sizeof(line))
		return 0;
	found = memmem(*p, (size_t)(*end - *p), line, (size_t)n);
	if (found == NULL)
		return 0;
	*p = found + n;
	*end = end_of_value(*p, *end, depth);
	return 1;
}

int
canon_find(const char *s, size_t len, const char *field, const char **ret,
    size_t *ret_len)
{
	const char *p = s, *end = s + len;
	size_t n;
	int depth;

	for (depth = 1; depth < JSON_DEPTH; depth++) {
		n = strcspn(field, ".");
		if (!find_member(&p, &end, field, n, depth))
			return 0;
		if (field[n] == '\0') {
			*ret = p;
			*ret_len = (size_t)(end - p);
			return 1;
		}
		field += n + 1;
	}
	return 0;
}
