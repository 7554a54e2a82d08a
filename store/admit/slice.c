#include "store/admit/slice.h"

#include <inttypes.h>

#include "base/json.h"
#include "store/admit/slice_graph.h"
#include "store/sign/receipt.h"

#define OWN_REF "refs/heads/office"
#define HALL_HAS_REF "refs/incoming/office"
#define HALL_SIDE_REF "refs/incoming/side"
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

/* Row of a commit of our branch: what has one is reached by its tip. */
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

/* Walks the revisions of (from, to] until the slice is full: what follows a row
 * of the first-parent line is what that commit does not reach. */
static int
fill(struct store *s, const struct branch *b, int64_t from, int64_t to,
    int64_t max_bytes, struct slice *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int64_t bytes = 0, last = from;
	int rc;

	if ((rc = db_stmt(store_db(s), &st, e,
		 "SELECT id, commit_id, bytes, side FROM revision"
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
		ret->side = sqlite3_column_int(st, 3) != 0;
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

/* What the hall has of ours, as refs and as rows of the index (0: none). */
struct has {
	unsigned char office[20], side[20];
	int has_office, has_side;
	int64_t office_row, side_row;
	int64_t beside; /* its office branch is a side revision here */
};

static int
find_side(struct store *s, const struct branch *b, struct has *h, struct err *e)
{
	struct err seen;
	int rc;

	rc = find_ref(b->repo, HALL_SIDE_REF, h->side, &h->has_side, e);
	if (rc < 0 || !h->has_side)
		return rc;
	memset(&seen, 0, sizeof(seen));
	rc = row_of(s, b, h->side, &h->side_row, &seen);
	if (rc == ERR_NOT_FOUND) {
		h->has_side = 0; /* of a line that we left */
		return 0;
	}
	if (rc < 0 && e != NULL)
		*e = seen;
	return rc;
}

static int
find_hall(struct store *s, const struct branch *b, struct has *h, struct err *e)
{
	int rc;

	memset(h, 0, sizeof(*h));
	rc = find_ref(b->repo, HALL_HAS_REF, h->office, &h->has_office, e);
	if (rc < 0)
		return rc;
	if (h->has_office &&
	    ((rc = start_row(s, b, h->office, &h->office_row, e)) < 0 ||
		(rc = db_one_int(store_db(s), &h->beside, e,
		     "SELECT side FROM revision WHERE id = ?1", "i",
		     h->office_row)) < 0))
		return rc;
	return find_side(s, b, h, e);
}

/* 1 if each row up to one stands behind all rows before it: no line beside the
 * branch is made of several, nor comes after a row of the branch, which it need
 * not follow. */
static int
is_plain(struct store *s, const struct branch *b, const struct has *h,
    int64_t to, int *ret, struct err *e)
{
	int64_t nested = 0;
	int rc;

	*ret = 0;
	if (h->beside || h->side_row > h->office_row)
		return 0;
	rc = db_one_int(store_db(s), &nested, e,
	    "SELECT EXISTS(SELECT 1 FROM revision WHERE branch = ?1"
	    " AND id > ?2 AND id <= ?3 AND side = 1 AND (parent2 IS NOT NULL"
	    " OR id > (SELECT min(id) FROM revision WHERE branch = ?1"
	    " AND id > ?2 AND id <= ?3 AND side = 0)))",
	    "iii", b->id, h->office_row, to);
	*ret = rc == 0 && !nested;
	return rc;
}

int
slice_next(struct store *s, int64_t max_bytes, struct slice *ret, struct err *e)
{
	unsigned char own[20];
	int has_own = 0, plain = 0, rc;
	struct slice found;
	struct branch *b;
	struct has h;
	int64_t to = 0;

	memset(&found, 0, sizeof(found));
	if ((rc = store_branch(s, "", "office", &b, e)) < 0 ||
	    (rc = find_ref(b->repo, OWN_REF, own, &has_own, e)) < 0 ||
	    (rc = find_hall(s, b, &h, e)) < 0)
		return rc;
	if (has_own && (rc = own_row(s, b, own, &to, e)) < 0)
		return rc;
	if (has_own && (rc = is_plain(s, b, &h, to, &plain, e)) < 0)
		return rc;
	if (has_own && plain)
		rc = fill(s, b, h.office_row, to, max_bytes, &found, e);
	else if (has_own)
		rc = slice_graph_next(s, b, own, h.has_office ? h.office : NULL,
		    h.has_side ? h.side : NULL, max_bytes, &found, e);
	if (rc == 0)
		*ret = found;
	return rc;
}

static int
note_pushed(struct store *s, const char *ref, const unsigned char tip[20],
    struct err *e)
{
	unsigned char theirs[20];
	int has = 0, rc;
	struct repo *r;

	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = find_ref(r, ref, theirs, &has, e)) < 0)
		return rc;
	return repo_move_ref(r, ref, has ? theirs : NULL, tip, e);
}

int
slice_pushed(struct store *s, const unsigned char tip[20], struct err *e)
{
	return note_pushed(s, HALL_HAS_REF, tip, e);
}

int
slice_pushed_side(struct store *s, const unsigned char tip[20], struct err *e)
{
	return note_pushed(s, HALL_SIDE_REF, tip, e);
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
