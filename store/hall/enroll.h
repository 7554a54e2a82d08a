/*
 * enroll: an office and its hall exchange keys by two lines of text.
 *
 * request: "pmqa-request-1:" + base64url(canonical JSON
 *   {"code","device","key","name","nonce","signature","time"}), signed by the
 *   device's key
 * answer:  "pmqa-answer-1:" + base64url(canonical JSON
 *   {"code","device","hall","hall_key","hall_name","host_key","key","nonce",
 *   "signature","time","urls"}), signed by the hall's key
 * (namespace pmqa-enroll, over the canonical JSON without "signature"; the 64
 * bytes of it in base64url: sshsig_sign_raw). All
 * members are strings, "urls" is a list of them; "device" is "9105-a",
 * "host_key" may be "".
 *
 * The office keeps the nonce of its last request in DIR/enroll-request (0600)
 * until the answer is accepted: one use, 24 h, a new one replaces the old.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    ERR_INVALID (cut, altered, not ours), ERR_CONFLICT (another device
 * has that letter, or another hall this office: the sentence says what to do),
 * ERR_REFUSED (older than 24 h, revoked), ERR_USAGE (wrong role).
 * Thread:    the writer's.
 */
#ifndef STORE_HALL_ENROLL_H
#define STORE_HALL_ENROLL_H

#include "store/save/save.h"

#define ENROLL_LIFE_S 86400

/* {"request","fingerprint","code","device"} */
int enroll_request(struct store *s, cJSON **ret, struct err *e);

/*
 * Hall: what a request asks for, before a person decides; nothing is admitted.
 * Fails as enroll_admit() would. An older request of the same device is void
 * from now on. {"office","name","device","fingerprint","time","known":bool (the
 * office),"known_name" (when it differs),"enrolled":bool (this device),
 * "devices":[{"device","state","fingerprint"}]}
 */
int enroll_look(
    struct store *s, const char *request, cJSON **ret, struct err *e);

/*
 * Hall: makes offices/<code>.git when new, a revision of its hall branch
 * (registry.json, allowed_signers, editions/ that are not published there yet),
 * rewrites DIR/authorized_keys and DIR/offices/allowed_signers, and brings the
 * revision into the repository. Runs outside a save group (it opens its own).
 * A device that is registered already gets a fresh answer and no new revision;
 * a request older than another of that device is refused.
 * {"answer","office","device","fingerprint","revision"}
 */
int enroll_admit(struct store *s, const struct person *p, const char *request,
    cJSON **ret, struct err *e);

/* Office: checks nonce and signature, writes known_hosts, ssh_config,
 * allowed_signers and last hall.conf. {"hall","hall_name","fingerprint",
 * "urls"} */
int enroll_accept(
    struct store *s, const char *answer, cJSON **ret, struct err *e);

/* Hall: DIR/authorized_keys (0600) and DIR/offices/allowed_signers (for stock
 * git in the offices' repositories) from all registries, durably. */
int enroll_write_authorized_keys(struct store *s, struct err *e);

/* Hall: the host key that others are to pin; "" if no address needs one. */
int enroll_host_key(
    const struct conf *c, char ret[KEY_LINE_MAX], struct err *e);

/* Hall: puts the list "urls": where others reach it. */
int enroll_put_urls(const struct conf *c, cJSON *body, struct err *e);

#endif
