/*
 * change_rules: what one revision may do to records, judged by the records
 * before and after it and by who made it, beyond what each record must be by
 * itself (record_check()). The same rules hold where a save is made (draft.c)
 * and where a history comes in (changeset.c): what is saved here is taken in
 * there. Pure.
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    ERR_INVALID with a sentence.
 * Thread:    any.
 */
#ifndef STORE_RECORD_CHANGE_RULES_H
#define STORE_RECORD_CHANGE_RULES_H

#include "store/record/record.h"

struct change_by { /* who made the revision */
	const char *login;
	const char *parent; /* name of the revision before; NULL: not known */
};

/*
 * One record by itself; old_ and new_ are NULL where it is absent. What never
 * changes (comments, who and what a file was) stays, nobody writes under
 * another's name, a sign-off follows the one before.
 */
int change_rules_record(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e);

/* What a change of a record's field is. */
enum change_kind {
	CHANGE_EDIT,   /* only while the year is open */
	CHANGE_FOLLOW, /* follow-up of the plan: also later */
	CHANGE_COMMENT /* always */
};
enum change_kind change_rules_kind(
    const struct record_path *p, const char *field);

/* All that one revision does to one year of an office. */
struct change_year {
	int year;
	int was_submitted; /* before the revision */
	int n;             /* submissions before it */
	int submits, reopens;
	int edits, follows;
};

/* assessment: as it was before the revision; NULL if it was not there. */
void change_rules_begin(
    struct change_year *y, int year, const cJSON *assessment);

/* Adds one changed record of the year; changes: record_diff(), may be NULL for
 * a type whose fields are all of one kind. */
void change_rules_add(struct change_year *y, const struct record_path *p,
    const cJSON *old_, const cJSON *new_, const cJSON *changes);

/* reason: of the revision, NULL or "" = none. */
int change_rules_end(
    const struct change_year *y, const char *reason, struct err *e);

/* 1 if record_diff() of the record is needed by the functions above. */
int change_rules_need_diff(const struct record_type *t);

/* Key of a person below "assessors", made from the login: two logins never
 * give the same one. */
void change_rules_key(const char *login, char ret[72]);

#endif
