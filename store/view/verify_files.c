/*
 * The object files' part of verify. Reading an object proves its content, not
 * the checksums that the file carries beside it, and those stop stock git: a
 * pack and its indexes end with a SHA-1 of all before it, a loose object with an
 * Adler-32 of what it unpacks to. And libgit2 must not read a damaged file at
 * all: a loose object can hold it for ever (loose.h), a delta in a pack can lead
 * it past its memory (seen with valgrind on 1.5.1).
 */
#include "store/view/verify_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/git/loose.h"
#include "store/git/sha1.h"

#define CHUNK 65536
#define ENTRIES 16384 /* bytes of a directory at a time */

struct files {
	struct verify *v;
	const char *where;
	char dir[PATH_MAX]; /* objects */
	size_t n_bad;
	struct sha1 *sha1;
	struct verify_kept kept;
};

/* What is found is about the disk, so the advice is too. */
static int
tell(struct files *f, struct err *finding, struct err *e)
{
	err_hint(finding,
	    "the disk may be failing: copy the directory, then fetch this "
	    "history again from the other party");
	f->n_bad++;
	return verify_found(f->v, "error", "object", f->where, finding, e);
}

/* Its times say that nobody wrote it since it was read for the last proof: the
 * time of the last change of a file is nobody's to set. */
static int
is_old(const struct files *f, const struct stat *st)
{
	const struct verify *v = f->v;

	return !v->deep && v->base.time > 0 && st->st_ctime < v->base.time &&
	       st->st_mtime < v->base.time;
}

/* --- packs --- */

/* SHA-1 of all but the last 20 bytes, and those. 1 if they are equal. */
static int
sum_matches(struct sha1 *s, int fd, const char *path, struct err *e)
{
	unsigned char chunk[CHUNK + SHA1_LEN], sum[SHA1_LEN];
	size_t held = 0;
	ssize_t n;
	int rc;

	sha1_begin(s);
	while ((n = read(fd, chunk + held, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", path);
		/* the last 20 bytes wait until more come */
		held += (size_t)n;
		if (held <= SHA1_LEN)
			continue;
		sha1_add(s, chunk, held - SHA1_LEN);
		memmove(chunk, chunk + held - SHA1_LEN, SHA1_LEN);
		held = SHA1_LEN;
	}
	if ((rc = sha1_end(s, sum, e)) < 0)
		return rc;
	return held == SHA1_LEN && memcmp(sum, chunk, SHA1_LEN) == 0;
}

static int
check_sum(struct files *f, const char *name, struct err *e)
{
	struct err finding;
	char path[PATH_MAX];
	struct stat st;
	int fd, rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/%s", f->dir, name)) < 0)
		return rc;
	if (stat(path, &st) == 0 && is_old(f, &st))
		return 0;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT /* replaced by maintenance */
			   ? 0
			   : err_sys(e, "cannot open '%s'", path);
	rc = sum_matches(f->sha1, fd, path, e);
	close(fd);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	err_set(&finding, ERR_DAMAGED, 0,
	    "file '%.300s' of the repository does not match its checksum",
	    name);
	return tell(f, &finding, e);
}

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static int
check_pack_file(
    struct files *f, int dir, const char *sub, const char *name, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	(void)dir;
	if (strncmp(name, "pack-", 5) != 0 ||
	    (!ends_with(name, ".pack") && !ends_with(name, ".idx") &&
		!ends_with(name, ".rev") && !ends_with(name, ".bitmap")))
		return 0;
	if ((rc = file_path(path, sizeof(path), e, "%s/%s", sub, name)) < 0 ||
	    (rc = verify_kept_note(&f->kept, f->dir, name, e)) < 0)
		return rc;
	return check_sum(f, path, e);
}

/* --- loose objects --- */

static int
is_object_name(const char *name)
{
	return strlen(name) == 38 && strspn(name, "0123456789abcdef") == 38;
}

static int
check_loose(
    struct files *f, int dir, const char *sub, const char *name, struct err *e)
{
	unsigned char id[20];
	struct err fault;
	struct stat st;
	char hex[41];
	int rc;

	if (!is_object_name(name))
		return 0;
	f->kept.loose++;
	if (fstatat(dir, name, &st, 0) == 0 && is_old(f, &st))
		return 0;
	snprintf(hex, sizeof(hex), "%.2s%.38s", sub, name);
	if ((rc = commit_unhex(hex, id, e)) < 0 ||
	    (rc = loose_check(f->dir, id, &fault)) == 0)
		return rc;
	if (!verify_is_finding(rc)) {
		if (e != NULL)
			*e = fault;
		return rc;
	}
	return tell(f, &fault, e);
}

/* --- the objects directory --- */

static int
unopened(const struct files *f, const char *sub, struct err *e)
{
	char path[PATH_MAX];
	int saved = errno, rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/%s", f->dir, sub)) < 0)
		return rc;
	errno = saved;
	return err_sys(e, "cannot open '%s'", path);
}

/* As the system gives them: readdir() needs memory and three more calls for each
 * directory, and there are up to 256 in a repository. */
static int
check_entries(struct files *f, int fd, const char *sub,
    int (*check)(struct files *, int, const char *, const char *, struct err *),
    struct err *e)
{
	_Alignas(struct dirent64) char list[ENTRIES];
	const struct dirent64 *at;
	ssize_t n, i;
	int rc = 0;

	while (rc == 0 && (n = getdents64(fd, list, sizeof(list))) != 0) {
		if (n < 0)
			return unopened(f, sub, e);
		for (i = 0; i < n && rc == 0; i += at->d_reclen) {
			/* the lengths of all keep the next one aligned */
			at = (const void *)(list + i);
			if (at->d_name[0] != '.')
				rc = check(f, fd, sub, at->d_name, e);
		}
	}
	return rc;
}

static int
check_dir(struct files *f, int objects, const char *sub,
    int (*check)(struct files *, int, const char *, const char *, struct err *),
    struct err *e)
{
	int fd = openat(objects, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return errno == ENOENT ? 0 : unopened(f, sub, e);
	rc = check_entries(f, fd, sub, check, e);
	close(fd);
	return rc;
}

static int
is_fan(const char *name)
{
	return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

static int
check_fans(struct files *f, DIR *d, struct err *e)
{
	struct dirent *at;
	int rc = 0;

	while (rc == 0 && (at = readdir(d)) != NULL)
		if (is_fan(at->d_name))
			rc = check_dir(f, dirfd(d), at->d_name, check_loose, e);
	return rc;
}

/* Of the 256 only those that are there: after maintenance it is none. */
static int
check_all(struct files *f, struct err *e)
{
	DIR *d = opendir(f->dir);
	int rc;

	if (d == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", f->dir);
	rc = check_dir(f, dirfd(d), "pack", check_pack_file, e);
	if (rc == 0)
		rc = check_fans(f, d, e);
	closedir(d);
	return rc;
}

int
verify_objects(struct verify *v, const char *where, const char *dir,
    const char *office, const char *what, int *ret_readable, int *ret_less,
    struct err *e)
{
	struct files f = {
		.v = v, .where = where, .kept = { .packs = BUF_INIT }
	};
	int rc;

	*ret_less = 0;
	if ((rc = file_path(f.dir, sizeof(f.dir), e, "%s", dir)) == 0 &&
	    (rc = sha1_new(&f.sha1, e)) == 0 && (rc = check_all(&f, e)) == 0 &&
	    what != NULL)
		rc = verify_kept_compare(v, office, what, &f.kept, ret_less, e);
	sha1_free(f.sha1);
	buf_release(&f.kept.packs);
	*ret_readable = rc == 0 && f.n_bad == 0;
	return rc;
}

int
verify_files(
    struct verify *v, const char *office, int *ret_readable, struct err *e)
{
	struct repo *repo = NULL;
	char dir[PATH_MAX];
	int rc;

	if ((rc = store_repo(v->store, office, &repo, e)) < 0)
		return rc;
	/* the offices of a province lie in one repository */
	if (repo_view_of(repo) != NULL &&
	    strncmp(v->province, office, 2) == 0) {
		*ret_readable = v->province_readable;
		v->files_less = v->province_less;
		return 0;
	}
	rc = file_path(dir, sizeof(dir), e, "%s/objects", repo_path(repo));
	if (rc < 0 || (rc = verify_objects(v, office, dir, office, "files",
			   ret_readable, &v->files_less, e)) < 0)
		return rc;
	if (repo_view_of(repo) != NULL) {
		snprintf(v->province, sizeof(v->province), "%.2s", office);
		v->province_readable = *ret_readable;
		v->province_less = v->files_less;
	}
	return 0;
}
