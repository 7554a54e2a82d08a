#include "store/criteria/ratio.h"

#include <inttypes.h>

/* What ratio_round() keeps: enough that two digits are right, few enough that
 * sums of many fractions with all kinds of denominators still fit. */
#define ROUND_DIGITS 6

__extension__ typedef unsigned __int128 wide; /* products of two figures */

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

/* Whole part downwards; the rest, 0 <= rest < den, stays in num. */
static int64_t
take_floor(struct ratio *r)
{
	int64_t whole = r->num / r->den;

	if (r->num % r->den < 0)
		whole--;
	r->num -= whole * r->den;
	return whole;
}

/* By continued fractions: cross products might not fit. */
int
ratio_cmp(struct ratio a, struct ratio b)
{
	int64_t x, y, t;

	for (;;) {
		x = take_floor(&a);
		y = take_floor(&b);
		if (x != y)
			return x < y ? -1 : 1;
		if (a.num == 0 || b.num == 0)
			return (a.num != 0) - (b.num != 0);
		/* a < b just when den_a/num_a > den_b/num_b */
		t = a.num;
		a.num = b.den;
		b.den = t;
		t = b.num;
		b.num = a.den;
		a.den = t;
	}
}

int
ratio_round(struct ratio *a, struct err *e)
{
	int64_t rest = a->num < 0 ? -a->num : a->num;
	int64_t n = rest / a->den, scale = 1;
	int i;

	rest %= a->den;
	for (i = 0; i < ROUND_DIGITS; i++) {
		rest *= 10;
		if (__builtin_mul_overflow(n, INT64_C(10), &n) ||
		    __builtin_add_overflow(n, rest / a->den, &n))
			return overflow(e);
		rest %= a->den;
		scale *= 10;
	}
	n += rest * 2 >= a->den;
	return reduce(a->num < 0 ? -n : n, scale, a, e);
}

int
ratio_parse(const char *decimal, struct ratio *ret, struct err *e)
{
	const char *s = decimal + (decimal[0] == '-');
	int64_t num = 0, den = 1;
	int digits = 0, point = 0, shown = 0;

	for (; *s != '\0'; s++) {
		if (*s == '.' && !point && shown > 0) {
			point = 1;
			digits -= num == 0 && shown == 1; /* "0." */
			continue;
		}
		if (*s < '0' || *s > '9')
			break;
		shown++;
		if (++digits > RATIO_DIGITS)
			return overflow(e);
		num = num * 10 + (*s - '0');
		den *= point ? 10 : 1;
	}
	if (*s != '\0' || shown == 0 || s[-1] == '.')
		return err_set(e, ERR_INVALID, 0,
		    "'%.60s' is not a decimal number such as 12.5", decimal);
	return reduce(decimal[0] == '-' ? -num : num, den, ret, e);
}

struct ratio
ratio_quotient(struct ratio a, struct ratio b, int64_t times)
{
	/* at most 10^15 * 10^15 * 1000 */
	wide num = (wide)a.num * (wide)b.den * (wide)times;
	wide den = (wide)a.den * (wide)b.num;
	wide whole = num / den, rest = num % den;
	struct ratio r = { RATIO_QUOTIENT_MAX, 1 };
	int i;

	if (whole >= RATIO_QUOTIENT_MAX)
		return r;
	r.num = (int64_t)whole;
	for (i = 0; i < ROUND_DIGITS; i++) {
		rest *= 10;
		r.num = r.num * 10 + (int64_t)(rest / den);
		rest %= den;
		r.den *= 10;
	}
	r.num += rest * 2 >= den;
	(void)reduce(r.num, r.den, &r, NULL); /* it only gets smaller */
	return r;
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
