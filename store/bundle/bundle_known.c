#include "store/bundle/bundle_known.h"

#include "store/db/mark.h"
#include "store/hall/registry.h"
#include "store/sign/receipt.h"

#define HALL_HAS_REF "refs/incoming/office"
#define LACKS_KEPT 800 /* of a mark; with more of them all are sent */

void
bundle_known_release(struct bundle_known *k)
{
	cJSON_Delete(k->lacks);
	k->lacks = NULL;
}

/* --- rows --- */

/* The row of a commit; nothing when the branch does not have it. */
static int
base_of(struct store *s, const struct branch *b, const unsigned char id[20],
    struct bundle_base *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(store_db(s), &st, e,
	    "SELECT id, name FROM revision WHERE commit_id = ?1"
	    " AND branch = ?2",
	    "bi", (const void *)id, (size_t)20, b->id);
	if (rc < 0)
		return rc;
	if ((rc = db_step(store_db(s), st, e)) > 0) {
		ret->row = sqlite3_column_int64(st, 0);
		memcpy(ret->id, id, 20);
		snprintf(ret->name, sizeof(ret->name), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		rc = 0;
	}
	db_reset(st);
	return rc;
}

static int
base_of_hex(struct store *s, const struct branch *b, const char *hex,
    struct bundle_base *ret, struct err *e)
{
	unsigned char id[20];

	memset(ret, 0, sizeof(*ret));
	if (hex == NULL || commit_unhex(hex, id, NULL) < 0)
		return 0;
	return base_of(s, b, id, ret, e);
}

/* The newest revision that a device wrote: it has what was before it. */
static int
base_written(struct store *s, const struct branch *b, const char *device,
    struct bundle_base *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	unsigned char id[20];
	int rc, found;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(store_db(s), &st, e,
	    "SELECT commit_id FROM revision WHERE branch = ?1 AND device = ?2"
	    " ORDER BY id DESC LIMIT 1",
	    "is", b->id, device);
	if (rc < 0)
		return rc;
	rc = db_step(store_db(s), st, e);
	found = rc > 0 && sqlite3_column_bytes(st, 0) == 20;
	if (found)
		memcpy(id, sqlite3_column_blob(st, 0), 20);
	db_reset(st);
	if (rc < 0 || !found)
		return rc < 0 ? rc : 0;
	return base_of(s, b, id, ret, e);
}

/* --since: a revision of either branch; "-" for none. */
static int
base_since(struct store *s, const char *office, const char *since,
    struct bundle_known *ret, struct err *e)
{
	struct branch *b = NULL;
	sqlite3_stmt *st = NULL;
	unsigned char id[20];
	const char *which = since[0] == 'h' ? "hall" : "office";
	int rc, found;

	if (strcmp(since, "-") == 0)
		return 0;
	if ((rc = store_branch(s, office, which, &b, e)) < 0 ||
	    (rc = db_stmt(store_db(s), &st, e,
		 "SELECT commit_id FROM revision WHERE branch = ?1"
		 " AND name = ?2 ORDER BY id LIMIT 1",
		 "is", b->id, since)) < 0)
		return rc;
	rc = db_step(store_db(s), st, e);
	found = rc > 0 && sqlite3_column_bytes(st, 0) == 20;
	if (found)
		memcpy(id, sqlite3_column_blob(st, 0), 20);
	db_reset(st);
	if (rc < 0)
		return rc;
	if (found)
		return base_of(
		    s, b, id, which[0] == 'h' ? &ret->hall : &ret->office, e);
	err_set(e, ERR_NOT_FOUND, 0,
	    "there is no revision '%s' that a bundle could begin after", since);
	err_hint(e, "name one as 'pmqa history' shows it, such as a142 or h17, "
		    "or - for everything");
	return ERR_NOT_FOUND;
}

/* --- the hall --- */

int
bundle_known_hall(
    struct store *s, const char *since, struct bundle_known *ret, struct err *e)
{
	struct branch *b = NULL;
	unsigned char id[20];
	cJSON *last = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((ret->lacks = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	if (since != NULL)
		return base_since(s, "", since, ret, e);
	if ((rc = store_branch(s, "", "office", &b, e)) < 0)
		return rc;
	/* what it had when we last heard of it; else what it signed for */
	rc = repo_ref(b->repo, HALL_HAS_REF, id, e);
	if (rc == 0)
		rc = base_of(s, b, id, &ret->office, e);
	if ((rc < 0 && rc != ERR_NOT_FOUND) || ret->office.row != 0)
		return rc;
	if ((rc = receipt_last(s, "", &last, e)) == 0)
		rc = base_of_hex(s, b, json_str(last, "tip"), &ret->office, e);
	cJSON_Delete(last);
	return rc;
}

/* --- devices --- */

static void
mark_name(const char *device, char ret[32])
{
	snprintf(ret, 32, "bundle.%.16s", device);
}

struct device_known {
	struct bundle_base office, hall;
	int all_files;
	const cJSON *lacks; /* NULL: it never said */
	cJSON *told;
};

static int
look_at_device(struct store *s, const char *office, const char *device,
    struct device_known *ret, struct err *e)
{
	struct branch *bo = NULL, *bh = NULL;
	struct bundle_base own;
	char name[32];
	int rc;

	memset(ret, 0, sizeof(*ret));
	mark_name(device, name);
	if ((rc = store_branch(s, office, "office", &bo, e)) < 0 ||
	    (rc = store_branch(s, office, "hall", &bh, e)) < 0 ||
	    (rc = mark_get(store_db(s), name, &ret->told, e)) < 0 ||
	    (rc = base_of_hex(
		 s, bo, json_str(ret->told, "office"), &ret->office, e)) < 0 ||
	    (rc = base_of_hex(
		 s, bh, json_str(ret->told, "hall"), &ret->hall, e)) < 0 ||
	    (rc = base_written(s, bo, device, &own, e)) < 0)
		return rc;
	if (own.row > ret->office.row)
		ret->office = own;
	ret->lacks = json_get(ret->told, "lacks");
	/* one that never wrote and never said a word is new */
	ret->all_files = ret->told != NULL
			     ? json_bool(ret->told, "lacks_all", 0)
			     : own.row == 0;
	return 0;
}

static int
add_lacks(cJSON *list, const cJSON *lacks, struct err *e)
{
	const cJSON *v, *have;
	int rc;

	cJSON_ArrayForEach (v, lacks) {
		if (!cJSON_IsString(v))
			continue;
		cJSON_ArrayForEach (have, list)
			if (strcmp(have->valuestring, v->valuestring) == 0)
				break;
		if (have == NULL &&
		    (rc = json_push_str(list, v->valuestring, e)) < 0)
			return rc;
	}
	return 0;
}

static void
keep_least(struct bundle_base *least, const struct bundle_base *b, int first)
{
	if (first || b->row < least->row)
		*least = *b;
}

static int
add_device(struct store *s, const char *office, const char *device, int first,
    struct bundle_known *ret, struct err *e)
{
	struct device_known k;
	int rc = look_at_device(s, office, device, &k, e);

	if (rc == 0) {
		keep_least(&ret->office, &k.office, first);
		keep_least(&ret->hall, &k.hall, first);
		ret->all_files |= k.all_files;
		rc = add_lacks(ret->lacks, k.lacks, e);
	}
	cJSON_Delete(k.told);
	return rc;
}

/* Calls each() for the active devices but ourselves. */
static int
each_device(struct store *s, const char *office,
    int (*each)(void *arg, const char *device, const char *key, struct err *e),
    void *arg, struct err *e)
{
	const cJSON *d;
	cJSON *registry = NULL;
	const char *state, *key;
	char device[16];
	int rc;

	if ((rc = registry_read(s, office, &registry, e)) < 0)
		return rc;
	cJSON_ArrayForEach (d, json_get(registry, "devices")) {
		snprintf(
		    device, sizeof(device), "%.4s-%.1s", office, d->string);
		state = json_str(d, "state");
		key = json_str(d, "key");
		if (state == NULL || key == NULL ||
		    strcmp(state, "active") != 0 ||
		    strcmp(device, store_device(s)) == 0)
			continue;
		if ((rc = each(arg, device, key, e)) < 0)
			break;
	}
	cJSON_Delete(registry);
	return rc;
}

struct looking {
	struct store *s;
	const char *office;
	struct bundle_known *ret;
	int n;
};

static int
on_device(void *arg, const char *device, const char *key, struct err *e)
{
	struct looking *l = arg;

	(void)key;
	return add_device(l->s, l->office, device, l->n++ == 0, l->ret, e);
}

int
bundle_known_office(struct store *s, const char *office, const char *since,
    struct bundle_known *ret, struct err *e)
{
	struct looking l = { .s = s, .office = office, .ret = ret };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((ret->lacks = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	if ((rc = each_device(s, office, on_device, &l, e)) < 0)
		return rc;
	if (l.n == 0) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "office %s has no device that could take this bundle",
		    office);
		err_hint(e, "enrol its machine first: pmqa enroll there, pmqa "
			    "hall enroll at the hall");
		return ERR_NOT_FOUND;
	}
	if (since == NULL)
		return 0;
	memset(&ret->office, 0, sizeof(ret->office));
	memset(&ret->hall, 0, sizeof(ret->hall));
	ret->all_files |= strcmp(since, "-") == 0;
	return base_since(s, office, since, ret, e);
}

static int
on_key(void *arg, const char *device, const char *key, struct err *e)
{
	(void)device;
	return json_push_str(arg, key, e);
}

int
bundle_known_keys(
    struct store *s, const char *office, cJSON *ret, struct err *e)
{
	return each_device(s, office, on_key, ret, e);
}

/* --- keeping --- */

int
bundle_known_keep(struct store *s, const cJSON *note, struct err *e)
{
	const cJSON *tips = json_get(note, "tips"), *v;
	cJSON *told = cJSON_CreateObject(), *lacks = cJSON_CreateArray();
	int all = json_bool(note, "lacks_all", 0), n = 0, rc;
	char name[32];

	mark_name(json_str(note, "from"), name);
	if ((rc = json_put(told, "lacks", lacks, e)) < 0 ||
	    (rc = json_put_str(told, "office", json_str(tips, "office"), e)) <
		0 ||
	    (rc = json_put_str(told, "hall", json_str(tips, "hall"), e)) < 0 ||
	    (rc = json_put_str(told, "time", json_str(note, "time"), e)) < 0)
		goto out;
	cJSON_ArrayForEach (v, json_get(note, "lacks")) {
		if (n++ == LACKS_KEPT) {
			all = 1;
			break;
		}
		if ((rc = json_push_str(lacks, v->valuestring, e)) < 0)
			goto out;
	}
	if ((rc = json_put_bool(told, "lacks_all", all, e)) == 0)
		rc = mark_set(store_db(s), name, told, e);
out:
	cJSON_Delete(told);
	return rc;
}
