/*
 * criteria: the edition's document (edition.get) for commands that show items.
 *
 * Ownership: results are borrowed from the document.
 * Units:     none.
 * Errors:    none: what is absent is NULL or "".
 * Thread:    one.
 */
#ifndef CLIENT_CRITERIA_H
#define CLIENT_CRITERIA_H

#include "base/json.h"

/* The item or category with this id; NULL if none. */
const cJSON *criteria_item(const cJSON *edition, const char *id);
const cJSON *criteria_category(const cJSON *edition, const char *id);

/* title_th/title_en or label_th/label_en in the chosen language. */
const char *criteria_title(const cJSON *of);

/* The points of a level, an array; NULL for a result item. */
const cJSON *criteria_points(const cJSON *item, const char *level);

/* The three levels' names on the wire, lowest first. */
#define CRITERIA_LEVELS 3
extern const char *const criteria_levels[CRITERIA_LEVELS];

#endif
