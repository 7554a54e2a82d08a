#include "store/view/receipts.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/admit/trust.h"
#include "store/evidence/evidence_receipt.h"
#include "store/look/asof.h"
#include "store/sign/receipt.h"

#define RECEIPT_JSON_MAX 8192

/* One receipt as it is told. */
struct told {
	char name[80];
	struct buf text; /* that is signed */
	cJSON *json;     /* as it came */
	struct err fault;
	int rc;
};

static void
told_release(struct told *t)
{
	buf_release(&t->text);
	cJSON_Delete(t->json);
}

/* The parts that both kinds have; what is signed is told although it did not
 * pass: somebody may want to see it. */
static int
push_told(cJSON *list, const struct told *t, struct err *e)
{
	static const char *const members[] = { "revision", "sha256", "tip",
		"time", "signature" };
	cJSON *v = cJSON_CreateObject();
	const char *s;
	size_t i;
	int rc;

	if ((rc = json_put_str(v, "name", t->name, e)) < 0 ||
	    (rc = json_put_bool(v, "ok", t->rc == 0, e)) < 0 ||
	    (rc = json_put_str(
		 v, "fault", t->rc == 0 ? NULL : t->fault.msg, e)) < 0 ||
	    (rc = json_put_str(
		 v, "fault_th", t->rc == 0 ? NULL : t->fault.th, e)) < 0 ||
	    (rc = json_put_str(v, "text", buf_str(&t->text), e)) < 0)
		goto out;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		s = json_str(t->json, members[i]);
		if (s != NULL && (rc = json_put_str(v, members[i], s, e)) < 0)
			goto out;
	}
	return json_push(list, v, e);
out:
	cJSON_Delete(v);
	return rc;
}

/* 1 if the fault is the receipt's own, to be told with it. */
static int
is_own_fault(int rc)
{
	return rc == ERR_INVALID || rc == ERR_DAMAGED;
}

static int
parse(struct told *t, sqlite3_stmt *st, int column)
{
	const char *json = (const char *)sqlite3_column_text(st, column);

	t->rc = json_parse(json != NULL ? json : "",
	    (size_t)sqlite3_column_bytes(st, column), RECEIPT_JSON_MAX,
	    &t->json, &t->fault);
	return t->rc;
}

/* --- of revisions --- */

static void
check_revision(struct told *t, sqlite3_stmt *st, const unsigned char *pub)
{
	struct receipt r;

	if (parse(t, st, 1) < 0 ||
	    (t->rc = receipt_check(t->json, pub, &r, &t->fault)) < 0)
		return;
	receipt_text(&r, &t->text);
	snprintf(t->name, sizeof(t->name), "%s", r.revision);
	if (sqlite3_column_bytes(st, 2) != 20 ||
	    memcmp(sqlite3_column_blob(st, 2), r.tip, 20) != 0)
		t->rc = err_set(&t->fault, ERR_DAMAGED, 0,
		    "the row of the receipt for %s differs from what was "
		    "signed",
		    r.revision);
	else if (sqlite3_column_type(st, 3) == SQLITE_NULL)
		t->rc = err_set(&t->fault, ERR_DAMAGED, 0,
		    "the hall received revision %s, which is not here",
		    r.revision);
}

static int
read_cursor(const char *s, int64_t *ret, struct err *e)
{
	char *end;

	if (s == NULL) {
		*ret = INT64_MAX;
		return 0;
	}
	*ret = strtoll(s, &end, 10);
	if (*end == '\0' && s[0] >= '0' && s[0] <= '9' && strlen(s) < 19)
		return 0;
	return err_set(
	    e, ERR_INVALID, 0, "'%.80s' is no place where an answer ended", s);
}

static int
add_row(cJSON *list, sqlite3_stmt *st, const unsigned char *pub,
    void (*check)(struct told *t, sqlite3_stmt *st, const unsigned char *pub),
    struct err *e)
{
	struct told t = { .text = BUF_INIT };
	int rc;

	snprintf(t.name, sizeof(t.name), "unknown");
	check(&t, st, pub);
	if ((rc = buf_ok(&t.text, e)) == 0) {
		if (t.rc < 0 && !is_own_fault(t.rc)) {
			rc = t.rc;
			if (e != NULL)
				*e = t.fault;
		} else {
			rc = push_told(list, &t, e);
		}
	}
	told_release(&t);
	return rc;
}

static int
list_revisions(struct store *s, const struct receipts_query *q,
    const char *office, const unsigned char *pub, cJSON *out, cJSON *list,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int64_t before, last = 0;
	char cursor[32];
	int n = 0, rc;

	if ((rc = read_cursor(q->cursor, &before, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.json, r.tip,"
	    " (SELECT v.id FROM revision v JOIN branch b ON b.id = v.branch"
	    " WHERE v.commit_id = r.tip AND v.name = r.revision"
	    " AND b.office = r.office AND b.name = 'office')"
	    " FROM receipt r WHERE r.office = ?1 AND r.id < ?2"
	    " ORDER BY r.id DESC LIMIT ?3",
	    "sii", office, before, (int64_t)q->limit + 1);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0 && n++ < q->limit) {
		last = sqlite3_column_int64(st, 0);
		if ((rc = add_row(list, st, pub, check_revision, e)) < 0)
			break;
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	snprintf(cursor, sizeof(cursor), "%" PRId64, last);
	return json_put_str(out, "cursor", rc > 0 ? cursor : NULL, e);
}

/* --- of files --- */

static void
check_file(struct told *t, sqlite3_stmt *st, const unsigned char *pub)
{
	const char *sha = (const char *)sqlite3_column_text(st, 0);
	struct evidence_receipt r;

	if (parse(t, st, 1) < 0 ||
	    (t->rc = evidence_receipt_check(t->json, pub, &r, &t->fault)) < 0)
		return;
	evidence_receipt_text(&r, &t->text);
	snprintf(t->name, sizeof(t->name), "evidence-%s", r.sha256);
	if (sha == NULL || strcmp(sha, r.sha256) != 0)
		t->rc = err_set(&t->fault, ERR_DAMAGED, 0,
		    "the row of the receipt for evidence %.12s differs from "
		    "what was signed",
		    r.sha256);
}

static int
list_files(struct store *s, const struct receipts_query *q, const char *office,
    const unsigned char *pub, cJSON *out, cJSON *list, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	char last[80] = "";
	int n = 0, rc;

	rc = db_stmt(db, &st, e,
	    "SELECT sha, receipt FROM evidence_file WHERE office = ?1"
	    " AND receipt IS NOT NULL AND sha > ?2 ORDER BY sha LIMIT ?3",
	    "ssi", office, q->cursor != NULL ? q->cursor : "",
	    (int64_t)q->limit + 1);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0 && n++ < q->limit) {
		snprintf(last, sizeof(last), "%s", sqlite3_column_text(st, 0));
		if ((rc = add_row(list, st, pub, check_file, e)) < 0)
			break;
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	return json_put_str(out, "cursor", rc > 0 ? last : NULL, e);
}

/* --- both --- */

/* Who signs: the hall's name in lists of signers, and its key. */
static int
put_signer(
    const char *hall, const unsigned char *pub, cJSON *out, struct err *e)
{
	char line[KEY_LINE_MAX], principal[16];
	int rc;

	key_line(pub, line);
	snprintf(principal, sizeof(principal), "%.7s-h", hall);
	if ((rc = json_put_str(out, "hall", hall, e)) < 0 ||
	    (rc = json_put_str(out, "principal", principal, e)) < 0)
		return rc;
	return json_put_str(out, "key", line, e);
}

/* Before it is enrolled an office has no hall, and no receipts. */
static int
put_nobody(cJSON *out, struct err *e)
{
	static const char *const members[] = { "hall", "principal", "key",
		"cursor" };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if ((rc = json_put_str(out, members[i], NULL, e)) < 0)
			return rc;
	return 0;
}

static int
fill(struct store *s, const struct receipts_query *q, cJSON *out, struct err *e)
{
	const struct conf *c = store_conf(s);
	const char *office = q->office[0] != '\0' ? q->office : c->code;
	cJSON *list = cJSON_CreateArray();
	const unsigned char *pub = NULL;
	const char *hall = NULL;
	struct branch *b = NULL;
	int rc;

	if ((rc = json_put(out, "receipts", list, e)) < 0)
		return rc;
	if (c->role == ROLE_OFFICE && !c->enrolled)
		return put_nobody(out, e);
	if ((rc = store_branch(s, q->office, "office", &b, e)) < 0 ||
	    (rc = trust_hall_of(s, office, &hall, &pub, e)) < 0 ||
	    (rc = put_signer(hall, pub, out, e)) < 0)
		return rc;
	return q->files ? list_files(s, q, office, pub, out, list, e)
			: list_revisions(s, q, office, pub, out, list, e);
}

int
receipts_list(
    struct store *s, const struct receipts_query *q, cJSON **ret, struct err *e)
{
	cJSON *out;
	int began, rc;

	if (q->limit < 1 || q->limit > RECEIPTS_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "a number from 1 to %d is expected for 'limit'",
		    RECEIPTS_MAX);
	out = cJSON_CreateObject();
	if ((rc = asof_begin(s, &began, e)) == 0)
		rc = fill(s, q, out, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
