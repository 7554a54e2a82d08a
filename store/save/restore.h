/*
 * restore: an item, or one field of it, becomes again what it was at a moment
 * of the past: one new revision. It is asked for by name, so what was written
 * since gives way; the answer says what, and who had written it.
 *
 * Ownership: borrowed; *ret is rewrite_save()'s result (rewrite.h) with "at"
 * (moment.h) and "replaced": [{"field","revision","time","person":{"login",
 * "name"}}]: who wrote what gave way (revision null: nobody wrote it since).
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (moment; there was no such record then),
 * ERR_INVALID (no such field, or what cannot be restored), and those of a save:
 * sign-off holds as for any other.
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_RESTORE_H
#define STORE_SAVE_RESTORE_H

#include "store/save/save.h"

struct restore_ask {
	const char *record; /* item "1.1", "profile", action "pa1", or a
			       record's name "2565/items/1.1" */
	const char *field;  /* dotted; also "explanation": all below it; NULL:
			       the whole record */
	const char *at;     /* moment (look/moment.h) */
	int dry_run;
};

int restore_run(struct store *s, const struct ask *a,
    const struct restore_ask *what, cJSON **ret, struct err *e);

#endif
