/*
 * evidence_chain: the form of evidence_repo.h's commits and trees, written and
 * read; for evidence_repo.c and evidence_erase.c only.
 *
 * Ownership: results go to the caller's memory.
 * Units:     ids of 20 bytes, parts from 1.
 * Errors:    ERR_INVALID for an object that this module would not have made;
 * those of repo_read().
 * Thread:    any.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_CHAIN_H
#define STORE_EVIDENCE_EVIDENCE_CHAIN_H

#include <git2.h>

#include "store/evidence/evidence_repo.h"

#define CHAIN_ENTRY_LEN ((size_t)33) /* "100644 00001", NUL, id */
#define CHAIN_PARTS_MAX 4096
/* Refs of whole files, by SHA-256. */
#define CHAIN_WHOLE_DIR "refs/evidence"
#define CHAIN_REF_MAX 96

struct evidence_repo {
	struct repo *repo;
	git_repository *git; /* for refs alone */
	char path[640];
};

struct chain_link { /* one commit */
	int n;
	unsigned char tree[20], parent[20]; /* parent: if n > 1 */
};

/* Appends the commit that adds part n. */
void chain_commit(struct buf *ret, const char *sha, const struct chain_link *l);
/* Appends the tree's entry of part n. */
void chain_entry(struct buf *ret, int n, const unsigned char blob[20]);

int chain_read_link(struct repo *r, const unsigned char id[20], const char *sha,
    struct chain_link *ret, struct err *e);
/* Appends the tree's raw bytes, exactly n entries. */
int chain_read_tree(struct repo *r, const unsigned char id[20], int n,
    struct buf *ret, struct err *e);
/* Id of part n (from 1) in such bytes. */
const unsigned char *chain_blob(const struct buf *tree, int n);

/* "refs/evidence/<sha>", "refs/uploads/<sha>" */
void chain_ref(int whole, const char *sha, char ret[CHAIN_REF_MAX]);
/* Removes a ref, durably; one that is not there is no error. */
int chain_drop_ref(struct evidence_repo *r, const char *name, struct err *e);

#endif
