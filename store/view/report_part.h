/*
 * report_part: one part of a document that is longer than an answer may be. A
 * document is put together of sections, and a section may give a list element
 * by element; a part ends where the next element does not fit, and its "next"
 * says where the following part goes on: "plan.17".
 *
 * Who asks merges the parts: objects member by member, lists end to end, any
 * other value is the later one's.
 *
 * Ownership: report_part_begin() … report_part_release(); values given are
 * taken in any case.
 * Units:     bytes, as the value is written in an answer (estimated from
 * above).
 * Errors:    ERR_INVALID for a cursor that names no section; ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_VIEW_REPORT_PART_H
#define STORE_VIEW_REPORT_PART_H

#include <stddef.h>

#include "base/json.h"

/* A part is at most this long, or one element: together less than a message
 * may be (FRAME_MAX), as an element is made of three records at most. */
#define REPORT_PART_ROOM (720 * 1024)
#define REPORT_PART_FULL 1

struct report_part {
	cJSON *out;
	size_t room, weight; /* room 0: the whole document in one part */
	size_t section;      /* where it begins … */
	size_t from;         /* … and at which element of that section */
	char next[40];       /* where it ends; "" = at the end */
};

/* One section: puts its values; REPORT_PART_FULL (with p->from at the element
 * that did not fit) ends the part. */
struct report_section {
	const char *name;
	int (*put)(void *arg, struct report_part *p, struct err *e);
};

int report_part_begin(struct report_part *p, const char *cursor, size_t room,
    const struct report_section *sections, size_t n, struct err *e);
void report_part_release(struct report_part *p);

/* Puts the sections from where the part begins until it is full; then "next"
 * is in p->out when there is more. */
int report_part_run(struct report_part *p,
    const struct report_section *sections, size_t n, void *arg, struct err *e);

/* 1 when a value of this size would end the part. */
int report_part_is_full(const struct report_part *p, const cJSON *v);

/* Counts a value that is put by the caller. */
void report_part_weigh(struct report_part *p, const cJSON *v);

/* Puts a value that cannot be cut. */
int report_part_put(
    struct report_part *p, const char *key, cJSON *v, struct err *e);

/* Puts doc, or (doc an object) its members with those elements of its member
 * list that fit, from p->from on. */
int report_part_list(struct report_part *p, const char *key, const char *list,
    cJSON *doc, struct err *e);

#endif
