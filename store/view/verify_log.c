/* The hall's acceptance log: its chain, against what the hall signed of it, and
 * against the receipts that it gave. */
#include "store/hall/accepted.h"
#include "store/hall/province.h"
#include "store/view/verify_state.h"

#define OFFICE_REF "refs/heads/office"
#define WHERE "log"
#define FINDINGS_MAX 20 /* of lines: a broken chain breaks all that follow */

struct pushed { /* an office's branch that a line says was taken in */
	char office[8];
	unsigned char tip[20];
};

struct log_check {
	struct verify *v;
	struct province_anchor anchor;
	int64_t n; /* of the last line */
	int n_told;
	int anchor_met, anchor_ok;
	struct pushed *pushed;
	size_t n_pushed, cap;
};

static int
found(struct log_check *k, const char *severity, const struct err *f,
    struct err *e)
{
	return verify_found(k->v, severity, WHERE, f, e);
}

static int
tell_line(struct log_check *k, const struct accepted_line *l, struct err *e)
{
	struct err f;

	if (l->line == NULL)
		err_set(&f, ERR_DAMAGED, 0,
		    "line %lld of the acceptance log of %d is none",
		    (long long)l->at, l->year);
	else if (!l->hash_ok)
		err_set(&f, ERR_DAMAGED, 0,
		    "line %lld of the acceptance log of %d was changed",
		    (long long)l->at, l->year);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "line %lld of the acceptance log of %d does not follow the "
		    "one before it",
		    (long long)l->at, l->year);
	err_hint(&f, "compare with a backup, or with what an auditor exported");
	return found(k, "error", &f, e);
}

static int
keep_push(struct log_check *k, const cJSON *line, struct err *e)
{
	size_t cap = k->cap < 256 ? 256 : k->cap * 2;
	struct pushed *grown;

	if (strcmp(json_str(line, "result"), "admitted") != 0 ||
	    strcmp(json_str(line, "ref"), OFFICE_REF) != 0)
		return 0;
	if (k->n_pushed == k->cap) {
		grown = realloc(k->pushed, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		k->pushed = grown;
		k->cap = cap;
	}
	memset(&k->pushed[k->n_pushed], 0, sizeof(*k->pushed));
	snprintf(k->pushed[k->n_pushed].office, sizeof(k->pushed->office),
	    "%.7s", json_str(line, "office"));
	/* a line with a bad id stands for no push */
	if (commit_unhex(
		json_str(line, "new"), k->pushed[k->n_pushed].tip, NULL) == 0)
		k->n_pushed++;
	return 0;
}

static int
on_line(void *arg, const struct accepted_line *l, struct err *e)
{
	struct log_check *k = arg;
	int rc;

	k->v->lines++;
	if ((l->line == NULL || !l->hash_ok || !l->chain_ok) &&
	    k->n_told++ < FINDINGS_MAX && (rc = tell_line(k, l, e)) < 0)
		return rc;
	if (l->line == NULL)
		return 0;
	k->n = json_int(l->line, "n", 0);
	if (k->n == k->anchor.n) {
		k->anchor_met = 1;
		k->anchor_ok =
		    strcmp(json_str(l->line, "hash"), k->anchor.hash) == 0;
	}
	return keep_push(k, l->line, e);
}

/* What the hall once signed of its log must still be in it. */
static int
check_anchor(struct log_check *k, struct err *e)
{
	struct err f;

	if (k->anchor.n == 0 || (k->anchor_met && k->anchor_ok))
		return 0;
	if (!k->anchor_met)
		err_set(&f, ERR_DAMAGED, 0,
		    "the acceptance log ends at line %lld, but this hall "
		    "signed for %lld: it was cut, or an older copy put in its "
		    "place",
		    (long long)k->n, (long long)k->anchor.n);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "line %lld of the acceptance log is another than the one "
		    "that this hall signed for",
		    (long long)k->anchor.n);
	err_hint(&f, "compare with a backup, or with what an auditor exported");
	return found(k, "error", &f, e);
}

/* --- receipts --- */

static int
by_push(const void *a, const void *b)
{
	const struct pushed *x = a, *y = b;
	int d = strcmp(x->office, y->office);

	return d != 0 ? d : memcmp(x->tip, y->tip, sizeof(x->tip));
}

static int
is_pushed(const struct log_check *k, const char *office, const void *tip)
{
	struct pushed key;

	memset(&key, 0, sizeof(key));
	snprintf(key.office, sizeof(key.office), "%.7s", office);
	memcpy(key.tip, tip, sizeof(key.tip));
	return k->n_pushed > 0 && bsearch(&key, k->pushed, k->n_pushed,
				      sizeof(key), by_push) != NULL;
}

static int
tell_missing(struct log_check *k, const char *office, int64_t n,
    const char *first, struct err *e)
{
	struct err f;
	char where[24];

	if (n == 0)
		return 0;
	err_set(&f, ERR_DAMAGED, 0,
	    "office %s has %lld receipts for pushes that the acceptance log "
	    "does not have, from %s on",
	    office, (long long)n, first);
	err_hint(&f, "this hall, or its log, is a restored copy: the receipts "
		     "stay good, and say what the log has lost");
	snprintf(where, sizeof(where), "%.8s " WHERE, office);
	return verify_found(k->v, "warning", where, &f, e);
}

/* The receipts come back from the offices when a hall was restored from an
 * older copy; its log does not. */
static int
check_receipts(struct log_check *k, struct err *e)
{
	struct db *db = store_db(k->v->store);
	char office[16] = "", first[24] = "";
	sqlite3_stmt *st = NULL;
	int64_t n = 0;
	int rc;

	if (k->n_pushed > 1)
		qsort(k->pushed, k->n_pushed, sizeof(*k->pushed), by_push);
	rc = db_stmt(db, &st, e,
	    "SELECT office, tip, revision FROM receipt ORDER BY office, id",
	    "");
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		const char *code = (const char *)sqlite3_column_text(st, 0);
		const char *name = (const char *)sqlite3_column_text(st, 2);

		if (code == NULL || name == NULL ||
		    sqlite3_column_bytes(st, 1) != 20)
			continue; /* told with the receipts themselves */
		if (strcmp(code, office) != 0) {
			if ((rc = tell_missing(k, office, n, first, e)) < 0)
				break;
			snprintf(office, sizeof(office), "%.15s", code);
			n = 0;
		}
		if (is_pushed(k, code, sqlite3_column_blob(st, 1)))
			continue;
		if (n++ == 0)
			snprintf(first, sizeof(first), "%.23s", name);
	}
	db_reset(st);
	return rc < 0 ? rc : tell_missing(k, office, n, first, e);
}

static int
check_all(struct log_check *k, struct err *e)
{
	struct err f;
	int rc = province_anchor(k->v->store, &k->anchor, &f);

	if (rc < 0) {
		if (!verify_is_finding(rc)) {
			*e = f;
			return rc;
		}
		k->anchor.n = 0;
		if ((rc = verify_found(k->v, "error", "province.git", &f, e)) <
		    0)
			return rc;
	}
	if ((rc = accepted_each(store_conf(k->v->store)->dir, on_line, k, e)) <
		0 ||
	    (rc = check_anchor(k, e)) < 0)
		return rc;
	return check_receipts(k, e);
}

int
verify_log(struct verify *v, struct err *e)
{
	struct log_check k = { .v = v };
	struct err f;
	int rc;

	memset(&f, 0, sizeof(f));
	if (store_conf(v->store)->role != ROLE_HALL)
		return 0;
	rc = check_all(&k, &f);
	free(k.pushed);
	if (rc < 0 && verify_is_finding(rc))
		return verify_found(v, "error", WHERE, &f, e);
	if (rc < 0 && e != NULL)
		*e = f;
	return rc;
}
