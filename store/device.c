#include "store/device.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"

#define CONF_BYTES_MAX ((size_t)64 * 1024)

int
device_new_key_path(const struct conf *c, char letter, char *ret, size_t size,
    int *ret_has, struct err *e)
{
	struct stat st;
	int rc = file_path(ret, size, e, "%s/keys/device-%c", c->dir, letter);

	if (rc < 0)
		return rc;
	*ret_has = stat(ret, &st) == 0;
	if (!*ret_has && errno != ENOENT)
		return err_sys(e, "cannot look at '%s'", ret);
	return 0;
}

int
device_key_path(
    const struct conf *c, char letter, char *ret, size_t size, struct err *e)
{
	int rc, has = 0;

	if (c->role != ROLE_OFFICE)
		return file_path(ret, size, e, "%s/keys/%s", c->dir,
		    conf_role_name(c->role));
	if ((rc = device_new_key_path(c, letter, ret, size, &has, e)) < 0 ||
	    has)
		return rc;
	return file_path(ret, size, e, "%s/keys/device", c->dir);
}

/* The line "device = a" of section [pmqa]: *ret_from up to *ret_to, its end;
 * without one, the place behind the section's own line. */
static int
find_line(const char *text, size_t *ret_from, size_t *ret_to)
{
	const char *s = text, *end;
	int inside = 0, found = 0;

	for (; *s != '\0'; s = end) {
		end = s + strcspn(s, "\n");
		end += *end == '\n';
		if (*s == '[') {
			inside = strncmp(s, "[pmqa]", 6) == 0;
			if (inside && !found) {
				*ret_from = *ret_to = (size_t)(end - text);
				found = 1;
			}
		} else if (inside && strncmp(s, "device", 6) == 0 &&
			   s[6 + strspn(s + 6, " \t")] == '=') {
			*ret_from = (size_t)(s - text);
			*ret_to = (size_t)(end - text);
			return 1;
		}
	}
	return found;
}

int
device_set_letter(const struct conf *c, char letter, struct err *e)
{
	struct buf old = BUF_INIT, new_ = BUF_INIT;
	size_t from = 0, to = 0;
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/pmqad.conf", c->dir)) <
		0 ||
	    (rc = file_read(path, CONF_BYTES_MAX, &old, e)) < 0)
		goto out;
	if (!find_line(buf_str(&old), &from, &to)) {
		rc = err_set(
		    e, ERR_INVALID, 0, "'%s' has no section [pmqa]", path);
		goto out;
	}
	buf_append(&new_, buf_str(&old), from);
	buf_printf(&new_, "device = %c\n", letter);
	buf_append(&new_, buf_str(&old) + to, old.len - to);
	if ((rc = buf_ok(&new_, e)) == 0)
		rc = file_write(path, buf_str(&new_), new_.len, 0644, e);
out:
	buf_release(&old);
	buf_release(&new_);
	return rc;
}
