/*
 * enroll_line: the two lines of an enrolment as text: signing and coding,
 * decoding and checking. What they mean is enroll.c's.
 *
 * Ownership: a decoded line is a cJSON tree that the caller frees.
 * Units:     none.
 * Errors:    ERR_INVALID (cut, altered, not such a line), ERR_REFUSED (older
 * than ENROLL_LIFE_S or from the future).
 * Thread:    any.
 */
#ifndef STORE_HALL_ENROLL_LINE_H
#define STORE_HALL_ENROLL_LINE_H

#include "base/json.h"
#include "store/sign/key.h"

/* PROVINCE: what a hall tells an auditor or a ministry (auditors.h); it has no
 * term. */
enum enroll_kind { ENROLL_REQUEST, ENROLL_ANSWER, ENROLL_PROVINCE };

/* Signs body (an object without "signature", which it gets) and appends the
 * line, without LF. */
int enroll_line_write(enum enroll_kind kind, cJSON *body, const struct key *k,
    struct buf *ret, struct err *e);

/*
 * Exactly the members of its kind, well-formed, signed by the key it names
 * itself (*ret_signer: "key" of a request, "hall_key" of the others), in time.
 * Blanks and line ends around the line are allowed.
 */
int enroll_line_read(enum enroll_kind kind, const char *line, int64_t now,
    cJSON **ret_body, unsigned char ret_signer[KEY_PUBLIC_LEN], struct err *e);

#endif
