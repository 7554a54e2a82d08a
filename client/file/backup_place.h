/*
 * backup_place: the directory that backups are kept in (backup_file.h), and the
 * step from one to the next.
 *
 * Ownership: struct backup_place is the caller's memory.
 * Units:     none.
 * Errors:    ERR_SYS.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_BACKUP_PLACE_H
#define CLIENT_FILE_BACKUP_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BACKUP_PLACE_PATH 4600

struct backup_place {
	const char *dir;
	char whole[1200], part[1200], old[1200];
};

int backup_place_init(struct backup_place *p, const char *dir, struct err *e);
/* What a crash left half done is put right; the part is there and is no backup
 * yet. */
int backup_place_begin(struct backup_place *p, struct err *e);
/* The directories that the part's own list names. */
int backup_place_dirs(const struct backup_place *p, struct err *e);
/* 1 when the file is in the part with these bytes, or could be linked there
 * from the whole one; else nothing has its name there. */
int backup_place_have(const struct backup_place *p, const char *rel,
    const char *hash, int *ret, int64_t *ret_size, struct err *e);
/* Removes from the part what no line ("<hash>  <path>") names. Sorts them. */
int backup_place_strays(
    const struct backup_place *p, char **lines, size_t n, struct err *e);
int backup_place_sync(const struct backup_place *p, struct err *e);
/* The part becomes the whole one; the one before goes. */
int backup_place_swap(const struct backup_place *p, struct err *e);

#endif
