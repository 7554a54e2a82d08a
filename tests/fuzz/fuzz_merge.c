/*
 * Merges of whatever three records of a type, and of three texts. Input: a
 * letter that chooses the type, then base, hall and mine, each ended by a NUL
 * byte; empty = absent. Beyond "no crash": a side that alone changed something
 * is what comes out, both sides agree what is a conflict, and what comes out is
 * made of valid fields.
 */
#include "store/record/canon.h"
#include "store/record/lines.h"
#include "store/record/record.h"

enum { BASE, HALL, MINE, SIDES };

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
merge(const struct record_type *t, const cJSON *base, const cJSON *hall,
    const cJSON *mine, cJSON **ret, cJSON **ret_conflicts)
{
	struct err e;

	*ret = NULL;
	*ret_conflicts = NULL;
	if (record_merge(t, base, hall, mine, ret, ret_conflicts, &e) < 0)
		abort();
}

/* The one side that changed something. */
static void
try_one_side(const struct record_type *t, const cJSON *base, const cJSON *side)
{
	cJSON *got, *conflicts;

	merge(t, base, side, base, &got, &conflicts);
	if (!canon_equal(got, side) || conflicts->child != NULL)
		abort();
	cJSON_Delete(got);
	cJSON_Delete(conflicts);
	merge(t, base, base, side, &got, &conflicts);
	if (!canon_equal(got, side) || conflicts->child != NULL)
		abort();
	cJSON_Delete(got);
	cJSON_Delete(conflicts);
}

static int
has_field(const cJSON *conflicts, const char *field)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, conflicts) {
		if (strcmp(json_str(c, "field"), field) == 0)
			return 1;
	}
	return 0;
}

/* Conflicts are of what differs; a value that neither stays nor is told must
 * have been the base's. */
static void
check(const struct record_type *t, const cJSON *const recs[SIDES],
    const cJSON *got, const cJSON *conflicts)
{
	struct err e;
	cJSON *changes = NULL;
	const cJSON *c;
	int side;

	for (side = HALL; side <= MINE; side++) {
		if (record_diff(t, recs[BASE], recs[side], &changes, &e) < 0)
			abort();
		cJSON_ArrayForEach (c, changes) {
			const char *field = json_str(c, "field");
			const struct field *f = record_field(t, field);
			const cJSON *now = json_get(c, "new");

			if (cJSON_IsNull(now) || f->merge == MERGE_SET ||
			    f->type == FIELD_TEXT)
				continue;
			if (!canon_equal(record_get(got, field), now) &&
			    !has_field(conflicts, field))
				abort();
		}
		cJSON_Delete(changes);
		changes = NULL;
	}
}

static void
try_records(const struct record_type *t, const cJSON *const recs[SIDES])
{
	cJSON *got, *conflicts;

	try_one_side(t, recs[BASE], recs[HALL]);
	try_one_side(t, recs[BASE], recs[MINE]);
	merge(t, recs[BASE], recs[HALL], recs[MINE], &got, &conflicts);
	check(t, recs, got, conflicts);
	cJSON_Delete(got);
	cJSON_Delete(conflicts);
}

static void
try_texts(const char *const texts[SIDES])
{
	char *once = NULL, *twice = NULL;
	struct err e;

	if (lines_merge(texts[BASE], texts[HALL], texts[MINE], &once, &e) < 0 ||
	    lines_merge(texts[BASE], texts[MINE], texts[HALL], &twice, &e) < 0)
		abort();
	if ((once == NULL) != (twice == NULL) ||
	    (once != NULL && strcmp(once, twice) != 0))
		abort();
	free(once);
	free(twice);
	if (lines_merge(texts[BASE], texts[HALL], texts[BASE], &once, &e) < 0)
		abort();
	if (once != NULL && strcmp(once, texts[HALL]) != 0)
		abort();
	free(once);
}

/* A path of the type, so that the record can be checked as one that was
 * admitted. */
static int
path_of(const struct record_type *t, struct record_path *ret)
{
	static const char *const paths[] = { "office.json",
		"2565/assessment.json", "2565/items/7.1.json",
		"2565/profile.json", "2565/actions/x.json",
		"2565/comments/1.1.json", "evidence/x.json", "conflicts/x.json",
		"registry.json", "receipts.json", "reviews/2565/1.1.json",
		"decisions/2565.json", "cycles/2565.json", "practices/x.json" };
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (record_path_parse(paths[i], t->branch, ret, &e) == 0 &&
		    ret->type == t)
			return 1;
	return 0;
}

static int
parse(const struct record_path *rp, const char *s, cJSON **ret)
{
	struct err e;

	*ret = NULL;
	if (s[0] == '\0')
		return 1;
	return json_parse(s, strlen(s), CANON_MAX, ret, &e) == 0 &&
	       record_check(rp, *ret, NULL, &e) == 0;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const struct record_type *types;
	struct record_path rp;
	const char *texts[SIDES];
	cJSON *recs[SIDES] = { NULL, NULL, NULL };
	char *copy, *s;
	size_t n;
	int i, valid = 1;

	/* three NULs, whatever there is */
	if (len < 1 || (copy = calloc(1, len + SIDES)) == NULL)
		return 0;
	memcpy(copy, data + 1, len - 1);
	for (i = 0, s = copy; i < SIDES; i++, s += strlen(s) + 1)
		texts[i] = s;
	try_texts(texts);
	types = record_types(&n);
	if (path_of(&types[data[0] % n], &rp)) {
		for (i = 0; i < SIDES; i++)
			valid &= parse(&rp, texts[i], &recs[i]);
		if (valid)
			try_records(rp.type, (const cJSON *const *)recs);
		for (i = 0; i < SIDES; i++)
			cJSON_Delete(recs[i]);
	}
	free(copy);
	return 0;
}
