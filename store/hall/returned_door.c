/* The door's side of returned.h: no database, only the repository. */
#include "base/clock.h"
#include "store/admit/admit.h"
#include "store/admit/lacking.h"
#include "store/admit/published.h"
#include "store/admit/quarantine.h"
#include "store/hall/returned.h"

#define HALL_REF "refs/heads/hall"
#define ZERO_ID "0000000000000000000000000000000000000000"

struct giving { /* one push being looked at */
	struct repo *repo;
	struct published *published;
	struct quarantine *quarantine; /* NULL: no directory given */
	const char *office, *hall;
	unsigned char key[KEY_PUBLIC_LEN]; /* the hall's */
	unsigned char old[20], new_[20];
	struct commit tip; /* at old */
};

static int
key_of(void *arg, const char *device, int64_t t,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	const struct giving *g = arg;
	char hall[16];

	(void)t;
	snprintf(hall, sizeof(hall), "%.8s-h", g->hall);
	if (strcmp(device, hall) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "device %s is not that of the hall, %s", device, hall);
	memcpy(ret, g->key, KEY_PUBLIC_LEN);
	return 0;
}

static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	struct giving *g = arg;

	return published_edition(g->published, id, blob, ret, e);
}

/* One device writes the hall's branch, so its tip has the last one. */
static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	const struct giving *g = arg;

	(void)device;
	(void)e;
	*ret = g->tip.sequence;
	return 0;
}

static int
seen(void *arg, const unsigned char id[20], struct err *e)
{
	struct giving *g = arg;

	(void)e;
	if (g->quarantine != NULL)
		quarantine_mark(g->quarantine, id);
	return 0;
}

int
returned_is(const struct door_update *u, size_t n)
{
	return n == 1 && strcmp(u[0].ref, RETURNED_REF) == 0;
}

static int
read_tip(struct giving *g, struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc;

	if ((rc = repo_ref(g->repo, HALL_REF, g->old, e)) == 0 &&
	    (rc = repo_read(
		 g->repo, g->old, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) == 0)
		rc = commit_parse(buf_str(&raw), raw.len, &g->tip, e);
	g->tip.armour = NULL;
	buf_release(&raw);
	return rc;
}

/* Who gives must be one of the office; whose it is decides the signature. */
static int
check_parties(struct giving *g, const char *device, struct err *e)
{
	g->office = published_office(g->published);
	if (g->office == NULL)
		return err_set(
		    e, ERR_REFUSED, 0, "the hall has not enrolled this office");
	return published_hall(g->published, &g->hall, g->key, e) < 0
		   ? (int)e->code
		   : published_active(g->published, g->office, device, e);
}

static int
admit_given(struct giving *g, struct err *e)
{
	struct admit a = { .repo = g->repo,
		.office = g->office,
		.hall = g->hall,
		.branch = RECORD_HALL,
		.now = clock_now(),
		.key_of = key_of,
		.edition_of = edition_of,
		.sequence_of = sequence_of,
		.seen = seen,
		.arg = g,
		.max_commits = DOOR_MAX_COMMITS };
	int rc = admit_range(&a, g->old, g->new_, e);

	if (rc != ERR_CONFLICT)
		return lacking_blame(
		    rc, g->repo, (const unsigned char(*)[20])g->old, 1, e);
	err_set(e, ERR_REFUSED, 0,
	    "the hall has written other revisions since: its own older ones "
	    "do not continue them");
	return ERR_REFUSED;
}

int
returned_check(const char *repo_path, const char *objects_dir,
    const char *device, const struct door_update *u, struct err *e)
{
	struct giving *g = calloc(1, sizeof(*g));
	int rc;

	if (g == NULL)
		return err_nomem(e);
	if (strcmp(u->new_, ZERO_ID) == 0) {
		rc = err_set(e, ERR_REFUSED, 0,
		    "what was returned to the hall cannot be deleted");
		goto out;
	}
	if ((rc = commit_unhex(u->new_, g->new_, e)) < 0 ||
	    (rc = repo_open(repo_path, &g->repo, e)) < 0 ||
	    (rc = published_open(g->repo, &g->published, e)) < 0 ||
	    (rc = check_parties(g, device, e)) < 0 || (rc = read_tip(g, e)) < 0)
		goto out;
	if (objects_dir != NULL &&
	    ((rc = quarantine_open(
		  objects_dir, DOOR_MAX_OBJECTS, &g->quarantine, e)) < 0 ||
		(rc = repo_add_objects_dir(g->repo, objects_dir, e)) < 0))
		goto out;
	if ((rc = admit_given(g, e)) == 0 && g->quarantine != NULL)
		rc = quarantine_check(g->quarantine, repo_path, e);
out:
	quarantine_close(g->quarantine);
	published_free(g->published);
	repo_close(g->repo);
	free(g);
	return rc;
}
