/*
 * flags_list: the flags that were found in one year of one office, and their
 * form for clients (flags.h).
 *
 * Ownership: a list is the caller's memory, zeroed; flags_list_release(). A
 * flag's figures belong to it.
 * Units:     seconds since 1970; indexes of flags_year.h.
 * Errors:    ERR_NOMEM.
 * Thread:    the store's.
 */
#ifndef STORE_AUDIT_FLAGS_LIST_H
#define STORE_AUDIT_FLAGS_LIST_H

#include "store/audit/flags.h"
#include "store/audit/flags_year.h"
#include "store/conf_flags.h"

struct flag {
	enum flag_rule rule;
	const char *record;        /* name, of the year; NULL = none */
	const char *item;          /* likewise */
	int login, person, device; /* words; -1: several, or nobody */
	int64_t from, until;       /* 0: no revision yet */
	int offset_min;
	int64_t key; /* of the rule: which flag a further revision joins */
	int count;
	int revs[FLAGS_LISTED]; /* the newest ones, oldest first */
	int n_revs;
	cJSON *figures;
};

struct flags_list {
	struct flag *flags;
	size_t n_flags, cap_flags;
};

void flags_list_release(struct flags_list *l);

/* One more, with empty figures; NULL: no memory, said in *e. rec: its record,
 * or -1. Borrowed until the next one. */
struct flag *flags_list_add(struct flags_list *l, enum flag_rule rule,
    const struct flags_year *y, int rec, struct err *e);

/* Names one more revision (in order of time; one that was named last is not
 * named again); who did it, if all are of one. */
void flag_name(struct flag *f, const struct flags_year *y, int rev);

/* A time among the figures. */
int flag_time(
    struct flag *f, const char *key, int64_t t, int offset_min, struct err *e);

/* By rule, then by time, then in the order in which they were found. */
void flags_list_sort(struct flags_list *l);

/* One flag as in flags.h. */
int flag_json(const struct flag *f, const struct flags_year *y, cJSON **ret,
    struct err *e);

/* The rules (flags_late.c and so on), each adds what it finds. */
typedef int flags_find_fn(
    struct flags_year *y, struct flags_list *l, struct err *e);
flags_find_fn flags_late_save, flags_after_acceptance;
flags_find_fn flags_raised, flags_no_evidence;
flags_find_fn flags_redaction, flags_merge_override;
flags_find_fn flags_deadline_flip, flags_bulk_ticks;
flags_find_fn flags_unusual_person, flags_unusual_device;
flags_find_fn flags_clock_back, flags_long_offline;

#endif
