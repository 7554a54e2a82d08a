/*
 * bundle_file: a bundle's bytes between a file, mostly on a stick, and the
 * daemon, part by part.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_NOT_FOUND, ERR_SYS for the file; ERR_INVALID when it is none,
 * is too large or changed meanwhile; ERR_CONFLICT: a file of that name is there;
 * ERR_DAMAGED: what was written reads back as something else; what the daemon
 * says.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_BUNDLE_FILE_H
#define CLIENT_FILE_BUNDLE_FILE_H

#include "client/cmd.h"

#define BUNDLE_FILE_TOKEN 64
#define BUNDLE_FILE_PATH 4096

/* All of it to the daemon; ret: the token of bundle.begin. */
int bundle_file_send(struct cmd *c, const char *path,
    char ret[BUNDLE_FILE_TOKEN], struct err *e);

/*
 * packed: the answer of bundle.pack. to: a file to be made, or a directory, in
 * which it gets its own name. The file has its name only when it is whole and
 * on the disk. ret: where it is.
 */
int bundle_file_write(struct cmd *c, const cJSON *packed, const char *to,
    char ret[BUNDLE_FILE_PATH], struct err *e);

/* Before anything is made: could it be written there? */
int bundle_file_check(const char *to, struct err *e);

#endif
