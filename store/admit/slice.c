#include "store/admit/slice.h"

#include <inttypes.h>

#include "base/json.h"
#include "store/sign/receipt.h"

#define OWN_REF "refs/heads/office"
#define HALL_HAS_REF "refs/incoming/office"
#define RECEIPT_MAX 4096

/* A ref that may be absent: *ret_has says. */
static int
find_ref(struct repo *r, const char *name, unsigned char ret[20], int *ret_has,
    struct err *e)
{
	struct err own;
	int rc;

	memset(&own, 0, sizeof(own));
	rc = repo_ref(r, name, ret, &own);
	*ret_has = rc == 0;
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0 && e != NULL)
		*e = own;
	return rc;
}

int
slice_ahead(struct store *s, int *ret, struct err *e)
{
	unsigned char own[20], theirs[20];
	int has_own = 0, has_theirs = 0, rc;
	struct repo *r;

	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = find_ref(r, OWN_REF, own, &has_own, e)) < 0 ||
	    (rc = find_ref(r, HALL_HAS_REF, theirs, &has_theirs, e)) < 0)
		return rc;
	*ret = has_own && (!has_theirs || memcmp(own, theirs, 20) != 0);
	return 0;
}

/* Row of a commit on our branch: rows grow along it, so a row found is an
 * ancestor. */
static int
row_of(struct store *s, const struct branch *b, const unsigned char id[20],
    int64_t *ret, struct err *e)
{
	return db_one_int(store_db(s), ret, e,
	    "SELECT id FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)id, (size_t)20, b->id);
}

/* The branch's ref was moved by somebody else, or the index is old. */
static int
own_row(struct store *s, const struct branch *b, const unsigned char own[20],
    int64_t *ret, struct err *e)
{
	struct err seen;
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = row_of(s, b, own, ret, &seen);
	if (rc == ERR_NOT_FOUND) {
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the index does not know the revision that '%s' names",
		    OWN_REF);
		err_hint(e, "stop the daemon and run 'pmqad --reindex'");
	} else if (rc < 0 && e != NULL) {
		*e = seen;
	}
	return rc;
}

static int
start_row(struct store *s, const struct branch *b,
    const unsigned char theirs[20], int64_t *ret, struct err *e)
{
	struct err seen;
	char hex[41];
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = row_of(s, b, theirs, ret, &seen);
	if (rc == 0)
		return 0;
	if (rc != ERR_NOT_FOUND) {
		if (e != NULL)
			*e = seen;
		return rc;
	}
	commit_hex(theirs, hex);
	rc = err_set(e, ERR_CONFLICT, 0,
	    "the hall has revisions of this office up to %.8s that this "
	    "device does not have",
	    hex);
	err_hint(e, "another device of this office wrote them, or this one was "
		    "restored from an old copy; nothing is lost, ask the hall");
	return rc;
}

/* Walks the revisions of (from, to] until the slice is full. */
static int
fill(struct store *s, const struct branch *b, int64_t from, int64_t to,
    int64_t max_bytes, struct slice *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int64_t bytes = 0, last = from;
	int rc;

	if ((rc = db_stmt(store_db(s), &st, e,
		 "SELECT id, commit_id, bytes FROM revision"
		 " WHERE branch = ?1 AND id > ?2 AND id <= ?3 ORDER BY id",
		 "iii", b->id, from, to)) < 0)
		return rc;
	while ((rc = db_step(store_db(s), st, e)) > 0) {
		if (sqlite3_column_bytes(st, 1) != 20) {
			rc = err_set(e, ERR_DAMAGED, 0,
			    "a revision in the database has no commit id");
			break;
		}
		bytes += sqlite3_column_int64(st, 2);
		if (ret->n > 0 && bytes > max_bytes)
			break;
		last = sqlite3_column_int64(st, 0);
		memcpy(ret->tip, sqlite3_column_blob(st, 1), 20);
		ret->n++;
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	return db_one_int(store_db(s), &ret->left, e,
	    "SELECT count(*) FROM revision"
	    " WHERE branch = ?1 AND id > ?2 AND id <= ?3",
	    "iii", b->id, last, to);
}

int
slice_next(struct store *s, int64_t max_bytes, struct slice *ret, struct err *e)
{
	unsigned char own[20], theirs[20];
	int has_own = 0, has_theirs = 0, rc;
	int64_t from = 0, to = 0;
	struct slice found;
	struct branch *b;

	memset(&found, 0, sizeof(found));
	if ((rc = store_branch(s, "", "office", &b, e)) < 0 ||
	    (rc = find_ref(b->repo, OWN_REF, own, &has_own, e)) < 0 ||
	    (rc = find_ref(b->repo, HALL_HAS_REF, theirs, &has_theirs, e)) < 0)
		return rc;
	if (has_theirs && (rc = start_row(s, b, theirs, &from, e)) < 0)
		return rc;
	if (has_own &&
	    ((rc = own_row(s, b, own, &to, e)) < 0 ||
		(rc = fill(s, b, from, to, max_bytes, &found, e)) < 0))
		return rc;
	*ret = found;
	return 0;
}

int
slice_pushed(struct store *s, const unsigned char tip[20], struct err *e)
{
	unsigned char theirs[20];
	int has = 0, rc;
	struct repo *r;

	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = find_ref(r, HALL_HAS_REF, theirs, &has, e)) < 0)
		return rc;
	return repo_move_ref(r, HALL_HAS_REF, has ? theirs : NULL, tip, e);
}

int
slice_take_receipt(struct store *s, const unsigned char tip[20],
    const char *json, size_t len, struct err *e)
{
	const struct conf *conf = store_conf(s);
	struct receipt r;
	cJSON *v = NULL;
	int rc;

	memset(&r, 0, sizeof(r));
	if ((rc = json_parse(json, len, RECEIPT_MAX, &v, e)) < 0 ||
	    (rc = receipt_check(v, conf->hall_pub, &r, e)) < 0)
		goto out;
	if (strcmp(r.office, conf->code) != 0 || memcmp(r.tip, tip, 20) != 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the hall's receipt names something that was not pushed");
		goto out;
	}
	rc = receipt_apply(s, conf->code, v, e);
out:
	cJSON_Delete(v);
	return rc;
}

int
slice_synced(struct store *s, int *ret_synced, int *ret_waiting,
    cJSON **ret_receipt, struct err *e)
{
	unsigned char tip[20];
	cJSON *last = NULL;
	const char *hex;
	struct branch *b;
	int rc;

	if ((rc = store_branch(s, "", "office", &b, e)) < 0 ||
	    (rc = receipt_last(s, store_conf(s)->code, &last, e)) < 0)
		return rc;
	hex = json_str(last, "tip");
	*ret_synced = b->has_tip && hex != NULL &&
		      commit_unhex(hex, tip, NULL) == 0 &&
		      memcmp(tip, b->tip, 20) == 0;
	*ret_waiting = b->has_tip && !*ret_synced;
	*ret_receipt = last;
	return 0;
}
