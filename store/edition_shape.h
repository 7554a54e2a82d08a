/*
 * edition_shape: the shapes of an edition's objects as tables of fields, for
 * edition_check.c and edition_rules.c.
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    ERR_INVALID with the place in the file.
 * Thread:    any.
 */
#ifndef STORE_EDITION_SHAPE_H
#define STORE_EDITION_SHAPE_H

#include "store/record.h"

#define EDITION_TITLE_MAX 2000
#define EDITION_POINTS_MAX 1000 /* of any level or band */

#define SHAPE(name, type, required, min, max, words)                           \
	{                                                                      \
		name, type, MERGE_FIELD, required, min, max, words, NULL, NULL \
	}
#define SHAPE_TITLE(name) SHAPE(name, FIELD_LINE, 1, 0, EDITION_TITLE_MAX, NULL)
#define SHAPE_PART(name) SHAPE(name, FIELD_OPAQUE, 1, 0, 0, NULL)
#define SHAPE_WORD(name, required, words)                                      \
	SHAPE(name, FIELD_ENUM, required, 0, 0, words)
#define SHAPE_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* obj has the members of the shape, each of its form, and no other. */
int edition_shape_check(const cJSON *obj, const struct field *shape, size_t n,
    const char *place, struct err *e);

/* obj.name as a list of min to max members; NULL and the error otherwise. */
const cJSON *edition_shape_list(
    const cJSON *obj, const char *name, int min, int max, struct err *e);

/* The parts of an edition that are not its items: policy, thresholds, sources,
 * sureness (edition_rules.c). */
int edition_rules_check(const cJSON *root, struct err *e);

#endif
