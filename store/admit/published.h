/*
 * published: what the hall has published in an office's repository: its
 * registry of devices and its editions, read from refs/heads/hall alone.
 *
 * The hall branch is written by the hall's daemon only, so what stands there
 * decides whose signatures and which editions the office branch may use: the
 * same answer at the hall's door, at its absorb and at the office.
 *
 * Ownership: published_open() … published_free(); the repository is borrowed
 * and must outlive it; editions given out belong to it.
 * Units:     seconds since 1970.
 * Errors:    ERR_REFUSED with a sentence for the person where a device or an
 * edition is not known; ERR_DAMAGED when the hall branch cannot be read.
 * Thread:    one at a time.
 */
#ifndef STORE_ADMIT_PUBLISHED_H
#define STORE_ADMIT_PUBLISHED_H

#include "store/criteria/edition.h"
#include "store/git/repo.h"
#include "store/sign/key.h"

struct published;

/* A repository without a hall branch gives one that knows nothing. */
int published_open(struct repo *r, struct published **ret, struct err *e);
void published_free(struct published *p);

/* Code of the office whose repository this is, by the registry; NULL without
 * one. Borrowed. */
const char *published_office(const struct published *p);

/* Code and key of the hall itself, by the registry; the code is borrowed.
 * ERR_REFUSED without one. */
int published_hall(const struct published *p, const char **ret_code,
    unsigned char ret_key[KEY_PUBLIC_LEN], struct err *e);

/* 0 if the device ("9105-a") is registered and active, else ERR_REFUSED. */
int published_active(const struct published *p, const char *office,
    const char *device, struct err *e);

/*
 * The key that a device may sign with at time t. A revoked device's older
 * signatures stay good: those of the revisions that published_may() lets pass;
 * where the registry has no number, those until the second it was revoked.
 */
int published_key(struct published *p, const char *office, const char *device,
    int64_t t, unsigned char ret[KEY_PUBLIC_LEN], struct err *e);

/*
 * May this revision (by its number) of the device be in the office's history? Of
 * a revoked one only what the hall had when it was revoked: its key could date
 * others back. at_door: where the registry has no such number, none may.
 */
int published_may(const struct published *p, const char *office,
    const char *device, int64_t sequence, int at_door, struct err *e);

/* Is the file of the edition of this name this very blob? */
int published_check_edition(const struct published *p, const char *id,
    const unsigned char blob[20], struct err *e);

/* The edition of this name if its file is this very blob. */
int published_edition(struct published *p, const char *id,
    const unsigned char blob[20], const struct edition **ret, struct err *e);

#endif
