/*
 * methods_rows: what the files of the method table share (methods_table.c):
 * parameters that many methods have, and the groups themselves.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    none.
 * Thread:    any.
 */
#ifndef PROTO_METHODS_ROWS_H
#define PROTO_METHODS_ROWS_H

#include "proto/methods.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define PARAMS(a) a, N(a)
#define NO_PARAMS NULL, 0

#define OFFICE                                                                 \
	{                                                                      \
		"office", PARAM_STRING, 0,                                     \
		    "code of the office, four digits; at an office: its own "  \
		    "if absent"                                                \
	}
#define YEAR                                                                   \
	{                                                                      \
		"year", PARAM_INT, 0,                                          \
		    "fiscal year, Buddhist era; the current cycle if absent"   \
	}
#define REASON                                                                 \
	{                                                                      \
		"reason", PARAM_STRING, 0, "why, kept in the history"          \
	}
#define IF_REV                                                                 \
	{                                                                      \
		"if_rev", PARAM_STRING, 0,                                     \
		    "revision that the record must still be at; - for none"    \
	}
#define ITEM                                                                   \
	{                                                                      \
		"item", PARAM_STRING, 1, "item such as 1.1"                    \
	}

#define AT                                                                     \
	{                                                                      \
		"at", PARAM_STRING, 0,                                         \
		    "as it stood then: revision, commit, date or time, "       \
		    "submission, decision, opening; now if absent"             \
	}

static const struct param year_office[] = { YEAR, OFFICE };

static const struct param year_office_at[] = { YEAR, OFFICE, AT };

static const struct param office_params[] = { OFFICE };

/* An office and its assessment: from the record to the decision on it. */
extern const struct method methods_office[];
extern const size_t methods_office_n;
/* Looking: calendars, scores, searches, the past, proofs. */
extern const struct method methods_look[];
extern const size_t methods_look_n;
/* Between offices, halls and ministries. */
extern const struct method methods_hall[];
extern const size_t methods_hall_n;
/* What is carried: sticks and backups; upkeep; what pmqa-receive asks. */
extern const struct method methods_carry[];
extern const size_t methods_carry_n;

#endif
