/*
 * compare: scores side by side: an office's years; at the hall its offices.
 *
 * Ownership: *ret is the caller's.
 * Units:     decimal strings with two digits.
 * Errors:    ERR_NOT_FOUND names the year or office.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_COMPARE_H
#define STORE_VIEW_COMPARE_H

#include "store/store.h"

/*
 * years: array of strings, NULL = all opened; offices: hall only, NULL = all.
 * {"years":[…],"categories":[{"id","title_th","title_en"}],"rows":[{"office",
 * "name","year","state","late":bool,"total","committee":text|null,"change":
 * text|null (total against the year before in the list),"categories":[{"id",
 * "score","committee"|null}]}]}
 */
int compare_run(struct store *s, const cJSON *years, const cJSON *offices,
    cJSON **ret, struct err *e);

#endif
