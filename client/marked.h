/*
 * marked: a text with what changed in it marked: in colour on a terminal, else
 * as [-gone-]{+come+}. Long stretches that are the same are shown by their ends.
 *
 * Ownership: borrows everything.
 * Units:     none.
 * Errors:    none of its own (struct out keeps a failed allocation).
 * Thread:    one.
 */
#ifndef CLIENT_MARKED_H
#define CLIENT_MARKED_H

#include "client/out.h"

/* 1: printed, indented; 0: the texts have too little in common to be shown as
 * one. */
int marked_print(
    struct out *o, size_t indent, const char *old, const char *new_);

#endif
