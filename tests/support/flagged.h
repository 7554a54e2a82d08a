/*
 * flagged: a year of an office with its hall, whose saves have chosen times, and
 * the red flags that are found in it.
 *
 * Times are put into the index alone: that is where the rules look.
 *
 * Ownership: flagged_setup() and flagged_teardown() are a test's, *state is a
 * struct flagged; found belongs to it.
 * Units:     times as texts, RFC 3339.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_FLAGGED_H
#define TESTS_SUPPORT_FLAGGED_H

#include "tests/support/pair.h"

#define YEAR 2565
#define DUE "2022-03-31"
#define IN_TIME "2022-03-20T10:00:00+07:00"
#define LATE "2022-04-02T10:00:00+07:00"

struct flagged {
	struct pair *p;
	struct store *s; /* the office's */
	cJSON *found;
	struct err e;
};

/* The year is open (a1), due at DUE, corrections at the end of June. */
int flagged_setup(void **state);
int flagged_teardown(void **state);

int64_t flagged_at(const char *time);

/* Saves of the office, each stamped with its time, received in the same
 * second. */
void flagged_tick(
    struct flagged *f, const char *points, int on, const char *saved);
void flagged_set_text(struct flagged *f, const char *item, const char *text,
    const char *saved, const char *received);
void flagged_submit(struct flagged *f, const char *saved);
/* With a reason, as after a return. */
void flagged_reopen_tick(
    struct flagged *f, const char *points, const char *saved);

/* The newest revision of the office's branch was saved, and received (NULL: not
 * yet), at these times; was made on this machine. */
void flagged_stamp(struct flagged *f, const char *saved, const char *received);
void flagged_of_device(struct flagged *f, const char *device);
/* Who saves from now on. */
void flagged_person(struct flagged *f, const char *login, const char *name);

/* The hall's decision, which the office then has; item may be NULL. */
void flagged_decide(struct flagged *f, const char *verdict, const char *item);

/* A save group of its own. */
void flagged_begin(struct store *s);
void flagged_end(struct store *s);

/* Flags of a rule (NULL: all) in f->found; how many there are. */
int64_t flagged_find(struct flagged *f, const char *rule);
int64_t flagged_find_at(
    struct flagged *f, struct store *s, const char *office, const char *rule);

const cJSON *flagged_flag(const struct flagged *f, int i);
void flagged_expect_str(const cJSON *obj, const char *key, const char *want);
void flagged_expect_figure(
    const cJSON *flag, const char *key, const char *want);
int64_t flagged_figure(const cJSON *flag, const char *key);
/* The flag's revisions by name: "a3 a4". */
void flagged_expect_revisions(const cJSON *flag, const char *want);

#endif
