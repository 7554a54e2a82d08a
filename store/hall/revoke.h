/*
 * revoke: the hall takes a device's right to write, or an office's, and gives it
 * back: revisions of the hall's branch (registry.json, allowed_signers), then
 * DIR/authorized_keys and the signer files.
 *
 * A device is revoked as of a time, but what is good of it is said by a number:
 * the last of its revisions that the hall had (devices.<letter>.last). No clock,
 * of the office or of a thief, moves that. What the hall received between the
 * time and the act stays in the history, as others built on it, and is told:
 * a person looks through it. Nothing of the device comes in afterwards.
 *
 * Ownership: results are the caller's.
 * Units:     seconds since 1970.
 * Errors:    ERR_NOT_FOUND (no such office or device), ERR_CONFLICT (it is
 * revoked, active, disabled already), ERR_INVALID (the name of a device, a time
 * in the future, a reason of several lines), ERR_USAGE at an office.
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_HALL_REVOKE_H
#define STORE_HALL_REVOKE_H

#include "base/json.h"
#include "store/save/save.h"

struct revoke {
	const struct person *person;
	const char *device; /* "9105-a" */
	const char *since;  /* as clock_parse() reads it; NULL: now */
	const char *reason; /* NULL: none */
};

/* {"device","office","state","until","last":number,"reason","revision",
 * "fingerprint","late":{"n","first","last"}|null (received after that time)} */
int revoke_device(
    struct store *s, const struct revoke *r, cJSON **ret, struct err *e);

/* The way back: it may write again, with the key it had.
 * {"device","office","state","revision","fingerprint"} */
int revoke_restore(struct store *s, const struct person *p, const char *device,
    const char *reason, cJSON **ret, struct err *e);

/* Of a whole office: the door takes nothing of it, by no road; what is there
 * stays and is read as before. {"office","state","since","reason","revision"} */
int revoke_office(struct store *s, const struct person *p, const char *office,
    int disable, const char *reason, cJSON **ret, struct err *e);

/* A push that the door had let in while its device was being revoked: its
 * revisions are indexed after the number was written. Raises the number, so that
 * the office's other devices take them. After an absorb; one look at the
 * registry when there is nothing of the kind. */
int revoke_settle(struct store *s, const char *office, struct err *e);
/* All offices, at start. */
int revoke_settle_all(struct store *s, struct err *e);

#endif
