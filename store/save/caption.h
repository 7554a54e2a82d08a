/*
 * caption: what is said of a save: the commit's subject line and the answer to
 * the client.
 *
 * Ownership: results are the caller's.
 * Units:     bytes.
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_SAVE_CAPTION_H
#define STORE_SAVE_CAPTION_H

#include "store/save/draft.h"

#define CAPTION_MAX 200

/* "9105/2565 1.1: tick B1 B2, explanation.basic; 1.2: untick B1": the changes
 * of a draft, cut at CAPTION_MAX. */
int caption_subject(const char *office, const struct draft *d,
    char ret[CAPTION_MAX + 1], struct err *e);

/* The result of save_run() (save.h); revision and commit NULL where there is
 * none. */
int caption_result(const struct draft *d, const char *revision,
    const char *commit_hex, cJSON **ret, struct err *e);

#endif
