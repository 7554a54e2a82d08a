/*
 * record_rules: what a record must hold to beyond the form of its fields: that
 * indicators are of measures that exist, answers of the profile of questions
 * that exist, actions of items that exist; that days make sense.
 *
 * Ownership: everything is borrowed.
 * Units:     fiscal years of the Buddhist era.
 * Errors:    ERR_INVALID says what there is instead.
 * Thread:    any.
 */
#ifndef STORE_RECORD_RECORD_RULES_H
#define STORE_RECORD_RECORD_RULES_H

#include "store/criteria/edition.h"
#include "store/record/record.h"

/* An action is due within so many years after its own. */
#define RECORD_DUE_YEARS 10

/*
 * Part of record_check(): rules of the pinned edition, which hold wherever the
 * record comes from: two devices that each keep them merge to a record that
 * keeps them.
 */
int record_rules_check(const struct record_path *p, const cJSON *rec,
    const struct edition *ed, struct err *e);

/*
 * Rules of a save made here, beyond those: an own measure that an indicator
 * names is there (another device may be taking it away), a due day lies in the
 * years of its plan.
 */
int record_rules_save(
    const struct record_path *p, const cJSON *rec, struct err *e);

/* The edition's measure of a result item; NULL if it has none such. */
const cJSON *record_rules_measure(
    const struct edition_item *it, const char *id);

/* A question of the edition's profile; NULL if it has none such. */
const cJSON *record_rules_question(const struct edition *ed, const char *id);

/* 1 if the edition has this item ("1.1") or category ("7"). */
int record_rules_has_item(const struct edition *ed, const char *id);

/* ERR_INVALID that names the measures of an item: the edition's and own ones
 * of the answer (NULL: none). */
int record_rules_no_measure(const struct edition_item *it, const cJSON *answer,
    const char *id, struct err *e);

#endif
