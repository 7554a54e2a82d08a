/*
 * province_commit: one signed commit of the hall's own history in province.git;
 * for province.c only.
 *
 * Ownership: borrows all.
 * Units:     ids of 20 bytes.
 * Errors:    ERR_DAMAGED when the last commit is not one of the hall's.
 * Thread:    the writer's.
 */
#ifndef STORE_HALL_PROVINCE_COMMIT_H
#define STORE_HALL_PROVINCE_COMMIT_H

#include "store/hall/province_files.h"

/* parent NULL: the first one. *ret_made 0: nothing differs, or nothing but the
 * log's head and the last one is younger than PROVINCE_ANCHOR_S, unless anchor.
 * The objects are on the disk when it returns. */
int province_commit(struct store *s, struct repo *repo,
    const unsigned char *parent, const struct province_files *files, int anchor,
    int *ret_made, unsigned char ret_id[20], struct err *e);

#endif
