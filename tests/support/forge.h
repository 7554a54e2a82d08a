/*
 * forge: an office's repository as the hall keeps it, and commits for it, good
 * ones and bad ones, signed with real keys.
 *
 * The hall's repository has a hall branch (registry, editions, allowed_signers)
 * and an office branch of two revisions. New objects go into a second
 * repository, whose objects directory plays git's quarantine.
 *
 * Ownership: forge_make() … forge_remove().
 * Units:     seconds since 1970.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_FORGE_H
#define TESTS_SUPPORT_FORGE_H

#include "store/git/repo.h"
#include "store/sign/commit.h"

#define FORGE_ASSESSMENT "2565/assessment.json"
#define FORGE_ITEM "2565/items/1.1.json"
#define FORGE_MAX_FILES 8

struct forge_branch { /* where a branch is, and the next commit on it */
	struct tree *tree;
	int has_tip;
	unsigned char tip[20], root[20];
	unsigned char content[1][COMMIT_CONTENT_LEN];
	int64_t time, sequence;
	char letter; /* of the device that writes it; 0: a, or the hall */
};

struct forge {
	char *dir;
	char repo_path[300], quarantine[320];
	struct repo *repo, *inbox;
	struct repo *target; /* where new objects go: repo or inbox */
	struct key hall, device, device_b, stranger;
	unsigned char edition_blob[20];
	struct forge_branch office, hall_branch;
	unsigned char hall_tip[20], first[20], second[20]; /* as made */
	/* the commit in the making */
	struct forge_branch *at;
	struct commit c;
	const struct key *key;
	int merging;
	unsigned char other_content[COMMIT_CONTENT_LEN]; /* second parent's */
	struct commit_file files[FORGE_MAX_FILES];
	struct buf bytes[FORGE_MAX_FILES];
	char paths[FORGE_MAX_FILES][160]; /* callers' texts may not last */
	size_t n;
	struct buf raw; /* of the commit made last */
};

struct forge *forge_make(void);
void forge_remove(struct forge *f);

/* Begins a good commit on a branch, by its device; the test may spoil f->c. */
void forge_begin(struct forge *f, struct forge_branch *at);
/* One file of it, in byte order of path; bytes NULL removes it. */
void forge_file(struct forge *f, const char *path, const char *bytes);
/* Tree and content are made from the files unless they were set (not zero). */
void forge_end(struct forge *f);

/*
 * A second device, b (key device_b), beside a: in the registry, and a line of its
 * own that begins where another one is (NULL: at nothing). forge_line_end()
 * frees what the line holds.
 */
void forge_enroll_second(struct forge *f);
void forge_line(struct forge *f, char letter, const struct forge_branch *from,
    struct forge_branch *ret);
void forge_line_end(struct forge_branch *line);

/* Begins the good merge that the device of a line makes: first parent the
 * other's tip, second its own. forge_end() as always; the line goes on there.
 */
void forge_merge(struct forge *f, struct forge_branch *line,
    const struct forge_branch *first);

/* A good commit of a line: one text field of an answer of 2565. */
void forge_answer(struct forge *f, struct forge_branch *line, const char *item,
    const char *field, const char *text);

/* A good commit: item 1.1 with this strengths text. */
void forge_good(struct forge *f, const char *text);

/* Any bytes as an object of the quarantine. */
void forge_object(struct forge *f, enum object_type t, const void *bytes,
    size_t len, unsigned char ret[20]);

/* Raw bytes of an object, appended. */
void forge_read(struct forge *f, const unsigned char id[20], enum object_type t,
    struct buf *ret);

/* Appends one entry to raw tree bytes. */
void forge_entry(struct buf *raw, const char *mode, const char *name,
    const unsigned char id[20]);

/* Rewrites the registry on the hall branch with this state of device a. */
void forge_registry(struct forge *f, const char *state, const char *until);

/* Digest of every name and byte below a directory. */
void forge_digest(const char *dir, unsigned char ret[32]);

#endif
