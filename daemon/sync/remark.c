#include "daemon/sync/remark.h"

#include <string.h>

#include "base/text.h"

/* git pads what it shows of the other side with blanks to clear the line */
static const char *
bare(const char *line, size_t *ret_len)
{
	size_t len;

	if (strncmp(line, "remote: ", 8) == 0)
		line += 8;
	line += strspn(line, " \t");
	len = strlen(line);
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	*ret_len = len;
	return line;
}

void
remark_clean(const char *line, char *ret, size_t size)
{
	size_t i, len, bad;

	line = bare(line, &len);
	if (len > size - 1)
		len = size - 1;
	memcpy(ret, line, len);
	ret[len] = '\0';
	for (i = 0; i < len; i++)
		if ((unsigned char)ret[i] < 0x20 || ret[i] == 0x7f)
			ret[i] = '?';
	while (!text_is_utf8(ret, len, &bad))
		ret[bad] = '?';
}

const char *
remark_after(const char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) == 0 ? line + len : NULL;
}

int
remark_find(
    const char *line, const char *prefix, const char **ret, size_t *ret_len)
{
	size_t len, n = strlen(prefix);
	const char *s = bare(line, &len);

	if (len < n || memcmp(s, prefix, n) != 0)
		return 0;
	*ret = s + n;
	*ret_len = len - n;
	return 1;
}
