#include "store/hall/returned.h"

#include "store/admit/absorb.h"
#include "store/db/mark.h"
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/hall/enroll.h"
#include "store/hall/lost.h"
#include "store/hall/notice.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"

#define HALL_REF "refs/heads/hall"
#define AHEAD_MARK "receipts_ahead " /* and the office */

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
	if (rc < 0)
		*e = own;
	return rc;
}

static int
tell(struct store *s, const char *office, const unsigned char id[20],
    const struct err *said, struct err *e)
{
	char hex[41], key[64];

	commit_hex(id, hex);
	snprintf(key, sizeof(key), "%.8s %s", office, hex);
	return notice_add(s, "returned", key, said, e);
}

/* The branch went on otherwise: what came is kept, and only that. */
static int
set_aside(struct store *s, struct repo *r, const char *office,
    const unsigned char came[20], struct err *e)
{
	struct err said;
	int rc;

	memset(&said, 0, sizeof(said));
	err_set(&said, ERR_CONFLICT, 0,
	    "office %s returned older revisions of this hall, but the hall has "
	    "written others since: they are kept aside",
	    office);
	err_hint(&said,
	    "look for reviews and decisions that are missing, and enter them "
	    "again");
	if ((rc = refs_set_aside(r, came, e)) < 0 ||
	    (rc = tell(s, office, came, &said, e)) < 0 ||
	    (rc = refs_drop(r, RETURNED_REF, came, e)) < 0)
		return rc;
	if (e != NULL)
		*e = said;
	return ERR_CONFLICT;
}

static int
set_ahead(struct store *s, const char *office, const cJSON *v, struct err *e)
{
	char name[48];

	snprintf(name, sizeof(name), AHEAD_MARK "%.8s", office);
	return mark_set(store_db(s), name, v, e);
}

static int
take(struct store *s, struct repo *r, const char *office,
    const unsigned char *ours, const unsigned char came[20], int64_t *ret_n,
    struct err *e)
{
	cJSON *ahead = cJSON_CreateTrue();
	struct err said;
	int rc;

	if (ahead == NULL)
		return err_nomem(e);
	rc = set_ahead(s, office, ahead, e);
	cJSON_Delete(ahead);
	if (rc < 0)
		return rc;
	/* the door checked it; what becomes our own branch is checked by who
	 * writes it, too */
	if ((rc = lost_check_hall(s, office, ours, came, e)) < 0 ||
	    (rc = repo_move_ref(r, HALL_REF, ours, came, e)) < 0)
		return rc;
	store_forget_branches(s);
	if ((rc = absorb_written(s, office, ret_n, e)) < 0 ||
	    /* devices that were enrolled in what was lost */
	    (rc = enroll_write_authorized_keys(s, e)) < 0)
		return rc;
	memset(&said, 0, sizeof(said));
	err_set(&said, ERR_CONFLICT, 0,
	    "this hall was restored from an old copy: office %s gave it back "
	    "revisions of its own: %lld",
	    office, (long long)*ret_n);
	err_hint(&said,
	    "what stands in no office's repository (calendars, practices, "
	    "receive.log) is as old as the copy: look whether something is "
	    "missing");
	/* the ref last: as long as it is there, all this is done again */
	rc = tell(s, office, came, &said, e);
	return rc < 0 ? rc : refs_drop(r, RETURNED_REF, came, e);
}

/* It is all here already. What follows the move of the branch may have been
 * cut. */
static int
is_taken(struct store *s, struct repo *r, const unsigned char came[20],
    struct err *e)
{
	int rc = enroll_write_authorized_keys(s, e);

	return rc < 0 ? rc : refs_drop(r, RETURNED_REF, came, e);
}

int
returned_adopt(
    struct store *s, const char *office, int64_t *ret_n, struct err *e)
{
	unsigned char ours[20], came[20];
	int has_ours = 0, has = 0, yes = 0, rc;
	struct repo *r = NULL;

	*ret_n = 0;
	if ((rc = store_repo(s, office, &r, e)) < 0 ||
	    (rc = journal_flush(s, e)) < 0 || (rc = repo_refresh(r, e)) < 0 ||
	    (rc = find_ref(r, RETURNED_REF, came, &has, e)) < 0 || !has ||
	    (rc = find_ref(r, HALL_REF, ours, &has_ours, e)) < 0)
		return rc;
	if (has_ours && (rc = graph_descends(r, ours, came, &yes, e)) < 0)
		return rc;
	if (yes)
		return is_taken(s, r, came, e);
	if (has_ours && (rc = graph_descends(r, came, ours, &yes, e)) < 0)
		return rc;
	if (has_ours && !yes)
		return set_aside(s, r, office, came, e);
	return take(s, r, office, has_ours ? ours : NULL, came, ret_n, e);
}

int
returned_settle(struct store *s, const char *office, struct err *e)
{
	cJSON *mark = NULL;
	int64_t left = 0;
	char name[48];
	int rc;

	snprintf(name, sizeof(name), AHEAD_MARK "%.8s", office);
	if ((rc = mark_get(store_db(s), name, &mark, e)) < 0 || mark == NULL)
		return rc;
	cJSON_Delete(mark);
	if ((rc = receipt_refill(s, office, e)) < 0 ||
	    (rc = db_one_int(store_db(s), &left, e,
		 "SELECT count(*) FROM receipt r WHERE r.office = ?1"
		 " AND NOT EXISTS(SELECT 1 FROM revision v JOIN branch b"
		 " ON b.id = v.branch WHERE v.commit_id = r.tip"
		 " AND b.office = r.office AND b.name = 'office')",
		 "s", office)) < 0)
		return rc;
	return left > 0 ? 0 : set_ahead(s, office, NULL, e);
}

static int
adopt_one(void *arg, const char *office, struct err *e)
{
	int64_t n;

	return returned_adopt(arg, office, &n, e);
}

int
returned_adopt_all(struct store *s, struct err *e)
{
	return store_every_office(s, adopt_one, s, e);
}
