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

const struct accepted_form accepted_form = { members, N_MEMBERS };

/* "PREFIX2569.jsonl"; 0 if it is another name. */
static int
year_of(const char *prefix, const char *name)
{
	size_t first = strlen(prefix), i;
	int year = 0;

	if (strncmp(name, prefix, first) != 0)
		return 0;
	for (i = first; i < first + 4; i++) {
		if (!isdigit((unsigned char)name[i]))
			return 0;
		year = year * 10 + (name[i] - '0');
	}
	return strcmp(name + first + 4, ENDING) == 0 ? year : 0;
}

int
accepted_years_of(const char *prefix, const char *dir,
    struct accepted_years *ret, struct err *e)
{
	struct dirent **list = NULL;
	char path[PATH_MAX];
	int i, n, year, rc;

	ret->n = 0;
	if ((rc = file_path(path, sizeof(path), e, "%s/log", dir)) < 0)
		return rc;
	n = scandir(path, &list, NULL, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", path);
	for (i = 0; i < n; i++) {
		year = year_of(prefix, list[i]->d_name);
		if (year > 0 && ret->n < ACCEPTED_YEARS_MAX)
			ret->list[ret->n++] = year;
		else if (year > 0)
			rc = err_set(e, ERR_DAMAGED, 0,
			    "'%s' has more files than years", path);
		free(list[i]);
	}
	free(list);
	return rc;
}

int
accepted_years(const char *dir, struct accepted_years *ret, struct err *e)
{
	return accepted_years_of("", dir, ret, e);
}

int
accepted_path_of(const char *prefix, const char *dir, int year, char *ret,
    size_t size, struct err *e)
{
	return file_path(
	    ret, size, e, "%s/log/%s%04d" ENDING, dir, prefix, year);
}

int
accepted_path(const char *dir, int year, char *ret, size_t size, struct err *e)
{
	return accepted_path_of("", dir, year, ret, size, e);
}

int
accepted_open_of(const char *prefix, const char *dir, int year, int *ret_fd,
    int64_t *ret_size, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, rc;

	rc = accepted_path_of(prefix, dir, year, path, sizeof(path), e);
	if (rc < 0)
		return rc;
	/* written without following links, and so read without */
	fd = open(
	    path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
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
accepted_open(
    const char *dir, int year, int *ret_fd, int64_t *ret_size, struct err *e)
{
	return accepted_open_of("", dir, year, ret_fd, ret_size, e);
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

	if ((rc = file_mkdirs_in(dir, "log", DIR_MODE, e)) < 0 ||
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
	return accepted_parse_form(
	    &accepted_form, text, len, ret, ret_hash_ok, e);
}

int
accepted_tell(struct accepted_chain *c, struct accepted_line *l,
    const char *text, size_t len, struct err *e)
{
	cJSON *line = NULL;
	int rc = accepted_parse_form(c->form, text, len, &line, &l->hash_ok, e);

	if (rc < 0)
		return rc;
	l->at++;
	l->line = line;
	l->chain_ok = line != NULL && json_int(line, "n", 0) == c->n + 1 &&
		      strcmp(json_str(line, "prev"), c->hash) == 0;
	if (line != NULL) {
		c->n = json_int(line, "n", 0);
		snprintf(
		    c->hash, sizeof(c->hash), "%s", json_str(line, "hash"));
	}
	rc = c->each(c->arg, l, e);
	cJSON_Delete(line);
	return rc;
}
