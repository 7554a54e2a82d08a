#include "store/admit/trust.h"

#include "base/clock.h"
#include "store/admit/published.h"
#include "store/provinces.h"
#include "store/save/index.h"

static int
key_of_hall(struct trust *t, const char *device,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	const unsigned char *pub = NULL;
	const char *code = NULL;
	char hall[16];
	int rc;

	if ((rc = trust_hall_of(t->store, t->office, &code, &pub, e)) < 0)
		return rc;
	snprintf(hall, sizeof(hall), "%s-h", code);
	if (strcmp(device, hall) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "device %s is not that of the hall, %s", device, hall);
	memcpy(ret, pub, KEY_PUBLIC_LEN);
	return 0;
}

static int
key_of(void *arg, const char *device, int64_t when,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	struct trust *t = arg;
	const struct conf *c = store_conf(t->store);

	if (t->branch == RECORD_HALL)
		return key_of_hall(t, device, ret, e);
	if (c->role == ROLE_OFFICE &&
	    strcmp(device, store_device(t->store)) == 0) {
		memcpy(ret, store_key(t->store)->pub, KEY_PUBLIC_LEN);
		return 0;
	}
	return published_key(t->published, t->office, device, when, ret, e);
}

/* What the hall's own door let in is in: it asked the registry of that moment.
 * Our own revisions are good here, whatever the hall says of this device. */
static int
may_write(void *arg, const char *device, int64_t sequence, struct err *e)
{
	struct trust *t = arg;
	const struct conf *c = store_conf(t->store);

	if (t->branch == RECORD_HALL || c->role == ROLE_HALL ||
	    strcmp(device, store_device(t->store)) == 0)
		return 0;
	return published_may(t->published, t->office, device, sequence, 0, e);
}

static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	struct trust *t = arg;
	int rc = published_check_edition(t->published, id, blob, e);

	/* the same bytes: parsed once for all offices and pushes */
	if (rc == 0 &&
	    store_edition(t->store, t->office, id, blob, ret, NULL, NULL) == 0)
		return 0;
	if (rc == 0)
		rc = published_edition(t->published, id, blob, ret, e);
	if (rc != ERR_REFUSED || store_conf(t->store)->role != ROLE_OFFICE)
		return rc;
	/* an office begins with the shipped editions, before it joins a hall */
	rc = store_edition(t->store, t->office, id, blob, ret, NULL, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	return err_set(e, ERR_REFUSED, 0,
	    "edition '%s' is not here in the form that was pinned", id);
}

static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	struct trust *t = arg;

	*ret = 0;
	if (t->branch_id == 0)
		return 0;
	return db_one_int(store_db(t->store), ret, e,
	    "SELECT ifnull((SELECT sequence FROM revision WHERE branch = ?1"
	    " AND device = ?2 ORDER BY id DESC LIMIT 1), 0)",
	    "is", t->branch_id, device);
}

static int
newest_of(void *arg, const char *device, unsigned char ret[20], int *ret_has,
    struct err *e)
{
	struct trust *t = arg;
	sqlite3_stmt *st = NULL;
	int rc;

	*ret_has = 0;
	if (t->branch_id == 0)
		return 0;
	rc = db_stmt(store_db(t->store), &st, e,
	    "SELECT commit_id FROM revision WHERE branch = ?1 AND device = ?2"
	    " ORDER BY id DESC LIMIT 1",
	    "is", t->branch_id, device);
	if (rc < 0)
		return rc;
	if ((rc = db_step(store_db(t->store), st, e)) > 0 &&
	    sqlite3_column_bytes(st, 0) == 20) {
		memcpy(ret, sqlite3_column_blob(st, 0), 20);
		*ret_has = 1;
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
trust_is_indexed(void *arg, const unsigned char id[20], struct err *e)
{
	const struct trust *t = arg;

	return index_has(t->store, t->branch_id, id, e);
}

int
trust_hall_of(struct store *s, const char *office, const char **ret_code,
    const unsigned char **ret_pub, struct err *e)
{
	const struct conf *c = store_conf(s);
	const struct province *p = NULL;
	const char *code = c->hall_code;
	int rc;

	if (c->role == ROLE_MINISTRY) {
		if ((rc = provinces_find(s, office, &p, e)) < 0)
			return rc;
		code = p->conf.hall_code;
		*ret_pub = p->conf.hall_pub;
	} else if (c->role == ROLE_HALL) {
		code = c->code;
		*ret_pub = store_key(s)->pub;
	} else if (c->enrolled) {
		*ret_pub = c->hall_pub;
	} else {
		return err_set(e, ERR_REFUSED, 0,
		    "this office has not joined a hall, so nothing of a hall "
		    "can be checked");
	}
	if (ret_code != NULL)
		*ret_code = code;
	return 0;
}

int
trust_hall_key(struct store *s, const unsigned char **ret, struct err *e)
{
	return trust_hall_of(s, "", NULL, ret, e);
}

int
trust_init(struct trust *t, struct store *s, struct repo *repo,
    const char *office, const char *which, struct err *e)
{
	const struct conf *c = store_conf(s);
	const unsigned char *pub = NULL;
	int rc;

	memset(t, 0, sizeof(*t));
	t->store = s;
	t->repo = repo;
	if (repo == NULL && (rc = store_repo(s, office, &t->repo, e)) < 0)
		return rc;
	snprintf(t->office, sizeof(t->office), "%s",
	    c->role == ROLE_OFFICE ? c->code : office);
	t->branch = strcmp(which, "hall") == 0 ? RECORD_HALL : RECORD_OFFICE;
	if ((c->role != ROLE_OFFICE || c->enrolled) &&
	    (rc = trust_hall_of(s, t->office, &t->hall, &pub, e)) < 0)
		return rc;
	return published_open(t->repo, &t->published, e);
}

void
trust_release(struct trust *t)
{
	published_free(t->published);
	t->published = NULL;
}

void
trust_admit(struct trust *t, void *arg, struct admit *a)
{
	memset(a, 0, sizeof(*a));
	a->repo = t->repo;
	a->office = t->office;
	a->hall = t->hall;
	a->branch = t->branch;
	a->now = clock_now();
	a->key_of = key_of;
	a->may_write = may_write;
	a->edition_of = edition_of;
	a->sequence_of = sequence_of;
	a->newest_of = newest_of;
	a->arg = arg;
}
