/*
 * auditors: who may fetch province.git (province.h) and nothing else: auditors,
 * and the ministry above the hall. DIR/auditors.json, canonical:
 * {NAME:{"key":"ssh-ed25519 …","since":time}}. province.git's own history has
 * it too, so that it is seen who could read when.
 *
 * What an auditor or a ministry is given is one line, as of an enrolment:
 *   "pmqa-province-1:" + base64url(canonical JSON {"code","hall_key",
 *   "hall_name","host_key","key","name","nonce","signature","time","urls"})
 * signed by the hall's key: read with enroll_line_read(ENROLL_PROVINCE, …).
 * code: of the hall; name and key: of the auditor it was made for.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    ERR_USAGE at an office; ERR_INVALID (name or key), ERR_CONFLICT
 * (the name has another key, the key is somebody else's), ERR_NOT_FOUND.
 * Thread:    the writer's, outside a save group; auditors_list() the store's.
 */
#ifndef STORE_HALL_AUDITORS_H
#define STORE_HALL_AUDITORS_H

#include "base/json.h"
#include "store/store.h"

#define AUDITOR_NAME_MAX 33 /* with NUL */

/* a-z, 0-9 and "-", begins with a letter. */
int auditors_check_name(const char *name, struct err *e);

/* {"auditors":[{"name","key","fingerprint","since"}]} by name */
int auditors_list(struct store *s, cJSON **ret, struct err *e);

/* {"name","fingerprint","since","line","urls":[…]}; the same name and key again
 * gives a fresh line. */
int auditors_add(struct store *s, const char *name, const char *key,
    cJSON **ret, struct err *e);

/* {"name","fingerprint"} */
int auditors_remove(
    struct store *s, const char *name, cJSON **ret, struct err *e);

/* ERR_CONFLICT when the key is an auditor's. */
int auditors_check_unused(struct store *s, const char *key, struct err *e);

/* Appends their authorized_keys lines. receive: path of pmqa-receive. */
int auditors_add_logins(
    struct store *s, const char *receive, struct buf *ret, struct err *e);

/* The file as it is, canonical; "{}" when there is none. */
int auditors_read(struct store *s, struct buf *ret, struct err *e);

#endif
