#include "store/edition.h"
#include "store/edition_shape.h"

/*
 * The rules of an edition's file. Shapes are tables of fields, checked by the
 * records' own value checks; what they cannot say (order, references, counts)
 * is code below them.
 */

#define PLACE_MAX 160
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
static const struct field process_shape[] = {
	SHAPE("id", FIELD_LINE, 1, 0, 7, NULL),
	SHAPE("category", FIELD_ID, 1, 0, 1, NULL),
	SHAPE_WORD("kind", 1, "process"),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
	SHAPE_PART("points"),
};
static const struct field result_shape[] = {
	SHAPE("id", FIELD_LINE, 1, 0, 7, NULL),
	SHAPE("category", FIELD_ID, 1, 0, 1, NULL),
	SHAPE_WORD("kind", 1, "result"),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
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
static const struct field measure_shape[] = {
	SHAPE("id", FIELD_LINE, 1, 0, 15, NULL),
	SHAPE("required", FIELD_BOOL, 1, 0, 0, NULL),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
};
#define CHECK(obj, shape, place, e)                                            \
	edition_shape_check(obj, shape, SHAPE_LEN(shape), place, e)

static int
check_levels(const cJSON *root, struct err *e)
{
	const cJSON *list =
	    edition_shape_list(root, "levels", N_LEVELS, N_LEVELS, e);
	const cJSON *c;
	int level = 0, rc;

	if (list == NULL)
		return ERR_INVALID;
	cJSON_ArrayForEach (c, list) {
		if ((rc = CHECK(c, level_shape, "levels", e)) < 0)
			return rc;
		if (strcmp(json_str(c, "id"), level_name(level++)) != 0)
			return err_set(e, ERR_INVALID, 0,
			    "'levels' must be %s, in this order", LEVELS);
	}
	return 0;
}

/* The place of one member of a list, for sentences. */
static void
place_of(char *buf, const char *list, const cJSON *member)
{
	const char *id = json_str(member, "id");

	/* ids of items and points are short and plain; anything else is not
	 * shown */
	if (id != NULL && strlen(id) <= 20 &&
	    strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		       "0123456789.-") == strlen(id))
		snprintf(buf, PLACE_MAX, "%s[%s]", list, id);
	else
		snprintf(buf, PLACE_MAX, "%s[?]", list);
}

static int
check_categories(const cJSON *root, struct err *e)
{
	const cJSON *list = edition_shape_list(root, "categories", 1, 9, e);
	const cJSON *c, *before = NULL;
	char place[PLACE_MAX];
	int rc;

	if (list == NULL)
		return ERR_INVALID;
	cJSON_ArrayForEach (c, list) {
		place_of(place, "categories", c);
		if ((rc = CHECK(c, category_shape, place, e)) < 0)
			return rc;
		if (strchr("123456789", json_str(c, "id")[0]) == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "'%s': a category is one digit, 1 to 9", place);
		if (before != NULL &&
		    strcmp(json_str(before, "id"), json_str(c, "id")) >= 0)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' is out of order or stands twice", place);
		before = c;
	}
	return 0;
}

static int
check_level_points(
    const cJSON *item, enum level level, const char *place, struct err *e)
{
	const cJSON *points = json_get(item, "points");
	const cJSON *list =
	    edition_shape_list(points, level_name(level), 1, 30, e);
	char at[PLACE_MAX], of[8];
	const cJSON *c;
	enum level has;
	long number = 0, n;
	int rc;

	if (list == NULL) {
		err_prepend(e, place);
		return ERR_INVALID;
	}
	cJSON_ArrayForEach (c, list) {
		place_of(at, "points", c);
		if ((rc = CHECK(c, point_shape, at, e)) < 0)
			return rc;
		if (!edition_split_point(json_str(c, "id"), of, &has) ||
		    has != level || strcmp(of, json_str(item, "id")) != 0)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' is not a point of level '%s' of '%s'", at,
			    level_name(level), place);
		n = strtol(json_str(c, "id") + strlen(of) + 2, NULL, 10);
		if (n <= number)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' is out of order or stands twice", at);
		number = n;
	}
	return 0;
}

static int
check_process_item(const cJSON *item, const char *place, struct err *e)
{
	int level, rc;

	if ((rc = CHECK(item, process_shape, place, e)) < 0)
		return rc;
	if ((rc = CHECK(json_get(item, "points"), points_shape, place, e)) < 0)
		return rc;
	for (level = 0; level < N_LEVELS; level++)
		if ((rc = check_level_points(item, level, place, e)) < 0)
			return rc;
	return 0;
}

static int
check_result_item(const cJSON *item, const char *place, struct err *e)
{
	const cJSON *list, *c;
	char at[PLACE_MAX], id[24];
	int n = 0, rc;

	if ((rc = CHECK(item, result_shape, place, e)) < 0)
		return rc;
	if ((list = edition_shape_list(item, "measures", 1, 20, e)) == NULL) {
		err_prepend(e, place);
		return ERR_INVALID;
	}
	cJSON_ArrayForEach (c, list) {
		place_of(at, "measures", c);
		if ((rc = CHECK(c, measure_shape, at, e)) < 0)
			return rc;
		snprintf(id, sizeof(id), "%s.%d", json_str(item, "id"), ++n);
		if (strcmp(json_str(c, "id"), id) != 0)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' must be called '%s'", at, id);
	}
	return 0;
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
		if (strcmp(json_str(c, "id"), id) == 0)
			return 1;
	}
	return 0;
}

static int
check_item(const cJSON *root, const cJSON *item, const cJSON *before,
    const char *place, struct err *e)
{
	const char *kind = json_str(item, "kind");
	const char *id, *category;
	int rc;

	rc = kind != NULL && strcmp(kind, "result") == 0
		 ? check_result_item(item, place, e)
		 : check_process_item(item, place, e);
	if (rc < 0)
		return rc;
	id = json_str(item, "id");
	category = json_str(item, "category");
	if (!edition_is_item(id) || id[0] != category[0] ||
	    !has_category(root, category))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is not an item of a category of this edition", place);
	if (before != NULL && !is_before(json_str(before, "id"), id))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is out of order or stands twice", place);
	return 0;
}

static int
check_categories_used(const cJSON *root, struct err *e)
{
	const cJSON *c, *item;
	int found;

	cJSON_ArrayForEach (c, json_get(root, "categories")) {
		found = 0;
		cJSON_ArrayForEach (item, json_get(root, "items")) {
			if (strcmp(json_str(item, "category"),
				json_str(c, "id")) == 0)
				found = 1;
		}
		if (!found)
			return err_set(e, ERR_INVALID, 0,
			    "category '%s' has no items", json_str(c, "id"));
	}
	return 0;
}

static int
check_items(const cJSON *root, struct err *e)
{
	const cJSON *list = edition_shape_list(root, "items", 1, 100, e);
	const cJSON *c, *before = NULL;
	char place[PLACE_MAX];
	int rc;

	if (list == NULL)
		return ERR_INVALID;
	cJSON_ArrayForEach (c, list) {
		place_of(place, "items", c);
		if ((rc = check_item(root, c, before, place, e)) < 0)
			return rc;
		before = c;
	}
	return check_categories_used(root, e);
}

/* The root's own members: as the record type describes them. */
static int
check_root(const cJSON *root, struct err *e)
{
	const struct record_type *types;
	size_t n, i;

	types = record_types(&n);
	for (i = 0; i < n && strcmp(types[i].name, "edition") != 0; i++)
		continue;
	return edition_shape_check(
	    root, types[i].fields, types[i].n_fields, "edition", e);
}

int
edition_check(const cJSON *json, struct err *e)
{
	int rc;

	if ((rc = check_root(json, e)) < 0 || (rc = check_levels(json, e)) < 0)
		return rc;
	if ((rc = check_categories(json, e)) < 0 ||
	    (rc = check_items(json, e)) < 0)
		return rc;
	return edition_rules_check(json, e);
}
