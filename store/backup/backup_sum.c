#include "store/backup/backup_sum.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/backup/backup.h"
#include "store/backup/backup_tree.h"

#define READ_BYTES ((size_t)256 * 1024)
#define LINE_MAX_BYTES 4300
#define INDEX "index" /* {files, bytes, hash}, then an offset for each line */

/* What stands at the beginning of the index. */
struct index_head {
	int64_t files, bytes;
	char hash[SHA256_HEX];
};

struct listing {
	const char *room;
	struct backup_sum *sum;
	int64_t total;
	struct buf lines, offsets;
};

int
backup_sum_of(
    const char *path, char ret[SHA256_HEX], int64_t *ret_size, struct err *e)
{
	char *bytes = malloc(READ_BYTES);
	struct sha256 h;
	int64_t size = 0;
	ssize_t n;
	int fd, rc = 0;

	if (bytes == NULL)
		return err_nomem(e);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0) {
		rc = err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_SYS,
		    errno, "cannot open '%s': %s", path, strerror(errno));
		free(bytes);
		return rc;
	}
	sha256_init(&h);
	while (rc == 0 && (n = read(fd, bytes, READ_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_sys(e, "cannot read '%s'", path);
		} else {
			sha256_add(&h, bytes, (size_t)n);
			size += n;
		}
	}
	close(fd);
	free(bytes);
	if (rc == 0) {
		sha256_end(&h, ret);
		*ret_size = size;
	}
	return rc;
}

/* --- making it --- */

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int
add_file(struct listing *l, const char *path, struct err *e)
{
	char hash[SHA256_HEX];
	int64_t size = 0, at = (int64_t)l->lines.len;
	int rc = backup_sum_of(path, hash, &size, e);

	if (rc < 0)
		return rc;
	buf_append(&l->offsets, &at, sizeof(at));
	buf_printf(&l->lines, "%s  %s\n", hash, path + strlen(l->room) + 1);
	l->sum->files++;
	l->sum->bytes += size;
	if (l->sum->progress != NULL)
		l->sum->progress(l->sum->arg, l->sum->bytes, l->total);
	return 0;
}

/* Calls with each regular file; add 0: only sizes are summed. */
static int
each_file(struct listing *l, const char *name, int add, struct err *e)
{
	char path[4200];
	char *roots[] = { path, NULL };
	FTS *walk;
	FTSENT *f;
	int rc = file_path(path, sizeof(path), e, "%s/%s", l->room, name);

	if (rc < 0)
		return rc;
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (walk == NULL)
		return err_sys(e, "cannot list '%s'", path);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a walk of its own */
	while (rc == 0 && (f = fts_read(walk)) != NULL) {
		errno = f->fts_errno;
		if (f->fts_info == FTS_DNR || f->fts_info == FTS_ERR ||
		    f->fts_info == FTS_NS)
			rc = err_sys(e, "cannot look at '%s'", f->fts_path);
		else if (f->fts_info == FTS_F && add)
			rc = add_file(l, f->fts_path, e);
		else if (f->fts_info == FTS_F)
			l->total += f->fts_statp->st_size;
	}
	fts_close(walk);
	return rc;
}

static int
write_list(struct listing *l, struct err *e)
{
	struct index_head head = { .files = l->sum->files,
		.bytes = l->sum->bytes };
	struct buf index = BUF_INIT;
	struct sha256 h;
	char path[800];
	int rc;

	sha256_init(&h);
	sha256_add(&h, l->lines.data, l->lines.len);
	sha256_end(&h, l->sum->hash);
	memcpy(head.hash, l->sum->hash, sizeof(head.hash));
	buf_append(&index, &head, sizeof(head));
	buf_append(&index, buf_str(&l->offsets), l->offsets.len);
	if ((rc = buf_ok(&index, e)) < 0 ||
	    (rc = file_path(
		 path, sizeof(path), e, "%s/" BACKUP_SUMS, l->room)) < 0 ||
	    (rc = file_write(path, l->lines.data, l->lines.len, 0600, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/" INDEX, l->room)) < 0)
		goto out;
	rc = file_write(path, index.data, index.len, 0600, e);
out:
	buf_release(&index);
	return rc;
}

int
backup_sum_make(const char *room, struct backup_sum *sum, struct err *e)
{
	struct listing l = { .room = room, .sum = sum };
	int rc;

	sum->files = sum->bytes = 0;
	if ((rc = each_file(&l, BACKUP_FILES, 0, e)) == 0 &&
	    (rc = each_file(&l, BACKUP_DIRS, 1, e)) == 0 &&
	    (rc = each_file(&l, BACKUP_FILES, 1, e)) == 0 &&
	    (rc = buf_ok(&l.lines, e)) == 0 &&
	    (rc = buf_ok(&l.offsets, e)) == 0)
		rc = write_list(&l, e);
	buf_release(&l.lines);
	buf_release(&l.offsets);
	return rc;
}

/* --- reading it --- */

static int
not_ready(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, 0, "the backup has no such file");
}

/* len bytes at this place of room/name; fewer is ERR_NOT_FOUND. */
static int
read_some(const char *room, const char *name, int64_t at, void *ret,
    size_t least, size_t most, ssize_t *ret_n, struct err *e)
{
	char path[800];
	int fd, rc = file_path(path, sizeof(path), e, "%s/%s", room, name);

	if (rc < 0)
		return rc;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? not_ready(e)
				       : err_sys(e, "cannot open '%s'", path);
	do
		*ret_n = pread(fd, ret, most, (off_t)at);
	while (*ret_n < 0 && errno == EINTR);
	if (*ret_n < 0)
		rc = err_sys(e, "cannot read '%s'", path);
	else if ((size_t)*ret_n < least)
		rc = not_ready(e);
	close(fd);
	return rc;
}

int
backup_sum_read(const char *room, struct backup_sum *ret, struct err *e)
{
	struct index_head head;
	ssize_t n;
	int rc;

	rc =
	    read_some(room, INDEX, 0, &head, sizeof(head), sizeof(head), &n, e);
	if (rc < 0)
		return rc;
	ret->files = head.files;
	ret->bytes = head.bytes;
	memcpy(ret->hash, head.hash, sizeof(ret->hash));
	return 0;
}

int
backup_sum_is_inside(const char *path)
{
	const char *at = path;
	size_t len;

	if (path[0] == '\0' || path[0] == '/' || strlen(path) > 3000)
		return 0;
	for (; *at != '\0'; at += strspn(at, "/")) {
		len = strcspn(at, "/");
		if ((len == 1 && at[0] == '.') ||
		    (len == 2 && memcmp(at, "..", 2) == 0))
			return 0;
		at += len;
	}
	return 1;
}

int
backup_sum_line(const char *line, char ret_hash[SHA256_HEX],
    const char **ret_path, struct err *e)
{
	const char *path = line + SHA256_HEX + 1;

	if (strspn(line, "0123456789abcdef") != SHA256_HEX - 1 ||
	    strncmp(line + SHA256_HEX - 1, "  ", 2) != 0 ||
	    (strcmp(path, BACKUP_DIRS) != 0 &&
		strncmp(path, BACKUP_FILES "/", sizeof(BACKUP_FILES "/") - 1) !=
		    0))
		return err_set(e, ERR_DAMAGED, 0,
		    "'%s' has a line that is none of a backup's", BACKUP_SUMS);
	if (!backup_sum_is_inside(path))
		return err_set(e, ERR_DAMAGED, 0,
		    "'%s' names a path that leads elsewhere", BACKUP_SUMS);
	memcpy(ret_hash, line, SHA256_HEX - 1);
	ret_hash[SHA256_HEX - 1] = '\0';
	*ret_path = path;
	return 0;
}

int
backup_sum_file(
    const char *room, int64_t n, char *ret, size_t size, struct err *e)
{
	char line[LINE_MAX_BYTES + 1], hash[SHA256_HEX];
	const char *path = NULL;
	int64_t at = 0;
	ssize_t got;
	int rc;

	if (n > INT64_C(100000000))
		return not_ready(e);
	rc = read_some(room, INDEX,
	    (int64_t)sizeof(struct index_head) + n * (int64_t)sizeof(at), &at,
	    sizeof(at), sizeof(at), &got, e);
	if (rc < 0 || (rc = read_some(room, BACKUP_SUMS, at, line, 1,
			   LINE_MAX_BYTES, &got, e)) < 0)
		return rc;
	line[got] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if ((rc = backup_sum_line(line, hash, &path, e)) < 0)
		return rc;
	return file_path(ret, size, e, "%s/%s", room, path);
}
