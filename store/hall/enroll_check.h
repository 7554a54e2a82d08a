/*
 * enroll_check: a request line at the hall: what it asks for, and whether it is
 * the newest of its device. For enroll_admit.c and enroll_look.c.
 *
 * The hall remembers (table mark, this machine alone) the newest request that
 * each device showed it: one that was made before is void from then on, as the
 * office waits for the answer to its last one alone. Two days are enough: no
 * line is good for longer than 24 hours.
 *
 * Ownership: struct enroll_asked borrows the request's body.
 * Units:     none.
 * Errors:    ERR_INVALID (a member against its rule), ERR_REFUSED (a newer one
 * of this device is here, the office is disabled).
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_HALL_ENROLL_CHECK_H
#define STORE_HALL_ENROLL_CHECK_H

#include "base/json.h"
#include "store/store.h"

struct enroll_asked {
	const char *code, *device, *name, *key, *nonce;
	char letter[2];
	char fingerprint[64];
	int64_t time;
};

/* The members of a request that enroll_line_read() gave, each by the rule of
 * what it is. */
int enroll_check_request(
    const cJSON *body, struct enroll_asked *ret, struct err *e);

/* The newest of its device so far? From now on it is. */
int enroll_check_newest(
    struct store *s, const struct enroll_asked *a, struct err *e);

/* The key is no other office's, no auditor's: one key, one meaning (a device of
 * the same office is registry_add()'s to find). */
int enroll_check_key(
    struct store *s, const struct enroll_asked *a, struct err *e);

/* Hall: a request line, read and its signature checked. */
int enroll_read(
    struct store *s, const char *line, cJSON **ret_body, struct err *e);

/* Puts the device into a registry in memory: ERR_CONFLICT, ERR_REFUSED as
 * registry_add(), or when the office is disabled. */
int enroll_put(struct store *s, const struct enroll_asked *a, cJSON *registry,
    struct err *e);

/* 1 if this hall has a repository of the office. */
int enroll_check_known(struct store *s, const char *code, struct err *e);

#endif
