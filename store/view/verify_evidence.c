/*
 * The evidence part of verify: each file that a record names is here with the
 * right bytes, or it is said that it is missing; what was erased is gone; the
 * hall's words on files are signed by it.
 */
#include "store/evidence/evidence_receipt.h"
#include "store/evidence/evidence_state.h"
#include "store/view/verify_state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/evidence/evidence_chain.h"

#define RECEIPT_JSON_MAX 8192
#define CLOCKS_S (2 * 86400)

struct looking {
	struct verify *v;
	const char *office;
	char where[40];
	struct evidence_repo *repo; /* NULL: nothing is stored */
	int refs; /* the directory of its refs of whole files; -1: none */
	int less; /* object files are gone since the last proof */
};

/* --- files --- */

static int
tell_missing(
    struct looking *l, const struct evidence_rec *rec, int have, struct err *e)
{
	struct err f;

	if (have > 0)
		err_set(&f, ERR_NOT_FOUND, 0,
		    "evidence %.12s (%s): only %d of %d parts are here",
		    rec->sha, rec->name, have, rec->parts);
	else
		err_set(&f, ERR_NOT_FOUND, 0,
		    "evidence %.12s (%s): its bytes are not here", rec->sha,
		    rec->name);
	if (store_conf(l->v->store)->role == ROLE_HALL)
		err_hint(&f,
		    "they come with the office's next exchanges, after "
		    "its texts");
	else
		err_hint(&f,
		    "it comes with an exchange when the hall or another "
		    "device has it (pmqa sync --wait); else add it "
		    "again: pmqa evidence add");
	return verify_found(
	    l->v, "warning", "evidence-missing", l->where, &f, e);
}

static int
tell_damage(struct looking *l, struct err *f, struct err *e)
{
	err_hint(f, "keep a copy of the directory, then add the file again or "
		    "take it from the other party");
	return verify_found(l->v, "error", "evidence", l->where, f, e);
}

static int
check_erased(
    struct looking *l, const struct evidence_rec *rec, int have, struct err *e)
{
	struct err f;

	if (have == 0)
		return 0;
	err_set(&f, ERR_DAMAGED, 0,
	    "evidence %.12s was erased on order, but its bytes are here",
	    rec->sha);
	err_hint(&f, "restart pmqad: it erases them again");
	return verify_found(l->v, "error", "evidence", l->where, &f, e);
}

/* It was here whole, and was proved, when the last proof was made: its ref has
 * not been written since. */
static int
is_known(const struct looking *l, const char *sha)
{
	struct stat st;

	return !l->v->deep && !l->less && l->v->base.time != 0 &&
	       l->refs >= 0 && evidence_is_sha(sha) &&
	       fstatat(l->refs, sha, &st, 0) == 0 &&
	       st.st_ctime < l->v->base.time && st.st_mtime < l->v->base.time;
}

static int
check_file(void *arg, const struct evidence_rec *rec, struct err *e)
{
	struct looking *l = arg;
	int rc, have = 0, whole = 0;
	struct err f;

	if (l->repo != NULL && rec->redacted_time[0] == '\0' &&
	    is_known(l, rec->sha))
		return 0;
	if (l->repo != NULL) {
		rc = evidence_repo_have(l->repo, rec->sha, &have, &whole, &f);
		if (rc < 0 && verify_is_finding(rc))
			return tell_damage(l, &f, e);
		if (rc < 0) {
			if (e != NULL)
				*e = f;
			return rc;
		}
	}
	if (rec->redacted_time[0] != '\0')
		return check_erased(l, rec, have, e);
	if (!whole)
		return tell_missing(l, rec, have, e);
	l->v->evidence++;
	rc = evidence_repo_prove(l->repo, rec->sha, rec->size, rec->parts, &f);
	if (rc == 0)
		return 0;
	if (verify_is_finding(rc))
		return tell_damage(l, &f, e);
	if (e != NULL)
		*e = f;
	return rc;
}

/* --- the hall's words --- */

static int
check_receipt(struct looking *l, sqlite3_stmt *st, const unsigned char *pub,
    struct err *e)
{
	const char *text = (const char *)sqlite3_column_text(st, 3);
	const char *sha = (const char *)sqlite3_column_text(st, 0);
	struct evidence_receipt r;
	cJSON *json = NULL;
	struct err f;
	int rc;

	l->v->receipts++;
	rc = json_parse(text != NULL ? text : "",
	    (size_t)sqlite3_column_bytes(st, 3), RECEIPT_JSON_MAX, &json, &f);
	if (rc == 0)
		rc = evidence_receipt_check(json, pub, &r, &f);
	cJSON_Delete(json);
	if (rc == 0 && (strcmp(r.office, l->office) != 0 || sha == NULL ||
			   strcmp(r.sha256, sha) != 0 ||
			   r.time != sqlite3_column_int64(st, 1) ||
			   r.offset_min != sqlite3_column_int(st, 2)))
		rc = err_set(&f, ERR_DAMAGED, 0,
		    "the row of the receipt for evidence %.12s differs from "
		    "what was signed",
		    r.sha256);
	if (rc == 0)
		return 0;
	if (verify_is_finding(rc)) {
		err_hint(
		    &f, "synchronise again; compare with the hall's receipts");
		return verify_found(l->v, "error", "receipt", l->where, &f, e);
	}
	if (e != NULL)
		*e = f;
	return rc;
}

/* By the hall's clock, which may be another than ours. */
static int64_t
new_since(const struct looking *l)
{
	return l->v->deep ? INT64_MIN : l->v->base.time - CLOCKS_S;
}

static int
check_receipts(struct looking *l, struct err *e)
{
	struct db *db = store_db(l->v->store);
	const unsigned char *pub = NULL;
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT sha, confirmed, offset_min, receipt FROM evidence_file"
	    " WHERE office = ?1 AND confirmed >= ?2 ORDER BY sha",
	    "si", l->office, new_since(l));
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		if (pub == NULL && (rc = trust_hall_of(l->v->store, l->office,
					NULL, &pub, e)) < 0)
			break;
		if ((rc = check_receipt(l, st, pub, e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

/* --- both --- */

/* The object files first: a damaged one must not be read. */
static int
open_checked(struct looking *l, int *ret_readable, struct err *e)
{
	const struct conf *c = store_conf(l->v->store);
	char path[640], dir[700];
	int rc;

	*ret_readable = 1;
	rc = evidence_repo_path(
	    c->dir, c->role == ROLE_HALL, l->office, path, sizeof(path), e);
	if (rc < 0)
		return rc;
	rc = evidence_repo_open(path, 0, &l->repo, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0 || (rc = file_path(dir, sizeof(dir), e,
			   "%s/" CHAIN_WHOLE_DIR, path)) < 0)
		return rc;
	l->refs = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects", path)) < 0)
		return rc;
	return verify_objects(l->v, l->where, dir, l->office, "evidence",
	    ret_readable, &l->less, e);
}

int
verify_evidence(struct verify *v, const char *office, struct err *e)
{
	struct looking l = { .v = v, .office = office, .refs = -1 };
	int rc = 0, readable = 1;

	snprintf(l.where, sizeof(l.where), "%.8s evidence", office);
	/* a ministry fetches no files */
	if (store_conf(v->store)->role != ROLE_MINISTRY &&
	    (rc = open_checked(&l, &readable, e)) == 0 && readable)
		rc = evidence_each_record(v->store, office, check_file, &l, e);
	if (rc == 0)
		rc = check_receipts(&l, e);
	evidence_repo_close(l.repo);
	if (l.refs >= 0)
		close(l.refs);
	return rc;
}

int
verify_evidence_job(struct verify *v, const struct verify_job *j, struct err *e)
{
	return verify_evidence(v, j->office, e);
}
