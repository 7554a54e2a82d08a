/* What the hall decided and what its assessors saw, against what the office
 * signed off: each names a submission that is in the office's history. That the
 * sign-off itself names the revision that it was made on is a rule of the walk
 * (store/record/change_rules.h). */
#include "store/view/verify_state.h"

#include <inttypes.h>

#define ASSESSMENT "%d/assessment.json"

struct named { /* the submission that a record speaks of */
	int year;
	int64_t n;
	const char *revision; /* NULL: it names none */
};

/* Is there such a submission? */
static int
is_there(struct verify_walk *w, const struct named *s, int *ret, struct err *e)
{
	char path[40], n[24], quoted[40];
	int64_t found = 0;
	int rc;

	snprintf(path, sizeof(path), ASSESSMENT, s->year);
	snprintf(n, sizeof(n), "%" PRId64, s->n);
	snprintf(quoted, sizeof(quoted), "\"%.30s\"",
	    s->revision != NULL ? s->revision : "");
	/* by the record's touches: there are few */
	rc = db_one_int(store_db(w->v->store), &found, e,
	    "SELECT count(*) FROM branch b"
	    " JOIN record r ON r.branch = b.id AND r.path = ?2"
	    " JOIN touch t ON t.record = r.id"
	    " JOIN change c ON c.revision = t.revision AND c.record = r.id"
	    "  AND c.field = 'submission.n' AND c.new = ?3"
	    " WHERE b.office = ?1 AND b.name = 'office' AND (?4 = '\"\"' OR"
	    " EXISTS(SELECT 1 FROM change d WHERE d.revision = t.revision AND"
	    " d.record = r.id AND d.field = 'submission.revision'"
	    " AND d.new = ?4))",
	    "ssss", w->b.office, path, n, quoted);
	*ret = found > 0;
	return rc;
}

static int
check_named(struct verify_walk *w, const struct commit *c, const char *path,
    const struct named *s, struct err *e)
{
	int rc, there = 0;
	char name[24];
	struct err f;

	if ((rc = is_there(w, s, &there, e)) < 0 || there)
		return rc;
	commit_name(c, name);
	if (s->revision != NULL)
		err_set(&f, ERR_DAMAGED, 0,
		    "%s (revision %s) decides on revision %.23s as submission "
		    "%" PRId64 " of %d, which the office never signed off",
		    path, name, s->revision, s->n, s->year);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "%s (revision %s) is a review of submission %" PRId64
		    " of %d, which the office never signed off",
		    path, name, s->n, s->year);
	err_hint(&f, "synchronise, and run pmqa verify again; if it stays, "
		     "compare with the other party's copy");
	return verify_found(w->v, "error", "decision", w->where, &f, e);
}

static int
check_decision(struct verify_walk *w, const struct commit *c,
    const struct admit_file *f, struct err *e)
{
	struct named s = { .year = f->rp.year,
		.n = json_int(f->new_rec, "of", 0),
		.revision = json_str(f->new_rec, "revision") };

	return check_named(w, c, f->path, &s, e);
}

/* One view: only when this revision wrote it. */
static int
check_view(struct verify_walk *w, const struct commit *c,
    const struct admit_file *f, const cJSON *old_, const cJSON *new_,
    struct err *e)
{
	struct named s = { .year = f->rp.year, .n = json_int(new_, "of", 0) };

	if (new_ == NULL || s.n == 0 || s.n == json_int(old_, "of", 0))
		return 0;
	return check_named(w, c, f->path, &s, e);
}

static int
check_review(struct verify_walk *w, const struct commit *c,
    const struct admit_file *f, struct err *e)
{
	const cJSON *was = json_get(f->old_rec, "assessors"), *one;
	int rc;

	rc = check_view(w, c, f, json_get(f->old_rec, "consensus"),
	    json_get(f->new_rec, "consensus"), e);
	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (one, json_get(f->new_rec, "assessors")) {
		rc = check_view(w, c, f,
		    was != NULL ? json_get(was, one->string) : NULL, one, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
verify_decisions(struct verify_walk *w, const struct commit *c,
    const struct admit_file *files, size_t n, struct err *e)
{
	const char *type;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		if (files[i].rp.type == NULL || files[i].new_rec == NULL)
			continue;
		type = files[i].rp.type->name;
		if (strcmp(type, "decision") == 0)
			rc = check_decision(w, c, &files[i], e);
		else if (strcmp(type, "review") == 0)
			rc = check_review(w, c, &files[i], e);
	}
	return rc;
}
