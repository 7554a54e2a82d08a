#include "client/file/bundle_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/sha256.h"
#include "client/file/gauge.h"
#include "client/file/parts.h"
#include "client/lang.h"

#define PART_MAX ((size_t)256 * 1024)
#define SIZE_MAX_BYTES (INT64_C(4) * 1024 * 1024 * 1024 - 1)

/* --- to the daemon --- */

struct sending {
	struct cmd *c;
	const char *path;
	int fd;
	int64_t size, part_bytes;
	int parts;
	char *bytes;
	char *token;
	struct gauge gauge;
};

static int
open_file(struct sending *s, struct err *e)
{
	struct stat st;

	/* without O_NONBLOCK a FIFO would hang us */
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (s->fd < 0 && errno == ENOENT)
		return err_set(
		    e, ERR_NOT_FOUND, ENOENT, "'%s' does not exist", s->path);
	if (s->fd < 0)
		return err_sys(e, "cannot open '%s'", s->path);
	if (fstat(s->fd, &st) != 0)
		return err_sys(e, "cannot look at '%s'", s->path);
	if (!S_ISREG(st.st_mode))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' is not a regular file", s->path);
	if (st.st_size > SIZE_MAX_BYTES)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is larger than any bundle may be", s->path);
	s->size = (int64_t)st.st_size;
	return 0;
}

static int
begin(struct sending *s, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *begun = NULL;
	const char *token;
	int rc;

	if ((rc = json_put_int(params, "size", s->size, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(s->c, "bundle.begin", params, &begun, e)) < 0)
		return rc;
	token = json_str(begun, "token");
	s->parts = (int)json_int(begun, "parts", 0);
	s->part_bytes = json_int(begun, "part_bytes", 0);
	if (token == NULL || strlen(token) >= BUNDLE_FILE_TOKEN ||
	    s->part_bytes < 1 || s->part_bytes > (int64_t)PART_MAX ||
	    s->parts != (s->size + s->part_bytes - 1) / s->part_bytes)
		rc = err_set(e, ERR_FAILED, 0,
		    "the daemon's answer to %s makes no sense", "bundle.begin");
	else
		snprintf(s->token, BUNDLE_FILE_TOKEN, "%s", token);
	cJSON_Delete(begun);
	return rc;
}

/* Up to len bytes at this place; fewer is a change of the file. */
static int
read_at(struct sending *s, int64_t at, size_t len, struct err *e)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		n = pread(
		    s->fd, s->bytes + got, len - got, (off_t)at + (off_t)got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", s->path);
		if (n == 0)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' changed while it was read", s->path);
		got += (size_t)n;
	}
	return 0;
}

static int
send_part(struct sending *s, int n, int64_t *ret_id, struct err *e)
{
	int64_t at = (n - 1) * s->part_bytes;
	size_t len = (size_t)(s->size - at < s->part_bytes ? s->size - at
							   : s->part_bytes);
	cJSON *params = cJSON_CreateObject();
	struct buf text = BUF_INIT;
	int rc;

	if ((rc = read_at(s, at, len, e)) == 0) {
		base64_write(s->bytes, len, &text);
		rc = buf_ok(&text, e);
	}
	if (rc < 0 || (rc = json_put_str(params, "token", s->token, e)) < 0 ||
	    (rc = json_put_int(params, "n", n, e)) < 0 ||
	    (rc = json_put_str(params, "data", buf_str(&text), e)) < 0)
		cJSON_Delete(params);
	else
		rc = cmd_send(s->c, "bundle.part", params, ret_id, e);
	buf_release(&text);
	return rc;
}

/* One part is always under way while the daemon writes the one before. */
static int
send_parts(struct sending *s, struct err *e)
{
	int64_t id = 0, next = 0;
	cJSON *done = NULL;
	int n, rc;

	if ((rc = send_part(s, 1, &id, e)) < 0)
		return rc;
	for (n = 1; n <= s->parts; n++) {
		if (n < s->parts && (rc = send_part(s, n + 1, &next, e)) < 0)
			return rc;
		if ((rc = cmd_wait(s->c, id, &done, e)) < 0)
			return rc;
		cJSON_Delete(done);
		done = NULL;
		gauge_set(
		    &s->gauge, n == s->parts ? s->size : n * s->part_bytes);
		id = next;
	}
	return 0;
}

int
bundle_file_send(
    struct cmd *c, const char *path, char ret[BUNDLE_FILE_TOKEN], struct err *e)
{
	struct sending s = { .c = c, .path = path, .fd = -1, .token = ret };
	int rc;

	if ((s.bytes = malloc(PART_MAX)) == NULL)
		return err_nomem(e);
	if ((rc = open_file(&s, e)) == 0 && (rc = begin(&s, e)) == 0) {
		gauge_init(&s.gauge, path, 0, s.size, c->json);
		rc = send_parts(&s, e);
		gauge_end(&s.gauge);
	}
	if (s.fd >= 0)
		close(s.fd);
	free(s.bytes);
	return rc;
}

/* --- from the daemon --- */

struct writing {
	struct cmd *c;
	const cJSON *packed;
	const char *token, *sha256;
	char *path;
	char dir[BUNDLE_FILE_PATH], tmp[BUNDLE_FILE_PATH];
	int fd;
	int64_t size, done;
	int parts;
	struct sha256 hash;
	struct gauge gauge;
};

static int
exists(const char *path, struct err *e)
{
	err_set(e, ERR_CONFLICT, EEXIST, "'%s' is there already", path);
	err_hint(e, "give another name, or a directory");
	return ERR_CONFLICT;
}

int
bundle_file_check(const char *to, struct err *e)
{
	char copy[BUNDLE_FILE_PATH];
	const char *dir;
	struct stat st;
	int rc;

	if (stat(to, &st) == 0 && S_ISDIR(st.st_mode))
		return access(to, W_OK) == 0
			   ? 0
			   : err_sys(e, "cannot write into '%s'", to);
	if (lstat(to, &st) == 0)
		return exists(to, e);
	if ((rc = file_path(copy, sizeof(copy), e, "%s", to)) < 0)
		return rc;
	dir = dirname(copy);
	return access(dir, W_OK) == 0
		   ? 0
		   : err_sys(e, "cannot write into '%s'", dir);
}

static int
safe_name(const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	return n > 0 && n < 128 && s[0] != '.' && s[0] != '-' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

static int
take_packed(struct writing *w, struct err *e)
{
	w->token = json_str(w->packed, "token");
	w->sha256 = json_str(w->packed, "sha256");
	w->size = json_int(w->packed, "size", 0);
	w->parts = (int)json_int(w->packed, "parts", 0);
	if (w->token == NULL || w->sha256 == NULL || w->size < 1 ||
	    w->parts < 1 || !safe_name(json_str(w->packed, "name")))
		return err_set(e, ERR_FAILED, 0,
		    "the daemon's answer to %s makes no sense", "bundle.pack");
	return 0;
}

/* "pmqa-…-130512.bundle"; "pmqa-…-130512-2.bundle" when that is there. */
static int
own_name(struct writing *w, const char *dir, struct err *e)
{
	const char *name = json_str(w->packed, "name");
	const char *end = strstr(name, ".bundle");
	int stem = (int)(end != NULL ? (size_t)(end - name) : strlen(name));
	struct stat st;
	int n, rc;

	rc = file_path(w->path, BUNDLE_FILE_PATH, e, "%s/%s", dir, name);
	for (n = 2; rc == 0 && n < 100 && lstat(w->path, &st) == 0; n++)
		rc = file_path(w->path, BUNDLE_FILE_PATH, e, "%s/%.*s-%d%s",
		    dir, stem, name, n, name + stem);
	return rc;
}

/* A file beside the one to be: a stick that is pulled too early must not have
 * a half one under the name. */
static int
open_output(struct writing *w, const char *to, struct err *e)
{
	char copy[BUNDLE_FILE_PATH];
	struct stat st;
	int rc, is_dir = stat(to, &st) == 0 && S_ISDIR(st.st_mode);

	rc = is_dir ? own_name(w, to, e)
		    : file_path(w->path, BUNDLE_FILE_PATH, e, "%s", to);
	if (rc < 0 ||
	    (rc = file_path(copy, sizeof(copy), e, "%s", w->path)) < 0)
		return rc;
	if (lstat(w->path, &st) == 0)
		return exists(w->path, e);
	if ((rc = file_path(w->dir, sizeof(w->dir), e, "%s", dirname(copy))) <
		0 ||
	    (rc = file_path(
		 w->tmp, sizeof(w->tmp), e, "%s/pmqa-XXXXXX", w->dir)) < 0) {
		w->tmp[0] = '\0';
		return rc;
	}
	if ((w->fd = mkostemp(w->tmp, O_CLOEXEC)) < 0) {
		w->tmp[0] = '\0';
		return err_sys(e, "cannot create '%s'", w->path);
	}
	return 0;
}

static int
ask_part(void *arg, int n, int64_t *ret_id, struct err *e)
{
	const struct writing *w = arg;
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "token", w->token, e)) < 0 ||
	    (rc = json_put_int(params, "n", n, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_send(w->c, "bundle.read", params, ret_id, e);
}

static int
write_all(struct writing *w, const char *s, size_t len, struct err *e)
{
	ssize_t n;

	while (len > 0) {
		n = write(w->fd, s, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot write '%s'", w->path);
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
take_part(void *arg, const cJSON *part, struct err *e)
{
	struct writing *w = arg;
	const char *text = json_str(part, "data");
	struct buf data = BUF_INIT;
	int rc;

	if (text == NULL)
		return err_set(e, ERR_FAILED, 0,
		    "the daemon's answer to %s makes no sense", "bundle.read");
	rc = base64_read(text, strlen(text), &data, e);
	if (rc == 0) {
		sha256_add(&w->hash, data.data, data.len);
		w->done += (int64_t)data.len;
		rc = write_all(w, data.data, data.len, e);
	}
	buf_release(&data);
	if (rc == 0)
		gauge_set(&w->gauge, w->done);
	return rc;
}

static int
not_the_same(const struct writing *w, struct err *e)
{
	err_set(e, ERR_DAMAGED, 0,
	    "what was written to '%s' reads back as something else", w->path);
	err_hint(e, "the stick may be broken: use another one");
	return ERR_DAMAGED;
}

/* From the medium, not from memory, as far as the system lets us. */
static int
read_back(struct writing *w, struct err *e)
{
	char found[SHA256_HEX], *bytes = malloc(PART_MAX);
	int64_t at = 0;
	struct sha256 h;
	ssize_t n;
	int rc = 0;

	if (bytes == NULL)
		return err_nomem(e);
	(void)posix_fadvise(w->fd, 0, 0, POSIX_FADV_DONTNEED);
	sha256_init(&h);
	while (at < w->size && rc == 0) {
		n = pread(w->fd, bytes, PART_MAX, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_sys(e, "cannot read '%s'", w->path);
		else if (n == 0)
			break;
		else
			sha256_add(&h, bytes, (size_t)n);
		at += n;
	}
	free(bytes);
	sha256_end(&h, found);
	if (rc == 0 && strcmp(found, w->sha256) != 0)
		rc = not_the_same(w, e);
	return rc;
}

static int
set_mode(struct writing *w, struct err *e)
{
	mode_t mask = umask(0);

	umask(mask);
	/* a stick's file system may know no modes */
	if (fchmod(w->fd, 0666 & ~mask) != 0 && errno != EPERM &&
	    errno != ENOTSUP)
		return err_sys(e, "cannot set the mode of '%s'", w->path);
	return 0;
}

static int
finish(struct writing *w, struct err *e)
{
	char found[SHA256_HEX];
	struct stat st;
	int rc;

	sha256_end(&w->hash, found);
	if (strcmp(found, w->sha256) != 0 || w->done != w->size)
		return err_set(e, ERR_DAMAGED, 0,
		    "the bytes that came are not those of the bundle");
	if (fsync(w->fd) != 0)
		return err_sys(e, "cannot write '%s'", w->path);
	if ((rc = read_back(w, e)) < 0 || (rc = set_mode(w, e)) < 0)
		return rc;
	if (renameat2(AT_FDCWD, w->tmp, AT_FDCWD, w->path, RENAME_NOREPLACE) !=
	    0) {
		if (errno == EEXIST)
			return exists(w->path, e);
		/* a file system that cannot do it so */
		if (errno != EINVAL || lstat(w->path, &st) == 0 ||
		    rename(w->tmp, w->path) != 0)
			return err_sys(e, "cannot create '%s'", w->path);
	}
	w->tmp[0] = '\0';
	return file_sync(w->dir, e);
}

int
bundle_file_write(struct cmd *c, const cJSON *packed, const char *to,
    char ret[BUNDLE_FILE_PATH], struct err *e)
{
	struct writing *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL)
		return err_nomem(e);
	w->c = c;
	w->packed = packed;
	w->path = ret;
	w->fd = -1;
	sha256_init(&w->hash);
	if ((rc = take_packed(w, e)) == 0 &&
	    (rc = open_output(w, to, e)) == 0) {
		gauge_init(
		    &w->gauge, json_str(packed, "name"), 0, w->size, c->json);
		rc = parts_fetch(w->c, 1, w->parts, ask_part, take_part, w, e);
		gauge_end(&w->gauge);
		if (rc == 0)
			rc = finish(w, e);
	}
	if (w->fd >= 0)
		close(w->fd);
	if (w->tmp[0] != '\0')
		(void)unlink(w->tmp);
	free(w);
	return rc;
}
