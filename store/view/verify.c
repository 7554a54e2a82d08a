#include "store/view/verify.h"

#include <inttypes.h>

#include "store/sign/receipt.h"
#include "store/view/search.h"
#include "store/view/verify_state.h"

#define MAX_FINDINGS 500
#define RECEIPT_JSON_MAX 8192

int
verify_is_finding(int rc)
{
	switch (rc) {
	case ERR_REFUSED:
	case ERR_DAMAGED:
	case ERR_CONFLICT:
	case ERR_INVALID:
	case ERR_NOT_FOUND:
	case ERR_FAILED:
		return 1;
	default:
		return 0;
	}
}

static int
put_finding(cJSON *obj, const char *severity, const char *where,
    const struct err *f, struct err *e)
{
	int rc;

	if ((rc = json_put_str(obj, "severity", severity, e)) < 0 ||
	    (rc = json_put_str(obj, "where", where, e)) < 0 ||
	    (rc = json_put_str(obj, "what", f->msg, e)) < 0 ||
	    (rc = json_put_str(obj, "what_th", f->th, e)) < 0 ||
	    (rc = json_put_str(obj, "advice", f->hint, e)) < 0)
		return rc;
	return json_put_str(obj, "advice_th", f->hint_th, e);
}

int
verify_found(struct verify *v, const char *severity, const char *where,
    const struct err *f, struct err *e)
{
	cJSON *obj;
	int rc;

	if (strcmp(severity, "error") == 0)
		v->n_errors++;
	/* counted all the same: the last entry says how many more */
	if (v->n_findings++ >= MAX_FINDINGS)
		return 0;
	if ((obj = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = put_finding(obj, severity, where, f, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(v->findings, obj, e);
}

/* --- SQLite's own view of the file --- */

static int
tell_database(struct verify *v, const char *what, struct err *e)
{
	struct err f;

	err_set(&f, ERR_DAMAGED, 0, "the database is damaged: %.200s", what);
	err_hint(&f, "run pmqad --reindex: it rebuilds the database from the "
		     "repository");
	return verify_found(v, "error", "pmqa.db", &f, e);
}

static int
check_integrity(struct verify *v, struct err *e)
{
	struct db *db = store_db(v->store);
	sqlite3_stmt *st = NULL;
	const char *said;
	int rc;

	if ((rc = db_stmt(db, &st, e, "PRAGMA integrity_check(20)", "")) < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		said = (const char *)sqlite3_column_text(st, 0);
		if (said != NULL && strcmp(said, "ok") == 0)
			continue;
		if ((rc = tell_database(v, said != NULL ? said : "?", e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

static int
check_foreign_keys(struct verify *v, struct err *e)
{
	struct db *db = store_db(v->store);
	sqlite3_stmt *st = NULL;
	const char *table;
	char what[120];
	int rc;

	if ((rc = db_stmt(db, &st, e, "PRAGMA foreign_key_check", "")) < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		table = (const char *)sqlite3_column_text(st, 0);
		snprintf(what, sizeof(what),
		    "a row of table %.40s belongs to nothing",
		    table != NULL ? table : "?");
		if ((rc = tell_database(v, what, e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

/* --- receipts that were kept --- */

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
	return verify_found(v, severity, where, &f, e);
}

static int
check_receipts(struct verify *v, const char *office, struct err *e)
{
	struct db *db = store_db(v->store);
	const unsigned char *pub = NULL;
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.tip, r.revision, r.time, r.offset_min, r.json,"
	    " (SELECT v.id FROM revision v JOIN branch b ON b.id = v.branch"
	    " WHERE v.commit_id = r.tip AND v.name = r.revision"
	    " AND b.office = r.office AND b.name = 'office')"
	    " FROM receipt r WHERE r.office = ?1 ORDER BY r.id",
	    "s", office);
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
	return rc;
}

/* --- offices --- */

/* Makes an error that is about the data a finding: the other parts are checked
 * all the same. */
static int
or_found(struct verify *v, const char *office, int rc, const struct err *f,
    struct err *e)
{
	if (rc >= 0)
		return 0;
	if (verify_is_finding(rc))
		return verify_found(v, "error", office, f, e);
	if (e != NULL)
		*e = *f;
	return rc;
}

static int
check_office(void *arg, const char *office, struct err *e)
{
	static const char *const branches[] = { "office", "hall" };
	struct verify *v = arg;
	struct err f;
	int i, rc, readable = 0;

	/* the files first: a damaged one must not be read */
	rc = verify_files(v, office, &readable, &f);
	if (rc == 0 && !readable)
		rc = err_set(&f, ERR_DAMAGED, 0,
		    "the history was not checked: a file of the repository is "
		    "damaged");
	if (rc < 0)
		return or_found(v, office, rc, &f, e);
	for (i = 0; i < 2; i++) {
		rc = verify_branch(v, office, branches[i], &f);
		if ((rc = or_found(v, office, rc, &f, e)) < 0)
			return rc;
	}
	rc = check_receipts(v, office, &f);
	if ((rc = or_found(v, office, rc, &f, e)) < 0)
		return rc;
	rc = verify_evidence(v, office, &f);
	if ((rc = or_found(v, office, rc, &f, e)) < 0)
		return rc;
	rc = verify_aside(v, office, &f);
	return or_found(v, office, rc, &f, e);
}

/* Rows of offices and branches that no repository here stands for. */
static int
check_strays(struct verify *v, struct err *e)
{
	struct db *db = store_db(v->store);
	struct repo *repo = NULL;
	sqlite3_stmt *st = NULL;
	const char *office, *name;
	struct err f;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT office, name FROM branch UNION SELECT office, name"
	    " FROM journal UNION SELECT office, 'office' FROM receipt",
	    "");
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		office = (const char *)sqlite3_column_text(st, 0);
		name = (const char *)sqlite3_column_text(st, 1);
		if (office != NULL && name != NULL && office[0] != '\0' &&
		    (strcmp(name, "office") == 0 ||
			strcmp(name, "hall") == 0) &&
		    store_repo(v->store, office, &repo, NULL) == 0)
			continue;
		err_set(&f, ERR_DAMAGED, 0,
		    "the database has a branch '%.20s %.20s' without a "
		    "repository",
		    office != NULL ? office : "?", name != NULL ? name : "?");
		if ((rc = verify_found(v, "error", "pmqa.db", &f, e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

/* The search index against the records; what it has not taken in yet is no
 * fault. */
static int
check_search(struct verify *v, struct err *e)
{
	int64_t texts, wrong;
	struct err f;
	int rc = search_check(v->store, &texts, &wrong, e);

	if (rc < 0 || wrong == 0)
		return rc;
	err_set(&f, ERR_DAMAGED, 0,
	    "%lld texts of the search index are not those of the records",
	    (long long)wrong);
	err_hint(&f, "run pmqad --reindex: it rebuilds the database from the "
		     "repository");
	return verify_found(v, "error", "pmqa.db", &f, e);
}

/* --- the result --- */

static int
put_checked(const struct verify *v, cJSON *out, struct err *e)
{
	cJSON *checked = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(out, "checked", checked, e)) < 0 ||
	    (rc = json_put_int(checked, "commits", v->commits, e)) < 0 ||
	    (rc = json_put_int(checked, "signatures", v->commits, e)) < 0 ||
	    (rc = json_put_int(checked, "receipts", v->receipts, e)) < 0 ||
	    (rc = json_put_int(checked, "evidence", v->evidence, e)) < 0)
		return rc;
	if (store_conf(v->store)->role == ROLE_HALL &&
	    (rc = json_put_int(checked, "log", v->lines, e)) < 0)
		return rc;
	return json_put_int(checked, "records", v->records, e);
}

static int
put_result(struct verify *v, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct err f;
	int rc;

	if (out == NULL)
		return err_nomem(e);
	if (v->n_findings > MAX_FINDINGS) {
		err_set(&f, ERR_DAMAGED, 0, "%zu findings more are not listed",
		    v->n_findings - MAX_FINDINGS);
		v->n_findings = 0; /* room for this one */
		if ((rc = verify_found(v, "error", "-", &f, e)) < 0)
			goto out;
	}
	if ((rc = json_put_bool(out, "ok", v->n_errors == 0, e)) < 0 ||
	    (rc = put_checked(v, out, e)) < 0)
		goto out;
	rc = json_put(out, "findings", v->findings, e);
	v->findings = NULL; /* taken in any case */
	if (rc < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}

static int
check_all(struct verify *v, struct err *e)
{
	struct err f;
	int rc;

	rc = check_integrity(v, &f);
	if (rc == 0)
		rc = check_foreign_keys(v, &f);
	if (rc == 0)
		rc = db_one_int(store_db(v->store), &v->total, &f,
		    "SELECT ifnull(sum(n), 0) FROM branch", "");
	if (rc == 0)
		rc = store_each_office(v->store, check_office, v, &f);
	if (rc == 0)
		rc = check_strays(v, &f);
	if (rc == 0)
		rc = check_search(v, &f);
	if (rc == 0)
		rc = verify_log(v, &f);
	if (rc == ERR_DAMAGED)
		return verify_found(v, "error", "pmqa.db", &f, e);
	if (rc < 0 && e != NULL)
		*e = f;
	return rc;
}

int
verify_run(struct store *s,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e)
{
	struct verify v = {
		.store = s, .progress = progress, .progress_arg = arg
	};
	int rc;

	if ((v.findings = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	if ((rc = check_all(&v, e)) == 0) {
		if (progress != NULL)
			progress(arg, v.commits, v.total);
		rc = put_result(&v, ret, e);
	}
	cJSON_Delete(v.findings);
	return rc;
}
