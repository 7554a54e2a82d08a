#include "store/backup/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/backup/backup_sum.h"
#include "store/backup/backup_tree.h"
#include "store/device.h"
#include "store/sign/sshsig.h"
#include "store/state.h"

#define DB_NAME "pmqa.db"
/* Saves wait no longer than a step takes. */
#define STEP_PAGES 2048
#define SPARE_BYTES (INT64_C(32) * 1024 * 1024)

/* While the database is copied; then only the room remains. */
struct backup {
	char token[BACKUP_TOKEN_LEN + 1];
	int without_keys;
	sqlite3 *to;
	sqlite3_backup *pages;
};

void
backup_free(struct backup *b)
{
	if (b == NULL)
		return;
	(void)sqlite3_backup_finish(b->pages); /* NULL is none */
	(void)sqlite3_close(b->to);
	free(b);
}

/* --- its room --- */

static int
room_path(const struct store *s, const char *token, const char *tail, char *ret,
    size_t size, struct err *e)
{
	return file_path(
	    ret, size, e, "%s/" BACKUP_ROOM "/%s%s", s->conf.dir, token, tail);
}

static int
ended(struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0, "no such backup is under way");
	err_hint(e, "another one was begun meanwhile, or the daemon was "
		    "started anew: begin again");
	return ERR_NOT_FOUND;
}

static int
check_room(const struct store *s, const char *token, struct err *e)
{
	char path[700];
	struct stat st;
	int rc;

	if (token == NULL ||
	    strspn(token, "0123456789abcdef") != BACKUP_TOKEN_LEN ||
	    token[BACKUP_TOKEN_LEN] != '\0')
		return ended(e);
	if ((rc = room_path(s, token, "", path, sizeof(path), e)) < 0)
		return rc;
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return ended(e);
	return 0;
}

int
backup_sweep(struct store *s, struct err *e)
{
	char path[700];
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/" BACKUP_ROOM, s->conf.dir);
	return rc < 0 ? rc : backup_tree_remove(path, e);
}

int
backup_end(struct store *s, const char *token, struct err *e)
{
	int rc = check_room(s, token, e);

	if (rc < 0)
		return rc;
	backup_free(s->backup);
	s->backup = NULL;
	return backup_sweep(s, e);
}

/* --- begin --- */

/* The database's copy is the only thing that takes room. */
static int
check_free(struct store *s, struct err *e)
{
	char path[700];
	struct statvfs v;
	struct stat st;
	int64_t free_bytes;
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/" DB_NAME, s->conf.dir);
	if (rc < 0)
		return rc;
	if (stat(path, &st) != 0 || statvfs(path, &v) != 0)
		return err_sys(e, "cannot look at '%s'", path);
	free_bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	if (free_bytes >= (int64_t)st.st_size + SPARE_BYTES)
		return 0;
	err_set(e, ERR_SYS, ENOSPC,
	    "too little room in '%s' for a copy of the database (%lld MiB)",
	    s->conf.dir, (long long)(st.st_size / (1024 * 1024)) + 1);
	err_hint(e, "make room on this disk: it is needed only until the "
		    "backup is done");
	return ERR_SYS;
}

static int
open_copy(struct store *s, struct backup *b, struct err *e)
{
	char path[700];
	int rc;

	rc = room_path(s, b->token, "/" DB_NAME, path, sizeof(path), e);
	if (rc < 0)
		return rc;
	if (sqlite3_open_v2(path, &b->to,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK ||
	    /* a copy that is cut is of no use anyway */
	    sqlite3_exec(b->to,
		"PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", NULL,
		NULL, NULL) != SQLITE_OK ||
	    (b->pages = sqlite3_backup_init(
		 b->to, "main", db_handle(s->db), "main")) == NULL)
		return err_set(e, ERR_FAILED, 0, "cannot copy the database: %s",
		    sqlite3_errmsg(b->to));
	return 0;
}

static int
token_json(const char *token, cJSON **ret, struct err *e)
{
	cJSON *doc = cJSON_CreateObject();
	int rc = json_put_str(doc, "token", token, e);

	if (rc < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	return rc;
}

int
backup_begin(struct store *s, int without_keys, cJSON **ret, struct err *e)
{
	unsigned char random[BACKUP_TOKEN_LEN / 2];
	struct backup *b;
	char path[700];
	int rc;

	backup_free(s->backup);
	s->backup = NULL;
	if ((rc = backup_sweep(s, e)) < 0 || (rc = check_free(s, e)) < 0)
		return rc;
	if ((b = calloc(1, sizeof(*b))) == NULL)
		return err_nomem(e);
	b->without_keys = without_keys;
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(b->token, sizeof(b->token), random, sizeof(random));
	if ((rc = room_path(s, b->token, "", path, sizeof(path), e)) < 0 ||
	    (rc = file_mkdirs(path, 0700, e)) < 0 ||
	    (rc = open_copy(s, b, e)) < 0 ||
	    (rc = token_json(b->token, ret, e)) < 0) {
		backup_free(b);
		(void)backup_sweep(s, NULL); /* the next begin does it */
		return rc;
	}
	s->backup = b;
	return 0;
}

/* --- step --- */

/* The database is whole: in the same moment all that lies beside it. */
static int
hold_still(struct store *s, const struct backup *b, struct err *e)
{
	char path[700], to[700];
	struct buf dirs = BUF_INIT;
	int rc;

	if ((rc = room_path(
		 s, b->token, "/" BACKUP_FILES, path, sizeof(path), e)) < 0 ||
	    (rc = backup_tree_copy(
		 s->conf.dir, path, b->without_keys, &dirs, e)) < 0 ||
	    (rc = room_path(s, b->token, "/" BACKUP_DIRS, to, sizeof(to), e)) <
		0 ||
	    (rc = file_write(to, buf_str(&dirs), dirs.len, 0600, e)) < 0 ||
	    (rc = room_path(s, b->token, "/" DB_NAME, path, sizeof(path), e)) <
		0 ||
	    (rc = room_path(s, b->token, "/" BACKUP_FILES "/" DB_NAME, to,
		 sizeof(to), e)) < 0)
		goto out;
	if (rename(path, to) != 0)
		rc = err_sys(e, "cannot rename '%s' to '%s'", path, to);
out:
	buf_release(&dirs);
	return rc;
}

static int
close_copy(struct backup *b, struct err *e)
{
	int rc = sqlite3_backup_finish(b->pages);

	b->pages = NULL;
	if (rc == SQLITE_OK)
		rc = sqlite3_close(b->to);
	if (rc != SQLITE_OK)
		return err_set(e, ERR_FAILED, rc,
		    "cannot copy the database: %s", sqlite3_errstr(rc));
	b->to = NULL;
	return 0;
}

static int
step_json(int64_t done, int64_t total, int still, cJSON **ret, struct err *e)
{
	cJSON *doc = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_int(doc, "done", done, e)) < 0 ||
	    (rc = json_put_int(doc, "total", total, e)) < 0 ||
	    (rc = json_put_bool(doc, "still", still, e)) < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	return rc;
}

/* What the writer saves between two steps SQLite puts into the copy, too: both
 * go through the same connection. */
int
backup_step(struct store *s, const char *token, cJSON **ret, struct err *e)
{
	struct backup *b = s->backup;
	int64_t total, left;
	int rc = check_room(s, token, e), got;

	if (rc < 0)
		return rc;
	if (b == NULL || strcmp(b->token, token) != 0)
		return ended(e);
	got = sqlite3_backup_step(b->pages, STEP_PAGES);
	if (got != SQLITE_OK && got != SQLITE_DONE && got != SQLITE_BUSY &&
	    got != SQLITE_LOCKED)
		return err_set(e, got == SQLITE_FULL ? ERR_SYS : ERR_FAILED,
		    got == SQLITE_FULL ? ENOSPC : got,
		    "cannot copy the database: %s", sqlite3_errstr(got));
	total = sqlite3_backup_pagecount(b->pages);
	left = sqlite3_backup_remaining(b->pages);
	if (got == SQLITE_DONE) {
		if ((rc = close_copy(b, e)) < 0 ||
		    (rc = hold_still(s, b, e)) < 0)
			return rc;
		s->backup = NULL;
		backup_free(b);
	}
	return step_json(total - left, total, got == SQLITE_DONE, ret, e);
}

/* --- sum --- */

int
backup_sum(struct store *s, const char *token,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e)
{
	struct backup_sum sum = { .progress = progress, .arg = arg };
	cJSON *doc = NULL;
	char room[700];
	int rc = check_room(s, token, e);

	if (rc < 0 ||
	    (rc = room_path(s, token, "", room, sizeof(room), e)) < 0 ||
	    (rc = backup_sum_make(room, &sum, e)) < 0)
		return rc;
	doc = cJSON_CreateObject();
	if ((rc = json_put_int(doc, "files", sum.files, e)) < 0 ||
	    (rc = json_put_int(doc, "bytes", sum.bytes, e)) < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	return rc;
}

/* --- sign --- */

/* Whether the key that this machine signs with is in it. */
static int
has_key(const struct store *s, const char *room, int *ret, struct err *e)
{
	struct conf c = s->conf;
	char path[800];
	struct stat st;
	int rc;

	if ((rc = file_path(
		 c.dir, sizeof(c.dir), e, "%s/" BACKUP_FILES, room)) < 0 ||
	    (rc = device_key_path(&c, c.device, path, sizeof(path), e)) < 0)
		return rc;
	*ret = lstat(path, &st) == 0;
	return 0;
}

static int
head_json(struct store *s, const char *room, cJSON *doc, struct err *e)
{
	struct backup_sum sum = { 0 };
	char key[KEY_LINE_MAX], now[CLOCK_TEXT];
	int keys = 0, rc;

	if ((rc = backup_sum_read(room, &sum, e)) < 0 ||
	    (rc = has_key(s, room, &keys, e)) < 0)
		return rc;
	key_line(s->key.pub, key);
	clock_rfc3339(now, clock_now(), s->conf.offset_min);
	if ((rc = json_put_int(doc, "format", BACKUP_FORMAT, e)) < 0 ||
	    (rc = json_put_str(doc, "role", conf_role_name(s->conf.role), e)) <
		0 ||
	    (rc = json_put_str(doc, "code", s->conf.code, e)) < 0 ||
	    (rc = json_put_str(doc, "name", s->conf.name, e)) < 0 ||
	    (rc = json_put_str(doc, "device", s->device, e)) < 0 ||
	    (rc = json_put_str(doc, "version", PMQA_VERSION, e)) < 0 ||
	    (rc = json_put_str(doc, "time", now, e)) < 0 ||
	    (rc = json_put_bool(doc, "keys", keys, e)) < 0 ||
	    (rc = json_put_int(doc, "files", sum.files, e)) < 0 ||
	    (rc = json_put_int(doc, "bytes", sum.bytes, e)) < 0 ||
	    (rc = json_put_str(doc, "sums", sum.hash, e)) < 0)
		return rc;
	return json_put_str(doc, "key", key, e);
}

static int
write_signed(struct store *s, const char *room, const cJSON *doc, struct err *e)
{
	struct buf text = BUF_INIT, sig = BUF_INIT;
	char path[800];
	int rc;

	if ((rc = json_write(doc, &text, e)) < 0)
		goto out;
	buf_putc(&text, '\n');
	if ((rc = buf_ok(&text, e)) < 0 ||
	    (rc = sshsig_sign(
		 &s->key, BACKUP_NS, text.data, text.len, &sig, e)) < 0)
		goto out;
	buf_putc(&sig, '\n');
	if ((rc = buf_ok(&sig, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/" BACKUP_HEAD, room)) <
		0 ||
	    (rc = file_write(path, text.data, text.len, 0600, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/" BACKUP_SIG, room)) < 0)
		goto out;
	rc = file_write(path, sig.data, sig.len, 0600, e);
out:
	buf_release(&text);
	buf_release(&sig);
	return rc;
}

int
backup_sign(struct store *s, const char *token, cJSON **ret, struct err *e)
{
	cJSON *doc = NULL;
	char room[700], print[64];
	int rc = check_room(s, token, e);

	if (rc < 0 || (rc = room_path(s, token, "", room, sizeof(room), e)) < 0)
		return rc;
	doc = cJSON_CreateObject();
	key_fingerprint(s->key.pub, print);
	if ((rc = head_json(s, room, doc, e)) < 0 ||
	    (rc = write_signed(s, room, doc, e)) < 0 ||
	    (rc = json_put_str(doc, "fingerprint", print, e)) < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	return rc;
}

/* --- read --- */

static int
read_at(const char *path, int64_t at, char *bytes, size_t *ret_len,
    struct stat *ret, struct err *e)
{
	ssize_t n;
	int fd, rc = 0;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return errno == ENOENT ? ended(e)
				       : err_sys(e, "cannot open '%s'", path);
	do
		n = pread(fd, bytes, BACKUP_PART, (off_t)at);
	while (n < 0 && errno == EINTR);
	if (n < 0 || fstat(fd, ret) != 0)
		rc = err_sys(e, "cannot read '%s'", path);
	else
		*ret_len = (size_t)n;
	close(fd);
	return rc;
}

static int
part_json(const char *bytes, size_t len, const struct stat *st, cJSON **ret,
    struct err *e)
{
	struct buf text = BUF_INIT;
	cJSON *doc = cJSON_CreateObject();
	int rc;

	base64_write(bytes, len, &text);
	if ((rc = buf_ok(&text, e)) < 0 ||
	    (rc = json_put_int(doc, "size", st->st_size, e)) < 0 ||
	    (rc = json_put_int(doc, "mode", st->st_mode & 0777, e)) < 0 ||
	    (rc = json_put_str(doc, "data", buf_str(&text), e)) < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	buf_release(&text);
	return rc;
}

int
backup_read(struct store *s, const char *token, int64_t n, int64_t at,
    cJSON **ret, struct err *e)
{
	static const char *const first[] = { BACKUP_HEAD, BACKUP_SIG,
		BACKUP_SUMS };
	char room[700], path[4200], *bytes;
	struct stat st;
	size_t len = 0;
	int rc = check_room(s, token, e);

	if (rc < 0 || (rc = room_path(s, token, "", room, sizeof(room), e)) < 0)
		return rc;
	if (n < 0 || at < 0)
		return err_set(
		    e, ERR_INVALID, 0, "n: a number from %d on is expected", 0);
	rc = n < 3 ? file_path(path, sizeof(path), e, "%s/%s", room, first[n])
		   : backup_sum_file(room, n - 3, path, sizeof(path), e);
	if (rc < 0)
		return rc;
	if ((bytes = malloc(BACKUP_PART)) == NULL)
		return err_nomem(e);
	if ((rc = read_at(path, at, bytes, &len, &st, e)) == 0)
		rc = part_json(bytes, len, &st, ret, e);
	free(bytes);
	return rc;
}
