/*
 * opening: what is written when a year's assessment begins, for answer_open()
 * and carry_open().
 *
 * Ownership: opening_init() on the caller's memory, opening_release() in any
 * case; its changes borrow from it.
 * Units:     fiscal years of the Buddhist era.
 * Errors:    ERR_INVALID (no such year), ERR_CONFLICT (open already),
 * ERR_NOT_FOUND (edition).
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_OPENING_H
#define STORE_SAVE_OPENING_H

#include "store/save/save.h"

#define OPENING_PATH 40

struct opening {
	const struct edition *edition;
	char path[OPENING_PATH]; /* of the assessment */
	char subject[160];
	cJSON *assessment, *office;
	struct save_change changes[2]; /* office.json with the first year */
	size_t n_changes;
};

/*
 * edition NULL: the one that the hall's calendar of the year names, else usual,
 * else (usual NULL) the newest there is. The caller may add to assessment before
 * it saves.
 */
int opening_init(struct store *s, int year, const char *edition,
    const char *usual, struct opening *ret, struct err *e);
void opening_release(struct opening *o);

#endif
