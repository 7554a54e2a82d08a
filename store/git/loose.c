#include "store/git/loose.h"

#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "store/git/inflate.h"
#include "store/sign/commit.h"

/* Nothing that the project writes is nearly as large. */
#define FILE_MAX ((size_t)32 * 1024 * 1024)
#define OBJECT_MAX ((size_t)64 * 1024 * 1024)

/* "blob 123\0" and 123 bytes: libgit2 reads the number as it stands. */
static int
fits_header(const struct buf *object)
{
	static const char *const types[] = { "commit", "tree", "blob", "tag" };
	const char *s = buf_str(object);
	char head[32];
	size_t i, n, body;

	n = strnlen(s, object->len);
	if (n == object->len)
		return 0;
	body = object->len - n - 1;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		snprintf(head, sizeof(head), "%s %zu", types[i], body);
		if (strcmp(head, s) == 0)
			return 1;
	}
	return 0;
}

int
loose_check(const char *objects_dir, const unsigned char id[20], struct err *e)
{
	struct buf file = BUF_INIT, object = BUF_INIT;
	char path[PATH_MAX], hex[41];
	int rc;

	commit_hex(id, hex);
	if ((rc = file_path(path, sizeof(path), e, "%s/%.2s/%s", objects_dir,
		 hex, hex + 2)) < 0)
		return rc;
	if (access(path, F_OK) != 0) /* in a pack, or nowhere */
		return 0;
	if ((rc = file_read(path, FILE_MAX, &file, e)) < 0)
		goto out;
	rc = inflate_zlib(buf_str(&file), file.len, OBJECT_MAX, &object, e);
	if (rc == 0 && fits_header(&object))
		goto out;
	if (rc == 0 || rc == ERR_INVALID) {
		rc = err_set(e, ERR_DAMAGED, 0,
		    "file '%s' is not a whole git object", path);
		err_hint(e,
		    "the disk may be failing: keep a copy of the directory, "
		    "then run pmqa verify");
	}
out:
	buf_release(&file);
	buf_release(&object);
	return rc;
}
