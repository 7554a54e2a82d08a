/* deadline_flip, bulk_ticks: points set and taken back, and how fast. */
#include "base/clock.h"
#include "store/audit/flags_list.h"

/* Taken back so soon by the same person: a slip of the hand. */
#define SLIP_S 300
#define MANY_ITEMS 3
/* Names of points that a flag lists. */
#define POINTS_TEXT 160

static const struct flags_rev *
rev_of(const struct flags_year *y, const struct flags_toggle *t)
{
	return &y->revs[y->events[t->event].rev];
}

/* --- deadline_flip --- */

struct deadline {
	const char *kind; /* "submit", "correct": due days; "signoff" */
	int64_t at;
	int offset_min;
};

struct flips {
	struct flags_year *y;
	struct flags_list *l;
	struct deadline *list;
	size_t n_list, cap_list;
	int *of_point; /* toggles of one point that are no slips */
	size_t n_of, cap_of;
};

static int
add_deadline(struct flips *x, const char *kind, int64_t at, int offset_min,
    struct err *e)
{
	struct deadline *d =
	    flags_more(&x->list, &x->n_list, &x->cap_list, sizeof(*x->list));

	if (d == NULL)
		return err_nomem(e);
	d->kind = kind;
	d->at = at;
	d->offset_min = offset_min;
	return 0;
}

static int
add_due(struct flips *x, const char *kind, const char *day, struct err *e)
{
	int64_t t;
	int rc;

	if (day[0] == '\0')
		return 0;
	if ((rc = clock_parse(day, x->y->offset_min, 1, &t, e)) < 0)
		return rc;
	return add_deadline(x, kind, t, x->y->offset_min, e);
}

static int
find_deadlines(struct flips *x, struct err *e)
{
	const struct flags_year *y = x->y;
	size_t i;
	int rc;

	if ((rc = add_due(x, "submit", y->due_submit, e)) < 0 ||
	    (rc = add_due(x, "correct", y->due_correct, e)) < 0)
		return rc;
	for (i = 0; i < y->n_subs && rc == 0; i++) {
		const struct flags_rev *v =
		    &y->revs[y->events[y->subs[i].event].rev];

		rc = add_deadline(x, "signoff", v->time, v->offset_min, e);
	}
	return rc;
}

/* The toggles of a point, but for slips and what merges passed on. */
static int
collect_point(struct flips *x, int point, struct err *e)
{
	const struct flags_year *y = x->y;
	size_t i;
	int *p;

	x->n_of = 0;
	for (i = 0; i < y->n_toggles; i++) {
		const struct flags_toggle *t = &y->toggles[i], *last;

		if (t->point != point || rev_of(y, t)->merge)
			continue;
		last =
		    x->n_of > 0 ? &y->toggles[x->of_point[x->n_of - 1]] : NULL;
		if (last != NULL && last->on != t->on &&
		    rev_of(y, last)->login == rev_of(y, t)->login &&
		    rev_of(y, t)->time - rev_of(y, last)->time <= SLIP_S) {
			x->n_of--;
			continue;
		}
		p = flags_more(
		    &x->of_point, &x->n_of, &x->cap_of, sizeof(*x->of_point));
		if (p == NULL)
			return err_nomem(e);
		*p = (int)i;
	}
	return 0;
}

static int
is_near(const struct flips *x, const struct deadline *d, int toggle)
{
	int64_t hours = store_conf(x->y->s)->flags.deadline_hours;
	int64_t t = rev_of(x->y, &x->y->toggles[toggle])->time;

	return t >= d->at - hours * 3600 && t <= d->at + hours * 3600;
}

/* 1 if the point went both ways near this deadline. */
static int
flipped(const struct flips *x, const struct deadline *d)
{
	int on = 0, off = 0;
	size_t i;

	for (i = 0; i < x->n_of; i++)
		if (is_near(x, d, x->of_point[i])) {
			on |= x->y->toggles[x->of_point[i]].on;
			off |= !x->y->toggles[x->of_point[i]].on;
		}
	return on && off;
}

/* "1.1.B2 1.1.B3", cut where there are very many. */
static int
put_point(struct flag *f, const char *point, struct err *e)
{
	const char *so_far = json_str(f->figures, "points");
	char text[POINTS_TEXT];
	int rc;

	if ((rc = json_put_int(
		 f->figures, "n", json_int(f->figures, "n", 0) + 1, e)) < 0)
		return rc;
	if (so_far != NULL && strlen(so_far) + strlen(point) + 2 > POINTS_TEXT)
		return 0;
	snprintf(text, sizeof(text), "%s%s%s", so_far != NULL ? so_far : "",
	    so_far != NULL ? " " : "", point);
	return json_put_str(f->figures, "points", text, e);
}

/* The flag of an item at a deadline, made with its first point. */
static int
flip_flag(
    struct flips *x, int rec, size_t deadline, struct flag **ret, struct err *e)
{
	const struct deadline *d = &x->list[deadline];
	struct flags_list *l = x->l;
	struct flag *f;
	size_t i;
	int rc;

	for (i = l->n_flags; i > 0; i--) {
		f = &l->flags[i - 1];
		if (f->rule != FLAG_DEADLINE_FLIP)
			break;
		if (f->key == (int64_t)deadline &&
		    f->record == x->y->recs[rec].rp.name) {
			*ret = f;
			return 0;
		}
	}
	if ((f = flags_list_add(l, FLAG_DEADLINE_FLIP, x->y, rec, e)) == NULL)
		return ERR_NOMEM;
	f->key = (int64_t)deadline;
	if ((rc = json_put_str(f->figures, "which", d->kind, e)) < 0 ||
	    (rc = flag_time(f, "deadline", d->at, d->offset_min, e)) < 0)
		return rc;
	*ret = f;
	return 0;
}

static int
add_flip(struct flips *x, int point, size_t deadline, struct err *e)
{
	const struct flags_year *y = x->y;
	struct flag *f = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; i < x->n_of && rc == 0; i++) {
		int at = x->of_point[i], event = y->toggles[at].event;

		if (!is_near(x, &x->list[deadline], at))
			continue;
		if (f == NULL &&
		    ((rc = flip_flag(
			  x, y->events[event].rec, deadline, &f, e)) < 0 ||
			(rc = put_point(f, flags_text(y, point), e)) < 0))
			return rc;
		flag_name(f, y, y->events[event].rev);
	}
	return rc;
}

/* A point is told once, at the first deadline near which it flipped. */
static int
look_at_point(struct flips *x, int point, struct err *e)
{
	size_t i;
	int rc = collect_point(x, point, e);

	if (rc < 0 || x->n_of < 2)
		return rc;
	for (i = 0; i < x->n_list; i++)
		if (flipped(x, &x->list[i]))
			return add_flip(x, point, i, e);
	return 0;
}

int
flags_deadline_flip(struct flags_year *y, struct flags_list *l, struct err *e)
{
	struct flips x = { .y = y, .l = l };
	char *seen = calloc(y->words.n + 1, 1);
	size_t i;
	int rc = seen != NULL ? find_deadlines(&x, e) : err_nomem(e);

	for (i = 0; i < y->n_toggles && rc == 0 && x.n_list > 0; i++) {
		int point = y->toggles[i].point;

		if (seen[point] || y->toggles[i].on)
			continue; /* what was never taken back never flipped */
		seen[point] = 1;
		rc = look_at_point(&x, point, e);
	}
	free(seen);
	free(x.list);
	free(x.of_point);
	return rc;
}

/* --- bulk_ticks --- */

/* What ticks many points at once by its nature, and says so. */
static int
is_typed(const struct flags_year *y, const struct flags_toggle *t)
{
	static const char *const others[] = { "merge", "import", "open",
		"revert", "restore", "resolve" };
	const char *action = flags_text(y, rev_of(y, t)->action);
	size_t i;

	if (!t->on)
		return 0;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strcmp(action, others[i]) == 0)
			return 0;
	return 1;
}

/* A run of ticks by one person, each soon after the one before. */
struct run {
	int login, device;
	int64_t first, last;
	int from, n, items; /* from: a toggle */
};

/* Others' saves of a later day: nothing of the run comes behind them, whatever
 * their clocks. */
#define DAY_S 86400

static int
is_of_run(const struct flags_year *y, const struct run *r,
    const struct flags_toggle *t)
{
	return rev_of(y, t)->login == r->login &&
	       rev_of(y, t)->device == r->device && is_typed(y, t);
}

/* 1 if no toggle of the run before this one is of its item. */
static int
is_new_item(const struct flags_year *y, const struct run *r, int at)
{
	int rec = y->events[y->toggles[at].event].rec, i;

	for (i = at - 1; i >= r->from; i--)
		if (y->events[y->toggles[i].event].rec == rec &&
		    is_of_run(y, r, &y->toggles[i]))
			return 0;
	return 1;
}

static int
add_run(struct flags_list *l, struct flags_year *y, const struct run *r, int to,
    struct err *e)
{
	const struct conf_flags *conf = &store_conf(y->s)->flags;
	struct flag *f;
	int i, rc;

	if (r->n < conf->bulk_points || r->items < MANY_ITEMS)
		return 0;
	if ((f = flags_list_add(l, FLAG_BULK_TICKS, y, -1, e)) == NULL)
		return ERR_NOMEM;
	for (i = r->from; i <= to; i++)
		if (is_of_run(y, r, &y->toggles[i]))
			flag_name(f, y, y->events[y->toggles[i].event].rev);
	if ((rc = json_put_int(f->figures, "points", r->n, e)) < 0 ||
	    (rc = json_put_int(f->figures, "items", r->items, e)) < 0)
		return rc;
	return json_put_int(f->figures, "seconds", r->last - r->first, e);
}

/* The toggles from one on, as long as they stay within the seconds. */
static void
follow_run(const struct flags_year *y, int from, struct run *r, int *ret_to)
{
	int64_t seconds = store_conf(y->s)->flags.bulk_seconds;
	size_t i;

	memset(r, 0, sizeof(*r));
	r->from = from;
	r->login = rev_of(y, &y->toggles[from])->login;
	r->device = rev_of(y, &y->toggles[from])->device;
	r->first = rev_of(y, &y->toggles[from])->time;
	for (i = (size_t)from; i < y->n_toggles; i++) {
		const struct flags_toggle *t = &y->toggles[i];
		const struct flags_rev *v = rev_of(y, t);

		if (v->time > r->first + seconds + DAY_S)
			break;
		if (!is_of_run(y, r, t))
			continue;
		if (v->time > r->first + seconds || v->time < r->first)
			break;
		r->items += is_new_item(y, r, (int)i);
		r->last = v->time;
		r->n++;
		*ret_to = (int)i;
	}
}

int
flags_bulk_ticks(struct flags_year *y, struct flags_list *l, struct err *e)
{
	const struct conf_flags *conf = &store_conf(y->s)->flags;
	char *done = calloc(y->n_toggles + 1, 1);
	struct run r;
	size_t i;
	int to, k, rc = 0;

	if (done == NULL)
		return err_nomem(e);
	for (i = 0; i < y->n_toggles && rc == 0; i++) {
		if (done[i] || !is_typed(y, &y->toggles[i]))
			continue;
		to = (int)i;
		follow_run(y, (int)i, &r, &to);
		if (r.n < conf->bulk_points)
			continue;
		for (k = (int)i; k <= to; k++)
			if (is_of_run(y, &r, &y->toggles[k]))
				done[k] = 1;
		rc = add_run(l, y, &r, to, e);
	}
	free(done);
	return rc;
}
