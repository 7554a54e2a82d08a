#include "client/file/backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/sha256.h"
#include "client/file/backup_place.h"
#include "client/file/gauge.h"
#include "client/lang.h"

#define HEAD_MAX ((size_t)64 * 1024)
#define SUMS_MAX ((size_t)512 * 1024 * 1024)
#define DIRS "directories"
#define SUMS "SHA256SUMS"
#define N_FIRST 3 /* head, signature, list; then what is listed */

struct keeping {
	struct cmd *c;
	const char *token;
	struct backup_place place;
	struct buf head, sig, sums;
	char **lines; /* of sums, in their order */
	size_t n_lines;
	int64_t done;
	struct gauge gauge;
	struct backup_got *ret;
};

/* --- bytes from the daemon --- */

static int
senseless(struct err *e)
{
	return err_set(e, ERR_FAILED, 0,
	    "the daemon's answer to %s makes no sense", "backup.read");
}

static int
ask_part(struct keeping *k, int64_t n, int64_t at, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "token", k->token, e)) < 0 ||
	    (rc = json_put_int(params, "n", n, e)) < 0 ||
	    (rc = json_put_int(params, "at", at, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(k->c, "backup.read", params, ret, e);
}

/* One part appended; *ret_left: what is still to come. */
static int
take_part(struct keeping *k, int64_t n, int64_t at, struct buf *ret,
    int64_t *ret_left, mode_t *ret_mode, struct err *e)
{
	cJSON *part = NULL;
	const char *text;
	size_t before = ret->len;
	int rc;

	if ((rc = ask_part(k, n, at, &part, e)) < 0)
		return rc;
	if ((text = json_str(part, "data")) == NULL)
		rc = senseless(e);
	else if ((rc = base64_read(text, strlen(text), ret, e)) == 0) {
		*ret_left = json_int(part, "size", -1) - at -
			    (int64_t)(ret->len - before);
		*ret_mode = (mode_t)json_int(part, "mode", 0600);
		if (*ret_left < 0 || (*ret_left > 0 && ret->len == before))
			rc = senseless(e);
	}
	cJSON_Delete(part);
	return rc;
}

static int
fetch_buf(
    struct keeping *k, int64_t n, size_t max, struct buf *ret, struct err *e)
{
	int64_t left = 1;
	mode_t mode;
	int rc = 0;

	while (rc == 0 && left > 0) {
		rc = take_part(k, n, (int64_t)ret->len, ret, &left, &mode, e);
		if (rc == 0 && ret->len > max)
			rc = senseless(e);
	}
	return rc;
}

/* --- one file --- */

static int
write_all(int fd, const struct buf *b, const char *path, struct err *e)
{
	const char *s = b->data;
	size_t len = b->len;
	ssize_t n;

	while (len > 0) {
		n = write(fd, s, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_sys(e, "cannot write '%s'", path);
			if (errno == ENOSPC)
				err_hint(e, "make room and try again: what "
					    "was written is used then, and "
					    "the backup before is still "
					    "there");
			return ERR_SYS;
		}
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A key is its owner's alone; of others only what all may read stays so. */
static void
set_mode(int fd, const char *rel, mode_t mode)
{
	int secret = strncmp(rel, "files/keys/", 11) == 0 &&
		     strcmp(rel + strlen(rel) - 4, ".pub") != 0;

	/* a stick's file system may know no modes */
	(void)fchmod(fd, secret ? 0600 : 0600 | (mode & 0044));
}

static int
not_listed(const char *rel, struct err *e)
{
	return err_set(e, ERR_DAMAGED, 0,
	    "the bytes that came for '%s' are not those of the signed list",
	    rel);
}

static int
fetch_into(struct keeping *k, int64_t n, const char *rel, const char *hash,
    int fd, const char *path, struct err *e)
{
	char is[SHA256_HEX];
	struct buf part = BUF_INIT;
	int64_t at = 0, left = 1;
	mode_t mode = 0600;
	struct sha256 h;
	int rc = 0;

	sha256_init(&h);
	while (rc == 0 && left > 0) {
		buf_clear(&part);
		if ((rc = take_part(k, n, at, &part, &left, &mode, e)) < 0)
			break;
		sha256_add(&h, part.data, part.len);
		at += (int64_t)part.len;
		k->done += (int64_t)part.len;
		gauge_set(&k->gauge, k->done);
		rc = write_all(fd, &part, path, e);
	}
	buf_release(&part);
	sha256_end(&h, is);
	if (rc == 0 && strcmp(is, hash) != 0)
		rc = not_listed(rel, e);
	set_mode(fd, rel, mode);
	k->ret->new_files++;
	k->ret->new_bytes += at;
	return rc;
}

static int
fetch_file(struct keeping *k, int64_t n, const char *rel, const char *hash,
    struct err *e)
{
	char path[BACKUP_PLACE_PATH];
	int fd, rc;

	rc = file_path(path, sizeof(path), e, "%s/%s", k->place.part, rel);
	if (rc < 0)
		return rc;
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(e, "cannot create '%s'", path);
	rc = fetch_into(k, n, rel, hash, fd, path, e);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(e, "cannot write '%s'", path);
	if (rc < 0)
		(void)unlink(path);
	return rc;
}

static int
keep_file(struct keeping *k, size_t i, struct err *e)
{
	const char *rel = k->lines[i] + SHA256_HEX + 1;
	char hash[SHA256_HEX];
	int64_t size = 0;
	int have = 0, rc;

	snprintf(hash, sizeof(hash), "%.64s", k->lines[i]);
	rc = backup_place_have(&k->place, rel, hash, &have, &size, e);
	if (rc < 0)
		return rc;
	if (!have)
		return fetch_file(k, (int64_t)i + N_FIRST, rel, hash, e);
	k->done += size;
	gauge_set(&k->gauge, k->done);
	return 0;
}

/* --- the list --- */

static int
is_inside(const char *path)
{
	const char *at;

	if (strcmp(path, DIRS) == 0)
		return 1;
	if (strncmp(path, "files/", 6) != 0 || strlen(path) > 3000)
		return 0;
	for (at = path; *at != '\0'; at += strspn(at, "/")) {
		size_t len = strcspn(at, "/");

		if ((len == 1 && at[0] == '.') ||
		    (len == 2 && memcmp(at, "..", 2) == 0))
			return 0;
		at += len;
	}
	return 1;
}

/* Cuts the list into lines; each leads to a place inside the backup. */
static int
cut_lines(struct keeping *k, struct err *e)
{
	char *at = k->sums.data, *lf;
	size_t n = 0, i;

	if (at == NULL)
		return senseless(e);
	for (i = 0; i < k->sums.len; i++)
		n += k->sums.data[i] == '\n';
	if (n == 0 || (k->lines = calloc(n, sizeof(*k->lines))) == NULL)
		return n == 0 ? senseless(e) : err_nomem(e);
	for (; (lf = strchr(at, '\n')) != NULL; at = lf + 1) {
		*lf = '\0';
		if (strspn(at, "0123456789abcdef") != SHA256_HEX - 1 ||
		    strncmp(at + SHA256_HEX - 1, "  ", 2) != 0 ||
		    !is_inside(at + SHA256_HEX + 1))
			return senseless(e);
		k->lines[k->n_lines++] = at;
	}
	/* a NUL ends the text before its last line */
	if (k->n_lines != n || k->lines[0] == NULL)
		return senseless(e);
	return strcmp(k->lines[0] + SHA256_HEX + 1, DIRS) == 0 ? 0
							       : senseless(e);
}

/* Into the part at once: a directory with such a list is left out of the next
 * backup, should it lie in what is backed up. */
static int
fetch_list(struct keeping *k, const char *want, struct err *e)
{
	char is[SHA256_HEX], path[BACKUP_PLACE_PATH];
	struct sha256 h;
	int rc;

	if ((rc = fetch_buf(k, 0, HEAD_MAX, &k->head, e)) < 0 ||
	    (rc = fetch_buf(k, 1, HEAD_MAX, &k->sig, e)) < 0 ||
	    (rc = fetch_buf(k, 2, SUMS_MAX, &k->sums, e)) < 0)
		return rc;
	sha256_init(&h);
	sha256_add(&h, k->sums.data, k->sums.len);
	sha256_end(&h, is);
	if (want == NULL || strcmp(is, want) != 0)
		return not_listed(SUMS, e);
	if ((rc = file_path(path, sizeof(path), e, "%s/" SUMS, k->place.part)) <
		0 ||
	    (rc = file_write(path, k->sums.data, k->sums.len, 0600, e)) < 0)
		return rc;
	return cut_lines(k, e);
}

/* backup.json at last: where it is not, there is no backup. */
static int
write_head(struct keeping *k, struct err *e)
{
	char path[BACKUP_PLACE_PATH];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/backup.json.sig",
		 k->place.part)) < 0 ||
	    (rc = file_write(path, k->sig.data, k->sig.len, 0600, e)) < 0 ||
	    (rc = file_path(
		 path, sizeof(path), e, "%s/backup.json", k->place.part)) < 0)
		return rc;
	return file_write(path, k->head.data, k->head.len, 0600, e);
}

static int
keep_all(struct keeping *k, const cJSON *head, struct err *e)
{
	size_t i;
	int rc;

	if ((rc = backup_place_begin(&k->place, e)) < 0 ||
	    (rc = fetch_list(k, json_str(head, "sums"), e)) < 0 ||
	    (rc = keep_file(k, 0, e)) < 0 ||
	    (rc = backup_place_dirs(&k->place, e)) < 0)
		return rc;
	for (i = 1; rc == 0 && i < k->n_lines; i++)
		rc = keep_file(k, i, e);
	if (rc < 0 ||
	    (rc = backup_place_strays(&k->place, k->lines, k->n_lines, e)) <
		0 ||
	    (rc = backup_place_sync(&k->place, e)) < 0 ||
	    (rc = write_head(k, e)) < 0)
		return rc;
	return backup_place_swap(&k->place, e);
}

int
backup_file_write(struct cmd *c, const char *dir, const char *token,
    const cJSON *head, struct backup_got *ret, struct err *e)
{
	struct keeping *k = calloc(1, sizeof(*k));
	int rc;

	if (k == NULL)
		return err_nomem(e);
	memset(ret, 0, sizeof(*ret));
	k->c = c;
	k->token = token;
	k->ret = ret;
	if ((rc = backup_place_init(&k->place, dir, e)) == 0) {
		gauge_init(&k->gauge, _("backup"), 0,
		    json_int(head, "bytes", 0), c->json);
		rc = keep_all(k, head, e);
		gauge_end(&k->gauge);
	}
	if (rc == 0)
		rc = file_path(
		    ret->path, sizeof(ret->path), e, "%s", k->place.whole);
	buf_release(&k->head);
	buf_release(&k->sig);
	buf_release(&k->sums);
	free(k->lines);
	free(k);
	return rc;
}

/* --- before it --- */

int
backup_file_check(
    const char *dir, const char *role, const char *code, struct err *e)
{
	char path[BACKUP_PLACE_PATH];
	const char *its_role, *its_code;
	struct buf text = BUF_INIT;
	cJSON *head = NULL;
	int rc;

	if ((rc = file_mkdirs(dir, 0700, e)) < 0 ||
	    (rc = file_path(
		 path, sizeof(path), e, "%s/backup/backup.json", dir)) < 0)
		return rc;
	if (access(dir, W_OK) != 0)
		return err_sys(e, "cannot write into '%s'", dir);
	rc = file_read(path, HEAD_MAX, &text, e);
	if (rc == ERR_NOT_FOUND) {
		buf_release(&text);
		return 0;
	}
	if (rc == 0)
		rc = json_parse(text.data, text.len, HEAD_MAX, &head, e);
	buf_release(&text);
	if (rc < 0)
		return rc;
	its_role = json_str(head, "role");
	its_code = json_str(head, "code");
	if (role == NULL || code == NULL || its_role == NULL ||
	    its_code == NULL || strcmp(role, its_role) != 0 ||
	    strcmp(code, its_code) != 0) {
		rc = err_set(e, ERR_DENIED, 0,
		    "'%s' holds the backup of another: %s", dir,
		    its_code != NULL ? its_code : "?");
		err_hint(e, "name a directory of its own for each machine");
	}
	cJSON_Delete(head);
	return rc;
}
