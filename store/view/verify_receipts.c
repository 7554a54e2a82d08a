/* The receipts part of verify: what the hall signed for this office, kept here as
 * it came. */
#include "store/sign/receipt.h"
#include "store/view/verify_state.h"

#define RECEIPT_JSON_MAX 8192

static int
same_receipt(sqlite3_stmt *st, const struct receipt *r, const char *office)
{
	const char *revision = (const char *)sqlite3_column_text(st, 2);

	return strcmp(r->office, office) == 0 &&
	       sqlite3_column_bytes(st, 1) == 20 &&
	       memcmp(sqlite3_column_blob(st, 1), r->tip, 20) == 0 &&
	       revision != NULL && strcmp(revision, r->revision) == 0 &&
	       sqlite3_column_int64(st, 3) == r->time &&
	       sqlite3_column_int64(st, 4) == r->offset_min;
}

/* What the hall received and is not indexed: fetched and not yet joined (the
 * next exchange does it), or missing. */
static int
is_fetched(struct verify *v, const char *office, const unsigned char tip[20])
{
	struct buf raw = BUF_INIT;
	struct repo *repo = NULL;
	int found;

	found =
	    store_repo(v->store, office, &repo, NULL) == 0 &&
	    repo_read(repo, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, NULL) == 0;
	buf_release(&raw);
	return found;
}

/* The receipt of one row, checked as if it had just come. */
static int
check_receipt(struct verify *v, sqlite3_stmt *st, const char *office,
    const unsigned char *pub, struct err *e)
{
	const char *text = (const char *)sqlite3_column_text(st, 5);
	const char *severity = "error";
	struct receipt r;
	struct err f;
	cJSON *json = NULL;
	char where[40];
	int rc;

	v->receipts++;
	snprintf(where, sizeof(where), "%s receipts", office);
	rc = json_parse(text != NULL ? text : "",
	    (size_t)sqlite3_column_bytes(st, 5), RECEIPT_JSON_MAX, &json, &f);
	if (rc == 0)
		rc = receipt_check(json, pub, &r, &f);
	cJSON_Delete(json);
	if (rc == 0 && !same_receipt(st, &r, office))
		rc = err_set(&f, ERR_DAMAGED, 0,
		    "the row of the receipt for %s differs from what was "
		    "signed",
		    r.revision);
	if (rc == 0 && sqlite3_column_type(st, 6) == SQLITE_NULL) {
		rc = err_set(&f, ERR_DAMAGED, 0,
		    "the hall received revision %s, which is not here",
		    r.revision);
		if (is_fetched(v, office, r.tip))
			severity = "warning";
	}
	if (rc == 0)
		return 0;
	if (!verify_is_finding(rc)) {
		if (e != NULL)
			*e = f;
		return rc;
	}
	err_hint(&f, "synchronise again; compare with the hall's receipts");
	return verify_found(v, severity, "receipt", where, &f, e);
}

/* Those that a proof looked at before; when some of them are gone none counts,
 * and no number is too small to be looked at. */
static int
seen_before(struct verify *v, const char *office, int64_t *ret, struct err *e)
{
	struct verify_seal seal;
	int64_t n = 0;
	int rc, fault = 0;

	*ret = INT64_MIN;
	if (v->deep)
		return 0;
	rc = verify_seal_read(v->store, office, "office", &seal, &fault, e);
	if (rc < 0 || seal.receipt == 0)
		return rc;
	rc = db_one_int(store_db(v->store), &n, e,
	    "SELECT count(*) FROM receipt WHERE office = ?1 AND id <= ?2", "si",
	    office, seal.receipt);
	if (rc < 0 || n != seal.n_receipts)
		return rc;
	/* the newest one each time: what it names must be here */
	return db_one_int(store_db(v->store), ret, e,
	    "SELECT min(?2, ifnull(max(id), 0) - 1) FROM receipt"
	    " WHERE office = ?1",
	    "si", office, seal.receipt);
}

/* --- the hall's branch against what is kept --- */

/* How many receipts of this tip are kept in these words; -1: it is a tip that is
 * not here (absorb.c keeps none for it). */
static int
count_kept(struct verify *v, const char *office, const cJSON *said,
    int64_t *ret, struct err *e)
{
	const char *hex = json_str(said, "tip");
	const char *sig = json_str(said, "signature");
	struct db *db = store_db(v->store);
	unsigned char tip[20];
	int64_t here = 0;
	int rc;

	*ret = -1;
	if (hex == NULL || sig == NULL || commit_unhex(hex, tip, NULL) < 0)
		return 0; /* told with the record */
	rc = db_one_int(db, &here, e,
	    "SELECT count(*) FROM revision v JOIN branch b ON b.id = v.branch"
	    " WHERE v.commit_id = ?1 AND b.office = ?2 AND b.name = 'office'",
	    "bs", (const void *)tip, sizeof(tip), office);
	if (rc < 0 || here == 0)
		return rc;
	return db_one_int(db, ret, e,
	    "SELECT count(*) FROM receipt WHERE office = ?1 AND tip = ?2", "sb",
	    office, (const void *)tip, sizeof(tip));
}

/* What the hall's branch says last that it received is kept here, too. */
static int
check_said(struct verify *v, const char *office, struct err *e)
{
	struct buf text = BUF_INIT;
	struct branch *b = NULL;
	cJSON *said = NULL;
	char where[40];
	int64_t n = -1;
	struct err f;
	int rc;

	if ((rc = store_branch(v->store, office, "hall", &b, e)) < 0)
		return rc;
	rc = store_record(v->store, b, "receipts.json", &text, NULL, &f);
	if (rc == 0)
		rc = json_parse(
		    buf_str(&text), text.len, RECEIPT_JSON_MAX, &said, &f);
	if (rc < 0 && !verify_is_finding(rc) && e != NULL)
		*e = f;
	else if (rc < 0 && verify_is_finding(rc))
		rc = 0; /* there is none, or it is told with the record */
	else
		rc = count_kept(v, office, said, &n, e);
	if (rc == 0 && n == 0) {
		snprintf(where, sizeof(where), "%s receipts", office);
		err_set(&f, ERR_DAMAGED, 0,
		    "the hall's branch has a receipt for revision %s, which "
		    "is not among those that are kept here",
		    json_str(said, "revision"));
		err_hint(&f, "run pmqad --reindex: it takes the hall's branch "
			     "in anew, with its receipts");
		rc = verify_found(v, "error", "receipt", where, &f, e);
	}
	cJSON_Delete(said);
	buf_release(&text);
	return rc;
}

int
verify_receipts(struct verify *v, const char *office, struct err *e)
{
	struct db *db = store_db(v->store);
	const unsigned char *pub = NULL;
	sqlite3_stmt *st = NULL;
	int64_t after = 0;
	int rc;

	if ((rc = seen_before(v, office, &after, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.tip, r.revision, r.time, r.offset_min, r.json,"
	    " (SELECT v.id FROM revision v JOIN branch b ON b.id = v.branch"
	    " WHERE v.commit_id = r.tip AND v.name = r.revision"
	    " AND b.office = r.office AND b.name = 'office')"
	    " FROM receipt r WHERE r.office = ?1 AND r.id > ?2 ORDER BY r.id",
	    "si", office, after);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		if (pub == NULL &&
		    (rc = trust_hall_of(v->store, office, NULL, &pub, e)) < 0)
			break;
		if ((rc = check_receipt(v, st, office, pub, e)) < 0)
			break;
	}
	db_reset(st);
	return rc < 0 ? rc : check_said(v, office, e);
}
