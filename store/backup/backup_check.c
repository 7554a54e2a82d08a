#include "store/backup/backup_check.h"

#include <errno.h>
#include <fts.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/backup/backup.h"
#include "store/backup/backup_sum.h"
#include "store/backup/backup_tree.h"
#include "store/git/gitrun.h"
#include "store/sign/sshsig.h"

#define HEAD_MAX ((size_t)64 * 1024)
#define SUMS_MAX ((size_t)512 * 1024 * 1024)
#define FINDINGS_MAX 200
#define FSCK_MS (60L * 60 * 1000)
#define REPO_HEAD ".git/HEAD"

struct checking {
	const char *path; /* of the whole backup */
	cJSON *doc, *findings;
	char *sums;      /* text of SHA256SUMS, its line ends made NUL */
	size_t sums_len; /* of it */
	int64_t n_listed, n_there;
};

/* --- where it is --- */

static int
has_head(const char *dir)
{
	char path[4200];
	struct stat st;

	return file_path(path, sizeof(path), NULL, "%s/" BACKUP_HEAD, dir) ==
		   0 &&
	       stat(path, &st) == 0;
}

static int
no_backup(const char *dir, struct err *e)
{
	char path[4200];
	struct stat st;

	if (file_path(path, sizeof(path), NULL, "%s/backup.part", dir) == 0 &&
	    stat(path, &st) == 0) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "'%s' holds only a backup that was cut", dir);
		err_hint(e, "run pmqa backup again: it goes on with what is "
			    "there");
	} else {
		err_set(e, ERR_NOT_FOUND, 0, "there is no backup in '%s'", dir);
		err_hint(e, "name the directory that was given to pmqa "
			    "backup");
	}
	return ERR_NOT_FOUND;
}

/* The directory of the whole backup in dir (dir/backup, or dir itself). */
static int
find_whole(const char *dir, char *ret, size_t size, struct err *e)
{
	static const char *const names[] = { "/backup", "/backup.old", "" };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if ((rc = file_path(ret, size, e, "%s%s", dir, names[i])) < 0)
			return rc;
		if (has_head(ret))
			return 0;
	}
	return no_backup(dir, e);
}

/* --- findings --- */

static int
found(struct checking *k, const char *where, const struct err *fault,
    struct err *e)
{
	cJSON *obj;
	int rc;

	if (cJSON_GetArraySize(k->findings) >= FINDINGS_MAX)
		return 0;
	obj = cJSON_CreateObject();
	if ((rc = json_push(k->findings, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "where", where, e)) < 0 ||
	    (rc = json_put_str(obj, "what", fault->msg, e)) < 0)
		return rc;
	return json_put_str(obj, "what_th", fault->th, e);
}

/* --- the signed head --- */

static int
read_of(const struct checking *k, const char *name, size_t max, struct buf *ret,
    struct err *e)
{
	char path[4200];
	int rc = file_path(path, sizeof(path), e, "%s/%s", k->path, name);

	return rc < 0 ? rc : file_read(path, max, ret, e);
}

static int
damaged(const char *path, struct err *e)
{
	err_set(e, ERR_DAMAGED, 0,
	    "the signature of the backup in '%s' is not that of its own key",
	    path);
	err_hint(e, "it was changed after it was made: use another one");
	return ERR_DAMAGED;
}

static int
check_signed(struct checking *k, const struct buf *text, const struct buf *sig,
    struct err *e)
{
	unsigned char by[KEY_PUBLIC_LEN], key[KEY_PUBLIC_LEN];
	const char *line = json_str(k->doc, "key");
	size_t len = sig->len;
	char print[64];

	while (len > 0 && sig->data[len - 1] == '\n')
		len--;
	if (line == NULL || key_parse_line(line, key, NULL) < 0 ||
	    sshsig_verify(sig->data, len, BACKUP_NS, text->data, text->len, by,
		NULL) < 0 ||
	    memcmp(by, key, sizeof(by)) != 0)
		return damaged(k->path, e);
	key_fingerprint(key, print);
	return json_put_str(k->doc, "fingerprint", print, e);
}

static int
check_format(const struct checking *k, struct err *e)
{
	int64_t format = json_int(k->doc, "format", 0);

	if (format == BACKUP_FORMAT)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "the backup in '%s' has form %lld, which this program does not "
	    "know",
	    k->path, (long long)format);
	err_hint(e, "use the version of pmqa that made it, or a newer one");
	return ERR_INVALID;
}

static int
read_head(struct checking *k, struct err *e)
{
	struct buf text = BUF_INIT, sig = BUF_INIT;
	int rc;

	if ((rc = read_of(k, BACKUP_HEAD, HEAD_MAX, &text, e)) < 0 ||
	    (rc = read_of(k, BACKUP_SIG, HEAD_MAX, &sig, e)) < 0 ||
	    (rc = json_parse(text.data, text.len, HEAD_MAX, &k->doc, e)) < 0 ||
	    (rc = check_format(k, e)) < 0 ||
	    (rc = check_signed(k, &text, &sig, e)) < 0)
		goto out;
	rc = json_put_str(k->doc, "path", k->path, e);
out:
	buf_release(&text);
	buf_release(&sig);
	return rc;
}

/* --- the list and its files --- */

static int
read_sums(struct checking *k, struct err *e)
{
	const char *want = json_str(k->doc, "sums");
	struct buf text = BUF_INIT;
	char hash[SHA256_HEX];
	struct sha256 h;
	int rc;

	if ((rc = read_of(k, BACKUP_SUMS, SUMS_MAX, &text, e)) < 0)
		return rc;
	sha256_init(&h);
	sha256_add(&h, text.data, text.len);
	sha256_end(&h, hash);
	if (want == NULL || strcmp(hash, want) != 0) {
		buf_release(&text);
		return err_set(e, ERR_DAMAGED, 0,
		    "the list of files in '%s' is not the one that was signed",
		    k->path);
	}
	k->sums_len = text.len;
	if ((k->sums = buf_take(&text)) == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < k->sums_len; i++)
		if (k->sums[i] == '\n')
			k->sums[i] = '\0';
	return 0;
}

/* Calls each() with every line; stops at the first error. */
static int
each_line(struct checking *k,
    int (*each)(
	struct checking *k, const char *hash, const char *rel, struct err *e),
    struct err *e)
{
	char hash[SHA256_HEX];
	const char *line = k->sums, *rel = NULL;
	int rc = 0;

	while (rc == 0 && line < k->sums + k->sums_len) {
		if ((rc = backup_sum_line(line, hash, &rel, e)) == 0)
			rc = each(k, hash, rel, e);
		line += strlen(line) + 1;
	}
	return rc;
}

static int
check_file(struct checking *k, const char *hash, const char *rel, struct err *e)
{
	char path[4200], is[SHA256_HEX] = "";
	struct err fault;
	int64_t size = 0;
	int rc;

	k->n_listed++;
	if ((rc = file_path(path, sizeof(path), e, "%s/%s", k->path, rel)) < 0)
		return rc;
	if (backup_sum_of(path, is, &size, &fault) < 0)
		return found(k, rel, &fault, e);
	k->n_there++;
	if (strcmp(is, hash) == 0)
		return 0;
	err_set(&fault, ERR_DAMAGED, 0,
	    "its bytes are not those that were backed up");
	return found(k, rel, &fault, e);
}

/* What is there and not listed: with something put in, git or the daemon could
 * be told something else. */
static int
count_files(struct checking *k, struct err *e)
{
	char path[4200];
	char *roots[] = { path, NULL };
	struct err fault;
	int64_t n = 1; /* "directories" lies beside them */
	FTS *walk;
	const FTSENT *f;
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/" BACKUP_FILES, k->path);
	if (rc < 0)
		return rc;
	if ((walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)) == NULL)
		return err_sys(e, "cannot list '%s'", path);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a walk of its own */
	while ((f = fts_read(walk)) != NULL)
		if (f->fts_info != FTS_D && f->fts_info != FTS_DP)
			n++;
	fts_close(walk);
	if (n <= k->n_there)
		return 0;
	err_set(&fault, ERR_DAMAGED, 0,
	    "there are files that the backup did not put there: %lld",
	    (long long)(n - k->n_there));
	return found(k, BACKUP_FILES, &fault, e);
}

/* --- what is in them --- */

static int
integrity(const char *path, struct err *e)
{
	const char *said = NULL;
	char uri[4300];
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	int rc;

	if ((rc = file_path(
		 uri, sizeof(uri), e, "file:%s?mode=ro&immutable=1", path)) < 0)
		return rc;
	if (sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
		NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(
		db, "PRAGMA integrity_check(1)", -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_ROW)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the database cannot be read: %s", sqlite3_errmsg(db));
	else
		said = (const char *)sqlite3_column_text(st, 0);
	if (rc == 0 && (said == NULL || strcmp(said, "ok") != 0))
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the database contradicts itself: %s",
		    said != NULL ? said : "?");
	sqlite3_finalize(st);
	sqlite3_close(db);
	return rc;
}

static int
fsck(const char *path, struct err *e)
{
	static const char *const args[] = { "fsck", "--strict", "--full",
		"--no-dangling", "--no-progress", NULL };

	return gitrun(path, args, FSCK_MS, NULL, e);
}

static int
check_content(
    struct checking *k, const char *hash, const char *rel, struct err *e)
{
	char path[4200];
	struct err fault;
	size_t len = strlen(rel);
	int rc = file_path(path, sizeof(path), e, "%s/%s", k->path, rel);

	(void)hash;
	if (rc < 0)
		return rc;
	fault.code = ERR_OK;
	if (strcmp(rel, BACKUP_FILES "/pmqa.db") == 0) {
		rc = integrity(path, &fault);
	} else if (len > sizeof(REPO_HEAD) &&
		   strcmp(rel + len - (sizeof(REPO_HEAD) - 1), REPO_HEAD) ==
		       0) {
		path[strlen(path) - strlen("/HEAD")] = '\0';
		rc = fsck(path, &fault);
	}
	return rc < 0 ? found(k, rel, &fault, e) : 0;
}

static int
check_all(struct checking *k, struct err *e)
{
	int rc;

	if ((rc = read_head(k, e)) < 0 || (rc = read_sums(k, e)) < 0)
		return rc;
	k->findings = cJSON_CreateArray();
	if ((rc = json_put(k->doc, "findings", k->findings, e)) < 0 ||
	    (rc = each_line(k, check_file, e)) < 0 ||
	    (rc = count_files(k, e)) < 0 ||
	    (rc = each_line(k, check_content, e)) < 0)
		return rc;
	return json_put_bool(
	    k->doc, "ok", cJSON_GetArraySize(k->findings) == 0, e);
}

static void
checking_release(struct checking *k)
{
	cJSON_Delete(k->doc);
	free(k->sums);
}

int
backup_check(const char *dir, cJSON **ret, struct err *e)
{
	struct checking k = { 0 };
	char path[4100];
	int rc = find_whole(dir, path, sizeof(path), e);

	if (rc < 0)
		return rc;
	k.path = path;
	if ((rc = check_all(&k, e)) == 0) {
		*ret = k.doc;
		k.doc = NULL;
	}
	checking_release(&k);
	return rc;
}
