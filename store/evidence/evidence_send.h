/*
 * evidence_send: which files the hall has not confirmed, and each cut into
 * stretches of parts small enough to push in one go.
 *
 * Ownership: results are the caller's.
 * Units:     bytes, parts from 1.
 * Errors:    ERR_NOT_FOUND: the file is not (or no longer) whole here.
 * Thread:    the writer's, outside a group.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_SEND_H
#define STORE_EVIDENCE_EVIDENCE_SEND_H

#include "store/evidence/evidence.h"

struct evidence_list { /* zeroed: empty; free(list) */
	char (*list)[EVIDENCE_SHA_LEN + 1];
	size_t n;
};

/* What evidence_waiting() says, smallest first, appended: those that are in
 * the list already stay where they are. */
int evidence_send_list(struct store *s, struct evidence_list *l, struct err *e);

/* How many parts the files that wait have together. */
int evidence_send_parts(struct store *s, int64_t *ret, struct err *e);

struct evidence_slice {
	unsigned char tip[20]; /* what to push */
	int n;                 /* parts that the hall has after it */
	int from;              /* parts that it had before */
	int parts;             /* of the whole file */
	int whole;             /* all of them */
};

/*
 * The next stretch: as many parts as fit max_bytes, one at least. have: the
 * commit that the hall has, NULL for none; one that is not of our chain cannot
 * be continued, so all is sent at once.
 */
int evidence_send_slice(struct store *s, const char *sha,
    const unsigned char *have, int64_t max_bytes, struct evidence_slice *ret,
    struct err *e);

/* After a failure: are its bytes good here? ERR_DAMAGED when they are not. */
int evidence_send_prove(struct store *s, const char *sha, struct err *e);

/* The hall's receipt line for this file: strict JSON, signed, and of no other
 * file; then kept (evidence_confirmed). */
int evidence_send_confirm(struct store *s, const char *sha, const char *json,
    size_t len, struct err *e);

#endif
