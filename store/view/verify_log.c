/* The hall's acceptance log: its chain, against what the hall signed of it, and
 * against the receipts that it gave. */
#include <limits.h>
#include <sodium.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/hall/accepted_file.h"
#include "store/hall/province.h"
#include "store/view/verify_state.h"

#define OFFICE_REF "refs/heads/office"
#define WHERE "log"
#define CHUNK 65536
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
	int partly;                /* only what came since the last proof */
	struct accepted_place end; /* the last line */
};

static int
found(struct log_check *k, const char *severity, const struct err *f,
    struct err *e)
{
	return verify_found(k->v, severity, "log", WHERE, f, e);
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
	k->end.year = l->year;
	k->end.end = l->end;
	k->end.n = k->n;
	k->end.at = l->at;
	snprintf(
	    k->end.hash, sizeof(k->end.hash), "%s", json_str(l->line, "hash"));
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
	return verify_found(k->v, "warning", "log", where, &f, e);
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

/* --- branches that no line leads to --- */

struct newest { /* the last push of an office that was taken in */
	const char *office;
	unsigned char tip[20];
	int has;
};

static int
on_newest(void *arg, const struct accepted_line *l, struct err *e)
{
	struct newest *n = arg;

	(void)e;
	if (l->line != NULL &&
	    strcmp(json_str(l->line, "office"), n->office) == 0 &&
	    strcmp(json_str(l->line, "result"), "admitted") == 0 &&
	    strcmp(json_str(l->line, "ref"), OFFICE_REF) == 0)
		n->has =
		    commit_unhex(json_str(l->line, "new"), n->tip, NULL) == 0;
	return 0;
}

/* The line of a push comes right after its ref moved: looked at once more. */
static int
is_logged(struct log_check *k, const char *office, const unsigned char tip[20],
    int *ret, struct err *e)
{
	const struct timespec moment = { 1, 500000000 };
	struct newest n = { .office = office };
	int i, rc = 0;

	*ret = 0;
	for (i = 0; i < 2 && !*ret && rc == 0; i++) {
		if (i > 0 && k->v->o->alone)
			break;
		if (i > 0)
			nanosleep(&moment, NULL);
		rc = accepted_each(
		    store_conf(k->v->store)->dir, on_newest, &n, e);
		*ret = n.has && memcmp(n.tip, tip, 20) == 0;
	}
	return rc;
}

/* Was this the tip when the last proof was made? */
static int
was_sealed(struct log_check *k, const char *office, const unsigned char tip[20],
    int *ret, struct err *e)
{
	struct verify_seal seal;
	int rc, fault = 0;

	*ret = 0;
	if (!k->partly)
		return 0;
	rc = verify_seal_read(k->v->store, office, "office", &seal, &fault, e);
	if (rc == 0 && seal.n_points > 0)
		*ret = memcmp(seal.points[0].id, tip, 20) == 0;
	return rc;
}

/* What came past the door, however well it is signed: a stolen key can date
 * back what it signs, but leaves no line. */
static int
check_tip(void *arg, const char *office, struct err *e)
{
	struct log_check *k = arg;
	unsigned char tip[20];
	struct repo *r = NULL;
	struct err f;
	char where[24];
	int rc, known = 0;

	if ((rc = store_repo(k->v->store, office, &r, e)) < 0)
		return rc;
	if (repo_ref(r, OFFICE_REF, tip, &f) < 0)
		return 0; /* told with the branch itself */
	if ((rc = was_sealed(k, office, tip, &known, e)) < 0 || known ||
	    (rc = is_logged(k, office, tip, &known, e)) < 0 || known)
		return rc;
	err_set(&f, ERR_DAMAGED, 0,
	    "the branch of office %s is at a commit that the acceptance log "
	    "did not take in last: it was moved past the door",
	    office);
	err_hint(&f,
	    "compare with the office's own copy; pmqa hall log --office shows "
	    "what was taken in");
	snprintf(where, sizeof(where), "%.8s " WHERE, office);
	return verify_found(k->v, "error", "log", where, &f, e);
}

/* --- what was proved before --- */

/* SHA-256 of the first bytes of a year's file; "" when it has not so many. */
static int
sum_of(struct log_check *k, int year, int64_t size, char ret[65], struct err *e)
{
	const char *dir = store_conf(k->v->store)->dir;
	unsigned char sum[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	int64_t there = 0, at;
	char *bytes;
	int fd = -1, rc;

	ret[0] = '\0';
	if ((rc = accepted_open(dir, year, &fd, &there, e)) < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if ((bytes = malloc(CHUNK)) == NULL) {
		close(fd);
		return err_nomem(e);
	}
	crypto_hash_sha256_init(&state);
	for (at = 0; at < size && there >= size && rc == 0; at += CHUNK) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		if ((rc = accepted_pread(fd, bytes, n, at, e)) == 0)
			crypto_hash_sha256_update(
			    &state, (const unsigned char *)bytes, n);
	}
	crypto_hash_sha256_final(&state, sum);
	if (rc == 0 && there >= size)
		sodium_bin2hex(ret, 65, sum, sizeof(sum));
	free(bytes);
	close(fd);
	return rc;
}

/* Nobody wrote the files of the years before it since. */
static int
years_stand(const struct log_check *k)
{
	const struct verify_base *b = &k->v->base;
	const char *dir = store_conf(k->v->store)->dir;
	struct accepted_years years;
	char path[PATH_MAX];
	struct stat st;
	int i;

	if (accepted_years(dir, &years, NULL) < 0)
		return 0;
	for (i = 0; i < years.n && years.list[i] < b->log_year; i++)
		if (accepted_path(
			dir, years.list[i], path, sizeof(path), NULL) < 0 ||
		    stat(path, &st) < 0 || st.st_ctime >= b->time)
			return 0;
	return i < years.n;
}

/* Goes on behind the line where the last proof ended, if all before it is
 * what it was; else it is looked at whole. */
static int
go_on(struct log_check *k, struct err *e)
{
	const struct verify_base *b = &k->v->base;
	char sum[65];
	int rc;

	if (k->v->deep || b->log_n == 0 || !years_stand(k))
		return 0;
	if ((rc = sum_of(k, b->log_year, b->log_size, sum, e)) < 0)
		return rc;
	if (strcmp(sum, b->log_sum) != 0)
		return 0;
	k->partly = 1;
	k->n = b->log_n;
	k->end.year = b->log_year;
	k->end.end = b->log_size;
	k->end.n = b->log_n;
	k->end.at = b->log_lines;
	snprintf(k->end.hash, sizeof(k->end.hash), "%s", b->log_hash);
	k->anchor_met = k->anchor.n <= b->log_n;
	k->anchor_ok =
	    k->anchor.n < b->log_n || strcmp(k->anchor.hash, b->log_hash) == 0;
	return 0;
}

static int
keep_place(struct log_check *k, struct err *e)
{
	struct verify_base *b = &k->v->base;

	b->log_year = k->end.year;
	b->log_size = k->end.end;
	b->log_n = k->end.n;
	b->log_lines = k->end.at;
	snprintf(b->log_hash, sizeof(b->log_hash), "%s", k->end.hash);
	if (b->log_n == 0)
		return 0;
	return sum_of(k, b->log_year, b->log_size, b->log_sum, e);
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
		if ((rc = verify_found(
			 k->v, "error", "province", "province.git", &f, e)) < 0)
			return rc;
	}
	if ((rc = go_on(k, e)) < 0 ||
	    (rc = accepted_each_from(store_conf(k->v->store)->dir,
		 k->partly ? &k->end : NULL, on_line, k, e)) < 0 ||
	    (rc = check_anchor(k, e)) < 0)
		return rc;
	if (!k->partly && (rc = check_receipts(k, e)) < 0)
		return rc;
	if ((rc = store_each_office(k->v->store, check_tip, k, e)) < 0)
		return rc;
	return keep_place(k, e);
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
		return verify_found(v, "error", "log", WHERE, &f, e);
	if (rc < 0 && e != NULL)
		*e = f;
	return rc;
}
