/*
 * revert: undoes one revision by a new one: every field that it changed gets
 * its old value back; records that it made go, those that it removed come back.
 *
 * Of a merge: what it took over from the other device goes; the conflicts that
 * it left stay.
 *
 * What no revision can take back is left out of it: that a file was once stored
 * (its link to an item goes), that a returned assessment was opened again. What
 * has a command of its own is refused: opening a year, sign-off, comments,
 * erasure.
 *
 * Ownership: borrowed; *ret is save_run()'s result, cut where it is very long
 * (brief.h), with "reverted": the revision's name.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND; ERR_CONFLICT when a field was changed again since:
 * the sentence names the first such field and its revision, nothing is saved;
 * ERR_INVALID for a revision that cannot be undone this way.
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_REVERT_H
#define STORE_SAVE_REVERT_H

#include "store/save/save.h"

int revert_run(struct store *s, const struct ask *a, const char *revision,
    cJSON **ret, struct err *e);

#endif
