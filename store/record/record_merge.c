#include "store/record/canon.h"
#include "store/record/record.h"

/*
 * Differences and merges walk the same list: the fields of the type in the
 * table's order, a field below "*" once for each key that one of the records
 * has, in byte order of the keys.
 */

#define NAME_MAX_LEN 240
#define SIDES 3

enum side { BASE, HALL, MINE };

/* One walk over the fields of up to three records (NULL = no such record). */
struct walk {
	const struct record_type *type;
	const cJSON *recs[SIDES];
	int (*visit)(struct walk *w, const struct field *f, const char *name,
	    struct err *e);
	/* what came out of it */
	cJSON *list;   /* changes or conflicts */
	cJSON *merged; /* merge only */
};

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The keys below group in any of the records: sorted, each once; the caller
 * frees the list, the keys are borrowed. */
static int
collect_keys(const struct walk *w, const char *group, const char ***ret,
    size_t *ret_n, struct err *e)
{
	const char **keys;
	const cJSON *objs[SIDES], *c;
	size_t n = 0, kept = 0, i;

	for (i = 0; i < SIDES; i++) {
		objs[i] = record_get(w->recs[i], group);
		n += (size_t)cJSON_GetArraySize(objs[i]);
	}
	if ((keys = calloc(n + 1, sizeof(*keys))) == NULL)
		return err_nomem(e);
	n = 0;
	for (i = 0; i < SIDES; i++) {
		cJSON_ArrayForEach (c, objs[i]) {
			keys[n++] = c->string;
		}
	}
	qsort(keys, n, sizeof(*keys), by_text);
	for (i = 0; i < n; i++)
		if (kept == 0 || strcmp(keys[kept - 1], keys[i]) != 0)
			keys[kept++] = keys[i];
	*ret = keys;
	*ret_n = kept;
	return 0;
}

/* Visits the fields [first, end) that share the group before ".*". */
static int
walk_group(
    struct walk *w, size_t first, size_t end, size_t group_len, struct err *e)
{
	const struct field *fields = w->type->fields;
	char group[NAME_MAX_LEN], name[NAME_MAX_LEN];
	const char **keys = NULL;
	size_t n = 0, k, i;
	int rc;

	snprintf(
	    group, sizeof(group), "%.*s", (int)group_len, fields[first].name);
	if ((rc = collect_keys(w, group, &keys, &n, e)) < 0)
		return rc;
	for (k = 0; k < n; k++)
		for (i = first; i < end; i++) {
			snprintf(name, sizeof(name), "%.60s.%.70s%.60s", group,
			    keys[k], fields[i].name + group_len + 2);
			if ((rc = w->visit(w, &fields[i], name, e)) < 0)
				goto out;
		}
out:
	free(keys);
	return rc;
}

static int
walk(struct walk *w, struct err *e)
{
	const struct field *fields = w->type->fields;
	size_t n = w->type->n_fields, i, end, len;
	const char *star;
	int rc;

	for (i = 0; i < n; i = end) {
		end = i + 1;
		if ((star = record_star(fields[i].name)) == NULL) {
			rc = w->visit(w, &fields[i], fields[i].name, e);
		} else {
			len = (size_t)(star - fields[i].name);
			/* with what follows the star: "." or the end */
			while (end < n && strncmp(fields[end].name,
					      fields[i].name, len + 3) == 0)
				end++;
			rc = walk_group(w, i, end, len, e);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Adds a copy of v, or null. */
static int
put_copy(cJSON *obj, const char *key, const cJSON *v, struct err *e)
{
	return json_put(obj, key,
	    v != NULL ? cJSON_Duplicate(v, 1) : cJSON_CreateNull(), e);
}

static int
visit_diff(
    struct walk *w, const struct field *f, const char *name, struct err *e)
{
	const cJSON *old = record_get(w->recs[BASE], name);
	const cJSON *new_ = record_get(w->recs[MINE], name);
	cJSON *change;
	int rc;

	(void)f;
	if (canon_equal(old, new_))
		return 0;
	if ((change = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(change, "field", name, e)) < 0 ||
	    (rc = put_copy(change, "old", old, e)) < 0 ||
	    (rc = put_copy(change, "new", new_, e)) < 0) {
		cJSON_Delete(change);
		return rc;
	}
	return json_push(w->list, change, e);
}

int
record_diff(const struct record_type *t, const cJSON *old, const cJSON *new_,
    cJSON **ret_changes, struct err *e)
{
	struct walk w = { .type = t,
		.recs = { [BASE] = old, [MINE] = new_ },
		.visit = visit_diff };
	int rc;

	if ((w.list = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	if ((rc = walk(&w, e)) < 0) {
		cJSON_Delete(w.list);
		return rc;
	}
	*ret_changes = w.list;
	return 0;
}

static int
add_conflict(struct walk *w, const char *name, struct err *e)
{
	cJSON *c = cJSON_CreateObject();
	int rc;

	if (c == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(c, "field", name, e)) < 0 ||
	    (rc = put_copy(c, "base", record_get(w->recs[BASE], name), e)) <
		0 ||
	    (rc = put_copy(c, "hall", record_get(w->recs[HALL], name), e)) <
		0 ||
	    (rc = put_copy(c, "mine", record_get(w->recs[MINE], name), e)) <
		0) {
		cJSON_Delete(c);
		return rc;
	}
	return json_push(w->list, c, e);
}

static int
has(const cJSON *set, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, set) {
		if (cJSON_IsString(c) && strcmp(c->valuestring, id) == 0)
			return 1;
	}
	return 0;
}

/*
 * Union of additions and removals: what only one side has was added by it,
 * unless the base has it too: then the other side removed it.
 */
static int
merge_set(const cJSON *base, const cJSON *hall, const cJSON *mine, cJSON **ret,
    struct err *e)
{
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
		if (order == 0 || !has(base, id))
			if ((rc = json_push_str(out, id, e)) < 0) {
				cJSON_Delete(out);
				return rc;
			}
		a = order <= 0 ? a->next : a;
		b = order >= 0 ? b->next : b;
	}
	*ret = out;
	return 0;
}

/* The value of one field, borrowed; *ret_conflict: both sides changed it. */
static const cJSON *
merge_value(const struct field *f, const cJSON *base, const cJSON *hall,
    const cJSON *mine, int *ret_conflict)
{
	*ret_conflict = 0;
	if (f->merge == MERGE_FIXED && base != NULL) {
		*ret_conflict =
		    !canon_equal(base, hall) || !canon_equal(base, mine);
		return base;
	}
	if (canon_equal(hall, mine) || canon_equal(base, mine))
		return hall;
	if (canon_equal(base, hall))
		return mine;
	*ret_conflict = 1;
	return hall;
}

static int
put_merged(struct walk *w, const char *name, const cJSON *value, struct err *e)
{
	cJSON *copy;

	if (value == NULL)
		return 0;
	if ((copy = cJSON_Duplicate(value, 1)) == NULL)
		return err_nomem(e);
	return record_put(w->merged, name, copy, e);
}

/* One side removed the record that the base had. */
static int
is_record_removed(const struct walk *w)
{
	return w->recs[BASE] != NULL &&
	       (w->recs[HALL] == NULL || w->recs[MINE] == NULL);
}

/*
 * What comes and goes as a whole: the record, when one side removed it, else
 * the object that the field's "*" stands for ("devices.a"). A value right below
 * a "*" is a field like any other.
 */
static const cJSON *
whole_of(const struct walk *w, enum side side, const struct field *f,
    const char *name)
{
	char group[NAME_MAX_LEN];
	const char *star = strstr(f->name, ".*.");
	size_t len;

	if (star == NULL || is_record_removed(w))
		return w->recs[side];
	len = (size_t)(star - f->name) + 1;
	len += strcspn(name + len, ".");
	snprintf(group, sizeof(group), "%.*s", (int)len, name);
	return record_get(w->recs[side], group);
}

/* When one side removed the whole to which the field belongs, that settles the
 * field: 1. */
static int
merge_removed(
    struct walk *w, const struct field *f, const char *name, struct err *e)
{
	const cJSON *base = whole_of(w, BASE, f, name);
	const cJSON *hall = whole_of(w, HALL, f, name);
	const cJSON *mine = whole_of(w, MINE, f, name);
	const cJSON *kept = hall != NULL ? hall : mine;
	enum side side = hall != NULL ? HALL : MINE;
	int rc;

	if (base == NULL || (hall != NULL && mine != NULL))
		return 0;
	/* removed here, untouched there: gone */
	if (kept == NULL || canon_equal(base, kept))
		return 1;
	/* the hall's side stays; what the other side changed is kept beside */
	if ((rc = put_merged(w, name, record_get(w->recs[HALL], name), e)) < 0)
		return rc;
	if (!canon_equal(record_get(w->recs[BASE], name),
		record_get(w->recs[side], name)) &&
	    (rc = add_conflict(w, name, e)) < 0)
		return rc;
	return 1;
}

static int
visit_merge(
    struct walk *w, const struct field *f, const char *name, struct err *e)
{
	const cJSON *base = record_get(w->recs[BASE], name);
	const cJSON *hall = record_get(w->recs[HALL], name);
	const cJSON *mine = record_get(w->recs[MINE], name);
	const cJSON *value;
	cJSON *set = NULL;
	int conflict, rc;

	if ((rc = merge_removed(w, f, name, e)) != 0)
		return rc < 0 ? rc : 0;
	if (f->merge == MERGE_SET) {
		if ((rc = merge_set(base, hall, mine, &set, e)) < 0)
			return rc;
		return record_put(w->merged, name, set, e);
	}
	value = merge_value(f, base, hall, mine, &conflict);
	if (conflict && (rc = add_conflict(w, name, e)) < 0)
		return rc;
	return put_merged(w, name, value, e);
}

/* Whether the merged record is there at all; fields are merged already. */
static int
is_gone(const cJSON *base, const cJSON *hall, const cJSON *mine)
{
	if (hall != NULL && mine != NULL)
		return 0;
	if (base == NULL)
		return hall == NULL && mine == NULL;
	/* removed by one side: the hall's stays, unless only it is untouched */
	return hall == NULL || canon_equal(base, hall);
}

int
record_merge(const struct record_type *t, const cJSON *base, const cJSON *hall,
    const cJSON *mine, cJSON **ret, cJSON **ret_conflicts, struct err *e)
{
	struct walk w = { .type = t,
		.recs = { [BASE] = base, [HALL] = hall, [MINE] = mine },
		.visit = visit_merge };
	int rc;

	w.list = cJSON_CreateArray();
	w.merged = cJSON_CreateObject();
	if (w.list == NULL || w.merged == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = walk(&w, e)) < 0)
		goto out;
	if (is_gone(base, hall, mine)) {
		cJSON_Delete(w.merged);
		w.merged = NULL;
	}
	*ret = w.merged;
	*ret_conflicts = w.list;
	return 0;
out:
	cJSON_Delete(w.list);
	cJSON_Delete(w.merged);
	return rc;
}
