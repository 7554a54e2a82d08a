/*
 * access_file: the files of the access log; for access.c and access_read.c
 * only.
 *
 * Ownership: an open file is the caller's to close.
 * Units:     bytes; years of the Buddhist era.
 * Errors:    ERR_SYS, ERR_DAMAGED, ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_HALL_ACCESS_FILE_H
#define STORE_HALL_ACCESS_FILE_H

#include "store/hall/accepted_file.h"
#include "store/hall/access.h"

extern const struct accepted_form access_form;

/* The years that have a file, in order. */
int access_years(const char *dir, struct accepted_years *ret, struct err *e);

int access_path(
    const char *dir, int year, char *ret, size_t size, struct err *e);

/* Opens a year's file to read; *ret_size: where it ends now. */
int access_open(
    const char *dir, int year, int *ret_fd, int64_t *ret_size, struct err *e);

/* The last line's; n 0: there is none yet. */
int access_head(const char *dir, struct accepted_head *ret, struct err *e);

#endif
