/*
 * backup: everything of this directory as of one moment, apart, while saves and
 * pushes go on; listed, hashed and signed by this machine's key; read by parts.
 *
 *   begin   on the writer    the room DIR/snapshot/<token>
 *   step    on the writer    some pages of the database; with the last of them,
 *                            in the same job, the rest (backup_tree.h)
 *   sum     on a reader      SHA-256 of every file: SHA256SUMS, as sha256sum
 *                            writes it
 *   sign    on the writer    backup.json (who, when, hash of SHA256SUMS) and
 *                            backup.json.sig (namespace pmqa-backup)
 *   read    on a reader      its bytes
 *   end     on the writer    the room goes
 *
 * One is under way at a time: a newer one ends the older.
 *
 * Ownership: results go to the caller.
 * Units:     bytes.
 * Errors:    ERR_NOT_FOUND: the backup was ended; ERR_SYS; ERR_USAGE.
 * Thread:    as above.
 */
#ifndef STORE_BACKUP_BACKUP_H
#define STORE_BACKUP_BACKUP_H

#include "base/json.h"
#include "store/store.h"

#define BACKUP_NS "pmqa-backup"
#define BACKUP_HEAD "backup.json"
#define BACKUP_SIG "backup.json.sig"
#define BACKUP_DIRS "directories"
#define BACKUP_FILES "files"
#define BACKUP_FORMAT 1
#define BACKUP_PART ((size_t)256 * 1024)
#define BACKUP_TOKEN_LEN 32

struct backup;

/* {"token"} */
int backup_begin(struct store *s, int without_keys, cJSON **ret, struct err *e);
/* {"done","total","still":bool}: pages; still: all of it is here now. */
int backup_step(struct store *s, const char *token, cJSON **ret, struct err *e);
/* {"files","bytes"} */
int backup_sum(struct store *s, const char *token,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e);
/* What backup.json says, and "fingerprint". */
int backup_sign(struct store *s, const char *token, cJSON **ret, struct err *e);
/* n: 0 backup.json, 1 its signature, 2 SHA256SUMS, then the lines of that.
 * {"size","mode","data":base64}, at most BACKUP_PART from this place on. */
int backup_read(struct store *s, const char *token, int64_t n, int64_t at,
    cJSON **ret, struct err *e);
int backup_end(struct store *s, const char *token, struct err *e);

/* At the writer's start: what a crash left. */
int backup_sweep(struct store *s, struct err *e);
/* At its end: without the room. NULL is none. */
void backup_free(struct backup *b);

#endif
