/*
 * batch: many field changes as one revision, or what they would change: for
 * import and for edit.
 *
 * Nothing is half done: every change is checked first and every error listed;
 * with any error nothing is saved. A dry run writes nothing at all.
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     at most BATCH_MAX changes.
 * Errors:    those of the call itself (no such year, the state forbids it,
 * if_rev, too much at once); a change's own go into "errors".
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_BATCH_H
#define STORE_SAVE_BATCH_H

#include "store/save/save.h"

#define BATCH_MAX 20000
#define BATCH_ERRORS_MAX 200 /* told; "n_errors" counts all */

/*
 * changes: [{"record","field","value":text|null}], record relative to the
 * year: "items/1.1", "actions/pa1", "actions/new-1" (a new one; the same word
 * is the same action), "profile"; within an item likewise
 * "indicators.new-1.name" and "measures.new-1.title", and such a word as the
 * value of a measure. Value null or "" removes the field, field null the
 * action. A new action is open unless said otherwise.
 *
 * action: "import" or "edit".
 * {"revision","commit","dry_run","year","n_changes","records":[{"record",
 * "changes"}],"n_errors","errors":[{"index","record","field","message",
 * "message_th","hint","hint_th"}]}, cut where it is very long (brief.h);
 * revision null when nothing was saved.
 */
int batch_apply(struct store *s, const struct ask *a, const char *action,
    const cJSON *changes, int dry_run, cJSON **ret, struct err *e);

#endif
