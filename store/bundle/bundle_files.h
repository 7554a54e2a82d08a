/*
 * bundle_files: which evidence files, and which of the hall's receipts for
 * files, go into a bundle.
 *
 * Ownership: results are the caller's.
 * Units:     bytes.
 * Errors:    db's, evidence's.
 * Thread:    the store's.
 */
#ifndef STORE_BUNDLE_BUNDLE_FILES_H
#define STORE_BUNDLE_BUNDLE_FILES_H

#include "store/bundle/bundle_head.h"
#include "store/bundle/bundle_known.h"
#include "store/evidence/evidence_state.h"

struct bundle_files {
	struct evidence_names names; /* smallest first */
	int64_t bytes;
	int64_t left; /* that did not fit */
};
void bundle_files_release(struct bundle_files *f);

/* To the hall: what it has not confirmed. */
int bundle_files_unconfirmed(
    struct store *s, struct bundle_files *ret, struct err *e);
/* To devices: what they lack, or all. */
int bundle_files_wanted(struct store *s, const char *office,
    const struct bundle_known *known, struct bundle_files *ret, struct err *e);

/* Hashes of files that are named, not erased and not whole here; appended. */
int bundle_files_lacking(
    struct store *s, const char *office, cJSON *ret, struct err *e);

/* The office's receipts as a JSON array of objects; appended as text. */
int bundle_files_receipts(struct store *s, const char *office, struct buf *ret,
    int64_t *ret_n, struct err *e);

#endif
