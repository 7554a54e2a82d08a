/*
 * editor: a text in a private file and a person's editor on it.
 *
 * Ownership: struct editor_file is the caller's; editor_drop() removes file and
 * directory, editor_keep() leaves them.
 * Units:     none.
 * Errors:    ERR_USAGE (no editor is known), ERR_FAILED (it ended badly),
 * ERR_SYS.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_EDITOR_H
#define CLIENT_FILE_EDITOR_H

#include "base/buf.h"
#include "base/err.h"

struct editor_file {
	char dir[512]; /* readable by us alone; "" = none yet */
	char path[600];
};

/* A new directory below $XDG_STATE_HOME (or ~/.local/state)/pmqa, which a
 * restart leaves alone; name: of the file in it. */
int editor_file(const char *name, struct editor_file *ret, struct err *e);

/* Takes the file away, and what an editor left beside it. */
void editor_drop(struct editor_file *f);

/* Runs $VISUAL, $EDITOR, nano or vi on the file and waits for its end. The
 * command is split at blanks, nothing else of it means anything: no shell. */
int editor_run(const struct editor_file *f, struct err *e);

#endif
