/*
 * edition_text: editions as people read them.
 *
 * Ownership: borrows everything.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND for an item that the edition does not have;
 * ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_EDITION_TEXT_H
#define CLIENT_FILE_EDITION_TEXT_H

#include "base/json.h"
#include "client/out.h"

/* The whole edition, or one item with its points or measures (wanted). */
int edition_text_show(
    struct out *o, const cJSON *edition, const char *wanted, struct err *e);

/* Results of edition.list and edition.diff. */
int edition_text_list(struct out *o, const cJSON *result, struct err *e);
int edition_text_diff(struct out *o, const cJSON *result, struct err *e);

#endif
