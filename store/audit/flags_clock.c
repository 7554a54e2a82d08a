/* clock_back, long_offline: what the clocks of a machine and of the hall say. */
#include "store/audit/flags_list.h"

#define DAY_S 86400

/* The flag of this rule with this key and device, made if there is none. */
static struct flag *
of_device(struct flags_list *l, enum flag_rule rule, struct flags_year *y,
    int device, int64_t key, struct err *e)
{
	struct flag *f;
	size_t i;

	for (i = l->n_flags; i > 0; i--) {
		f = &l->flags[i - 1];
		if (f->rule != rule)
			break;
		if (f->device == device && f->key == key)
			return f;
	}
	if ((f = flags_list_add(l, rule, y, -1, e)) != NULL)
		f->key = key;
	return f;
}

static int
put_most(struct flag *f, const char *key, int64_t n, struct err *e)
{
	if (n <= json_int(f->figures, key, 0))
		return 0;
	return json_put_int(f->figures, key, n, e);
}

/* --- clock_back --- */

enum { BEFORE_PARENT = -1, AFTER_RECEIPT = -2 }; /* else: a run's first */

static int
add_clock(struct flags_list *l, struct flags_year *y, int rev, int64_t key,
    int64_t seconds, struct err *e)
{
	struct flag *f =
	    of_device(l, FLAG_CLOCK_BACK, y, y->revs[rev].device, key, e);
	const char *kind = "same_second";
	int rc;

	if (f == NULL)
		return ERR_NOMEM;
	if (key == BEFORE_PARENT)
		kind = "before_parent";
	else if (key == AFTER_RECEIPT)
		kind = "after_receipt";
	flag_name(f, y, rev);
	if ((rc = json_put_str(f->figures, "kind", kind, e)) < 0)
		return rc;
	return put_most(f, "minutes", seconds / 60, e);
}

/* Saves of one device that bear one second: a clock that was set back gives its
 * saves the time of the last one before (store/save/save.c). */
struct run {
	int64_t time;
	int first, n;
};

static int
look_at_run(struct flags_list *l, struct flags_year *y, struct run *r, int rev,
    struct err *e)
{
	const struct conf_flags *conf = &store_conf(y->s)->flags;
	const struct flags_rev *v = &y->revs[rev];
	int i, rc = 0;

	if (r->n == 0 || r->time != v->time) {
		r->time = v->time;
		r->first = rev;
		r->n = 0;
	}
	if (++r->n < conf->clock_same)
		return 0;
	/* all of the run with the one that makes it too long, then each */
	i = r->n == conf->clock_same ? r->first : rev;
	for (; i <= rev && rc == 0; i++)
		if (y->revs[i].device == v->device && !y->revs[i].merge)
			rc = add_clock(l, y, i, r->first, 0, e);
	return rc;
}

static int
look_at_clock(
    struct flags_list *l, struct flags_year *y, int rev, struct err *e)
{
	int64_t allowed = store_conf(y->s)->flags.clock_minutes * 60;
	const struct flags_rev *v = &y->revs[rev];
	int rc = 0;

	if (v->parent_time != 0 && v->parent_time - v->time > allowed)
		rc = add_clock(
		    l, y, rev, BEFORE_PARENT, v->parent_time - v->time, e);
	if (rc == 0 && v->received != 0 && v->time - v->received > allowed)
		rc = add_clock(
		    l, y, rev, AFTER_RECEIPT, v->time - v->received, e);
	return rc;
}

int
flags_clock_back(struct flags_year *y, struct flags_list *l, struct err *e)
{
	struct run *runs = calloc(y->words.n + 1, sizeof(*runs));
	size_t i;
	int rc = runs != NULL ? 0 : err_nomem(e);

	for (i = 0; i < y->n_read && rc == 0; i++) {
		if (y->revs[i].merge)
			continue;
		rc = look_at_clock(l, y, (int)i, e);
		if (rc == 0)
			rc = look_at_run(
			    l, y, &runs[y->revs[i].device], (int)i, e);
	}
	free(runs);
	return rc;
}

/* --- long_offline --- */

static int
add_offline(struct flags_list *l, struct flags_year *y, int rev, int64_t waited,
    struct err *e)
{
	const struct flags_rev *v = &y->revs[rev];
	struct flag *f =
	    of_device(l, FLAG_LONG_OFFLINE, y, v->device, v->received, e);
	int rc;

	if (f == NULL)
		return ERR_NOMEM;
	flag_name(f, y, rev);
	if ((rc = flag_time(
		 f, "received", y->revs[rev].received, y->offset_min, e)) < 0)
		return rc;
	return put_most(f, "days", waited / DAY_S, e);
}

int
flags_long_offline(struct flags_year *y, struct flags_list *l, struct err *e)
{
	const struct conf *conf = store_conf(y->s);
	/* an office without a hall waits for nobody */
	int joined = conf->role != ROLE_OFFICE || conf->enrolled;
	int64_t waited;
	size_t i;
	int rc = 0;

	for (i = 0; i < y->n_read && rc == 0; i++) {
		const struct flags_rev *v = &y->revs[i];

		if (v->merge || (v->received == 0 && !joined))
			continue;
		waited = (v->received != 0 ? v->received : y->now) - v->time;
		if (waited > conf->flags.offline_days * DAY_S)
			rc = add_offline(l, y, (int)i, waited, e);
	}
	return rc;
}
