#include "store/bundle/bundle_room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/bundle/bundle.h"

#define ROOMS "bundles"
#define DISK_SPARE (INT64_C(64) * 1024 * 1024)
#define OPEN_FILES 16

static int
rooms_dir(struct store *s, char *ret, size_t size, struct err *e)
{
	return file_path(ret, size, e, "%s/" ROOMS, store_conf(s)->dir);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	/* what goes at the same time is gone, too */
	return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

int
bundle_room_remove(const struct bundle_room *r, struct err *e)
{
	if (nftw(r->dir, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS) != 0 &&
	    errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", r->dir);
	return 0;
}

static int
is_token(const char *s)
{
	return s != NULL && strspn(s, "0123456789abcdef") == BUNDLE_TOKEN_LEN &&
	       s[BUNDLE_TOKEN_LEN] == '\0';
}

static int
set_room(
    struct store *s, const char *token, struct bundle_room *ret, struct err *e)
{
	char dir[560];
	int rc = rooms_dir(s, dir, sizeof(dir), e);

	if (rc < 0)
		return rc;
	memcpy(ret->token, token, BUNDLE_TOKEN_LEN + 1);
	return file_path(ret->dir, sizeof(ret->dir), e, "%s/%s", dir, token);
}

/* When anything last happened to a room: the younger of it and its file. */
static int64_t
last_used(const struct bundle_room *r)
{
	char path[640];
	struct stat st;
	int64_t t = 0;

	if (stat(r->dir, &st) == 0)
		t = st.st_mtime;
	if (file_path(path, sizeof(path), NULL, "%s/file", r->dir) == 0 &&
	    stat(path, &st) == 0 && st.st_mtime > t)
		t = st.st_mtime;
	return t;
}

int
bundle_room_sweep(struct store *s, int64_t age_s, int *ret_n, struct err *e)
{
	const struct dirent *entry;
	struct bundle_room r;
	char dir[560];
	DIR *d;
	int rc;

	*ret_n = 0;
	if ((rc = rooms_dir(s, dir, sizeof(dir), e)) < 0)
		return rc;
	if ((d = opendir(dir)) == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot list '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a directory stream of its own */
	while (rc == 0 && (entry = readdir(d)) != NULL) {
		if (!is_token(entry->d_name))
			continue;
		if ((rc = set_room(s, entry->d_name, &r, e)) < 0)
			break;
		if (age_s < 0 || last_used(&r) + age_s < clock_now())
			rc = bundle_room_remove(&r, e);
		else
			(*ret_n)++;
	}
	closedir(d);
	return rc;
}

int
bundle_room_make(struct store *s, struct bundle_room *ret, struct err *e)
{
	unsigned char random[BUNDLE_TOKEN_LEN / 2];
	char token[BUNDLE_TOKEN_LEN + 1];
	int rc, n = 0;

	if ((rc = file_mkdirs_in(store_conf(s)->dir, ROOMS, 0700, e)) < 0 ||
	    (rc = bundle_room_sweep(s, BUNDLE_AGE_S, &n, e)) < 0)
		return rc;
	if (n >= BUNDLE_ROOMS_MAX) {
		err_set(e, ERR_BUSY, 0, "%d bundles are under way already", n);
		err_hint(e, "wait until they are done and try again");
		return ERR_BUSY;
	}
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(token, sizeof(token), random, sizeof(random));
	if ((rc = set_room(s, token, ret, e)) < 0)
		return rc;
	if (mkdir(ret->dir, 0700) != 0)
		return err_sys(e, "cannot create '%s'", ret->dir);
	return 0;
}

int
bundle_room_find(
    struct store *s, const char *token, struct bundle_room *ret, struct err *e)
{
	struct stat st;
	int rc;

	if (is_token(token)) {
		if ((rc = set_room(s, token, ret, e)) < 0)
			return rc;
		if (lstat(ret->dir, &st) == 0 && S_ISDIR(st.st_mode))
			return 0;
	}
	err_set(e, ERR_NOT_FOUND, 0, "no such bundle is under way");
	err_hint(e, "begin again: it was ended, or lay still for too long");
	return ERR_NOT_FOUND;
}

int
bundle_room_path(const struct bundle_room *r, const char *name, char *ret,
    size_t size, struct err *e)
{
	return file_path(ret, size, e, "%s/%s", r->dir, name);
}

int
bundle_room_put(const struct bundle_room *r, const char *name,
    const struct buf *text, struct err *e)
{
	char path[640];
	int rc;

	if ((rc = buf_ok(text, e)) < 0 ||
	    (rc = bundle_room_path(r, name, path, sizeof(path), e)) < 0)
		return rc;
	return file_write(path, buf_str(text), text->len, 0600, e);
}

int
bundle_room_get(const struct bundle_room *r, const char *name, size_t max,
    cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[640];
	int rc;

	if ((rc = bundle_room_path(r, name, path, sizeof(path), e)) == 0 &&
	    (rc = file_read(path, max, &text, e)) == 0)
		rc = json_parse(buf_str(&text), text.len, max, ret, e);
	buf_release(&text);
	return rc;
}

int
bundle_room_size(
    const struct bundle_room *r, const char *name, int64_t *ret, struct err *e)
{
	char path[640];
	struct stat st;
	int rc = bundle_room_path(r, name, path, sizeof(path), e);

	if (rc < 0)
		return rc;
	if (stat(path, &st) != 0)
		return errno == ENOENT
			   ? err_set(e, ERR_NOT_FOUND, 0,
				 "the bundle has no file yet")
			   : err_sys(e, "cannot look at '%s'", path);
	*ret = (int64_t)st.st_size;
	return 0;
}

int
bundle_room_read(const struct bundle_room *r, const char *name, int64_t at,
    void *data, size_t len, struct err *e)
{
	char path[640], *to = data;
	int fd, rc = bundle_room_path(r, name, path, sizeof(path), e);
	ssize_t n;

	if (rc < 0)
		return rc;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return err_sys(e, "cannot open '%s'", path);
	while (len > 0 && rc == 0) {
		n = pread(fd, to, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_sys(e, "cannot read '%s'", path);
		else if (n == 0)
			rc = err_set(
			    e, ERR_INVALID, 0, "the bundle ends too early");
		else {
			to += n;
			at += n;
			len -= (size_t)n;
		}
	}
	close(fd);
	return rc;
}

int
bundle_room_write(const struct bundle_room *r, const char *name, int64_t at,
    const void *data, size_t len, struct err *e)
{
	int fd, rc;
	const char *from = data;
	char path[640];
	ssize_t n;

	if ((rc = bundle_room_path(r, name, path, sizeof(path), e)) < 0)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	while (len > 0 && rc == 0) {
		n = pwrite(fd, from, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_sys(e, "cannot write '%s'", path);
		} else {
			from += n;
			at += n;
			len -= (size_t)n;
		}
	}
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(e, "cannot write '%s'", path);
	return rc;
}

int
bundle_room_check_disk(struct store *s, int64_t bytes, struct err *e)
{
	const char *dir = store_conf(s)->dir;
	struct statvfs v;
	int64_t avail;

	if (statvfs(dir, &v) != 0)
		return err_sys(e, "cannot look at the disk of '%s'", dir);
	avail = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	if (avail - DISK_SPARE >= bytes)
		return 0;
	err_set(e, ERR_FAILED, 0,
	    "the disk of this directory has %lld MiB left, the bundle needs "
	    "%lld MiB while it is worked on",
	    (long long)(avail >> 20), (long long)((bytes + DISK_SPARE) >> 20));
	err_hint(e, "make room on the disk, then repeat the command");
	return ERR_FAILED;
}

/* --- the scratch repository --- */

static int
add_objects(struct buf *ret, const char *repo, struct err *e)
{
	char path[700], *real;
	int rc = file_path(path, sizeof(path), e, "%s/objects", repo);

	if (rc < 0)
		return rc;
	/* git takes a path that is not absolute from where the list lies */
	if ((real = realpath(path, NULL)) != NULL)
		buf_printf(ret, "%s\n", real);
	else if (errno != ENOENT)
		rc = err_sys(e, "cannot find '%s'", path);
	free(real);
	return rc;
}

int
bundle_room_make_repo(struct store *s, const struct bundle_room *r,
    const char *office, struct err *e)
{
	const struct conf *c = store_conf(s);
	char path[700], evidence[640];
	struct buf list = BUF_INIT;
	struct repo *own = NULL;
	int rc;

	if ((rc = bundle_room_path(r, "repo.git", path, sizeof(path), e)) < 0 ||
	    /* a HEAD that names nothing: it must not be among the refs */
	    (rc = repo_create(path, "refs/heads/none", e)) < 0 ||
	    (rc = store_repo(s, office, &own, e)) < 0 ||
	    (rc = add_objects(&list, repo_path(own), e)) < 0 ||
	    (rc = evidence_repo_path(c->dir, c->role == ROLE_HALL, office,
		 evidence, sizeof(evidence), e)) < 0 ||
	    (rc = add_objects(&list, evidence, e)) < 0 ||
	    (rc = bundle_room_put(
		 r, "repo.git/objects/info/alternates", &list, e)) < 0)
		goto out;
	rc = bundle_room_path(r, "evidence.git", path, sizeof(path), e);
	if (rc == 0 && symlink("repo.git", path) != 0)
		rc = err_sys(e, "cannot create '%s'", path);
out:
	buf_release(&list);
	return rc;
}

int
bundle_room_set_refs(
    const struct bundle_room *r, const struct buf *refs, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	/* one file, however many refs */
	buf_puts(&text, "# pack-refs with: sorted \n");
	buf_append(&text, buf_str(refs), refs->len);
	if ((rc = buf_ok(refs, e)) == 0)
		rc = bundle_room_put(r, "repo.git/packed-refs", &text, e);
	buf_release(&text);
	return rc;
}
