/*
 * Taking a file in: begin and its parts.
 *
 * The parts are git's (evidence_repo.h), name and size of an upload under way
 * are a row of evidence_upload; when the last part came the whole is hashed and
 * gets its name. So the save that links it has nothing left to do but its own
 * records.
 */
#include "store/evidence/evidence.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "store/evidence/evidence_state.h"
#include "store/evidence/evidence_type.h"
#include "store/review/signoff.h"

/* what saves must find free beside an upload */
#define DISK_RESERVE (INT64_C(64) * 1024 * 1024)

int
evidence_check_sha(const char *sha, struct err *e)
{
	if (evidence_is_sha(sha))
		return 0;
	return err_set(
	    e, ERR_INVALID, 0, "a SHA-256 has 64 lower-case hex digits");
}

static int
refuse_erased(const struct evidence_rec *rec, struct err *e)
{
	err_set(e, ERR_DENIED, 0,
	    "this file was erased on order on %.10s: it is not taken again",
	    rec->redacted_time);
	return ERR_DENIED;
}

/* The record of a file that was added before; *ret_known 0 if there is none. */
int
evidence_known(struct store *s, const char *sha, struct evidence_rec *ret,
    int *ret_known, struct err *e)
{
	int rc = evidence_record(s, "", sha, ret, e);

	*ret_known = rc == 0;
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc == 0 && ret->redacted_time[0] != '\0')
		return refuse_erased(ret, e);
	return rc;
}

/* --- begin --- */

static int
check_disk(struct store *s, int64_t size, struct err *e)
{
	const char *dir = store_conf(s)->dir;
	struct statvfs fs;

	if (statvfs(dir, &fs) != 0)
		return err_sys(e, "cannot look at '%s'", dir);
	if ((int64_t)(fs.f_bavail * fs.f_frsize) >= size + DISK_RESERVE)
		return 0;
	err_set(e, ERR_FAILED, 0,
	    "the disk has no room for a file of %lld bytes", (long long)size);
	err_hint(e, "make room on the disk of '%s'", dir);
	return ERR_FAILED;
}

/* Everything that can be said before the first byte comes. */
static int
check_begin(struct store *s, const struct ask *a, const char *item,
    const char *name, int64_t size, const char *sha, struct err *e)
{
	const struct conf *c = store_conf(s);
	const struct edition *ed = NULL;
	struct evidence_rec *rec;
	char path[EVIDENCE_LINK_LEN];
	int rc, year, linked = 0, known = 0;

	if ((rc = evidence_check_sha(sha, e)) < 0 ||
	    (rc = evidence_name_check(c, name, e)) < 0 ||
	    (rc = evidence_size_check(c, size, e)) < 0 ||
	    (rc = store_cycle(s, "", a->year, &year, &ed, e)) < 0 ||
	    (rc = evidence_check_item(ed, item, e)) < 0)
		return rc;
	evidence_link_path(year, item, path);
	/* any reason will do here: the link itself asks for it */
	if ((rc = signoff_may(s, "", year, SIGNOFF_DO_EDIT, "-", e)) < 0 ||
	    (rc = evidence_check_room(s, path, item, sha, &linked, e)) < 0)
		return rc;
	if ((rec = malloc(sizeof(*rec))) == NULL)
		return err_nomem(e);
	rc = evidence_known(s, sha, rec, &known, e);
	if (rc == 0 && known && rec->size != size)
		rc = err_set(e, ERR_INVALID, 0,
		    "evidence %.12s has %lld bytes, not %lld", sha,
		    (long long)rec->size, (long long)size);
	free(rec);
	return rc < 0 ? rc : check_disk(s, size, e);
}

/* An upload of the same name but another size cannot go on. */
static int
note_upload(struct store *s, struct evidence_repo *r, const char *sha,
    const char *name, int64_t size, struct err *e)
{
	struct db *db = store_db(s);
	int64_t before = size;
	int rc;

	rc = db_one_int(db, &before, e,
	    "SELECT size FROM evidence_upload WHERE sha = ?1", "s", sha);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	if (before != size && (rc = evidence_repo_drop_upload(r, sha, e)) < 0)
		return rc;
	return db_run(db, e,
	    "INSERT INTO evidence_upload(sha, name, size, begun)"
	    " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(sha) DO UPDATE SET"
	    " name = ?2, size = ?3, begun = ?4",
	    "ssii", sha, name, size, clock_now());
}

/* How much is here; an upload that only lacks its end gets it. */
static int
find_have(struct evidence_repo *r, const char *sha, int parts, int *ret_have,
    struct err *e)
{
	int have = 0, whole = 0, rc;

	if ((rc = evidence_repo_have(r, sha, &have, &whole, e)) < 0)
		return rc;
	if (!whole && have >= parts) {
		rc = have == parts ? evidence_repo_seal(r, sha, e)
				   : evidence_repo_drop_upload(r, sha, e);
		if (rc == ERR_INVALID || have > parts)
			have = 0; /* other bytes: from the beginning */
		if (rc < 0 && rc != ERR_INVALID)
			return rc;
	}
	*ret_have = whole ? parts : have;
	return 0;
}

/* A file that is here whole has the size that it has: the record would name
 * another for good. */
static int
check_stored_size(
    struct evidence_repo *r, const char *sha, int64_t size, struct err *e)
{
	struct buf last = BUF_INIT;
	int rc, n = 0, whole = 0;
	int64_t got;

	if ((rc = evidence_repo_have(r, sha, &n, &whole, e)) < 0 || !whole)
		return rc;
	rc = evidence_repo_read(r, sha, n, &last, e);
	got = (int64_t)(n - 1) * (int64_t)EVIDENCE_PART + (int64_t)last.len;
	buf_release(&last);
	if (rc < 0 || got == size)
		return rc;
	return err_set(e, ERR_INVALID, 0,
	    "evidence %.12s has %lld bytes, not %lld", sha, (long long)got,
	    (long long)size);
}

/* A file that is here whole: the name given now must fit it, too. */
static int
check_stored(struct store *s, struct evidence_repo *r, const char *sha,
    const char *name, struct err *e)
{
	struct buf part = BUF_INIT;
	const char *type;
	int rc = evidence_repo_read(r, sha, 1, &part, e);

	if (rc == 0)
		rc = evidence_type_check(
		    store_conf(s), name, part.data, part.len, &type, e);
	buf_release(&part);
	return rc;
}

/* Under which name the file is stored: that of its record, if it has one. */
static int
put_name(struct store *s, const char *sha, const char *name, cJSON *obj,
    struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	int rc, known = 0;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = evidence_known(s, sha, rec, &known, e)) == 0)
		rc = json_put_str(obj, "name", known ? rec->name : name, e);
	free(rec);
	return rc;
}

static int
begun_json(struct store *s, const char *sha, const char *name, int parts,
    int have, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "sha256", sha, e)) < 0 ||
	    (rc = put_name(s, sha, name, obj, e)) < 0 ||
	    (rc = json_put_int(obj, "parts", parts, e)) < 0 ||
	    (rc = json_put_int(obj, "part_bytes", (int64_t)EVIDENCE_PART, e)) <
		0 ||
	    (rc = json_put_int(obj, "have", have, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

int
evidence_begin(struct store *s, const struct ask *a, const char *item,
    const char *name, int64_t size, const char *sha256, cJSON **ret,
    struct err *e)
{
	struct evidence_repo *r = NULL;
	int rc, have = 0, parts;

	if ((rc = check_begin(s, a, item, name, size, sha256, e)) < 0 ||
	    (rc = evidence_tidy(s, "", e)) < 0 ||
	    (rc = evidence_open_repo(s, "", 1, &r, e)) < 0)
		return rc;
	parts = evidence_parts_of(size);
	if ((rc = check_stored_size(r, sha256, size, e)) == 0 &&
	    (rc = note_upload(s, r, sha256, name, size, e)) == 0)
		rc = find_have(r, sha256, parts, &have, e);
	/* an upload that only lacked its end is whole by now */
	if (rc == 0 && have == parts &&
	    (rc = check_stored_size(r, sha256, size, e)) == 0)
		rc = check_stored(s, r, sha256, name, e);
	evidence_repo_close(r);
	return rc < 0 ? rc : begun_json(s, sha256, name, parts, have, ret, e);
}

/* --- parts --- */

int
evidence_find_upload(struct store *s, const char *sha,
    struct evidence_upload *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(store_db(s), &st, e,
	    "SELECT name, size FROM evidence_upload WHERE sha = ?1", "s", sha);
	if (rc < 0)
		return rc;
	if ((rc = db_step(store_db(s), st, e)) > 0) {
		snprintf(ret->name, sizeof(ret->name), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		ret->size = sqlite3_column_int64(st, 1);
		ret->parts = evidence_parts_of(ret->size);
	}
	db_reset(st);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	err_set(e, ERR_NOT_FOUND, 0, "no upload of %.12s was begun", sha);
	err_hint(e, "begin it: pmqa evidence add");
	return ERR_NOT_FOUND;
}

static int
check_part(const struct evidence_upload *u, int n, size_t len, struct err *e)
{
	int64_t before = (int64_t)(n - 1) * (int64_t)EVIDENCE_PART;
	int64_t want = u->size - before;

	if (n < 1 || n > u->parts)
		return err_set(e, ERR_INVALID, 0,
		    "the file has parts 1 to %d, there is no part %d", u->parts,
		    n);
	if (want > (int64_t)EVIDENCE_PART)
		want = (int64_t)EVIDENCE_PART;
	if ((int64_t)len != want)
		return err_set(e, ERR_INVALID, 0,
		    "part %d must have %lld bytes, this one has %zu", n,
		    (long long)want, len);
	return 0;
}

static int
take_part(struct store *s, struct evidence_repo *r, const char *sha,
    const struct evidence_upload *u, int n, const void *data, size_t len,
    int *ret_have, struct err *e)
{
	const char *type;
	int rc, have = 0, whole = 0;

	if ((rc = evidence_repo_have(r, sha, &have, &whole, e)) < 0)
		return rc;
	if (whole || n <= have) { /* here already, or confirmed twice */
		*ret_have = whole ? u->parts : have;
		return 0;
	}
	if (n == 1 && (rc = evidence_type_check(
			   store_conf(s), u->name, data, len, &type, e)) < 0)
		return rc;
	if ((rc = evidence_repo_add(r, sha, n, data, len, e)) < 0)
		return rc;
	if (n == u->parts && (rc = evidence_repo_seal(r, sha, e)) < 0)
		return rc;
	*ret_have = n;
	return 0;
}

int
evidence_part(struct store *s, const char *sha256, int n, const void *data,
    size_t len, cJSON **ret, struct err *e)
{
	struct evidence_repo *r = NULL;
	struct evidence_upload u;
	cJSON *obj;
	int rc, have = 0;

	if ((rc = evidence_check_sha(sha256, e)) < 0 ||
	    (rc = evidence_find_upload(s, sha256, &u, e)) < 0 ||
	    (rc = check_part(&u, n, len, e)) < 0 ||
	    (rc = evidence_open_repo(s, "", 1, &r, e)) < 0)
		return rc;
	rc = take_part(s, r, sha256, &u, n, data, len, &have, e);
	evidence_repo_close(r);
	if (rc < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put_str(obj, "sha256", sha256, e)) < 0 ||
	    (rc = json_put_int(obj, "have", have, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}
