#include "store/git/tidy.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "store/git/gitrun.h"

#define PATH_LEN 4096
#define WALL_MS (4L * 3600 * 1000)
#define MIB (INT64_C(1024) * 1024)

static int
ends(const char *name, const char *with)
{
	size_t ln = strlen(name), lw = strlen(with);

	return ln > lw && strcmp(name + ln - lw, with) == 0;
}

static int
is_fan_out(const char *name)
{
	return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

/* Adds what is in one directory of objects; what goes meanwhile is not counted. */
static int
look_at(const char *dir, int is_pack, struct tidy_state *st, struct err *e)
{
	char path[PATH_LEN];
	struct dirent *at;
	struct stat file;
	DIR *d = opendir(dir);
	int rc = 0;

	if (d == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while ((at = readdir(d)) != NULL) {
		rc = file_path(path, sizeof(path), e, "%s/%s", dir, at->d_name);
		if (rc < 0)
			break;
		if (lstat(path, &file) != 0 || !S_ISREG(file.st_mode))
			continue;
		st->bytes += file.st_size;
		st->loose += !is_pack;
		st->packs += is_pack && ends(at->d_name, ".pack");
		st->kept += is_pack && ends(at->d_name, ".keep");
	}
	closedir(d);
	return rc;
}

int
tidy_look(const char *repo, struct tidy_state *ret, struct err *e)
{
	char objects[PATH_LEN], dir[PATH_LEN];
	struct tidy_state st = { 0 };
	struct dirent *at;
	DIR *d;
	int rc;

	rc = file_path(objects, sizeof(objects), e, "%s/objects", repo);
	if (rc < 0)
		return rc;
	if ((d = opendir(objects)) == NULL)
		return err_sys(e, "cannot open '%s'", objects);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while (rc == 0 && (at = readdir(d)) != NULL) {
		int is_pack = strcmp(at->d_name, "pack") == 0;

		if (!is_pack && !is_fan_out(at->d_name))
			continue;
		rc = file_path(
		    dir, sizeof(dir), e, "%s/%s", objects, at->d_name);
		if (rc == 0)
			rc = look_at(dir, is_pack, &st, e);
	}
	closedir(d);
	if (rc == 0)
		*ret = st;
	return rc;
}

int
tidy_is_due(const struct tidy_state *st)
{
	return st->packs - st->kept > TIDY_PACKS || st->loose > TIDY_LOOSE;
}

/* Old and new stand side by side for a while. */
static int
check_room(const char *repo, struct err *e)
{
	struct tidy_state st = { 0 };
	struct statvfs fs;
	int64_t needed, left;
	int rc;

	if ((rc = tidy_look(repo, &st, e)) < 0)
		return rc;
	if (statvfs(repo, &fs) != 0)
		return err_sys(e, "cannot look at '%s'", repo);
	needed = st.bytes / MIB + 16;
	left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize / MIB;
	if (left >= needed)
		return 0;
	err_set(e, ERR_SYS, ENOSPC,
	    "repacking '%s' needs %" PRId64 " MiB on its disk, %" PRId64
	    " are free",
	    repo, needed, left);
	err_hint(e, "make room on this disk: what is there stays as it is");
	return ERR_SYS;
}

int
tidy_run(const char *repo, enum tidy_how how, struct err *e)
{
	/* -k: see tidy.h; the window is said again, as gitrun pins none */
	static const char *const all[] = { "repack", "-a", "-d", "-k", "-l",
		"-q", "--window=10", "--depth=50", "--window-memory=64m",
		NULL };
	static const char *const some[] = { "repack", "--geometric=2", "-d",
		"-l", "-q", "--window=10", "--depth=50", "--window-memory=64m",
		NULL };
	char dir[PATH_LEN];
	int rc;

	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects/pack", repo)) <
		0 ||
	    (rc = check_room(repo, e)) < 0 ||
	    (rc = gitrun_idly(repo, how == TIDY_ALL ? all : some, WALL_MS, e)) <
		0)
		return rc;
	return file_sync(dir, e);
}
