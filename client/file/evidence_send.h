/*
 * evidence_send: one file to the daemon: hashed, then part by part; what is
 * there already is not sent again.
 *
 * Ownership: struct evidence_sent is the caller's memory.
 * Units:     bytes.
 * Errors:    ERR_NOT_FOUND, ERR_SYS for the file; ERR_INVALID when it is none
 * or changed meanwhile; what the daemon says.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_EVIDENCE_SEND_H
#define CLIENT_FILE_EVIDENCE_SEND_H

#include "base/sha256.h"
#include "client/cmd.h"

#define EVIDENCE_NAME_MAX 600

struct evidence_sent {
	char name[EVIDENCE_NAME_MAX]; /* as it is stored: without directories */
	char sha256[SHA256_HEX];
	int64_t size;
};

/* Can it be read, is it a file that could be sent at all? */
int evidence_send_check(const char *path, struct err *e);
/* Until all its parts are confirmed. */
int evidence_send(struct cmd *c, const char *path, const char *item,
    struct evidence_sent *ret, struct err *e);

#endif
