/* The records of evidence.h: finding, listing, reading. */
#include "store/evidence/evidence.h"

#include <ctype.h>
#include <sodium.h>

#include "base/clock.h"
#include "store/evidence/evidence_state.h"
#include "store/record/canon.h"

#define PREFIX_MIN 8
#define BASE64_MAX                                                             \
	sodium_base64_ENCODED_LEN(EVIDENCE_PART, sodium_base64_VARIANT_ORIGINAL)

void
evidence_record_path(const char *sha, char ret[EVIDENCE_PATH_LEN])
{
	snprintf(ret, EVIDENCE_PATH_LEN, "evidence/%.64s.json", sha);
}

int
evidence_parts_of(int64_t size)
{
	return (
	    int)((size + (int64_t)EVIDENCE_PART - 1) / (int64_t)EVIDENCE_PART);
}

int
evidence_open_repo(struct store *s, const char *office, int create,
    struct evidence_repo **ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	int halls = c->role != ROLE_OFFICE, rc;
	char path[640];

	rc = evidence_repo_path(c->dir, halls, office, path, sizeof(path), e);
	if (rc == 0 && create && halls)
		rc = evidence_repo_place(c->dir, e);
	return rc < 0 ? rc : evidence_repo_open(path, create, ret, e);
}

int
evidence_office(
    struct store *s, const char *office, const char **ret, struct err *e)
{
	struct branch *b = NULL;
	int rc = store_branch(s, office, "office", &b, e);

	if (rc == 0)
		*ret = b->office;
	return rc;
}

int
evidence_names_add(
    struct evidence_names *l, const char *sha, int64_t size, struct err *e)
{
	size_t cap = l->cap < 16 ? 16 : l->cap * 2;
	struct evidence_named *grown;

	if (l->n == l->cap) {
		if ((grown = realloc(l->list, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		l->list = grown;
		l->cap = cap;
	}
	snprintf(l->list[l->n].sha, sizeof(l->list->sha), "%s", sha);
	l->list[l->n++].size = size;
	return 0;
}

/* --- one record --- */

static void
take(const cJSON *rec, const char *key, char *ret, size_t size)
{
	const char *s = json_str(rec, key);

	snprintf(ret, size, "%s", s != NULL ? s : "");
}

int
evidence_record_read(const char *path, const void *bytes, size_t len,
    struct evidence_rec *ret, struct err *e)
{
	const cJSON *redacted;
	cJSON *rec = NULL;
	int rc;

	if ((rc = json_parse(bytes, len, CANON_MAX, &rec, e)) < 0)
		return rc;
	memset(ret, 0, sizeof(*ret));
	if (path != NULL && strlen(path) > 9)
		snprintf(ret->sha, sizeof(ret->sha), "%.64s", path + 9);
	take(rec, "name", ret->name, sizeof(ret->name));
	take(rec, "type", ret->type, sizeof(ret->type));
	ret->size = json_int(rec, "size", 0);
	ret->parts = (int)json_int(rec, "parts", 0);
	redacted = json_get(rec, "redacted");
	take(redacted, "time", ret->redacted_time, sizeof(ret->redacted_time));
	take(redacted, "login", ret->redacted_login,
	    sizeof(ret->redacted_login));
	take(redacted, "name", ret->redacted_name, sizeof(ret->redacted_name));
	take(redacted, "reason", ret->redacted_reason,
	    sizeof(ret->redacted_reason));
	cJSON_Delete(rec);
	return 0;
}

int
evidence_record(struct store *s, const char *office, const char *sha,
    struct evidence_rec *ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	char path[EVIDENCE_PATH_LEN];
	struct branch *b = NULL;
	int rc;

	evidence_record_path(sha, path);
	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	rc = store_record(s, b, path, &bytes, NULL, e);
	if (rc == 0)
		rc = evidence_record_read(path, bytes.data, bytes.len, ret, e);
	buf_release(&bytes);
	return rc;
}

int
evidence_each_record(struct store *s, const char *office,
    int (*each)(void *arg, const struct evidence_rec *rec, struct err *e),
    void *arg, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	sqlite3_stmt *st = NULL;
	struct branch *b = NULL;
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = store_branch(s, office, "office", &b, e)) < 0 ||
	    (rc = db_stmt(store_db(s), &st, e,
		 "SELECT path, bytes FROM record WHERE branch = ?1"
		 " AND path >= 'evidence/' AND path < 'evidence0'"
		 " AND bytes IS NOT NULL ORDER BY path",
		 "i", b->id)) < 0)
		goto out;
	while ((rc = db_step(store_db(s), st, e)) > 0) {
		rc = evidence_record_read(
		    (const char *)sqlite3_column_text(st, 0),
		    sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), rec, e);
		if (rc < 0 || (rc = each(arg, rec, e)) < 0)
			break;
	}
	db_reset(st);
out:
	free(rec);
	return rc;
}

/* --- prefixes --- */

static int
clean_prefix(const char *prefix, char ret[EVIDENCE_SHA_LEN + 1], struct err *e)
{
	size_t len = strlen(prefix), i;

	if (len < PREFIX_MIN || len > EVIDENCE_SHA_LEN ||
	    strspn(prefix, "0123456789abcdefABCDEF") != len) {
		err_set(e, ERR_INVALID, 0,
		    "'%.70s' is no evidence: %d to %d hex digits of its "
		    "SHA-256 are expected",
		    prefix, PREFIX_MIN, EVIDENCE_SHA_LEN);
		err_hint(e, "see pmqa evidence list");
		return ERR_INVALID;
	}
	for (i = 0; i <= len; i++)
		ret[i] = (char)tolower((unsigned char)prefix[i]);
	return 0;
}

static int
too_many(const char *prefix, int n, struct err *e)
{
	if (n == 0) {
		err_set(e, ERR_NOT_FOUND, 0, "there is no evidence %s", prefix);
		err_hint(e, "see pmqa evidence list");
		return ERR_NOT_FOUND;
	}
	err_set(e, ERR_INVALID, 0, "'%s' may mean more than one evidence file",
	    prefix);
	err_hint(e, "give more of its digits");
	return ERR_INVALID;
}

int
evidence_resolve(struct store *s, const char *office, const char *prefix,
    char ret[EVIDENCE_SHA_LEN + 1], struct err *e)
{
	char from[EVIDENCE_PATH_LEN], to[EVIDENCE_PATH_LEN];
	char clean[EVIDENCE_SHA_LEN + 1], found[EVIDENCE_SHA_LEN + 1] = "";
	sqlite3_stmt *st = NULL;
	struct branch *b = NULL;
	int rc, n = 0;

	if ((rc = clean_prefix(prefix, clean, e)) < 0 ||
	    (rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	snprintf(from, sizeof(from), "evidence/%s", clean);
	/* 'g' comes after every hex digit and after ".json" */
	snprintf(to, sizeof(to), "evidence/%sg", clean);
	rc = db_stmt(store_db(s), &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path >= ?2"
	    " AND path < ?3 AND bytes IS NOT NULL LIMIT 2",
	    "iss", b->id, from, to);
	if (rc < 0)
		return rc;
	for (; (rc = db_step(store_db(s), st, e)) > 0; n++)
		snprintf(found, sizeof(found), "%.64s",
		    (const char *)sqlite3_column_text(st, 0) + 9);
	db_reset(st);
	if (rc < 0)
		return rc;
	if (n != 1)
		return too_many(clean, n, e);
	memcpy(ret, found, sizeof(found));
	return 0;
}

/* --- reading --- */

static int
gone(const struct evidence_rec *rec, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0,
	    "evidence %.12s was erased by %s on %.10s: %.200s", rec->sha,
	    rec->redacted_name[0] != '\0' ? rec->redacted_name
					  : rec->redacted_login,
	    rec->redacted_time, rec->redacted_reason);
	return ERR_NOT_FOUND;
}

/* Why a file that is named has no bytes here. */
static int
missing(struct store *s, const struct evidence_rec *rec, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0,
	    "the bytes of evidence %.12s (%s) are not here", rec->sha,
	    rec->name);
	if (store_conf(s)->role == ROLE_MINISTRY)
		err_hint(e, "a ministry fetches no files of evidence: ask the "
			    "hall of the province");
	else if (store_conf(s)->role == ROLE_HALL)
		err_hint(e, "they come with the office's next exchanges, after "
			    "its texts");
	else
		err_hint(e, "another device of the office added it: it comes "
			    "with an exchange once that device sent it (pmqa "
			    "sync --wait)");
	return ERR_NOT_FOUND;
}

static int
put_data(cJSON *obj, const struct buf *part, struct err *e)
{
	char *text = malloc(BASE64_MAX);
	int rc;

	if (text == NULL)
		return err_nomem(e);
	sodium_bin2base64(text, BASE64_MAX, (const unsigned char *)part->data,
	    part->len, sodium_base64_VARIANT_ORIGINAL);
	rc = json_put_str(obj, "data", text, e);
	free(text);
	return rc;
}

static int
part_json(const struct evidence_rec *rec, int n, const struct buf *part,
    cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "sha256", rec->sha, e)) < 0 ||
	    (rc = json_put_int(obj, "n", n, e)) < 0 ||
	    (rc = json_put_int(obj, "parts", rec->parts, e)) < 0 ||
	    (rc = json_put_str(obj, "name", rec->name, e)) < 0 ||
	    (rc = json_put_str(obj, "type", rec->type, e)) < 0 ||
	    (rc = json_put_int(obj, "size", rec->size, e)) < 0 ||
	    (rc = put_data(obj, part, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

int
evidence_read(struct store *s, const char *office, const char *sha256, int n,
    cJSON **ret, struct err *e)
{
	struct evidence_rec *rec = calloc(1, sizeof(*rec));
	struct evidence_repo *repo = NULL;
	char sha[EVIDENCE_SHA_LEN + 1];
	struct buf part = BUF_INIT;
	int rc, have = 0, whole = 0;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = evidence_resolve(s, office, sha256, sha, e)) < 0 ||
	    (rc = evidence_record(s, office, sha, rec, e)) < 0)
		goto out;
	if (rec->redacted_time[0] != '\0') {
		rc = gone(rec, e);
		goto out;
	}
	rc = evidence_open_repo(s, office, 0, &repo, e);
	if (rc == 0)
		rc = evidence_repo_have(repo, sha, &have, &whole, e);
	if (rc == ERR_NOT_FOUND || (rc == 0 && !whole))
		rc = missing(s, rec, e);
	if (rc < 0 || (rc = evidence_repo_read(repo, sha, n, &part, e)) < 0)
		goto out;
	rc = part_json(rec, n, &part, ret, e);
out:
	evidence_repo_close(repo);
	buf_release(&part);
	free(rec);
	return rc;
}
