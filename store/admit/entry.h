/*
 * entry: what an office's registry (registry.json of the hall's branch) says of
 * one device and of the office itself: may it come in, and which of its
 * revisions are good. The same sentences wherever it is asked: at the connection,
 * at the door, for sticks.
 *
 * Ownership: borrows the registry.
 * Units:     revisions are counted per device.
 * Errors:    the code that the caller wants, with what to do.
 * Thread:    any.
 */
#ifndef STORE_ADMIT_ENTRY_H
#define STORE_ADMIT_ENTRY_H

#include "base/json.h"

/* Anything but the one known word shuts the door. */
int entry_is_revoked(const cJSON *device);
/* 1 if the hall lets nothing of this office in for now. */
int entry_is_disabled(const cJSON *registry);

/* "state": "active|revoked|disabled"; "disabled": {"since","reason"} of such an
 * office, else null. active: one of its devices is. */
int entry_put_state(
    cJSON *out, const cJSON *registry, int active, struct err *e);

/* Number of the last revision that the hall had of a revoked device; -1 where
 * the registry does not say. */
int64_t entry_last(const cJSON *device);

/* 0, or *e says since when and why. */
int entry_check_office(
    const cJSON *registry, enum err_code code, struct err *e);
int entry_check_device(
    const cJSON *device, const char *name, enum err_code code, struct err *e);

/* ERR_REFUSED: this revision came after the device was revoked. */
int entry_came_late(const cJSON *device, const char *name, int64_t sequence,
    int64_t last, struct err *e);

#endif
