/*
 * conf_flags: which red flags are looked for, and from where on: section
 * [flags] of pmqad.conf (docs/FLAGS.md).
 *
 *   off = RULE RULE…        rules that are not looked for; none if absent
 *   raised_by = 1           points of an item's score (raised_after_review)
 *   evidence_from = 1       item's score from which evidence is expected
 *                           (no_evidence)
 *   deadline_hours = 48     before and after a deadline (deadline_flip)
 *   bulk_points = 20        so many points …
 *   bulk_seconds = 60       … within so many seconds (bulk_ticks)
 *   usual_edits = 10        an item with fewer saves is not judged, and
 *   unusual_percent = 10    a share of at most so much of its saves is unusual
 *                           (unusual_person, unusual_device)
 *   clock_minutes = 10      two times may differ by so much, and
 *   clock_same = 10         so many saves of one second are too many
 *                           (clock_back)
 *   offline_days = 30       from save to receipt (long_offline)
 *
 * Ownership: values.
 * Units:     in the member names.
 * Errors:    ERR_INVALID with what is expected.
 * Thread:    any.
 */
#ifndef STORE_CONF_FLAGS_H
#define STORE_CONF_FLAGS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum flag_rule { /* in the order in which they are told */
	FLAG_LATE_SAVE,
	FLAG_AFTER_ACCEPTANCE,
	FLAG_RAISED_AFTER_REVIEW,
	FLAG_NO_EVIDENCE,
	FLAG_REDACTION,
	FLAG_DEADLINE_FLIP,
	FLAG_BULK_TICKS,
	FLAG_UNUSUAL_PERSON,
	FLAG_UNUSUAL_DEVICE,
	FLAG_CLOCK_BACK,
	FLAG_LONG_OFFLINE,
	FLAG_MERGE_OVERRIDE,
	N_FLAG_RULES
};

struct conf;

struct conf_flags {
	unsigned off; /* a bit for each enum flag_rule */
	long raised_by, evidence_from;
	long deadline_hours;
	long bulk_points, bulk_seconds;
	long usual_edits, unusual_percent;
	long clock_minutes, clock_same;
	long offline_days;
};

void conf_flags_defaults(struct conf_flags *ret);
/* "late_save", "raised_after_review", … */
const char *conf_flags_rule(enum flag_rule rule);
/* Its number by name; ERR_NOT_FOUND names the rules there are. */
int conf_flags_find(const char *name, enum flag_rule *ret, struct err *e);
int conf_flags_is_on(const struct conf_flags *f, enum flag_rule rule);

/* The numbers of a rule: the i-th one's name and value; 0 when there is none. */
int conf_flags_number(const struct conf_flags *f, enum flag_rule rule, size_t i,
    const char **ret_name, long *ret);

/* Setters of the table in conf.c. */
int conf_flags_set_off(struct conf *c, const char *v, struct err *e);
int conf_flags_set_raised_by(struct conf *c, const char *v, struct err *e);
int conf_flags_set_evidence_from(struct conf *c, const char *v, struct err *e);
int conf_flags_set_deadline_hours(struct conf *c, const char *v, struct err *e);
int conf_flags_set_bulk_points(struct conf *c, const char *v, struct err *e);
int conf_flags_set_bulk_seconds(struct conf *c, const char *v, struct err *e);
int conf_flags_set_usual_edits(struct conf *c, const char *v, struct err *e);
int conf_flags_set_unusual_percent(
    struct conf *c, const char *v, struct err *e);
int conf_flags_set_clock_minutes(struct conf *c, const char *v, struct err *e);
int conf_flags_set_clock_same(struct conf *c, const char *v, struct err *e);
int conf_flags_set_offline_days(struct conf *c, const char *v, struct err *e);

/* The lines that differ from the defaults, with their head; nothing if none. */
void conf_flags_put(const struct conf_flags *f, struct buf *b);

#endif
