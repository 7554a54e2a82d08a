/*
 * backup_file: a backup's files from the daemon into a directory.
 *
 *   DIR/backup/         the whole one; stays as it is until the next is whole
 *   DIR/backup.part/    the one under way; what is in it of one that was cut is
 *                       used again
 *   DIR/backup.old/     for a moment, where the file system cannot swap two
 *
 * A file that is in the backup before with the same hash is linked, not sent.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_SYS (a full disk: the whole backup stays), ERR_DENIED for a
 * directory that holds another machine's backup, ERR_DAMAGED for bytes that do
 * not fit the signed list.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_BACKUP_FILE_H
#define CLIENT_FILE_BACKUP_FILE_H

#include "client/cmd.h"

#define BACKUP_FILE_PATH 4096

struct backup_got {
	char path[BACKUP_FILE_PATH];  /* of the whole one */
	int64_t new_files, new_bytes; /* that had to be sent */
};

/* Before anything is asked of the daemon: makes dir, and refuses one with
 * another machine's backup (role and code as hello says them). */
int backup_file_check(
    const char *dir, const char *role, const char *code, struct err *e);

/* head: the answer of backup.sign. */
int backup_file_write(struct cmd *c, const char *dir, const char *token,
    const cJSON *head, struct backup_got *ret, struct err *e);

#endif
