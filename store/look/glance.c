#include "store/look/glance.h"

/* Where the value of a member ends: at its line's end, or, of one that goes
 * over lines, at its closing bracket. */
static size_t
value_len(const char *v, size_t len)
{
	const char *end = NULL;
	size_t n;

	if (len > 1 &&
	    ((v[0] == '{' && v[1] == '\n') || (v[0] == '[' && v[1] == '\n'))) {
		end = memmem(v, len, v[0] == '{' ? "\n  }" : "\n  ]", 4);
		return end != NULL ? (size_t)(end - v) + 4 : len;
	}
	end = memchr(v, '\n', len);
	n = end != NULL ? (size_t)(end - v) : len;
	return n > 0 && v[n - 1] == ',' ? n - 1 : n;
}

/* Which of the keys this line begins the member of; NULL: none. len: of the
 * rest of the record. */
static const char *
member_of(const char *line, size_t len, const char *const *keys, size_t *ret_n)
{
	size_t n;

	if (len < 4 || memcmp(line, "  \"", 3) != 0)
		return NULL;
	for (; *keys != NULL; keys++) {
		n = strlen(*keys);
		if (len > n + 6 && memcmp(line + 3, *keys, n) == 0 &&
		    memcmp(line + 3 + n, "\": ", 3) == 0) {
			*ret_n = n + 6;
			return *keys;
		}
	}
	return NULL;
}

int
glance_members(const char *bytes, size_t len, const char *path,
    const char *const *keys, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *value;
	const char *at = bytes, *end = bytes + len, *key;
	size_t n;
	int rc = out != NULL ? 0 : err_nomem(e);

	while (rc == 0 && at < end &&
	       (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		key = member_of(at, (size_t)(end - at), keys, &n);
		if (key == NULL)
			continue;
		at += n;
		n = value_len(at, (size_t)(end - at));
		/* these bytes were checked when they were stored; reading them
		 * strictly again would take as long as all the rest */
		value = cJSON_ParseWithLength(at, n);
		rc = value != NULL ? json_put(out, key, value, e)
				   : err_set(e, ERR_DAMAGED, 0,
					 "what is stored of '%s' is not a "
					 "record",
					 path);
		at += n;
	}
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}
