/*
 * verify: proves that repository, database, signatures and receipts agree (I3,
 * I5).
 *
 * Ownership: the result is the caller's.
 * Units:     none.
 * Errors:    findings are results, not errors; an error means that it could not
 * be checked. Thread:    a reader store.
 *
 * Every commit of every branch from the first (admit's rules, with keys from
 * the registry), every index row against the repository and back, every
 * record's bytes against its blob, every receipt, every evidence file against its
 * hash (one that is not here is a warning, as it may be elsewhere).
 * {"ok","checked":{"commits","signatures","receipts","evidence","records"},"findings":[{"severity","where","what","advice"}]}
 */
#ifndef STORE_VIEW_VERIFY_H
#define STORE_VIEW_VERIFY_H

#include "store/store.h"

int verify_run(struct store *s,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e);

#endif
