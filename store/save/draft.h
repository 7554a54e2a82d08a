/*
 * draft: the records of one save before anything is written: present state,
 * the asked changes applied, checked against the edition, in canonical bytes.
 *
 * Ownership: draft_init() on the caller's memory, draft_release(); the request
 * is borrowed and must outlive the draft.
 * Units:     bytes.
 * Errors:    ERR_INVALID, ERR_CONFLICT (if_rev), ERR_NOT_FOUND (no assessment).
 * Thread:    the writer's.
 */
#ifndef STORE_SAVE_DRAFT_H
#define STORE_SAVE_DRAFT_H

#include "store/record/record.h"
#include "store/save/save.h"

/* The one file that is not a record: a SAVE_WHOLE change of it on the hall
 * branch takes a JSON string, whose bytes are written. */
#define DRAFT_SIGNERS "allowed_signers"

struct edit { /* one file of the save */
	const char *path;
	char *own_path;        /* path is this: the request does not have it */
	struct record_path rp; /* rp.type NULL: not a record */
	int64_t revision;      /* row that changed it last; 0 = never */
	cJSON *old_rec, *new_rec; /* NULL where absent */
	struct buf old_bytes, new_bytes;
	int had, has; /* the file is there before, after */
	int changed;
	cJSON *changes; /* record_diff() of the two, [] for other files */
};

struct draft {
	struct edit *edits; /* in order of the request */
	size_t n, n_changed;
	const struct edition *edition; /* of the first record of a year */
	int year;                      /* of that record; 0 = none */
};

void draft_init(struct draft *d);
void draft_release(struct draft *d);

/* One more change, of a record that the draft does not have yet; for the guard
 * (signoff.h). */
int draft_add(struct store *s, const struct branch *b, struct draft *d,
    const struct save_change *c, struct err *e);

int draft_make(struct store *s, const struct branch *b,
    const struct save_req *req, struct draft *d, struct err *e);

/* ERR_INVALID, with the fields that a person may mean. */
int draft_unknown_field(
    const struct record_type *type, const char *field, struct err *e);

#endif
