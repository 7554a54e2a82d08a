/*
 * decade_state: what the sides of decade share: a year of one office, and what
 * its processes tell each other by files beside its directories.
 *
 * Ownership: the caller's memory.
 * Units:     seconds since 1970.
 * Errors:    the program ends.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_DECADE_STATE_H
#define TESTS_SUPPORT_DECADE_STATE_H

#include <stdio.h>

#include "store/save/save.h"
#include "tests/support/decade.h"
#include "tests/support/thai_text.h"

#define DECADE_DAY INT64_C(86400)
#define DECADE_OFFSET_MIN 420
#define DECADE_DUE_DAY 212 /* of the fiscal year: submission */
#define DECADE_REVIEW_DAY 235
#define DECADE_CORRECT_DAY 260
#define DECADE_FINAL_DAY 280

/* One stretch of an office's writing, from what stands at the hall to a
 * submission. */
struct decade_round {
	const struct decade *d;
	int office; /* 0 … offices - 1 */
	int year;
	int again; /* the submission was returned */
	int64_t n; /* revisions */
};

/* Its database does not wait for the disk from now on, until it is closed. */
void decade_hurry(struct store *s);

void decade_code(int office, char ret[8]);
/* The day of a fiscal year, at midnight in Thailand. */
int64_t decade_day(int year, int day);
/* "2026-04-30" */
void decade_date(int year, int day, char ret[11]);
int decade_is_returned(int office, int year);
/* Does this office write in this round? */
int decade_writes(int office, int year, int again);

/* The first device's directory is DIR/<code>, the second's DIR/<code>-b. */
void decade_dir(const struct decade *d, int office, int device, char ret[512]);
FILE *decade_file(
    const struct decade *d, int office, const char *ending, const char *mode);

/* Writes it, in a process of its own. What is pushed stands in DIR/<code>.marks,
 * "<commit> <time> <device's letter>" a line, the files that are sent after it
 * in DIR/<code>.files, "<sha256> <device>" a line; what the hall signed of those
 * of the round before is read from DIR/<code>.signed, "<sha256> <device>
 * <receipt>" a line. */
void decade_write(const struct decade_round *r);

/* What the hall does with what the offices of a round told: refs, log, index,
 * receipts, in the order of time. */
void decade_take(
    const struct decade *d, struct store *hall, int year, int again);

/* Objects of the repository at from that are not at to, by links. */
void decade_link_objects(const char *from, const char *to);

/* Upkeep of an office's repositories, its devices' and the one at the hall, when
 * it is due; whoever has one of them open refreshes it then. */
void decade_keep_up(const struct decade *d, int office);

#endif
