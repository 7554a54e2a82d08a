/*
 * labels: words of records, levels and states as people read them.
 *
 * Ownership: results are borrowed: static, or from the describe document.
 * Units:     none.
 * Errors:    none: what has no label is shown by its name.
 * Thread:    one.
 */
#ifndef CLIENT_LABELS_H
#define CLIENT_LABELS_H

#include "base/json.h"

/* A word of the protocol ("idle", "push", "refused", "open", …) in the chosen
 * language; the word itself when it is not known. "" for NULL. */
const char *labels_word(const char *word);

/* What a revision did ("tick", "set", …), in the chosen language. */
const char *labels_action(const char *action);

/* The action that a person names, by its word or as it is shown; NULL: none. */
const char *labels_action_word(const char *given);
/* The i-th action's word, NULL behind the last. */
const char *labels_action_at(size_t i);

/* "basic" … in the chosen language; "none" is "-". */
const char *labels_level(const char *level);

/* The type's name of a record name: "2565/items/1.1" is an "answer". */
const char *labels_type(const char *record);

/* Label of a field by the document of records.describe (may be NULL). */
const char *labels_field(
    const cJSON *describe, const char *record, const char *field);

/* The same with the key that a "*" stands for, where it is a name to type:
 * "target (ia1)". */
void labels_full(char *ret, size_t size, const cJSON *describe,
    const char *record, const char *field);

/* The field's kind by the document: "text", "date", "enum", …; "" if
 * unknown. */
const char *labels_kind(
    const cJSON *describe, const char *record, const char *field);

/* The record as people name it: the item, or what kind of record it is. */
const char *labels_record(const cJSON *describe, const char *record);

/* The field descriptions of a type, an array; NULL if unknown. */
const cJSON *labels_fields(const cJSON *describe, const char *type);

#endif
