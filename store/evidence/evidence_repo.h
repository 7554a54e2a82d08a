/*
 * evidence_repo: the repository of an office's evidence, apart from the record
 * so that bytes can be erased: DIR/evidence.git at the office,
 * DIR/evidence/<code>.git at the hall.
 *
 * One ref per file, refs/evidence/<sha256>, a chain of commits; the n-th has
 * the tree {00001 … n} of the file's first n parts. A commit is a pure function
 * of the file (no person, no time, no signature: the signed record names the
 * hash), so the same file has the same ids everywhere:
 *   author and committer "pmqa <pmqa@evidence> 0 +0000", message
 *   "evidence <sha256> part <n>\n", parent the one before.
 * While it is not whole the chain stands at refs/uploads/<sha256>.
 *
 * Ownership: evidence_repo_open() … _close().
 * Units:     bytes, parts from 1.
 * Errors:    through repo; ERR_INVALID (hash of the whole differs, a part of
 * the wrong size), ERR_DAMAGED.
 * Thread:    one at a time.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_REPO_H
#define STORE_EVIDENCE_EVIDENCE_REPO_H

#include "store/git/repo.h"

#define EVIDENCE_PART ((size_t)256 * 1024)
#define EVIDENCE_SHA_LEN 64

struct evidence_repo;

/* Path of an office's evidence repository in a directory. */
int evidence_repo_path(const char *dir, int hall, const char *office, char *ret,
    size_t size, struct err *e);
/* The directory in dir that holds a hall's, made when it is not there; dir
 * itself must be. */
int evidence_repo_place(const char *dir, struct err *e);
/* Made when it is not there (create), else ERR_NOT_FOUND. */
int evidence_repo_open(
    const char *path, int create, struct evidence_repo **ret, struct err *e);
void evidence_repo_close(struct evidence_repo *r);

/* 64 lower-case hex digits. */
int evidence_is_sha(const char *s);

/* Parts here: of the whole file (*ret_whole 1) or of its upload. */
int evidence_repo_have(struct evidence_repo *r, const char *sha, int *ret_n,
    int *ret_whole, struct err *e);
/* Appends part n (have + 1) of the upload, durably. */
int evidence_repo_add(struct evidence_repo *r, const char *sha, int n,
    const void *data, size_t len, struct err *e);
/* Hashes the upload; when it is sha, it becomes refs/evidence/<sha>. */
int evidence_repo_seal(struct evidence_repo *r, const char *sha, struct err *e);
int evidence_repo_read(struct evidence_repo *r, const char *sha, int n,
    struct buf *ret, struct err *e);
/* Drops ref, upload and every object that no other ref reaches, from packs too
 * (stock git: update-ref -d, repack -ad, prune), and proves that it is gone. */
int evidence_repo_erase(
    struct evidence_repo *r, const char *sha, struct err *e);
/* The same for several, with one look at the packs. */
int evidence_repo_erase_all(
    struct evidence_repo *r, const char *const *sha, size_t n, struct err *e);

/* Locks and half files that crashes left go. */
int evidence_repo_unlock(struct evidence_repo *r, struct err *e);
/* So do uploads not moved for so many seconds. */
int evidence_repo_sweep(struct evidence_repo *r, int64_t age_s, struct err *e);
/* Forgets an upload, or the whole file's name; the bytes go with the next
 * sweep. */
int evidence_repo_drop_upload(
    struct evidence_repo *r, const char *sha, struct err *e);
int evidence_repo_drop(struct evidence_repo *r, const char *sha, struct err *e);
/* Calls each() for every whole file (or upload): when its ref was last moved. */
int evidence_repo_each(struct evidence_repo *r, int whole,
    int (*each)(void *arg, const char *sha, int64_t moved, struct err *e),
    void *arg, struct err *e);

/*
 * The same rules for bytes from outside: tip is the chain of exactly this file:
 * every commit and tree is the one this module would have made, sizes and
 * parts fit, the hash is right. Reads at most size bytes.
 */
int evidence_repo_check(struct repo *r, const unsigned char tip[20],
    const char *sha, int64_t size, int parts, struct err *e);
/* evidence_repo_check() of the file that is here: ERR_NOT_FOUND, ERR_DAMAGED. */
int evidence_repo_prove(struct evidence_repo *r, const char *sha, int64_t size,
    int parts, struct err *e);

#endif
