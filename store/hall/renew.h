/*
 * renew: this machine becomes another device of its office: a new letter, a new
 * key, and what it saved and never sent carried over under the new name
 * (resign.h).
 *
 * When: it was restored from an old backup and saved again, so that its names
 * mean other revisions at the hall (join_office() says ERR_CONFLICT,
 * JOIN_SUB_RESTORED); or by hand, which is also the way out for saves that were
 * made while the clock was far in the future and that the hall refuses.
 *
 * Nothing is deleted: the old tip stays as refs/aside/<hex>, the old key where
 * it was; it goes on carrying the connection to the hall (conf.road_device)
 * until the hall has enrolled the new one.
 *
 * Steps: the new commits in the repository, the old tip set aside, the mark
 * "renewal" (from here on it happens, whatever breaks), hall.conf, pmqad.conf,
 * the ref, the index, the mark away. renew_resume() takes up what a crash left.
 *
 * Ownership: none.
 * Units:     revisions.
 * Errors:    ERR_USAGE at a hall; ERR_CONFLICT when no letter is left or the
 * wanted one is used, ERR_INVALID when it is none; and as resign.h.
 * Thread:    the writer's, outside a save group; what waits in the journal is
 * written first.
 */
#ifndef STORE_HALL_RENEW_H
#define STORE_HALL_RENEW_H

#include "base/json.h"
#include "store/store.h"

struct renewed {
	char from[16], to[16];    /* devices */
	int64_t n;                /* revisions carried over */
	char first[24], last[24]; /* what they were called */
	unsigned char aside[20];  /* the old tip, if n > 0 */
};

/* theirs: tip of what the hall has of this office; NULL: as last heard. */
int renew_device(struct store *s, const unsigned char *theirs,
    struct renewed *ret, struct err *e);

/* The same, as last heard, with the letter that a person asks for. */
int renew_device_as(
    struct store *s, char letter, struct renewed *ret, struct err *e);

/* The same, after join_office() found a restored copy; leaves a notice. */
int renew_restored(struct store *s, const unsigned char theirs[20],
    struct renewed *ret, struct err *e);

/* At start. */
int renew_resume(struct store *s, struct err *e);

/* 1 if the hall does not know the present device yet: nothing can be sent;
 * *e says so to a person. */
int renew_is_waiting(const struct conf *c, struct err *e);

/* After the hall's branch was taken in: when its registry has the new key, the
 * connection goes by that from now on. *ret: 1 if that is new. */
int renew_settle(struct store *s, int *ret, struct err *e);

/* {"device","fingerprint","enrolled","hall_knows":device,"devices":[{"device",
 * "state","since","fingerprint","here"}],"aside":[{"commit","revision",
 * "time","subject"}]} */
int renew_show(struct store *s, cJSON **ret, struct err *e);

/* {"from","to","carried":n,"first","last","aside":hex|null} */
int renew_json(const struct renewed *r, cJSON **ret, struct err *e);

#endif
