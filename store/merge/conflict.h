/*
 * conflict: what a merge could not decide, for people: list, show, resolve.
 *
 * A conflict is a record of the office's branch (conflicts/<id>.json). Resolving
 * is one revision that gives the field its value and removes the record; a later
 * merge does not bring it back.
 *
 * Ownership: results are the caller's cJSON.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (no such conflict; the sentence names what there is),
 * ERR_INVALID, and those of a save (year signed off, reason missing).
 * Thread:    the store's; conflict_resolve() the writer's, in a save group.
 */
#ifndef STORE_MERGE_CONFLICT_H
#define STORE_MERGE_CONFLICT_H

#include "store/save/save.h"

/* {"conflicts":[{"id","name","record","item","field","why":"both|signed|rules","base","hall":{
 * "value","revision","time","login","name"},"mine":{…},"now":value,
 * "merge":revision}]} by record and field; long texts are cut, what no message
 * could hold is counted in "left_out". office "" = own. */
int conflict_list(
    struct store *s, const char *office, cJSON **ret, struct err *e);
/* The same of one place, whole (which as below; year 0: any). */
int conflict_show(struct store *s, const char *office, const char *which,
    int year, cJSON **ret, struct err *e);
int conflict_count(
    struct store *s, const char *office, int64_t *ret, struct err *e);

/*
 * which: "1.1.explanation.basic" (with ask->year), the same with the whole name
 * of its record ("2565/items/1.1.gap"), or an id. take: "hall", "mine" or "now"
 * (what stands is right); or NULL with value (text of a person). Taking "mine"
 * brings back what the other side had removed with all that belongs to it (a
 * whole action, an indicator) and decides all conflicts of it. As save_run(),
 * and "resolved": {"name","record","field","left": conflicts still open}.
 */
int conflict_resolve(struct store *s, const struct ask *ask, const char *which,
    const char *take, const char *value, cJSON **ret, struct err *e);

#endif
