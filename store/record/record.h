/*
 * record: the one description of every record type, and all that follows from
 * it: paths, validation, field access, diff, merge, labels. A field is added in
 * record.c's table and nowhere else.
 *
 * A record is a cJSON object stored canonically (canon.h) at a path of its
 * branch, e.g. "2565/items/1.1.json". Its record name is the path without
 * ".json" ("2565/items/1.1"). Fields are named with dots ("explanation.basic");
 * a "*" segment in a description stands for any key of the pattern (registry:
 * "devices.*.key").
 *
 * Ownership: cJSON trees belong to the caller; returned descriptions are
 * static. Units:     max_len in bytes of UTF-8; sets: max_items. Errors:
 * ERR_INVALID names record, field, what is expected; ERR_NOT_FOUND for an
 * unknown type or field; ERR_NOMEM. Thread:    any.
 */
#ifndef STORE_RECORD_RECORD_H
#define STORE_RECORD_RECORD_H

#include <stddef.h>

#include "base/json.h"

struct edition;

enum field_type {
	FIELD_LINE, /* one line of text, NFC, no LF, TAB or leading/trailing
		       blank */
	FIELD_TEXT, /* several lines, NFC */
	FIELD_INT,  /* min..max */
	FIELD_BOOL,
	FIELD_DECIMAL, /* decimal string "-?digits[.digits]" without superfluous
			  zeros */
	FIELD_ENUM,    /* one of words */
	FIELD_POINTS,  /* set of point ids of the record's item (sorted strings,
			  no doubles) */
	FIELD_HEX,     /* lower-case hex of exactly max_len digits */
	FIELD_TIME,    /* RFC 3339 with offset */
	FIELD_ID,      /* [a-z0-9-]{1,64} */
	FIELD_DATE,    /* a day that exists, "2026-11-22", common era */
	FIELD_ITEMS,   /* set of items and categories ("1.1", "7"; sorted
			  strings, no doubles) */
	FIELD_OPAQUE,  /* any canonical JSON: the edition's body, checked by its
			  own module */
};

enum merge_rule {
	MERGE_FIELD, /* three-way by field; on a true conflict the hall's value
			stays and the other is kept beside it */
	MERGE_SET,   /* three-way union of additions and removals: never a
			conflict */
	MERGE_FIXED, /* set once: no revision changes it (change_rules.h), but a
			merge may have chosen between two that were set apart */
};

struct field {
	const char *name; /* dotted */
	enum field_type type;
	enum merge_rule merge;
	int required;
	long min, max;     /* FIELD_INT range; else max = bytes or items */
	const char *words; /* FIELD_ENUM: words separated by blanks */
	const char *en, *th;
};

enum record_branch { RECORD_OFFICE = 1, RECORD_HALL = 2 }; /* who writes it */

struct record_type {
	const char *name;    /* "office", "assessment", "answer", … (the first
				member of each row of record_table.c) */
	const char *pattern; /* "office.json", "<year>/items/<item>.json" … see
				record_type_of_path() */
	enum record_branch branch;
	const struct field *fields;
	size_t n_fields;
	const char *en, *th;
};

/* What a path means. item is "" where the type has none; year is 0 where it has
 * none. */
struct record_path {
	const struct record_type *type;
	int year;
	char item[8];
	char id[72];
	char name[96]; /* record name: the path without ".json" */
};

/* All types, for documents and tests. */
const struct record_type *record_types(size_t *ret_n);

/*
 * Takes a path of a branch apart: ERR_INVALID when no type has such a path
 * ("path '%s' is not a record of this branch"). The only door for path names:
 * allow-list, never more than three components, each [A-Za-z0-9._-], no leading
 * dot.
 */
int record_path_parse(const char *path, enum record_branch branch,
    struct record_path *ret, struct err *e);

/* The ".*" of a description's name, behind which there is more ("devices.*.key")
 * or nothing ("answers.*": the keys' values themselves); NULL if it has none. */
const char *record_star(const char *name);

/* The field description of a dotted name, NULL if the type has none. */
const struct field *record_field(const struct record_type *t, const char *name);

/* <0, 0, >0: the order of two dotted names in which record_diff() gives them. */
int record_field_order(
    const struct record_type *t, const char *a, const char *b);

/*
 * Checks one value against its field: type, form and limits. name: how the
 * field is called in the sentence (dotted, "*" replaced).
 */
int record_value_check(
    const struct field *f, const char *name, const cJSON *v, struct err *e);

/* 1 if s is a FIELD_ID: [a-z0-9-]{1,64}. */
int record_is_id(const char *s);

/*
 * Checks a whole record: members known, types, limits, required ones present,
 * sets sorted and without doubles, no empty strings or containers stored (an
 * empty value is an absent member). ed may be NULL where the edition is not at
 * hand; with it, FIELD_POINTS must be points of the item and the item must
 * exist.
 */
int record_check(const struct record_path *p, const cJSON *rec,
    const struct edition *ed, struct err *e);

/* The value at a dotted name, borrowed; NULL if absent (or rec NULL). */
const cJSON *record_get(const cJSON *rec, const char *name);

/*
 * Sets (or with v NULL or empty: removes) the value at a dotted name;
 * intermediate objects come and go. Takes ownership of v in any case.
 */
int record_put(cJSON *rec, const char *name, cJSON *v, struct err *e);

/*
 * Text from a person to the value of a field: NFC, CRLF to LF, trailing blanks
 * of lines kept, "" gives NULL (= remove); numbers and words are parsed. For
 * FIELD_POINTS: ids separated by blanks or commas.
 */
int record_value(
    const struct field *f, const char *text, cJSON **ret, struct err *e);

/*
 * Field changes between two records of one type (either may be NULL = absent):
 * array of {"field","old","new"} in the table's order (then key order for "*"),
 * old/new null when absent.
 */
int record_diff(const struct record_type *t, const cJSON *old,
    const cJSON *new_, cJSON **ret_changes, struct err *e);

/*
 * Three-way merge by the table's rules; base, hall and mine may be NULL (no
 * such record), and *ret is NULL when the record is gone. *ret_conflicts: array
 * of {"field","base","hall","mine"} (empty if none; null for an absent value).
 * Where one side removed what the other changed, the hall's side stays and the
 * other's changes are conflicts. What both added with other required fields is
 * two things under one name: the hall's stays whole. Long text that both changed
 * is merged by lines where that is clean (lines.h). The result depends on (base,
 * hall, mine) alone.
 */
int record_merge(const struct record_type *t, const cJSON *base,
    const cJSON *hall, const cJSON *mine, cJSON **ret, cJSON **ret_conflicts,
    struct err *e);

/* What a merge of records may know beyond the three. All zero: nothing. */
struct record_merge_more {
	/* {"field":[value,…]}, null = absent: what the base may as well hold,
	 * as it is itself a merge that could not decide. A side that holds one
	 * of them has not changed the field. */
	const cJSON *others;
	/* {"field":[value,…]}: a person settled a conflict of the field on that
	 * side, having seen these values: what it has there counts as changed,
	 * whatever the base has, and what the other has does not, if it is one
	 * of these. */
	const cJSON *hall_settled, *mine_settled;
	/* By fields, or the whole record of one side: then the fields that the
	 * other one changed are the conflicts. */
	enum { MERGE_BY_FIELD, MERGE_TAKE_HALL, MERGE_TAKE_MINE } take;
	/* May be NULL; gets {"field":[hall's value, mine's],…} wherever one of
	 * two different values gave way: "others" of the result. */
	cJSON *undecided;
};

int record_merge_more(const struct record_type *t, const cJSON *base,
    const cJSON *hall, const cJSON *mine, const struct record_merge_more *more,
    cJSON **ret, cJSON **ret_conflicts, struct err *e);

#endif
