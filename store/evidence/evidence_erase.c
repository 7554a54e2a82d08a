/*
 * What evidence_repo.h promises about taking bytes away.
 *
 * Steps of an erasure: note which objects the file has; drop its refs; let
 * stock git write the packs anew without them and remove loose ones; wait until
 * the disk has it; look for each of the noted objects. Every step may be
 * repeated after a crash in the middle of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/evidence/evidence_chain.h"
#include "store/git/giterr.h"
#include "store/git/gitrun.h"
#include "store/sign/commit.h"

#define GIT_MS (10L * 60 * 1000)
/* git keeps a pack from being repacked while a push is about to name it; a
 * keep as old belongs to a push that was killed. */
#define KEEP_AGE_S 7200

struct doomed { /* objects that must be gone afterwards */
	unsigned char (*commits)[20], (*blobs)[20];
	size_t n_commits, cap_commits, n_blobs, cap_blobs;
};

static void
doomed_release(struct doomed *d)
{
	free(d->commits);
	free(d->blobs);
}

static int
note(unsigned char (**list)[20], size_t *n, size_t *cap,
    const unsigned char id[20], struct err *e)
{
	size_t more = *cap < 64 ? 64 : *cap * 2;
	unsigned char(*grown)[20];

	if (*n == *cap) {
		if ((grown = realloc(*list, more * sizeof(*grown))) == NULL)
			return err_nomem(e);
		*list = grown;
		*cap = more;
	}
	memcpy((*list)[(*n)++], id, 20);
	return 0;
}

static int
note_blobs(struct evidence_repo *r, const struct chain_link *l,
    struct doomed *d, struct err *e)
{
	struct buf tree = BUF_INIT;
	int rc, i;

	rc = chain_read_tree(r->repo, l->tree, l->n, &tree, e);
	for (i = 1; rc == 0 && i <= l->n; i++)
		rc = note(&d->blobs, &d->n_blobs, &d->cap_blobs,
		    chain_blob(&tree, i), e);
	buf_release(&tree);
	return rc;
}

/* What is damaged must be erased too: what of it can be read is noted. */
static int
or_unreadable(int rc)
{
	return rc == ERR_NOMEM ? rc : 0;
}

static int
note_chain(struct evidence_repo *r, const char *ref, const char *sha,
    struct doomed *d, struct err *e)
{
	unsigned char id[20];
	struct chain_link l = { 0 };
	int rc, first = 1;

	rc = repo_ref(r->repo, ref, id, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	while (rc == 0) {
		rc = note(&d->commits, &d->n_commits, &d->cap_commits, id, e);
		if (rc == 0)
			rc = chain_read_link(r->repo, id, sha, &l, e);
		if (rc == 0 && first)
			rc = or_unreadable(note_blobs(r, &l, d, e));
		first = 0;
		if (rc == 0 && l.n == 1)
			break;
		memcpy(id, l.parent, sizeof(id));
	}
	return or_unreadable(rc);
}

static int
drop_refs(
    struct evidence_repo *r, const char *sha, struct doomed *d, struct err *e)
{
	char ref[CHAIN_REF_MAX];
	unsigned char tip[20];
	const char *const args[] = { "update-ref", "--no-deref", "-d", ref,
		NULL };
	int whole, rc;

	for (whole = 0; whole < 2; whole++) {
		chain_ref(whole, sha, ref);
		if ((rc = note_chain(r, ref, sha, d, e)) < 0)
			return rc;
		rc = repo_ref(r->repo, ref, tip, e);
		if (rc == ERR_NOT_FOUND)
			continue;
		if (rc < 0 || (rc = gitrun(r->path, args, GIT_MS, NULL, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- stock git --- */

static int
has_end(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static int
remove_old_keep(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) != 0 || st.st_mtime > clock_now() - KEEP_AGE_S)
		return 0;
	if (unlink(path) != 0 && errno != ENOENT)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}

/* Counts the packs; takes stale .keep files away. */
static int
look_at_packs(struct evidence_repo *r, int *ret_n, struct err *e)
{
	char dir[700], path[1000];
	struct dirent *at;
	int rc, n = 0;
	DIR *d;

	rc = file_path(dir, sizeof(dir), e, "%s/objects/pack", r->path);
	if (rc < 0)
		return rc;
	if ((d = opendir(dir)) == NULL)
		return err_sys(e, "cannot open '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while (rc == 0 && (at = readdir(d)) != NULL) {
		n += has_end(at->d_name, ".pack");
		if (!has_end(at->d_name, ".keep"))
			continue;
		rc = file_path(path, sizeof(path), e, "%s/%s", dir, at->d_name);
		if (rc == 0)
			rc = remove_old_keep(path, e);
	}
	closedir(d);
	if (rc == 0)
		*ret_n = n;
	return rc;
}

/* Removed names are removed once the disk knows. */
static int
sync_all(struct evidence_repo *r, struct err *e)
{
	int fd = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return err_sys(e, "cannot open '%s'", r->path);
	if (syncfs(fd) != 0)
		rc = err_sys(e, "cannot sync '%s'", r->path);
	close(fd);
	return rc;
}

static int
take_away(struct evidence_repo *r, const char *expire, struct err *e)
{
	const char *const repack[] = { "repack", "-a", "-d", "-q", NULL };
	const char *const prune[] = { "prune", expire, NULL };
	int rc, n_packs = 0;

	if ((rc = look_at_packs(r, &n_packs, e)) < 0)
		return rc;
	/* without a pack everything is loose: nothing to write anew */
	if (n_packs > 0 && (rc = gitrun(r->path, repack, GIT_MS, NULL, e)) < 0)
		return rc;
	if ((rc = gitrun(r->path, prune, GIT_MS, NULL, e)) < 0 ||
	    (rc = sync_all(r, e)) < 0)
		return rc;
	return repo_refresh(r->repo, e);
}

/* --- the proof --- */

static int
is_there(struct evidence_repo *r, const unsigned char id[20],
    enum object_type t, int *ret, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = repo_read(r->repo, id, t, EVIDENCE_PART, &b, e);

	buf_release(&b);
	/* unreadable is there, too */
	*ret = rc != ERR_NOT_FOUND;
	return rc == ERR_NOMEM || rc == ERR_SYS ? rc : 0;
}

static int
uses(struct evidence_repo *r, const git_reference *ref,
    const unsigned char blob[20], int *ret, struct err *e)
{
	const char *name = git_reference_name(ref);
	const git_oid *tip = git_reference_target(ref);
	struct buf tree = BUF_INIT;
	struct chain_link l;
	int rc, i;

	if (tip == NULL)
		return 0;
	rc = chain_read_link(r->repo, tip->id, strrchr(name, '/') + 1, &l, e);
	if (rc == 0)
		rc = chain_read_tree(r->repo, l.tree, l.n, &tree, e);
	for (i = 1; rc == 0 && i <= l.n; i++)
		if (memcmp(chain_blob(&tree, i), blob, 20) == 0)
			*ret = 1;
	buf_release(&tree);
	return rc;
}

/* Another file may hold the same part. */
static int
is_used(struct evidence_repo *r, const unsigned char blob[20], int *ret,
    struct err *e)
{
	git_reference_iterator *it = NULL;
	git_reference *ref = NULL;
	int rc, git_rc;

	*ret = 0;
	git_rc = git_reference_iterator_new(&it, r->git);
	if (git_rc < 0)
		return giterr_set(e, git_rc, "cannot list the refs");
	rc = 0;
	while (
	    rc == 0 && !*ret && (git_rc = git_reference_next(&ref, it)) == 0) {
		rc = uses(r, ref, blob, ret, e);
		git_reference_free(ref);
	}
	git_reference_iterator_free(it);
	if (rc == 0 && git_rc < 0 && git_rc != GIT_ITEROVER)
		return giterr_set(e, git_rc, "cannot list the refs");
	return rc;
}

static int
still_there(const unsigned char id[20], struct err *e)
{
	char hex[41];

	commit_hex(id, hex);
	err_set(e, ERR_DAMAGED, 0,
	    "erased evidence is still there: object %s is in the repository",
	    hex);
	err_hint(e, "nothing else may write there: look for a running git, "
		    "then restart pmqad: it erases again");
	return ERR_DAMAGED;
}

static int
prove_gone(struct evidence_repo *r, const struct doomed *d, struct err *e)
{
	int there = 0, used = 0, rc;
	size_t i;

	for (i = 0; i < d->n_commits; i++) {
		rc = is_there(r, d->commits[i], OBJECT_COMMIT, &there, e);
		if (rc < 0)
			return rc;
		if (there)
			return still_there(d->commits[i], e);
	}
	for (i = 0; i < d->n_blobs; i++) {
		rc = is_there(r, d->blobs[i], OBJECT_BLOB, &there, e);
		if (rc < 0)
			return rc;
		if (there && (rc = is_used(r, d->blobs[i], &used, e)) < 0)
			return rc;
		if (there && !used)
			return still_there(d->blobs[i], e);
	}
	return 0;
}

int
evidence_repo_erase_all(
    struct evidence_repo *r, const char *const *sha, size_t n, struct err *e)
{
	struct doomed d = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = evidence_is_sha(sha[i])
			 ? drop_refs(r, sha[i], &d, e)
			 : err_set(e, ERR_INVALID, 0,
			       "a SHA-256 has 64 lower-case hex digits");
	/* also when no ref was there: a crash may have come after it went */
	if (rc == 0)
		rc = take_away(r, "--expire=now", e);
	if (rc == 0)
		rc = prove_gone(r, &d, e);
	doomed_release(&d);
	return rc;
}

int
evidence_repo_erase(struct evidence_repo *r, const char *sha, struct err *e)
{
	return evidence_repo_erase_all(r, &sha, 1, e);
}

/* --- litter --- */

/* When the ref was last moved; 0 (long ago) where it has no file of its own. */
static int64_t
moved_at(const struct evidence_repo *r, const char *name)
{
	char path[800];
	struct stat st;

	if (file_path(path, sizeof(path), NULL, "%s/%s", r->path, name) < 0 ||
	    lstat(path, &st) != 0)
		return 0;
	return (int64_t)st.st_mtime;
}

int
evidence_repo_each(struct evidence_repo *r, int whole,
    int (*each)(void *arg, const char *sha, int64_t moved, struct err *e),
    void *arg, struct err *e)
{
	git_reference_iterator *it = NULL;
	const char *name, *sha;
	int rc = 0, git_rc;

	git_rc = git_reference_iterator_glob_new(
	    &it, r->git, whole ? "refs/evidence/*" : "refs/uploads/*");
	if (git_rc < 0)
		return giterr_set(e, git_rc, "cannot list the refs");
	while (rc == 0 && (git_rc = git_reference_next_name(&name, it)) == 0) {
		sha = strrchr(name, '/') + 1;
		if (evidence_is_sha(sha))
			rc = each(arg, sha, moved_at(r, name), e);
	}
	git_reference_iterator_free(it);
	if (rc == 0 && git_rc < 0 && git_rc != GIT_ITEROVER)
		return giterr_set(e, git_rc, "cannot list the refs");
	return rc;
}

struct sweep {
	struct evidence_repo *r;
	int64_t before;
	int n; /* dropped */
};

static int
sweep_upload(void *arg, const char *sha, int64_t moved, struct err *e)
{
	struct sweep *s = arg;
	char ref[CHAIN_REF_MAX];

	/* a clock set back must not keep it for ever, nor take a new one */
	if (moved > s->before)
		return 0;
	s->n++;
	chain_ref(0, sha, ref);
	return chain_drop_ref(s->r, ref, e);
}

int
evidence_repo_drop(struct evidence_repo *r, const char *sha, struct err *e)
{
	char ref[CHAIN_REF_MAX];

	if (!evidence_is_sha(sha))
		return err_set(e, ERR_INVALID, 0,
		    "a SHA-256 has 64 lower-case hex digits");
	chain_ref(1, sha, ref);
	return chain_drop_ref(r, ref, e);
}

int
evidence_repo_unlock(struct evidence_repo *r, struct err *e)
{
	int removed = 0;

	return repo_sweep(r->repo, &removed, e);
}

int
evidence_repo_sweep(struct evidence_repo *r, int64_t age_s, struct err *e)
{
	struct sweep s = { .r = r, .before = clock_now() - age_s };
	char expire[64];
	const char *const args[] = { "prune", expire, NULL };
	int rc;

	if ((rc = evidence_repo_unlock(r, e)) < 0 ||
	    (rc = evidence_repo_each(r, 0, sweep_upload, &s, e)) < 0)
		return rc;
	snprintf(expire, sizeof(expire), "--expire=%lld.seconds.ago",
	    (long long)age_s);
	/* what an upload left that never moved its ref goes with the others */
	return gitrun(r->path, args, GIT_MS, NULL, e);
}
