/*
 * receipt: the hall's signed word that it stores a tip, and since when (I5).
 *
 * Text signed (namespace "pmqa-receipt", checkable with ssh-keygen -Y verify):
 *   pmqa receipt 1\noffice 9105\ntip <40 hex>\nrevision a142\ntime <RFC
 * 3339>\nhall 91\n As JSON (receipts.json of the hall branch; on the wire one
 * line): {"hall","office","revision","signature","time","tip"}
 *
 * Ownership: cJSON results are the caller's.
 * Units:     seconds since 1970.
 * Errors:    ERR_INVALID for a receipt that does not verify; ERR_NOT_FOUND for
 * a tip we do not know. Thread:    any for make/check; the writer's for the
 * others.
 */
#ifndef STORE_SIGN_RECEIPT_H
#define STORE_SIGN_RECEIPT_H

#include "store/store.h"

struct receipt {
	char hall[8], office[8], revision[24];
	unsigned char tip[20];
	int64_t time;
	int offset_min;
};

/* Signed text of a receipt, appended. */
void receipt_text(const struct receipt *r, struct buf *ret);
int receipt_make(
    const struct receipt *r, const struct key *k, cJSON **ret, struct err *e);
int receipt_check(const cJSON *json,
    const unsigned char hall_pub[KEY_PUBLIC_LEN], struct receipt *ret,
    struct err *e);

/* Hall, after absorbing: a receipt for the office branch's tip if the last one
 * names another; saved as a revision of the hall branch, together with that the
 * office came and all is well (visit.h). *ret NULL if nothing new. */
int receipt_issue(
    struct store *s, const char *office, cJSON **ret, struct err *e);

/* Keeps a verified receipt in the database and fills received times: a revision
 * was received at the time of the earliest receipt that covers it, whatever the
 * order in which they come. */
int receipt_apply(
    struct store *s, const char *office, const cJSON *json, struct err *e);

/* Fills the received times of a rebuilt index from the kept receipts. */
int receipt_refill(struct store *s, const char *office, struct err *e);

/* The kept one that covers most: *ret NULL if none. */
int receipt_last(
    struct store *s, const char *office, cJSON **ret, struct err *e);

#endif
