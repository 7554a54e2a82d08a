#include "store/backup/backup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define DEPTH_MAX 16
#define OPEN_FILES 16
#define TRIES 8 /* while git puts packs in place of others */
#define COPY_BYTES ((size_t)64 * 1024)

struct copying {
	const char *from, *to;
	int without_keys;
	int vanished; /* an object that was listed was gone */
	struct buf *dirs;
	char bytes[COPY_BYTES];
};

struct names {
	char **list;
	size_t n;
};

/* --- what is left out --- */

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static int
ends(const char *s, const char *with)
{
	size_t ls = strlen(s), lw = strlen(with);

	return ls >= lw && strcmp(s + ls - lw, with) == 0;
}

/* "x.git" and what is in it */
static int
is_in_repo(const char *rel)
{
	return strstr(rel, ".git/") != NULL;
}

int
backup_tree_is_left_out(const char *rel)
{
	static const char *const exact[] = { "pmqad.sock", "door.sock", "lock",
		"log/lock", "pmqa.db", "pmqa.db-wal", "pmqa.db-shm",
		"pmqa.db-journal", BACKUP_ROOM };
	static const char *const beginning[] = { "pmqa.db.damaged",
		"pmqa.db.unchecked", "door.sock.", "bundles/", "slots/" };
	const char *name = strrchr(rel, '/');
	size_t i;

	name = name != NULL ? name + 1 : rel;
	for (i = 0; i < sizeof(exact) / sizeof(*exact); i++)
		if (strcmp(rel, exact[i]) == 0)
			return 1;
	for (i = 0; i < sizeof(beginning) / sizeof(*beginning); i++)
		if (begins(rel, beginning[i]))
			return 1;
	/* git's: a lock of a ref, half an object, a push that was not let in */
	return is_in_repo(rel) &&
	       (ends(name, ".lock") || begins(name, "tmp_") ||
		   begins(name, "incoming-"));
}

int
backup_tree_is_secret(const char *rel)
{
	return begins(rel, "keys/") && !ends(rel, ".pub");
}

/* --- names of a directory, in the order in which they are copied --- */

static void
names_release(struct names *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		free(a->list[i]);
	free(a->list);
}

static int
names_add(struct names *a, const char *name, struct err *e)
{
	char **more = realloc(a->list, (a->n + 1) * sizeof(*more));

	if (more == NULL)
		return err_nomem(e);
	a->list = more;
	if ((a->list[a->n] = strdup(name)) == NULL)
		return err_nomem(e);
	a->n++;
	return 0;
}

/* Logs before what they tell of; refs before packed-refs, into which they may
 * move; objects after all that names them; loose ones before the packs into
 * which they may move. */
static int
rank_of(const char *name)
{
	if (strcmp(name, "log") == 0)
		return 0;
	if (strcmp(name, "packed-refs") == 0)
		return 2;
	if (strcmp(name, "objects") == 0)
		return 3;
	return strcmp(name, "pack") == 0 ? 4 : 1;
}

static int
by_rank(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	int d = rank_of(*x) - rank_of(*y);

	return d != 0 ? d : strcmp(*x, *y);
}

static int
list_names(const char *path, struct names *ret, struct err *e)
{
	const struct dirent *entry;
	DIR *d = opendir(path);
	int rc = 0;

	if (d == NULL)
		return err_sys(e, "cannot list '%s'", path);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of its own */
	while (rc == 0 && (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = names_add(ret, entry->d_name, e);
	closedir(d);
	if (rc == 0 && ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_rank);
	return rc;
}

/* --- copying --- */

/* What another process appends to is copied up to its last whole line. */
static int
is_lines(const char *rel)
{
	return ends(rel, ".jsonl") || ends(rel, ".log");
}

static int
write_all(int fd, const char *s, size_t len, const char *path, struct err *e)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, s, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot write '%s'", path);
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
copy_bytes(struct copying *c, int from, int to, const char *rel,
    const char *path, struct err *e)
{
	off_t done = 0, whole = 0;
	ssize_t n;
	int rc;

	while ((n = read(from, c->bytes, sizeof(c->bytes))) != 0) {
		const char *lf;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", rel);
		rc = write_all(to, c->bytes, (size_t)n, path, e);
		if (rc < 0)
			return rc;
		lf = memrchr(c->bytes, '\n', (size_t)n);
		if (lf != NULL)
			whole = done + (lf + 1 - c->bytes);
		done += n;
	}
	if (is_lines(rel) && whole < done && ftruncate(to, whole) != 0)
		return err_sys(e, "cannot write '%s'", path);
	return 0;
}

/* What is gone meanwhile was removed, or moved to where it is copied later. */
static int
gone(struct copying *c, const char *rel)
{
	if (strstr(rel, ".git/objects/") != NULL)
		c->vanished = 1;
	return 0;
}

static int
copy_file(struct copying *c, const char *rel, const char *from, const char *to,
    mode_t mode, struct err *e)
{
	int in, out = -1, rc = 0;

	in = open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (in < 0)
		return errno == ENOENT ? gone(c, rel)
				       : err_sys(e, "cannot open '%s'", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
	/* there already: the directory is gone through a second time */
	if (out < 0 && errno != EEXIST)
		rc = err_sys(e, "cannot create '%s'", to);
	if (out >= 0) {
		rc = copy_bytes(c, in, out, rel, to, e);
		/* whatever umask says: the room is open to nobody else */
		if (rc == 0 && fchmod(out, mode & 0777) != 0)
			rc = err_sys(e, "cannot set the mode of '%s'", to);
		close(out);
	}
	close(in);
	return rc;
}

static int
link_object(struct copying *c, const char *rel, const char *from,
    const char *to, mode_t mode, struct err *e)
{
	if (link(from, to) == 0 || errno == EEXIST)
		return 0;
	if (errno == ENOENT)
		return gone(c, rel);
	/* on another file system, or one that has no links */
	return copy_file(c, rel, from, to, mode, e);
}

static int copy_dir(
    struct copying *c, const char *rel, int depth, struct err *e);

static int
copy_entry(struct copying *c, const char *rel, int depth, struct err *e)
{
	char from[4200], to[4200];
	struct stat st;
	int rc;

	if (backup_tree_is_left_out(rel) ||
	    (c->without_keys && backup_tree_is_secret(rel)))
		return 0;
	if (strpbrk(rel, "\n\\") != NULL)
		return err_set(e, ERR_INVALID, 0,
		    "a file with such a name cannot be backed up: '%s'", rel);
	if ((rc = file_path(from, sizeof(from), e, "%s/%s", c->from, rel)) <
		0 ||
	    (rc = file_path(to, sizeof(to), e, "%s/%s", c->to, rel)) < 0)
		return rc;
	/* through links: offices may have been put on another disk */
	if (stat(from, &st) != 0)
		return errno == ENOENT
			   ? gone(c, rel)
			   : err_sys(e, "cannot look at '%s'", from);
	if (S_ISDIR(st.st_mode))
		return copy_dir(c, rel, depth + 1, e);
	if (!S_ISREG(st.st_mode))
		return 0; /* a socket, a pipe */
	if (strstr(rel, ".git/objects/") != NULL)
		return link_object(c, rel, from, to, st.st_mode, e);
	return copy_file(c, rel, from, to, st.st_mode, e);
}

static int
is_backup(const char *path)
{
	char sums[4300];
	struct stat st;

	return file_path(sums, sizeof(sums), NULL, "%s/" BACKUP_SUMS, path) ==
		   0 &&
	       stat(sums, &st) == 0;
}

/* The names of one directory, as they are now. */
static int
copy_names(struct copying *c, const char *rel, const char *path, int depth,
    struct err *e)
{
	struct names names = { 0 };
	char child[4200];
	size_t i;
	int rc = list_names(path, &names, e);

	for (i = 0; rc == 0 && i < names.n; i++) {
		rc = file_path(child, sizeof(child), e, "%s%s%s", rel,
		    rel[0] != '\0' ? "/" : "", names.list[i]);
		if (rc == 0)
			rc = copy_entry(c, child, depth, e);
	}
	names_release(&names);
	return rc;
}

static int
copy_dir(struct copying *c, const char *rel, int depth, struct err *e)
{
	char from[4200], to[4200];
	int rc, tries;

	if (depth > DEPTH_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "'%s' lies too deep for a backup", rel);
	if ((rc = file_path(from, sizeof(from), e, "%s/%s", c->from, rel)) <
		0 ||
	    (rc = file_path(to, sizeof(to), e, "%s/%s", c->to, rel)) < 0)
		return rc;
	if (is_backup(from))
		return 0;
	if (mkdir(to, 0700) != 0)
		return err_sys(e, "cannot create '%s'", to);
	if (rel[0] != '\0')
		buf_printf(c->dirs, "%s\n", rel);
	c->vanished = 0;
	rc = copy_names(c, rel, from, depth, e);
	/* its packs took another form meanwhile: those there now are taken */
	for (tries = 1; rc == 0 && c->vanished && ends(rel, "/objects/pack");
	     tries++) {
		if (tries == TRIES)
			return err_set(e, ERR_BUSY, 0,
			    "'%s' changed again and again while it was copied",
			    from);
		c->vanished = 0;
		rc = copy_names(c, rel, from, depth, e);
	}
	return rc;
}

int
backup_tree_copy(const char *from, const char *to, int without_keys,
    struct buf *ret_dirs, struct err *e)
{
	struct copying *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_nomem(e);
	c->from = from;
	c->to = to;
	c->without_keys = without_keys;
	c->dirs = ret_dirs;
	if ((rc = copy_dir(c, "", 0, e)) == 0)
		rc = buf_ok(ret_dirs, e);
	free(c);
	return rc;
}

/* --- removing --- */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

int
backup_tree_remove(const char *path, struct err *e)
{
	if (nftw(path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS) != 0 &&
	    errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}
