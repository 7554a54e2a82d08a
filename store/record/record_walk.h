/*
 * record_walk: one walk over the fields of up to three records of a type, for
 * differences and merges: the fields in the table's order, a field below "*"
 * once for each key that one of the records has, in byte order of the keys.
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    what visit() said; ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_RECORD_RECORD_WALK_H
#define STORE_RECORD_RECORD_WALK_H

#include "store/record/record.h"

#define WALK_RECORDS 3
#define WALK_NAME_LEN 240 /* of a dotted field name */

struct record_walk {
	const struct record_type *type;
	const cJSON *recs[WALK_RECORDS]; /* NULL = no such record */
	int (*visit)(
	    void *arg, const struct field *f, const char *name, struct err *e);
	void *arg;
};

int record_walk(const struct record_walk *w, struct err *e);

/* {"field": name, "<key>": copy of value or null, …} to the end of list. */
int record_walk_tell(cJSON *list, const char *name, const char *const *keys,
    const cJSON *const *values, size_t n, struct err *e);

#endif
