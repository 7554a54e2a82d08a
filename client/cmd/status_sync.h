/*
 * status_sync: the part of a status that tells of the exchange with the hall.
 *
 * Ownership: none; sync is "sync" of status, an object.
 * Units:     none.
 * Errors:    none: they stay in the table.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_STATUS_SYNC_H
#define CLIENT_CMD_STATUS_SYNC_H

#include "client/table.h"

void status_sync_rows(struct table *t, const cJSON *sync);

#endif
