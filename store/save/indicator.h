/*
 * indicator: measures and indicators of result items.
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     decimal strings.
 * Errors:    ERR_NOT_FOUND (item, indicator, measure: what there is),
 * ERR_INVALID.
 * Thread:    the writer's inside a group; indicator_list() the store's.
 */
#ifndef STORE_SAVE_INDICATOR_H
#define STORE_SAVE_INDICATOR_H

#include "store/save/save.h"

/* id NULL: a new one (shortname.h, "ia1"); fields as texts. *ret has "id"
 * beside save_run()'s members. */
int indicator_set(struct store *s, const struct ask *a, const char *item,
    const char *id, const cJSON *fields, cJSON **ret, struct err *e);
/* An indicator (ia1), or an own measure (ma1) that no indicator names. */
int indicator_remove(struct store *s, const struct ask *a, const char *item,
    const char *id, cJSON **ret, struct err *e);
int indicator_measure(struct store *s, const struct ask *a, const char *item,
    const char *id, const char *title, cJSON **ret, struct err *e);

/* item NULL: all. {"items":[{"item","title_th","title_en","score","assessed":
 * bool,"measures":[{"id","title_th","title_en","required":bool,"own":bool,
 * "score":text|null,"indicators":[{"id","name","unit","direction","target",
 * "actual","previous","before","not_applicable","note","percent":text|null,
 * "score":text|null,"why":text|null}]}]}]}; percent, score and why are
 * score_result.h's. */
int indicator_list(struct store *s, const char *office, int year,
    const char *item, cJSON **ret, struct err *e);

/* As they stood at a moment (look/moment.h; NULL = now), then with "at". */
int indicator_list_at(struct store *s, const char *office, int year,
    const char *item, const char *at, cJSON **ret, struct err *e);

#endif
