/*
 * edition_shape: the shapes of an edition's objects as tables of fields, and
 * where the faults of a file go; for edition_check.c, edition_items.c and
 * edition_rules.c.
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    checks give 0 (well), 1 (faults were told, go on with the next
 * part) or what told() gave to end the check.
 * Thread:    any.
 */
#ifndef STORE_CRITERIA_EDITION_SHAPE_H
#define STORE_CRITERIA_EDITION_SHAPE_H

#include "store/criteria/edition.h"
#include "store/record/record.h"

#define EDITION_TITLE_MAX 2000
#define EDITION_POINTS_MAX 1000 /* of any level or band */
#define EDITION_PLACE_MAX 160

#define SHAPE(name, type, required, min, max, words)                           \
	{                                                                      \
		name, type, MERGE_FIELD, required, min, max, words, NULL, NULL \
	}
#define SHAPE_TITLE(name) SHAPE(name, FIELD_LINE, 1, 0, EDITION_TITLE_MAX, NULL)
#define SHAPE_PART(name) SHAPE(name, FIELD_OPAQUE, 1, 0, 0, NULL)
#define SHAPE_MAYBE(name) SHAPE(name, FIELD_OPAQUE, 0, 0, 0, NULL)
#define SHAPE_WORD(name, required, words)                                      \
	SHAPE(name, FIELD_ENUM, required, 0, 0, words)
#define SHAPE_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* One run over a file. */
struct edition_faults {
	edition_told *told;
	void *arg;
	struct err fault; /* where err_set() puts the one to be told */
};

/*
 * Tells k->fault: used as
 *   return edition_fault(k, place, err_set(&k->fault, ERR_INVALID, 0, …));
 * 1 to go on, negative to end.
 */
int edition_fault(struct edition_faults *k, const char *where, int code);

/* obj has the members of the shape, each of its form, and no other. */
int edition_shape_check(const cJSON *obj, const struct field *shape, size_t n,
    const char *place, struct edition_faults *k);
#define EDITION_SHAPE(obj, shape, place, k)                                    \
	edition_shape_check(obj, shape, SHAPE_LEN(shape), place, k)

/* obj.name as a list of min to max members; place: of obj, "" for the root. */
int edition_shape_list(const cJSON *obj, const char *name, int min, int max,
    const char *place, struct edition_faults *k, const cJSON **ret);

/* "items[1.1]": the place of one member of a list, for sentences. */
void edition_place(
    char buf[EDITION_PLACE_MAX], const char *list, const cJSON *member);

/* 1 if both are texts and the same. */
int edition_same(const char *a, const char *b);

/* 1 if 0 <= floor < ceiling <= 1000, with at most three decimals. */
int edition_limits(const char *floor_, const char *ceiling);

/* The items with their points and measures (edition_items.c), and the parts
 * that are not items: policy, thresholds, sources, sureness, profile
 * (edition_rules.c). */
int edition_items_check(const cJSON *root, struct edition_faults *k);
int edition_rules_check(const cJSON *root, struct edition_faults *k);

#endif
