/* What crashes and uploads that were never linked leave behind:
 * evidence_start() of evidence.h. */
#include "store/evidence/evidence.h"

#include "base/clock.h"
#include "store/evidence/evidence_state.h"

#define WEEK_S INT64_C(604800)
#define DAY_S INT64_C(86400)
#define MARK "evidence_swept"

struct litter {
	struct store *store;
	const char *office;
	struct evidence_names names;
	int64_t before;
};

/* Whole, but no record names it: its link was never saved. */
static int
note_unnamed(void *arg, const char *sha, int64_t moved, struct err *e)
{
	struct litter *l = arg;
	struct evidence_rec *rec;
	int rc;

	if (moved > l->before)
		return 0;
	if ((rec = malloc(sizeof(*rec))) == NULL)
		return err_nomem(e);
	rc = evidence_record(l->store, l->office, sha, rec, e);
	free(rec);
	return rc == ERR_NOT_FOUND ? evidence_names_add(&l->names, sha, 0, e)
				   : rc;
}

static int
sweep(
    struct store *s, const char *office, struct evidence_repo *r, struct err *e)
{
	struct litter l = {
		.store = s, .office = office, .before = clock_now() - WEEK_S
	};
	size_t i;
	int rc;

	rc = evidence_repo_each(r, 1, note_unnamed, &l, e);
	for (i = 0; i < l.names.n && rc == 0; i++)
		rc = evidence_repo_drop(r, l.names.list[i].sha, e);
	free(l.names.list);
	if (rc == 0)
		rc = evidence_repo_sweep(r, WEEK_S, e);
	if (rc == 0)
		rc = db_run(store_db(s), e,
		    "DELETE FROM evidence_upload WHERE begun < ?1", "i",
		    l.before);
	return rc;
}

static int
is_due(struct store *s, const char *mark, int *ret, struct err *e)
{
	int64_t last = 0, now = clock_now();
	int rc;

	rc = db_one_int(store_db(s), &last, e,
	    "SELECT CAST(value AS INTEGER) FROM mark WHERE name = ?1", "s",
	    mark);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	/* a clock set back must not put it off for ever */
	*ret = rc == ERR_NOT_FOUND || last > now || last <= now - DAY_S;
	return 0;
}

int
evidence_tidy(struct store *s, const char *office, struct err *e)
{
	struct evidence_repo *r = NULL;
	const char *code = NULL;
	char mark[40], value[24];
	int rc, due = 0;

	if ((rc = evidence_office(s, office, &code, e)) < 0)
		return rc;
	snprintf(mark, sizeof(mark), MARK "_%s", code);
	if ((rc = is_due(s, mark, &due, e)) < 0 || !due)
		return rc;
	rc = evidence_open_repo(s, code, 0, &r, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = sweep(s, code, r, e);
	evidence_repo_close(r);
	if (rc < 0)
		return rc;
	snprintf(value, sizeof(value), "%lld", (long long)clock_now());
	return db_run(store_db(s), e,
	    "INSERT INTO mark(name, value) VALUES(?1, ?2)"
	    " ON CONFLICT(name) DO UPDATE SET value = ?2",
	    "ss", mark, value);
}

static int
start_office(void *arg, const char *office, struct err *e)
{
	struct store *s = arg;
	struct evidence_repo *r = NULL;
	int rc = evidence_open_repo(s, office, 0, &r, e);

	if (rc == 0)
		rc = evidence_repo_unlock(r, e);
	evidence_repo_close(r);
	if (rc == ERR_NOT_FOUND)
		rc = 0;
	if (rc < 0 || (rc = evidence_tidy(s, office, e)) < 0)
		return rc;
	return evidence_obey(s, office, e);
}

int
evidence_start(struct store *s, struct err *e)
{
	return store_every_office(s, start_office, s, e);
}
