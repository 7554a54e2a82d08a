/*
 * backup_check: a backup as it lies in a directory, proved and put back,
 * without a daemon.
 *
 *   DIR/backup/         the whole one: backup.json, backup.json.sig,
 *                       SHA256SUMS, directories, files/…
 *   DIR/backup.part/    one under way, or one that was cut
 *   DIR/backup.old/     the one before, where the file system cannot swap two
 *
 * Ownership: results go to the caller.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND: no whole backup there; ERR_DAMAGED; ERR_CONFLICT:
 * the target is not empty; ERR_SYS.
 * Thread:    any.
 */
#ifndef STORE_BACKUP_BACKUP_CHECK_H
#define STORE_BACKUP_BACKUP_CHECK_H

#include "base/json.h"

/*
 * What backup.json says, and {"path","fingerprint","ok","findings":[{"where",
 * "what","what_th"}]}: signature, hash of every file, files too many, integrity
 * of the database, git fsck of every repository. A backup that is none, or
 * whose signature is not its own, is an error.
 */
int backup_check(const char *dir, cJSON **ret, struct err *e);

/* Checks it and makes target, which must not exist or be empty, the directory
 * that was backed up; pmqad.conf last: a half one is none. */
int backup_restore(
    const char *dir, const char *target, cJSON **ret, struct err *e);

#endif
