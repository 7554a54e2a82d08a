/*
 * store_check: is the database's file whole? A small file, or one that was
 * found damaged, is read through before the store opens; a large one that no
 * writer closed (a crash) later, while the daemon serves already: seconds of
 * reading must not keep an office waiting. A note beside the database
 * (pmqa.db.unchecked) says so over restarts until the file was found whole.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DAMAGED with what to do.
 * Thread:    the store's.
 */
#ifndef STORE_STORE_CHECK_H
#define STORE_STORE_CHECK_H

#include "store/store.h"

/* While a writer opens: now, or the note. unclean: nobody closed the file. */
int store_check_open(struct store *s, int unclean, struct err *e);

/* A check is owed: store_check_run() should follow, with any store of the
 * directory. */
int store_check_is_owed(const struct store *s);

/* Reads the whole file. Whole: the note goes. Damaged: the note says so, the
 * next start reads first and does not open; ERR_DAMAGED. */
int store_check_run(struct store *s, struct err *e);

#endif
