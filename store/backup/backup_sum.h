/*
 * backup_sum: the list of a backup's files with their hashes, SHA256SUMS, in
 * the form of sha256sum(1), and where each line of it begins.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_SYS; ERR_NOT_FOUND; ERR_DAMAGED for a list that is none.
 * Thread:    any.
 */
#ifndef STORE_BACKUP_BACKUP_SUM_H
#define STORE_BACKUP_BACKUP_SUM_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"

struct backup_sum {
	void (*progress)(void *arg, int64_t done, int64_t total); /* or NULL */
	void *arg;
	int64_t files, bytes;  /* of those listed */
	char hash[SHA256_HEX]; /* of the list */
};

/* Writes room/SHA256SUMS over "directories" and "files/…", in byte order. */
int backup_sum_make(const char *room, struct backup_sum *sum, struct err *e);
/* What it said when it was made. */
int backup_sum_read(const char *room, struct backup_sum *ret, struct err *e);
/* Path of the n-th file of the list, from 0. */
int backup_sum_file(
    const char *room, int64_t n, char *ret, size_t size, struct err *e);

/* SHA-256 of a regular file, and its size. */
int backup_sum_of(
    const char *path, char ret[SHA256_HEX], int64_t *ret_size, struct err *e);
/* Whether a relative path leads to nowhere else. */
int backup_sum_is_inside(const char *path);
/* A line without its end: the hash and, behind two blanks, a path below the
 * room that leads nowhere else. ERR_DAMAGED. */
int backup_sum_line(const char *line, char ret_hash[SHA256_HEX],
    const char **ret_path, struct err *e);

#endif
