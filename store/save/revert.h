/*
 * revert: undoes revisions by a new one: every field that they changed gets its
 * old value back; records that they made go, those that they removed come back.
 * Several are undone together, the newest first, as one revision.
 *
 * Of a merge: what it took over from the other device goes; the conflicts that
 * it left stay.
 *
 * What no revision can take back is left out of it: that a file was once stored
 * (its link to an item goes), that a returned assessment was opened again. What
 * has a command of its own is refused: opening a year, sign-off, comments,
 * erasure.
 *
 * Ownership: borrowed; *ret is rewrite_save()'s result (rewrite.h) with
 * "reverted": names of the revisions, and "skipped": [{"record","field"
 * (null: the record),"by": revision}].
 * Units:     none.
 * Errors:    ERR_NOT_FOUND; ERR_CONFLICT when a field was changed again since:
 * the sentence names the first such field and its revision, nothing is saved;
 * ERR_INVALID for a revision that cannot be undone this way.
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_REVERT_H
#define STORE_SAVE_REVERT_H

#include "store/save/save.h"

#define REVERT_MAX 100 /* revisions at once */

struct revert_ask {
	const cJSON *revisions; /* array of names, in any order */
	int skip_changed;       /* what was changed again stays as it is */
	int dry_run;            /* conflicts are listed, nothing is saved */
};

int revert_many(struct store *s, const struct ask *a,
    const struct revert_ask *what, cJSON **ret, struct err *e);

/* One revision, all of it or nothing; "reverted" is its name. */
int revert_run(struct store *s, const struct ask *a, const char *revision,
    cJSON **ret, struct err *e);

#endif
