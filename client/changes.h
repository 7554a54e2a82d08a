/*
 * changes: field changes as people read them, for saves, histories and
 * differences.
 *
 * Ownership: borrows everything.
 * Units:     none.
 * Errors:    none of its own (struct out keeps a failed allocation).
 * Thread:    one.
 */
#ifndef CLIENT_CHANGES_H
#define CLIENT_CHANGES_H

#include "base/json.h"
#include "client/out.h"

/* One line a field: "label: old → new", cut to the width; sets as "+1.1.B2". */
void changes_brief(struct out *o, size_t indent, const cJSON *describe,
    const char *record, const cJSON *changes);

/* Label lines, below each the old value behind "- " and the new one behind
 * "+ ", whole. */
void changes_full(struct out *o, size_t indent, const cJSON *describe,
    const char *record, const cJSON *changes);

/* A text in at most cols columns, its lines joined; a mark where it was cut. */
void changes_clip(struct out *o, const struct buf *text, size_t cols);

/* A value as text: words joined by blanks, booleans as yes and no. */
void changes_value(struct buf *ret, const cJSON *v);

/* The same for a field: days and times as people write them, words in the
 * chosen language. */
void changes_field(struct buf *ret, const cJSON *describe, const char *record,
    const char *field, const cJSON *v);

#endif
