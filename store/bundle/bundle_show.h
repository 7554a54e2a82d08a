/*
 * bundle_show: a note as clients see it.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_BUNDLE_BUNDLE_SHOW_H
#define STORE_BUNDLE_BUNDLE_SHOW_H

#include "base/json.h"

/* Adds "from","to","office","hall","time","since","newest","revisions" and, as
 * numbers, "files","left","receipts". */
int bundle_show_note(const cJSON *note, cJSON *obj, struct err *e);

#endif
