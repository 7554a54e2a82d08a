/*
 * copy: a device's first copy of its office's history, and any later fetch that
 * a link was too bad for: in steps (store/git/steps.h), each kept, so that a
 * cut loses one of them. What came so far is what refs/incoming/hall and
 * refs/incoming/office reach; that a copy is under way, and how far it is, is a
 * mark (mark.h).
 *
 * Ownership: struct copy is a value.
 * Units:     revisions.
 * Errors:    those of repo.h and db.h.
 * Thread:    the writer's, outside a save group; copy_status() the store's.
 */
#ifndef STORE_ADMIT_COPY_H
#define STORE_ADMIT_COPY_H

#include "base/json.h"
#include "store/store.h"

enum copy_branch { COPY_HALL, COPY_OFFICE, N_COPY_BRANCHES };

struct copy {
	int under_way;          /* fetch in steps */
	int64_t done;           /* revisions that came so in this copy */
	int64_t revision_bytes; /* what one costs on the wire, about */
	struct {
		int has;
		unsigned char id[20]; /* the newest that is here */
	} have[N_COPY_BRANCHES];
};

/* Is a copy under way? One begins where nothing was fetched yet. */
int copy_look(struct store *s, struct copy *ret, struct err *e);
/* A fetch in one go was cut: the next is in steps. */
int copy_begin(struct store *s, struct err *e);
/* A step came: c is how it stands now. */
int copy_note(
    struct store *s, const struct copy *c, int64_t total, struct err *e);
/* All of it is here; the packs of many steps become few. */
int copy_end(struct store *s, struct err *e);

/* {"done","total"} while one is under way and its size is known, else null. */
int copy_status(struct store *s, cJSON **ret, struct err *e);

/* "hall", "office" */
const char *copy_branch_name(enum copy_branch b);

#endif
