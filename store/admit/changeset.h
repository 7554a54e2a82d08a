/*
 * changeset: the changed files of one commit, read and checked against the
 * rules of its branch. The part of admit that looks at records.
 *
 * Ownership: changeset_create() … changeset_free(); admit, cache and the files
 * given out are borrowed, the files until the next changeset_read().
 * Units:     bytes.
 * Errors:    ERR_INVALID or ERR_REFUSED with a sentence without the commit's
 * name (admit puts it in front); ERR_NOT_FOUND for a missing object.
 * Thread:    one at a time.
 *
 * Which edition a year is answered against is remembered from one commit to the
 * next: where the next one does not follow the last one read, and after a merge,
 * call changeset_restart().
 */
#ifndef STORE_ADMIT_CHANGESET_H
#define STORE_ADMIT_CHANGESET_H

#include "store/admit/admit.h"
#include "store/git/objcache.h"

struct changeset;

int changeset_create(const struct admit *a, struct objcache *cache,
    struct changeset **ret, struct err *e);
void changeset_free(struct changeset *s);

/* The differences between two trees (old NULL = empty) and the commit's, all
 * rules checked. parent: name of the revision before, "" if there is none. The
 * commit is borrowed until the next call. */
int changeset_read(struct changeset *s, const unsigned char *old_tree,
    const struct commit *c, const char *parent, struct err *e);

/*
 * The same for a merge, old_tree that of its first parent: the files are read,
 * and no rule about what a person may change is asked, as admit_merge_check()
 * demands that nobody changed anything. It may differ in no file.
 */
int changeset_read_merge(struct changeset *s, const unsigned char *old_tree,
    const struct commit *c, struct err *e);

/* Forgets what is known of the years. */
void changeset_restart(struct changeset *s);

const struct admit_file *changeset_files(
    const struct changeset *s, size_t *ret_n);

/* The Content-SHA256 that a commit with these files must state. */
int changeset_content(const struct changeset *s, int n_parents,
    const unsigned char parent[][COMMIT_CONTENT_LEN],
    unsigned char ret[COMMIT_CONTENT_LEN], struct err *e);

#endif
