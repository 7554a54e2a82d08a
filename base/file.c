#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* close() that keeps the errno of what went wrong before. */
static void
close_quietly(int fd)
{
	int saved = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = saved;
}

/* Reads to the end of fd, at most max bytes. */
static int
read_all(int fd, const char *path, size_t max, struct buf *ret, struct err *e)
{
	char chunk[16384];
	size_t sum = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", path);
		if (n == 0)
			return buf_ok(ret, e);
		sum += (size_t)n;
		if (sum > max)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' is larger than %zu bytes", path, max);
		buf_append(ret, chunk, (size_t)n);
	}
}

int
file_read(const char *path, size_t max, struct buf *ret, struct err *e)
{
	size_t before = ret->len;
	struct stat st;
	int fd, rc;

	/* without O_NONBLOCK a FIFO put in the file's place would hang us */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return err_set(
		    e, ERR_NOT_FOUND, ENOENT, "'%s' does not exist", path);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fstat(fd, &st) != 0)
		rc = err_sys(e, "cannot look at '%s'", path);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(
		    e, ERR_INVALID, 0, "'%s' is not a regular file", path);
	else
		rc = read_all(fd, path, max, ret, e);
	close_quietly(fd);
	if (rc < 0 && !ret->failed && ret->len > before) {
		ret->len = before;
		ret->data[before] = '\0';
	}
	return rc;
}

static int
write_all(int fd, const char *path, const char *data, size_t len, struct err *e)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot write '%s'", path);
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The directory part of a path: "." where it has none. */
static int
parent_of(const char *path, char *ret, size_t size, struct err *e)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return file_path(ret, size, e, ".");
	if (slash == path)
		return file_path(ret, size, e, "/");
	return file_path(ret, size, e, "%.*s", (int)(slash - path), path);
}

/* Content and mode into the open temporary file, down to the disk. */
static int
fill(int fd, const char *path, const void *data, size_t len, unsigned mode,
    struct err *e)
{
	int rc;

	if (fchmod(fd, (mode_t)mode) != 0)
		return err_sys(e, "cannot set the mode of '%s'", path);
	if ((rc = write_all(fd, path, data, len, e)) < 0)
		return rc;
	if (fsync(fd) != 0)
		return err_sys(e, "cannot sync '%s'", path);
	return 0;
}

int
file_write(const char *path, const void *data, size_t len, unsigned mode,
    struct err *e)
{
	char tmp[PATH_MAX], dir[PATH_MAX];
	int fd, rc;

	if ((rc = parent_of(path, dir, sizeof(dir), e)) < 0 ||
	    (rc = file_path(tmp, sizeof(tmp), e, "%s.XXXXXX", path)) < 0)
		return rc;
	if ((fd = mkostemp(tmp, O_CLOEXEC)) < 0)
		return err_sys(e, "cannot create '%s'", path);
	rc = fill(fd, path, data, len, mode, e);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(e, "cannot write '%s'", path);
	if (rc == 0 && rename(tmp, path) != 0)
		rc = err_sys(e, "cannot rename '%s' to '%s'", tmp, path);
	if (rc < 0) {
		(void)unlink(tmp);
		return rc;
	}
	return file_sync(dir, e);
}

/* One directory of file_mkdirs(); its parent is there. */
static int
make_dir(const char *path, unsigned mode, struct err *e)
{
	char parent[PATH_MAX];
	struct stat st;
	int rc;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = ENOTDIR;
		return err_sys(e, "cannot make directory '%s'", path);
	}
	if (mkdir(path, (mode_t)mode) != 0) {
		if (errno == EEXIST && stat(path, &st) == 0 &&
		    S_ISDIR(st.st_mode))
			return 0; /* another process was first */
		return err_sys(e, "cannot make directory '%s'", path);
	}
	if ((rc = parent_of(path, parent, sizeof(parent), e)) < 0)
		return rc;
	return file_sync(parent, e);
}

/* From the part of path that begins at from. */
static int
make_dirs(const char *path, size_t from, unsigned mode, struct err *e)
{
	char part[PATH_MAX];
	char *p;
	int rc;

	if ((rc = file_path(part, sizeof(part), e, "%s", path)) < 0)
		return rc;
	for (p = part + from; *p != '\0'; p++) {
		if (*p != '/' || p[-1] == '/')
			continue;
		*p = '\0';
		if ((rc = make_dir(part, mode, e)) < 0)
			return rc;
		*p = '/';
	}
	if (p > part + 1 && p[-1] == '/')
		return 0;
	return make_dir(part, mode, e);
}

int
file_mkdirs(const char *path, unsigned mode, struct err *e)
{
	if (path[0] == '\0')
		return err_set(e, ERR_INVALID, 0, "empty path");
	return make_dirs(path, 1, mode, e);
}

int
file_mkdirs_in(const char *dir, const char *below, unsigned mode, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if (dir[0] == '\0' || below[0] == '\0')
		return err_set(e, ERR_INVALID, 0, "empty path");
	rc = file_path(path, sizeof(path), e, "%s/%s", dir, below);
	return rc < 0 ? rc : make_dirs(path, strlen(dir) + 1, mode, e);
}

int
file_sync(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = 0;

	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fsync(fd) != 0)
		rc = err_sys(e, "cannot sync '%s'", path);
	close_quietly(fd);
	return rc;
}

int
file_lock(const char *path, int *ret_fd, struct err *e)
{
	int fd, rc = 0;

	fd = open(
	    path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*ret_fd = fd;
		return 0;
	}
	if (errno == EWOULDBLOCK)
		rc = err_set(e, ERR_BUSY, errno,
		    "'%s' is held by another process", path);
	else
		rc = err_sys(e, "cannot lock '%s'", path);
	close_quietly(fd);
	return rc;
}

int
file_path(char *buf, size_t size, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size)
		return err_set(e, ERR_INVALID, 0,
		    "path '%.60s...' is longer than %zu bytes", buf, size - 1);
	return 0;
}

static int
is_dir(const char *base, const char *below)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s%s", base, below) >=
	    (int)sizeof(path))
		return 0;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The directory that the running program is in. */
static int
program_dir(char ret[PATH_MAX], struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);
	char *slash;

	if (n < 0)
		return err_sys(e, "cannot read '%s'", "/proc/self/exe");
	ret[n] = '\0';
	/* a program replaced while it runs ends in " (deleted)": the directory
	 * is right all the same */
	slash = strrchr(ret, '/');
	if (slash == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, 0, "the program's own place is unknown");
	*slash = '\0';
	return 0;
}

/* 1 if the last parts of dir match the pattern ("/tests/" + any name: "*"). */
static int
ends_with(const char *dir, const char *pattern)
{
	char all[64];

	(void)snprintf(all, sizeof(all), "*%s", pattern);
	return fnmatch(all, dir, 0) == 0;
}

/*
 * The bin directory of the build tree that this program runs from: its own
 * directory, the one above bin/lib, or the one beside tests/ and bench/. 0 if
 * it runs from no build tree.
 */
static int
build_bin(const char *dir, char ret[PATH_MAX])
{
	static const struct {
		const char *in, *way;
	} places[] = { { "/bin", "" }, { "/bin/lib", "/.." },
		{ "/tests/[a-z]*", "/../../bin" }, { "/bench", "/../bin" } };
	char bin[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!ends_with(dir, places[i].in) ||
		    snprintf(bin, sizeof(bin), "%s%s", dir, places[i].way) >=
			(int)sizeof(bin))
			continue;
		if (is_dir(bin, "/lib") && is_dir(bin, "/share/locale"))
			return realpath(bin, ret) != NULL;
	}
	return 0;
}

static int
is_program_name(const char *s)
{
	return s[0] != '\0' && s[0] != '-' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
}

int
file_own(char *buf, size_t size, const char *which, struct err *e)
{
	char dir[PATH_MAX], bin[PATH_MAX];
	int built, rc;

	if ((rc = program_dir(dir, e)) < 0)
		return rc;
	built = build_bin(dir, bin);
	if (strcmp(which, "lib") == 0)
		return built ? file_path(buf, size, e, "%s/lib", bin)
			     : file_path(buf, size, e, PMQA_PREFIX "/lib/pmqa");
	if (strcmp(which, "editions") == 0)
		return built ? file_path(buf, size, e, "%s/share/editions", bin)
			     : file_path(buf, size, e,
				   PMQA_PREFIX "/share/pmqa/editions");
	if (strcmp(which, "locale") == 0)
		return built ? file_path(buf, size, e, "%s/share/locale", bin)
			     : file_path(
				   buf, size, e, PMQA_PREFIX "/share/locale");
	if (!is_program_name(which))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' is not one of our files", which);
	return file_path(
	    buf, size, e, "%s/%s", built ? bin : PMQA_PREFIX "/bin", which);
}
