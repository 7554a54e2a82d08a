#include "store/criteria/edition_shape.h"

/* The items of an edition: points of process items, measures of result ones. */

#define ITEM_HEAD(kind)                                                        \
	SHAPE("id", FIELD_LINE, 1, 0, 7, NULL),                                \
	    SHAPE("category", FIELD_ID, 1, 0, 1, NULL),                        \
	    SHAPE_WORD("kind", 1, kind), SHAPE_TITLE("title_th"),              \
	    SHAPE_TITLE("title_en")

static const struct field process_shape[] = {
	ITEM_HEAD("process"),
	SHAPE_PART("points"),
};
static const struct field result_shape[] = {
	ITEM_HEAD("result"),
	SHAPE_PART("measures"),
};
static const struct field points_shape[] = {
	SHAPE_PART("basic"),
	SHAPE_PART("advance"),
	SHAPE_PART("significance"),
};
static const struct field point_shape[] = {
	SHAPE("id", FIELD_LINE, 1, 0, 15, NULL),
	SHAPE_TITLE("label_th"),
	SHAPE_TITLE("label_en"),
};
/* floor and ceiling: per cent of success, for the linear policy alone */
static const struct field measure_shape[] = {
	SHAPE("id", FIELD_LINE, 1, 0, 15, NULL),
	SHAPE("required", FIELD_BOOL, 1, 0, 0, NULL),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
	SHAPE("floor", FIELD_DECIMAL, 0, 0, 40, NULL),
	SHAPE("ceiling", FIELD_DECIMAL, 0, 0, 40, NULL),
};

/* *number: of the point before, and of this one if it is well. */
static int
check_point(const cJSON *c, const cJSON *item, enum level level,
    const char *place, long *number, struct edition_faults *k)
{
	char at[EDITION_PLACE_MAX], of[8];
	enum level has;
	long n;
	int rc;

	edition_place(at, "points", c);
	if ((rc = EDITION_SHAPE(c, point_shape, at, k)) != 0)
		return rc;
	if (!edition_split_point(json_str(c, "id"), of, &has) || has != level ||
	    !edition_same(of, json_str(item, "id")))
		return edition_fault(k, at,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' is not a point of level '%s' of '%s'", at,
			level_name(level), place));
	n = strtol(json_str(c, "id") + strlen(of) + 2, NULL, 10);
	if (n <= *number)
		return edition_fault(k, at,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' is out of order or stands twice", at));
	*number = n;
	return 0;
}

static int
check_level_points(const cJSON *item, enum level level, const char *place,
    struct edition_faults *k)
{
	const cJSON *list = NULL, *c;
	long number = 0;
	int rc = edition_shape_list(json_get(item, "points"), level_name(level),
	    1, 30, place, k, &list);

	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		rc = check_point(c, item, level, place, &number, k);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
check_process_item(
    const cJSON *item, const char *place, struct edition_faults *k)
{
	const cJSON *points = json_get(item, "points");
	int level, rc, bad;

	if ((bad = EDITION_SHAPE(item, process_shape, place, k)) < 0)
		return bad;
	if (points == NULL)
		return bad; /* told as lacking */
	if ((rc = EDITION_SHAPE(points, points_shape, place, k)) < 0)
		return rc;
	bad |= rc;
	for (level = 0; level < N_LEVELS; level++) {
		if (json_get(points, level_name((enum level)level)) == NULL)
			continue;
		rc = check_level_points(item, (enum level)level, place, k);
		if (rc < 0)
			return rc;
		bad |= rc;
	}
	return bad;
}

/* Both or none; a ceiling above the floor; only where they mean anything. */
static int
check_limits(const cJSON *root, const cJSON *measure, const char *at,
    struct edition_faults *k)
{
	const cJSON *result = json_get(json_get(root, "policy"), "result");
	const char *floor_ = json_str(measure, "floor");
	const char *ceiling = json_str(measure, "ceiling");

	if (floor_ == NULL && ceiling == NULL)
		return 0;
	if (!edition_same(json_str(result, "method"), "linear"))
		return edition_fault(k, at,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' has a floor or a ceiling, but the policy for "
			"results is not 'linear'",
			at));
	if (floor_ == NULL || ceiling == NULL ||
	    !edition_limits(floor_, ceiling))
		return edition_fault(k, at,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' must have a floor from 0 and a ceiling above it, "
			"up to 1000 per cent, with at most 3 decimals",
			at));
	return 0;
}

static int
check_measure(const cJSON *root, const cJSON *item, const cJSON *c, int n,
    struct edition_faults *k)
{
	char at[EDITION_PLACE_MAX], id[24];
	const char *of = json_str(item, "id");
	int rc;

	edition_place(at, "measures", c);
	if ((rc = EDITION_SHAPE(c, measure_shape, at, k)) != 0)
		return rc;
	snprintf(id, sizeof(id), "%.7s.%d", of != NULL ? of : "?", n);
	if (strcmp(json_str(c, "id"), id) != 0)
		return edition_fault(k, at,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' must be called '%s'", at, id));
	return check_limits(root, c, at, k);
}

static int
check_result_item(const cJSON *root, const cJSON *item, const char *place,
    struct edition_faults *k)
{
	const cJSON *list = NULL, *c;
	int n = 0, rc, bad;

	if ((bad = EDITION_SHAPE(item, result_shape, place, k)) < 0)
		return bad;
	if (json_get(item, "measures") == NULL)
		return bad;
	rc = edition_shape_list(item, "measures", 1, 20, place, k, &list);
	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		if ((rc = check_measure(root, item, c, ++n, k)) < 0)
			return rc;
	}
	return bad;
}

/* 1 if item a stands before item b: "2.9" before "2.10". */
static int
is_before(const char *a, const char *b)
{
	if (a[0] != b[0])
		return a[0] < b[0];
	return strtol(a + 2, NULL, 10) < strtol(b + 2, NULL, 10);
}

static int
has_category(const cJSON *root, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(root, "categories")) {
		if (edition_same(json_str(c, "id"), id))
			return 1;
	}
	return 0;
}

static int
check_item(const cJSON *root, const cJSON *item, const cJSON *before,
    const char *place, struct edition_faults *k)
{
	const char *id, *category, *last = json_str(before, "id");
	int rc;

	rc = edition_same(json_str(item, "kind"), "result")
		 ? check_result_item(root, item, place, k)
		 : check_process_item(item, place, k);
	if (rc != 0)
		return rc;
	id = json_str(item, "id");
	category = json_str(item, "category");
	if (!edition_is_item(id) || id[0] != category[0] ||
	    !has_category(root, category))
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' is not an item of a category of this edition",
			place));
	if (last != NULL && edition_is_item(last) && !is_before(last, id))
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' is out of order or stands twice", place));
	return 0;
}

static int
check_categories_used(const cJSON *root, struct edition_faults *k)
{
	const cJSON *c, *item;
	int found, rc;

	cJSON_ArrayForEach (c, json_get(root, "categories")) {
		const char *id = json_str(c, "id");

		found = id == NULL || !record_is_id(id); /* that was told */
		cJSON_ArrayForEach (item, json_get(root, "items")) {
			found |= edition_same(json_str(item, "category"), id);
		}
		if (found)
			continue;
		rc = edition_fault(k, "categories",
		    err_set(&k->fault, ERR_INVALID, 0,
			"category '%s' has no items", id));
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
edition_items_check(const cJSON *root, struct edition_faults *k)
{
	const cJSON *list = NULL, *c, *before = NULL;
	char place[EDITION_PLACE_MAX];
	int rc;

	if (json_get(root, "items") == NULL)
		return 0; /* told as lacking */
	rc = edition_shape_list(root, "items", 1, 100, "", k, &list);
	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		edition_place(place, "items", c);
		if ((rc = check_item(root, c, before, place, k)) < 0)
			return rc;
		before = c;
	}
	return check_categories_used(root, k);
}
