/*
 * decade_state: what the two sides of decade share: a year of one office, and
 * the marks that say what was pushed when.
 *
 * Ownership: the caller's memory.
 * Units:     seconds since 1970.
 * Errors:    the program ends.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_DECADE_STATE_H
#define TESTS_SUPPORT_DECADE_STATE_H

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

void decade_code(int office, char ret[8]);
/* The day of a fiscal year, at midnight in Thailand. */
int64_t decade_day(int year, int day);
/* "2026-04-30" */
void decade_date(int year, int day, char ret[11]);
int decade_is_returned(int office, int year);

/* Writes it into DIR/<code>, and its marks, "<commit> <time>" a line, into
 * DIR/<code>.marks. In a process of its own. */
void decade_write(const struct decade_round *r);

/* Objects of the repository at from that are not at to, by links. */
void decade_link_objects(const char *from, const char *to);

#endif
