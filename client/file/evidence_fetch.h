/*
 * evidence_fetch: one stored file to a file or standard output.
 *
 * A file appears under its name only once it is whole and its hash is right,
 * and never in the place of another.
 *
 * Ownership: struct evidence_got is the caller's memory.
 * Units:     bytes.
 * Errors:    ERR_CONFLICT (there is a file of that name), ERR_DAMAGED (other
 * bytes than the hash says), ERR_SYS; what the daemon says.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_EVIDENCE_FETCH_H
#define CLIENT_FILE_EVIDENCE_FETCH_H

#include "base/sha256.h"
#include "client/cmd.h"

struct evidence_got {
	char name[600], type[120], sha256[SHA256_HEX];
	char path[4096]; /* what was written; "-" for standard output */
	int64_t size;
};

/* sha256: the hash or the beginning of it; output: NULL = the file's own name
 * in the current directory, "-" = standard output. */
int evidence_fetch(struct cmd *c, const char *sha256, const char *output,
    struct evidence_got *ret, struct err *e);

#endif
