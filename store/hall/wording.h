/*
 * wording: the sentences of an edition's points and measures: shown, never
 * scored, and so no part of what an assessment pins. The hall's word
 * (wordings/<edition>.json of its branch) goes before the office's own file
 * (DIR/wordings/<edition>.json), and that before the edition's short labels.
 *
 * Ownership: *ret is the caller's.
 * Units:     bytes: EDITION_SENTENCE_MAX a sentence (edition.h).
 * Errors:    ERR_INVALID names the point and what is wrong; ERR_NOT_FOUND.
 * Thread:    the store's; wording_import() the writer's, outside a group.
 */
#ifndef STORE_HALL_WORDING_H
#define STORE_HALL_WORDING_H

#include "store/save/save.h"

/* texts: {"1.1.B1": {"th","en"} | null, …} merged into what is there; null or
 * {} removes a point's, null one language's. At the hall it is published.
 * {"id","texts":n,"published":[publish_all()]} */
int wording_import(struct store *s, const struct ask *a, const char *edition,
    const cJSON *texts, cJSON **ret, struct err *e);

/* {"1.1.B1":{"th","en"},…}, empty if none. office NULL: the directory's own
 * alone (a hall's, before it is published). */
int wording_read(struct store *s, const char *office, const char *edition,
    cJSON **ret, struct err *e);

/* Puts the sentences into an edition's document (label_th/label_en of points,
 * title_th/title_en of measures), for showing. */
int wording_apply(cJSON *edition, const cJSON *texts, struct err *e);

/* The same for one object with an "id": th and en name its members. */
int wording_put(cJSON *of, const cJSON *texts, const char *th, const char *en,
    struct err *e);

#endif
