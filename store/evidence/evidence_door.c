/*
 * Steps: the one ref; the device; the record; the chain, part by part; nothing
 * in the quarantine that the chain does not use.
 */
#include "store/evidence/evidence_door.h"

#include "store/admit/published.h"
#include "store/admit/quarantine.h"
#include "store/evidence/evidence_chain.h"
#include "store/evidence/evidence_state.h"
#include "store/record/canon.h"
#include "store/sign/commit.h"

#define OFFICE_REF "refs/heads/office"
#define ZERO_ID "0000000000000000000000000000000000000000"
/* beside its parts a push brings little: git completes packs */
#define OBJECTS_PER_PART 3
#define OBJECTS_MORE 64
#define INPUT_MORE ((int64_t)1024 * 1024)

struct evidence_door { /* one push being looked at */
	const struct evidence_push *push;
	struct evidence_claim claim;
	struct repo *office, *repo;    /* records, bytes */
	struct quarantine *quarantine; /* NULL: no directory given */
	int whole;                     /* the push makes refs/evidence/<sha> */
	int has_old;
	unsigned char old[20], new_[20];
};

/* --- the office's word --- */

static int
read_tree_of(struct repo *r, const unsigned char id[20], unsigned char ret[20],
    struct err *e)
{
	struct buf raw = BUF_INIT;
	struct commit *c = malloc(sizeof(*c));
	int rc;

	if (c == NULL)
		return err_nomem(e);
	if ((rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) == 0 &&
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) == 0)
		memcpy(ret, c->tree, 20);
	buf_release(&raw);
	free(c);
	return rc;
}

/* The record's bytes; ERR_NOT_FOUND when there is none. */
static int
read_record(struct repo *r, const char *path, struct buf *ret, struct err *e)
{
	unsigned char tip[20], root[20], blob[20];
	struct tree *tree = NULL;
	int rc;

	if ((rc = repo_ref(r, OFFICE_REF, tip, e)) < 0 ||
	    (rc = read_tree_of(r, tip, root, e)) < 0)
		return rc;
	if ((tree = tree_new()) == NULL)
		return err_nomem(e);
	if ((rc = tree_load(tree, root, repo_tree_source, r, e)) == 0 &&
	    (rc = tree_find(tree, path, blob, e)) == 0)
		rc = repo_read(r, blob, OBJECT_BLOB, (size_t)CANON_MAX, ret, e);
	tree_free(tree);
	return rc;
}

static int
not_named(const char *sha, struct err *e)
{
	return err_set(e, ERR_REFUSED, 0,
	    "no record that the hall has of this office names evidence %.12s",
	    sha);
}

static int
find_claim(
    struct repo *r, const char *sha, struct evidence_claim *ret, struct err *e)
{
	struct evidence_rec *rec = NULL;
	struct buf bytes = BUF_INIT;
	char path[EVIDENCE_PATH_LEN];
	int rc;

	if (!evidence_is_sha(sha))
		return not_named("", e);
	evidence_record_path(sha, path);
	rc = read_record(r, path, &bytes, e);
	if (rc == ERR_NOT_FOUND)
		rc = not_named(sha, e);
	if (rc < 0)
		goto out;
	if ((rec = malloc(sizeof(*rec))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = evidence_record_read(path, bytes.data, bytes.len, rec, e)) <
	    0)
		goto out;
	if (rec->redacted_time[0] != '\0') {
		rc = err_set(e, ERR_REFUSED, 0,
		    "evidence %.12s was erased on %.10s by order of its "
		    "office",
		    sha, rec->redacted_time);
		goto out;
	}
	ret->size = rec->size;
	ret->parts = rec->parts;
out:
	buf_release(&bytes);
	free(rec);
	return rc;
}

int
evidence_door_claim(const char *office_repo, const char *sha,
    struct evidence_claim *ret, struct err *e)
{
	struct repo *r = NULL;
	int rc;

	if ((rc = repo_open(office_repo, &r, e)) < 0)
		return rc;
	rc = find_claim(r, sha, ret, e);
	repo_close(r);
	return rc;
}

int64_t
evidence_door_max_input(const struct evidence_claim *c)
{
	int64_t n = c->parts;

	/* deflate grows what it cannot shrink by less than a thousandth; the
	 * n-th tree has n entries */
	return c->size + c->size / 1000 +
	       n * (n + 1) / 2 * (int64_t)CHAIN_ENTRY_LEN + n * 1024 +
	       INPUT_MORE;
}

/* --- one ref --- */

static int
check_update(struct evidence_door *d, const struct door_update *u, size_t n,
    struct err *e)
{
	const char *sha = d->push->sha;
	char whole[CHAIN_REF_MAX], upload[CHAIN_REF_MAX];
	int rc;

	if (n != 1)
		return err_set(e, ERR_REFUSED, 0,
		    "a push may bring exactly one evidence file, this one "
		    "moves %zu refs",
		    n);
	chain_ref(1, sha, whole);
	chain_ref(0, sha, upload);
	d->whole = strcmp(u->ref, whole) == 0;
	if (!d->whole && strcmp(u->ref, upload) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "only evidence %.12s can be pushed on this path", sha);
	if (strcmp(u->new_, ZERO_ID) == 0) {
		err_set(e, ERR_REFUSED, 0, "a push cannot take evidence away");
		err_hint(e, "erase it by order: pmqa evidence redact");
		return ERR_REFUSED;
	}
	d->has_old = strcmp(u->old, ZERO_ID) != 0;
	if ((rc = commit_unhex(u->old, d->old, e)) < 0)
		return rc;
	return commit_unhex(u->new_, d->new_, e);
}

static int
stored_already(const char *sha, struct err *e)
{
	return err_set(e, ERR_REFUSED, 0,
	    "evidence %.12s is whole at the hall already", sha);
}

/* What git says is old must be what stands; what is whole stays as it is. */
static int
check_old(struct evidence_door *d, struct err *e)
{
	unsigned char now[20];
	char ref[CHAIN_REF_MAX];
	int rc;

	chain_ref(1, d->push->sha, ref);
	rc = repo_ref(d->repo, ref, now, e);
	if (rc == 0)
		return stored_already(d->push->sha, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	if (!d->whole) {
		chain_ref(0, d->push->sha, ref);
		rc = repo_ref(d->repo, ref, now, e);
		if (rc < 0 && rc != ERR_NOT_FOUND)
			return rc;
	}
	if ((rc == 0) == d->has_old &&
	    (rc != 0 || memcmp(now, d->old, 20) == 0))
		return 0;
	return err_set(e, ERR_REFUSED, 0,
	    "evidence %.12s was moved by another push", d->push->sha);
}

static int
check_device(struct evidence_door *d, struct err *e)
{
	struct published *p = NULL;
	const char *office;
	int rc;

	if ((rc = published_open(d->office, &p, e)) < 0)
		return rc;
	office = published_office(p);
	rc = office == NULL ? err_set(e, ERR_REFUSED, 0,
				  "the hall has not enrolled this office")
			    : published_active(p, office, d->push->device, e);
	published_free(p);
	return rc;
}

/* --- the chain --- */

static void
mark(struct evidence_door *d, const unsigned char id[20])
{
	if (d->quarantine != NULL)
		quarantine_mark(d->quarantine, id);
}

/* Every link from the tip down: the numbers fit, and the old tip is one of
 * them. *ret_old: its number, 0 without one. */
static int
walk_links(struct evidence_door *d, int n, unsigned char (*trees)[20],
    int *ret_old, struct err *e)
{
	unsigned char id[20];
	struct chain_link l;
	int i, rc;

	*ret_old = 0;
	memcpy(id, d->new_, sizeof(id));
	for (i = n; i > 0; i--) {
		rc = chain_read_link(d->repo, id, d->push->sha, &l, e);
		if (rc < 0)
			return rc;
		if (l.n != i)
			return err_set(e, ERR_REFUSED, 0,
			    "evidence %.12s: part %d stands where part %d "
			    "must be",
			    d->push->sha, l.n, i);
		if (d->has_old && memcmp(id, d->old, sizeof(id)) == 0)
			*ret_old = i;
		mark(d, id);
		mark(d, l.tree);
		memcpy(trees[i - 1], l.tree, 20);
		memcpy(id, l.parent, sizeof(id));
	}
	if (d->has_old && *ret_old == 0)
		return err_set(e, ERR_REFUSED, 0,
		    "evidence %.12s: these parts do not continue those that "
		    "are stored",
		    d->push->sha);
	return 0;
}

/* Trees that are new, and the last one before them: each the beginning of the
 * tip's. */
static int
check_trees(struct evidence_door *d, unsigned char (*trees)[20], int from,
    int n, const struct buf *last, struct err *e)
{
	struct buf one = BUF_INIT;
	int i, rc = 0;

	for (i = from > 0 ? from : 1; i < n && rc == 0; i++) {
		buf_clear(&one);
		rc = chain_read_tree(d->repo, trees[i - 1], i, &one, e);
		if (rc == 0 && memcmp(one.data, last->data, one.len) != 0)
			rc = err_set(e, ERR_REFUSED, 0,
			    "evidence %.12s: part %d holds other bytes than "
			    "the parts after it",
			    d->push->sha, i);
	}
	buf_release(&one);
	return rc;
}

/* New parts of an unfinished file: all of them are full. */
static int
check_full_parts(struct evidence_door *d, const struct buf *tree, int from,
    int n, struct err *e)
{
	struct buf part = BUF_INIT;
	int i, rc = 0;

	for (i = from + 1; i <= n && rc == 0; i++) {
		buf_clear(&part);
		rc = repo_read(d->repo, chain_blob(tree, i), OBJECT_BLOB,
		    EVIDENCE_PART, &part, e);
		if (rc == 0 && part.len != EVIDENCE_PART)
			rc = err_set(e, ERR_REFUSED, 0,
			    "evidence %.12s: part %d has %zu bytes",
			    d->push->sha, i, part.len);
	}
	buf_release(&part);
	return rc;
}

/* How many parts the pushed tip claims to have: from 1 to those of the record,
 * which only the whole file has. */
static int
count_parts(struct evidence_door *d, int *ret, struct err *e)
{
	struct chain_link l;
	int rc;

	rc = chain_read_link(d->repo, d->new_, d->push->sha, &l, e);
	if (rc < 0)
		return rc;
	if (l.n > d->claim.parts || d->whole != (l.n == d->claim.parts))
		return err_set(e, ERR_REFUSED, 0,
		    "evidence %.12s has %d parts by its record, this push has "
		    "%d",
		    d->push->sha, d->claim.parts, l.n);
	*ret = l.n;
	return 0;
}

static int
check_chain(struct evidence_door *d, struct err *e)
{
	unsigned char(*trees)[20] = NULL;
	struct buf last = BUF_INIT;
	int rc, n = 0, old = 0, i;

	if ((rc = count_parts(d, &n, e)) < 0)
		return rc;
	if ((trees = calloc((size_t)n, sizeof(*trees))) == NULL)
		return err_nomem(e);
	if ((rc = walk_links(d, n, trees, &old, e)) < 0 ||
	    (rc = chain_read_tree(d->repo, trees[n - 1], n, &last, e)) < 0)
		goto out;
	for (i = 1; i <= n; i++)
		mark(d, chain_blob(&last, i));
	/* of the whole the hash decides as well, so all of it is read again */
	if (d->whole)
		rc = evidence_repo_check(d->repo, d->new_, d->push->sha,
		    d->claim.size, d->claim.parts, e);
	else if ((rc = check_trees(d, trees, old, n, &last, e)) == 0)
		rc = check_full_parts(d, &last, old, n, e);
out:
	free(trees);
	buf_release(&last);
	return rc;
}

/* What is wrong with objects that were sent is a refusal, whatever it is
 * called elsewhere. */
static int
refused(int rc, struct err *e)
{
	if (rc != ERR_INVALID && rc != ERR_NOT_FOUND)
		return rc;
	if (e != NULL)
		e->code = ERR_REFUSED;
	return ERR_REFUSED;
}

static int
open_quarantine(struct evidence_door *d, struct err *e)
{
	const char *dir = d->push->objects_dir;
	size_t max = (size_t)d->claim.parts * OBJECTS_PER_PART + OBJECTS_MORE;
	int rc;

	if (dir == NULL)
		return 0;
	if ((rc = quarantine_open(dir, max, &d->quarantine, e)) < 0)
		return rc;
	return repo_add_objects_dir(d->repo, dir, e);
}

int
evidence_door_check(const struct evidence_push *p, const struct door_update *u,
    size_t n, struct err *e)
{
	struct evidence_door d;
	int rc;

	memset(&d, 0, sizeof(d));
	d.push = p;
	if ((rc = check_update(&d, u, n, e)) < 0 ||
	    (rc = repo_open(p->office_repo, &d.office, e)) < 0 ||
	    (rc = repo_open(p->evidence_repo, &d.repo, e)) < 0 ||
	    (rc = check_device(&d, e)) < 0 ||
	    (rc = find_claim(d.office, p->sha, &d.claim, e)) < 0 ||
	    (rc = check_old(&d, e)) < 0 || (rc = open_quarantine(&d, e)) < 0 ||
	    (rc = refused(check_chain(&d, e), e)) < 0)
		goto out;
	if (d.quarantine != NULL)
		rc = quarantine_check(d.quarantine, p->evidence_repo, e);
out:
	quarantine_close(d.quarantine);
	repo_close(d.repo);
	repo_close(d.office);
	return rc;
}
