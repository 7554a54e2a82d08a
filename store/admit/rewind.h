/*
 * rewind: takes a branch's index back to an earlier revision of its first-parent
 * line, as if nothing after it had ever been taken in.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (the index has no such revision), ERR_DAMAGED (a blob
 * is missing), those of the database. After an error the caller rolls back and
 * forgets the branches.
 * Thread:    the writer's, inside a transaction.
 */
#ifndef STORE_ADMIT_REWIND_H
#define STORE_ADMIT_REWIND_H

#include "store/store.h"

/*
 * to NULL: to the empty branch. Rows of later revisions go; present records and
 * what is searched become what they were; received times of the rows that stay
 * stay. *b follows.
 */
int rewind_branch(
    struct store *s, struct branch *b, const unsigned char *to, struct err *e);

#endif
