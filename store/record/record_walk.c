#include "store/record/record_walk.h"

#include "store/record/canon.h"

enum diff_side { OLD, NEW };

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The keys below group in any of the records: sorted, each once; the caller
 * frees the list, the keys are borrowed. */
static int
collect_keys(const struct record_walk *w, const char *group, const char ***ret,
    size_t *ret_n, struct err *e)
{
	const char **keys;
	const cJSON *objs[WALK_RECORDS], *c;
	size_t n = 0, kept = 0, i;

	for (i = 0; i < WALK_RECORDS; i++) {
		objs[i] = record_get(w->recs[i], group);
		n += (size_t)cJSON_GetArraySize(objs[i]);
	}
	if ((keys = calloc(n + 1, sizeof(*keys))) == NULL)
		return err_nomem(e);
	n = 0;
	for (i = 0; i < WALK_RECORDS; i++) {
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
walk_group(const struct record_walk *w, size_t first, size_t end,
    size_t group_len, struct err *e)
{
	const struct field *fields = w->type->fields;
	char group[WALK_NAME_LEN], name[WALK_NAME_LEN];
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
			if ((rc = w->visit(w->arg, &fields[i], name, e)) < 0)
				goto out;
		}
out:
	free(keys);
	return rc;
}

int
record_walk(const struct record_walk *w, struct err *e)
{
	const struct field *fields = w->type->fields;
	size_t n = w->type->n_fields, i, end, len;
	const char *star;
	int rc;

	for (i = 0; i < n; i = end) {
		end = i + 1;
		if ((star = record_star(fields[i].name)) == NULL) {
			rc = w->visit(w->arg, &fields[i], fields[i].name, e);
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

int
record_walk_tell(cJSON *list, const char *name, const char *const *keys,
    const cJSON *const *values, size_t n, struct err *e)
{
	cJSON *told = cJSON_CreateObject();
	size_t i;
	int rc;

	if (told == NULL)
		return err_nomem(e);
	rc = json_put_str(told, "field", name, e);
	for (i = 0; i < n && rc == 0; i++)
		rc = json_put(told, keys[i],
		    values[i] != NULL ? cJSON_Duplicate(values[i], 1)
				      : cJSON_CreateNull(),
		    e);
	if (rc < 0) {
		cJSON_Delete(told);
		return rc;
	}
	return json_push(list, told, e);
}

struct diff {
	struct record_walk walk;
	cJSON *list;
};

static int
visit_diff(void *arg, const struct field *f, const char *name, struct err *e)
{
	static const char *const keys[] = { "old", "new" };
	struct diff *d = arg;
	const cJSON *values[2] = { record_get(d->walk.recs[OLD], name),
		record_get(d->walk.recs[NEW], name) };

	(void)f;
	if (canon_equal(values[0], values[1]))
		return 0;
	return record_walk_tell(d->list, name, keys, values, 2, e);
}

int
record_diff(const struct record_type *t, const cJSON *old, const cJSON *new_,
    cJSON **ret_changes, struct err *e)
{
	struct diff d = { .walk = { .type = t,
			      .recs = { [OLD] = old, [NEW] = new_ },
			      .visit = visit_diff } };
	int rc;

	d.walk.arg = &d;
	if ((d.list = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	if ((rc = record_walk(&d.walk, e)) < 0) {
		cJSON_Delete(d.list);
		return rc;
	}
	*ret_changes = d.list;
	return 0;
}
