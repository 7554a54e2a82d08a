/*
 * quarantine: the objects that one push brought, and which of them the new
 * commits use. What nothing uses is no part of a revision and stays outside.
 *
 * Ownership: quarantine_open() … quarantine_close().
 * Units:     objects.
 * Errors:    ERR_REFUSED with a sentence for the person; through giterr.
 * Thread:    one at a time.
 */
#ifndef STORE_ADMIT_QUARANTINE_H
#define STORE_ADMIT_QUARANTINE_H

#include <stddef.h>

#include "base/err.h"

struct quarantine;

/* Lists the objects of a push's directory (incoming.h); refuses more than max of
 * them before any is read. */
int quarantine_open(const char *objects_dir, size_t max,
    struct quarantine **ret, struct err *e);
void quarantine_close(struct quarantine *q);

/* A new commit reaches this object (from the push or from before). */
void quarantine_mark(struct quarantine *q, const unsigned char id[20]);

/*
 * ERR_REFUSED when an object was never marked. git completes a pack with
 * objects that the repository has already: those are let pass.
 */
int quarantine_check(
    struct quarantine *q, const char *repo_path, struct err *e);

#endif
