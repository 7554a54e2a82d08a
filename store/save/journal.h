/*
 * journal: what is acknowledged but not yet in the repository: writing it
 * there, and taking it up again after a crash.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DAMAGED when a journal row does not give its commit id again
 * or its parent is not the ref (I2). Thread:    the writer's, outside a save
 * group.
 */
#ifndef STORE_SAVE_JOURNAL_H
#define STORE_SAVE_JOURNAL_H

#include "store/save/index.h"
#include "store/store.h"

/* Rows waiting. */
int journal_count(struct store *s, int64_t *ret, struct err *e);

/* A row for one revision and its files, inside the save's transaction. */
int journal_add(struct store *s, const struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct buf *raw,
    const struct index_file *files, size_t n, struct err *e);

/* Objects of all committed rows to the repository (one pack per repository, or
 * loose), fsync, refs forward, rows deleted. SAVE 6/7. */
int journal_flush(struct store *s, struct err *e);

/* The same for the rows of one office alone. */
int journal_flush_office(struct store *s, const char *office, struct err *e);

/* The first office after `after` (NULL: of all) that has rows; *ret_has 0 if
 * none has. */
int journal_next_office(struct store *s, const char *after, char ret[8],
    int *ret_has, struct err *e);

/* At start: rebuilds every row's objects to the same ids and flushes. ret_n:
 * rows taken up. */
int journal_resume(struct store *s, int64_t *ret_n, struct err *e);

/*
 * Builds the objects of every row that its branch does not have yet, in the
 * memory of the repositories (after repo_forget(), and at start). ret_n (may be
 * NULL): rows built.
 */
int journal_rebuild(struct store *s, int64_t *ret_n, struct err *e);

#endif
