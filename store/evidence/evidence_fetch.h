/*
 * evidence_fetch: files that the office's record names and whose bytes are not
 * here (another device added them, or this machine is a new one): which they
 * are, and taking in what came of them from the hall.
 *
 * What is fetched stands at refs/uploads/<sha>, as any file that is not whole,
 * and is looked at before anything else of it is used.
 *
 * Ownership: results are the caller's.
 * Units:     parts from 1, seconds.
 * Errors:    ERR_NOT_FOUND: no record names it any more, or it was erased;
 * ERR_REFUSED: what the hall sent is not this file (it is dropped).
 * Thread:    the writer's, outside a group.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_FETCH_H
#define STORE_EVIDENCE_EVIDENCE_FETCH_H

#include "store/evidence/evidence_send.h"

/* A file that the hall has not got either is asked for again after this. */
#define EVIDENCE_ABSENT_S INT64_C(3600)
/* Files that the hall confirmed are here, too, unless the disk lost them: how
 * often that is looked at, by itself and when a person asks. */
#define EVIDENCE_LOOK_S INT64_C(86400)
#define EVIDENCE_LOOK_ASKED_S INT64_C(60)

/* Which to ask the hall for, smallest first, appended to a zeroed list. asked:
 * a person did, so those that the hall had not lately are in it. */
int evidence_fetch_list(
    struct store *s, int asked, struct evidence_list *ret, struct err *e);

struct evidence_part_here {
	int n; /* parts that are here; 0: none */
	unsigned char tip[20];
};

/* What a cut fetch left of it; makes the repository when there is none. */
int evidence_fetch_have(struct store *s, const char *sha,
    struct evidence_part_here *ret, struct err *e);

/* After a fetch: *ret_whole 1 when all of it is here, and is it. */
int evidence_fetch_take(
    struct store *s, const char *sha, int *ret_whole, struct err *e);

/* The hall has it not, or not wholly. */
int evidence_fetch_absent(struct store *s, const char *sha, struct err *e);

#endif
