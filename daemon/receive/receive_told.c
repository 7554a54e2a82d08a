#include "daemon/receive/receive_told.h"

#include <string.h>

#define HEX "0123456789abcdef"
#define VERSION_CHARS                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+~-"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz-"

/* The value into ret of size bytes, which must be empty yet. */
static int
keep(char *ret, size_t size, const char *value, size_t len, const char *chars)
{
	size_t i;

	if (ret[0] != '\0' || len == 0 || len >= size)
		return 0;
	for (i = 0; i < len; i++)
		if (strchr(chars, value[i]) == NULL)
			return 0;
	memcpy(ret, value, len);
	ret[len] = '\0';
	return 1;
}

static int
is_named(const char *part, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(part, name, len) == 0;
}

/* One "name=value"; 0 if it has no form. */
static int
take_part(const char *part, size_t len, struct receive_told *ret)
{
	size_t n = strspn(part, NAME_CHARS);
	const char *value;

	if (n == 0 || n >= len || part[n] != '=')
		return 0;
	value = part + n + 1;
	len -= n + 1;
	if (is_named(part, n, "version")) {
		if (ret->git_version != 0 || len != 1 ||
		    (value[0] != '1' && value[0] != '2'))
			return 0;
		ret->git_version = value[0] - '0';
		return 1;
	}
	if (is_named(part, n, "pmqa"))
		return keep(ret->version, sizeof(ret->version), value, len,
		    VERSION_CHARS);
	if (is_named(part, n, "holds"))
		return len == sizeof(ret->holds) - 1 &&
		       keep(ret->holds, sizeof(ret->holds), value, len, HEX);
	return 1;
}

void
receive_told_parse(const char *text, struct receive_told *ret)
{
	size_t len;
	int ok = 1;

	memset(ret, 0, sizeof(*ret));
	if (text == NULL || strlen(text) > RECEIVE_TOLD_MAX)
		return;
	while (ok && *text != '\0') {
		len = strcspn(text, ":");
		ok = take_part(text, len, ret);
		text += len;
		/* nothing may follow the last colon */
		if (ok && *text == ':' && *++text == '\0')
			ok = 0;
	}
	if (!ok)
		ret->version[0] = ret->holds[0] = '\0';
}

void
receive_told_write(const char *version, const char *holds, struct buf *ret)
{
	buf_printf(ret, "pmqa=%s", version);
	if (holds != NULL && holds[0] != '\0')
		buf_printf(ret, ":holds=%s", holds);
}
