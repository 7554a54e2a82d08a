/* The hall's files, and what an office lacks of them. */
#include "store/hall/publish.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "store/record/canon.h"
#include "store/record/record.h"

#define DIR_MODE 0750
#define FILE_MODE 0644
#define PATH_LEN 104
#define NAME_LEN 80 /* of a file; ids have 64 characters */
#define BYTES_MAX ((size_t)8 * 1024 * 1024) /* of one revision */

/* back: what has no file any more is taken back from the offices. Announcements
 * come first: they are what is in a hurry. */
static const struct shared_dir {
	const char *name;
	int back;
} dirs[] = { { "announcements", 1 }, { "cycles", 0 }, { "editions", 0 },
	{ "practices", 1 }, { "wordings", 0 } };
#define N_DIRS (sizeof(dirs) / sizeof(dirs[0]))

struct shared {
	char path[PATH_LEN];
	cJSON *rec;
	struct buf bytes; /* canonical */
	int fixed;        /* never changed where it is already */
};

struct publish_set {
	struct shared *files;
	size_t n;
	int there[N_DIRS]; /* the directory is */
	char **gone;       /* paths of what was taken back */
	size_t n_gone;
};

/* --- files --- */

static int
is_shared(const char *path)
{
	size_t i, len = strcspn(path, "/");

	for (i = 0; i < N_DIRS; i++)
		if (strlen(dirs[i].name) == len &&
		    strncmp(path, dirs[i].name, len) == 0)
			return 1;
	return 0;
}

/* The record path that it is, and where its file lies. */
static int
locate(struct store *s, const char *path, struct record_path *rp,
    char file[PATH_MAX], struct err *e)
{
	int rc = record_path_parse(path, RECORD_HALL, rp, e);

	if (rc < 0)
		return rc;
	if (!is_shared(path))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is not shared with all offices", path);
	return file_path(file, PATH_MAX, e, "%s/%s", store_conf(s)->dir, path);
}

static int
remove_file(const char *file, struct err *e)
{
	char dir[PATH_MAX];

	if (unlink(file) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", file);
	snprintf(
	    dir, sizeof(dir), "%.*s", (int)(strrchr(file, '/') - file), file);
	return access(dir, F_OK) == 0 ? file_sync(dir, e) : 0;
}

int
publish_put(struct store *s, const char *path, const cJSON *rec, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct record_path rp;
	char file[PATH_MAX], dir[PATH_MAX];
	int rc;

	if ((rc = locate(s, path, &rp, file, e)) < 0)
		return rc;
	if (rec == NULL)
		return remove_file(file, e);
	snprintf(
	    dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	if ((rc = record_check(&rp, rec, NULL, e)) < 0 ||
	    (rc = canon_write(rec, &bytes, e)) < 0)
		goto out;
	if (bytes.len > CANON_MAX) {
		rc = err_set(e, ERR_INVALID, 0, "'%s' is longer than %d bytes",
		    path, CANON_MAX);
		goto out;
	}
	if ((rc = file_mkdirs_in(store_conf(s)->dir, dir, DIR_MODE, e)) == 0)
		rc = file_write(file, buf_str(&bytes), bytes.len, FILE_MODE, e);
out:
	buf_release(&bytes);
	return rc;
}

/* A file that people may have touched: everything is checked. */
static int
read_file(struct store *s, const char *path, struct buf *bytes, cJSON **ret,
    struct err *e)
{
	struct record_path rp;
	char file[PATH_MAX];
	cJSON *rec = NULL;
	int rc;

	if ((rc = locate(s, path, &rp, file, e)) < 0)
		return rc;
	rc = file_read(file, CANON_MAX, bytes, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(
		    e, ERR_NOT_FOUND, 0, "there is no '%s' here", path);
	if (rc < 0)
		return rc;
	if ((rc = canon_parse(buf_str(bytes), bytes->len, &rec, e)) == 0)
		rc = record_check(&rp, rec, NULL, e);
	if (rc < 0) {
		err_prepend(e, file);
		cJSON_Delete(rec);
		return rc;
	}
	*ret = rec;
	return 0;
}

int
publish_get(struct store *s, const char *path, cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc = read_file(s, path, &bytes, ret, e);

	buf_release(&bytes);
	return rc;
}

static int
is_json(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && len < NAME_LEN &&
	       strcmp(d->d_name + len - 5, ".json") == 0;
}

typedef int each_file(
    void *arg, const char *path, cJSON *rec, struct buf *bytes, struct err *e);

/* Calls each(), which takes over both, for every file of a directory in byte
 * order. *ret_there: 0 if there is no such directory. */
static int
walk(struct store *s, const char *which, each_file *each, void *arg,
    int *ret_there, struct err *e)
{
	struct dirent **list = NULL;
	char dir[PATH_MAX], path[PATH_LEN];
	struct buf bytes;
	cJSON *rec;
	int i, n, rc;

	rc = file_path(dir, sizeof(dir), e, "%s/%s", store_conf(s)->dir, which);
	if (rc < 0)
		return rc;
	*ret_there = 1;
	/* sorted, so that the same directory gives the same revision */
	if ((n = scandir(dir, &list, is_json, alphasort)) < 0) {
		*ret_there = 0;
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", dir);
	}
	for (i = 0; i < n; i++) {
		if (rc == 0) {
			buf_init(&bytes);
			rec = NULL;
			snprintf(path, sizeof(path), "%s/%.*s", which, NAME_LEN,
			    list[i]->d_name);
			rc = read_file(s, path, &bytes, &rec, e);
			if (rc == 0)
				rc = each(arg, path, rec, &bytes, e);
			else
				buf_release(&bytes);
		}
		free(list[i]);
	}
	free(list);
	return rc;
}

struct teller {
	int (*each)(
	    void *arg, const char *path, const cJSON *rec, struct err *e);
	void *arg;
};

static int
tell_file(
    void *arg, const char *path, cJSON *rec, struct buf *bytes, struct err *e)
{
	struct teller *t = arg;
	int rc = t->each(t->arg, path, rec, e);

	cJSON_Delete(rec);
	buf_release(bytes);
	return rc;
}

int
publish_each(struct store *s, const char *dir,
    int (*each)(void *arg, const char *path, const cJSON *rec, struct err *e),
    void *arg, struct err *e)
{
	struct teller t = { each, arg };
	int there;

	if (!is_shared(dir))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is not shared with all offices", dir);
	return walk(s, dir, tell_file, &t, &there, e);
}

/* --- the set --- */

static int
add_file(
    void *arg, const char *path, cJSON *rec, struct buf *bytes, struct err *e)
{
	struct publish_set *set = arg;
	struct shared *grown =
			  realloc(set->files, (set->n + 1) * sizeof(*grown)),
		      *f;

	if (grown == NULL) {
		cJSON_Delete(rec);
		buf_release(bytes);
		return err_nomem(e);
	}
	set->files = grown;
	f = &grown[set->n++];
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->rec = rec;
	f->bytes = *bytes;
	f->fixed = strncmp(path, "editions/", 9) == 0;
	return 0;
}

int
publish_set_read(struct store *s, struct publish_set **ret, struct err *e)
{
	struct publish_set *set = calloc(1, sizeof(*set));
	size_t i;
	int rc = 0;

	if (set == NULL)
		return err_nomem(e);
	for (i = 0; i < N_DIRS && rc == 0; i++)
		rc = walk(s, dirs[i].name, add_file, set, &set->there[i], e);
	if (rc < 0)
		publish_set_free(set);
	else
		*ret = set;
	return rc;
}

void
publish_set_free(struct publish_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < set->n; i++) {
		cJSON_Delete(set->files[i].rec);
		buf_release(&set->files[i].bytes);
	}
	for (i = 0; i < set->n_gone; i++)
		free(set->gone[i]);
	free(set->gone);
	free(set->files);
	free(set);
}

static const struct shared *
find_file(const struct publish_set *set, const char *path)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (strcmp(set->files[i].path, path) == 0)
			return &set->files[i];
	return NULL;
}

/* 1 if the branch's record is to be written. */
static int
lacks(struct store *s, const struct branch *hall, const struct shared *f,
    struct err *e)
{
	struct buf now = BUF_INIT;
	int rc = store_record(s, hall, f->path, &now, NULL, e);

	if (rc == ERR_NOT_FOUND)
		rc = 1;
	else if (rc == 0)
		rc = !f->fixed &&
		     (now.len != f->bytes.len ||
			 memcmp(now.data, f->bytes.data, now.len) != 0);
	buf_release(&now);
	return rc;
}

/* The set's own copy of a path, kept as long as it: changes borrow it. */
static int
keep_gone(
    struct publish_set *set, const char *path, const char **ret, struct err *e)
{
	char **grown;
	size_t i;

	for (i = 0; i < set->n_gone; i++) {
		if (strcmp(set->gone[i], path) == 0) {
			*ret = set->gone[i];
			return 0;
		}
	}
	grown = realloc(set->gone, (set->n_gone + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	set->gone = grown;
	if ((grown[set->n_gone] = strdup(path)) == NULL)
		return err_nomem(e);
	*ret = grown[set->n_gone++];
	return 0;
}

static void
add_change(
    struct save_change *changes, size_t *n, const char *path, const cJSON *rec)
{
	struct save_change *c = &changes[(*n)++];

	memset(c, 0, sizeof(*c));
	c->path = path;
	c->op = SAVE_WHOLE;
	c->value = rec;
}

/* What the branch has of a directory and the set has not any more. */
static int
take_back(struct publish_set *set, struct store *s, const struct branch *hall,
    const char *dir, struct save_change *changes, size_t max, size_t *n,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	const char *path;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND"
	    " path > ?2 || '/' AND path < ?2 || '0'"
	    " AND bytes IS NOT NULL ORDER BY path",
	    "is", hall->id, dir);
	if (rc < 0)
		return rc;
	while (*n < max && (rc = db_step(db, st, e)) > 0) {
		path = (const char *)sqlite3_column_text(st, 0);
		if (path == NULL || find_file(set, path) != NULL)
			continue;
		if ((rc = keep_gone(set, path, &path, e)) < 0)
			break;
		add_change(changes, n, path, NULL);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
publish_set_missing(struct publish_set *set, struct store *s,
    const struct branch *hall, struct save_change *changes, size_t max,
    size_t *ret_n, int *ret_more, struct err *e)
{
	size_t i, n = 0, bytes = 0;
	int rc;

	for (i = 0; i < N_DIRS; i++) {
		if (!dirs[i].back || !set->there[i])
			continue;
		if ((rc = take_back(
			 set, s, hall, dirs[i].name, changes, max, &n, e)) < 0)
			return rc;
	}
	*ret_more = n == max;
	for (i = 0; i < set->n && !*ret_more; i++) {
		if ((rc = lacks(s, hall, &set->files[i], e)) < 0)
			return rc;
		if (rc == 0)
			continue;
		bytes += set->files[i].bytes.len;
		if (n == max || (n > 0 && bytes > BYTES_MAX))
			*ret_more = 1;
		else
			add_change(
			    changes, &n, set->files[i].path, set->files[i].rec);
	}
	*ret_n = n;
	return 0;
}
