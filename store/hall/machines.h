/*
 * machines: the devices that a hall has enrolled, for people: which office, which
 * key, in which state since when, when it last came and with which program.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (no such office), ERR_USAGE at an office.
 * Thread:    a reader's.
 */
#ifndef STORE_HALL_MACHINES_H
#define STORE_HALL_MACHINES_H

#include "base/json.h"
#include "store/store.h"

/*
 * office NULL: of all. {"devices":[{"device","office","office_name",
 * "office_state":"active|disabled","state":"active|revoked","since","until",
 * "reason","fingerprint","last_seen","version"}]}; what is not known is null.
 */
int machines_list(
    struct store *s, const char *office, cJSON **ret, struct err *e);

#endif
