/*
 * resign_files: the changed files of one revision that is carried over
 * (resign.h), with the names of revisions in them put right.
 *
 * Ownership: struct resign_files is the caller's memory;
 * resign_files_release(). Bytes are its own.
 * Units:     bytes.
 * Errors:    ERR_DAMAGED for what is no record; ERR_NOMEM.
 * Thread:    the repository's.
 */
#ifndef STORE_HALL_RESIGN_FILES_H
#define STORE_HALL_RESIGN_FILES_H

#include "store/git/repo.h"
#include "store/sign/commit.h"

/* The new name of a revision, NULL when it keeps its own. */
typedef const char *resign_name(void *arg, const char *name);

struct resign_files {
	struct repo *repo;
	resign_name *name_of;
	void *arg;
	struct commit_file *list; /* by path, as commit_content() takes them */
	size_t n, cap;
};

void resign_files_init(
    struct resign_files *f, struct repo *r, resign_name *name_of, void *arg);
void resign_files_clear(struct resign_files *f);
void resign_files_release(struct resign_files *f);

/* One file as it is; bytes NULL: removed. Copied. */
int resign_files_add(struct resign_files *f, const char *path,
    const char *bytes, size_t len, struct err *e);

/* All that differs between two trees (old NULL: empty), names put right. */
int resign_files_diff(struct resign_files *f, const unsigned char *old_tree,
    const unsigned char new_tree[20], struct err *e);

/* Blobs to the repository's memory, paths into the tree. */
int resign_files_put(
    const struct resign_files *f, struct tree *t, struct err *e);

/* Copies a text with every revision name in it put right: whole words of a
 * letter and digits. */
void resign_rename(
    char *ret, size_t size, const char *text, resign_name *name_of, void *arg);

/* Copies as much of a text as fits, cut at a character's end, without blanks
 * or line ends at the end. */
void resign_cut(char *ret, size_t size, const char *text);

#endif
