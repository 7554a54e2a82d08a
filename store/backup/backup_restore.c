#include "store/backup/backup_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/backup/backup.h"
#include "store/backup/backup_sum.h"
#include "store/backup/backup_tree.h"

#define LIST_MAX ((size_t)512 * 1024 * 1024)
#define COPY_BYTES ((size_t)256 * 1024)
#define LAST BACKUP_FILES "/pmqad.conf"

struct restoring {
	const char *path, *target;
	int chown; /* to whom the target belonged: root puts it back */
	uid_t uid;
	gid_t gid;
	char *bytes;
};

/* --- the target --- */

static int
is_empty(const char *dir, int *ret, struct err *e)
{
	const struct dirent *entry;
	DIR *d = opendir(dir);

	if (d == NULL)
		return err_sys(e, "cannot list '%s'", dir);
	*ret = 1;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own */
	while ((entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			*ret = 0;
	closedir(d);
	return 0;
}

static int
check_target(struct restoring *r, struct err *e)
{
	struct stat st;
	int empty = 0, rc;

	if (lstat(r->target, &st) != 0) {
		if (errno != ENOENT)
			return err_sys(e, "cannot look at '%s'", r->target);
		return 0;
	}
	if (S_ISDIR(st.st_mode) && (rc = is_empty(r->target, &empty, e)) < 0)
		return rc;
	if (!empty) {
		err_set(e, ERR_CONFLICT, EEXIST,
		    "'%s' is there already and not empty", r->target);
		err_hint(e, "nothing is written over: move it away first, or "
			    "name another directory");
		return ERR_CONFLICT;
	}
	r->chown = geteuid() == 0 && st.st_uid != 0;
	r->uid = st.st_uid;
	r->gid = st.st_gid;
	return 0;
}

static int
give(const struct restoring *r, const char *path, struct err *e)
{
	if (r->chown && lchown(path, r->uid, r->gid) != 0)
		return err_sys(e, "cannot give '%s' to its owner", path);
	return 0;
}

/* --- directories and files --- */

static int
make_dir(const struct restoring *r, const char *rel, struct err *e)
{
	char path[4200];
	int rc = file_path(path, sizeof(path), e, "%s/%s", r->target, rel);

	if (rc < 0)
		return rc;
	if (!backup_sum_is_inside(rel))
		return err_set(e, ERR_DAMAGED, 0,
		    "'%s' names a path that leads elsewhere", BACKUP_DIRS);
	if (mkdir(path, 0700) != 0)
		return err_sys(e, "cannot create '%s'", path);
	return give(r, path, e);
}

static int
make_dirs(const struct restoring *r, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[4200], *line, *next;
	int rc;

	if ((rc = file_path(
		 path, sizeof(path), e, "%s/" BACKUP_DIRS, r->path)) < 0 ||
	    (rc = file_mkdirs(r->target, 0700, e)) < 0 ||
	    (rc = file_read(path, LIST_MAX, &text, e)) < 0)
		goto out;
	line = text.data;
	for (; rc == 0 && line != NULL && *line != '\0'; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		line[len] = '\0';
		rc = make_dir(r, line, e);
	}
out:
	buf_release(&text);
	return rc;
}

/* A medium without modes gives all files all bits: what must stay secret does
 * not depend on it. */
static mode_t
mode_of(const char *rel, mode_t had)
{
	if (backup_tree_is_secret(rel) || strcmp(rel, "pmqa.db") == 0 ||
	    strstr(rel, ".git/") != NULL)
		return 0600;
	return 0600 | (had & 0044);
}

static int
copy_out(struct restoring *r, int in, int out, const char *path,
    struct sha256 *h, struct err *e)
{
	ssize_t n, put, done;

	while ((n = read(in, r->bytes, COPY_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", path);
		sha256_add(h, r->bytes, (size_t)n);
		for (done = 0; done < n; done += put) {
			put = write(out, r->bytes + done, (size_t)(n - done));
			if (put < 0 && errno == EINTR)
				put = 0;
			if (put < 0)
				return err_sys(e, "cannot write '%s'", path);
		}
	}
	return 0;
}

static int
restore_file(
    struct restoring *r, const char *hash, const char *rel, struct err *e)
{
	const char *name = rel + sizeof(BACKUP_FILES);
	char from[4200], to[4200], is[SHA256_HEX];
	struct sha256 h;
	struct stat st;
	int in = -1, out = -1, rc;

	if ((rc = file_path(from, sizeof(from), e, "%s/%s", r->path, rel)) <
		0 ||
	    (rc = file_path(to, sizeof(to), e, "%s/%s", r->target, name)) < 0)
		return rc;
	sha256_init(&h);
	if ((in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0 ||
	    fstat(in, &st) != 0)
		rc = err_sys(e, "cannot open '%s'", from);
	else if ((out = open(
		      to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0 ||
		 fchmod(out, mode_of(name, st.st_mode)) != 0)
		rc = err_sys(e, "cannot create '%s'", to);
	else
		rc = copy_out(r, in, out, to, &h, e);
	sha256_end(&h, is);
	if (rc == 0 && strcmp(is, hash) != 0)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "'%s' changed while it was restored", from);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return rc < 0 ? rc : give(r, to, e);
}

/* All files, pmqad.conf as the last one: without it no daemon starts there. */
static int
restore_files(struct restoring *r, char *list, struct err *e)
{
	char hash[SHA256_HEX], last[SHA256_HEX] = "", *line, *next;
	const char *rel = NULL;
	int rc = 0;

	for (line = list; rc == 0 && *line != '\0'; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		line[len] = '\0';
		if ((rc = backup_sum_line(line, hash, &rel, e)) < 0 ||
		    strcmp(rel, BACKUP_DIRS) == 0)
			continue;
		if (strcmp(rel, LAST) == 0)
			memcpy(last, hash, sizeof(last));
		else
			rc = restore_file(r, hash, rel, e);
	}
	if (rc == 0)
		rc = restore_file(r, last, LAST, e);
	return rc;
}

static int
sync_target(const char *target, struct err *e)
{
	int fd, rc = 0;

	if ((fd = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_sys(e, "cannot open '%s'", target);
	if (syncfs(fd) != 0)
		rc = err_sys(e, "cannot write '%s'", target);
	close(fd);
	return rc;
}

static int
restore_all(struct restoring *r, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[4200];
	char *list = NULL;
	int rc;

	if ((r->bytes = malloc(COPY_BYTES)) == NULL)
		return err_nomem(e);
	if ((rc = make_dirs(r, e)) < 0 ||
	    (rc = file_path(
		 path, sizeof(path), e, "%s/" BACKUP_SUMS, r->path)) < 0 ||
	    (rc = file_read(path, LIST_MAX, &text, e)) < 0)
		goto out;
	if ((list = buf_take(&text)) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = restore_files(r, list, e)) == 0)
		rc = sync_target(r->target, e);
out:
	free(list);
	free(r->bytes);
	buf_release(&text);
	return rc;
}

static int
not_whole(const cJSON *doc, struct err *e)
{
	const cJSON *first = cJSON_GetArrayItem(json_get(doc, "findings"), 0);

	err_set(e, ERR_DAMAGED, 0,
	    "the backup is damaged and is not restored: '%s'",
	    json_str(first, "where"));
	err_hint(e, "see all of it with pmqa backup check, and use an older "
		    "backup");
	return ERR_DAMAGED;
}

int
backup_restore(const char *dir, const char *target, cJSON **ret, struct err *e)
{
	struct restoring r = { .target = target };
	cJSON *doc = NULL;
	int rc;

	if ((rc = check_target(&r, e)) < 0 ||
	    (rc = backup_check(dir, &doc, e)) < 0)
		return rc;
	r.path = json_str(doc, "path");
	if (!json_bool(doc, "ok", 0))
		rc = not_whole(doc, e);
	else if ((rc = restore_all(&r, e)) == 0)
		rc = json_put_str(doc, "target", target, e);
	if (rc == 0)
		*ret = doc;
	else
		cJSON_Delete(doc);
	return rc;
}
