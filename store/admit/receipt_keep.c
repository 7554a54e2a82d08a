/* What receipt.h promises about the database: keeping receipts, received times,
 * issuing one. */
#include "base/clock.h"
#include "store/admit/trust.h"
#include "store/hall/visit.h"
#include "store/save/save.h"
#include "store/sign/receipt.h"

#define RECEIPT_JSON_MAX 8192
#define RECEIPT_PATH "receipts.json"

/* Row of the revision that a receipt names; ERR_NOT_FOUND. */
static int
find_tip(struct store *s, const struct branch *b, const struct receipt *r,
    int64_t *ret, struct err *e)
{
	char hex[41];
	int rc;

	rc = db_one_int(store_db(s), ret, e,
	    "SELECT id FROM revision WHERE branch = ?1 AND commit_id = ?2"
	    " AND name = ?3",
	    "ibs", b->id, r->tip, (size_t)20, r->revision);
	if (rc != ERR_NOT_FOUND)
		return rc;
	commit_hex(r->tip, hex);
	return err_set(e, ERR_NOT_FOUND, 0,
	    "the receipt names revision %s, commit %.10s, which is not here",
	    r->revision, hex);
}

/* Position of the newest receipt before (limit: not at or after) a row, made by
 * a time, on the first-parent line; 0 if there is none. */
static int
receipted_before(struct store *s, const struct branch *b, int64_t limit,
    int64_t made_by, int64_t *ret, struct err *e)
{
	int rc;

	/* backwards from the limit: as long as the stretch without one */
	rc = db_one_int(store_db(s), ret, e,
	    "SELECT v.id FROM revision v WHERE v.branch = ?1 AND v.id < ?2"
	    " AND v.side = 0 AND EXISTS(SELECT 1 FROM receipt r"
	    " WHERE r.office = ?3 AND r.tip = v.commit_id AND r.time <= ?4)"
	    " ORDER BY v.id DESC LIMIT 1",
	    "iisi", b->id, limit, b->office, made_by);
	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = 0;
	return 0;
}

/* Up to the row: on the first-parent line all rows before it are what it
 * reaches. */
static int
fill_line(struct store *s, const struct branch *b, int64_t row, int64_t t,
    struct err *e)
{
	int64_t from = 0;
	int rc;

	/* what an earlier receipt covers has a time no later than that one's */
	if ((rc = receipted_before(s, b, row, t, &from, e)) < 0)
		return rc;
	return db_run(store_db(s), e,
	    "UPDATE revision SET received = ?4 WHERE branch = ?1"
	    " AND id > ?2 AND id <= ?3"
	    " AND (received IS NULL OR received > ?4)",
	    "iiii", b->id, from, row, t);
}

/* What a side revision reaches, as far as no earlier receipt covers it. */
static int
fill_side(struct store *s, const struct branch *b, int64_t row, int64_t t,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "WITH RECURSIVE reached(id, parent, parent2) AS ("
	    " SELECT id, parent, parent2 FROM revision WHERE id = ?2"
	    " AND (received IS NULL OR received > ?3)"
	    " UNION SELECT v.id, v.parent, v.parent2 FROM reached r"
	    " JOIN revision v ON v.commit_id IN (r.parent, r.parent2)"
	    " AND v.branch = ?1"
	    " WHERE v.received IS NULL OR v.received > ?3)"
	    "UPDATE revision SET received = ?3"
	    " WHERE id IN (SELECT id FROM reached)",
	    "iii", b->id, row, t);
}

/*
 * A revision was received at the time of the earliest receipt that covers it:
 * the same whatever the order in which receipts come, so a rebuilt index says
 * it too.
 */
static int
fill_received(struct store *s, const struct branch *b,
    const unsigned char tip[20], int64_t row, struct err *e)
{
	struct db *db = store_db(s);
	int64_t t = 0, side = 0;
	int rc;

	/* the kept one's time, if this tip had a receipt before */
	if ((rc = db_one_int(db, &t, e,
		 "SELECT time FROM receipt WHERE office = ?1 AND tip = ?2",
		 "sb", b->office, tip, (size_t)20)) < 0 ||
	    (rc = db_one_int(db, &side, e,
		 "SELECT side FROM revision WHERE id = ?1", "i", row)) < 0)
		return rc;
	return side ? fill_side(s, b, row, t, e) : fill_line(s, b, row, t, e);
}

static int
keep(struct store *s, const struct receipt *r, const cJSON *json, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	if ((rc = json_write(json, &text, e)) < 0)
		goto out;
	if ((rc = buf_ok(&text, e)) < 0)
		goto out;
	rc = db_run(store_db(s), e,
	    "INSERT INTO receipt(office, tip, revision, time, offset_min, json)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(office, tip)"
	    " DO NOTHING",
	    "sbsiis", r->office, r->tip, (size_t)20, r->revision, r->time,
	    (int64_t)r->offset_min, buf_str(&text));
out:
	buf_release(&text);
	return rc;
}

int
receipt_apply(
    struct store *s, const char *office, const cJSON *json, struct err *e)
{
	struct db *db = store_db(s);
	const unsigned char *pub = NULL;
	struct branch *b = NULL;
	struct receipt r;
	int64_t row = 0;
	int alone, known, rc;

	if ((rc = trust_hall_of(s, office, NULL, &pub, e)) < 0)
		return rc;
	if ((rc = receipt_check(json, pub, &r, e)) < 0)
		return rc;
	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	if (strcmp(r.office, b->office) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "the receipt is for office %s, not for %s", r.office,
		    b->office);
	/* one for what is not here yet is kept too: another device of the
	 * office got it, and what it names comes with the next exchange */
	if ((known = find_tip(s, b, &r, &row, e)) < 0 && known != ERR_NOT_FOUND)
		return known;
	/* within a save group or an absorb their transaction holds it */
	alone = sqlite3_get_autocommit(db_handle(db));
	if (alone && (rc = db_begin(db, e)) < 0)
		return rc;
	rc = keep(s, &r, json, e);
	if (rc == 0 && known == 0)
		rc = fill_received(s, b, r.tip, row, e);
	if (alone && rc < 0)
		db_rollback(db, NULL);
	if (alone && rc == 0)
		rc = db_commit(db, e);
	return rc < 0 ? rc : known;
}

static int
refill(struct store *s, const struct branch *b, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	unsigned char tip[20];
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT v.id, r.tip FROM receipt r JOIN revision v"
	    " ON v.commit_id = r.tip AND v.branch = ?2 WHERE r.office = ?1"
	    " ORDER BY r.time, v.id",
	    "si", b->office, b->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if (sqlite3_column_bytes(st, 1) != 20)
			continue; /* verify tells */
		memcpy(tip, sqlite3_column_blob(st, 1), 20);
		rc = fill_received(s, b, tip, sqlite3_column_int64(st, 0), e);
	}
	db_reset(st);
	return rc;
}

int
receipt_refill(struct store *s, const char *office, struct err *e)
{
	struct db *db = store_db(s);
	struct branch *b = NULL;
	int alone, rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	alone = sqlite3_get_autocommit(db_handle(db));
	if (alone && (rc = db_begin(db, e)) < 0)
		return rc;
	rc = refill(s, b, e);
	if (alone && rc < 0)
		db_rollback(db, NULL);
	return rc < 0 || !alone ? rc : db_commit(db, e);
}

/* Text of the kept receipt that covers most, appended; 0 if there is none. */
static int
last_text(
    struct store *s, const struct branch *b, struct buf *ret, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int64_t any, row = 0;
	int rc;

	/* without any, the search would go through the whole history */
	if ((rc = db_one_int(db, &any, e,
		 "SELECT EXISTS(SELECT 1 FROM receipt WHERE office = ?1)", "s",
		 b->office)) < 0 ||
	    any == 0)
		return rc;
	if ((rc = receipted_before(s, b, INT64_MAX, INT64_MAX, &row, e)) < 0 ||
	    row == 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT r.json FROM revision v JOIN receipt r"
	    " ON r.office = ?2 AND r.tip = v.commit_id WHERE v.id = ?1",
	    "is", row, b->office);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0) {
		buf_append(ret, sqlite3_column_text(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
		rc = buf_ok(ret, e);
	}
	db_reset(st);
	return rc;
}

int
receipt_last(struct store *s, const char *office, cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	struct branch *b = NULL;
	cJSON *json = NULL;
	int rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	if ((rc = last_text(s, b, &text, e)) < 0)
		goto out;
	if (text.len > 0 && (rc = json_parse(text.data, text.len,
				 RECEIPT_JSON_MAX, &json, e)) == ERR_INVALID) {
		err_prepend(e, "kept receipt");
		if (e != NULL)
			e->code = ERR_DAMAGED;
		rc = ERR_DAMAGED;
	}
	if (rc == 0)
		*ret = json;
out:
	buf_release(&text);
	return rc;
}

/* --- the hall issues one --- */

static int
is_receipted(struct store *s, const struct branch *b, struct err *e)
{
	cJSON *last = NULL;
	unsigned char tip[20];
	const char *hex;
	int rc;

	if ((rc = receipt_last(s, b->office, &last, e)) < 0)
		return rc;
	hex = json_str(last, "tip");
	rc = hex != NULL && commit_unhex(hex, tip, NULL) == 0 &&
	     memcmp(tip, b->tip, 20) == 0;
	cJSON_Delete(last);
	return rc;
}

static int
fill_receipt(
    struct store *s, const struct branch *b, struct receipt *ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	sqlite3_stmt *st = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(store_db(s), &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 AND commit_id = ?2",
	    "ib", b->id, b->tip, (size_t)20);
	if (rc < 0)
		return rc;
	if ((rc = db_step(store_db(s), st, e)) == 0)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the newest revision of office %s has no row", b->office);
	if (rc > 0) {
		snprintf(ret->revision, sizeof(ret->revision), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		rc = 0;
	}
	db_reset(st);
	snprintf(ret->hall, sizeof(ret->hall), "%s", c->code);
	snprintf(ret->office, sizeof(ret->office), "%s", b->office);
	memcpy(ret->tip, b->tip, 20);
	ret->time = clock_now();
	ret->offset_min = c->offset_min;
	return rc;
}

/* The revision of the hall branch that carries it, and its row, together. */
static int
save_receipt(
    struct store *s, const struct receipt *r, const cJSON *json, struct err *e)
{
	struct save_change change = { RECEIPT_PATH, NULL, SAVE_WHOLE, json };
	struct person person = { "pmqa-hall", "" };
	struct save_req req = { .office = r->office,
		.person = &person,
		.action = "receipt",
		.changes = &change,
		.n_changes = 1,
		.time = r->time };
	char subject[64];
	cJSON *saved = NULL;
	int rc;

	snprintf(
	    person.name, sizeof(person.name), "%.159s", store_conf(s)->name);
	snprintf(subject, sizeof(subject), "%s: receipt for %s", r->office,
	    r->revision);
	req.subject = subject;
	if ((rc = save_group_begin(s, e)) < 0)
		return rc;
	rc = save_run(s, &req, &saved, e);
	cJSON_Delete(saved);
	if (rc == 0)
		rc = receipt_apply(s, r->office, json, e);
	/* in the same transaction: it costs no fsync */
	if (rc == 0)
		rc = visit_well(s, r->office, r->time, e);
	if (rc < 0) {
		save_group_abort(s, NULL);
		return rc;
	}
	return save_group_end(s, e);
}

int
receipt_issue(struct store *s, const char *office, cJSON **ret, struct err *e)
{
	struct branch *b = NULL;
	struct receipt r;
	cJSON *json = NULL;
	int rc;

	*ret = NULL;
	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	if (!b->has_tip)
		return 0;
	if ((rc = is_receipted(s, b, e)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = fill_receipt(s, b, &r, e)) < 0)
		return rc;
	if ((rc = receipt_make(&r, store_key(s), &json, e)) < 0)
		return rc;
	if ((rc = save_receipt(s, &r, json, e)) < 0) {
		cJSON_Delete(json);
		return rc;
	}
	*ret = json;
	return 0;
}
