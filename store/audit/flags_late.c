/* late_save, after_acceptance: changes at a time when none should come. */
#include "store/audit/flags_hall.h"
#include "store/audit/flags_list.h"
#include "store/hall/cycle.h"

/* One flag a record and person (and what else must be the same). */
static struct flag *
find_group(struct flags_list *l, enum flag_rule rule,
    const struct flags_year *y, const struct flags_event *ev, int64_t key)
{
	const struct flags_rev *v = &y->revs[ev->rev];
	size_t i;

	for (i = l->n_flags; i > 0; i--) {
		struct flag *f = &l->flags[i - 1];

		if (f->rule != rule)
			break;
		if (f->record == y->recs[ev->rec].rp.name &&
		    f->login == v->login && f->key == key)
			return f;
	}
	return NULL;
}

/* A person's change, not what a merge passed on. */
static int
is_edit(const struct flags_year *y, const struct flags_event *ev)
{
	return (ev->what & FLAGS_EDIT) != 0 && !y->revs[ev->rev].merge;
}

/* --- late_save --- */

static int
begin_late(struct flag *f, const struct flags_year *y,
    const struct flags_submission *after, const char *due, struct err *e)
{
	int rc;

	if ((rc = json_put_str(f->figures, "due", due, e)) < 0)
		return rc;
	return json_put_str(f->figures, "which",
	    flags_hall_corrects(y, after) ? "correct" : "submit", e);
}

/* The receipt that came last; null: one is still to come. */
static int
put_received(
    struct flag *f, const struct flags_year *y, int64_t received, struct err *e)
{
	const char *so_far = json_str(f->figures, "received");
	int64_t days = cycle_days(json_str(f->figures, "due"), y->offset_min,
	    received != 0 ? received : y->now);
	int rc;

	if (f->count > 1 && so_far == NULL)
		return 0;
	if ((rc = flag_time(f, "received", received, y->offset_min, e)) < 0)
		return rc;
	if (-days <= json_int(f->figures, "days", 0))
		return 0;
	return json_put_int(f->figures, "days", -days, e);
}

static int
add_late(struct flags_list *l, struct flags_year *y,
    const struct flags_event *ev, const struct flags_submission *after,
    const char *due, struct err *e)
{
	int64_t key = after != NULL ? after->n : 0;
	struct flag *f = find_group(l, FLAG_LATE_SAVE, y, ev, key);
	int rc;

	if (f == NULL) {
		f = flags_list_add(l, FLAG_LATE_SAVE, y, ev->rec, e);
		if (f == NULL)
			return ERR_NOMEM;
		f->key = key;
		if ((rc = begin_late(f, y, after, due, e)) < 0)
			return rc;
	}
	flag_name(f, y, ev->rev);
	return put_received(f, y, y->revs[ev->rev].received, e);
}

int
flags_late_save(struct flags_year *y, struct flags_list *l, struct err *e)
{
	const struct flags_submission *after;
	const struct flags_event *ev;
	const char *due;
	size_t i;
	int rc = 0;

	for (i = 0; i < y->n_events && rc == 0; i++) {
		ev = &y->events[i];
		if (!is_edit(y, ev))
			continue;
		after = flags_year_before(y, (int)i);
		due = flags_hall_due(y, after);
		if (due != NULL && cycle_is_late(due, y->revs[ev->rev].received,
				       y->offset_min, y->now))
			rc = add_late(l, y, ev, after, due, e);
	}
	return rc;
}

/* --- after_acceptance --- */

static int
begin_after(struct flag *f, const struct flags_year *y,
    const struct flags_submission *sub, struct err *e)
{
	const struct flags_rev *v = &y->revs[y->decisions[sub->accepted].rev];
	int rc;

	if ((rc = json_put_int(f->figures, "of", sub->n, e)) < 0 ||
	    (rc = flag_time(f, "accepted", v->time, v->offset_min, e)) < 0 ||
	    (rc = json_put_str(f->figures, "accepted_revision", v->name, e)) <
		0)
		return rc;
	return json_put_str(
	    f->figures, "accepted_by", flags_text(y, v->person), e);
}

static int
add_after(struct flags_list *l, struct flags_year *y,
    const struct flags_event *ev, const struct flags_submission *sub,
    struct err *e)
{
	struct flag *f = find_group(l, FLAG_AFTER_ACCEPTANCE, y, ev, sub->n);
	int rc;

	if (f == NULL) {
		f = flags_list_add(l, FLAG_AFTER_ACCEPTANCE, y, ev->rec, e);
		if (f == NULL)
			return ERR_NOMEM;
		f->key = sub->n;
		if ((rc = begin_after(f, y, sub, e)) < 0)
			return rc;
	}
	flag_name(f, y, ev->rev);
	return 0;
}

int
flags_after_acceptance(
    struct flags_year *y, struct flags_list *l, struct err *e)
{
	const struct flags_submission *sub;
	const struct flags_event *ev;
	size_t i;
	int rc = 0;

	for (i = 0; i < y->n_events && rc == 0; i++) {
		ev = &y->events[i];
		if (!is_edit(y, ev) || (ev->what & FLAGS_SUBMITTED) != 0)
			continue;
		sub = flags_year_before(y, (int)i);
		if (sub != NULL && sub->accepted >= 0)
			rc = add_after(l, y, ev, sub, e);
	}
	return rc;
}
