/*
 * province_files: what the hall's own history in province.git holds, as bytes;
 * for province.c and province_commit.c only.
 *
 * Ownership: struct province_files is the caller's; province_files_release().
 * Units:     bytes.
 * Errors:    ERR_INVALID for a published file that people broke; ERR_SYS.
 * Thread:    the writer's.
 */
#ifndef STORE_HALL_PROVINCE_FILES_H
#define STORE_HALL_PROVINCE_FILES_H

#include "store/store.h"

#define PROVINCE_LOG "log.json"
#define PROVINCE_SIGNERS "allowed_signers"
#define PROVINCE_PATH_MAX 104

struct province_file {
	char path[PROVINCE_PATH_MAX];
	struct buf bytes;
};

struct province_files {
	struct province_file *list; /* by path */
	size_t n, cap;
};

int province_files_read(
    struct store *s, struct province_files *ret, struct err *e);
void province_files_release(struct province_files *f);

/* NULL: there is none. */
const struct province_file *province_files_find(
    const struct province_files *f, const char *path);

#endif
