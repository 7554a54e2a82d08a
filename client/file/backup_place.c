#include "client/file/backup_place.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"

#define OPEN_FILES 16
#define READ_BYTES ((size_t)256 * 1024)
#define DIRS_MAX ((size_t)64 * 1024 * 1024)

int
backup_place_init(struct backup_place *p, const char *dir, struct err *e)
{
	int rc;

	p->dir = dir;
	if ((rc = file_path(p->whole, sizeof(p->whole), e, "%s/backup", dir)) <
		0 ||
	    (rc = file_path(
		 p->part, sizeof(p->part), e, "%s/backup.part", dir)) < 0)
		return rc;
	return file_path(p->old, sizeof(p->old), e, "%s/backup.old", dir);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

static int
remove_all(const char *path, struct err *e)
{
	if (nftw(path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS) != 0 &&
	    errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}

static int
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int
drop(const char *dir, const char *name, struct err *e)
{
	char path[BACKUP_PLACE_PATH];
	int rc = file_path(path, sizeof(path), e, "%s/%s", dir, name);

	if (rc == 0 && unlink(path) != 0 && errno != ENOENT)
		rc = err_sys(e, "cannot remove '%s'", path);
	return rc;
}

int
backup_place_begin(struct backup_place *p, struct err *e)
{
	char files[BACKUP_PLACE_PATH];
	int rc;

	/* cut between the two renames of a swap */
	if (exists(p->old)) {
		if (exists(p->whole))
			rc = remove_all(p->old, e);
		else
			rc = rename(p->old, p->whole) == 0
				 ? 0
				 : err_sys(e, "cannot rename '%s' to '%s'",
				       p->old, p->whole);
		if (rc < 0)
			return rc;
	}
	if ((rc = file_path(files, sizeof(files), e, "%s/files", p->part)) <
		0 ||
	    (rc = file_mkdirs(files, 0700, e)) < 0 ||
	    (rc = drop(p->part, "backup.json", e)) < 0)
		return rc;
	return drop(p->part, "backup.json.sig", e);
}

int
backup_place_dirs(const struct backup_place *p, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[BACKUP_PLACE_PATH], *line, *next;
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/directories", p->part)) <
		0 ||
	    (rc = file_read(path, DIRS_MAX, &text, e)) < 0)
		goto out;
	line = text.data;
	for (; rc == 0 && line != NULL && *line != '\0'; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		line[len] = '\0';
		rc = file_path(
		    path, sizeof(path), e, "%s/files/%s", p->part, line);
		if (rc == 0 && mkdir(path, 0700) != 0 && errno != EEXIST)
			rc = err_sys(e, "cannot create '%s'", path);
	}
out:
	buf_release(&text);
	return rc;
}

/* 1: a regular file with these bytes. What cannot be read is not: it is sent
 * anew. */
static int
has_bytes(const char *path, const char *hash, int64_t *ret_size)
{
	char is[SHA256_HEX] = "", *bytes = malloc(READ_BYTES);
	struct sha256 h;
	int64_t size = 0;
	ssize_t n = -1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (bytes != NULL && fd >= 0) {
		sha256_init(&h);
		while ((n = read(fd, bytes, READ_BYTES)) != 0) {
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				break;
			sha256_add(&h, bytes, (size_t)n);
			size += n;
		}
		sha256_end(&h, is);
	}
	if (fd >= 0)
		close(fd);
	free(bytes);
	*ret_size = size;
	return n == 0 && strcmp(is, hash) == 0;
}

int
backup_place_have(const struct backup_place *p, const char *rel,
    const char *hash, int *ret, int64_t *ret_size, struct err *e)
{
	char part[BACKUP_PLACE_PATH], whole[BACKUP_PLACE_PATH];
	int rc;

	if ((rc = file_path(part, sizeof(part), e, "%s/%s", p->part, rel)) <
		0 ||
	    (rc = file_path(whole, sizeof(whole), e, "%s/%s", p->whole, rel)) <
		0)
		return rc;
	*ret = has_bytes(part, hash, ret_size);
	if (*ret)
		return 0;
	if (unlink(part) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", part);
	/* without links it is sent again */
	*ret = has_bytes(whole, hash, ret_size) && link(whole, part) == 0;
	return 0;
}

static const char *
path_of(const char *line)
{
	return line + SHA256_HEX + 1;
}

static int
by_path(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(path_of(*x), path_of(*y));
}

static int
to_path(const void *key, const void *line)
{
	const char *const *y = line;

	return strcmp(key, path_of(*y));
}

int
backup_place_strays(
    const struct backup_place *p, char **lines, size_t n, struct err *e)
{
	char path[BACKUP_PLACE_PATH];
	char *roots[] = { path, NULL };
	const FTSENT *f;
	FTS *walk;
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/files", p->part);
	if (rc < 0)
		return rc;
	qsort(lines, n, sizeof(*lines), by_path);
	if ((walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)) == NULL)
		return err_sys(e, "cannot list '%s'", path);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a walk of its own */
	while (rc == 0 && (f = fts_read(walk)) != NULL)
		if (f->fts_info != FTS_D && f->fts_info != FTS_DP &&
		    bsearch(f->fts_path + strlen(p->part) + 1, lines, n,
			sizeof(*lines), to_path) == NULL &&
		    unlink(f->fts_path) != 0)
			rc = err_sys(e, "cannot remove '%s'", f->fts_path);
	fts_close(walk);
	return rc;
}

int
backup_place_sync(const struct backup_place *p, struct err *e)
{
	int fd, rc = 0;

	if ((fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_sys(e, "cannot open '%s'", p->dir);
	if (syncfs(fd) != 0)
		rc = err_sys(e, "cannot write '%s'", p->dir);
	close(fd);
	return rc;
}

static int
move(const char *from, const char *to, struct err *e)
{
	return rename(from, to) == 0
		   ? 0
		   : err_sys(e, "cannot rename '%s' to '%s'", from, to);
}

int
backup_place_swap(const struct backup_place *p, struct err *e)
{
	int rc;

	if (renameat2(AT_FDCWD, p->part, AT_FDCWD, p->whole, RENAME_EXCHANGE) ==
	    0) {
		/* the one before has the part's name now */
		rc = backup_place_sync(p, e);
		return rc < 0 ? rc : remove_all(p->part, e);
	}
	if (exists(p->whole) && (rc = move(p->whole, p->old, e)) < 0)
		return rc;
	if ((rc = move(p->part, p->whole, e)) < 0 ||
	    (rc = backup_place_sync(p, e)) < 0)
		return rc;
	return remove_all(p->old, e);
}
