#include "store/evidence/evidence_take.h"

#include "base/clock.h"
#include "store/evidence/evidence_receipt.h"
#include "store/evidence/evidence_state.h"

#define RECEIPT_MAX 8192

/* The receipt that was given before; *ret stays NULL if none was. */
static int
kept(struct store *s, const char *office, const char *sha, cJSON **ret,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT receipt FROM evidence_file WHERE office = ?1 AND sha = ?2"
	    " AND receipt IS NOT NULL",
	    "ss", office, sha);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0)
		rc = json_parse((const char *)sqlite3_column_text(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0), RECEIPT_MAX, ret, e);
	db_reset(st);
	return rc;
}

static int
sign(struct store *s, const char *office, const char *sha, cJSON **ret,
    struct err *e)
{
	const struct conf *c = store_conf(s);
	struct evidence_receipt r;
	cJSON *receipt = NULL;
	int rc;

	memset(&r, 0, sizeof(r));
	snprintf(r.hall, sizeof(r.hall), "%s", c->code);
	snprintf(r.office, sizeof(r.office), "%s", office);
	snprintf(r.sha256, sizeof(r.sha256), "%s", sha);
	r.time = clock_now();
	r.offset_min = c->offset_min;
	if ((rc = evidence_receipt_make(&r, store_key(s), &receipt, e)) < 0 ||
	    (rc = evidence_confirmed(s, office, receipt, e)) < 0) {
		cJSON_Delete(receipt);
		return rc;
	}
	*ret = receipt;
	return 0;
}

/* The order came between the door's look at the record and git's ref. */
static int
too_late(struct evidence_repo *r, const struct evidence_rec *rec, struct err *e)
{
	int rc = evidence_repo_erase(r, rec->sha, e);

	if (rc < 0)
		return rc;
	return err_set(e, ERR_REFUSED, 0,
	    "evidence %.12s was erased on %.10s by order of its office",
	    rec->sha, rec->redacted_time);
}

static int
look(struct store *s, const char *office, const char *sha,
    struct evidence_rec *rec, struct err *e)
{
	struct evidence_repo *r = NULL;
	int rc;

	rc = evidence_record(s, office, sha, rec, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_REFUSED, 0,
		    "no record that the hall has of this office names "
		    "evidence %.12s",
		    sha);
	if (rc < 0 || (rc = evidence_open_repo(s, office, 0, &r, e)) < 0)
		return rc;
	if (rec->redacted_time[0] != '\0')
		rc = too_late(r, rec, e);
	else
		rc = evidence_repo_prove(r, sha, rec->size, rec->parts, e);
	/* the parts that came before the whole are part of it now */
	if (rc == 0)
		rc = evidence_repo_drop_upload(r, sha, e);
	evidence_repo_close(r);
	return rc;
}

int
evidence_take(struct store *s, const char *office, const char *sha, cJSON **ret,
    struct err *e)
{
	struct evidence_rec *rec = NULL;
	cJSON *receipt = NULL;
	int rc;

	if (!evidence_is_sha(sha))
		return err_set(e, ERR_INVALID, 0,
		    "a SHA-256 has 64 lower-case hex digits");
	if ((rec = malloc(sizeof(*rec))) == NULL)
		return err_nomem(e);
	if ((rc = look(s, office, sha, rec, e)) == 0 &&
	    (rc = kept(s, office, sha, &receipt, e)) == 0 && receipt == NULL)
		rc = sign(s, office, sha, &receipt, e);
	free(rec);
	if (rc < 0)
		return rc;
	*ret = receipt;
	return 0;
}

/* --- what came while no daemon ran --- */

struct taking {
	struct store *store;
	const char *office;
	int rc;
	struct err err;
};

static int
take_one(void *arg, const char *sha, int64_t moved, struct err *e)
{
	struct taking *t = arg;
	cJSON *receipt = NULL;
	struct err own;
	int rc;

	(void)moved;
	if ((rc = kept(t->store, t->office, sha, &receipt, e)) < 0)
		return rc;
	if (receipt == NULL) {
		rc = evidence_take(t->store, t->office, sha, &receipt, &own);
		if (rc < 0 && db_is_fatal(&own)) { /* not the file's */
			if (e != NULL)
				*e = own;
			return rc;
		}
		if (rc < 0 && rc != ERR_REFUSED && t->rc == 0) {
			t->rc = rc;
			t->err = own;
		}
	}
	cJSON_Delete(receipt);
	return 0;
}

static int
take_office(void *arg, const char *office, struct err *e)
{
	struct taking *t = arg;
	struct evidence_repo *r = NULL;
	int rc;

	rc = evidence_open_repo(t->store, office, 0, &r, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	t->office = office;
	rc = evidence_repo_each(r, 1, take_one, t, e);
	evidence_repo_close(r);
	return rc;
}

int
evidence_take_all(struct store *s, struct err *e)
{
	struct taking t = { .store = s };
	int rc = store_every_office(s, take_office, &t, e);

	if (rc == 0 && (rc = t.rc) < 0 && e != NULL)
		*e = t.err;
	return rc;
}

/* --- counting --- */

int
evidence_count(struct store *s, const char *office, int64_t *ret_files,
    int64_t *ret_confirmed, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	struct branch *b = NULL;
	int rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	/* "evidence/" and 64 digits; '0' comes after '/' */
	rc = db_stmt(db, &st, e,
	    "SELECT count(*), count(f.confirmed) FROM record r"
	    " LEFT JOIN evidence_file f ON f.office = ?2"
	    " AND f.sha = substr(r.path, 10, 64)"
	    " WHERE r.branch = ?1 AND r.path >= 'evidence/'"
	    " AND r.path < 'evidence0' AND r.bytes IS NOT NULL"
	    " AND f.erased IS NULL",
	    "is", b->id, b->office);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0) {
		*ret_files = sqlite3_column_int64(st, 0);
		*ret_confirmed = sqlite3_column_int64(st, 1);
		rc = 0;
	}
	db_reset(st);
	return rc;
}
