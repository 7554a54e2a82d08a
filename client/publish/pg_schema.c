#include "client/publish/pg_schema.h"

#include <inttypes.h>

#define SCHEMA_VERSION 1

/* The comments are what somebody sees in psql (\d+) who has no manual. */
static const char TABLES_1[] =
    "CREATE TABLE pmqa.progress(office text, branch text,"
    " position bigint NOT NULL, commit text NOT NULL, due boolean NOT NULL,"
    " PRIMARY KEY(office, branch));"
    "COMMENT ON TABLE pmqa.progress IS 'pmqa-publish: up to where each branch"
    " is here; due: scores, cycles and receipts are to be written anew';"

    "CREATE TABLE pmqa.offices(code text PRIMARY KEY, name text NOT NULL,"
    " state text, last_seen timestamptz, failing jsonb, tip text,"
    " revision text, revisions bigint, received timestamptz,"
    " pending_since timestamptz, conflicts integer, evidence_files integer,"
    " evidence_at_hall integer, version text);"
    "COMMENT ON TABLE pmqa.offices IS 'the offices, as pmqa hall status tells"
    " them; state gone: no longer among them; failing: what went wrong"
    " last, NULL while all is well; received:"
    " time of the newest receipt';"

    "CREATE TABLE pmqa.revisions(office text, branch text, position bigint,"
    " commit text NOT NULL, revision text NOT NULL, device text NOT NULL,"
    " time timestamptz NOT NULL, login text NOT NULL, person text NOT NULL,"
    " action text NOT NULL, reason text NOT NULL, side boolean NOT NULL,"
    " parents text[] NOT NULL, shortened boolean NOT NULL,"
    " PRIMARY KEY(office, branch, position), UNIQUE(office, branch, commit));"
    "CREATE INDEX ON pmqa.revisions(time);"
    "CREATE INDEX ON pmqa.revisions(login);"
    "COMMENT ON TABLE pmqa.revisions IS 'who saved what, when and why;"
    " branch: office = written by the office, hall = by its hall; position: 1"
    " is the oldest; side: written on a second device beside the others and"
    " merged later; shortened: long texts of its changes are cut';"

    "CREATE TABLE pmqa.changes(office text, branch text, position bigint,"
    " record text, field text, old jsonb, new jsonb,"
    " PRIMARY KEY(office, branch, position, record, field),"
    " FOREIGN KEY(office, branch, position) REFERENCES pmqa.revisions"
    " ON DELETE CASCADE);"
    "CREATE INDEX ON pmqa.changes(record, field);"
    "COMMENT ON TABLE pmqa.changes IS 'each field that a revision changed;"
    " old NULL: it was empty, new NULL: it became empty';"

    "CREATE TABLE pmqa.answers(office text, year integer, item text,"
    " revision text NOT NULL, commit text NOT NULL, ticks text[] NOT NULL,"
    " owner text, strengths text, gap text, explanation_basic text,"
    " explanation_advance text, explanation_significance text,"
    " good_practice boolean, good_practice_text text, record jsonb NOT NULL,"
    " PRIMARY KEY(office, year, item));"
    "COMMENT ON TABLE pmqa.answers IS 'the office''s answer to an item as it"
    " is now; revision and commit: the last that changed it; record: all of"
    " it, indicators too';"

    "CREATE TABLE pmqa.cycles(office text, year integer, edition text,"
    " state text NOT NULL, late boolean NOT NULL, total numeric,"
    " committee numeric, due jsonb, PRIMARY KEY(office, year));"
    "COMMENT ON TABLE pmqa.cycles IS 'the assessments: a fiscal year"
    " (Buddhist era) of an office; total: by the office, committee: by the"
    " hall; due: the days of the hall''s calendar';"

    "CREATE TABLE pmqa.scores(office text, year integer, kind text, id text,"
    " score numeric, committee numeric, level text, committee_level text,"
    " ticked integer, points integer, PRIMARY KEY(office, year, kind, id));"
    "COMMENT ON TABLE pmqa.scores IS 'scores; kind: total, category or item;"
    " committee: the hall''s figure, NULL before its review';"

    "CREATE TABLE pmqa.receipts(office text, tip text, revision text,"
    " time timestamptz NOT NULL, ok boolean NOT NULL, signed text NOT NULL,"
    " signature text, PRIMARY KEY(office, tip));"
    "COMMENT ON TABLE pmqa.receipts IS 'what the hall signed for: it has all"
    " of the office up to this commit; signed and signature are for"
    " ssh-keygen -Y verify';";

/* migrations[v] leads from version v to v + 1 */
static const char *const MIGRATIONS[SCHEMA_VERSION] = { TABLES_1 };

/* A lock of the session: it ends with the connection, however that ends. The
 * server may need a moment to see that a killed program is gone. */
static int
take_lock(struct pg *p, struct err *e)
{
	int rc = pg_run(p, "SET lock_timeout = '15s'", NULL, 0, NULL, e);

	if (rc == 0)
		rc = pg_run(p,
		    "SELECT pg_advisory_lock(hashtext('pmqa-publish'))", NULL,
		    0, NULL, e);
	if (rc == 0)
		rc = pg_run(p, "SET lock_timeout = 0", NULL, 0, NULL, e);
	return rc;
}

/* The version is read in the transaction that raises it. */
static int
make_tables(struct pg *p, cJSON **ret, struct err *e)
{
	static const char source[] =
	    "CREATE SCHEMA IF NOT EXISTS pmqa;"
	    "CREATE TABLE IF NOT EXISTS pmqa.source("
	    " one boolean PRIMARY KEY DEFAULT true CHECK(one),"
	    " version integer NOT NULL, role text, code text);"
	    "COMMENT ON TABLE pmqa.source IS 'whose tables these are; version:"
	    " of their form';"
	    "INSERT INTO pmqa.source(version) VALUES(0) ON CONFLICT DO NOTHING";
	static const char read[] = "SELECT row_to_json(s) FROM pmqa.source s";
	cJSON *is = NULL;
	int rc;

	/* who may only write in the tables need not be allowed to make them */
	rc = pg_ask(p, "SELECT to_json(to_regclass('pmqa.source') IS NOT NULL)",
	    NULL, 0, &is, e);
	if (rc == 0 && !cJSON_IsTrue(is))
		rc = pg_run(p, source, NULL, 0, NULL, e);
	cJSON_Delete(is);
	return rc < 0 ? rc : pg_ask(p, read, NULL, 0, ret, e);
}

static int
raise_version(struct pg *p, int64_t from, struct err *e)
{
	char next[64];
	int rc = 0;

	if (from > SCHEMA_VERSION) {
		err_set(e, ERR_FAILED, 0,
		    "the tables have version %" PRId64
		    ", this program knows up to %d",
		    from, SCHEMA_VERSION);
		err_hint(e, "install the newer pmqa again");
		return ERR_FAILED;
	}
	for (; from < SCHEMA_VERSION && rc == 0; from++) {
		snprintf(next, sizeof(next),
		    "UPDATE pmqa.source SET version = %" PRId64, from + 1);
		if ((rc = pg_run(p, MIGRATIONS[from], NULL, 0, NULL, e)) == 0)
			rc = pg_run(p, next, NULL, 0, NULL, e);
	}
	return rc;
}

static int
check_source(struct pg *p, const cJSON *source, const char *role,
    const char *code, struct err *e)
{
	const char *const params[] = { role, code };
	const char *is = json_str(source, "code");

	if (is == NULL)
		return pg_run(p, "UPDATE pmqa.source SET role = $1, code = $2",
		    params, 2, NULL, e);
	if (strcmp(is, code) == 0 &&
	    strcmp(json_str(source, "role"), role) == 0)
		return 0;
	err_set(e, ERR_CONFLICT, 0,
	    "the tables in this database are those of '%s', not of '%s'", is,
	    code);
	err_hint(e, "every hall and ministry needs a database of its own");
	return ERR_CONFLICT;
}

int
pg_schema_prepare(
    struct pg *p, const char *role, const char *code, struct err *e)
{
	cJSON *source = NULL;
	int rc;

	if ((rc = take_lock(p, e)) < 0 || (rc = pg_begin(p, e)) < 0)
		return rc;
	if ((rc = make_tables(p, &source, e)) == 0 &&
	    (rc = raise_version(p, json_int(source, "version", 0), e)) == 0)
		rc = check_source(p, source, role, code, e);
	cJSON_Delete(source);
	if (rc == 0)
		return pg_commit(p, e);
	pg_rollback(p);
	return rc;
}
