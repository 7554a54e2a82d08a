/*
 * bundle: revisions, evidence and receipts as one file that is carried by hand,
 * where there is no road.
 *
 * The file is a git bundle and nothing else (`git bundle verify` takes it), or
 * one that age encrypted to its receiver. Its refs:
 *   refs/heads/office, refs/heads/hall   the text, from what the receiver is
 *                                        known to have; what has nothing new
 *                                        stays away
 *   refs/evidence/<sha256>               files
 *   refs/pmqa/bundle/<from>/<to>         a commit with the note: note.json,
 *                                        note.sig (the sender's signature over
 *                                        it, namespace "pmqa-bundle") and
 *                                        receipts.json (the hall's, of files)
 * from is a device ("9105-a", "91-h"), to an office's or a hall's code.
 *
 * Each bundle under way has a room, DIR/bundles/<token>/, private to the
 * daemon. Going out: plan (writer: what goes in, signed), pack (reader: git
 * makes the file), read. Coming in: begin, part, open (reader: unpacked into a
 * scratch repository and checked whole, nothing of ours touched), then in
 * steps, step 0 the text and step n the n-th file: at the hall each is pushed
 * through pmqa-receive like that of any device (daemon/bundle_push.h); at an
 * office bundle_fetch() (reader) and then bundle_take() (writer), which admits
 * and absorbs as after a fetch. bundle_end() forgets the room; rooms that
 * nobody ended go after BUNDLE_AGE_S.
 *
 * Ownership: results are the caller's cJSON.
 * Units:     bytes; parts and steps as said.
 * Errors:    ERR_INVALID (no bundle, cut, altered), ERR_DENIED (for somebody
 * else, or from a stranger), ERR_CONFLICT (it begins after something that is not
 * here; the histories have parted), ERR_REFUSED (what it holds breaks the
 * rules), ERR_NOT_FOUND (no such room), ERR_BUSY (too many rooms). The sentence
 * says what to do.
 * Thread:    as said; the writer's outside a save group.
 */
#ifndef STORE_BUNDLE_BUNDLE_H
#define STORE_BUNDLE_BUNDLE_H

#include "store/evidence/evidence_repo.h"
#include "store/store.h"

#define BUNDLE_PART EVIDENCE_PART
/* a file system of sticks (FAT) takes no larger file */
#define BUNDLE_MAX (INT64_C(4) * 1024 * 1024 * 1024 - 1)
#define BUNDLE_AGE_S 21600
#define BUNDLE_ROOMS_MAX 8

struct bundle_ask {
	const char *to;     /* "hall" or "office" */
	const char *office; /* at the hall: which; "" at an office */
	/* the receiver has this revision and what was before it; "-": nothing;
	 * NULL: what it is known to have */
	const char *since;
	int encrypt;
};

/* Writer: {"token","from","to","office"} */
int bundle_plan(
    struct store *s, const struct bundle_ask *a, cJSON **ret, struct err *e);

/* Reader: {"token","name","size","parts","part_bytes","sha256","encrypted"} and
 * the note's members as in bundle_open(). */
int bundle_pack(struct store *s, const char *token, cJSON **ret, struct err *e);

/* Any thread: part n from 1 of a packed file: {"n","data":base64} */
int bundle_read(
    struct store *s, const char *token, int n, cJSON **ret, struct err *e);

/* {"token","parts","part_bytes"} */
int bundle_begin(struct store *s, int64_t size, cJSON **ret, struct err *e);
int bundle_part(struct store *s, const char *token, int n, const void *data,
    size_t len, struct err *e);

/*
 * Reader: what is in it. {"encrypted":bool,"for_us":bool,"from","to"} and, when
 * it is for us, {"office","hall","time","checked":true,"since":{"office",
 * "hall"},"newest":{…},"revisions":{…},"new":{"office":bool,"hall":bool},
 * "files":n,"left":n,"receipts":n}. One that is for somebody else is described
 * from its header alone; from and to are null when that is encrypted, too.
 */
int bundle_open(struct store *s, const char *token, cJSON **ret, struct err *e);

/* Office, reader: one step's objects into our repositories, under names of
 * their own; then the writer takes them in. n 0: {"what":"text","revisions":{
 * "office","hall"},"join":"same|forward|merged","merge","conflicts","receipts"}
 * n > 0: {"what":"file","sha256","outcome":"taken|here|erased|unnamed"} */
int bundle_fetch(struct store *s, const char *token, int n, struct err *e);
int bundle_take(
    struct store *s, const char *token, int n, cJSON **ret, struct err *e);

/* Writer: after the text went in: notes what the sender has, for the answer
 * (part of bundle_take(); the hall calls it after its push). */
int bundle_delivered(struct store *s, const char *token, struct err *e);

/* Forgets the room. */
int bundle_end(struct store *s, const char *token, struct err *e);

/* Once at the start of the writer: rooms whose clients a stop or a crash left
 * behind. */
int bundle_start(struct store *s, struct err *e);

#endif
