/*
 * lost: an office finds that its hall has less than it once had: it was
 * restored from an old backup. The office notices by the receipts that it holds
 * and by the hall's branch, says so, and gives everything back.
 *
 * Three findings, each with a notice (notice.h):
 *   the office's revisions   a receipt names a commit that the hall's office
 *                            branch no longer reaches: they are sent again as
 *                            any that wait; until then nothing is "synced"
 *   the hall's own, behind   the hall's branch is an older one: what it lost is
 *                            returned (refs/returned/hall) before anything else
 *   the hall's own, parted   it has written others since: they are taken over,
 *                            the old ones stay as refs/aside/<hex>
 * With each of them the hall's word for files of evidence is forgotten: what it
 * lost of them is sent again, too.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_REFUSED: what came is not signed by the hall, or breaks the
 * rules: nothing is taken over.
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_HALL_LOST_H
#define STORE_HALL_LOST_H

#include "base/json.h"
#include "store/store.h"

struct lost {
	int give_back;          /* the hall's branch went back */
	unsigned char hall[20]; /* what it had: to be returned */
	int parted;             /* the hall's branch was taken over anew */
};

/* After a fetch, before the hall's branch is taken in: the refs of
 * refs/incoming/ against what is here. */
int lost_look(struct store *s, struct lost *ret, struct err *e);

/* After the push to refs/returned/hall: the hall has it again. */
int lost_returned(struct store *s, const unsigned char hall[20], struct err *e);

/* What the hall has of our revisions against our receipts: after a fetch and
 * after each push. */
int lost_look_office(struct store *s, struct err *e);

/* *ret_lost 1: the hall has less than it confirmed, namely *ret_row (row of
 * table revision, 0: nothing). One look-up. */
int lost_is(struct store *s, int *ret_lost, int64_t *ret_row, struct err *e);

/*
 * A stretch of a hall's branch by the rules of admit, from (NULL: the first
 * commit on) exclusive: before anything is moved.
 */
int lost_check_hall(struct store *s, const char *office,
    const unsigned char *from, const unsigned char to[20], struct err *e);

#endif
