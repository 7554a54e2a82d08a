#include "store/edition_shape.h"

#define NAME_MAX_LEN 240

static const struct field *
find_shape(const struct field *shape, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(shape[i].name, name) == 0)
			return &shape[i];
	return NULL;
}

/* obj has the members of the shape, each of its form, and no other. */
int
edition_shape_check(const cJSON *obj, const struct field *shape, size_t n,
    const char *place, struct err *e)
{
	char name[NAME_MAX_LEN];
	const struct field *f;
	const cJSON *c;
	size_t i;
	int rc;

	if (!cJSON_IsObject(obj))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' must be an object", place);
	cJSON_ArrayForEach (c, obj) {
		if ((f = find_shape(shape, n, c->string)) == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' has an unknown member", place);
		snprintf(name, sizeof(name), "%s.%s", place, f->name);
		if ((rc = record_value_check(f, name, c, e)) < 0)
			return rc;
	}
	for (i = 0; i < n; i++)
		if (shape[i].required && json_get(obj, shape[i].name) == NULL)
			return err_set(e, ERR_INVALID, 0, "'%s' lacks '%s'",
			    place, shape[i].name);
	return 0;
}

const cJSON *
edition_shape_list(
    const cJSON *obj, const char *name, int min, int max, struct err *e)
{
	const cJSON *list = json_get(obj, name);

	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < min ||
	    cJSON_GetArraySize(list) > max) {
		err_set(e, ERR_INVALID, 0,
		    "'%s' must be a list of %d to %d members", name, min, max);
		return NULL;
	}
	return list;
}
