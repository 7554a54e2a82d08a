/*
 * brief: the answer about many changes, made to fit one message of the protocol
 * (proto/frame.h): a save must never be done and its answer lost, and a history
 * must be readable whatever stands in it.
 *
 * Ownership: the document is the caller's, changed in place.
 * Units:     bytes of JSON text.
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_SAVE_BRIEF_H
#define STORE_SAVE_BRIEF_H

#include "base/json.h"

/* Answers up to this length stay whole. */
#define BRIEF_WHOLE ((size_t)900 * 1024)
/* All changes of a longer one together. */
#define BRIEF_MAX ((size_t)640 * 1024)
/* Texts of a longer one are cut to this, "…" at their end. */
#define BRIEF_TEXT ((size_t)300)

/*
 * doc: {"changes":[…],"records":[{"record","changes"}],"revisions":[{"changes",
 * "records"}],…}, each may be absent. Short ones are left as they are. In a longer one long texts are cut,
 * and once that is not enough, further records keep their name alone, with
 * "left_out": how many changes are not told; doc gets "cut": true.
 */
int brief_cut(cJSON *doc, struct err *e);

#endif
