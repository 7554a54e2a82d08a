/*
 * blame: who wrote what stands in a record: for each field, and for each point
 * that is ticked, the revision that made it so.
 *
 * A value that a merge brought in is told as that of the revision which wrote
 * it on the other side, with "merged_by" the merge; where the merge made it
 * itself, of two, it is the merge's.
 *
 * Ownership: results are cJSON; the caller frees.
 * Units:     seconds since 1970.
 * Errors:    ERR_NOT_FOUND, ERR_INVALID; ERR_DAMAGED when index and repository
 * disagree.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_BLAME_H
#define STORE_VIEW_BLAME_H

#include "store/view/history_record.h"

/* Revisions of the record looked at in one call. */
#define BLAME_MAX 20000

struct blame_ask {
	const char *office; /* "" = own */
	const char *branch; /* "office" (NULL) or "hall" */
	int year;           /* 0 = the cycle that is being worked on */
	const char *record; /* item "1.1" or record "2565/items/1.1" */
	const char *field;  /* NULL = all */
	/* both 0: all that stands now; else only what changed since then,
	 * also what was removed */
	int64_t since;     /* a time */
	int64_t since_row; /* a revision: with it and since it */
};

/*
 * {"office","record","since","fields":[{"field","value","revision","commit",
 *  "time","received","person","device","action","reason","merged_by"?}],
 *  "points":[{"field","point","ticked", the same}],"unchanged":n,
 *  "complete":bool}
 * value null: removed. unchanged: fields and points that stand since before.
 * complete false: more than BLAME_MAX revisions touched the record; what has
 * "revision" null is older than those.
 */
int blame_run(
    struct store *s, const struct blame_ask *a, cJSON **ret, struct err *e);

#endif
