#include "store/view/compare.h"

#include "base/clock.h"
#include "store/criteria/score.h"
#include "store/hall/cycle.h"
#include "store/hall/registry.h"
#include "store/look/asof.h"
#include "store/review/signoff.h"
#include "store/view/compare_state.h"

#define NAME_LEN 200

/* --- one row --- */

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(((const struct compare_year *)arg)->answers, item);
}

static const cJSON *
review_of(void *arg, const char *item)
{
	return json_get(((const struct compare_year *)arg)->reviews, item);
}

static int
no_edition(int year, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/assessment.json", year);
	return err_set(e, ERR_DAMAGED, 0, "'%s' names no edition", path);
}

static int
pinned(struct comparing *c, const struct compare_year *y,
    const struct edition **ret, struct err *e)
{
	const cJSON *pin = json_get(y->assessment, "edition");
	const char *id = json_str(pin, "id"), *hex = json_str(pin, "blob");
	unsigned char blob[20];
	int rc;

	if (id == NULL || hex == NULL || strlen(hex) != 40)
		return no_edition(y->year, e);
	if ((rc = commit_unhex(hex, blob, e)) < 0)
		return rc;
	return store_edition(c->s, c->office->office, id, blob, ret, NULL, e);
}

static int
is_late(
    struct comparing *c, const struct compare_year *y, int *ret, struct err *e)
{
	const char *due = json_str(json_get(y->calendar, "due"), "submit");
	struct cycle_submission first = { 0 };
	int rc = 0, offset = store_conf(c->s)->offset_min;

	*ret = 0;
	if (due == NULL)
		return 0;
	if (json_get(y->assessment, "submission") != NULL)
		rc = cycle_submission(c->s, c->office, y->year, 1, &first, e);
	if (rc == 0)
		*ret = cycle_is_late(due, first.received,
		    first.received != 0 ? first.offset_min : offset, c->now);
	return rc;
}

static int
has_category(const cJSON *list, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, list)
		if (strcmp(json_str(c, "id"), id) == 0)
			return 1;
	return 0;
}

/* Where an id belongs: "2" before "7" before "10", whichever edition was met
 * first. */
static int
place_of(const cJSON *list, const char *id)
{
	const cJSON *c;
	int at = 0;

	cJSON_ArrayForEach (c, list) {
		const char *is = json_str(c, "id");
		size_t a = strlen(is), b = strlen(id);

		if (a > b || (a == b && strcmp(is, id) > 0))
			break;
		at++;
	}
	return at;
}

/* Categories of all editions met, each once. */
static int
note_categories(struct comparing *c, const struct edition *ed, struct err *e)
{
	const char *id, *th, *en;
	cJSON *one;
	size_t i;
	int at, after, rc;

	for (i = 0; i < edition_n_categories(ed); i++) {
		id = edition_category_at(ed, i, &th, &en);
		if (has_category(c->categories, id))
			continue;
		one = cJSON_CreateObject();
		if ((rc = json_put_str(one, "id", id, e)) < 0 ||
		    (rc = json_put_str(one, "title_th", th, e)) < 0 ||
		    (rc = json_put_str(one, "title_en", en, e)) < 0) {
			cJSON_Delete(one);
			return rc;
		}
		at = place_of(c->categories, id);
		after = cJSON_GetArraySize(c->categories) - at;
		if ((rc = json_push(c->categories, one, e)) < 0)
			return rc;
		/* those that belong behind it go there; cJSON 1.7.15 inserts
		 * nothing into the middle of a list */
		for (; after > 0 && rc == 0; after--)
			rc = json_push(c->categories,
			    cJSON_DetachItemFromArray(c->categories, at), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The difference as it is shown: between two written figures. */
static int
put_change(cJSON *row, const char *now, const char *before, struct err *e)
{
	struct ratio a, b;
	char text[32];
	int rc;

	if (before == NULL)
		return json_put_str(row, "change", NULL, e);
	if ((rc = ratio_parse(now, &a, e)) < 0 ||
	    (rc = ratio_parse(before, &b, e)) < 0)
		return rc;
	b.num = -b.num;
	if ((rc = ratio_add(&a, b, e)) < 0)
		return rc;
	ratio_text(a, text);
	return json_put_str(row, "change", text, e);
}

static int
fill_row(struct comparing *c, struct compare_year *y, const char *name,
    const char *before, cJSON *row, struct err *e)
{
	const struct edition *ed = NULL;
	cJSON *score = NULL;
	const char *total;
	int late = 0, rc;

	if ((rc = pinned(c, y, &ed, e)) < 0 ||
	    (rc = note_categories(c, ed, e)) < 0 ||
	    (rc = is_late(c, y, &late, e)) < 0 ||
	    (rc = score_all(ed, answer_of, review_of, y, &score, e)) < 0)
		return rc;
	total = json_str(score, "total");
	if ((rc = json_put_str(row, "office", c->office->office, e)) < 0 ||
	    (rc = json_put_str(row, "name", name, e)) < 0 ||
	    (rc = json_put_int(row, "year", y->year, e)) < 0 ||
	    (rc = json_put_str(row, "edition", edition_id(ed), e)) < 0 ||
	    (rc = json_put_str(row, "state",
		 signoff_name(signoff_of(y->assessment, y->decision)), e)) <
		0 ||
	    (rc = json_put_bool(row, "late", late, e)) < 0 ||
	    (rc = json_put_str(row, "total", total, e)) < 0 ||
	    (rc = json_put_str(row, "committee",
		 json_str(json_get(score, "committee"), "total"), e)) < 0 ||
	    (rc = put_change(row, total, before, e)) < 0)
		goto out;
	rc = json_put(row, "categories",
	    cJSON_DetachItemFromObjectCaseSensitive(score, "categories"), e);
out:
	cJSON_Delete(score);
	return rc;
}

static int
by_year(const void *a, const void *b)
{
	const struct compare_year *x = a, *y = b;

	return (x->year > y->year) - (x->year < y->year);
}

static int
was_seen(const struct comparing *c, int year)
{
	size_t i;

	for (i = 0; i < c->n_seen; i++)
		if (c->seen[i] == year)
			return 1;
	return 0;
}

static int
push_rows(struct comparing *c, const char *name, struct err *e)
{
	const char *before = NULL;
	cJSON *row;
	size_t i;
	int rc;

	qsort(c->years, c->n_years, sizeof(c->years[0]), by_year);
	for (i = 0; i < c->n_years; i++) {
		if (c->years[i].assessment == NULL)
			continue; /* the hall's records alone */
		row = cJSON_CreateObject();
		rc = fill_row(c, &c->years[i], name, before, row, e);
		if (rc < 0) {
			cJSON_Delete(row);
			return rc;
		}
		if ((rc = json_push(c->rows, row, e)) < 0)
			return rc;
		before = json_str(row, "total");
		if (!was_seen(c, c->years[i].year) &&
		    c->n_seen < COMPARE_YEARS_MAX)
			c->seen[c->n_seen++] = c->years[i].year;
	}
	return 0;
}

static int
office_name(struct comparing *c, char ret[NAME_LEN], struct err *e)
{
	const struct conf *conf = store_conf(c->s);
	cJSON *registry = NULL;
	const char *name;
	int rc;

	if (conf->role == ROLE_OFFICE) {
		snprintf(ret, NAME_LEN, "%s", conf->name);
		return 0;
	}
	rc = registry_read(c->s, c->office->office, &registry, e);
	name = json_str(json_get(registry, "office"), "name");
	snprintf(ret, NAME_LEN, "%s", name != NULL ? name : c->office->office);
	cJSON_Delete(registry);
	return rc;
}

static int
add_office(void *arg, const char *office, struct err *e)
{
	struct comparing *c = arg;
	char name[NAME_LEN];
	int rc;

	if ((rc = store_branch(c->s, office, "office", &c->office, e)) < 0 ||
	    (rc = store_branch(c->s, office, "hall", &c->hall, e)) < 0 ||
	    (rc = office_name(c, name, e)) < 0)
		return rc;
	if ((rc = compare_read_office(c, e)) == 0)
		rc = push_rows(c, name, e);
	compare_forget_office(c);
	return rc;
}

/* --- the whole --- */

static int
take_wanted(struct comparing *c, const cJSON *years, struct err *e)
{
	const cJSON *y;
	char *end;
	long n;

	cJSON_ArrayForEach (y, years) {
		n = cJSON_IsString(y) ? strtol(y->valuestring, &end, 10) : 0;
		if (n < 1000 || n > 9999 || *end != '\0')
			return err_set(e, ERR_INVALID, 0,
			    "'%.20s' is not a fiscal year",
			    cJSON_IsString(y) ? y->valuestring : "");
		if (c->n_wanted == COMPARE_YEARS_MAX)
			return err_set(e, ERR_INVALID, 0,
			    "more than %d years are compared",
			    COMPARE_YEARS_MAX);
		c->wanted[c->n_wanted++] = (int)n;
	}
	return 0;
}

static int
gather(struct comparing *c, const cJSON *offices, struct err *e)
{
	const cJSON *o;
	int rc = 0;

	if (!cJSON_IsArray(offices) || offices->child == NULL)
		return store_each_office(c->s, add_office, c, e);
	cJSON_ArrayForEach (o, offices) {
		if (rc == 0 && cJSON_IsString(o))
			rc = add_office(c, o->valuestring, e);
	}
	return rc;
}

static int
by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Years of the rows, oldest first; one that was asked for by name must be
 * there. */
static int
list_years(struct comparing *c, cJSON *list, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < c->n_wanted; i++)
		if (!was_seen(c, c->wanted[i]))
			return err_set(e, ERR_NOT_FOUND, 0,
			    "no assessment of %d is open", c->wanted[i]);
	qsort(c->seen, c->n_seen, sizeof(c->seen[0]), by_number);
	for (i = 0; i < c->n_seen; i++)
		if ((rc = json_push(list, cJSON_CreateNumber(c->seen[i]), e)) <
		    0)
			return rc;
	return 0;
}

static int
make_result(struct comparing *c, const cJSON *years, const cJSON *offices,
    cJSON *out, struct err *e)
{
	cJSON *list;
	int rc;

	c->rows = cJSON_CreateArray();
	if ((rc = json_put(out, "rows", c->rows, e)) < 0)
		return rc;
	c->categories = cJSON_CreateArray();
	if ((rc = json_put(out, "categories", c->categories, e)) < 0)
		return rc;
	list = cJSON_CreateArray();
	if ((rc = json_put(out, "years", list, e)) < 0 ||
	    (rc = take_wanted(c, years, e)) < 0 ||
	    (rc = gather(c, offices, e)) < 0)
		return rc;
	return list_years(c, list, e);
}

int
compare_run(struct store *s, const cJSON *years, const cJSON *offices,
    cJSON **ret, struct err *e)
{
	struct comparing *c = calloc(1, sizeof(*c));
	cJSON *out = cJSON_CreateObject();
	int began = 0, rc;

	if (c == NULL) {
		cJSON_Delete(out);
		return err_nomem(e);
	}
	c->s = s;
	c->now = clock_now();
	if ((rc = asof_begin(s, &began, e)) == 0)
		rc = make_result(c, years, offices, out, e);
	free(c);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
