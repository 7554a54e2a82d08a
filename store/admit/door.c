#include "store/admit/door.h"

#include "base/clock.h"
#include "store/admit/admit.h"
#include "store/admit/lacking.h"
#include "store/admit/published.h"
#include "store/admit/quarantine.h"
#include "store/admit/side.h"
#include "store/git/graph.h"

#define DOOR_REF "refs/heads/office"
#define ZERO_ID "0000000000000000000000000000000000000000"

struct door { /* one push being looked at */
	struct repo *repo;
	struct published *published;
	struct quarantine *quarantine; /* NULL: no directory given */
	const char *office;
	char side[16]; /* the pushing device's */
	int to_side;   /* the push is to that, not to the branch */
	int has_old;
	unsigned char old[20], new_[20];
	/* what was admitted before: the branch and the device's side */
	unsigned char known[2][20];
	size_t n_known;
	int waits; /* old holds what the branch has not reached */
};

static int
key_of(void *arg, const char *device, int64_t t,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	struct door *d = arg;

	return published_key(d->published, d->office, device, t, ret, e);
}

/* A revoked key could date its revisions back: none is new but those that a
 * restored hall had before. */
static int
may_write(void *arg, const char *device, int64_t sequence, struct err *e)
{
	struct door *d = arg;

	return published_may(d->published, d->office, device, sequence, 1, e);
}

static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	struct door *d = arg;

	return published_edition(d->published, id, blob, ret, e);
}

struct newest { /* revision of one device */
	struct door *door;
	struct buf raw;
	struct commit c;
	const char *device;
	int64_t sequence;
	unsigned char id[20];
};

static int
is_of_device(void *arg, const unsigned char id[20], struct err *e)
{
	struct newest *n = arg;
	int rc;

	buf_clear(&n->raw);
	rc =
	    repo_read(n->door->repo, id, OBJECT_COMMIT, COMMIT_MAX, &n->raw, e);
	if (rc == 0)
		rc = commit_parse(buf_str(&n->raw), n->raw.len, &n->c, e);
	if (rc < 0 || strcmp(n->c.device, n->device) != 0)
		return rc;
	if (n->c.sequence > n->sequence) {
		n->sequence = n->c.sequence;
		memcpy(n->id, id, 20);
	}
	return 1;
}

/* Back from what is known to the device's newest revision: mostly a tip. */
static int
find_newest(struct door *d, const char *device, int64_t *ret,
    unsigned char ret_id[20], struct err *e)
{
	struct newest *n = calloc(1, sizeof(*n));
	int rc;

	if (n == NULL)
		return err_nomem(e);
	n->door = d;
	n->device = device;
	buf_init(&n->raw);
	rc = graph_newest(d->repo, (const unsigned char(*)[20])d->known,
	    d->n_known, is_of_device, n, e);
	*ret = n->sequence;
	memcpy(ret_id, n->id, 20);
	buf_release(&n->raw);
	free(n);
	return rc;
}

static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	unsigned char id[20];

	return find_newest(arg, device, ret, id, e);
}

static int
newest_of(void *arg, const char *device, unsigned char ret[20], int *ret_has,
    struct err *e)
{
	int64_t sequence = 0;
	int rc = find_newest(arg, device, &sequence, ret, e);

	*ret_has = sequence > 0;
	return rc;
}

static int
seen(void *arg, const unsigned char id[20], struct err *e)
{
	struct door *d = arg;

	(void)e;
	if (d->quarantine != NULL)
		quarantine_mark(d->quarantine, id);
	return 0;
}

/* One branch, created or moved forward: everything else ends here. */
static int
check_update(
    struct door *d, const struct door_update *u, size_t n, struct err *e)
{
	int rc;

	if (n != 1)
		return err_set(e, ERR_REFUSED, 0,
		    "a push may move exactly one branch, this one moves %zu",
		    n);
	d->to_side = strcmp(u->ref, d->side) == 0;
	if (!d->to_side && strcmp(u->ref, DOOR_REF) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "only branch 'office' can be pushed here");
	if (strcmp(u->new_, ZERO_ID) == 0)
		return err_set(e, ERR_REFUSED, 0,
		    "branch 'office' cannot be deleted: history only grows");
	d->has_old = strcmp(u->old, ZERO_ID) != 0;
	if ((rc = commit_unhex(u->old, d->old, e)) < 0)
		return rc;
	return commit_unhex(u->new_, d->new_, e);
}

static int
find(struct door *d, const char *ref, unsigned char ret[20], int *ret_has,
    struct err *e)
{
	struct err seen;
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = repo_ref(d->repo, ref, ret, &seen);
	*ret_has = rc == 0;
	if (rc == 0 || rc == ERR_NOT_FOUND)
		return 0;
	if (e != NULL)
		*e = seen;
	return rc;
}

/* What git says is old must be what stands in the repository. */
static int
check_old(struct door *d, struct err *e)
{
	unsigned char branch[20], side[20];
	int rc, has_branch, has_side, reached = 0;

	if ((rc = find(d, DOOR_REF, branch, &has_branch, e)) < 0 ||
	    (rc = find(d, d->side, side, &has_side, e)) < 0)
		return rc;
	if ((d->to_side ? has_side : has_branch) != d->has_old ||
	    (d->has_old &&
		memcmp(d->to_side ? side : branch, d->old, 20) != 0)) {
		err_set(
		    e, ERR_REFUSED, 0, "the branch was moved by another push");
		err_hint(e, "synchronise again");
		return ERR_REFUSED;
	}
	if (has_branch)
		memcpy(d->known[d->n_known++], branch, 20);
	if (has_side)
		memcpy(d->known[d->n_known++], side, 20);
	d->waits = d->has_old;
	if (!d->to_side || !has_branch || !has_side)
		return 0;
	rc = graph_descends(d->repo, branch, side, &reached, e);
	d->waits = !reached;
	return rc;
}

static int
admit_push(struct door *d, struct err *e)
{
	struct admit a = { .repo = d->repo,
		.office = d->office,
		.branch = RECORD_OFFICE,
		.now = clock_now(),
		.key_of = key_of,
		.may_write = may_write,
		.edition_of = edition_of,
		.sequence_of = sequence_of,
		.newest_of = newest_of,
		.seen = seen,
		.arg = d,
		.max_commits = DOOR_MAX_COMMITS,
		.known = (const unsigned char(*)[20])d->known,
		.n_known = d->n_known };
	int rc = admit_range(&a, d->waits ? d->old : NULL, d->new_, e);

	if (rc == ERR_CONFLICT) {
		if (e != NULL)
			e->code = ERR_REFUSED;
		return ERR_REFUSED;
	}
	return lacking_blame(rc, d->repo, a.known, d->n_known, e);
}

static int
check_device(struct door *d, const char *device, struct err *e)
{
	d->office = published_office(d->published);
	if (d->office == NULL)
		return err_set(
		    e, ERR_REFUSED, 0, "the hall has not enrolled this office");
	return published_active(d->published, d->office, device, e);
}

int
door_check(const char *repo_path, const char *objects_dir, const char *device,
    const struct door_update *u, size_t n, struct err *e)
{
	struct door d;
	int rc;

	memset(&d, 0, sizeof(d));
	side_ref(device, d.side);
	if ((rc = check_update(&d, u, n, e)) < 0)
		goto out;
	if ((rc = repo_open(repo_path, &d.repo, e)) < 0)
		goto out;
	if ((rc = check_old(&d, e)) < 0)
		goto out;
	/* before the quarantine is looked at: the hall's word is not in it */
	if ((rc = published_open(d.repo, &d.published, e)) < 0)
		goto out;
	if ((rc = check_device(&d, device, e)) < 0)
		goto out;
	if (objects_dir != NULL) {
		if ((rc = quarantine_open(
			 objects_dir, DOOR_MAX_OBJECTS, &d.quarantine, e)) < 0)
			goto out;
		if ((rc = repo_add_objects_dir(d.repo, objects_dir, e)) < 0)
			goto out;
	}
	if ((rc = admit_push(&d, e)) < 0)
		goto out;
	if (d.quarantine != NULL)
		rc = quarantine_check(d.quarantine, repo_path, e);
out:
	quarantine_close(d.quarantine);
	published_free(d.published);
	repo_close(d.repo);
	return rc;
}
