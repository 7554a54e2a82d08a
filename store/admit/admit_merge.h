/*
 * admit_merge: is a commit with two parents the merge of them? It is made again
 * and must come out the same, so that a merge can hide no edit.
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    ERR_REFUSED with a sentence without the commit's name; those of
 * merge_commits().
 * Thread:    the repository's.
 */
#ifndef STORE_ADMIT_ADMIT_MERGE_H
#define STORE_ADMIT_ADMIT_MERGE_H

#include "store/admit/admit.h"

/* files: what the commit changes against its first parent, by path. */
int admit_merge_check(const struct admit *a, const struct commit *c,
    const struct admit_file *files, size_t n, struct err *e);

#endif
