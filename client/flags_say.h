/*
 * flags_say: red flags in words: what a rule means, and what one flag found.
 * Used by the command and by the auditor's dossier.
 *
 * Ownership: texts are static; sentences are appended to the caller's buffer.
 * Units:     none.
 * Errors:    none: a rule that is not known is shown by its name; the buffer's
 * own sticks (buf_ok()).
 * Thread:    one.
 */
#ifndef CLIENT_FLAGS_SAY_H
#define CLIENT_FLAGS_SAY_H

#include "base/buf.h"
#include "base/json.h"

/* "Saved after the due date" */
const char *flags_say_title(const char *rule);
/* What raises it, a harmless reason, what to ask; NULL if not known. */
const char *flags_say_meaning(const char *rule);

/* That a flag is a question. */
const char *flags_say_caution(void);

/* What one flag found, by its figures: one sentence or a few, no line end. */
void flags_say(const cJSON *flag, struct buf *ret);
/* Who, on which machine, when: "สมชาย ใจดี, 9105-a, 2 เม.ย. 2565 10:00". */
void flags_say_who(const cJSON *flag, struct buf *ret);
/* "a142 a143", and how many more there are. */
void flags_say_revisions(const cJSON *flag, struct buf *ret);

#endif
