#include "store/evidence/evidence_repo.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "base/file.h"
#include "store/conf.h"
#include "store/evidence/evidence_chain.h"
#include "store/git/giterr.h"
#include "store/sign/commit.h"

#define HALL_PLACE "evidence"

int
evidence_repo_path(const char *dir, int hall, const char *office, char *ret,
    size_t size, struct err *e)
{
	int rc;

	if (!hall)
		return file_path(ret, size, e, "%s/evidence.git", dir);
	if ((rc = conf_check_code(ROLE_OFFICE, office, e)) < 0)
		return rc;
	return file_path(ret, size, e, "%s/" HALL_PLACE "/%s.git", dir, office);
}

int
evidence_repo_place(const char *dir, struct err *e)
{
	return file_mkdirs_in(dir, HALL_PLACE, 0700, e);
}

static int
open_it(const char *path, struct evidence_repo **ret, struct err *e)
{
	struct evidence_repo *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return err_nomem(e);
	if ((rc = file_path(r->path, sizeof(r->path), e, "%s", path)) < 0 ||
	    (rc = repo_open(path, &r->repo, e)) < 0)
		goto out;
	rc = git_repository_open_ext(&r->git, path,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);
	if (rc < 0) {
		rc = giterr_set(e, rc, "cannot open repository '%s'", path);
		goto out;
	}
	*ret = r;
	r = NULL;
out:
	evidence_repo_close(r);
	return rc;
}

int
evidence_repo_open(
    const char *path, int create, struct evidence_repo **ret, struct err *e)
{
	char head[700];
	int rc;

	if ((rc = file_path(head, sizeof(head), e, "%s/HEAD", path)) < 0)
		return rc;
	/* HEAD is made last (repo_create) */
	if (access(head, F_OK) != 0) {
		if (errno != ENOENT)
			return err_sys(e, "cannot open '%s'", head);
		if (!create)
			return err_set(e, ERR_NOT_FOUND, 0,
			    "no evidence is stored here yet");
		if ((rc = repo_create(path, "refs/heads/none", e)) < 0)
			return rc;
	}
	return open_it(path, ret, e);
}

void
evidence_repo_close(struct evidence_repo *r)
{
	if (r == NULL)
		return;
	git_repository_free(r->git);
	repo_close(r->repo);
	free(r);
}

int
evidence_is_sha(const char *s)
{
	return s != NULL && strlen(s) == EVIDENCE_SHA_LEN &&
	       strspn(s, "0123456789abcdef") == EVIDENCE_SHA_LEN;
}

static int
check_sha(const char *sha, struct err *e)
{
	if (evidence_is_sha(sha))
		return 0;
	return err_set(
	    e, ERR_INVALID, 0, "a SHA-256 has 64 lower-case hex digits");
}

/* What is wrong with our own repository is damage, whatever it was called. */
static int
damaged(int rc, struct err *e)
{
	if (rc != ERR_INVALID && rc != ERR_NOT_FOUND && rc != ERR_FAILED)
		return rc;
	err_prepend(e, "evidence.git");
	if (e != NULL)
		e->code = ERR_DAMAGED;
	return ERR_DAMAGED;
}

/* Tip and newest link of the file, or of its upload. ERR_NOT_FOUND when there
 * is neither. */
static int
find(struct evidence_repo *r, int whole, const char *sha, unsigned char tip[20],
    struct chain_link *ret, struct err *e)
{
	char ref[CHAIN_REF_MAX];
	int rc;

	chain_ref(whole, sha, ref);
	if ((rc = repo_ref(r->repo, ref, tip, e)) < 0)
		return rc;
	return damaged(chain_read_link(r->repo, tip, sha, ret, e), e);
}

int
evidence_repo_have(struct evidence_repo *r, const char *sha, int *ret_n,
    int *ret_whole, struct err *e)
{
	unsigned char tip[20];
	struct chain_link l = { 0 };
	int rc, whole = 1;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	rc = find(r, 1, sha, tip, &l, e);
	if (rc == ERR_NOT_FOUND) {
		whole = 0;
		rc = find(r, 0, sha, tip, &l, e);
	}
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	*ret_n = rc == 0 ? l.n : 0;
	*ret_whole = whole;
	return 0;
}

/* The directory of a ref, since git takes empty ones away; its name synced. */
static int
make_ref_dir(struct evidence_repo *r, const char *kind, struct err *e)
{
	char refs[700];
	int rc;

	rc = file_path(refs, sizeof(refs), e, "%s/refs", r->path);
	return rc < 0 ? rc : file_mkdirs_in(refs, kind, 0700, e);
}

/* Blob, tree and commit of one more part, on the disk; gives the commit. */
static int
put_part(struct evidence_repo *r, const char *sha, struct chain_link *l,
    struct buf *tree, const void *data, size_t len, unsigned char ret[20],
    struct err *e)
{
	struct buf raw = BUF_INIT;
	unsigned char blob[20];
	int rc;

	rc = repo_put(r->repo, OBJECT_BLOB, data, len, blob, e);
	if (rc < 0)
		goto out;
	chain_entry(tree, l->n, blob);
	if ((rc = buf_ok(tree, e)) < 0 ||
	    (rc = repo_put(
		 r->repo, OBJECT_TREE, tree->data, tree->len, l->tree, e)) < 0)
		goto out;
	chain_commit(&raw, sha, l);
	if ((rc = buf_ok(&raw, e)) < 0 || (rc = repo_put(r->repo, OBJECT_COMMIT,
					       raw.data, raw.len, ret, e)) < 0)
		goto out;
	rc = repo_flush(r->repo, e);
out:
	if (rc < 0)
		repo_forget(r->repo);
	buf_release(&raw);
	return rc;
}

int
evidence_repo_add(struct evidence_repo *r, const char *sha, int n,
    const void *data, size_t len, struct err *e)
{
	unsigned char tip[20], id[20];
	struct chain_link before = { 0 }, l = { .n = n };
	struct buf tree = BUF_INIT;
	char ref[CHAIN_REF_MAX];
	int rc;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	if (len == 0 || len > EVIDENCE_PART)
		return err_set(e, ERR_INVALID, 0,
		    "a part has 1 to %zu bytes, this one has %zu",
		    EVIDENCE_PART, len);
	rc = find(r, 0, sha, tip, &before, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		goto out;
	if (n != before.n + 1 || n > CHAIN_PARTS_MAX) {
		rc = err_set(e, ERR_INVALID, 0, "part %d cannot follow part %d",
		    n, before.n);
		goto out;
	}
	if (n > 1) {
		memcpy(l.parent, tip, sizeof(tip));
		rc = damaged(
		    chain_read_tree(r->repo, before.tree, before.n, &tree, e),
		    e);
		if (rc < 0)
			goto out;
	}
	if ((rc = put_part(r, sha, &l, &tree, data, len, id, e)) < 0 ||
	    (rc = make_ref_dir(r, "uploads", e)) < 0)
		goto out;
	chain_ref(0, sha, ref);
	rc = repo_move_ref(r->repo, ref, n > 1 ? tip : NULL, id, e);
out:
	buf_release(&tree);
	return rc;
}

/* Hashes all parts of a tree; all but the last must be full. */
static int
hash_parts(struct repo *r, const struct buf *tree, int n,
    char ret_sha[EVIDENCE_SHA_LEN + 1], int64_t *ret_size, struct err *e)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state st;
	struct buf part = BUF_INIT;
	int64_t size = 0;
	int i, rc = 0;

	crypto_hash_sha256_init(&st);
	for (i = 1; i <= n && rc == 0; i++) {
		buf_clear(&part);
		rc = repo_read(r, chain_blob(tree, i), OBJECT_BLOB,
		    EVIDENCE_PART, &part, e);
		if (rc == 0 &&
		    (part.len == 0 || (i < n && part.len != EVIDENCE_PART)))
			rc = err_set(e, ERR_INVALID, 0, "part %d has %zu bytes",
			    i, part.len);
		if (rc < 0)
			break;
		crypto_hash_sha256_update(
		    &st, (const unsigned char *)part.data, part.len);
		size += (int64_t)part.len;
	}
	buf_release(&part);
	if (rc < 0)
		return rc;
	crypto_hash_sha256_final(&st, sum);
	sodium_bin2hex(ret_sha, EVIDENCE_SHA_LEN + 1, sum, sizeof(sum));
	*ret_size = size;
	return 0;
}

/* 0 if the upload is the file; ERR_INVALID if it is another one. */
static int
hash_upload(struct evidence_repo *r, const char *sha,
    const struct chain_link *l, struct err *e)
{
	char found[EVIDENCE_SHA_LEN + 1];
	struct buf tree = BUF_INIT;
	int64_t size;
	int rc;

	rc = damaged(chain_read_tree(r->repo, l->tree, l->n, &tree, e), e);
	if (rc == 0)
		rc = damaged(
		    hash_parts(r->repo, &tree, l->n, found, &size, e), e);
	buf_release(&tree);
	if (rc < 0)
		return rc;
	if (strcmp(found, sha) == 0)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "the bytes that came have the SHA-256 %.12s..., not %.12s...",
	    found, sha);
	err_hint(e, "the file changed while it was sent: add it again");
	return ERR_INVALID;
}

int
evidence_repo_seal(struct evidence_repo *r, const char *sha, struct err *e)
{
	char upload[CHAIN_REF_MAX], ref[CHAIN_REF_MAX];
	unsigned char tip[20];
	struct chain_link l;
	int rc, second;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	chain_ref(0, sha, upload);
	chain_ref(1, sha, ref);
	rc = find(r, 1, sha, tip, &l, e);
	if (rc == 0) /* a crash came between the two refs */
		return chain_drop_ref(r, upload, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	if ((rc = find(r, 0, sha, tip, &l, e)) < 0)
		return rc;
	rc = hash_upload(r, sha, &l, e);
	if (rc == ERR_INVALID && (second = chain_drop_ref(r, upload, e)) < 0)
		return second;
	if (rc < 0)
		return rc;
	/* only now has it the name of a file */
	if ((rc = make_ref_dir(r, "evidence", e)) < 0 ||
	    (rc = repo_move_ref(r->repo, ref, NULL, tip, e)) < 0)
		return rc;
	return chain_drop_ref(r, upload, e);
}

int
evidence_repo_drop_upload(
    struct evidence_repo *r, const char *sha, struct err *e)
{
	char ref[CHAIN_REF_MAX];
	int rc;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	chain_ref(0, sha, ref);
	return chain_drop_ref(r, ref, e);
}

int
evidence_repo_read(struct evidence_repo *r, const char *sha, int n,
    struct buf *ret, struct err *e)
{
	struct buf tree = BUF_INIT;
	unsigned char tip[20];
	struct chain_link l;
	int rc;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	rc = find(r, 1, sha, tip, &l, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "the bytes of evidence %.12s are not here", sha);
	if (rc < 0)
		return rc;
	if (n < 1 || n > l.n)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "evidence %.12s has %d parts, there is no part %d", sha,
		    l.n, n);
	rc = chain_read_tree(r->repo, l.tree, l.n, &tree, e);
	if (rc == 0)
		rc = repo_read(r->repo, chain_blob(&tree, n), OBJECT_BLOB,
		    EVIDENCE_PART, ret, e);
	buf_release(&tree);
	return damaged(rc, e);
}

/* --- the rules --- */

/* Every commit from the tip down to the first; its tree in trees[n - 1]. */
static int
check_links(struct repo *r, const unsigned char tip[20], const char *sha,
    int parts, unsigned char (*trees)[20], struct err *e)
{
	unsigned char id[20];
	struct chain_link l;
	int n, rc;

	memcpy(id, tip, sizeof(id));
	for (n = parts; n > 0; n--) {
		if ((rc = chain_read_link(r, id, sha, &l, e)) < 0)
			return rc;
		if (l.n != n)
			return err_set(e, ERR_INVALID, 0,
			    "evidence %.12s: part %d stands where part %d "
			    "must be",
			    sha, l.n, n);
		memcpy(trees[n - 1], l.tree, 20);
		memcpy(id, l.parent, sizeof(id));
	}
	return 0;
}

/* Each tree is the beginning of the last. */
static int
check_trees(struct repo *r, unsigned char (*trees)[20], int parts,
    struct buf *ret_last, struct err *e)
{
	struct buf one = BUF_INIT;
	int n, rc;

	rc = chain_read_tree(r, trees[parts - 1], parts, ret_last, e);
	for (n = 1; n < parts && rc == 0; n++) {
		buf_clear(&one);
		rc = chain_read_tree(r, trees[n - 1], n, &one, e);
		if (rc == 0 && memcmp(one.data, ret_last->data, one.len) != 0)
			rc = err_set(e, ERR_INVALID, 0,
			    "part %d of an evidence file holds other bytes "
			    "than the whole",
			    n);
	}
	buf_release(&one);
	return rc;
}

int
evidence_repo_check(struct repo *r, const unsigned char tip[20],
    const char *sha, int64_t size, int parts, struct err *e)
{
	const int64_t part = (int64_t)EVIDENCE_PART;
	char found[EVIDENCE_SHA_LEN + 1];
	unsigned char(*trees)[20] = NULL;
	struct buf tree = BUF_INIT;
	int64_t got;
	int rc;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	if (parts < 1 || parts > CHAIN_PARTS_MAX || size < 1 ||
	    size > (int64_t)parts * part || size <= (parts - 1) * part)
		return err_set(e, ERR_INVALID, 0,
		    "evidence %.12s: %d parts cannot be %lld bytes", sha, parts,
		    (long long)size);
	if ((trees = calloc((size_t)parts, sizeof(*trees))) == NULL)
		return err_nomem(e);
	if ((rc = check_links(r, tip, sha, parts, trees, e)) < 0 ||
	    (rc = check_trees(r, trees, parts, &tree, e)) < 0 ||
	    (rc = hash_parts(r, &tree, parts, found, &got, e)) < 0)
		goto out;
	if (got != size)
		rc = err_set(e, ERR_INVALID, 0,
		    "evidence %.12s has %lld bytes, not %lld", sha,
		    (long long)got, (long long)size);
	else if (strcmp(found, sha) != 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "the bytes of evidence %.12s have another SHA-256: %.12s",
		    sha, found);
out:
	free(trees);
	buf_release(&tree);
	return rc;
}

int
evidence_repo_prove(struct evidence_repo *r, const char *sha, int64_t size,
    int parts, struct err *e)
{
	unsigned char tip[20];
	char ref[CHAIN_REF_MAX];
	int rc;

	if ((rc = check_sha(sha, e)) < 0)
		return rc;
	chain_ref(1, sha, ref);
	if ((rc = repo_ref(r->repo, ref, tip, e)) < 0)
		return rc;
	return damaged(
	    evidence_repo_check(r->repo, tip, sha, size, parts, e), e);
}
