#include "store/admit/years.h"

#include "store/record/canon.h"

void
years_init(struct years *ys, const struct admit *a, struct objcache *cache)
{
	memset(ys, 0, sizeof(*ys));
	ys->a = a;
	ys->cache = cache;
}

void
years_release(struct years *ys)
{
	free(ys->list);
	ys->list = NULL;
	ys->n = 0;
}

int
years_is_assessment(const struct record_path *p)
{
	return strcmp(p->type->name, "assessment") == 0;
}

void
years_begin(struct years *ys, const unsigned char tree[20])
{
	size_t i;

	ys->tree = tree;
	for (i = 0; i < ys->n; i++)
		ys->list[i].touched = 0;
}

struct year *
years_known(const struct years *ys, int year)
{
	size_t i;

	for (i = 0; i < ys->n; i++)
		if (ys->list[i].year == year)
			return &ys->list[i];
	return NULL;
}

static int
add_year(struct years *ys, int year, struct year **ret, struct err *e)
{
	struct year *grown = realloc(ys->list, (ys->n + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	ys->list = grown;
	*ret = &grown[ys->n++];
	memset(*ret, 0, sizeof(**ret));
	(*ret)->year = year;
	return 0;
}

static int
set_year(
    struct years *ys, struct year *y, const cJSON *assessment, struct err *e)
{
	const cJSON *id = record_get(assessment, "edition.id");
	const cJSON *blob = record_get(assessment, "edition.blob");
	int rc;

	y->open = 0;
	y->edition = NULL;
	change_rules_begin(&y->now, y->year, assessment);
	if (assessment == NULL)
		return 0;
	if (!cJSON_IsString(id) || !cJSON_IsString(blob))
		return err_set(e, ERR_INVALID, 0,
		    "the assessment of %d names no edition", y->year);
	snprintf(y->id, sizeof(y->id), "%s", id->valuestring);
	if ((rc = commit_unhex(blob->valuestring, y->blob, e)) < 0)
		return rc;
	rc = ys->a->edition_of(ys->a->arg, y->id, y->blob, &y->edition, e);
	if (rc < 0)
		return rc;
	y->open = 1;
	return 0;
}

/* The assessment as it stands in the commit's tree, where the commit left it
 * alone. */
static int
find_assessment(struct years *ys, int year, struct cached **ret, struct err *e)
{
	unsigned char blob[20];
	struct tree *t;
	char path[32];
	int rc;

	if ((t = tree_new()) == NULL)
		return err_nomem(e);
	snprintf(path, sizeof(path), "%d/assessment.json", year);
	rc = tree_load(t, ys->tree, objcache_tree, ys->cache, e);
	if (rc == 0)
		rc = tree_find(t, path, blob, e);
	if (rc == 0)
		rc = objcache_record(ys->cache, blob, CANON_MAX, 1, ret, e);
	tree_free(t);
	return rc;
}

static void
touch(struct year *y)
{
	if (!y->touched)
		y->doing = y->now;
	y->touched = 1;
}

int
years_get(struct years *ys, int year, struct year **ret, struct err *e)
{
	struct cached *assessment = NULL;
	struct year *y = years_known(ys, year);
	int rc = 0;

	if (y == NULL) {
		if ((rc = add_year(ys, year, &y, e)) < 0)
			return rc;
		rc = find_assessment(ys, year, &assessment, e);
		if (rc == 0)
			rc = set_year(ys, y, assessment->json, e);
		else if (rc == ERR_NOT_FOUND)
			rc = set_year(ys, y, NULL, e);
		objcache_release(assessment);
	}
	if (rc == 0) {
		touch(y);
		*ret = y;
	}
	return rc;
}

/* --- an assessment that the commit changes --- */

struct search {
	char prefix[24], own[40];
	int found;
};

static int
on_any_file(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct search *look = arg;

	(void)old_blob;
	(void)new_blob;
	(void)e;
	if (strncmp(path, look->prefix, strlen(look->prefix)) == 0 &&
	    strcmp(path, look->own) != 0)
		look->found = 1;
	return 0;
}

/* Answers would lose what they were given against. */
static int
check_no_answers(struct years *ys, int year, struct err *e)
{
	struct search look = { "", "", 0 };
	int rc;

	snprintf(look.prefix, sizeof(look.prefix), "%d/", year);
	snprintf(look.own, sizeof(look.own), "%d/assessment.json", year);
	rc = tree_diff(NULL, ys->tree, objcache_tree, ys->cache,
	    ADMIT_MAX_ENTRIES, on_any_file, &look, e);
	if (rc == 0 && look.found)
		rc = err_set(e, ERR_INVALID, 0,
		    "the assessment of %d has answers: it can neither go nor "
		    "change its edition",
		    year);
	return rc;
}

int
years_assessment(struct years *ys, const struct record_path *p,
    const cJSON *old_, const cJSON *new_, struct err *e)
{
	struct year *y = years_known(ys, p->year);
	int rc;

	if (new_ != NULL && (rc = record_check(p, new_, NULL, e)) < 0)
		return rc;
	if (y == NULL) {
		if ((rc = add_year(ys, p->year, &y, e)) < 0)
			return rc;
		change_rules_begin(&y->now, p->year, old_);
	}
	touch(y);
	if ((rc = set_year(ys, y, new_, e)) < 0)
		return rc;
	if (old_ == NULL ||
	    (new_ != NULL && cJSON_Compare(record_get(old_, "edition"),
				 record_get(new_, "edition"), 1)))
		return 0;
	return check_no_answers(ys, p->year, e);
}

/* --- all that the commit does --- */

int
years_add(struct years *ys, const struct record_path *p, const cJSON *old_,
    const cJSON *new_, struct err *e)
{
	struct year *y = years_known(ys, p->year);
	cJSON *changes = NULL;
	int rc = 0;

	if (y == NULL)
		return err_set(e, ERR_FAILED, 0, "a year was not looked at");
	if (change_rules_need_diff(p->type) && old_ != NULL && new_ != NULL)
		rc = record_diff(p->type, old_, new_, &changes, e);
	if (rc == 0)
		change_rules_add(&y->doing, p, old_, new_, changes);
	cJSON_Delete(changes);
	return rc;
}

int
years_end(const struct years *ys, const char *reason, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < ys->n; i++)
		if (ys->list[i].touched &&
		    (rc = change_rules_end(&ys->list[i].doing, reason, e)) < 0)
			return rc;
	return 0;
}
