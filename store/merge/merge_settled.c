#include "store/merge/merge_settled.h"

#include "store/merge/merge_kept.h"

static int
is_leaf(const struct merge_node *n)
{
	return n->sides[MERGE_HALL] == NULL;
}

static int node_has(struct merge_nodes *g, struct merge_node *n,
    const char *conflict, const char *record, int *ret, struct err *e);

/* A side that is one version knows its own history. */
static int
removed_by_revision(struct merge_nodes *g, struct merge_node *n, int side,
    const char *conflict, int *ret, struct err *e)
{
	const struct merge_history *h = g->h;
	struct merge_origin o;
	int rc;

	memset(&o, 0, sizeof(o));
	rc = h->origin(h->arg, n->sides[side]->version,
	    n->sides[!side]->version, conflict, "record", &o, e);
	*ret = rc == 0 && o.revision[0] != '\0';
	return rc;
}

int
merge_node_removed(struct merge_nodes *g, struct merge_node *n, int side,
    const char *conflict, const char *record, int *ret, struct err *e)
{
	*ret = 0;
	if (is_leaf(n->sides[MERGE_HALL]) && is_leaf(n->sides[MERGE_MINE]))
		return removed_by_revision(g, n, side, conflict, ret, e);
	return n->base == NULL ? 0
			       : node_has(g, n->base, conflict, record, ret, e);
}

/* Whether the node has a file of a conflict about this record. */
static int
node_has(struct merge_nodes *g, struct merge_node *n, const char *conflict,
    const char *record, int *ret, struct err *e)
{
	const struct merged *m;
	int has[MERGE_SIDES] = { 0, 0 }, removed = 0, side, rc;
	char path[112];

	if (is_leaf(n)) {
		if ((rc = merge_node_record(g, n, conflict, &m, e)) == 0)
			*ret = m->rec != NULL;
		return rc;
	}
	snprintf(path, sizeof(path), "%.96s.json", record);
	if ((rc = merge_node_record(g, n, path, &m, e)) < 0)
		return rc;
	if (merge_kept_lists(m->conflicts, conflict)) {
		*ret = 1;
		return 0;
	}
	for (side = 0; side < MERGE_SIDES; side++)
		if ((rc = node_has(g, n->sides[side], conflict, record,
			 &has[side], e)) < 0)
			return rc;
	/* a set: new on one side comes in, gone from one side goes */
	if (has[MERGE_HALL] != has[MERGE_MINE] &&
	    (rc = merge_node_removed(g, n,
		 has[MERGE_HALL] ? MERGE_MINE : MERGE_HALL, conflict, record,
		 &removed, e)) < 0)
		return rc;
	*ret = (has[MERGE_HALL] || has[MERGE_MINE]) && !removed;
	return 0;
}

/* --- fields that people settled --- */

struct settling {
	struct merge_nodes *g;
	struct merge_node *n;
	int side;
	struct merge_node *leaf; /* that may have a conflict */
};

/* The field, and one of the values that the person saw. */
static int
settle(cJSON *fields, const char *field, const cJSON *value, struct err *e)
{
	cJSON *values = json_get(fields, field);
	int rc;

	if (values == NULL) {
		values = cJSON_CreateArray();
		if ((rc = json_put(fields, field, values, e)) < 0)
			return rc;
	}
	return json_push(values,
	    value != NULL ? cJSON_Duplicate(value, 1) : cJSON_CreateNull(), e);
}

static int
settle_record(cJSON *all, const cJSON *conflict, struct err *e)
{
	const char *record = json_str(conflict, "record");
	const char *field = json_str(conflict, "field");
	cJSON *fields = json_get(all, record);
	int rc;

	if (fields == NULL) {
		fields = cJSON_CreateObject();
		if ((rc = json_put(all, record, fields, e)) < 0)
			return rc;
	}
	rc = settle(fields, field, record_get(conflict, "hall.value"), e);
	return rc < 0 ? rc
		      : settle(fields, field,
			    record_get(conflict, "mine.value"), e);
}

/* 1 in *ret if the side has it not, and not for having never had it. */
static int
is_settled(struct merge_nodes *g, struct merge_node *n, int side,
    const char *conflict, const char *record, int *ret, struct err *e)
{
	int has = 0, rc;

	*ret = 0;
	rc = node_has(g, n->sides[side], conflict, record, &has, e);
	return rc < 0 || has
		   ? rc
		   : merge_node_removed(g, n, side, conflict, record, ret, e);
}

/* One path in which another version and one of the side differ. */
static int
on_difference(void *arg, const char *path, struct err *e)
{
	const struct settling *s = arg;
	const struct merged *m;
	const char *record;
	int settled = 0, rc;

	if (strncmp(path, MERGE_CONFLICTS, strlen(MERGE_CONFLICTS)) != 0)
		return 0;
	if ((rc = merge_node_record(s->g, s->leaf, path, &m, e)) < 0 ||
	    m->rec == NULL)
		return rc;
	record = json_str(m->rec, "record");
	if (record == NULL || json_str(m->rec, "field") == NULL)
		return err_set(e, ERR_DAMAGED, 0,
		    "'%s' does not say what it is about", path);
	rc = is_settled(s->g, s->n, s->side, path, record, &settled, e);
	if (rc < 0 || !settled)
		return rc;
	return settle_record(s->n->settled[s->side], m->rec, e);
}

static int
each_leaf(struct merge_node *n,
    int (*each)(void *arg, struct merge_node *leaf, struct err *e), void *arg,
    struct err *e)
{
	int rc;

	if (is_leaf(n))
		return each(arg, n, e);
	rc = each_leaf(n->sides[MERGE_HALL], each, arg, e);
	return rc < 0 ? rc : each_leaf(n->sides[MERGE_MINE], each, arg, e);
}

static int
on_side_leaf(void *arg, struct merge_node *leaf, struct err *e)
{
	const struct settling *s = arg;
	const struct merge_history *h = s->g->h;

	return h->paths(
	    h->arg, s->leaf->version, leaf->version, on_difference, arg, e);
}

static int
on_other_leaf(void *arg, struct merge_node *leaf, struct err *e)
{
	struct settling *s = arg;

	s->leaf = leaf;
	return each_leaf(s->n->sides[s->side], on_side_leaf, s, e);
}

/* Conflicts of the common ancestors and of the other side that are gone. */
static int
find_settled(struct merge_nodes *g, struct merge_node *n, struct err *e)
{
	struct settling s = { g, n, 0, NULL };
	int rc;

	n->has_settled = 1;
	for (s.side = 0; s.side < MERGE_SIDES; s.side++) {
		if ((n->settled[s.side] = cJSON_CreateObject()) == NULL)
			return err_nomem(e);
		if (n->base != NULL &&
		    (rc = each_leaf(n->base, on_other_leaf, &s, e)) < 0)
			return rc;
		if ((rc = each_leaf(n->sides[!s.side], on_other_leaf, &s, e)) <
		    0)
			return rc;
	}
	return 0;
}

/* Conflicts that the base has because it is a merge itself. */
static int
settle_made(struct merge_nodes *g, struct merge_node *n, int side,
    const struct merged *base, cJSON *fields, struct err *e)
{
	const cJSON *made = base != NULL ? base->conflicts : NULL, *c;
	char path[64];
	int settled = 0, rc;

	cJSON_ArrayForEach (c, made) {
		merge_kept_path(c, path);
		if ((rc = is_settled(
			 g, n, side, path, base->rp.name, &settled, e)) < 0)
			return rc;
		if (!settled)
			continue;
		if ((rc = settle(fields, json_str(c, "field"),
			 json_get(c, "hall"), e)) < 0 ||
		    (rc = settle(fields, json_str(c, "field"),
			 json_get(c, "mine"), e)) < 0)
			return rc;
	}
	return 0;
}

int
merge_node_settled(struct merge_nodes *g, struct merge_node *n, int side,
    const struct merged *base, const char *record, cJSON **ret, struct err *e)
{
	const cJSON *found;
	cJSON *fields;
	int rc;

	if (!n->has_settled && (rc = find_settled(g, n, e)) < 0)
		return rc;
	found = json_get(n->settled[side], record);
	fields =
	    found != NULL ? cJSON_Duplicate(found, 1) : cJSON_CreateObject();
	if (fields == NULL)
		return err_nomem(e);
	if ((rc = settle_made(g, n, side, base, fields, e)) < 0) {
		cJSON_Delete(fields);
		return rc;
	}
	*ret = fields;
	return 0;
}
