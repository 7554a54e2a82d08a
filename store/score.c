#include "store/score.h"

#include <inttypes.h>

static int64_t
gcd(int64_t a, int64_t b)
{
	int64_t r;

	while (b != 0) {
		r = a % b;
		a = b;
		b = r;
	}
	return a < 0 ? -a : a;
}

static int
overflow(struct err *e)
{
	return err_set(e, ERR_DAMAGED, 0,
	    "a score is a fraction too fine to be computed exactly");
}

/* num/den in lowest terms; den > 0. */
static int
reduce(int64_t num, int64_t den, struct ratio *ret, struct err *e)
{
	int64_t g = gcd(num, den);

	num /= g;
	den /= g;
	if (den > RATIO_MAX || num > RATIO_MAX || num < -RATIO_MAX)
		return overflow(e);
	ret->num = num;
	ret->den = den;
	return 0;
}

int
ratio_add(struct ratio *a, struct ratio b, struct err *e)
{
	int64_t g = gcd(a->den, b.den);
	int64_t x, y, den;

	/* over the least common denominator */
	if (__builtin_mul_overflow(a->num, b.den / g, &x) ||
	    __builtin_mul_overflow(b.num, a->den / g, &y) ||
	    __builtin_add_overflow(x, y, &x) ||
	    __builtin_mul_overflow(a->den / g, b.den, &den))
		return overflow(e);
	return reduce(x, den, a, e);
}

int
ratio_scale(struct ratio *a, int64_t n, int64_t d, struct err *e)
{
	int64_t num, den, g;

	if (d <= 0)
		return overflow(e);
	/* crosswise first, so that only a result too large is refused */
	g = gcd(a->num, d);
	d /= g;
	num = a->num / g;
	g = gcd(n, a->den);
	n /= g;
	if (__builtin_mul_overflow(num, n, &num) ||
	    __builtin_mul_overflow(a->den / g, d, &den))
		return overflow(e);
	return reduce(num, den, a, e);
}

void
ratio_text(struct ratio r, char ret[32])
{
	int64_t den = r.den > 0 ? r.den : 1; /* { 0, 0 } is 0 */
	int64_t num = r.num < 0 ? -r.num : r.num;
	int64_t whole = num / den;
	int64_t cents = (num % den * 200 + den) / (2 * den);

	if (cents == 100) {
		whole++;
		cents = 0;
	}
	snprintf(ret, 32, "%s%" PRId64 ".%02d",
	    r.num < 0 && (whole > 0 || cents > 0) ? "-" : "", whole,
	    (int)(cents % 100));
}

/* Ticks of the answer at each level. */
static int
count_ticks(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, int ret[N_LEVELS], struct err *e)
{
	const struct edition_item *of;
	enum level level;
	const cJSON *c;

	memset(ret, 0, N_LEVELS * sizeof(*ret));
	cJSON_ArrayForEach (c, json_get(answer, "ticks")) {
		if (!cJSON_IsString(c) ||
		    edition_point(ed, c->valuestring, &of, &level, NULL) < 0 ||
		    of != it)
			return err_set(e, ERR_DAMAGED, 0,
			    "the answer of item %s ticks a point that edition "
			    "'%s' does not have",
			    it->id, edition_id(ed));
		ret[level]++;
	}
	return 0;
}

/* Levels are gated: an incomplete one ends the walk, with its share if the
 * policy gives partial credit; what is ticked above it earns nothing. */
static int
score_ticks(const struct edition_policy *p, const struct edition_item *it,
    const int ticked[N_LEVELS], struct ratio *ret, enum level *ret_level,
    struct err *e)
{
	struct ratio sum = { 0, 1 }, part;
	enum level level = LEVEL_NONE;
	int l, rc;

	for (l = 0; l < N_LEVELS; l++) {
		part = (struct ratio){ p->points[l], 1 };
		if (ticked[l] < it->n_points[l] &&
		    (rc = ratio_scale(&part, p->partial ? ticked[l] : 0,
			 it->n_points[l], e)) < 0)
			return rc;
		if ((rc = ratio_add(&sum, part, e)) < 0)
			return rc;
		if (ticked[l] < it->n_points[l])
			break;
		level = (enum level)l;
	}
	*ret = sum;
	*ret_level = level;
	return 0;
}

static int
is_result(const struct edition_item *it)
{
	return strcmp(it->kind, "result") == 0;
}

int
score_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct ratio *ret, enum level *ret_level,
    struct err *e)
{
	int ticked[N_LEVELS], rc;

	if ((rc = count_ticks(ed, it, answer, ticked, e)) < 0)
		return rc;
	if (is_result(it)) {
		*ret = (struct ratio){ 0, 1 };
		*ret_level = LEVEL_NONE;
		return 0;
	}
	return score_ticks(edition_policy(ed), it, ticked, ret, ret_level, e);
}

/* What score_all() builds and the sums that it carries along. */
struct tally {
	const struct edition *ed;
	cJSON *items, *categories, *unassessed;
	struct ratio total; /* sum of weight * category */
	int64_t weights;
};

static int
put_score(cJSON *obj, const char *key, struct ratio r, struct err *e)
{
	char text[32];

	ratio_text(r, text);
	return json_put_str(obj, key, text, e);
}

static int
tally_item(struct tally *t, const struct edition_item *it, const cJSON *answer,
    struct ratio *ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	enum level level = LEVEL_NONE;
	struct ratio r = { 0, 1 };
	int l, points = 0, rc;

	if ((rc = score_item(t->ed, it, answer, &r, &level, e)) < 0)
		goto out;
	for (l = 0; l < N_LEVELS; l++)
		points += it->n_points[l];
	if ((rc = json_put_str(obj, "id", it->id, e)) < 0 ||
	    (rc = put_score(obj, "score", r, e)) < 0 ||
	    (rc = json_put_str(obj, "level", level_name(level), e)) < 0 ||
	    (rc = json_put_int(obj, "ticked",
		 cJSON_GetArraySize(json_get(answer, "ticks")), e)) < 0 ||
	    (rc = json_put_int(obj, "points", points, e)) < 0)
		goto out;
	if (is_result(it) && (rc = json_push_str(t->unassessed, it->id, e)) < 0)
		goto out;
	*ret = r;
	rc = json_push(t->items, obj, e);
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

/* The items of one category, their mean, and the total's next summand. */
static int
tally_category(struct tally *t, size_t index,
    const cJSON *(*answer_of)(void *arg, const char *item), void *arg,
    struct err *e)
{
	const char *id = edition_category_at(t->ed, index, NULL, NULL);
	long weight = edition_category_weight(t->ed, index);
	struct ratio sum = { 0, 1 }, r;
	const struct edition_item *it;
	size_t i, n = edition_n_items(t->ed);
	int64_t n_in = 0;
	cJSON *obj;
	int rc;

	for (i = 0; i < n; i++) {
		it = edition_item_at(t->ed, i);
		if (strcmp(it->category, id) != 0)
			continue;
		if ((rc = tally_item(t, it, answer_of(arg, it->id), &r, e)) <
			0 ||
		    (rc = ratio_add(&sum, r, e)) < 0)
			return rc;
		n_in++;
	}
	if ((rc = ratio_scale(&sum, 1, n_in, e)) < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put_str(obj, "id", id, e)) < 0 ||
	    (rc = put_score(obj, "score", sum, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	if ((rc = json_push(t->categories, obj, e)) < 0 ||
	    (rc = ratio_scale(&sum, weight, 1, e)) < 0)
		return rc;
	t->weights += weight;
	return ratio_add(&t->total, sum, e);
}

/* The lists stand in the result from the start: one free at the end. */
static int
tally_begin(struct tally *t, cJSON *out, struct err *e)
{
	int rc;

	t->categories = cJSON_CreateArray();
	if ((rc = json_put(out, "categories", t->categories, e)) < 0)
		return rc;
	t->items = cJSON_CreateArray();
	if ((rc = json_put(out, "items", t->items, e)) < 0)
		return rc;
	t->unassessed = cJSON_CreateArray();
	return json_put(out, "unassessed", t->unassessed, e);
}

int
score_all(const struct edition *ed,
    const cJSON *(*answer_of)(void *arg, const char *item), void *arg,
    cJSON **ret, struct err *e)
{
	struct tally t = { .ed = ed, .total = { 0, 1 } };
	cJSON *out = cJSON_CreateObject();
	size_t i;
	int rc;

	if ((rc = json_put_str(out, "total", "0.00", e)) < 0 ||
	    (rc = tally_begin(&t, out, e)) < 0)
		goto out;
	for (i = 0; i < edition_n_categories(ed); i++)
		if ((rc = tally_category(&t, i, answer_of, arg, e)) < 0)
			goto out;
	if ((rc = ratio_scale(&t.total, 1, t.weights, e)) < 0 ||
	    (rc = put_score(out, "total", t.total, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}
