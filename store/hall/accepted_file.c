#include "store/hall/accepted_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sha256.h"

#define ENDING ".jsonl"
#define DIR_MODE 0750
#define LOCK_WAIT_MS 10000
#define LOCK_STEP_US 2000
#define OFFSET_MIN (7 * 60) /* Thailand's one time */

/* In byte order, as they stand in a line. */
static const char *const members[] = { "device", "hash", "n", "new", "office",
	"old", "prev", "reason", "ref", "result", "road", "time" };
#define N_MEMBERS ((int)(sizeof(members) / sizeof(members[0])))

/* "2569.jsonl"; 0 if it is another name. */
static int
year_of(const char *name)
{
	int i, year = 0;

	for (i = 0; i < 4; i++) {
		if (!isdigit((unsigned char)name[i]))
			return 0;
		year = year * 10 + (name[i] - '0');
	}
	return strcmp(name + 4, ENDING) == 0 ? year : 0;
}

static int
is_log(const struct dirent *d)
{
	return strlen(d->d_name) == 4 + sizeof(ENDING) - 1 &&
	       year_of(d->d_name) > 0;
}

int
accepted_years(const char *dir, struct accepted_years *ret, struct err *e)
{
	struct dirent **list = NULL;
	char path[PATH_MAX];
	int i, n, rc;

	ret->n = 0;
	if ((rc = file_path(path, sizeof(path), e, "%s/log", dir)) < 0)
		return rc;
	n = scandir(path, &list, is_log, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", path);
	for (i = 0; i < n; i++) {
		if (ret->n < ACCEPTED_YEARS_MAX)
			ret->list[ret->n++] = year_of(list[i]->d_name);
		else
			rc = err_set(e, ERR_DAMAGED, 0,
			    "'%s' has more files than years", path);
		free(list[i]);
	}
	free(list);
	return rc;
}

int
accepted_path(const char *dir, int year, char *ret, size_t size, struct err *e)
{
	return file_path(ret, size, e, "%s/log/%04d" ENDING, dir, year);
}

int
accepted_open(
    const char *dir, int year, int *ret_fd, int64_t *ret_size, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, rc;

	if ((rc = accepted_path(dir, year, path, sizeof(path), e)) < 0)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fstat(fd, &st) != 0)
		rc = err_sys(e, "cannot look at '%s'", path);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(
		    e, ERR_DAMAGED, 0, "'%s' is not a regular file", path);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	*ret_size = st.st_size;
	return 0;
}

int
accepted_pread(int fd, char *into, size_t len, int64_t from, struct err *e)
{
	size_t at = 0;
	ssize_t n;

	while (at < len) {
		n = pread(fd, into + at, len - at, (off_t)from + (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read the acceptance log");
		if (n == 0)
			return err_set(e, ERR_DAMAGED, 0,
			    "the acceptance log became shorter");
		at += (size_t)n;
	}
	return 0;
}

/* Another process holds it for the time of one write; one that was stopped
 * must not stop all the others for ever. */
int
accepted_lock(const char *dir, int *ret_fd, struct err *e)
{
	int64_t deadline = clock_mono_ms() + LOCK_WAIT_MS;
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/log", dir)) < 0 ||
	    (rc = file_mkdirs(path, DIR_MODE, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/log/lock", dir)) < 0)
		return rc;
	while ((rc = file_lock(path, ret_fd, e)) == ERR_BUSY &&
	       clock_mono_ms() < deadline)
		usleep(LOCK_STEP_US);
	return rc;
}

int
accepted_year(int64_t t)
{
	char text[CLOCK_TEXT];

	clock_rfc3339(text, t, OFFSET_MIN);
	return (int)strtol(text, NULL, 10) + 543;
}

int
accepted_pwrite(int fd, const struct buf *line, int64_t at, struct err *e)
{
	size_t done = 0;
	ssize_t n;

	while (done < line->len) {
		n = pwrite(fd, line->data + done, line->len - done,
		    (off_t)at + (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot write the acceptance log");
		done += (size_t)n;
	}
	return 0;
}

int
accepted_hash(const cJSON *line, char ret[ACCEPTED_HASH], struct err *e)
{
	struct buf text = BUF_INIT;
	cJSON *copy = cJSON_Duplicate(line, 1);
	struct sha256 sha;
	int rc;

	if (copy == NULL)
		return err_nomem(e);
	cJSON_DeleteItemFromObjectCaseSensitive(copy, "hash");
	if ((rc = json_write(copy, &text, e)) == 0 &&
	    (rc = buf_ok(&text, e)) == 0) {
		sha256_init(&sha);
		sha256_add(&sha, text.data, text.len);
		sha256_end(&sha, ret);
	}
	buf_release(&text);
	cJSON_Delete(copy);
	return rc;
}

static int
has_form(const struct accepted_form *f, const cJSON *line)
{
	const cJSON *m = cJSON_IsObject(line) ? line->child : NULL;
	int i;

	for (i = 0; i < f->n; i++, m = m->next) {
		if (m == NULL || strcmp(m->string, f->members[i]) != 0)
			return 0;
		if (strcmp(m->string, "n") == 0 ? !cJSON_IsNumber(m)
						: !cJSON_IsString(m))
			return 0;
	}
	return m == NULL && json_int(line, "n", 0) > 0 &&
	       strlen(json_str(line, "hash")) == ACCEPTED_HASH - 1 &&
	       strlen(json_str(line, "prev")) == ACCEPTED_HASH - 1;
}

/* Written again it must be the same bytes: no second spelling of a line. */
static int
is_canonical(
    const cJSON *line, const char *text, size_t len, int *ret, struct err *e)
{
	struct buf again = BUF_INIT;
	int rc = json_write(line, &again, e);

	if (rc == 0 && (rc = buf_ok(&again, e)) == 0)
		*ret = again.len == len && memcmp(again.data, text, len) == 0;
	buf_release(&again);
	return rc;
}

int
accepted_parse_form(const struct accepted_form *f, const char *text, size_t len,
    cJSON **ret, int *ret_hash_ok, struct err *e)
{
	char hash[ACCEPTED_HASH];
	cJSON *line = NULL;
	struct err why;
	int ok = 0, rc;

	*ret = NULL;
	*ret_hash_ok = 0;
	rc = json_parse(text, len, ACCEPTED_LINE_MAX, &line, &why);
	if (rc == ERR_INVALID || (rc == 0 && !has_form(f, line))) {
		cJSON_Delete(line);
		return 0;
	}
	if (rc < 0) {
		if (e != NULL)
			*e = why;
		return rc;
	}
	if ((rc = is_canonical(line, text, len, &ok, e)) < 0 ||
	    (rc = accepted_hash(line, hash, e)) < 0) {
		cJSON_Delete(line);
		return rc;
	}
	*ret_hash_ok = ok && strcmp(hash, json_str(line, "hash")) == 0;
	*ret = line;
	return 0;
}

int
accepted_parse(
    const char *text, size_t len, cJSON **ret, int *ret_hash_ok, struct err *e)
{
	static const struct accepted_form form = { members, N_MEMBERS };

	return accepted_parse_form(&form, text, len, ret, ret_hash_ok, e);
}
