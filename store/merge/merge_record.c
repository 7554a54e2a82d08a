#include "store/merge/merge_record.h"

#include "store/merge/merge_kept.h"
#include "store/merge/merge_settled.h"
#include "store/record/canon.h"

/* One record in the making. */
struct making {
	struct merge_nodes *g;
	struct merge_node *n;
	struct merged *m;
	const struct merged *sides[MERGE_SIDES], *base; /* base may be NULL */
	const cJSON *base_rec, *recs[MERGE_SIDES];      /* as merged */
	cJSON *own[2]; /* copies behind base_rec and recs, to be freed */
	cJSON *settled[MERGE_SIDES];
	struct record_merge_more more;
	int sure; /* whichever side is the hall's, the same comes out */
};

static int
is_type(const struct making *k, const char *name)
{
	return strcmp(k->m->rp.type->name, name) == 0;
}

/* --- the year --- */

static int
assessment_of(
    struct making *k, struct merge_node *n, const cJSON **ret, struct err *e)
{
	const struct merged *m;
	char path[32];
	int rc;

	*ret = NULL;
	if (n == NULL)
		return 0;
	snprintf(path, sizeof(path), "%d/assessment.json", k->m->rp.year);
	if ((rc = merge_node_record(k->g, n, path, &m, e)) == 0)
		*ret = m->rec;
	return rc;
}

static int
is_submitted(const cJSON *assessment)
{
	const char *status = json_str(assessment, "status");

	return status != NULL && strcmp(status, "submitted") == 0;
}

/* It was signed off since, or has another sign-off than the base: by a merge. */
static int
has_signed(const cJSON *base, const cJSON *now)
{
	const cJSON *was = json_get(base, "submission");
	const cJSON *is = json_get(now, "submission");

	return (is != NULL && !canon_equal(was, is)) ||
	       (is_submitted(now) && !is_submitted(base));
}

/* Both have one and the same sign-off. */
static int
is_agreed(const cJSON *hall, const cJSON *mine)
{
	const cJSON *a = json_get(hall, "submission");

	return a != NULL && canon_equal(a, json_get(mine, "submission"));
}

/*
 * What was signed off stays as it was signed: never half of a year. Where both
 * sides did, the hall's counts.
 */
static int
obey_signature(struct making *k, struct err *e)
{
	const cJSON *base, *hall, *mine;
	int rc;

	if (!is_type(k, "assessment") && !is_type(k, "answer") &&
	    !is_type(k, "profile"))
		return 0;
	if ((rc = assessment_of(k, k->n->base, &base, e)) < 0 ||
	    (rc = assessment_of(k, k->n->sides[MERGE_HALL], &hall, e)) < 0 ||
	    (rc = assessment_of(k, k->n->sides[MERGE_MINE], &mine, e)) < 0)
		return rc;
	if (is_agreed(hall, mine))
		return 0;
	if (has_signed(base, hall))
		k->more.take = MERGE_TAKE_HALL;
	else if (has_signed(base, mine))
		k->more.take = MERGE_TAKE_MINE;
	else
		return 0;
	k->m->why = "signed";
	k->sure = !has_signed(base, hall) || !has_signed(base, mine);
	return 0;
}

/* A copy that may differ from what it is made of. */
static int
own_copy(
    struct making *k, int which, const cJSON **rec, cJSON **ret, struct err *e)
{
	if ((k->own[which] = cJSON_Duplicate(*rec, 1)) == NULL)
		return err_nomem(e);
	*ret = k->own[which];
	*rec = *ret;
	return 0;
}

/* One side opened it again after the sign-off that both have: so it is open,
 * whatever a merged base makes of it. */
static int
prepare_status(struct making *k, struct err *e)
{
	cJSON *copy = k->own[0];
	int rc;

	if (k->base_rec == NULL ||
	    !is_agreed(k->recs[MERGE_HALL], k->recs[MERGE_MINE]))
		return 0;
	if (copy == NULL && (rc = own_copy(k, 0, &k->base_rec, &copy, e)) < 0)
		return rc;
	return json_put_str(copy, "status", "submitted", e);
}

/*
 * An assessment that one side has stays, with whatever is answered in it; and
 * answers were given against an edition: the hall's stays.
 */
static int
prepare_edition(struct making *k, struct err *e)
{
	const cJSON *was = record_get(k->base_rec, "edition");
	const cJSON *hall = record_get(k->recs[MERGE_HALL], "edition");
	const cJSON *mine = record_get(k->recs[MERGE_MINE], "edition");
	int untouched = was != NULL && canon_equal(was, mine), rc;
	cJSON *copy;

	if (k->recs[MERGE_HALL] == NULL || k->recs[MERGE_MINE] == NULL) {
		k->base_rec = NULL;
		return 0;
	}
	if (k->base_rec == NULL || canon_equal(hall, mine))
		return 0;
	if ((rc = own_copy(k, 0, &k->base_rec, &copy, e)) < 0)
		return rc;
	cJSON_DeleteItemFromObjectCaseSensitive(copy, "edition");
	if (!untouched)
		return 0;
	if ((rc = own_copy(k, 1, &k->recs[MERGE_MINE], &copy, e)) < 0)
		return rc;
	return json_put(copy, "edition", cJSON_Duplicate(hall, 1), e);
}

/* --- the rules of the record --- */

/* What both added may be more than a record holds. */
static int
check_size(const cJSON *rec, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc = canon_write(rec, &bytes, e);

	buf_release(&bytes);
	return rc;
}

/* *ret 1: what came out may not stand. */
static int
breaks_rules(struct making *k, int *ret, struct err *e)
{
	const struct merge_history *h = k->g->h;
	const struct edition *ed = NULL;
	const cJSON *assessment = NULL;
	int year = k->m->rp.year, rc;

	*ret = 0;
	if (k->m->rec == NULL || is_type(k, "assessment") ||
	    canon_equal(k->m->rec, k->recs[MERGE_HALL]))
		return 0;
	if (year != 0 && (rc = assessment_of(k, k->n, &assessment, e)) < 0)
		return rc;
	if (year != 0 && assessment == NULL) {
		*ret = 1; /* nothing that it could be answered against */
		return 0;
	}
	if (year != 0 && h->edition != NULL &&
	    (rc = h->edition(h->arg, assessment, &ed, e)) < 0)
		return rc;
	rc = record_check(&k->m->rp, k->m->rec, ed, e);
	if (rc == 0)
		rc = check_size(k->m->rec, e);
	*ret = rc == ERR_INVALID;
	return *ret ? 0 : rc;
}

/* --- what could as well be there --- */

/* The side's value stayed, and the side itself could hold another. */
static int
hand_on(struct making *k, int side, struct err *e)
{
	const struct merged *from = k->sides[side];
	const cJSON *open, *v;
	cJSON *list;
	int rc;

	cJSON_ArrayForEach (open, from->open) {
		if (!canon_equal(record_get(from->rec, open->string),
			record_get(k->m->rec, open->string)))
			continue;
		if ((list = json_get(k->m->open, open->string)) == NULL) {
			list = cJSON_CreateArray();
			if ((rc = json_put(k->m->open, open->string, list, e)) <
			    0)
				return rc;
		}
		cJSON_ArrayForEach (v, open) {
			rc = json_push(list, cJSON_Duplicate(v, 1), e);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* --- all of it --- */

static int
load(struct making *k, struct err *e)
{
	int side, rc;

	for (side = 0; side < MERGE_SIDES; side++) {
		if ((rc = merge_node_record(k->g, k->n->sides[side], k->m->path,
			 &k->sides[side], e)) < 0)
			return rc;
		k->recs[side] = k->sides[side]->rec;
	}
	if (k->n->base == NULL)
		return 0;
	rc = merge_node_record(k->g, k->n->base, k->m->path, &k->base, e);
	if (rc == 0) {
		k->base_rec = k->base->rec;
		k->more.others = k->base->open;
	}
	return rc;
}

static int
load_settled(struct making *k, struct err *e)
{
	int side, rc;

	for (side = 0; side < MERGE_SIDES; side++)
		if ((rc = merge_node_settled(k->g, k->n, side, k->base,
			 k->m->rp.name, &k->settled[side], e)) < 0)
			return rc;
	k->more.hall_settled = k->settled[MERGE_HALL];
	k->more.mine_settled = k->settled[MERGE_MINE];
	return 0;
}

static int
merge_fields(struct making *k, struct err *e)
{
	cJSON_Delete(k->m->rec);
	cJSON_Delete(k->m->conflicts);
	cJSON_Delete(k->m->open);
	k->m->rec = NULL;
	k->m->conflicts = NULL;
	if ((k->m->open = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	k->more.undecided = k->sure ? NULL : k->m->open;
	return record_merge_more(k->m->rp.type, k->base_rec,
	    k->recs[MERGE_HALL], k->recs[MERGE_MINE], &k->more, &k->m->rec,
	    &k->m->conflicts, e);
}

static int
merge_different(struct making *k, struct err *e)
{
	int broken = 0, rc;

	k->m->why = "both";
	if ((rc = load_settled(k, e)) < 0 || (rc = obey_signature(k, e)) < 0)
		return rc;
	if (is_type(k, "assessment") && ((rc = prepare_edition(k, e)) < 0 ||
					    (rc = prepare_status(k, e)) < 0))
		return rc;
	if ((rc = merge_fields(k, e)) < 0)
		return rc;
	if (k->more.take == MERGE_BY_FIELD) {
		if ((rc = breaks_rules(k, &broken, e)) < 0)
			return rc;
		if (broken) {
			k->m->why = "rules";
			k->more.take = MERGE_TAKE_HALL;
			if ((rc = merge_fields(k, e)) < 0)
				return rc;
		}
	}
	/* which one it is decides on the whole year: obey_signature() */
	if (is_type(k, "assessment"))
		cJSON_DeleteItemFromObjectCaseSensitive(k->m->open, "status");
	return merge_kept_ids(k->m, e);
}

int
merge_record(struct merge_nodes *g, struct merge_node *n, struct merged *m,
    struct err *e)
{
	struct making k = { .g = g, .n = n, .m = m };
	int i, rc;

	if ((rc = load(&k, e)) < 0)
		return rc;
	if (!canon_equal(k.recs[MERGE_HALL], k.recs[MERGE_MINE])) {
		rc = merge_different(&k, e);
	} else {
		m->open = cJSON_CreateObject();
		if (k.recs[MERGE_HALL] != NULL)
			m->rec = cJSON_Duplicate(k.recs[MERGE_HALL], 1);
		if (m->open == NULL ||
		    (m->rec == NULL && k.recs[MERGE_HALL] != NULL))
			rc = err_nomem(e);
	}
	for (i = 0; i < MERGE_SIDES && rc == 0; i++)
		rc = hand_on(&k, i, e);
	for (i = 0; i < MERGE_SIDES; i++) {
		cJSON_Delete(k.settled[i]);
		cJSON_Delete(k.own[i]);
	}
	return rc;
}
