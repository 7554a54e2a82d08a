/* What proves the rest: tips, keys, receipts, the log, and where to fetch. */
#include "store/audit/dossier_state.h"

#include "store/admit/trust.h"
#include "store/hall/accepted.h"
#include "store/hall/province.h"
#include "store/hall/registry.h"
#include "store/hall/signers.h"
#include "store/look/asof.h"
#include "store/sign/receipt.h"

#define RECEIPT_JSON_MAX 8192

/* --- receipts --- */

/* What ssh-keygen -Y verify takes of it; one that does not pass is told, as a
 * dossier is made of damaged directories, too. */
static int
put_signed(
    cJSON *out, const cJSON *receipt, const unsigned char *pub, struct err *e)
{
	struct buf text = BUF_INIT;
	struct err fault = { 0 };
	struct receipt r;
	int rc = receipt_check(receipt, pub, &r, &fault);

	if (rc == ERR_INVALID)
		return json_put_str(out, "fault", fault.msg, e);
	if (rc < 0) {
		if (e != NULL)
			*e = fault;
		return rc;
	}
	receipt_text(&r, &text);
	if ((rc = buf_ok(&text, e)) == 0 &&
	    (rc = json_put_str(out, "text", buf_str(&text), e)) == 0)
		rc = json_put_str(
		    out, "signature", json_str(receipt, "signature"), e);
	buf_release(&text);
	return rc;
}

static int
put_receipt(struct dossier *d, cJSON *out, const char *key,
    const cJSON *receipt, int brief, struct err *e)
{
	static const char *const members[] = { "revision", "tip", "time" };
	const unsigned char *pub = NULL;
	cJSON *one;
	int rc;

	if (receipt == NULL)
		return json_put(out, key, cJSON_CreateNull(), e);
	one = cJSON_CreateObject();
	rc = json_put(out, key, one, e);
	for (size_t i = 0; rc == 0 && i < 3; i++)
		rc = json_put_str(
		    one, members[i], json_str(receipt, members[i]), e);
	if (rc < 0 || brief)
		return rc;
	rc = trust_hall_of(d->m.s, d->m.office, NULL, &pub, e);
	return rc < 0 ? rc : put_signed(one, receipt, pub, e);
}

int
dossier_put_receipts(struct dossier *d, cJSON *out, int brief, struct err *e)
{
	cJSON *last = NULL;
	int64_t n = 0;
	int rc;

	if ((rc = db_one_int(store_db(d->m.s), &n, e,
		 "SELECT count(*) FROM receipt WHERE office = ?1", "s",
		 d->m.b->office)) < 0 ||
	    (rc = json_put_int(out, "receipts", n, e)) < 0 ||
	    (rc = receipt_last(d->m.s, d->m.office, &last, e)) < 0)
		return rc;
	rc = put_receipt(d, out, "receipt", last, brief, e);
	cJSON_Delete(last);
	return rc;
}

/* The receipt by which the last submission was received: what says whether it
 * came in time. The time alone is not enough: one second may have given an
 * earlier receipt, too, which does not reach so far. */
static int
submission_receipt(struct dossier *d, cJSON **ret, struct err *e)
{
	struct db *db = store_db(d->m.s);
	sqlite3_stmt *st = NULL;
	char path[32];
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", d->m.year);
	rc = db_stmt(db, &st, e,
	    "SELECT q.json FROM (SELECT v.id, v.received FROM record r"
	    " JOIN touch t ON t.record = r.id AND t.side = 0"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2 AND v.action = 'submit'"
	    " ORDER BY t.revision DESC LIMIT 1) s"
	    " JOIN receipt q ON q.office = ?3 AND q.time = s.received"
	    " JOIN revision w ON w.commit_id = q.tip AND w.branch = ?1"
	    " AND w.id >= s.id ORDER BY w.side, w.id LIMIT 1",
	    "iss", d->m.b->id, path, d->m.b->office);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0)
		rc = json_parse((const char *)sqlite3_column_text(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0), RECEIPT_JSON_MAX, ret,
		    e);
	db_reset(st);
	return rc;
}

/* --- tips, keys --- */

static int
put_tip(struct dossier *d, cJSON *out, const struct branch *b, struct err *e)
{
	int at_office = store_conf(d->m.s)->role == ROLE_OFFICE;
	int is_hall = strcmp(b->name, "hall") == 0;
	char ref[48], hex[41];
	cJSON *one;
	int rc;

	if (!b->has_tip)
		return json_put(out, b->name, cJSON_CreateNull(), e);
	one = cJSON_CreateObject();
	snprintf(ref, sizeof(ref), at_office ? "refs/heads/%.8s" : "%s%s",
	    at_office ? b->name
	    : is_hall ? PROVINCE_HALLS
		      : PROVINCE_OFFICES,
	    b->office);
	commit_hex(b->tip, hex);
	if ((rc = json_put(out, b->name, one, e)) < 0 ||
	    (rc = json_put_str(one, "ref", ref, e)) < 0 ||
	    (rc = json_put_str(one, "commit", hex, e)) < 0)
		return rc;
	return json_put_int(one, "revisions", b->n, e);
}

/* The list of signers as allowed_signers has it: the hall, every device, and
 * until when each. */
static int
put_signers(struct dossier *d, cJSON *out, struct err *e)
{
	const unsigned char *pub = NULL;
	const char *code = NULL;
	struct asof registry = { 0 };
	struct buf text = BUF_INIT;
	char name[16];
	int rc = trust_hall_of(d->m.s, d->m.office, &code, &pub, e);

	if (rc == ERR_REFUSED) { /* joined none: its own key alone */
		signers_add(
		    &text, store_device(d->m.s), store_key(d->m.s)->pub);
		rc = json_put_str(out, "principal", NULL, e);
	} else if (rc == 0) {
		snprintf(name, sizeof(name), "%.8s-h", code);
		signers_add(&text, name, pub);
		rc = json_put_str(out, "principal", name, e);
	}
	if (rc == 0 &&
	    (rc = asof_record(d->m.s, d->m.hall, "registry.json", ASOF_NOW,
		 &registry, e)) == 0 &&
	    registry.rec != NULL)
		rc = registry_add_signers(
		    registry.rec, d->m.b->office, &text, e);
	if (rc == 0 && (rc = buf_ok(&text, e)) == 0)
		rc = json_put_str(out, "signers", buf_str(&text), e);
	asof_release(&registry);
	buf_release(&text);
	return rc;
}

/* --- of a hall --- */

int
dossier_put_log(struct store *s, cJSON *out, struct err *e)
{
	struct province_anchor anchor;
	struct accepted_head head;
	cJSON *log, *anchored;
	int rc;

	if (store_conf(s)->role != ROLE_HALL)
		return json_put(out, "log", cJSON_CreateNull(), e);
	log = cJSON_CreateObject();
	if ((rc = json_put(out, "log", log, e)) < 0 ||
	    (rc = accepted_head(store_conf(s)->dir, &head, e)) < 0 ||
	    (rc = province_anchor(s, &anchor, e)) < 0 ||
	    (rc = json_put_int(log, "n", head.n, e)) < 0 ||
	    (rc = json_put_str(log, "hash", head.hash, e)) < 0)
		return rc;
	anchored = cJSON_CreateObject();
	if ((rc = json_put(log, "anchored", anchored, e)) < 0 ||
	    (rc = json_put_int(anchored, "n", anchor.n, e)) < 0)
		return rc;
	return json_put_str(
	    anchored, "hash", anchor.n > 0 ? anchor.hash : head.hash, e);
}

int
dossier_put_urls(struct store *s, cJSON *out, struct err *e)
{
	const struct conf *c = store_conf(s);
	cJSON *urls = cJSON_CreateArray();
	char text[600];
	int rc = json_put(out, "urls", urls, e);

	if (rc < 0 || c->role == ROLE_MINISTRY)
		return rc;
	if (c->role == ROLE_OFFICE) {
		snprintf(text, sizeof(text), "%.500s/repo.git", c->dir);
		return json_push_str(urls, text, e);
	}
	for (int i = 0; rc == 0 && i < c->n_own_urls; i++) {
		/* a directory has no door that knows the name alone */
		snprintf(text, sizeof(text), "%.500s/province%s",
		    c->own_urls[i], c->own_urls[i][0] == '/' ? ".git" : "");
		rc = json_push_str(urls, text, e);
	}
	return rc;
}

/* --- the section --- */

int
dossier_section_proofs(void *arg, struct report_part *p, struct err *e)
{
	struct dossier *d = arg;
	cJSON *out = cJSON_CreateObject(), *receipt = NULL;
	int rc;

	if ((rc = put_tip(d, out, d->m.b, e)) < 0 ||
	    (rc = put_tip(d, out, d->m.hall, e)) < 0 ||
	    (rc = put_signers(d, out, e)) < 0 ||
	    (rc = dossier_put_receipts(d, out, 0, e)) < 0 ||
	    (rc = submission_receipt(d, &receipt, e)) < 0 ||
	    (rc = put_receipt(d, out, "submission_receipt", receipt, 0, e)) <
		0 ||
	    (rc = dossier_put_log(d->m.s, out, e)) < 0 ||
	    (rc = dossier_put_urls(d->m.s, out, e)) < 0)
		goto out;
	rc = report_part_put(p, "proofs", out, e);
	out = NULL;
out:
	cJSON_Delete(out);
	cJSON_Delete(receipt);
	return rc;
}
