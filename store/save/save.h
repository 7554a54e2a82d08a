/*
 * save: one revision: validate, build and sign the commit in memory, write
 * state, revision, changes and journal.
 *
 * Ownership: requests borrow; results are the caller's cJSON.
 * Units:     none.
 * Errors:    ERR_INVALID, ERR_CONFLICT (if_rev), ERR_NOT_FOUND; after an error
 * nothing of the save remains (savepoint). Thread:    the writer's.
 *
 * Group commit: save_group_begin(), any number of save_*() (each in a
 * savepoint), save_group_end(): one transaction, one fsync. A save is
 * acknowledged only after save_group_end() returned 0. When SQLite itself undid
 * the transaction (disk full in the middle of a save) the other saves of the
 * group fail, and save_group_end() says why.
 *
 * The one file that is no record: "allowed_signers" on the hall branch, changed
 * by SAVE_WHOLE with a JSON string whose bytes are written.
 */
#ifndef STORE_SAVE_SAVE_H
#define STORE_SAVE_SAVE_H

#include "store/store.h"

struct person {
	char login[64];
	char name[160]; /* falls back to login */
};

struct ask { /* what every call that writes says of itself */
	const struct person *person;
	int year;           /* 0 = the cycle that is being worked on */
	const char *reason; /* NULL or "" = none */
	const char *if_rev; /* NULL = whatever it is at */
};

struct save_change {       /* one field of one record; value NULL = remove. For
			      points: add/remove sets instead of a value. */
	const char *path;  /* "2565/items/1.1.json" */
	const char *field; /* dotted; NULL with whole: the whole record */
	enum { SAVE_SET, SAVE_ADD, SAVE_DROP, SAVE_WHOLE } op;
	const cJSON *value; /* borrowed; ADD/DROP: array of strings; WHOLE: the
			       record or NULL to remove it */
};

struct save_req {
	const char *office; /* "" = own */
	const struct person *person;
	const char *action;  /* "tick", "set", "open", "enroll", "receipt" */
	const char *subject; /* NULL: made from the changes: "9105/2565 1.1:
				tick B2, explanation" */
	const char *reason;  /* NULL or "" = none */
	const char *if_rev;  /* NULL, or the revision name that the first record
				must still be at ("-" = must not exist) */
	const struct save_change *changes;
	size_t n_changes;
	int64_t time; /* 0 = now */
};

int save_group_begin(struct store *s, struct err *e);
/* Ends the group with COMMIT; on failure nothing of the group happened
 * (branches reloaded, objects forgotten). */
int save_group_end(struct store *s, struct err *e);
int save_group_abort(struct store *s, struct err *e);

/*
 * *ret: {"revision","commit","record","changes":[{"field","old","new"}]}
 * (design section 10); more than one record: "record" is the first and
 * "records" lists
 * {"record","changes"}. A save that changes nothing makes no revision:
 * "revision" is the present one and "changes" is empty.
 */
int save_run(
    struct store *s, const struct save_req *req, cJSON **ret, struct err *e);

#endif
