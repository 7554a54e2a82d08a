/*
 * province: DIR/province.git at a hall: what an auditor clones and a ministry
 * fetches, read-only.
 *
 *   refs/heads/hall       the hall's own signed history, below
 *   refs/offices/<code>   the office's branch as it was admitted
 *   refs/halls/<code>     the hall's branch in that office's repository
 *
 * Objects of offices are not stored again: objects/info/alternates names their
 * repositories. All refs stand in one file, packed-refs, written whole: one
 * write for any number of offices.
 *
 * The hall's history (commits as store/sign/commit.h, of the hall's device):
 *   allowed_signers   keys of the hall and of all devices, for stock git
 *   auditors.json     who may read
 *   log.json          head of the acceptance log: {"hash","n"}
 *   offices.json      {code:{"name","state"}}
 *   province.json     {"code","key","name"} of the hall
 *   announcements/…, cycles/…, editions/…, practices/…, wordings/…  what is
 *                     published
 *
 * Ownership: none; results are the caller's.
 * Units:     seconds.
 * Errors:    ERR_USAGE at an office; as repo.h.
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_HALL_PROVINCE_H
#define STORE_HALL_PROVINCE_H

#include "base/json.h"
#include "store/store.h"

#define PROVINCE_HALL_REF "refs/heads/hall"
#define PROVINCE_OFFICES "refs/offices/"
#define PROVINCE_HALLS "refs/halls/"
/* The log's head alone makes a new commit after so long; and when somebody
 * comes to fetch. */
#define PROVINCE_ANCHOR_S 3600

/* Brings all of it up to date; writes nothing when nothing changed. anchor: the
 * log's head too, however young the last one is. *ret_changed may be NULL. */
int province_update(
    struct store *s, int anchor, int *ret_changed, struct err *e);

/* The refs alone: cheap enough after every few pushes. */
int province_refs(struct store *s, int *ret_changed, struct err *e);

/* At start: pushes whose line a crash kept out of the acceptance log are
 * entered, then province_update(). */
int province_start(struct store *s, struct err *e);

/* What the newest commit of refs/heads/hall says of the log; n 0: nothing yet.
 * For a reader store too. */
struct province_anchor {
	int64_t n;
	char hash[65];
	int64_t time; /* of that commit */
};
int province_anchor(
    struct store *s, struct province_anchor *ret, struct err *e);

#endif
