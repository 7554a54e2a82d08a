/*
 * ministry: the provinces that a ministry fetches (store/provinces.h): taking
 * one in by the line that its hall printed, and letting it go.
 *
 * Ownership: results are the caller's.
 * Units:     seconds since 1970.
 * Errors:    ERR_INVALID (not such a line, made for another key), ERR_CONFLICT
 * (the province is known with another hall's key), ERR_NOT_FOUND.
 * Thread:    the writer's, outside a save group; lists: the store's.
 */
#ifndef STORE_HALL_MINISTRY_H
#define STORE_HALL_MINISTRY_H

#include "base/json.h"
#include "store/store.h"

/* What a hall is to be told of: {"key","fingerprint"} */
int ministry_key(struct store *s, cJSON **ret, struct err *e);

/*
 * Takes the line of `pmqa hall auditors add`. One of a province that is known
 * brings its present addresses. {"code","name","fingerprint","auditor",
 * "urls":[…],"known":bool}
 */
int ministry_add(struct store *s, const char *line, cJSON **ret, struct err *e);

/* {"provinces":[{"code","name","fingerprint","auditor","urls":[…],"since",
 * "offices":n,"revisions":n}]} by code */
int ministry_list(struct store *s, cJSON **ret, struct err *e);

/*
 * What is known of the province goes from the index, what was fetched is set
 * aside as DIR/provinces/<code>.removed-<time>. {"code","name","aside"}
 */
int ministry_remove(
    struct store *s, const char *code, cJSON **ret, struct err *e);

/*
 * Calls each() for every record of a directory (such as "practices") that the
 * halls gave all their offices, its path with the province's code before its
 * name: "practices/91-gh1.json".
 */
int ministry_each_shared(struct store *s, const char *dir,
    int (*each)(void *arg, const char *path, const cJSON *rec, struct err *e),
    void *arg, struct err *e);

#endif
