/*
 * scene: what every question about a year of an office starts from: one state
 * of the database, the office's branch, the year and its pinned edition.
 *
 * Ownership: scene_begin() … scene_end() on the caller's memory, in any case;
 * what it holds is borrowed from the store.
 * Units:     year: Buddhist era; 0 = the cycle that is being worked on.
 * Errors:    ERR_NOT_FOUND (office, year).
 * Thread:    the store's.
 */
#ifndef STORE_LOOK_SCENE_H
#define STORE_LOOK_SCENE_H

#include "store/look/moment.h"
#include "store/store.h"

struct scene {
	struct store *s;
	struct branch *b; /* the office's own */
	int year;
	const struct edition *ed;
	struct moment at; /* now, unless it is of scene_begin_at() */
	int began;        /* asof_begin() */
};

int scene_begin(struct scene *sc, struct store *s, const char *office, int year,
    struct err *e);
/*
 * As it stood at a moment (moment.h; NULL = now): the year that was being worked
 * on then, with the edition that was pinned then; ERR_NOT_FOUND when it was not
 * open yet.
 */
int scene_begin_at(struct scene *sc, struct store *s, const char *office,
    int year, const char *at, struct err *e);
/* Gives rc, or its own error. */
int scene_end(struct scene *sc, int rc, struct err *e);

#endif
