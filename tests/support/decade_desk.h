/*
 * decade_desk: what people do at an office, one act after another, on whichever
 * device they sit at: texts, ticks, indicators, actions, evidence, submissions.
 * What stands in the record is kept in mind beside it, so that an edit changes
 * what is there.
 *
 * Ownership: the caller's memory, zeroed first; the store is borrowed.
 * Units:     seconds since 1970.
 * Errors:    the program ends.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_DECADE_DESK_H
#define TESTS_SUPPORT_DECADE_DESK_H

#include "store/criteria/edition.h"
#include "tests/support/decade_state.h"

#define DESK_ITEMS_MAX 64
#define DESK_POINTS_MAX 24
#define DESK_TEXTS 5
#define DESK_ACTIONS 12

/* On which items people write: both halves at once are two devices that do not
 * know of each other. */
enum desk_half { DESK_EVEN, DESK_ODD, DESK_ALL };

struct desk {
	const struct decade_round *r;
	struct store *s; /* of the device */
	const struct edition *ed;
	enum desk_half half;
	struct dice dice;
	struct thai_text texts[DESK_ITEMS_MAX][DESK_TEXTS];
	unsigned char ticked[DESK_ITEMS_MAX][DESK_POINTS_MAX];
	char actions[DESK_ACTIONS][24];
	int n_files; /* of this round so far */
};

/* Outside a save group: */
void desk_open_year(struct desk *k);
void desk_submit(struct desk *k);
/* A small file as evidence for an item. *ret: its SHA-256. */
void desk_attach(struct desk *k, char ret[65]);
/* All conflicts that a merge left. */
void desk_resolve(struct desk *k);

/* Inside one, one revision each: */
void desk_edit(struct desk *k);
/* Of one text of one item that both halves know. */
void desk_edit_same(struct desk *k);

#endif
