/*
 * bundle_known: what the other side is known to have, so that a bundle carries
 * only what is missing there.
 *
 * Every bundle says what its sender has; that is kept (table mark, one for each
 * device). Beside it a device has what it wrote itself, and the hall what the
 * office last saw there or has a receipt for.
 *
 * Ownership: results are the caller's.
 * Units:     rows of table revision; 0 = nothing.
 * Errors:    ERR_NOT_FOUND names the revision that --since named; db's.
 * Thread:    the writer's.
 */
#ifndef STORE_BUNDLE_BUNDLE_KNOWN_H
#define STORE_BUNDLE_BUNDLE_KNOWN_H

#include "base/json.h"
#include "store/store.h"

struct bundle_base { /* of one branch */
	int64_t row;
	unsigned char id[20];
	char name[24]; /* "" if row is 0 */
};

struct bundle_known {
	struct bundle_base office, hall;
	int all_files; /* somebody may have none of the files */
	cJSON *lacks;  /* array of hashes, may be empty; the caller's */
};
void bundle_known_release(struct bundle_known *k);

/* Who receives: the hall, or the devices of the office but ourselves. since as
 * bundle.h has it. */
int bundle_known_hall(struct store *s, const char *since,
    struct bundle_known *ret, struct err *e);
int bundle_known_office(struct store *s, const char *office, const char *since,
    struct bundle_known *ret, struct err *e);

/* Public keys ("ssh-ed25519 …") of the office's active devices but our own,
 * appended as strings to an array. */
int bundle_known_keys(
    struct store *s, const char *office, cJSON *ret, struct err *e);

/* The sender of this note has what it says. */
int bundle_known_keep(struct store *s, const cJSON *note, struct err *e);

#endif
