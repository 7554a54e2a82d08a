#include "store/criteria/edition.h"

#include "store/record/canon.h"

struct edition {
	cJSON *json;
	struct edition_item *items;
	size_t n_items;
	struct edition_policy policy;
};

static const char letters[] = "BAS"; /* of the levels, in their order */

const char *
level_name(enum level l)
{
	switch (l) {
	case LEVEL_BASIC:
		return "basic";
	case LEVEL_ADVANCE:
		return "advance";
	case LEVEL_SIGNIFICANCE:
		return "significance";
	case LEVEL_NONE:
		break;
	}
	return "none";
}

/* A number from 1 to 99 without leading zero: its digits, 0 if there is none. */
static size_t
count_digits(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n >= 1 && n <= 2 && s[0] != '0' ? n : 0;
}

int
edition_is_item(const char *s)
{
	size_t n;

	if (s[0] < '1' || s[0] > '9' || s[1] != '.')
		return 0;
	n = count_digits(s + 2);
	return n > 0 && s[2 + n] == '\0';
}

int
edition_split_point(const char *point, char ret_item[8], enum level *ret_level)
{
	const char *dot = strrchr(point, '.');
	const char *letter;
	char item[8];
	size_t n;

	if (dot == NULL || (size_t)(dot - point) >= sizeof(item) ||
	    dot[1] == '\0' || (letter = strchr(letters, dot[1])) == NULL)
		return 0;
	n = count_digits(dot + 2);
	if (n == 0 || dot[2 + n] != '\0')
		return 0;
	snprintf(item, sizeof(item), "%.*s", (int)(dot - point), point);
	if (!edition_is_item(item))
		return 0;
	snprintf(ret_item, sizeof(item), "%s", item);
	*ret_level = (enum level)(letter - letters);
	return 1;
}

/* From a checked item of the file. */
static void
fill_item(struct edition_item *it, const cJSON *json)
{
	const cJSON *points = json_get(json, "points");
	int level;

	it->id = json_str(json, "id");
	it->category = json_str(json, "category");
	it->kind = json_str(json, "kind");
	it->title_th = json_str(json, "title_th");
	it->title_en = json_str(json, "title_en");
	for (level = 0; level < N_LEVELS; level++)
		it->n_points[level] =
		    cJSON_GetArraySize(json_get(points, level_name(level)));
	it->json = json;
}

static void
fill_policy(struct edition_policy *p, const cJSON *json)
{
	const cJSON *process = json_get(json, "process");
	const cJSON *points = json_get(process, "points");
	int level;

	for (level = 0; level < N_LEVELS; level++)
		p->points[level] = (long)json_int(points, level_name(level), 0);
	p->partial = json_bool(process, "partial_credit", 0);
	p->max = (long)json_int(json, "max", 0);
	p->result = json_get(json, "result");
}

int
edition_parse(const char *s, size_t len, struct edition **ret, struct err *e)
{
	struct edition *ed = NULL;
	const cJSON *items, *c;
	size_t i = 0;
	int rc;

	if ((ed = calloc(1, sizeof(*ed))) == NULL)
		return err_nomem(e);
	if ((rc = canon_parse(s, len, &ed->json, e)) < 0 ||
	    (rc = edition_check(ed->json, e)) < 0)
		goto out;
	items = json_get(ed->json, "items");
	ed->n_items = (size_t)cJSON_GetArraySize(items);
	if ((ed->items = calloc(ed->n_items, sizeof(*ed->items))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	cJSON_ArrayForEach (c, items) {
		fill_item(&ed->items[i++], c);
	}
	fill_policy(&ed->policy, json_get(ed->json, "policy"));
	*ret = ed;
	ed = NULL;
out:
	edition_free(ed);
	return rc;
}

void
edition_free(struct edition *ed)
{
	if (ed == NULL)
		return;
	cJSON_Delete(ed->json);
	free(ed->items);
	free(ed);
}

const char *
edition_id(const struct edition *ed)
{
	return json_str(ed->json, "id");
}

const cJSON *
edition_json(const struct edition *ed)
{
	return ed->json;
}

const struct edition_policy *
edition_policy(const struct edition *ed)
{
	return &ed->policy;
}

size_t
edition_n_items(const struct edition *ed)
{
	return ed->n_items;
}

const struct edition_item *
edition_item_at(const struct edition *ed, size_t i)
{
	return &ed->items[i];
}

const struct edition_item *
edition_item(const struct edition *ed, const char *id)
{
	size_t i;

	for (i = 0; i < ed->n_items; i++)
		if (strcmp(ed->items[i].id, id) == 0)
			return &ed->items[i];
	return NULL;
}

int
edition_find_item(const struct edition *ed, const char *id,
    const struct edition_item **ret, struct err *e)
{
	const struct edition_item *it = edition_item(ed, id);

	if (it == NULL)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "edition '%s' has no item '%s', its items are %s to %s",
		    edition_id(ed), id, ed->items[0].id,
		    ed->items[ed->n_items - 1].id);
	*ret = it;
	return 0;
}

size_t
edition_n_categories(const struct edition *ed)
{
	return (size_t)cJSON_GetArraySize(json_get(ed->json, "categories"));
}

static const cJSON *
category(const struct edition *ed, size_t i)
{
	return cJSON_GetArrayItem(json_get(ed->json, "categories"), (int)i);
}

const char *
edition_category_at(const struct edition *ed, size_t i, const char **ret_th,
    const char **ret_en)
{
	const cJSON *c = category(ed, i);

	if (ret_th != NULL)
		*ret_th = json_str(c, "title_th");
	if (ret_en != NULL)
		*ret_en = json_str(c, "title_en");
	return json_str(c, "id");
}

long
edition_category_weight(const struct edition *ed, size_t i)
{
	return (long)json_int(category(ed, i), "weight", 1);
}

static const cJSON *
points_of(const struct edition_item *it, enum level level)
{
	return json_get(json_get(it->json, "points"), level_name(level));
}

static int
has_point(const struct edition_item *it, enum level level, const char *point)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, points_of(it, level)) {
		if (strcmp(json_str(c, "id"), point) == 0)
			return 1;
	}
	return 0;
}

/* "1.1.B1 1.1.B2 … 1.1.S1" */
static void
list_points(const struct edition_item *it, char *buf, size_t size)
{
	const cJSON *c;
	size_t n = 0;
	int level;

	buf[0] = '\0';
	for (level = 0; level < N_LEVELS; level++) {
		cJSON_ArrayForEach (c, points_of(it, level)) {
			if (n < size)
				n += (size_t)snprintf(buf + n, size - n, "%s%s",
				    n > 0 ? " " : "", json_str(c, "id"));
		}
	}
}

int
edition_point(const struct edition *ed, const char *point,
    const struct edition_item **ret_item, enum level *ret_level, struct err *e)
{
	const struct edition_item *it = NULL;
	char item[8], points[300];
	enum level level;
	int rc;

	if (!edition_split_point(point, item, &level))
		return err_set(e, ERR_NOT_FOUND, 0,
		    "a point looks like 1.1.B2: item, level (B, A or S), "
		    "number");
	if ((rc = edition_find_item(ed, item, &it, e)) < 0)
		return rc;
	if (strcmp(it->kind, "process") != 0)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "item %s is measured by indicators and has no points",
		    item);
	if (!has_point(it, level, point)) {
		list_points(it, points, sizeof(points));
		return err_set(e, ERR_NOT_FOUND, 0,
		    "item %s has no point '%s', its points are: %s", item,
		    point, points);
	}
	*ret_item = it;
	*ret_level = level;
	return 0;
}
