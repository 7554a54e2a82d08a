#include "store/criteria/edition_shape.h"

/*
 * The rules of an edition's file. Shapes are tables of fields, checked by the
 * records' own value checks; what they cannot say (order, references, counts)
 * is code below them.
 *
 * Every check goes on after a fault as far as it makes sense: somebody who
 * writes an edition sees all of them, a program stops at the first.
 */

#define LEVELS "basic advance significance"

static const struct field level_shape[] = {
	SHAPE_WORD("id", 1, LEVELS),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
};
static const struct field category_shape[] = {
	SHAPE("id", FIELD_ID, 1, 0, 1, NULL),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
	SHAPE("weight", FIELD_INT, 1, 1, 1000, NULL),
};

static int
check_levels(const cJSON *root, struct edition_faults *k)
{
	const cJSON *list = NULL, *c;
	int level = 0, rc;

	if (json_get(root, "levels") == NULL)
		return 0; /* told as lacking */
	rc = edition_shape_list(
	    root, "levels", N_LEVELS, N_LEVELS, "", k, &list);
	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		rc = EDITION_SHAPE(c, level_shape, "levels", k);
		if (rc == 0 && strcmp(json_str(c, "id"),
				   level_name((enum level)level)) != 0)
			return edition_fault(k, "levels",
			    err_set(&k->fault, ERR_INVALID, 0,
				"'levels' must be %s, in this order", LEVELS));
		if (rc < 0)
			return rc;
		level++;
	}
	return 0;
}

/* before: the category above it, NULL for the first. */
static int
check_category(const cJSON *c, const cJSON *before, struct edition_faults *k)
{
	char place[EDITION_PLACE_MAX];
	const char *id;
	int rc;

	edition_place(place, "categories", c);
	if ((rc = EDITION_SHAPE(c, category_shape, place, k)) != 0)
		return rc;
	id = json_str(c, "id");
	if (strchr("123456789", id[0]) == NULL)
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s': a category is one digit, 1 to 9", place));
	if (json_str(before, "id") != NULL &&
	    strcmp(json_str(before, "id"), id) >= 0)
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' is out of order or stands twice", place));
	return 0;
}

static int
check_categories(const cJSON *root, struct edition_faults *k)
{
	const cJSON *list = NULL, *c, *before = NULL;
	int rc;

	if (json_get(root, "categories") == NULL)
		return 0;
	rc = edition_shape_list(root, "categories", 1, 9, "", k, &list);
	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		if ((rc = check_category(c, before, k)) < 0)
			return rc;
		before = c;
	}
	return 0;
}

/* The root's own members: as the record type describes them. */
static int
check_root(const cJSON *root, struct edition_faults *k)
{
	const struct record_type *types;
	size_t n, i;

	types = record_types(&n);
	for (i = 0; i < n && strcmp(types[i].name, "edition") != 0; i++)
		continue;
	return edition_shape_check(
	    root, types[i].fields, types[i].n_fields, "edition", k);
}

int
edition_check_all(const cJSON *json, edition_told *told, void *arg)
{
	struct edition_faults k = { .told = told, .arg = arg };
	int rc;

	if ((rc = check_root(json, &k)) < 0)
		return rc;
	if (!cJSON_IsObject(json))
		return 0; /* that says it all */
	if ((rc = check_levels(json, &k)) < 0 ||
	    (rc = check_categories(json, &k)) < 0 ||
	    (rc = edition_items_check(json, &k)) < 0)
		return rc;
	rc = edition_rules_check(json, &k);
	return rc < 0 ? rc : 0;
}

static int
stop_at_first(void *arg, const char *where, const struct err *fault)
{
	struct err *e = arg;

	(void)where;
	if (e != NULL)
		*e = *fault;
	return (int)fault->code;
}

int
edition_check(const cJSON *json, struct err *e)
{
	return edition_check_all(json, stop_at_first, e);
}
