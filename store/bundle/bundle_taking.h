/*
 * bundle_taking: what the steps of an office that takes a bundle in share; for
 * bundle_take*.c only.
 *
 * Ownership: struct taking is the caller's memory: taking_begin() …
 * taking_end(), the latter also after a failure.
 * Units:     steps as in bundle.h.
 * Errors:    as bundle.h.
 * Thread:    of the step's half.
 */
#ifndef STORE_BUNDLE_BUNDLE_TAKING_H
#define STORE_BUNDLE_BUNDLE_TAKING_H

#include "store/bundle/bundle_room.h"
#include "store/evidence/evidence_repo.h"

#define BUNDLE_REFS "refs/bundle/" /* <token>/hall, <token>/office */

struct taking {
	struct store *s;
	struct bundle_room room;
	char scratch[640];
	cJSON *note;
	char hall[64], office[64];      /* refs under which they are fetched */
	char sha[EVIDENCE_SHA_LEN + 1]; /* of the step, if it is a file's */
};

int taking_begin(
    struct taking *t, struct store *s, const char *token, int n, struct err *e);
void taking_end(struct taking *t);

/* git fetch of one or two refspecs (b may be NULL) from the scratch repository
 * into one of ours. */
int taking_fetch(struct taking *t, const char *into, const char *a,
    const char *b, struct err *e);

/* Both halves of a file's step. */
int taking_fetch_file(struct taking *t, struct err *e);
int taking_take_file(struct taking *t, cJSON **ret, struct err *e);

#endif
