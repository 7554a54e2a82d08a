/*
 * named: records as people name them: "1.1", "profile", "assessment", "pa1", or
 * in full "2565/items/1.1". Shared by all that asks about a record's past.
 *
 * Ownership: none. Units: year: Buddhist era.
 * Errors:    ERR_INVALID, with a hint how records are named; ERR_NOT_FOUND: a
 *            field that is none.
 * Thread:    any.
 */
#ifndef STORE_LOOK_NAMED_H
#define STORE_LOOK_NAMED_H

#include "store/record/record.h"

#define NAMED_PATH 104

/* 1 if the word does not say of which year the record is. */
int named_needs_year(const char *word);

/* The file of the word. At the hall an item is its review. */
int named_path(const char *word, enum record_branch of, int year,
    char ret[NAMED_PATH], struct err *e);

/* As record_path_parse(), in words for who gave a name, not a path. */
int named_parse(const char *path, enum record_branch of,
    struct record_path *ret, struct err *e);

/* Is it a field of the record, or (explanation) the name above some? */
int named_field(const struct record_path *rp, const char *field, struct err *e);
/* ERR_NOT_FOUND, with the fields that there are. */
int named_field_unknown(
    const struct record_path *rp, const char *field, struct err *e);

#endif
