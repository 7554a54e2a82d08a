/*
 * bundle_note: what the sender says of a bundle, signed: {"bundle":1,"from",
 * "to","office","hall","time","tips":{"office","hall"} (hex, "" if none: also
 * what the sender has),"since":{…},"newest":{…} (revision names, "" if
 * none),"revisions":{…},"files":[sha256,…],"left":n (files that did not
 * fit),"lacks":[sha256,…] (of the sender),"lacks_all":bool,"receipts":n,
 * "receipts_sha256"}.
 *
 * Ownership: cJSON results are the caller's.
 * Units:     bytes.
 * Errors:    ERR_INVALID (no such note, altered), ERR_DENIED (signed by a key
 * that may not).
 * Thread:    any.
 */
#ifndef STORE_BUNDLE_BUNDLE_NOTE_H
#define STORE_BUNDLE_BUNDLE_NOTE_H

#include "base/json.h"
#include "store/bundle/bundle_head.h"
#include "store/sign/key.h"

#define BUNDLE_NS "pmqa-bundle"
#define BUNDLE_NOTE_MAX ((size_t)4 * 1024 * 1024)
#define BUNDLE_RECEIPTS_MAX ((size_t)32 * 1024 * 1024)
#define BUNDLE_SIG_MAX ((size_t)2048)

/* The note's bytes and the signature over them, appended. */
int bundle_note_write(const cJSON *note, const struct key *k, struct buf *text,
    struct buf *sig, struct err *e);

/* Strict; the members are there and well formed, and the signature is that of
 * the key *ret_signer (whose it is, is the caller's question). */
int bundle_note_read(const struct buf *text, const struct buf *sig, cJSON **ret,
    unsigned char ret_signer[KEY_PUBLIC_LEN], struct err *e);

/* Header and note say the same: sender, receiver, tips, files. */
int bundle_note_match(
    const cJSON *note, const struct bundle_head *h, struct err *e);

/* "tips" of one branch; *ret_has 0 if it is "". The note was read. */
int bundle_note_tip(const cJSON *note, const char *branch,
    unsigned char ret[20], int *ret_has, struct err *e);

/* What a sentence says of every altered bundle. */
int bundle_altered(const char *what, struct err *e);

#endif
