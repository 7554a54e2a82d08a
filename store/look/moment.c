#include "store/look/moment.h"

#include <ctype.h>

#include "base/clock.h"

#define HEX_MIN 7
#define NUMBER_MAX 1000000

/* What is asked, and where. */
struct seek {
	struct store *s;
	const char *text;
	struct branch *office, *hall;
	int year;
	struct moment m;
};

int64_t
moment_row(const struct moment *m, const struct branch *b)
{
	return b->name[0] == 'h' ? m->hall : m->office;
}

/* --- by time --- */

/* The newest row of the line within (low, high], with its time; 0: none. */
static int
row_within(struct store *s, const struct branch *b, int64_t low, int64_t high,
    int64_t *ret, int64_t *ret_time, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	*ret = 0;
	/* by the branch's own rows: at a hall others lie between them */
	rc = db_stmt(db, &st, e,
	    "SELECT id, time FROM revision INDEXED BY revision_branch"
	    " WHERE branch = ?1 AND id > ?2 AND id <= ?3 AND side = 0"
	    " ORDER BY id DESC LIMIT 1",
	    "iii", b->id, low, high);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0) {
		*ret = sqlite3_column_int64(st, 0);
		*ret_time = sqlite3_column_int64(st, 1);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
moment_row_at(struct store *s, const struct branch *b, int64_t time,
    int64_t *ret, struct err *e)
{
	int64_t low = 0, high = 0, mid, at, row = 0, best = 0;
	int rc;

	if ((rc = row_within(s, b, 0, ASOF_NOW, &high, &at, e)) < 0)
		return rc;
	while (low < high) {
		mid = high - (high - low) / 2;
		if ((rc = row_within(s, b, low, mid, &row, &at, e)) < 0)
			return rc;
		if (row == 0) {
			low = mid;
		} else if (at <= time) {
			best = row;
			low = mid;
		} else {
			high = row - 1;
		}
	}
	*ret = best;
	return 0;
}

/* --- the revision of a row --- */

static void
take_revision(struct moment *m, const char *name, const unsigned char *commit)
{
	snprintf(m->name, sizeof(m->name), "%s", name);
	commit_hex(commit, m->commit);
}

/* Name, commit and, unless a time was asked for, time of the row. */
static int
fill_name(struct seek *k, int64_t row, struct err *e)
{
	struct db *db = store_db(k->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT name, commit_id, time, offset_min FROM revision"
	    " WHERE id = ?1",
	    "i", row);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0 &&
	    sqlite3_column_bytes(st, 1) == COMMIT_ID_LEN) {
		take_revision(&k->m, (const char *)sqlite3_column_text(st, 0),
		    sqlite3_column_blob(st, 1));
		if (k->m.kind != MOMENT_TIME) {
			k->m.time = sqlite3_column_int64(st, 2);
			k->m.offset_min = sqlite3_column_int(st, 3);
		}
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* A row of one branch; the other as of its time. */
static int
set_row(struct seek *k, int of_hall, int64_t row, struct err *e)
{
	int rc;

	k->m.of_hall = of_hall;
	if ((rc = fill_name(k, row, e)) < 0)
		return rc;
	if (of_hall) {
		k->m.hall = row;
		return moment_row_at(
		    k->s, k->office, k->m.time, &k->m.office, e);
	}
	k->m.office = row;
	return moment_row_at(k->s, k->hall, k->m.time, &k->m.hall, e);
}

/* --- by revision, by commit --- */

static int
is_revision(const char *s)
{
	size_t n = strspn(s + 1, "0123456789");

	return s[0] >= 'a' && s[0] <= 'z' && n > 0 && n < 20 &&
	       s[1 + n] == '\0';
}

static int
is_commit(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return n >= HEX_MIN && n <= 2 * (size_t)COMMIT_ID_LEN && s[n] == '\0';
}

/* ERR_NOT_FOUND as asof_revision() says it. */
static int
by_revision(struct seek *k, struct err *e)
{
	int of_hall = k->text[0] == 'h', rc;
	int64_t row = 0;

	k->m.kind = MOMENT_REVISION;
	rc = asof_revision(
	    k->s, of_hall ? k->hall : k->office, k->text, &row, e);
	return rc < 0 ? rc : set_row(k, of_hall, row, e);
}

/* The least and the greatest id that begin so. */
static void
id_bounds(const char *hex, unsigned char low[20], unsigned char high[20])
{
	char digits[41];
	size_t n = strnlen(hex, 40), i;

	for (i = 0; i < 40; i++)
		digits[i] = '0';
	for (i = 0; i < n; i++)
		digits[i] = (char)tolower((unsigned char)hex[i]);
	digits[40] = '\0';
	commit_unhex(digits, low, NULL);
	for (i = n; i < 40; i++)
		digits[i] = 'f';
	commit_unhex(digits, high, NULL);
}

static int
ambiguous(const struct seek *k, sqlite3_stmt *st, struct err *e)
{
	err_set(e, ERR_INVALID, 0,
	    "more than one commit begins with '%s': revisions %s and %s",
	    k->text, k->m.name, (const char *)sqlite3_column_text(st, 2));
	err_hint(e, "write more of it, or name the revision");
	return ERR_INVALID;
}

static int
by_commit(struct seek *k, struct err *e)
{
	struct db *db = store_db(k->s);
	unsigned char low[20], high[20];
	sqlite3_stmt *st = NULL;
	int64_t row = 0;
	int of_hall = 0, rc;

	k->m.kind = MOMENT_REVISION;
	id_bounds(k->text, low, high);
	rc = db_stmt(db, &st, e,
	    "SELECT id, branch, name FROM revision INDEXED BY revision_commit"
	    " WHERE commit_id >= ?1 AND commit_id <= ?2 AND +branch IN (?3, "
	    "?4)",
	    "bbii", low, sizeof(low), high, sizeof(high), k->office->id,
	    k->hall->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if (row != 0) {
			rc = ambiguous(k, st, e);
			break;
		}
		row = sqlite3_column_int64(st, 0);
		of_hall = sqlite3_column_int64(st, 1) == k->hall->id;
		snprintf(k->m.name, sizeof(k->m.name), "%s",
		    (const char *)sqlite3_column_text(st, 2));
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	if (row != 0)
		return set_row(k, of_hall, row, e);
	err_set(e, ERR_NOT_FOUND, 0, "no commit of office %s begins with '%s'",
	    k->office->office, k->text);
	err_hint(e, "commits are listed by: pmqa history --json");
	return ERR_NOT_FOUND;
}

/* --- by sign-off --- */

/* The newest row on the branch's line that gave the field the value (any, with
 * n 0); 0: none. */
static int
row_of_change(struct seek *k, const struct branch *b, const char *path,
    const char *field, int n, int64_t *ret, struct err *e)
{
	char value[16];
	int rc;

	snprintf(value, sizeof(value), "%d", n);
	rc = db_one_int(store_db(k->s), ret, e,
	    "SELECT t.revision FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN change c ON c.revision = t.revision AND c.record = r.id"
	    " AND c.field = ?3 WHERE r.branch = ?1 AND r.path = ?2"
	    " AND t.side = 0 AND c.new IS NOT NULL"
	    " AND (?4 IS NULL OR c.new = ?4)"
	    " ORDER BY t.revision DESC LIMIT 1",
	    "isss", b->id, path, field, n > 0 ? value : NULL);
	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = 0;
	return 0;
}

/* The hall's newest verdict on submission n (of any, with n 0): its row and the
 * submission. A second verdict on the same one does not change "of". */
static int
row_of_verdict(struct seek *k, int n, int64_t *ret, int *ret_of, struct err *e)
{
	struct db *db = store_db(k->s);
	sqlite3_stmt *st = NULL;
	char path[40];
	int of = 0, rc;

	snprintf(path, sizeof(path), "decisions/%d.json", k->year);
	rc = db_stmt(db, &st, e,
	    "SELECT t.revision, (SELECT c.new FROM change c"
	    "  WHERE c.revision = t.revision AND c.record = r.id"
	    "  AND c.field = 'of') FROM record r"
	    " JOIN touch t ON t.record = r.id"
	    " WHERE r.branch = ?1 AND r.path = ?2 AND t.side = 0"
	    " ORDER BY t.revision",
	    "is", k->hall->id, path);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if (sqlite3_column_type(st, 1) != SQLITE_NULL)
			of = sqlite3_column_int(st, 1);
		if (n == 0 || of == n) {
			*ret = sqlite3_column_int64(st, 0);
			*ret_of = of;
		}
	}
	db_reset(st);
	return rc;
}

static int
by_decision(struct seek *k, int n, struct err *e)
{
	int64_t row = 0, submission = 0;
	char path[40];
	int of = 0, rc;

	if ((rc = row_of_verdict(k, n, &row, &of, e)) < 0)
		return rc;
	if (row == 0) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "there is no '%s' of %d: the hall has not decided so far",
		    k->text, k->year);
		err_hint(
		    e, "see where it stands: pmqa state --year %d", k->year);
		return ERR_NOT_FOUND;
	}
	snprintf(path, sizeof(path), "%d/assessment.json", k->year);
	if ((rc = set_row(k, 1, row, e)) < 0 ||
	    (rc = row_of_change(
		 k, k->office, path, "submission.n", of, &submission, e)) < 0)
		return rc;
	/* the hall's revision says when, and the office's is what is asked */
	if (submission != 0)
		k->m.office = submission;
	k->m.of_hall = 0;
	return 0;
}

static int
by_submission(struct seek *k, int n, struct err *e)
{
	char path[40];
	int64_t row = 0;
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", k->year);
	rc = row_of_change(k, k->office, path, "submission.n", n, &row, e);
	if (rc < 0)
		return rc;
	if (row != 0)
		return set_row(k, 0, row, e);
	err_set(e, ERR_NOT_FOUND, 0,
	    "there is no '%s' of %d: it was not signed off so often", k->text,
	    k->year);
	err_hint(e, "see where it stands: pmqa state --year %d", k->year);
	return ERR_NOT_FOUND;
}

static int
by_opening(struct seek *k, struct err *e)
{
	char path[40];
	int64_t row = 0;
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", k->year);
	rc = row_of_change(k, k->office, path, "cycle", 0, &row, e);
	if (rc < 0)
		return rc;
	if (row != 0)
		return set_row(k, 0, row, e);
	err_set(e, ERR_NOT_FOUND, 0, "no assessment of %d is open", k->year);
	err_hint(e, "open it: pmqa assess open %d", k->year);
	return ERR_NOT_FOUND;
}

/* "submission:12" behind its word: 12; "" : 0, the newest; else -1. */
static int
number_of(const char *s)
{
	char *end;
	long n;

	if (*s == '\0')
		return 0;
	if (*s++ != ':' || *s < '1' || *s > '9')
		return -1;
	n = strtol(s, &end, 10);
	return *end == '\0' && n < NUMBER_MAX ? (int)n : -1;
}

/* 1: it was one of the words; 0: none of them. */
static int
by_signoff(struct seek *k, struct err *e)
{
	static const struct {
		const char *word;
		int (*find)(struct seek *k, int n, struct err *e);
	} words[] = { { "submission", by_submission },
		{ "decision", by_decision } };
	const struct edition *ed;
	size_t len = strcspn(k->text, ":"), i;
	int opening = strcmp(k->text, "opening") == 0, n, rc;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].word) == len &&
		    strncmp(words[i].word, k->text, len) == 0)
			break;
	n = number_of(k->text + len);
	if (!opening && (i == sizeof(words) / sizeof(*words) || n < 0))
		return 0;
	if (k->year == 0 && (rc = store_cycle(k->s, k->office->office, 0,
				 &k->year, &ed, e)) < 0)
		return rc;
	k->m.kind = MOMENT_SIGNOFF;
	k->m.year = k->year;
	rc = opening ? by_opening(k, e) : words[i].find(k, n, e);
	return rc < 0 ? rc : 1;
}

/* --- all of them --- */

static int
by_time(struct seek *k, struct err *e)
{
	int offset = store_conf(k->s)->offset_min, rc;

	if (clock_parse(k->text, offset, 1, &k->m.time, NULL) < 0) {
		err_set(e, ERR_INVALID, 0, "'%.40s' names no point in the past",
		    k->text);
		err_hint(e,
		    "name a revision (a12), a commit, a day (31/3/2569), a "
		    "time (2026-03-31 13:14), submission, submission:2, "
		    "decision, opening or now");
		return ERR_INVALID;
	}
	k->m.kind = MOMENT_TIME;
	k->m.offset_min = offset;
	if ((rc = moment_row_at(k->s, k->office, k->m.time, &k->m.office, e)) <
		0 ||
	    (rc = moment_row_at(k->s, k->hall, k->m.time, &k->m.hall, e)) < 0)
		return rc;
	return fill_name(k, k->m.office, e);
}

static int
find(struct seek *k, struct err *e)
{
	int rc;

	if ((rc = by_signoff(k, e)) != 0)
		return rc < 0 ? rc : 0;
	if (is_revision(k->text)) {
		/* what is no revision may be a commit, with its own fault */
		rc = by_revision(k, e);
		if (rc != ERR_NOT_FOUND || !is_commit(k->text))
			return rc;
	}
	return is_commit(k->text) ? by_commit(k, e) : by_time(k, e);
}

int
moment_find(struct store *s, const char *office, int year, const char *text,
    struct moment *ret, struct err *e)
{
	struct seek k = { .s = s, .text = text, .year = year };
	int rc;

	k.m.office = k.m.hall = ASOF_NOW;
	if (text != NULL && text[0] != '\0' && strcmp(text, "now") != 0) {
		if ((rc = store_branch(s, office, "office", &k.office, e)) <
			0 ||
		    (rc = store_branch(s, office, "hall", &k.hall, e)) < 0 ||
		    (rc = find(&k, e)) < 0)
			return rc;
	}
	*ret = k.m;
	return 0;
}

int
moment_put(cJSON *obj, const char *key, const char *text,
    const struct moment *m, struct err *e)
{
	cJSON *at = cJSON_CreateObject();
	int known = m->name[0] != '\0', rc;
	char when[CLOCK_TEXT];

	clock_rfc3339(when, m->time, m->offset_min);
	if ((rc = json_put(obj, key, at, e)) < 0 ||
	    (rc = json_put_str(
		 at, "asked", m->kind != MOMENT_NOW ? text : "now", e)) < 0 ||
	    (rc = json_put_str(at, "revision", known ? m->name : NULL, e)) <
		0 ||
	    (rc = json_put_str(at, "commit", known ? m->commit : NULL, e)) < 0)
		return rc;
	return json_put_str(
	    at, "time", known || m->kind == MOMENT_TIME ? when : NULL, e);
}
