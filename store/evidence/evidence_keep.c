/*
 * What becomes of a file after it is linked: erased on order, confirmed by the
 * hall.
 */
#include "store/evidence/evidence.h"

#include "base/clock.h"
#include "store/admit/trust.h"
#include "store/evidence/evidence_receipt.h"
#include "store/evidence/evidence_state.h"
#include "store/record/record.h"

/* --- erasing --- */

struct orders {
	struct store *store;
	const char *office;
	struct evidence_names names;
};

/* Ordered, and not yet done here. */
static int
note_order(void *arg, const struct evidence_rec *rec, struct err *e)
{
	struct orders *o = arg;
	int64_t done = 0;
	int rc;

	if (rec->redacted_time[0] == '\0')
		return 0;
	rc = db_one_int(store_db(o->store), &done, e,
	    "SELECT EXISTS(SELECT 1 FROM evidence_file WHERE office = ?1"
	    " AND sha = ?2 AND erased IS NOT NULL)",
	    "ss", o->office, rec->sha);
	if (rc < 0 || done)
		return rc;
	return evidence_names_add(&o->names, rec->sha, rec->size, e);
}

static int
mark_erased(struct store *s, const char *office, const char *sha, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO evidence_file(office, sha, erased)"
	    " VALUES(?1, ?2, ?3) ON CONFLICT(office, sha)"
	    " DO UPDATE SET erased = ?3",
	    "ssi", office, sha, clock_now());
}

static int
erase(struct orders *o, struct err *e)
{
	const char **sha = calloc(o->names.n, sizeof(*sha));
	struct evidence_repo *r = NULL;
	size_t i;
	int rc;

	if (sha == NULL)
		return err_nomem(e);
	for (i = 0; i < o->names.n; i++)
		sha[i] = o->names.list[i].sha;
	rc = evidence_open_repo(o->store, o->office, 0, &r, e);
	if (rc == 0)
		rc = evidence_repo_erase_all(r, sha, o->names.n, e);
	else if (rc == ERR_NOT_FOUND)
		rc = 0; /* nothing was ever stored */
	evidence_repo_close(r);
	for (i = 0; i < o->names.n && rc == 0; i++)
		rc = mark_erased(o->store, o->office, sha[i], e);
	free(sha);
	return rc;
}

int
evidence_obey(struct store *s, const char *office, struct err *e)
{
	struct orders o = { .store = s };
	int rc;

	if ((rc = evidence_office(s, office, &o.office, e)) < 0)
		return rc;
	rc = evidence_each_record(s, o.office, note_order, &o, e);
	if (rc == 0 && o.names.n > 0)
		rc = erase(&o, e);
	free(o.names.list);
	return rc;
}

static int
put_tombstone(struct store *s, const struct ask *a, cJSON *values[4],
    const struct record_type *type, struct err *e)
{
	static const char *const fields[] = { "redacted.reason",
		"redacted.time", "redacted.login", "redacted.name" };
	char time[CLOCK_TEXT];
	const char *texts[4] = { a->reason, time, a->person->login,
		a->person->name[0] != '\0' ? a->person->name
					   : a->person->login };
	size_t i;
	int rc;

	clock_rfc3339(time, clock_now(), store_conf(s)->offset_min);
	for (i = 0; i < 4; i++)
		if ((rc = record_value(record_field(type, fields[i]), texts[i],
			 &values[i], e)) < 0)
			return rc;
	return 0;
}

/* The order itself: a revision like any other, in a group of its own. */
static int
save_order(struct store *s, const struct ask *a, const struct evidence_rec *rec,
    cJSON **ret, struct err *e)
{
	static const char *const fields[] = { "redacted.reason",
		"redacted.time", "redacted.login", "redacted.name" };
	char path[EVIDENCE_PATH_LEN], subject[200];
	struct save_change changes[4];
	cJSON *values[4] = { NULL }, *saved = NULL;
	struct save_req req;
	struct record_path rp;
	size_t i;
	int rc;

	evidence_record_path(rec->sha, path);
	if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) < 0 ||
	    (rc = put_tombstone(s, a, values, rp.type, e)) < 0)
		goto out;
	memset(&req, 0, sizeof(req));
	memset(changes, 0, sizeof(changes));
	for (i = 0; i < 4; i++) {
		changes[i].path = path;
		changes[i].field = fields[i];
		changes[i].op = SAVE_SET;
		changes[i].value = values[i];
	}
	snprintf(subject, sizeof(subject), "%s: erase evidence %.12s",
	    store_conf(s)->code, rec->sha);
	req.office = "";
	req.person = a->person;
	req.action = "redact";
	req.subject = subject;
	req.reason = a->reason;
	req.changes = changes;
	req.n_changes = 4;
	if ((rc = save_group_begin(s, e)) < 0)
		goto out;
	rc = save_run(s, &req, &saved, e);
	if (rc < 0)
		(void)save_group_abort(s, NULL);
	else
		rc = save_group_end(s, e);
	if (rc == 0) {
		*ret = saved;
		saved = NULL;
	}
out:
	for (i = 0; i < 4; i++)
		cJSON_Delete(values[i]);
	cJSON_Delete(saved);
	return rc;
}

static int
was_erased(const struct evidence_rec *rec, struct err *e)
{
	return err_set(e, ERR_CONFLICT, 0,
	    "evidence %.12s was erased already, on %.10s", rec->sha,
	    rec->redacted_time);
}

int
evidence_redact(struct store *s, const struct ask *a, const char *sha256,
    cJSON **ret, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	char sha[EVIDENCE_SHA_LEN + 1];
	cJSON *saved = NULL;
	int rc, again;

	if (rec == NULL)
		return err_nomem(e);
	if (a->reason == NULL ||
	    strspn(a->reason, " \t\n") == strlen(a->reason)) {
		rc = err_set(e, ERR_INVALID, 0, "an erasure needs a reason");
		err_hint(e, "say why with --reason; it stands in the history "
			    "for good");
		goto out;
	}
	if ((rc = evidence_resolve(s, "", sha256, sha, e)) < 0 ||
	    (rc = evidence_record(s, "", sha, rec, e)) < 0)
		goto out;
	again = rec->redacted_time[0] != '\0';
	if (!again && (rc = save_order(s, a, rec, &saved, e)) < 0)
		goto out;
	/* also when the order is old: it may not have been carried out */
	if ((rc = evidence_obey(s, "", e)) < 0) {
		err_hint(e, "the order itself is saved: restart pmqad, it "
			    "erases the bytes then");
		goto out;
	}
	if (again) {
		rc = was_erased(rec, e);
		goto out;
	}
	*ret = saved;
	saved = NULL;
out:
	cJSON_Delete(saved);
	free(rec);
	return rc;
}

/* --- the hall's word --- */

struct waiting {
	struct store *store;
	const char *office;
	struct evidence_repo *repo;
	struct evidence_names names;
};

static int
note_waiting(void *arg, const struct evidence_rec *rec, struct err *e)
{
	struct waiting *w = arg;
	int64_t confirmed = 0;
	int rc, have = 0, whole = 0;

	if (rec->redacted_time[0] != '\0')
		return 0;
	rc = db_one_int(store_db(w->store), &confirmed, e,
	    "SELECT EXISTS(SELECT 1 FROM evidence_file WHERE office = ?1"
	    " AND sha = ?2 AND confirmed IS NOT NULL)",
	    "ss", w->office, rec->sha);
	if (rc < 0 || confirmed)
		return rc;
	if ((rc = evidence_repo_have(w->repo, rec->sha, &have, &whole, e)) < 0)
		return rc;
	return whole ? evidence_names_add(&w->names, rec->sha, rec->size, e)
		     : 0;
}

static int
by_size(const void *a, const void *b)
{
	const struct evidence_named *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return strcmp(x->sha, y->sha);
}

int
evidence_waiting(struct store *s,
    int (*each)(void *arg, const char *sha256, int64_t size, struct err *e),
    void *arg, struct err *e)
{
	struct waiting w = { .store = s };
	size_t i;
	int rc;

	if ((rc = evidence_office(s, "", &w.office, e)) < 0)
		return rc;
	rc = evidence_open_repo(s, "", 0, &w.repo, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = evidence_each_record(s, w.office, note_waiting, &w, e);
	evidence_repo_close(w.repo);
	if (w.names.n > 1)
		qsort(w.names.list, w.names.n, sizeof(*w.names.list), by_size);
	for (i = 0; i < w.names.n && rc == 0; i++)
		rc = each(arg, w.names.list[i].sha, w.names.list[i].size, e);
	free(w.names.list);
	return rc;
}

static int
keep_receipt(struct store *s, const struct evidence_receipt *r,
    const cJSON *json, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	/* the earliest word counts, as with receipts of revisions */
	if ((rc = json_write(json, &text, e)) == 0 &&
	    (rc = buf_ok(&text, e)) == 0)
		rc = db_run(store_db(s), e,
		    "INSERT INTO evidence_file(office, sha, confirmed,"
		    " offset_min, receipt) VALUES(?1, ?2, ?3, ?4, ?5)"
		    " ON CONFLICT(office, sha) DO UPDATE SET confirmed = ?3,"
		    " offset_min = ?4, receipt = ?5"
		    " WHERE confirmed IS NULL OR confirmed > ?3",
		    "ssiis", r->office, r->sha256, r->time,
		    (int64_t)r->offset_min, buf_str(&text));
	buf_release(&text);
	return rc;
}

int
evidence_confirmed(
    struct store *s, const char *office, const cJSON *receipt, struct err *e)
{
	struct evidence_rec *rec;
	const unsigned char *pub = NULL;
	struct evidence_receipt r;
	const char *code = NULL;
	int rc;

	if ((rc = trust_hall_key(s, &pub, e)) < 0 ||
	    (rc = evidence_receipt_check(receipt, pub, &r, e)) < 0 ||
	    (rc = evidence_office(s, office, &code, e)) < 0)
		return rc;
	if (strcmp(r.office, code) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "the receipt is for office %s, not for %s", r.office, code);
	if ((rec = malloc(sizeof(*rec))) == NULL)
		return err_nomem(e);
	rc = evidence_record(s, office, r.sha256, rec, e);
	free(rec);
	return rc < 0 ? rc : keep_receipt(s, &r, receipt, e);
}
