/* raised_after_review, no_evidence: scores and what they rest on. */
#include "store/audit/flags_hall.h"
#include "store/audit/flags_list.h"
#include "store/criteria/score.h"
#include "store/hall/cycle.h"
#include "store/look/asof.h"

#define COUNTS (FLAGS_TICKS | FLAGS_RESULT)

/* An item's score as the record stood after a revision. */
static int
score_at(struct flags_year *y, int rec, int64_t at, struct ratio *ret,
    enum level *ret_level, struct err *e)
{
	const struct flags_rec *r = &y->recs[rec];
	const struct edition_item *it = edition_item(y->ed, r->rp.item);
	struct asof state = { 0 };
	int rc;

	ret->num = 0;
	ret->den = 1;
	*ret_level = LEVEL_NONE;
	if (it == NULL) /* the edition of then had it, or never did */
		return 0;
	if ((rc = asof_record(y->s, y->office, r->path, at, &state, e)) == 0)
		rc = score_item(y->ed, it, state.rec, ret, ret_level, NULL, e);
	asof_release(&state);
	return rc;
}

static int
is_answer(const struct flags_year *y, int rec)
{
	return strcmp(y->recs[rec].rp.type->name, "answer") == 0;
}

static int
put_ratio(struct flag *f, const char *key, struct ratio r, struct err *e)
{
	char text[32];

	ratio_text(r, text);
	return json_put_str(f->figures, key, text, e);
}

/* --- raised_after_review --- */

/* From one sign-off to the next, or to now. */
struct span {
	const struct flags_submission *sub;
	size_t from, to;       /* events between them */
	int64_t before, after; /* rows of the states that are compared */
};

static struct span
span_of(const struct flags_year *y, size_t i)
{
	struct span sp = { .sub = &y->subs[i] };

	sp.from = (size_t)sp.sub->event + 1;
	sp.before = y->revs[y->events[sp.sub->event].rev].id;
	sp.to = y->n_events;
	sp.after = ASOF_NOW;
	if (i + 1 < y->n_subs) {
		sp.to = (size_t)y->subs[i + 1].event;
		sp.after = y->revs[y->events[sp.to].rev].id;
	}
	return sp;
}

/* Names the revisions of a record in between; how many files were linked. */
static int
name_span(
    struct flag *f, const struct flags_year *y, const struct span *sp, int rec)
{
	int files = 0;
	size_t i;

	for (i = sp->from; i < sp->to; i++) {
		const struct flags_event *ev = &y->events[i];

		if (ev->rec != rec)
			continue;
		files += (ev->what & FLAGS_EVIDENCE) != 0;
		if ((ev->what & COUNTS) != 0 && !y->revs[ev->rev].merge)
			flag_name(f, y, ev->rev);
	}
	return files;
}

static int
add_raised(struct flags_list *l, struct flags_year *y, const struct span *sp,
    int rec, struct ratio from, struct ratio to, struct err *e)
{
	struct flag *f = flags_list_add(l, FLAG_RAISED_AFTER_REVIEW, y, rec, e);
	const char *verdict = NULL;
	int rc;

	if (f == NULL)
		return ERR_NOMEM;
	if (sp->sub->accepted >= 0)
		verdict = "accepted";
	else if (sp->sub->returned >= 0)
		verdict = "returned";
	if ((rc = put_ratio(f, "from", from, e)) < 0 ||
	    (rc = put_ratio(f, "to", to, e)) < 0 ||
	    (rc = json_put_int(f->figures, "of", sp->sub->n, e)) < 0 ||
	    (rc = json_put_str(f->figures, "verdict", verdict, e)) < 0 ||
	    (rc = json_put_bool(f->figures, "asked",
		 flags_hall_asked(y, sp->sub, f->item), e)) < 0)
		return rc;
	return json_put_int(
	    f->figures, "evidence_changes", name_span(f, y, sp, rec), e);
}

static int
look_at_span(struct flags_year *y, struct flags_list *l, const struct span *sp,
    int rec, struct err *e)
{
	const struct conf_flags *conf = &store_conf(y->s)->flags;
	struct ratio from, to, least;
	enum level level;
	int rc;

	if (!flags_hall_saw(y, sp->sub, y->recs[rec].rp.item))
		return 0;
	if ((rc = score_at(y, rec, sp->before, &from, &level, e)) < 0 ||
	    (rc = score_at(y, rec, sp->after, &to, &level, e)) < 0)
		return rc;
	least = from;
	if ((rc = ratio_add(&least, (struct ratio){ conf->raised_by, 1 }, e)) <
	    0)
		return rc;
	return ratio_cmp(to, least) >= 0
		   ? add_raised(l, y, sp, rec, from, to, e)
		   : 0;
}

/* Each answer that changed in the span in a way that counts, once. */
static int
each_changed(struct flags_year *y, struct flags_list *l, const struct span *sp,
    struct err *e)
{
	char *seen = calloc(y->n_recs + 1, 1);
	size_t i;
	int rc = 0;

	if (seen == NULL)
		return err_nomem(e);
	for (i = sp->from; i < sp->to && rc == 0; i++) {
		const struct flags_event *ev = &y->events[i];

		if ((ev->what & COUNTS) == 0 || seen[ev->rec] ||
		    !is_answer(y, ev->rec))
			continue;
		seen[ev->rec] = 1;
		rc = look_at_span(y, l, sp, ev->rec, e);
	}
	free(seen);
	return rc;
}

int
flags_raised(struct flags_year *y, struct flags_list *l, struct err *e)
{
	struct span sp;
	size_t i;
	int rc = 0;

	for (i = 0; i < y->n_subs && rc == 0; i++) {
		sp = span_of(y, i);
		rc = each_changed(y, l, &sp, e);
	}
	return rc;
}

/* --- no_evidence --- */

static int
add_bare(struct flags_list *l, struct flags_year *y, int rec,
    struct ratio score, enum level level, int ticked, struct err *e)
{
	struct flag *f = flags_list_add(l, FLAG_NO_EVIDENCE, y, rec, e);
	size_t i;
	int rc;

	if (f == NULL)
		return ERR_NOMEM;
	for (i = 0; i < y->n_events; i++)
		if (y->events[i].rec == rec &&
		    (y->events[i].what & COUNTS) != 0 &&
		    !y->revs[y->events[i].rev].merge)
			flag_name(f, y, y->events[i].rev);
	if ((rc = put_ratio(f, "score", score, e)) < 0 ||
	    (rc = json_put_str(f->figures, "level",
		 level == LEVEL_NONE ? NULL : level_name(level), e)) < 0)
		return rc;
	return json_put_int(f->figures, "ticked", ticked, e);
}

static int
look_at_evidence(
    struct flags_year *y, struct flags_list *l, int rec, struct err *e)
{
	const struct conf_flags *conf = &store_conf(y->s)->flags;
	const struct flags_rec *r = &y->recs[rec];
	const struct edition_item *it = edition_item(y->ed, r->rp.item);
	struct ratio score, least = { conf->evidence_from, 1 };
	enum level level = LEVEL_NONE;
	struct asof state = { 0 };
	int rc;

	if (it == NULL)
		return 0;
	rc = asof_record(y->s, y->office, r->path, ASOF_NOW, &state, e);
	if (rc == 0 && json_get(state.rec, "evidence") == NULL &&
	    (rc = score_item(y->ed, it, state.rec, &score, &level, NULL, e)) ==
		0 &&
	    ratio_cmp(score, least) >= 0)
		rc = add_bare(l, y, rec, score, level,
		    cJSON_GetArraySize(json_get(state.rec, "ticks")), e);
	asof_release(&state);
	return rc;
}

/* While a year is open and not due, evidence may still be on its way. */
int
flags_no_evidence(struct flags_year *y, struct flags_list *l, struct err *e)
{
	int rc = 0;
	size_t i;

	if (y->n_subs == 0 &&
	    (y->due_submit[0] == '\0' ||
		!cycle_is_late(y->due_submit, 0, y->offset_min, y->now)))
		return 0;
	for (i = 0; i < y->n_recs && rc == 0; i++)
		if (is_answer(y, (int)i))
			rc = look_at_evidence(y, l, (int)i, e);
	return rc;
}
