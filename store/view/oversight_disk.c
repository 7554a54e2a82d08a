/* What repositories take on the disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/evidence/evidence_repo.h"
#include "store/view/oversight.h"

#define DEPTH_MAX 8 /* git's own directories are four deep */
#define BLOCK 512   /* st_blocks counts these */
#define FRESH_MS 60000

static int add_dir(int fd, int depth, int64_t *sum, struct err *e);

/* Git makes and removes files meanwhile: what is gone takes no room. */
static int
add_entry(int dir, const char *name, int depth, int64_t *sum, struct err *e)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT
			   ? 0
			   : err_sys(e, "cannot look at '%s'", name);
	*sum += (int64_t)st.st_blocks * BLOCK;
	if (!S_ISDIR(st.st_mode) || depth == DEPTH_MAX)
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", name);
	return add_dir(fd, depth + 1, sum, e);
}

/* fd is taken. */
static int
add_dir(int fd, int depth, int64_t *sum, struct err *e)
{
	const struct dirent *d;
	DIR *dir = fdopendir(fd);
	int rc = 0;

	if (dir == NULL) {
		rc = err_sys(e, "cannot read a directory");
		close(fd);
		return rc;
	}
	while (rc == 0 && (d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = add_entry(fd, d->d_name, depth, sum, e);
	closedir(dir);
	return rc;
}

static int
add_path(const char *path, int64_t *sum, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", path);
	return add_dir(fd, 0, sum, e);
}

/* --- remembered: a hall has many files, and who watches asks often --- */

struct size {
	char *dir;
	char office[8];
	int64_t at_ms, bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct size *sizes;
static size_t n_sizes;

/* Under the lock. NULL: not known yet. */
static struct size *
find_size(const char *dir, const char *office)
{
	for (size_t i = 0; i < n_sizes; i++)
		if (strcmp(sizes[i].office, office) == 0 &&
		    strcmp(sizes[i].dir, dir) == 0)
			return &sizes[i];
	return NULL;
}

static int
remembered(const char *dir, const char *office, int64_t *ret)
{
	const struct size *known;
	int fresh = 0;

	pthread_mutex_lock(&lock);
	known = find_size(dir, office);
	if (known != NULL && clock_mono_ms() - known->at_ms < FRESH_MS) {
		*ret = known->bytes;
		fresh = 1;
	}
	pthread_mutex_unlock(&lock);
	return fresh;
}

/* Under the lock. Without memory for it the next call looks again. */
static struct size *
new_size(const char *dir, const char *office)
{
	struct size *more = realloc(sizes, (n_sizes + 1) * sizeof(*sizes));
	char *copy;

	if (more == NULL)
		return NULL;
	sizes = more;
	if ((copy = strdup(dir)) == NULL)
		return NULL;
	sizes[n_sizes].dir = copy;
	snprintf(sizes[n_sizes].office, sizeof(sizes->office), "%s", office);
	return &sizes[n_sizes++];
}

static void
remember(const char *dir, const char *office, int64_t bytes)
{
	struct size *known;

	if (strlen(office) >= sizeof(known->office))
		return;
	pthread_mutex_lock(&lock);
	if ((known = find_size(dir, office)) != NULL ||
	    (known = new_size(dir, office)) != NULL) {
		known->at_ms = clock_mono_ms();
		known->bytes = bytes;
	}
	pthread_mutex_unlock(&lock);
}

int
oversight_disk(struct store *s, const char *office, int64_t *ret, struct err *e)
{
	const char *dir = store_conf(s)->dir;
	char path[PATH_MAX];
	int64_t sum = 0;
	int rc;

	if (remembered(dir, office, ret))
		return 0;
	if ((rc = file_path(path, sizeof(path), e, "%s/offices/%s.git", dir,
		 office)) < 0 ||
	    (rc = add_path(path, &sum, e)) < 0 ||
	    (rc = evidence_repo_path(dir, 1, office, path, sizeof(path), e)) <
		0 ||
	    (rc = add_path(path, &sum, e)) < 0)
		return rc;
	remember(dir, office, sum);
	*ret = sum;
	return 0;
}
