/*
 * fields: a person's texts for the fields of one record become one save.
 *
 * Ownership: everything is borrowed; *ret is save_run()'s result, the caller's.
 * Units:     none.
 * Errors:    ERR_USAGE (no field is named), ERR_INVALID (a value that is no
 * text, or does not fit its field), and save_run()'s.
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_FIELDS_H
#define STORE_SAVE_FIELDS_H

#include "store/save/save.h"

/*
 * fields: {"explanation.basic": text, "gap": null, …}; prefix stands before
 * each name ("indicators.ia1.", or ""); null or "" removes. req is filled by
 * the caller but for its changes; extra (n_extra of them, may be none) go with
 * them into the same revision. branch: whose record path is.
 */
int fields_save(struct store *s, struct save_req *req, const char *path,
    const char *prefix, const cJSON *fields, const struct save_change *extra,
    size_t n_extra, cJSON **ret, struct err *e);

#endif
