/* One round: what the daemon has and the database has not. */
#include "client/publish/pg_write.h"
#include "client/publish/publish.h"

#define RECEIPTS_AT_ONCE 200

struct walk {
	struct publish *p;
	const char *office, *branch;
	int64_t n;       /* revisions that the database has */
	char commit[48]; /* the last of them; "" = none */
};

static int
ask(struct publish *p, const char *method, cJSON *params, cJSON **ret,
    struct err *e)
{
	return cmd_ask(p->c, method, params, ret, e);
}

/* --- one branch --- */

static cJSON *
place(const struct walk *w)
{
	cJSON *params = cJSON_CreateObject();

	if (json_put_str(params, "office", w->office, NULL) < 0 ||
	    json_put_str(params, "branch", w->branch, NULL) < 0) {
		cJSON_Delete(params);
		return NULL;
	}
	return params;
}

static int
ask_revisions(struct walk *w, cJSON **ret, struct err *e)
{
	cJSON *params = place(w);
	int rc = json_put_int(params, "limit", w->p->limit, e);

	if (rc == 0 && w->commit[0] != '\0' &&
	    (rc = json_put_str(params, "after", w->commit, e)) == 0)
		rc = json_put_int(params, "n", w->n, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask(w->p, "feed.revisions", params, ret, e);
}

static int
ask_answers(struct walk *w, const char *to, const char *after, cJSON **ret,
    struct err *e)
{
	cJSON *params = place(w);
	int rc = json_put_str(params, "to", to, e);

	if (rc == 0 && w->commit[0] != '\0')
		rc = json_put_str(params, "from", w->commit, e);
	if (rc == 0 && after[0] != '\0')
		rc = json_put_str(params, "after", after, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask(w->p, "feed.answers", params, ret, e);
}

/* The answers that revisions up to this one changed. */
static int
write_answers(struct walk *w, const char *to, struct err *e)
{
	char after[120] = "";
	cJSON *page = NULL;
	int rc;

	do {
		if ((rc = ask_answers(w, to, after, &page, e)) == 0)
			rc = pg_write_answers(w->p->pg, w->office, page, e);
		snprintf(after, sizeof(after), "%s",
		    json_str(page, "next") != NULL ? json_str(page, "next")
						   : "");
		cJSON_Delete(page);
		page = NULL;
	} while (rc == 0 && after[0] != '\0');
	return rc;
}

static const char *
last_commit(const cJSON *page)
{
	const cJSON *list = json_get(page, "revisions");

	return json_str(
	    cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1), "commit");
}

/* Rows and place of one page, within the caller's transaction. */
static int
write_page(struct walk *w, const cJSON *page, struct err *e)
{
	struct pg_place at = { w->office, w->branch, w->n };
	const char *to = last_commit(page);
	int64_t n = 0;
	int rc = 0;

	if (json_bool(page, "reset", 0)) {
		rc = pg_write_reset(w->p->pg, &at, e);
		at.n = w->n = 0;
		w->commit[0] = '\0';
	}
	if (rc < 0 || to == NULL)
		return rc;
	if ((rc = pg_write_revisions(w->p->pg, &at, page, &n, e)) < 0)
		return rc;
	if (strcmp(w->branch, "office") == 0)
		rc = write_answers(w, to, e);
	w->n += n;
	snprintf(w->commit, sizeof(w->commit), "%s", to);
	return rc;
}

/* One transaction a page. */
static int
follow_branch(struct walk *w, struct err *e)
{
	int64_t before;
	cJSON *page = NULL;
	int more = 1, rc = 0;

	while (rc == 0 && more) {
		if ((rc = ask_revisions(w, &page, e)) < 0)
			return rc;
		more = json_bool(page, "more", 0);
		before = json_bool(page, "reset", 0) ? 0 : w->n;
		if ((rc = pg_begin(w->p->pg, e)) == 0 &&
		    (rc = write_page(w, page, e)) == 0)
			rc = pg_commit(w->p->pg, e);
		if (rc == 0)
			w->p->revisions += w->n - before;
		cJSON_Delete(page);
		page = NULL;
	}
	return rc;
}

/* --- one office --- */

static cJSON *
of_office(const char *office, struct err *e)
{
	cJSON *params = cJSON_CreateObject();

	if (json_put_str(params, "office", office, e) < 0) {
		cJSON_Delete(params);
		return NULL;
	}
	return params;
}

/* Newest first, down to those that were here before. */
static int
write_receipts(struct publish *p, const char *office, struct err *e)
{
	char cursor[40] = "";
	cJSON *page = NULL, *params;
	int64_t fresh = 0;
	int rc;

	do {
		params = of_office(office, e);
		rc = json_put_int(params, "limit", RECEIPTS_AT_ONCE, e);
		if (rc == 0 && cursor[0] != '\0')
			rc = json_put_str(params, "cursor", cursor, e);
		if (rc < 0) {
			cJSON_Delete(params);
			return rc;
		}
		if ((rc = ask(p, "receipts", params, &page, e)) == 0)
			rc = pg_write_receipts(p->pg, office, page, &fresh, e);
		snprintf(cursor, sizeof(cursor), "%s",
		    json_str(page, "cursor") != NULL ? json_str(page, "cursor")
						     : "");
		p->receipts += rc == 0 ? fresh : 0;
		cJSON_Delete(page);
		page = NULL;
	} while (rc == 0 && cursor[0] != '\0' && fresh == RECEIPTS_AT_ONCE);
	return rc;
}

static int
write_score(struct publish *p, const char *office, int64_t year, struct err *e)
{
	cJSON *params = of_office(office, e), *score = NULL;
	int rc = json_put_int(params, "year", year, e);

	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = ask(p, "score", params, &score, e)) == 0)
		rc = pg_write_scores(p->pg, office, year, score, e);
	cJSON_Delete(score);
	return rc;
}

static int
ask_compare(struct publish *p, const char *office, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *list = cJSON_CreateArray();
	int rc = json_put(params, "offices", list, e);

	if (rc == 0)
		rc = json_push_str(list, office, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return ask(p, "compare", params, ret, e);
}

static int
write_years(struct publish *p, const char *office, struct err *e)
{
	cJSON *cycles = NULL, *compare = NULL, *params = of_office(office, e);
	const cJSON *c;
	int rc;

	if (params == NULL)
		return err_nomem(e);
	if ((rc = ask(p, "cycle.list", params, &cycles, e)) < 0 ||
	    (rc = ask_compare(p, office, &compare, e)) < 0 ||
	    (rc = pg_write_cycles(p->pg, office, cycles, compare, e)) < 0)
		goto out;
	cJSON_ArrayForEach (c, json_get(compare, "rows"))
		if (rc == 0)
			rc = write_score(p, office, json_int(c, "year", 0), e);
out:
	cJSON_Delete(cycles);
	cJSON_Delete(compare);
	return rc;
}

/* What is worked out from both branches, as it is now. */
static int
write_office(struct publish *p, const char *office, struct err *e)
{
	int rc;

	if ((rc = pg_begin(p->pg, e)) < 0 ||
	    (rc = write_years(p, office, e)) < 0 ||
	    (rc = write_receipts(p, office, e)) < 0 ||
	    (rc = pg_write_done(p->pg, office, e)) < 0)
		return rc;
	p->offices++;
	return pg_commit(p->pg, e);
}

/* --- all of them --- */

/* Where the database is: {"9105 office": {"n","commit"}, …}. */
static int
read_progress(struct publish *p, cJSON **ret, struct err *e)
{
	return pg_ask(p->pg,
	    "SELECT coalesce(json_object_agg(office || ' ' || branch,"
	    " json_build_object('n', position, 'commit', commit)), '{}')"
	    " FROM pmqa.progress",
	    NULL, 0, ret, e);
}

static int
follow_head(
    struct publish *p, const cJSON *head, const cJSON *progress, struct err *e)
{
	struct walk w = { .p = p,
		.office = json_str(head, "office"),
		.branch = json_str(head, "branch") };
	const cJSON *at;
	char name[32];

	if (w.office == NULL || w.branch == NULL)
		return err_set(e, ERR_DAMAGED, 0,
		    "the daemon named a branch without its office");
	snprintf(name, sizeof(name), "%s %s", w.office, w.branch);
	if ((at = json_get(progress, name)) != NULL) {
		w.n = json_int(at, "n", 0);
		snprintf(w.commit, sizeof(w.commit), "%s",
		    json_str(at, "commit") != NULL ? json_str(at, "commit")
						   : "");
		if (w.n == json_int(head, "n", -1) &&
		    json_str(head, "tip") != NULL &&
		    strcmp(w.commit, json_str(head, "tip")) == 0)
			return 0;
	}
	return follow_branch(&w, e);
}

/* A fault that is one office's keeps no other out: it is told at the end of the
 * round. 0 when the round goes on. */
static int
after_office(struct publish *p, int rc, struct err *first, const struct err *e)
{
	if (rc == 0)
		return 0;
	if (rc == ERR_UNREACHABLE || rc == ERR_TIMEOUT || rc == ERR_BUSY ||
	    rc == ERR_DENIED || rc == ERR_NOMEM || rc == ERR_SYS)
		return rc;
	pg_rollback(p->pg);
	if (first->code == ERR_OK)
		*first = *e;
	return 0;
}

static int
follow_heads(
    struct publish *p, const cJSON *heads, struct err *first, struct err *e)
{
	cJSON *progress = NULL;
	const cJSON *head;
	int rc = read_progress(p, &progress, e);

	cJSON_ArrayForEach (head, json_get(heads, "branches"))
		if (rc == 0)
			rc = after_office(
			    p, follow_head(p, head, progress, e), first, e);
	cJSON_Delete(progress);
	return rc;
}

static int
is_here(const cJSON *heads, const char *office)
{
	const cJSON *head;

	cJSON_ArrayForEach (head, json_get(heads, "branches"))
		if (json_str(head, "office") != NULL &&
		    strcmp(json_str(head, "office"), office) == 0)
			return 1;
	return 0;
}

/* Of a province that a ministry follows no more, nothing can be asked. */
static int
write_due(
    struct publish *p, const cJSON *heads, struct err *first, struct err *e)
{
	cJSON *due = NULL;
	const cJSON *office;
	int rc = pg_ask(p->pg,
	    "SELECT coalesce(json_agg(DISTINCT office), '[]')"
	    " FROM pmqa.progress WHERE due",
	    NULL, 0, &due, e);

	cJSON_ArrayForEach (office, due)
		if (rc == 0 && cJSON_IsString(office) &&
		    is_here(heads, office->valuestring))
			rc = after_office(p,
			    write_office(p, office->valuestring, e), first, e);
	cJSON_Delete(due);
	return rc;
}

static int
write_offices(struct publish *p, struct err *e)
{
	cJSON *status = NULL;
	int rc = ask(p, "hall.status", NULL, &status, e);

	if (rc == 0)
		rc = pg_write_offices(p->pg, status, e);
	cJSON_Delete(status);
	return rc;
}

int
publish_round(struct publish *p, struct err *e)
{
	struct err first = { .code = ERR_OK };
	cJSON *heads = NULL;
	int rc;

	p->of_office = 0;
	if ((rc = ask(p, "feed.heads", NULL, &heads, e)) == 0 &&
	    (rc = follow_heads(p, heads, &first, e)) == 0 &&
	    (rc = write_due(p, heads, &first, e)) == 0)
		rc = write_offices(p, e);
	cJSON_Delete(heads);
	if (rc < 0) {
		pg_rollback(p->pg);
		return rc;
	}
	if (first.code == ERR_OK)
		return 0;
	p->of_office = 1;
	if (e != NULL)
		*e = first;
	return (int)first.code;
}
