#include "base/clock.h"
#include "store/admit/copy.h"
#include "store/evidence/evidence_take.h"
#include "store/hall/lost.h"
#include "store/hall/notice.h"
#include "store/look/asof.h"
#include "store/merge/conflict.h"
#include "store/review/signoff.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "store/view/query.h"
#include "store/view/query_registry.h"

/* A time as RFC 3339, or null for 0. */
static int
put_time(struct store *s, cJSON *out, const char *key, int64_t t, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(out, key, NULL, e);
	clock_rfc3339(text, t, store_conf(s)->offset_min);
	return json_put_str(out, key, text, e);
}

static int
put_tip(cJSON *out, const struct branch *b, struct err *e)
{
	char hex[41];

	if (!b->has_tip)
		return json_put_str(out, "tip", NULL, e);
	commit_hex(b->tip, hex);
	return json_put_str(out, "tip", hex, e);
}

/* Name of the branch's newest revision, or null. */
static int
put_revision(struct store *s, cJSON *out, const struct branch *b, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 ORDER BY id DESC"
	    " LIMIT 1",
	    "i", b->id);
	if (rc < 0 || (rc = db_step(db, st, e)) < 0)
		goto out;
	rc = json_put_str(out, "revision",
	    rc > 0 ? (const char *)sqlite3_column_text(st, 0) : NULL, e);
out:
	db_reset(st);
	return rc;
}

/* What the newest receipt covers. */
struct covered {
	int64_t revision;  /* row of its tip; 0 = no receipt */
	int64_t n_after;   /* revisions after it */
	int64_t since;     /* time of the first of these; 0 = none */
	int names_the_tip; /* I5: synced */
};

/* {"tip","time","revision"} or null. */
static int
put_receipt(cJSON *out, const cJSON *receipt, struct err *e)
{
	static const char *const members[] = { "tip", "time", "revision" };
	cJSON *r;
	size_t i;
	int rc;

	if (receipt == NULL)
		return json_put(out, "receipt", cJSON_CreateNull(), e);
	r = cJSON_CreateObject();
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if ((rc = json_put_str(r, members[i],
			 json_str(receipt, members[i]), e)) < 0) {
			cJSON_Delete(r);
			return rc;
		}
	return json_put(out, "receipt", r, e);
}

/* A hall that was restored from an old copy has less than it signed for. */
static int
cover_less(struct store *s, struct covered *c, struct err *e)
{
	int64_t row = 0;
	int less = 0, rc = lost_is(s, &less, &row, e);

	if (rc == 0 && less) {
		c->names_the_tip = 0;
		c->revision = row;
	}
	return rc;
}

static int
find_covered(struct store *s, const struct branch *b, const cJSON *receipt,
    struct covered *ret, struct err *e)
{
	struct db *db = store_db(s);
	unsigned char tip[20];
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (receipt != NULL) {
		if ((rc = commit_unhex(json_str(receipt, "tip"), tip, e)) < 0)
			return rc;
		ret->names_the_tip =
		    b->has_tip && memcmp(tip, b->tip, sizeof(tip)) == 0;
		rc = db_one_int(db, &ret->revision, e,
		    "SELECT id FROM revision WHERE commit_id = ?1"
		    " AND branch = ?2",
		    "bi", tip, sizeof(tip), b->id);
		/* a receipt from before a rebuilt index may be ahead of it */
		if (rc < 0 && rc != ERR_NOT_FOUND)
			return rc;
		if ((rc = cover_less(s, ret, e)) < 0)
			return rc;
	}
	rc = db_one_int(db, &ret->n_after, e,
	    "SELECT count(*) FROM revision WHERE branch = ?1 AND id > ?2", "ii",
	    b->id, ret->revision);
	if (rc < 0 || ret->n_after == 0)
		return rc;
	return db_one_int(db, &ret->since, e,
	    "SELECT time FROM revision WHERE branch = ?1 AND id > ?2"
	    " ORDER BY id LIMIT 1",
	    "ii", b->id, ret->revision);
}

/* Where the year stands between office and hall; null without one. */
static int
put_state(struct store *s, cJSON *out, const cJSON *assessment, struct err *e)
{
	enum signoff_state st;
	int rc;

	if (assessment == NULL)
		return json_put_str(out, "state", NULL, e);
	rc = signoff_read(
	    s, "", (int)json_int(assessment, "cycle", 0), &st, NULL, NULL, e);
	return rc < 0 ? rc : json_put_str(out, "state", signoff_name(st), e);
}

static int
put_newest_assessment(
    struct store *s, cJSON *out, const struct branch *b, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	cJSON *rec = NULL, *cycle;
	int rc;

	/* by the record itself: a status must come also when the edition's
	 * file is missing */
	rc = db_stmt(db, &st, e,
	    "SELECT bytes, path FROM record WHERE branch = ?1 AND path GLOB"
	    " '[0-9][0-9][0-9][0-9]/assessment.json' AND bytes IS NOT NULL"
	    " ORDER BY path DESC LIMIT 1",
	    "i", b->id);
	if (rc < 0 || (rc = db_step(db, st, e)) < 0)
		goto out;
	if (rc > 0 &&
	    (rc = asof_parse(sqlite3_column_blob(st, 0),
		 (size_t)sqlite3_column_bytes(st, 0),
		 (const char *)sqlite3_column_text(st, 1), &rec, e)) < 0)
		goto out;
	cycle = rec != NULL
		    ? cJSON_CreateNumber((double)json_int(rec, "cycle", 0))
		    : cJSON_CreateNull();
	if ((rc = json_put(out, "cycle", cycle, e)) < 0)
		goto out;
	if ((rc = json_put_str(out, "edition",
		 json_str(json_get(rec, "edition"), "id"), e)) < 0)
		goto out;
	rc = put_state(s, out, rec, e);
out:
	db_reset(st);
	cJSON_Delete(rec);
	return rc;
}

/* The part of status that an office's branch tells. */
static int
put_office_branch(struct store *s, cJSON *out, struct err *e)
{
	struct branch *b = NULL;
	cJSON *receipt = NULL;
	struct covered c;
	int rc;

	if ((rc = store_branch(s, "", "office", &b, e)) < 0 ||
	    (rc = receipt_last(s, "", &receipt, e)) < 0 ||
	    (rc = find_covered(s, b, receipt, &c, e)) < 0 ||
	    (rc = put_newest_assessment(s, out, b, e)) < 0 ||
	    (rc = put_tip(out, b, e)) < 0 ||
	    (rc = put_revision(s, out, b, e)) < 0 ||
	    (rc = json_put_int(out, "unsynced", c.n_after, e)) < 0 ||
	    (rc = put_receipt(out, receipt, e)) < 0 ||
	    (rc = put_time(s, out, "pending_since", c.since, e)) < 0)
		goto out;
	rc = json_put_bool(out, "synced", c.names_the_tip, e);
out:
	cJSON_Delete(receipt);
	return rc;
}

/* A hall has no branch of its own to sync: the members stand, with null. */
static int
put_no_branch(cJSON *out, struct err *e)
{
	static const char *const members[] = { "cycle", "edition", "state",
		"tip", "revision", "receipt", "pending_since", "synced" };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if ((rc = json_put_str(out, members[i], NULL, e)) < 0)
			return rc;
	return json_put_int(out, "unsynced", 0, e);
}

/* {"files","at_hall"}: what the records name, and what the hall signed for. */
static int
put_evidence(struct store *s, cJSON *out, const char *office, struct err *e)
{
	int64_t files = 0, at_hall = 0;
	cJSON *v;
	int rc;

	if ((rc = evidence_count(s, office, &files, &at_hall, e)) < 0)
		return rc;
	v = cJSON_CreateObject();
	if ((rc = json_put(out, "evidence", v, e)) < 0 ||
	    (rc = json_put_int(v, "files", files, e)) < 0)
		return rc;
	return json_put_int(v, "at_hall", at_hall, e);
}

static int
put_conflicts(struct store *s, cJSON *out, const char *office, struct err *e)
{
	int64_t n = 0;
	int rc = conflict_count(s, office, &n, e);

	return rc < 0 ? rc : json_put_int(out, "conflicts", n, e);
}

/* How far a first copy is; null when none is under way. */
static int
put_copy(struct store *s, cJSON *out, struct err *e)
{
	cJSON *v = NULL;
	int rc = copy_status(s, &v, e);

	return rc < 0 ? rc : json_put(out, "copy", v, e);
}

/* What a person should know of: notices, and the letter by which the hall
 * still knows this machine (null: its own, or no hall). */
static int
put_news(struct store *s, cJSON *out, struct err *e)
{
	const struct conf *c = store_conf(s);
	cJSON *list = NULL;
	char road[16];
	int rc;

	conf_road_device(c, road);
	if ((rc = notice_list(s, &list, e)) < 0 ||
	    (rc = json_put(out, "notices", list, e)) < 0 ||
	    (c->role == ROLE_OFFICE &&
		(rc = json_put_bool(out, "enrolled", c->enrolled, e)) < 0))
		return rc;
	return json_put_str(out, "hall_knows",
	    c->enrolled && c->road_device != '\0' ? road : NULL, e);
}

static int
fill_status(struct store *s, cJSON *out, struct err *e)
{
	const struct conf *c = store_conf(s);
	int64_t journal = 0;
	int rc;

	if ((rc = journal_count(s, &journal, e)) < 0 ||
	    (rc = json_put_str(out, "office", c->code, e)) < 0 ||
	    (rc = json_put_str(out, "name", c->name, e)) < 0 ||
	    (rc = json_put_str(out, "role", conf_role_name(c->role), e)) < 0 ||
	    (rc = json_put_str(out, "device", store_device(s), e)) < 0 ||
	    (rc = json_put_int(out, "journal", journal, e)) < 0)
		return rc;
	rc = c->role == ROLE_OFFICE ? put_office_branch(s, out, e)
				    : put_no_branch(out, e);
	if (rc == 0 && c->role == ROLE_OFFICE &&
	    (rc = put_conflicts(s, out, "", e)) == 0 &&
	    (rc = put_copy(s, out, e)) == 0)
		rc = put_evidence(s, out, "", e);
	else if (rc == 0)
		rc = json_put_int(out, "conflicts", 0, e);
	return rc < 0 ? rc : put_news(s, out, e);
}

int
query_status(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int began, rc;

	if ((rc = asof_begin(s, &began, e)) == 0)
		rc = fill_status(s, out, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- the hall's view of its offices --- */

static int
put_failing(struct store *s, cJSON *out, sqlite3_stmt *st, struct err *e)
{
	cJSON *f;
	int rc;

	if (sqlite3_column_type(st, 1) == SQLITE_NULL)
		return json_put(out, "failing", cJSON_CreateNull(), e);
	f = cJSON_CreateObject();
	if ((rc = put_time(s, f, "since", sqlite3_column_int64(st, 1), e)) <
		0 ||
	    (rc = json_put_str(f, "class",
		 (const char *)sqlite3_column_text(st, 2), e)) < 0 ||
	    (rc = json_put_str(f, "message",
		 (const char *)sqlite3_column_text(st, 3), e)) < 0) {
		cJSON_Delete(f);
		return rc;
	}
	return json_put(out, "failing", f, e);
}

/* When the office was last heard of, and what went wrong since. */
static int
put_peer(struct store *s, cJSON *out, const char *office, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT ifnull(last_seen, 0), failing_since, class, message"
	    " FROM peer WHERE office = ?1",
	    "s", office);
	if (rc < 0 || (rc = db_step(db, st, e)) < 0)
		goto out;
	if (rc == 0) {
		if ((rc = json_put_str(out, "last_seen", NULL, e)) == 0)
			rc = json_put_str(out, "failing", NULL, e);
		goto out;
	}
	if ((rc = put_time(
		 s, out, "last_seen", sqlite3_column_int64(st, 0), e)) == 0)
		rc = put_failing(s, out, st, e);
out:
	db_reset(st);
	return rc;
}

static int
put_received(struct store *s, cJSON *out, const char *office, struct err *e)
{
	struct branch *b = NULL;
	cJSON *receipt = NULL;
	struct covered c;
	int rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0 ||
	    (rc = receipt_last(s, office, &receipt, e)) < 0 ||
	    (rc = find_covered(s, b, receipt, &c, e)) < 0 ||
	    (rc = put_tip(out, b, e)) < 0 ||
	    (rc = put_revision(s, out, b, e)) < 0 ||
	    (rc = put_receipt(out, receipt, e)) < 0 ||
	    (rc = json_put_int(out, "revisions", b->n, e)) < 0)
		goto out;
	rc = put_time(s, out, "pending_since", c.since, e);
out:
	cJSON_Delete(receipt);
	return rc;
}

struct hall_view {
	struct store *s;
	cJSON *offices;
};

/* One whose repository cannot be opened: the others are told of all the same,
 * and somebody is to look after this one. */
static int
put_unopened(struct store *s, cJSON *out, const struct err *why, struct err *e)
{
	cJSON *failing = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(out, "failing", failing, e)) < 0 ||
	    (rc = put_time(s, failing, "since", clock_now(), e)) < 0 ||
	    (rc = json_put_str(failing, "class", "trouble", e)) < 0)
		return rc;
	return json_put_str(failing, "message", why->msg, e);
}

static int
put_office(struct store *s, cJSON *out, const char *office, struct err *e)
{
	struct repo *r = NULL;
	struct err why;
	int rc;

	if ((rc = json_put_str(out, "code", office, e)) < 0)
		return rc;
	if (store_repo(s, office, &r, &why) < 0)
		return put_unopened(s, out, &why, e);
	if ((rc = query_registry_put(s, out, office, e)) < 0 ||
	    (rc = put_peer(s, out, office, e)) < 0 ||
	    (rc = put_received(s, out, office, e)) < 0 ||
	    (rc = put_conflicts(s, out, office, e)) < 0)
		return rc;
	return put_evidence(s, out, office, e);
}

static int
each_office(void *arg, const char *office, struct err *e)
{
	struct hall_view *v = arg;
	cJSON *out = cJSON_CreateObject();
	int rc = put_office(v->s, out, office, e);

	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	return json_push(v->offices, out, e);
}

int
query_hall_status(struct store *s, cJSON **ret, struct err *e)
{
	struct hall_view v = { .s = s, .offices = cJSON_CreateArray() };
	cJSON *out = cJSON_CreateObject();
	int began = 0, rc;

	if ((rc = json_put(out, "offices", v.offices, e)) == 0 &&
	    (rc = asof_begin(s, &began, e)) == 0)
		rc = store_each_office(s, each_office, &v, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
