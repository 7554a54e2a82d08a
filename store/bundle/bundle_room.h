/*
 * bundle_room: the directory of one bundle under way, DIR/bundles/<token>/.
 *
 * In it: "file" (the bundle as it came or goes), "plain" (decrypted),
 * "repo.git" (the scratch repository) with "evidence.git" beside it, a link to
 * the same, and small files: note.json, note.sig, receipts.json, plan.json.
 *
 * Ownership: struct bundle_room is a value.
 * Units:     bytes, seconds.
 * Errors:    as bundle.h.
 * Thread:    any; a room belongs to one client at a time.
 */
#ifndef STORE_BUNDLE_BUNDLE_ROOM_H
#define STORE_BUNDLE_BUNDLE_ROOM_H

#include "base/json.h"
#include "store/store.h"

#define BUNDLE_TOKEN_LEN 32

struct bundle_room {
	char token[BUNDLE_TOKEN_LEN + 1];
	char dir[600];
};

/* Makes one; forgets those that nobody ended first. */
int bundle_room_make(struct store *s, struct bundle_room *ret, struct err *e);
/* ERR_NOT_FOUND when there is none. */
int bundle_room_find(
    struct store *s, const char *token, struct bundle_room *ret, struct err *e);
int bundle_room_remove(const struct bundle_room *r, struct err *e);
/* Forgets those that were not used for so many seconds; -1: all. *ret_n: how
 * many are left. */
int bundle_room_sweep(
    struct store *s, int64_t age_s, int *ret_n, struct err *e);
/* Path of a thing in it. */
int bundle_room_path(const struct bundle_room *r, const char *name, char *ret,
    size_t size, struct err *e);

/* Small files: strict JSON of at most max bytes. */
int bundle_room_put(const struct bundle_room *r, const char *name,
    const struct buf *text, struct err *e);
int bundle_room_get(const struct bundle_room *r, const char *name, size_t max,
    cJSON **ret, struct err *e);

/* The file's size; ERR_NOT_FOUND. */
int bundle_room_size(
    const struct bundle_room *r, const char *name, int64_t *ret, struct err *e);
/* len bytes at a place. */
int bundle_room_read(const struct bundle_room *r, const char *name, int64_t at,
    void *data, size_t len, struct err *e);
int bundle_room_write(const struct bundle_room *r, const char *name, int64_t at,
    const void *data, size_t len, struct err *e);

/* Is there room on the disk for so many bytes more? ERR_FAILED says how much
 * there is. */
int bundle_room_check_disk(struct store *s, int64_t bytes, struct err *e);

/*
 * The scratch repository in it, which sees the objects of our repositories of
 * this office, and its refs: "<40 hex> <ref>\n" lines by name.
 */
int bundle_room_make_repo(struct store *s, const struct bundle_room *r,
    const char *office, struct err *e);
int bundle_room_set_refs(
    const struct bundle_room *r, const struct buf *refs, struct err *e);

#endif
