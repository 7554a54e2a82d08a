#include "store/record/canon.h"
#include "store/record/lines.h"
#include "store/record/record.h"
#include "store/record/record_walk.h"

enum side { BASE, HALL, MINE };

struct merge {
	struct record_walk walk;
	const struct record_merge_more *more;
	cJSON *conflicts, *merged;
};

static const cJSON *
value_of(const struct merge *m, enum side side, const char *name)
{
	return record_get(m->walk.recs[side], name);
}

/* --- who changed what --- */

static const cJSON *
settled(const struct merge *m, enum side side, const char *name)
{
	return json_get(
	    side == HALL ? m->more->hall_settled : m->more->mine_settled, name);
}

/* 1 if one of the values (null: absent) is this one. */
static int
is_one_of(const cJSON *values, const cJSON *value)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, values) {
		if (value == NULL ? cJSON_IsNull(c) : canon_equal(c, value))
			return 1;
	}
	return 0;
}

static int
is_changed(const struct merge *m, enum side side, const char *name)
{
	const cJSON *value = value_of(m, side, name);

	if (settled(m, side, name) != NULL)
		return 1;
	return !canon_equal(value_of(m, BASE, name), value) &&
	       !is_one_of(json_get(m->more->others, name), value) &&
	       !is_one_of(settled(m, side == HALL ? MINE : HALL, name), value);
}

/* --- what comes of it --- */

static int
put(struct merge *m, const char *name, const cJSON *value, struct err *e)
{
	cJSON *copy;

	if (value == NULL)
		return 0;
	if ((copy = cJSON_Duplicate(value, 1)) == NULL)
		return err_nomem(e);
	return record_put(m->merged, name, copy, e);
}

/* One of two values had to give way. */
static int
leave_open(struct merge *m, const char *name, struct err *e)
{
	cJSON *pair;
	int side, rc = 0;

	if (m->more->undecided == NULL)
		return 0;
	if ((pair = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	for (side = HALL; side <= MINE && rc == 0; side++) {
		const cJSON *v = value_of(m, (enum side)side, name);

		rc = json_push(pair,
		    v != NULL ? cJSON_Duplicate(v, 1) : cJSON_CreateNull(), e);
	}
	if (rc < 0) {
		cJSON_Delete(pair);
		return rc;
	}
	return json_put(m->more->undecided, name, pair, e);
}

/* A conflict, for a person to decide. */
static int
tell(struct merge *m, const char *name, struct err *e)
{
	static const char *const keys[] = { "base", "hall", "mine" };
	const cJSON *values[3] = { value_of(m, BASE, name),
		value_of(m, HALL, name), value_of(m, MINE, name) };
	int rc = leave_open(m, name, e);

	if (rc < 0)
		return rc;
	return record_walk_tell(m->conflicts, name, keys, values, 3, e);
}

/* The value of one side stays, whatever the other has: told where the other
 * changed it. */
static int
take_side(struct merge *m, enum side kept, const char *name, struct err *e)
{
	enum side other = kept == HALL ? MINE : HALL;
	const cJSON *value = value_of(m, kept, name);
	int rc;

	if ((rc = put(m, name, value, e)) < 0 ||
	    canon_equal(value, value_of(m, other, name)))
		return rc;
	return is_changed(m, other, name) ? tell(m, name, e)
					  : leave_open(m, name, e);
}

/* --- fields that come and go together --- */

/* One side removed the record that the base had. */
static int
is_record_removed(const struct merge *m)
{
	return m->walk.recs[BASE] != NULL &&
	       (m->walk.recs[HALL] == NULL || m->walk.recs[MINE] == NULL);
}

/*
 * What comes and goes as a whole: the record, when one side removed it, else
 * the object that the field's "*" stands for ("devices.a"). A value right below
 * a "*" is a field like any other.
 */
static const cJSON *
whole_of(const struct merge *m, enum side side, const struct field *f,
    const char *name)
{
	char group[WALK_NAME_LEN];
	const char *star = strstr(f->name, ".*.");
	size_t len;

	if (star == NULL || is_record_removed(m))
		return m->walk.recs[side];
	len = (size_t)(star - f->name) + 1;
	len += strcspn(name + len, ".");
	snprintf(group, sizeof(group), "%.*s", (int)len, name);
	return record_get(m->walk.recs[side], group);
}

/* 1 if both have the same in all fields that f's whole must have. */
static int
is_same_thing(const struct merge *m, const struct field *f, const cJSON *hall,
    const cJSON *mine)
{
	const struct record_type *t = m->walk.type;
	const char *star = strstr(f->name, ".*.");
	size_t skip = star == NULL ? 0 : (size_t)(star - f->name) + 3, i;

	for (i = 0; i < t->n_fields; i++) {
		const struct field *g = &t->fields[i];
		int of_whole = star == NULL
				   ? record_star(g->name) == NULL
				   : strncmp(g->name, f->name, skip) == 0;

		if (of_whole && g->required &&
		    !canon_equal(record_get(hall, g->name + skip),
			record_get(mine, g->name + skip)))
			return 0;
	}
	return 1;
}

/* That the side has no such field is one of the things that the base could have
 * held: it removed nothing. */
static int
was_open(const struct merge *m, enum side side, const char *name)
{
	return value_of(m, BASE, name) != NULL &&
	       value_of(m, side, name) == NULL && !is_changed(m, side, name);
}

/* When one side removed the whole to which the field belongs, or both added
 * one, that settles the field: 1. */
static int
merge_whole(
    struct merge *m, const struct field *f, const char *name, struct err *e)
{
	const cJSON *base = whole_of(m, BASE, f, name);
	const cJSON *hall = whole_of(m, HALL, f, name);
	const cJSON *mine = whole_of(m, MINE, f, name);
	const cJSON *kept = hall != NULL ? hall : mine;
	enum side side = hall != NULL ? HALL : MINE;
	int rc;

	if (base == NULL && hall != NULL && mine != NULL &&
	    !is_same_thing(m, f, hall, mine))
		return (rc = take_side(m, HALL, name, e)) < 0 ? rc : 1;
	if (base == NULL || (hall != NULL && mine != NULL) ||
	    was_open(m, hall == NULL ? HALL : MINE, name))
		return 0;
	/* removed here, untouched there: gone */
	if (kept == NULL || canon_equal(base, kept))
		return 1;
	/* the hall's side stays; what the other side changed is kept beside */
	if ((rc = put(m, name, value_of(m, HALL, name), e)) < 0)
		return rc;
	if (canon_equal(value_of(m, HALL, name), value_of(m, MINE, name)))
		return 1;
	/* nor does a part stay or go that the rest cannot be without */
	if (is_changed(m, side, name))
		rc = tell(m, name, e);
	else if (f->required)
		rc = leave_open(m, name, e);
	if (rc < 0)
		return rc;
	return 1;
}

/* --- one field --- */

/* 1 if the base has it, and whatever else the base could hold has it too. */
static int
was_in_set(const struct merge *m, const char *name, const char *id)
{
	const cJSON *c;

	if (!json_holds(value_of(m, BASE, name), id))
		return 0;
	cJSON_ArrayForEach (c, json_get(m->more->others, name)) {
		if (!json_holds(c, id))
			return 0;
	}
	return 1;
}

/*
 * Union of additions and removals: what only one side has was added by it,
 * unless the base has it too: then the other side removed it.
 */
static int
merge_set(struct merge *m, const char *name, struct err *e)
{
	const cJSON *hall = value_of(m, HALL, name);
	const cJSON *mine = value_of(m, MINE, name);
	const cJSON *a = hall != NULL ? hall->child : NULL;
	const cJSON *b = mine != NULL ? mine->child : NULL;
	cJSON *out = cJSON_CreateArray();
	const char *id;
	int order, rc;

	if (out == NULL)
		return err_nomem(e);
	/* both are sorted (record_check): one pass keeps the result sorted */
	while (a != NULL || b != NULL) {
		order = a == NULL   ? 1
			: b == NULL ? -1
				    : strcmp(a->valuestring, b->valuestring);
		id = order <= 0 ? a->valuestring : b->valuestring;
		if (order == 0 || !was_in_set(m, name, id))
			if ((rc = json_push_str(out, id, e)) < 0) {
				cJSON_Delete(out);
				return rc;
			}
		a = order <= 0 ? a->next : a;
		b = order >= 0 ? b->next : b;
	}
	return record_put(m->merged, name, out, e);
}

/* Text that both changed: 1 when it merges by lines. */
static int
merge_lines(
    struct merge *m, const struct field *f, const char *name, struct err *e)
{
	const cJSON *base = value_of(m, BASE, name);
	const cJSON *hall = value_of(m, HALL, name);
	const cJSON *mine = value_of(m, MINE, name);
	char *text = NULL;
	cJSON *v;
	int rc;

	/* what a person settled is no draft to weave something into */
	if (f->type != FIELD_TEXT || settled(m, HALL, name) != NULL ||
	    settled(m, MINE, name) != NULL ||
	    json_get(m->more->others, name) != NULL || !cJSON_IsString(base) ||
	    !cJSON_IsString(hall) || !cJSON_IsString(mine))
		return 0;
	rc = lines_merge(
	    base->valuestring, hall->valuestring, mine->valuestring, &text, e);
	if (rc < 0 || text == NULL)
		return rc;
	if (strlen(text) > (size_t)f->max) {
		free(text);
		return 0;
	}
	v = cJSON_CreateString(text);
	free(text);
	if (v == NULL)
		return err_nomem(e);
	return (rc = record_put(m->merged, name, v, e)) < 0 ? rc : 1;
}

static int
merge_changed(
    struct merge *m, const struct field *f, const char *name, struct err *e)
{
	int rc;

	if (f->merge == MERGE_SET)
		return merge_set(m, name, e);
	if ((rc = merge_lines(m, f, name, e)) != 0)
		return rc < 0 ? rc : 0;
	return take_side(m, HALL, name, e);
}

static int
visit_merge(void *arg, const struct field *f, const char *name, struct err *e)
{
	struct merge *m = arg;
	const cJSON *hall = value_of(m, HALL, name);
	const cJSON *mine = value_of(m, MINE, name);
	int rc;

	if (m->more->take != MERGE_BY_FIELD)
		return take_side(
		    m, m->more->take == MERGE_TAKE_HALL ? HALL : MINE, name, e);
	if ((rc = merge_whole(m, f, name, e)) != 0)
		return rc < 0 ? rc : 0;
	if (canon_equal(hall, mine))
		return put(m, name, hall, e);
	/* neither changed it: the base itself was open */
	if (!is_changed(m, MINE, name))
		return is_changed(m, HALL, name) ? put(m, name, hall, e)
						 : take_side(m, HALL, name, e);
	if (!is_changed(m, HALL, name))
		return put(m, name, mine, e);
	return merge_changed(m, f, name, e);
}

/* Whether the merged record is there at all; fields are merged already. */
static int
is_gone(const struct merge *m)
{
	const cJSON *base = m->walk.recs[BASE];
	const cJSON *hall = m->walk.recs[HALL];
	const cJSON *mine = m->walk.recs[MINE];

	if (m->more->take != MERGE_BY_FIELD)
		return (m->more->take == MERGE_TAKE_HALL ? hall : mine) == NULL;
	if (hall != NULL && mine != NULL)
		return 0;
	if (base == NULL)
		return hall == NULL && mine == NULL;
	/* removed by one side: the hall's stays, unless only it is untouched */
	return m->merged->child == NULL &&
	       (hall == NULL || canon_equal(base, hall));
}

int
record_merge_more(const struct record_type *t, const cJSON *base,
    const cJSON *hall, const cJSON *mine, const struct record_merge_more *more,
    cJSON **ret, cJSON **ret_conflicts, struct err *e)
{
	struct merge m = {
		.walk = { .type = t,
		    .recs = { [BASE] = base, [HALL] = hall, [MINE] = mine },
		    .visit = visit_merge },
		.more = more
	};
	int rc;

	m.walk.arg = &m;
	m.conflicts = cJSON_CreateArray();
	m.merged = cJSON_CreateObject();
	if (m.conflicts == NULL || m.merged == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = record_walk(&m.walk, e)) < 0)
		goto out;
	if (is_gone(&m)) {
		cJSON_Delete(m.merged);
		m.merged = NULL;
	}
	*ret = m.merged;
	*ret_conflicts = m.conflicts;
	return 0;
out:
	cJSON_Delete(m.conflicts);
	cJSON_Delete(m.merged);
	return rc;
}

int
record_merge(const struct record_type *t, const cJSON *base, const cJSON *hall,
    const cJSON *mine, cJSON **ret, cJSON **ret_conflicts, struct err *e)
{
	static const struct record_merge_more nothing;

	return record_merge_more(
	    t, base, hall, mine, &nothing, ret, ret_conflicts, e);
}
