/*
 * graph: the shape of an office's history: who descends from whom, where two
 * lines part, and the one order in which new commits are taken in.
 *
 * A commit has none, one or two parents. The first parent of a merge is what
 * the hall had; commits that are reached only through a second parent are
 * "side" commits: they are history, but never were the state of the branch.
 *
 * Canonical order of a stretch: along first parents, oldest first; before a
 * merge come the commits that only its second parent brings, in their own
 * canonical order. A parent always comes before its child, and the order of a
 * longer history begins with the order of each commit on its first-parent
 * line. It depends on the commits alone.
 *
 * Ownership: struct graph is the caller's memory; graph_release().
 * Units:     none.
 * Errors:    ERR_DAMAGED when an object is missing; ERR_INVALID for what is no
 * commit; ERR_REFUSED with more than max commits.
 * Thread:    the repository's.
 */
#ifndef STORE_GIT_GRAPH_H
#define STORE_GIT_GRAPH_H

#include <stddef.h>

#include "store/git/repo.h"

struct graph_commit {
	unsigned char id[20];
	unsigned char parents[2][20];
	int n_parents;
	int side; /* reached through a second parent only */
};

struct graph {
	struct graph_commit *list; /* canonical order */
	size_t n, cap;
};

/* The commits that tip reaches and none of the known ones does. max 0: no
 * limit. */
int graph_new(struct repo *r, const unsigned char tip[20],
    const unsigned char known[][20], size_t n_known, size_t max,
    struct graph *ret, struct err *e);
/* As graph_new(), where the known commits stand in a list, such as an index:
 * is_known() says 1 for those that do, and for all that they reach. It costs as
 * much as is new, whatever the clocks of those commits say. */
int graph_unlisted(struct repo *r, const unsigned char tip[20],
    int (*is_known)(void *arg, const unsigned char id[20], struct err *e),
    void *arg, size_t max, struct graph *ret, struct err *e);
void graph_release(struct graph *g);

/* 1 if that commit is a parent of one in the list. */
int graph_has_parent(const struct graph *g, const unsigned char id[20]);

/* *ret: 1 if commit is ancestor, or a descendant of it. */
int graph_descends(struct repo *r, const unsigned char commit[20],
    const unsigned char ancestor[20], int *ret, struct err *e);

/*
 * Asks is() about what the tips reach, newer ones first; where it says 1, it is
 * not asked about what that commit reaches.
 */
int graph_newest(struct repo *r, const unsigned char tips[][20], size_t n,
    int (*is)(void *arg, const unsigned char id[20], struct err *e), void *arg,
    struct err *e);

/* The best common ancestors, sorted by id; the caller frees *ret. 0 of them:
 * the histories have nothing in common. */
int graph_bases(struct repo *r, const unsigned char a[20],
    const unsigned char b[20], unsigned char (**ret)[20], size_t *ret_n,
    struct err *e);

/* The newest commit that the first-parent lines of both have in common; *ret_has
 * 0 if there is none. */
int graph_fork(struct repo *r, const unsigned char a[20],
    const unsigned char b[20], unsigned char ret[20], int *ret_has,
    struct err *e);

#endif
