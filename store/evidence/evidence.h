/*
 * evidence: files that support answers: stored in parts, once, by the SHA-256
 * of their bytes; linked from items; erased on order.
 *
 * A client sends a file in parts of EVIDENCE_PART bytes (the last one shorter),
 * each stored durably before it is confirmed (evidence_repo.h), then asks for
 * the link. begin says how many parts are here already: a cut upload goes on, a
 * file that is known is not sent again. Bytes that no record names are upload
 * litter and go after a week.
 *
 * The record evidence/<sha256>.json says name, type, size, parts; the answer's
 * evidence.<sha256>.* says caption, points, class. Removing unlinks; the file
 * stays, as older revisions name it. Redacting writes the tombstone
 * (redacted.*) and then takes the bytes away, here at once and at the hall when
 * it has absorbed the tombstone; hash, name and size stay.
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     bytes.
 * Errors:    ERR_INVALID (type, size, count, hash: what is allowed),
 * ERR_NOT_FOUND, ERR_DENIED.
 * Thread:    begin, part and redact the writer's outside a group; end and
 * remove inside one; list and read the store's.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_H
#define STORE_EVIDENCE_EVIDENCE_H

#include "store/evidence/evidence_repo.h"
#include "store/save/save.h"

/* {"sha256","name","parts","part_bytes","have":n}: have = parts = nothing to
 * send; name: as it is stored, which is that of its first time. */
int evidence_begin(struct store *s, const struct ask *a, const char *item,
    const char *name, int64_t size, const char *sha256, cJSON **ret,
    struct err *e);
/* n from 1, in order; a part that is here already is confirmed again. */
int evidence_part(struct store *s, const char *sha256, int n, const void *data,
    size_t len, cJSON **ret, struct err *e);
int evidence_end(struct store *s, const struct ask *a, const char *item,
    const char *sha256, const char *caption, const cJSON *points,
    const char *class, cJSON **ret, struct err *e);
int evidence_remove(struct store *s, const struct ask *a, const char *item,
    const char *sha256, cJSON **ret, struct err *e);
int evidence_redact(struct store *s, const struct ask *a, const char *sha256,
    cJSON **ret, struct err *e);

/* The whole hash that 8 or more of its first digits mean. */
int evidence_resolve(struct store *s, const char *office, const char *prefix,
    char ret[EVIDENCE_SHA_LEN + 1], struct err *e);

/* item NULL: all of the year. {"evidence":[{"sha256","item","name","type",
 * "size","parts","caption","points":[…],"class","present":bool,"have":n,
 * "at_hall":time|null,"redacted":{"time","person":{login,name},"reason"}|null}]} */
int evidence_list(struct store *s, const char *office, int year,
    const char *item, cJSON **ret, struct err *e);
/* {"sha256","n","parts","name","type","size","data":base64}; sha256 may be a
 * prefix. ERR_NOT_FOUND when the bytes are not (or no longer) here: the
 * sentence says which. */
int evidence_read(struct store *s, const char *office, const char *sha256,
    int n, cJSON **ret, struct err *e);

/* After absorbing an office branch: every tombstone is obeyed. At the office
 * and at the hall. */
int evidence_obey(struct store *s, const char *office, struct err *e);

/* Whose bytes are complete here and not confirmed by the hall: calls each(),
 * smallest first. */
int evidence_waiting(struct store *s,
    int (*each)(void *arg, const char *sha256, int64_t size, struct err *e),
    void *arg, struct err *e);
/* The hall's signed word on one file came in (evidence_receipt.h). */
int evidence_confirmed(
    struct store *s, const char *office, const cJSON *receipt, struct err *e);

/* Once at the start of the writer: what a crash left (locks, an erasure that
 * was ordered and not done) and old litter. Best effort per office: the first
 * error is told, the other offices are looked at all the same. */
int evidence_start(struct store *s, struct err *e);

#endif
