/* signoff_guard(): every save of an office fits the state of its years. */
#include "store/review/signoff.h"

#include "store/record/change_rules.h"

#define PATH_LEN 40

struct guard { /* one save, one of its years */
	struct store *s;
	const struct branch *b;
	const struct save_req *req;
	struct draft *d;
	int year;
};

static int
is_of(const struct edit *ed, const char *type)
{
	return ed->rp.type != NULL && strcmp(ed->rp.type->name, type) == 0;
}

/* All that the draft does to the year. */
static void
sum_up(const struct guard *g, const cJSON *assessment, struct change_year *ret)
{
	size_t i;

	change_rules_begin(ret, g->year, assessment);
	for (i = 0; i < g->d->n; i++) {
		const struct edit *ed = &g->d->edits[i];

		if (ed->changed && ed->rp.year == g->year)
			change_rules_add(ret, &ed->rp, ed->old_rec, ed->new_rec,
			    ed->changes);
	}
}

static int
changes_comments(const struct guard *g)
{
	size_t i;

	for (i = 0; i < g->d->n; i++) {
		const struct edit *ed = &g->d->edits[i];

		if (ed->changed && ed->rp.year == g->year &&
		    is_of(ed, "comments"))
			return 1;
	}
	return 0;
}

/* The edit of the year's assessment, NULL if it stays. */
static const struct edit *
assessment_edit(const struct guard *g)
{
	size_t i;

	for (i = 0; i < g->d->n; i++) {
		const struct edit *ed = &g->d->edits[i];

		if (ed->changed && ed->rp.year == g->year &&
		    is_of(ed, "assessment"))
			return ed;
	}
	return NULL;
}

/* The table's word on one act, given the state. */
static int
allow(const struct guard *g, enum signoff_act act, struct err *e)
{
	return signoff_may(g->s, g->b->office, g->year, act, g->req->reason, e);
}

/* An edit of what was returned opens it again, in the same revision. */
static int
reopen(const struct guard *g, struct err *e)
{
	cJSON *open = cJSON_CreateString("open");
	char path[PATH_LEN];
	struct save_change c = {
		.path = path, .field = "status", .op = SAVE_SET, .value = open
	};
	int rc;

	if (open == NULL)
		return err_nomem(e);
	snprintf(path, sizeof(path), "%d/assessment.json", g->year);
	rc = draft_add(g->s, g->b, g->d, &c, e);
	cJSON_Delete(open);
	return rc;
}

/* Records of the year that go with its assessment. */
static int64_t
n_removed(const struct guard *g)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < g->d->n; i++) {
		const struct edit *ed = &g->d->edits[i];

		n += ed->rp.year == g->year && ed->had && !ed->has &&
		     !is_of(ed, "assessment");
	}
	return n;
}

/* An assessment that nothing was written for may go again. */
static int
check_removal(const struct guard *g, struct err *e)
{
	char from[PATH_LEN], to[PATH_LEN], own[PATH_LEN];
	int64_t n = 0;
	int rc;

	snprintf(from, sizeof(from), "%d/", g->year);
	snprintf(to, sizeof(to), "%d0", g->year); /* '0' follows '/' */
	snprintf(own, sizeof(own), "%d/assessment.json", g->year);
	rc = db_one_int(store_db(g->s), &n, e,
	    "SELECT count(*) FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 AND path <> ?4 AND bytes IS NOT NULL",
	    "isss", g->b->id, from, to, own);
	if (rc < 0 || n == n_removed(g))
		return rc;
	return err_set(e, ERR_INVALID, 0,
	    "the assessment of %d has answers: it can neither go nor change "
	    "its edition",
	    g->year);
}

static int
check_acts(const struct guard *g, const struct change_year *y,
    const struct edit *assessment, struct err *e)
{
	int rc = 0;

	if (assessment != NULL && assessment->old_rec == NULL)
		return 0; /* the save that opens the year */
	if (assessment != NULL && assessment->new_rec == NULL)
		return check_removal(g, e);
	if (y->submits)
		rc = allow(g, SIGNOFF_DO_SUBMIT, e);
	else if (y->reopens)
		rc = allow(g, SIGNOFF_DO_REOPEN, e);
	if (rc == 0 && y->edits && !y->reopens)
		rc = allow(g, SIGNOFF_DO_EDIT, e);
	if (rc == 0 && y->follows)
		rc = allow(g, SIGNOFF_DO_FOLLOW, e);
	if (rc == 0 && changes_comments(g))
		rc = allow(g, SIGNOFF_DO_COMMENT, e);
	return rc;
}

/* The assessment before the save: from the draft, or as it is stored. */
static int
check_year(const struct guard *g, struct err *e)
{
	const struct edit *ed = assessment_edit(g);
	cJSON *stored = NULL;
	enum signoff_state st;
	struct change_year y;
	int rc;

	rc = signoff_read(g->s, g->b->office, g->year, &st, &stored, NULL, e);
	if (rc < 0)
		return rc;
	sum_up(g, stored, &y);
	if ((rc = check_acts(g, &y, ed, e)) < 0)
		goto out;
	if (st == SIGNOFF_RETURNED && y.edits && !y.reopens) {
		if ((rc = reopen(g, e)) < 0)
			goto out;
		sum_up(g, stored, &y);
	}
	/* what is refused at the hall's door must not be saved here */
	rc = change_rules_end(&y, g->req->reason, e);
out:
	cJSON_Delete(stored);
	return rc;
}

/* Nothing was ever submitted in the year that is being worked on, and this
 * save does not touch that: the usual case, known without a look. */
static int
is_fresh(const struct guard *g)
{
	return g->b->edition != NULL && g->b->fresh && g->year == g->b->cycle &&
	       assessment_edit(g) == NULL;
}

/* 1 if an edit before the i-th is of the same year. */
static int
seen_before(const struct draft *d, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (d->edits[k].changed &&
		    d->edits[k].rp.year == d->edits[i].rp.year)
			return 1;
	return 0;
}

static int
check_records(const struct draft *d, const struct save_req *req, struct err *e)
{
	struct change_by by = { req->person->login, NULL };
	size_t i;
	int rc;

	for (i = 0; i < d->n; i++) {
		const struct edit *ed = &d->edits[i];

		if (!ed->changed || ed->rp.type == NULL)
			continue;
		rc = change_rules_record(
		    &ed->rp, ed->old_rec, ed->new_rec, &by, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
signoff_guard(struct store *s, const struct branch *b,
    const struct save_req *req, struct draft *d, struct err *e)
{
	struct guard g = { s, b, req, d, 0 };
	size_t i, n = d->n; /* check_year() may add one */
	int rc;

	if ((rc = check_records(d, req, e)) < 0 ||
	    strcmp(b->name, "office") != 0)
		return rc;
	for (i = 0; i < n; i++) {
		g.year = d->edits[i].rp.year;
		if (!d->edits[i].changed || g.year == 0 || seen_before(d, i) ||
		    is_fresh(&g))
			continue;
		if ((rc = check_year(&g, e)) < 0)
			return rc;
	}
	return 0;
}
