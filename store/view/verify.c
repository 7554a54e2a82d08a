#include "store/view/verify.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/view/search.h"
#include "store/view/verify_state.h"

/* What was written so shortly before a proof began may have been written again
 * within the same tick of the file system's clock. */
#define TICK_S 3

/* --- SQLite's own view of the file --- */

static int
tell_database(struct verify *v, const char *what, struct err *e)
{
	struct err f;

	err_set(&f, ERR_DAMAGED, 0, "the database is damaged: %.200s", what);
	err_hint(&f, "run pmqad --reindex: it rebuilds the database from the "
		     "repository");
	return verify_found(v, "error", "database", "pmqa.db", &f, e);
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

/* --- offices --- */

/* Both branches, the stretches of a long past by threads. */
static int
check_deep(struct verify *v, const char *office, struct err *e)
{
	struct verify_point start[2];
	struct verify_job *jobs = NULL;
	struct err f;
	size_t n = 0;
	int i, rc;

	if ((rc = verify_plan(v, office, &jobs, &n, start, e)) < 0 ||
	    (rc = verify_pool(v, jobs, n, e)) < 0)
		goto out;
	for (i = 0; i < 2 && rc == 0; i++) {
		if ((rc = verify_goes_on(v, office, VERIFY_BRANCHES[i], &f)) ==
		    0)
			rc = verify_branch(
			    v, office, VERIFY_BRANCHES[i], &start[i], NULL, &f);
		rc = verify_or_found(v, "unchecked", office, rc, &f, e);
	}
out:
	free(jobs);
	return rc;
}

/* A branch from its seal on, and a stretch of what is before that. */
static int
check_since(
    struct verify *v, const char *office, const char *which, struct err *e)
{
	struct verify_point start;
	struct verify_seal seal;
	int rc;

	if ((rc = verify_known(v, office, which, &seal, &start, e)) < 0 ||
	    (rc = verify_branch(v, office, which, &start, &seal, e)) < 0)
		return rc;
	return verify_patrol(v, office, which, &seal, &start, e);
}

static int
check_history(struct verify *v, const char *office, struct err *e)
{
	struct err f;
	int i, rc = 0;

	if (v->deep)
		return check_deep(v, office, e);
	for (i = 0; i < 2 && rc == 0; i++) {
		rc = check_since(v, office, VERIFY_BRANCHES[i], &f);
		rc = verify_or_found(v, "unchecked", office, rc, &f, e);
	}
	return rc;
}

static int
check_office(void *arg, const char *office, struct err *e)
{
	static int (*const parts[])(
	    struct verify *, const char *, struct err *) = { verify_present,
		check_history, verify_receipts, verify_evidence, verify_aside };
	struct verify *v = arg;
	struct err f;
	size_t i;
	int rc, readable = 0;

	/* the files first: a damaged one must not be read */
	rc = verify_files(v, office, &readable, &f);
	if (rc == 0 && !readable) {
		v->unreadable = 1;
		err_set(&f, ERR_DAMAGED, 0,
		    "the history was not checked: a file of the repository is "
		    "damaged");
		return verify_found(v, "error", "unchecked", office, &f, e);
	}
	if (rc < 0)
		return verify_or_found(v, "object", office, rc, &f, e);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i] == verify_evidence &&
		    (v->deep || v->evidence_apart))
			continue; /* a job of the pool */
		rc = parts[i](v, office, &f);
		rc = verify_or_found(v, "unchecked", office, rc, &f, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

struct offices {
	char (*codes)[8];
	size_t n;
};

static int
on_office(void *arg, const char *office, struct err *e)
{
	struct offices *o = arg;
	char(*grown)[8] = realloc(o->codes, (o->n + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	o->codes = grown;
	snprintf(grown[o->n++], sizeof(*grown), "%s", office);
	return 0;
}

static int
run_office(struct verify *v, const struct verify_job *j, struct err *e)
{
	v->evidence_apart = 1;
	return check_office(v, j->office, e);
}

/* By threads, when their pasts are not looked at: from zero each one's past
 * keeps all threads busy, and a ministry's offices share repositories. */
static int
check_offices(struct verify *v, struct err *e)
{
	struct offices o = { NULL, 0 };
	struct verify_job *jobs = NULL;
	size_t i;
	int rc;

	if (v->deep || store_conf(v->store)->role == ROLE_MINISTRY)
		return store_each_office(v->store, check_office, v, e);
	if ((rc = store_each_office(v->store, on_office, &o, e)) < 0)
		goto out;
	if ((jobs = calloc(2 * o.n + 1, sizeof(*jobs))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (i = 0; i < o.n; i++) {
		jobs[i].run = run_office;
		jobs[o.n + i].run = verify_evidence_job;
		jobs[i].office = jobs[o.n + i].office = o.codes[i];
	}
	rc = verify_pool(v, jobs, 2 * o.n, e);
out:
	free(jobs);
	free(o.codes);
	return rc;
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
		if ((rc = verify_found(v, "error", "stray", "pmqa.db", &f, e)) <
		    0)
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
	return verify_found(v, "error", "search", "pmqa.db", &f, e);
}

/* --- all of it --- */

/* What costs as much as there is: a proof from zero alone. */
static int
check_database(struct verify *v, struct err *e)
{
	int rc;

	if (!v->deep)
		return 0;
	if ((rc = check_integrity(v, e)) < 0 ||
	    (rc = check_foreign_keys(v, e)) < 0)
		return rc;
	return db_one_int(store_db(v->store), &v->total, e,
	    "SELECT ifnull(sum(n), 0) FROM branch", "");
}

/* What lies beside the offices. */
static int
check_beside(struct verify *v, struct err *e)
{
	struct err f;
	int rc = verify_access(v, &f);

	rc = verify_or_found(v, "access", "access log", rc, &f, e);
	if (rc < 0)
		return rc;
	rc = verify_province(v, &f);
	return verify_or_found(v, "province", "province.git", rc, &f, e);
}

static int
check_all(struct verify *v, struct err *e)
{
	struct err f;
	int rc = check_database(v, &f);

	if (rc == 0)
		rc = check_offices(v, &f);
	if (rc == 0)
		rc = check_strays(v, &f);
	if (rc == 0 && v->deep)
		rc = check_search(v, &f);
	if (rc == 0)
		rc = verify_log(v, &f);
	if (rc == 0)
		rc = check_beside(v, &f);
	if (rc == ERR_DAMAGED)
		return verify_found(v, "error", "database", "pmqa.db", &f, e);
	if (rc < 0 && e != NULL)
		*e = f;
	return rc;
}

/* Without a good seal everything is proved from zero. */
static int
begin(struct verify *v, struct err *e)
{
	struct err f;
	int rc, fault = 0;

	v->deep = 1;
	if (v->o->deep)
		return 0;
	if ((rc = verify_base_read(v->store, &v->base, &fault, e)) < 0)
		return rc;
	if (!fault) {
		v->deep = v->base.time == 0;
		return 0;
	}
	err_set(&f, ERR_FAILED, 0,
	    "the seal of what was proved before is not this machine's or was "
	    "altered: everything is proved anew");
	return verify_found(v, "note", "seal", "pmqa.db", &f, e);
}

/* A fault takes the seals away when it was found from zero; else they stay as
 * they are, and the next proof comes by it again. */
static int
finish(struct verify *v, int64_t begun, cJSON **ret_proved, struct err *e)
{
	struct verify_base base = v->base;
	int rc;

	if (v->n_errors > 0) {
		cJSON_Delete(v->proved);
		v->proved = v->deep ? cJSON_CreateNull() : NULL;
		*ret_proved = v->proved;
		rc = v->deep && v->proved == NULL ? err_nomem(e) : 0;
		v->proved = NULL;
		return rc;
	}
	base.time = begun - TICK_S;
	if ((rc = verify_base_put(v->store, &base, v->proved, e)) < 0)
		return rc;
	*ret_proved = v->proved;
	v->proved = NULL;
	return 0;
}

int
verify_with(struct store *s, const struct verify_opts *o, cJSON **ret,
    cJSON **ret_proved, struct err *e)
{
	struct verify v = { .store = s, .o = o };
	int64_t begun = clock_now();
	cJSON *proved = NULL;
	int rc;

	v.findings = cJSON_CreateArray();
	v.proved = cJSON_CreateObject();
	if (v.findings == NULL || v.proved == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = begin(&v, e)) < 0 || (rc = check_all(&v, e)) < 0)
		goto out;
	if (o->progress != NULL)
		o->progress(o->arg, v.commits, v.total);
	if ((rc = finish(&v, begun, &proved, e)) < 0 ||
	    (rc = verify_result(&v, ret, e)) < 0)
		goto out;
	*ret_proved = proved;
	proved = NULL;
out:
	verify_repo_close(&v);
	cJSON_Delete(proved);
	cJSON_Delete(v.findings);
	cJSON_Delete(v.proved);
	return rc;
}

int
verify_run(struct store *s,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e)
{
	const struct verify_opts o = {
		.deep = 1, .progress = progress, .arg = arg
	};
	cJSON *proved = NULL;
	int rc = verify_with(s, &o, ret, &proved, e);

	cJSON_Delete(proved);
	return rc;
}
