/*
 * receive_told: what an office's machine says of itself when it comes: behind
 * git's own protocol version in GIT_PROTOCOL, whose keys git ignores where it
 * does not know them: "version=2:pmqa=0.1.0:holds=<40 hex>"; over https the
 * same in a header of its own.
 *
 * Shown to people at the hall and used for nothing else: a machine can only
 * belittle or flatter itself by it.
 *
 * Ownership: the caller's memory.
 * Units:     none.
 * Errors:    none: what is malformed counts as not told.
 * Thread:    any.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_TOLD_H
#define DAEMON_RECEIVE_RECEIVE_TOLD_H

#include "base/buf.h"

#define RECEIVE_TOLD_MAX 160   /* bytes of all of it */
#define RECEIVE_VERSION_MAX 24 /* bytes of a program's version */

struct receive_told {
	int git_version; /* 0, 1 or 2 */
	char
	    version[RECEIVE_VERSION_MAX + 1]; /* of the program; "": not told */
	char
	    holds[41]; /* the hall's tip that is absorbed there; "": not told */
};

/* text may be NULL: nothing is told. One malformed part (or one given twice)
 * drops all but git's version; parts of unknown name are passed over. */
void receive_told_parse(const char *text, struct receive_told *ret);

/* "pmqa=…:holds=…", what is known of both; holds NULL or "": not said. */
void receive_told_write(
    const char *version, const char *holds, struct buf *ret);

#endif
