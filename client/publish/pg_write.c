#include "client/publish/pg_write.h"

#include <inttypes.h>

/* $1 office, $2 branch, $3 how many are there already, $4 the page */
static const char REVISIONS[] =
    "INSERT INTO pmqa.revisions(office, branch, position, commit, revision,"
    " device, time, login, person, action, reason, side, parents, shortened)"
    " SELECT $1, $2, $3::bigint + o, r->>'commit', r->>'revision',"
    " r->>'device', (r->>'time')::timestamptz, r#>>'{person,login}',"
    " r#>>'{person,name}', r->>'action', r->>'reason', (r->>'side')::boolean,"
    " ARRAY(SELECT jsonb_array_elements_text(r->'parents')),"
    " ($4::jsonb->>'cut')::boolean"
    " FROM jsonb_array_elements($4::jsonb->'revisions')"
    " WITH ORDINALITY AS t(r, o)";

/* one record stands in the revision itself, several below "records"; allowed_
 * signers is no record and has no changes */
static const char CHANGES[] =
    "INSERT INTO pmqa.changes(office, branch, position, record, field, old,"
    " new) SELECT $1, $2, $3::bigint + o, f->>'record', c->>'field',"
    " nullif(c->'old', 'null'), nullif(c->'new', 'null')"
    " FROM jsonb_array_elements($4::jsonb->'revisions')"
    " WITH ORDINALITY AS t(r, o)"
    " CROSS JOIN LATERAL jsonb_array_elements("
    "  CASE WHEN r ? 'records' THEN r->'records' ELSE jsonb_build_array(r)"
    "  END) AS f"
    " CROSS JOIN LATERAL jsonb_array_elements("
    "  coalesce(f->'changes', '[]')) AS c";

/* the newest of the page is where the branch is now */
static const char PROGRESS[] =
    "INSERT INTO pmqa.progress AS p(office, branch, position, commit, due)"
    " SELECT $1, $2, $3::bigint + jsonb_array_length(l), l->-1->>'commit',"
    " true FROM (SELECT $4::jsonb->'revisions' AS l) AS t"
    " ON CONFLICT(office, branch) DO UPDATE SET position = excluded.position,"
    " commit = excluded.commit, due = true";

/* $1 office, $2 the page; the path is YEAR/items/ITEM.json */
static const char ANSWERS[] =
    "INSERT INTO pmqa.answers(office, year, item, revision, commit, ticks,"
    " owner, strengths, gap, explanation_basic, explanation_advance,"
    " explanation_significance, good_practice, good_practice_text, record)"
    " SELECT $1, left(a->>'path', 4)::integer,"
    " regexp_replace(a->>'path', '^.*/(.*)\\.json$', '\\1'), a->>'revision',"
    " a->>'commit', ARRAY(SELECT jsonb_array_elements_text("
    "  coalesce(r->'ticks', '[]'))), r->>'owner', r->>'strengths', r->>'gap',"
    " r#>>'{explanation,basic}', r#>>'{explanation,advance}',"
    " r#>>'{explanation,significance}',"
    " (r#>>'{good_practice,flag}')::boolean, r#>>'{good_practice,text}', r"
    " FROM (SELECT a, a->'record' AS r"
    "  FROM jsonb_array_elements($2::jsonb->'records') AS a) AS t"
    " WHERE r <> 'null'"
    " ON CONFLICT(office, year, item) DO UPDATE SET"
    " revision = excluded.revision, commit = excluded.commit,"
    " ticks = excluded.ticks, owner = excluded.owner,"
    " strengths = excluded.strengths, gap = excluded.gap,"
    " explanation_basic = excluded.explanation_basic,"
    " explanation_advance = excluded.explanation_advance,"
    " explanation_significance = excluded.explanation_significance,"
    " good_practice = excluded.good_practice,"
    " good_practice_text = excluded.good_practice_text,"
    " record = excluded.record";
static const char REMOVED[] =
    "DELETE FROM pmqa.answers AS d"
    " USING jsonb_array_elements($2::jsonb->'records') AS a"
    " WHERE a->'record' = 'null' AND d.office = $1"
    " AND d.year = left(a->>'path', 4)::integer"
    " AND a->>'path' = d.year || '/items/' || d.item || '.json'";

static const char RECEIPTS[] =
    "INSERT INTO pmqa.receipts(office, tip, revision, time, ok, signed,"
    " signature) SELECT $1, r->>'tip', r->>'revision',"
    " (r->>'time')::timestamptz, (r->>'ok')::boolean, r->>'text',"
    " r->>'signature' FROM jsonb_array_elements($2::jsonb->'receipts') AS r"
    " WHERE r ? 'tip' AND r ? 'time' ON CONFLICT DO NOTHING";

/* $1 office, $2 cycle.list, $3 compare */
static const char CYCLES[] =
    "INSERT INTO pmqa.cycles(office, year, edition, state, late, total,"
    " committee, due) SELECT $1, (c->>'year')::integer, c->>'edition',"
    " c->>'state', (c->>'late')::boolean, (c->>'total')::numeric,"
    " (c->>'committee')::numeric, l->'due'"
    " FROM jsonb_array_elements($3::jsonb->'rows') AS c"
    " LEFT JOIN jsonb_array_elements($2::jsonb->'cycles') AS l"
    " ON l->'year' = c->'year'";
static const char TOTALS[] =
    "INSERT INTO pmqa.scores(office, year, kind, id, score, committee)"
    " SELECT office, year, 'total', '', total, committee FROM pmqa.cycles"
    " WHERE office = $1";

/* $1 office, $2 year, $3 the answer */
static const char SCORES[] =
    "INSERT INTO pmqa.scores(office, year, kind, id, score, committee, level,"
    " committee_level, ticked, points)"
    " SELECT $1, $2::integer, k.kind, s->>'id', (s->>'score')::numeric,"
    " (s->>'committee')::numeric, s->>'level', s->>'committee_level',"
    " (s->>'ticked')::integer, (s->>'points')::integer"
    " FROM (VALUES('category', 'categories'), ('item', 'items'))"
    " AS k(kind, list)"
    " CROSS JOIN LATERAL jsonb_array_elements($3::jsonb->k.list) AS s";

/* $1 the answer */
static const char OFFICES[] =
    "INSERT INTO pmqa.offices AS o(code, name, state, last_seen, failing, tip,"
    " revision, revisions, received, pending_since, conflicts,"
    " evidence_files, evidence_at_hall, version)"
    " SELECT s->>'code', s->>'name', s->>'state',"
    " (s->>'last_seen')::timestamptz, nullif(s->'failing', 'null'),"
    " s->>'tip', s->>'revision', (s->>'revisions')::bigint,"
    " (s#>>'{receipt,time}')::timestamptz,"
    " (s->>'pending_since')::timestamptz, (s->>'conflicts')::integer,"
    " (s#>>'{evidence,files}')::integer,"
    " (s#>>'{evidence,at_hall}')::integer, s->>'version'"
    " FROM jsonb_array_elements($1::jsonb->'offices') AS s"
    " ON CONFLICT(code) DO UPDATE SET name = excluded.name,"
    " state = excluded.state, last_seen = excluded.last_seen,"
    " failing = excluded.failing, tip = excluded.tip,"
    " revision = excluded.revision, revisions = excluded.revisions,"
    " received = excluded.received,"
    " pending_since = excluded.pending_since,"
    " conflicts = excluded.conflicts,"
    " evidence_files = excluded.evidence_files,"
    " evidence_at_hall = excluded.evidence_at_hall,"
    " version = excluded.version"
    " WHERE o IS DISTINCT FROM excluded";

/* of a province that a ministry follows no more */
static const char GONE[] =
    "UPDATE pmqa.offices SET state = 'gone'"
    " WHERE state IS DISTINCT FROM 'gone' AND code NOT IN"
    " (SELECT s->>'code' FROM jsonb_array_elements($1::jsonb->'offices')"
    " AS s)";

/* Runs a statement with a document as its last parameter. */
static int
with_doc(struct pg *p, const char *sql, const char **params, int n,
    const cJSON *doc, int64_t *ret_rows, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = json_write(doc, &text, e);

	if (rc == 0) {
		params[n] = buf_str(&text);
		rc = pg_run(p, sql, params, n + 1, ret_rows, e);
	}
	buf_release(&text);
	return rc;
}

int
pg_write_reset(struct pg *p, const struct pg_place *at, struct err *e)
{
	static const char *const of_branch[] = {
		"DELETE FROM pmqa.revisions WHERE office = $1 AND branch = $2",
		"DELETE FROM pmqa.progress WHERE office = $1 AND branch = $2",
		/* only the office's branch has answers */
		"DELETE FROM pmqa.answers WHERE office = $1 AND $2 = 'office'",
		/* those of what the hall no longer has; the others come back */
		"DELETE FROM pmqa.receipts WHERE office = $1 AND $2 = 'office'",
	};
	const char *const params[] = { at->office, at->branch };
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(of_branch) / sizeof(*of_branch) && rc == 0; i++)
		rc = pg_run(p, of_branch[i], params, 2, NULL, e);
	return rc;
}

int
pg_write_revisions(struct pg *p, const struct pg_place *at, const cJSON *page,
    int64_t *ret_n, struct err *e)
{
	static const char *const tables[] = { REVISIONS, CHANGES, PROGRESS };
	const char *params[4];
	struct buf text = BUF_INIT;
	char n[24];
	size_t i;
	int rc = json_write(page, &text, e);

	snprintf(n, sizeof(n), "%" PRId64, at->n);
	params[0] = at->office;
	params[1] = at->branch;
	params[2] = n;
	params[3] = buf_str(&text);
	for (i = 0; i < sizeof(tables) / sizeof(*tables) && rc == 0; i++)
		rc = pg_run(p, tables[i], params, 4, NULL, e);
	buf_release(&text);
	*ret_n = cJSON_GetArraySize(json_get(page, "revisions"));
	return rc;
}

int
pg_write_answers(
    struct pg *p, const char *office, const cJSON *page, struct err *e)
{
	const char *params[2] = { office };
	int rc = with_doc(p, ANSWERS, params, 1, page, NULL, e);

	return rc < 0 ? rc : with_doc(p, REMOVED, params, 1, page, NULL, e);
}

int
pg_write_receipts(struct pg *p, const char *office, const cJSON *page,
    int64_t *ret_new, struct err *e)
{
	const char *params[2] = { office };

	return with_doc(p, RECEIPTS, params, 1, page, ret_new, e);
}

int
pg_write_cycles(struct pg *p, const char *office, const cJSON *cycles,
    const cJSON *compare, struct err *e)
{
	const char *params[3] = { office };
	struct buf list = BUF_INIT;
	int rc;

	if ((rc = pg_run(p, "DELETE FROM pmqa.scores WHERE office = $1", params,
		 1, NULL, e)) < 0 ||
	    (rc = pg_run(p, "DELETE FROM pmqa.cycles WHERE office = $1", params,
		 1, NULL, e)) < 0 ||
	    (rc = json_write(cycles, &list, e)) < 0)
		goto out;
	params[1] = buf_str(&list);
	if ((rc = with_doc(p, CYCLES, params, 2, compare, NULL, e)) == 0)
		rc = pg_run(p, TOTALS, params, 1, NULL, e);
out:
	buf_release(&list);
	return rc;
}

int
pg_write_scores(struct pg *p, const char *office, int64_t year,
    const cJSON *score, struct err *e)
{
	char text[24];
	const char *params[3] = { office, text };

	snprintf(text, sizeof(text), "%" PRId64, year);
	return with_doc(p, SCORES, params, 2, score, NULL, e);
}

int
pg_write_done(struct pg *p, const char *office, struct err *e)
{
	const char *const params[] = { office };

	return pg_run(p,
	    "UPDATE pmqa.progress SET due = false WHERE office = $1", params, 1,
	    NULL, e);
}

int
pg_write_offices(struct pg *p, const cJSON *status, struct err *e)
{
	const char *params[1];

	int rc = with_doc(p, OFFICES, params, 0, status, NULL, e);

	return rc < 0 ? rc : with_doc(p, GONE, params, 0, status, NULL, e);
}
