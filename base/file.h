/*
 * file: whole small files, written so that they are there after a power cut,
 * and locks.
 *
 * Ownership: the caller owns what it gets.
 * Units:     bytes; modes as chmod(2).
 * Errors:    ERR_SYS with errno in sub, ERR_NOT_FOUND for a missing file,
 * ERR_INVALID over the cap, ERR_BUSY for a held lock.
 * Thread:    any.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the file's bytes to *ret; regular files only; refuses more than max
 * bytes. *ret is as before on failure. */
int file_read(const char *path, size_t max, struct buf *ret, struct err *e);

/* Temporary file in the same directory, write, fsync, rename, fsync of the
 * directory. */
int file_write(const char *path, const void *data, size_t len, unsigned mode,
    struct err *e);

/* mkdir -p with this mode for new directories, each parent fsynced. */
int file_mkdirs(const char *path, unsigned mode, struct err *e);

/* The same for dir/below, of which dir must be there: ERR_SYS when it is not
 * (its disk may be away for a moment, and must find its place free again). */
int file_mkdirs_in(
    const char *dir, const char *below, unsigned mode, struct err *e);

/* fsync of a file or a directory. A failed fsync is ERR_SYS: the caller must
 * end the process (design: durability). */
int file_sync(const char *path, struct err *e);

/*
 * Takes an exclusive flock on path (created 0600) for the life of the returned
 * descriptor (close-on-exec), without waiting: ERR_BUSY if another process
 * holds it.
 */
int file_lock(const char *path, int *ret_fd, struct err *e);

/* snprintf into buf that says ERR_INVALID when it does not fit. */
int file_path(char *buf, size_t size, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Where the program's own files are: in the build tree that the program runs
 * from (<build>/bin/lib, <build>/bin/share, also for tests and benches there),
 * else the installed place. which: "lib" (pmqa-ssh, pmqa-door), "editions",
 * "locale", or the name of a program in bin ("pmqad", "pmqa-receive").
 */
int file_own(char *buf, size_t size, const char *which, struct err *e);

#endif
