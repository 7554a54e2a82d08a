#include "daemon/receive/receive_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define KEYS_MAX ((size_t)16 * 1024 * 1024) /* some 50,000 devices */
#define LINE_BEGIN "restrict,command=\""

static int
find_user(const char *user, uid_t *ret, struct err *e)
{
	const struct passwd *p;

	errno = 0;
	p = getpwnam(user);
	if (p == NULL && errno != 0)
		return err_sys(e, "cannot look up user '%s'", user);
	if (p == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, 0, "there is no user '%.64s'", user);
	*ret = p->pw_uid;
	return 0;
}

/* Nobody but the user and root can have written it. */
static int
check_owner(int fd, const char *path, uid_t user, mode_t kind, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, "cannot look at '%s'", path);
	if ((st.st_mode & S_IFMT) != kind)
		return err_set(
		    e, ERR_DENIED, 0, "'%s' is not what it should be", path);
	if (st.st_uid != 0 && st.st_uid != user)
		return err_set(e, ERR_DENIED, 0,
		    "'%s' belongs to another user: its keys are not used",
		    path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_DENIED, 0,
		    "others may write '%s': its keys are not used", path);
	return 0;
}

static int
read_all(int fd, const char *path, struct buf *ret, struct err *e)
{
	char chunk[8192];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", path);
		if (ret->len + (size_t)n > KEYS_MAX)
			return err_set(
			    e, ERR_INVALID, 0, "'%s' is too large", path);
		buf_append(ret, chunk, (size_t)n);
	}
	return buf_ok(ret, e);
}

/* By descriptors: what was looked at is what is read. */
static int
read_keys(const char *dir, uid_t user, struct buf *ret, struct err *e)
{
	int top = -1, fd = -1, rc;
	char path[600];

	if ((rc = file_path(path, sizeof(path), e, "%s/authorized_keys", dir)) <
	    0)
		return rc;
	top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0) {
		rc = err_sys(e, "cannot open '%s'", dir);
		goto out;
	}
	if ((rc = check_owner(top, dir, user, S_IFDIR, e)) < 0)
		goto out;
	fd = openat(top, "authorized_keys",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		rc = err_sys(e, "cannot open '%s'", path);
		goto out;
	}
	if ((rc = check_owner(fd, path, user, S_IFREG, e)) == 0)
		rc = read_all(fd, path, ret, e);
out:
	if (fd >= 0)
		close(fd);
	if (top >= 0)
		close(top);
	return rc;
}

static int
write_all(int fd, const char *p, size_t len, struct err *e)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot give the keys to sshd");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
receive_keys(
    const char *dir, const char *user, int fd, int *ret_dropped, struct err *e)
{
	struct buf all = BUF_INIT, good = BUF_INIT;
	const char *s, *end;
	uid_t uid = 0;
	size_t len;
	int rc;

	*ret_dropped = 0;
	if ((rc = find_user(user, &uid, e)) < 0 ||
	    (rc = read_keys(dir, uid, &all, e)) < 0)
		goto out;
	s = buf_str(&all);
	for (end = s + all.len; s < end; s += len) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		len = lf != NULL ? (size_t)(lf - s) + 1 : (size_t)(end - s);
		if (lf != NULL && len > strlen(LINE_BEGIN) &&
		    memcmp(s, LINE_BEGIN, strlen(LINE_BEGIN)) == 0)
			buf_append(&good, s, len);
		else
			(*ret_dropped)++;
	}
	if ((rc = buf_ok(&good, e)) == 0)
		rc = write_all(fd, buf_str(&good), good.len, e);
out:
	buf_release(&all);
	buf_release(&good);
	return rc;
}

int
receive_keys_main(const char *dir, const char *user)
{
	struct err err;
	int dropped = 0, rc;

	memset(&err, 0, sizeof(err));
	openlog("pmqa-receive", LOG_PID, LOG_AUTH);
	rc = receive_keys(dir, user, STDOUT_FILENO, &dropped, &err);
	if (rc < 0) {
		fprintf(stderr, "pmqa-receive: %s\n", err.msg);
		syslog(LOG_ERR, "%s", err.msg);
	} else if (dropped > 0) {
		fprintf(stderr,
		    "pmqa-receive: %d lines of authorized_keys are not ours\n",
		    dropped);
		syslog(LOG_WARNING,
		    "%d lines of authorized_keys are not ours: left out",
		    dropped);
	}
	closelog();
	return rc < 0 ? 1 : 0;
}
