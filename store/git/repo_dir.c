/* What repo.h promises about the repository's directory: making it, and
 * clearing what a crash left in it. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/incoming.h"
#include "store/git/repo.h"

#define REPO_PATH_MAX 4096
#define LOCK_AGE_S INT64_C(1)
#define POLL_NS (20L * 1000 * 1000)
#define LITTER_AGE_S INT64_C(86400)
#define SWEEP_DEPTH 6

/*
 * reliability: everything that crosses a door is checked, nothing rewrites or
 * deletes history, nothing repacks beside a writer, every stock git process
 * syncs what it writes. No extensions.*: libgit2 1.5 would refuse the
 * repository.
 */
static const char config_head[] = "[core]\n"
				  "\trepositoryformatversion = 0\n"
				  "\tfilemode = true\n"
				  "\tbare = true\n"
				  "\tlogAllRefUpdates = false\n"
				  "\tfsync = all\n"
				  "\tfsyncMethod = fsync\n"
				  "\thooksPath = /dev/null\n"
				  "[receive]\n"
				  "\tfsckObjects = true\n"
				  "\tdenyNonFastForwards = true\n"
				  "\tdenyDeletes = true\n"
				  "\tdenyDeleteCurrent = refuse\n"
				  "\tunpackLimit = 1\n"
				  "\tmaxInputSize = 64m\n"
				  "\tautogc = false\n"
				  "\tadvertisePushOptions = false\n"
				  "\tshallowUpdate = false\n"
				  "\tupdateServerInfo = false\n"
				  "\tkeepAlive = 5\n"
				  "[transfer]\n"
				  "\tfsckObjects = true\n"
				  "\tunpackLimit = 1\n"
				  "[fetch]\n"
				  "\tfsckObjects = true\n"
				  "\tunpackLimit = 1\n"
				  "\trecurseSubmodules = false\n"
				  "\twriteCommitGraph = false\n"
				  "[uploadpack]\n"
				  "\tallowTipSHA1InWant = false\n"
				  "\tallowReachableSHA1InWant = false\n"
				  "\tallowAnySHA1InWant = false\n"
				  "\tallowFilter = false\n"
				  "[gc]\n"
				  "\tauto = 0\n"
				  "\tautoDetach = false\n"
				  "[maintenance]\n"
				  "\tauto = false\n"
				  "[protocol \"ext\"]\n"
				  "\tallow = never\n"
				  "[gpg]\n"
				  "\tformat = ssh\n";

/* The list of keys for stock `git verify-commit` stands beside the repository,
 * named absolutely because git looks for it from where it is run. */
static int
put_signers(struct buf *out, const char *path, struct err *e)
{
	char parent[REPO_PATH_MAX], *real = NULL, *slash;
	const char *p;
	int rc = 0;

	if ((rc = file_path(parent, sizeof(parent), e, "%s", path)) < 0)
		return rc;
	if ((real = realpath(parent, NULL)) == NULL)
		return err_sys(e, "cannot find '%s'", path);
	if ((slash = strrchr(real, '/')) != NULL)
		*slash = '\0';
	buf_puts(out, "[gpg \"ssh\"]\n\tallowedSignersFile = \"");
	for (p = real; *p != '\0' && rc == 0; p++) {
		if ((unsigned char)*p < 0x20) {
			rc = err_set(e, ERR_INVALID, 0,
			    "path '%s' has a control character", path);
			goto out;
		}
		if (*p == '"' || *p == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *p);
	}
	buf_puts(out, "/allowed_signers\"\n");
	rc = buf_ok(out, e);
out:
	free(real);
	return rc;
}

static int
make_dirs(const char *path, struct err *e)
{
	static const char *const dirs[] = { "objects/info", "objects/pack",
		"refs/heads", "refs/tags" };
	const char *name = strrchr(path, '/');
	char parent[REPO_PATH_MAX];
	size_t i;
	int rc;

	if (name == NULL || name == path || name[1] == '\0')
		return err_set(
		    e, ERR_INVALID, 0, "'%s' cannot be a repository", path);
	if ((rc = file_path(parent, sizeof(parent), e, "%.*s",
		 (int)(name - path), path)) < 0 ||
	    (rc = file_mkdirs_in(parent, name + 1, 0700, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && rc == 0; i++)
		rc = file_mkdirs_in(path, dirs[i], 0700, e);
	return rc;
}

int
repo_config(const char *path, struct buf *ret, struct err *e)
{
	buf_puts(ret, config_head);
	return put_signers(ret, path, e);
}

/*
 * By hand, not by git_repository_init(): no template, no hooks, and each piece
 * synced. HEAD comes last, since it makes the directory a repository; so an
 * interrupted call can be repeated.
 */
int
repo_create(const char *path, const char *head, struct err *e)
{
	struct buf config = BUF_INIT, ref = BUF_INIT;
	char name[REPO_PATH_MAX];
	int rc;

	if ((rc = make_dirs(path, e)) < 0)
		goto out;
	if ((rc = repo_config(path, &config, e)) < 0)
		goto out;
	buf_printf(&ref, "ref: %s\n", head);
	if ((rc = buf_ok(&ref, e)) < 0)
		goto out;
	if ((rc = file_path(name, sizeof(name), e, "%s/config", path)) < 0 ||
	    (rc = file_write(name, config.data, config.len, 0600, e)) < 0)
		goto out;
	if ((rc = file_path(name, sizeof(name), e, "%s/HEAD", path)) < 0)
		goto out;
	rc = file_write(name, ref.data, ref.len, 0600, e);
out:
	buf_release(&config);
	buf_release(&ref);
	return rc;
}

/* LOCK: gone when stale; OLD: when a day old; ALL: whatever it is (what a
 * killed push left in its quarantine). */
enum litter { LITTER_NONE, LITTER_LOCK, LITTER_OLD, LITTER_ALL };

static int
has_prefix(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* file_write() of a pack: its name and six more characters. */
static int
is_unfinished_pack(const char *name)
{
	return has_prefix(name, "pack-") && (strstr(name, ".pack.") != NULL ||
						strstr(name, ".idx.") != NULL);
}

/* Names that we, libgit2 and git give to what is not finished. */
static enum litter
litter_of(const char *name)
{
	size_t len = strlen(name);

	if (len > 5 && strcmp(name + len - 5, ".lock") == 0)
		return LITTER_LOCK;
	if (has_prefix(name, "pack_git2_") ||
	    has_prefix(name, "tmp_object_git2_") ||
	    has_prefix(name, "tmp_pack_") || has_prefix(name, ".tmp-") ||
	    has_prefix(name, "tmp_idx_") || has_prefix(name, "tmp_rev_") ||
	    has_prefix(name, "tmp_obj_") || is_unfinished_pack(name))
		return LITTER_OLD;
	return LITTER_NONE;
}

/*
 * Our own locks are dead, since the caller holds the store's lock; but git may
 * be receiving a push at this moment and hold one for some milliseconds. So a
 * lock is stale when it has stood for a second, by its time or by our watch (a
 * clock may have been set back).
 */
static int
is_stale_lock(const char *path, const struct stat *found)
{
	int64_t until = clock_mono_ms() + LOCK_AGE_S * 1000;
	struct timespec poll = { 0, POLL_NS };
	struct stat st = *found;

	for (;;) {
		if (st.st_mtime < clock_now() - LOCK_AGE_S ||
		    clock_mono_ms() >= until)
			return 1;
		nanosleep(&poll, NULL);
		if (lstat(path, &st) != 0 || st.st_ino != found->st_ino)
			return 0;
	}
}

static int
is_older(const char *path, int64_t age_s)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_mtime < clock_now() - age_s;
}

static int
is_day_old(const char *path)
{
	return is_older(path, LITTER_AGE_S);
}

static int
is_litter(const char *path, enum litter kind)
{
	struct stat st;

	switch (kind) {
	case LITTER_NONE:
		return 0;
	case LITTER_LOCK:
		return lstat(path, &st) == 0 && is_stale_lock(path, &st);
	case LITTER_OLD:
		return is_day_old(path);
	case LITTER_ALL:
		return 1;
	}
	return 0;
}

static int
sweep_file(const char *path, enum litter kind, int *removed, struct err *e)
{
	if (!is_litter(path, kind))
		return 0;
	if (unlink(path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	(*removed)++;
	return 0;
}

static int
is_dir(const char *path, const struct dirent *at)
{
	struct stat st;

	if (at->d_type != DT_UNKNOWN)
		return at->d_type == DT_DIR;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int sweep_dir(
    const char *dir, int depth, enum litter all, int *removed, struct err *e);

static int
sweep_sub_dir(const char *path, const char *name, int depth, enum litter all,
    int *removed, struct err *e)
{
	int rc;

	if (depth == SWEEP_DEPTH)
		return 0;
	if (has_prefix(name, "tmp_objdir-") && is_day_old(path))
		all = LITTER_ALL;
	if ((rc = sweep_dir(path, depth + 1, all, removed, e)) < 0 ||
	    all != LITTER_ALL)
		return rc;
	if (rmdir(path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}

/* Looks at names only, as there may be a hundred thousand objects. */
static int
sweep_dir(
    const char *dir, int depth, enum litter all, int *removed, struct err *e)
{
	char path[REPO_PATH_MAX];
	struct dirent *at;
	DIR *d = opendir(dir);
	int rc = 0;

	if (d == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while (rc == 0 && (at = readdir(d)) != NULL) {
		if (strcmp(at->d_name, ".") == 0 ||
		    strcmp(at->d_name, "..") == 0)
			continue;
		rc = file_path(path, sizeof(path), e, "%s/%s", dir, at->d_name);
		if (rc < 0)
			break;
		if (is_dir(path, at))
			rc = sweep_sub_dir(
			    path, at->d_name, depth, all, removed, e);
		else
			rc = sweep_file(path,
			    all == LITTER_ALL ? all : litter_of(at->d_name),
			    removed, e);
	}
	closedir(d);
	return rc;
}

int
repo_sweep(struct repo *r, int *ret_removed, struct err *e)
{
	int removed = 0;
	int rc = sweep_dir(repo_path(r), 0, LITTER_NONE, &removed, e);

	if (rc == 0)
		*ret_removed = removed;
	return rc;
}

/* Of refs: the lock of a push that was killed while it held it would keep every
 * later one out. */
static int
sweep_ref_locks(const char *dir, int depth, int64_t age_s, struct err *e)
{
	char path[REPO_PATH_MAX];
	struct dirent *at;
	DIR *d = opendir(dir);
	size_t len;
	int rc = 0;

	if (d == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while (rc == 0 && (at = readdir(d)) != NULL) {
		len = strlen(at->d_name);
		if (at->d_name[0] == '.' ||
		    (rc = file_path(
			 path, sizeof(path), e, "%s/%s", dir, at->d_name)) < 0)
			continue;
		if (is_dir(path, at)) {
			if (depth < SWEEP_DEPTH)
				rc = sweep_ref_locks(path, depth + 1, age_s, e);
		} else if (len > 5 &&
			   strcmp(at->d_name + len - 5, ".lock") == 0 &&
			   is_older(path, age_s) && unlink(path) != 0 &&
			   errno != ENOENT) {
			rc = err_sys(e, "cannot remove '%s'", path);
		}
	}
	closedir(d);
	return rc;
}

int
repo_sweep_locks(const char *path, int64_t age_s, struct err *e)
{
	char dir[REPO_PATH_MAX];
	int rc = file_path(dir, sizeof(dir), e, "%s/refs", path);

	return rc < 0 ? rc : sweep_ref_locks(dir, 0, age_s, e);
}

int
repo_sweep_pushes(const char *path, int64_t age_s, struct err *e)
{
	char dir[REPO_PATH_MAX], name[REPO_PATH_MAX];
	struct dirent *at;
	int removed = 0, rc;
	DIR *d;

	if ((rc = repo_sweep_locks(path, age_s, e)) < 0)
		return rc;
	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects", path)) < 0)
		return rc;
	if ((d = opendir(dir)) == NULL)
		return err_sys(e, "cannot open '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while (rc == 0 && (at = readdir(d)) != NULL) {
		if (!has_prefix(at->d_name, "tmp_objdir-"))
			continue;
		rc = file_path(name, sizeof(name), e, "%s/%s", dir, at->d_name);
		if (rc < 0 || !is_older(name, age_s))
			continue;
		rc = sweep_dir(name, 1, LITTER_ALL, &removed, e);
		/* another push may be sweeping too */
		if (rc == 0 && rmdir(name) != 0 && errno != ENOENT)
			rc = err_sys(e, "cannot remove '%s'", name);
	}
	closedir(d);
	return rc;
}

int
incoming_make_dir(
    const char *repo_path, char ret[INCOMING_DIR_MAX], struct err *e)
{
	char pack[REPO_PATH_MAX];
	int rc;

	rc = file_path(ret, INCOMING_DIR_MAX, e,
	    "%s/objects/tmp_objdir-incoming-XXXXXX", repo_path);
	if (rc < 0)
		return rc;
	if (mkdtemp(ret) == NULL)
		return err_sys(e, "cannot make directory '%s'", ret);
	if ((rc = file_path(pack, sizeof(pack), e, "%s/pack", ret)) == 0 &&
	    mkdir(pack, 0700) != 0)
		rc = err_sys(e, "cannot make directory '%s'", pack);
	if (rc < 0)
		(void)rmdir(ret);
	return rc;
}

int
incoming_drop_dir(const char *dir, struct err *e)
{
	int removed = 0, rc;

	if ((rc = sweep_dir(dir, 1, LITTER_ALL, &removed, e)) < 0)
		return rc;
	if (rmdir(dir) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", dir);
	return 0;
}
