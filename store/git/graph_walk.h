/*
 * graph_walk: going back through history from several commits at once, newest
 * first, with marks that pass from child to parent. What graph.c is made of.
 *
 * Newest first is only how the walk stays short: times are what machines
 * claimed. A parent's turn comes at the latest a day's worth after its child's
 * (admit lets a clock go back no further in one step), so that a single wild
 * time does not hold a line up.
 *
 * Ownership: walk_init() on the caller's memory, walk_release(); nodes are
 * borrowed and move when a node is added: keep their numbers.
 * Units:     seconds since 1970.
 * Errors:    ERR_DAMAGED (an object is missing), ERR_INVALID (no commit),
 * ERR_NOMEM.
 * Thread:    the repository's.
 */
#ifndef STORE_GIT_GRAPH_WALK_H
#define STORE_GIT_GRAPH_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "store/git/repo.h"

struct walk_node {
	unsigned char id[20];
	unsigned char parents[2][20];
	int n_parents;
	int64_t time;
	int64_t key; /* greater ones are taken first */
	unsigned marks;
	int queued;
	int seen; /* for graph.c */
};

struct walk {
	struct repo *repo;
	struct buf raw;
	struct walk_node *nodes;
	size_t n, cap;
	size_t *slots; /* number of a node + 1, by id */
	size_t n_slots;
	size_t *heap;
	size_t n_heap, cap_heap;
};

void walk_init(struct walk *w, struct repo *r);
void walk_release(struct walk *w);

/* Puts marks on a commit; queues it when it has a mark that it had not. */
int walk_mark(struct walk *w, const unsigned char id[20], unsigned marks,
    size_t *ret, struct err *e);
/* The same for a parent of a node. */
int walk_mark_parent(struct walk *w, size_t child, int which, unsigned marks,
    size_t *ret, struct err *e);

/* The number of a commit that was marked; 0 if it was not. */
int walk_find(const struct walk *w, const unsigned char id[20], size_t *ret);

/* The next in the queue without, and with, taking it out; 0 if it is empty. */
int walk_peek(const struct walk *w, size_t *ret);
int walk_next(struct walk *w, size_t *ret);

#endif
