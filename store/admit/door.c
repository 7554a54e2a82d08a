#include "store/admit/door.h"

#include "base/clock.h"
#include "store/admit/admit.h"
#include "store/admit/published.h"
#include "store/admit/quarantine.h"

#define DOOR_REF "refs/heads/office"
#define ZERO_ID "0000000000000000000000000000000000000000"

struct door { /* one push being looked at */
	struct repo *repo;
	struct published *published;
	struct quarantine *quarantine; /* NULL: no directory given */
	const char *office;
	int has_old;
	unsigned char old[20], new_[20];
};

static int
key_of(void *arg, const char *device, int64_t t,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	struct door *d = arg;
	int rc;

	/* a revoked key could date its revisions back: none is new */
	if ((rc = published_active(d->published, d->office, device, e)) < 0)
		return rc;
	return published_key(d->published, d->office, device, t, ret, e);
}

static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	struct door *d = arg;

	return published_edition(d->published, id, blob, ret, e);
}

static int
read_commit(struct repo *r, const unsigned char id[20], struct buf *raw,
    struct commit *ret, struct err *e)
{
	int rc;

	buf_clear(raw);
	if ((rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, raw, e)) < 0)
		return rc;
	return commit_parse(buf_str(raw), raw->len, ret, e);
}

/* Back from the old tip to the device's newest revision: mostly the tip. */
static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	struct door *d = arg;
	struct buf raw = BUF_INIT;
	struct commit *c = NULL;
	unsigned char id[20];
	int rc = 0, more = d->has_old;

	*ret = 0;
	if ((c = malloc(sizeof(*c))) == NULL)
		return err_nomem(e);
	memcpy(id, d->old, 20);
	while (more) {
		if ((rc = read_commit(d->repo, id, &raw, c, e)) < 0)
			break;
		if (strcmp(c->device, device) == 0) {
			*ret = c->sequence;
			break;
		}
		more = c->n_parents > 0;
		memcpy(id, c->parents[0], 20);
	}
	buf_release(&raw);
	free(c);
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
	if (strcmp(u->ref, DOOR_REF) != 0)
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

/* What git says is old must be what stands in the repository. */
static int
check_old(struct door *d, struct err *e)
{
	unsigned char now[20];
	int rc = repo_ref(d->repo, DOOR_REF, now, e);

	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	if ((rc == 0) == d->has_old &&
	    (rc != 0 || memcmp(now, d->old, 20) == 0))
		return 0;
	err_set(e, ERR_REFUSED, 0, "the branch was moved by another push");
	err_hint(e, "synchronise again");
	return ERR_REFUSED;
}

static int
admit_push(struct door *d, struct err *e)
{
	struct admit a = { .repo = d->repo,
		.office = d->office,
		.branch = RECORD_OFFICE,
		.now = clock_now(),
		.key_of = key_of,
		.edition_of = edition_of,
		.sequence_of = sequence_of,
		.seen = seen,
		.arg = d,
		.max_commits = DOOR_MAX_COMMITS };
	int rc = admit_range(&a, d->has_old ? d->old : NULL, d->new_, e);

	if (rc == ERR_CONFLICT) {
		if (e != NULL)
			e->code = ERR_REFUSED;
		return ERR_REFUSED;
	}
	return rc;
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
