/*
 * batch_target: one record of a batch: what is meant by its name, the record as
 * it will be, the names of what is new in it. For batch.c only.
 *
 * Ownership: struct batch_set holds its targets until batch_set_release();
 * store, branch and edition are borrowed.
 * Units:     none.
 * Errors:    ERR_INVALID and ERR_NOT_FOUND are the change's own; others end the
 * batch.
 * Thread:    the writer's.
 */
#ifndef STORE_SAVE_BATCH_TARGET_H
#define STORE_SAVE_BATCH_TARGET_H

#include "store/record/record.h"
#include "store/store.h"

#define BATCH_FIELD_MAX 160
#define BATCH_KEY_MAX 40
#define BATCH_NAMES_MAX 500 /* new indicators and measures of one item */

struct batch_target {
	char given[96]; /* "items/1.1", "actions/new-1" */
	char path[96];
	struct record_path rp;
	const struct edition_item *item; /* NULL: not of an item */
	cJSON *rec;                      /* as it will be */
	cJSON *fresh; /* {"indicators.new-1": "ia4"}: names given here */
	/* {"indicators.ia4": index}: objects below the record, with the first
	 * change of each; -1: its fault is told */
	cJSON *parts;
	int had; /* it is there now */
	int removed;
	int faulty;   /* its name was told as an error already */
	size_t first; /* index of its first change */
};

struct batch_set {
	struct store *s;
	const struct branch *b;
	const struct edition *ed;
	int year;
	char letter;          /* of this device, for new names */
	char last_action[24]; /* last new name given, "" = none */
	struct batch_target **list;
	size_t n;
};

int batch_set_init(
    struct batch_set *set, struct store *s, int year, struct err *e);
void batch_set_release(struct batch_set *set);

/* The target of a name; made when first named. On an error of the name the
 * target is there all the same, faulty, so that it is told once. */
int batch_target_find(struct batch_set *set, const char *given, size_t index,
    struct batch_target **ret, struct err *e);

/* The field's own name: "indicators.new-1.unit" becomes "indicators.ia4.unit";
 * ERR_NOT_FOUND for an indicator or measure that is not there, 1 when that was
 * told already. */
int batch_target_field(struct batch_set *set, struct batch_target *t,
    const char *given, size_t index, char ret[BATCH_FIELD_MAX], struct err *e);

/* Whether a value names things that the edition has. */
int batch_target_value(const struct batch_set *set,
    const struct batch_target *t, const struct field *f, const cJSON *value,
    struct err *e);

/* The whole record once all changes are in it; *ret_index: the first change of
 * the part that is at fault. */
int batch_target_check(const struct batch_set *set,
    const struct batch_target *t, size_t *ret_index, struct err *e);

#endif
