/*
 * evidence_receipt: the hall's signed word that it holds a whole file.
 *
 * Text signed (namespace "pmqa-receipt"): "pmqa evidence receipt 1\noffice
 * 9105\nsha256 <64 hex>\ntime <RFC 3339>\nhall 91\n". As JSON, one line:
 * {"hall","office","sha256","signature","time"}
 *
 * Ownership: cJSON results are the caller's. Units: seconds since 1970.
 * Errors: ERR_INVALID when it does not verify. Thread: any.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_RECEIPT_H
#define STORE_EVIDENCE_EVIDENCE_RECEIPT_H

#include <stdint.h>

#include "base/json.h"
#include "store/sign/key.h"

struct evidence_receipt {
	char hall[8], office[8], sha256[65];
	int64_t time;
	int offset_min;
};

/* Signed text of a receipt, appended. */
void evidence_receipt_text(const struct evidence_receipt *r, struct buf *ret);
int evidence_receipt_make(const struct evidence_receipt *r, const struct key *k,
    cJSON **ret, struct err *e);
int evidence_receipt_check(const cJSON *json,
    const unsigned char hall_pub[KEY_PUBLIC_LEN], struct evidence_receipt *ret,
    struct err *e);

#endif
