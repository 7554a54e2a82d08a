#include "store/git/repo_pins.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/repo.h"

#define PATH_LEN 4096
#define CONFIG_MAX ((size_t)64 * 1024)

static const char *const strangers[] = {
	"objects/info/alternates", /* another repository's objects */
	"objects/info/http-alternates", "info/grafts", "shallow",
	"refs/replace", /* another history than the signed one */
	"config.worktree", "commondir", "gitdir", "hooks", "info/attributes"
};

#define N_STRANGERS (sizeof(strangers) / sizeof(strangers[0]))

/* A directory of our own, not a link to somewhere. */
static int
check_dir(const char *path, struct stat *ret, struct err *e)
{
	if (lstat(path, ret) != 0)
		return err_sys(e, "cannot open '%s'", path);
	if (S_ISDIR(ret->st_mode) && ret->st_uid == geteuid())
		return 0;
	if (S_ISDIR(ret->st_mode))
		err_set(e, ERR_DAMAGED, 0,
		    "repository '%s' belongs to another user", path);
	else
		err_set(e, ERR_DAMAGED, 0,
		    "repository '%s' is no directory but a link or a file",
		    path);
	err_hint(e, "put the directory itself back, owned by the user that "
		    "runs pmqad");
	return ERR_DAMAGED;
}

static int
name(char ret[PATH_LEN], const char *path, const char *what, struct err *e)
{
	return file_path(ret, PATH_LEN, e, "%s/%s", path, what);
}

int
repo_pins_check(const char *path, struct err *e)
{
	char at[PATH_LEN];
	struct stat st;
	size_t i;
	int rc;

	if ((rc = check_dir(path, &st, e)) < 0)
		return rc;
	for (i = 0; i < N_STRANGERS; i++) {
		if ((rc = name(at, path, strangers[i], e)) < 0)
			return rc;
		if (lstat(at, &st) != 0)
			continue;
		err_set(e, ERR_DAMAGED, 0,
		    "the hall's repository has a '%s', which must not be there",
		    strangers[i]);
		err_hint(e, "tell the hall: restarting its pmqad sets that "
			    "aside");
		return ERR_DAMAGED;
	}
	return 0;
}

static void __attribute__((format(printf, 3, 4)))
tell(repo_pins_told *told, void *arg, const char *fmt, ...)
{
	char text[2 * PATH_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	told(arg, text);
}

static int
hold_config(const char *path, repo_pins_told *told, void *arg, struct err *e)
{
	struct buf want = BUF_INIT, have = BUF_INIT;
	char at[PATH_LEN];
	int rc;

	if ((rc = repo_config(path, &want, e)) < 0 ||
	    (rc = name(at, path, "config", e)) < 0)
		goto out;
	rc = file_read(at, CONFIG_MAX, &have, e);
	/* none, or not even a file of a sensible size */
	if (rc == ERR_NOT_FOUND || rc == ERR_INVALID)
		rc = 0;
	if (rc < 0 ||
	    (have.len == want.len &&
		memcmp(buf_str(&have), buf_str(&want), want.len) == 0))
		goto out;
	if ((rc = file_write(at, want.data, want.len, 0600, e)) == 0)
		tell(told, arg, "'%s' was not as pmqad writes it: written anew",
		    at);
out:
	buf_release(&want);
	buf_release(&have);
	return rc;
}

/* Not removed: a person put it there, and may want to know what it was. */
static int
set_aside(const char *path, const char *what, repo_pins_told *told, void *arg,
    struct err *e)
{
	char from[PATH_LEN], to[PATH_LEN], *flat;
	size_t dir_len;
	struct stat st;
	int rc;

	if ((rc = name(from, path, what, e)) < 0)
		return rc;
	if (lstat(from, &st) != 0)
		return 0;
	if ((rc = name(to, path, "set-aside", e)) < 0 ||
	    (rc = file_mkdirs_in(path, "set-aside", 0700, e)) < 0)
		return rc;
	dir_len = strlen(to) + 1;
	if ((rc = file_path(to, sizeof(to), e, "%s/set-aside/%s.%" PRId64, path,
		 what, clock_now())) < 0)
		return rc;
	for (flat = to + dir_len; *flat != '\0'; flat++)
		if (*flat == '/')
			*flat = '-';
	if (rename(from, to) != 0)
		return err_sys(e, "cannot move '%s' to '%s'", from, to);
	tell(told, arg, "'%s' does not belong there: set aside as '%s'", from,
	    to);
	return 0;
}

static int
hold_mode(const char *path, const struct stat *st, repo_pins_told *told,
    void *arg, struct err *e)
{
	if ((st->st_mode & 0077) == 0)
		return 0;
	if (chmod(path, st->st_mode & 0700) != 0)
		return err_sys(e, "cannot take rights from '%s'", path);
	tell(told, arg, "'%s' was open to other users: closed", path);
	return 0;
}

int
repo_pins_hold(const char *path, repo_pins_told *told, void *arg, struct err *e)
{
	struct stat st;
	size_t i;
	int rc;

	if (lstat(path, &st) != 0 && errno == ENOENT)
		return 0;
	if ((rc = check_dir(path, &st, e)) < 0 ||
	    (rc = hold_mode(path, &st, told, arg, e)) < 0 ||
	    (rc = hold_config(path, told, arg, e)) < 0)
		return rc;
	for (i = 0; i < N_STRANGERS; i++)
		if ((rc = set_aside(path, strangers[i], told, arg, e)) < 0)
			return rc;
	return 0;
}
