/*
 * shortname: names that people can type for what they add: a prefix that says
 * what it is, the letter of the device that made it, and a count: action "pa1",
 * indicator "ia3", own measure "ma1", comment "ca2" ("ch1" at the hall),
 * practice "gh4". Two devices that are apart never make the same one.
 *
 * Ownership: none. Units: none. Errors: none but those of memory and database.
 * Thread: the writer's.
 */
#ifndef STORE_SAVE_SHORTNAME_H
#define STORE_SAVE_SHORTNAME_H

#include "store/store.h"

/* The next free name of a prefix letter below an object's keys (NULL = none). */
void shortname_next(const cJSON *keys, char prefix, char letter, char ret[24]);

/* The number of a name of this prefix and letter, 0 if it is not one. */
long shortname_number(const char *name, char prefix, char letter);

/* The next action name of the own branch over all years. */
int shortname_action(struct store *s, char ret[24], struct err *e);

#endif
