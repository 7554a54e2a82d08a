#include "store/audit/flags_year.h"

#include <limits.h>

#include "base/clock.h"
#include "store/audit/flags_hall.h"
#include "store/look/asof.h"
#include "store/review/signoff.h"

const char *
flags_text(const struct flags_year *y, int word)
{
	return word >= 0 ? y->words.list[word] : NULL;
}

/* --- records --- */

static int
read_records(struct flags_year *y, struct err *e)
{
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	struct flags_rec *r;
	char from[16], to[16];
	int rc;

	snprintf(from, sizeof(from), "%d/", y->year);
	snprintf(to, sizeof(to), "%d0", y->year); /* '0' follows '/' */
	rc = db_stmt(
	    db, &st, e, FLAGS_RECORDS_SQL, "iss", y->office->id, from, to);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if ((r = FLAGS_MORE(y, recs)) == NULL) {
			rc = err_nomem(e);
			break;
		}
		r->id = sqlite3_column_int64(st, 0);
		snprintf(r->path, sizeof(r->path), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		rc = record_path_parse(r->path, RECORD_OFFICE, &r->rp, e);
	}
	db_reset(st);
	return rc;
}

/* --- revisions --- */

int
flags_year_push(
    struct flags_year *y, sqlite3_stmt *st, int hall, int *ret, struct err *e)
{
	struct flags_rev *v = FLAGS_MORE(y, revs);
	int at[4], i, rc;

	if (v == NULL)
		return err_nomem(e);
	for (i = 0; i < 4; i++)
		if ((rc = flags_word(&y->words,
			 (const char *)sqlite3_column_text(st, 6 + i), &at[i],
			 e)) < 0)
			return rc;
	v->id = sqlite3_column_int64(st, 0);
	snprintf(v->name, sizeof(v->name), "%s",
	    (const char *)sqlite3_column_text(st, 1));
	if (sqlite3_column_bytes(st, 2) == COMMIT_ID_LEN)
		memcpy(
		    v->commit, sqlite3_column_blob(st, 2), sizeof(v->commit));
	v->time = sqlite3_column_int64(st, 3);
	v->offset_min = sqlite3_column_int(st, 4);
	v->received = sqlite3_column_int64(st, 5);
	v->login = at[0];
	v->person = at[1];
	v->device = at[2];
	v->action = at[3];
	v->sequence = sqlite3_column_int64(st, 10);
	v->side = sqlite3_column_int(st, 11);
	v->merge = strcmp(flags_text(y, v->action), "merge") == 0;
	v->hall = hall;
	*ret = (int)y->n_revs - 1;
	return 0;
}

int
flags_year_name(struct flags_year *y, const struct branch *b, const char *name,
    int *ret, struct err *e)
{
	struct db *db = store_db(y->s);
	int hall = b == y->hall, rc;
	sqlite3_stmt *st = NULL;
	size_t i;

	*ret = -1;
	for (i = 0; i < y->n_revs; i++)
		if (y->revs[i].hall == hall &&
		    strcmp(y->revs[i].name, name) == 0) {
			*ret = (int)i;
			return 0;
		}
	rc = db_stmt(db, &st, e,
	    "SELECT " FLAGS_REV
	    " FROM revision v WHERE v.branch = ?1 AND v.name = ?2",
	    "is", b->id, name);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0)
		rc = flags_year_push(y, st, hall, ret, e);
	db_reset(st);
	return rc;
}

/* --- what a revision did to a record --- */

static int
push_toggle(
    struct flags_year *y, int event, const char *point, int on, struct err *e)
{
	struct flags_toggle *t;
	int word, rc;

	if ((rc = flags_word(&y->words, point, &word, e)) < 0)
		return rc;
	if ((t = FLAGS_MORE(y, toggles)) == NULL)
		return err_nomem(e);
	t->event = event;
	t->point = word;
	t->on = on;
	return 0;
}

/* The points of one list that the other has not. */
static int
toggle_all(struct flags_year *y, int event, const cJSON *of, const cJSON *not_,
    int on, struct err *e)
{
	const cJSON *c;
	int rc = 0;

	cJSON_ArrayForEach (c, of)
		if (rc == 0 && cJSON_IsString(c) &&
		    !json_holds(not_, c->valuestring))
			rc = push_toggle(y, event, c->valuestring, on, e);
	return rc;
}

#define COL_FIELD 0
#define COL_OLD 1
#define COL_NEW 2
#define COL_LONG 3

/* A list of the index, or NULL where it is absent. */
static int
parse_list(sqlite3_stmt *st, int col, cJSON **ret, struct err *e)
{
	*ret = NULL;
	if (sqlite3_column_type(st, col) == SQLITE_NULL)
		return 0;
	return asof_parse(sqlite3_column_text(st, col),
	    (size_t)sqlite3_column_bytes(st, col), "ticks", ret, e);
}

/* What the index does not keep, as it is long: from the records themselves. */
static int
ticks_of_states(struct flags_year *y, int event, cJSON **ret_old,
    cJSON **ret_new, struct err *e)
{
	const struct flags_event *ev = &y->events[event];
	const char *path = y->recs[ev->rec].path;
	int64_t id = y->revs[ev->rev].id, parent = 0;
	struct asof before = { 0 }, after = { 0 };
	int rc;

	if ((rc = asof_parent(y->s, y->office, id, &parent, e)) == 0 &&
	    (rc = asof_record(y->s, y->office, path, parent, &before, e)) ==
		0 &&
	    (rc = asof_record(y->s, y->office, path, id, &after, e)) == 0) {
		*ret_old = cJSON_DetachItemFromObjectCaseSensitive(
		    before.rec, "ticks");
		*ret_new =
		    cJSON_DetachItemFromObjectCaseSensitive(after.rec, "ticks");
	}
	asof_release(&before);
	asof_release(&after);
	return rc;
}

static int
read_ticks(struct flags_year *y, int event, sqlite3_stmt *st, struct err *e)
{
	cJSON *old = NULL, *new_ = NULL;
	int rc;

	if (sqlite3_column_int(st, COL_LONG) != 0)
		rc = ticks_of_states(y, event, &old, &new_, e);
	else if ((rc = parse_list(st, COL_OLD, &old, e)) == 0)
		rc = parse_list(st, COL_NEW, &new_, e);
	if (rc == 0 && (rc = toggle_all(y, event, new_, old, 1, e)) == 0)
		rc = toggle_all(y, event, old, new_, 0, e);
	cJSON_Delete(old);
	cJSON_Delete(new_);
	return rc;
}

/* "evidence.<sha>.class" */
static int
read_link(struct flags_year *y, int event, const char *field, struct err *e)
{
	const char *sha = field + strlen("evidence.");
	int rec = y->events[event].rec;
	struct flags_link *l;
	size_t i, n = strcspn(sha, ".");

	if (n != sizeof(l->sha) - 1)
		return 0;
	for (i = y->n_links; i > 0; i--)
		if (y->links[i - 1].rec == rec &&
		    strncmp(y->links[i - 1].sha, sha, n) == 0)
			return 0;
	if ((l = FLAGS_MORE(y, links)) == NULL)
		return err_nomem(e);
	memcpy(l->sha, sha, n);
	l->rec = rec;
	return 0;
}

static int
read_submission(
    struct flags_year *y, int event, sqlite3_stmt *st, struct err *e)
{
	const char *text = (const char *)sqlite3_column_text(st, COL_NEW);
	long n = text != NULL ? strtol(text, NULL, 10) : 0;
	struct flags_submission *s;

	/* on the branch's own line alone: what it was signed off as; each
	 * number once, growing */
	if (n < 1 || n > INT_MAX || y->revs[y->events[event].rev].side)
		return 0;
	y->events[event].what |= FLAGS_SUBMITTED;
	if (y->n_subs > 0 && y->subs[y->n_subs - 1].n >= (int)n)
		return 0;
	if ((s = FLAGS_MORE(y, subs)) == NULL)
		return err_nomem(e);
	s->n = (int)n;
	s->event = event;
	s->returned = s->accepted = -1;
	return 0;
}

static int
read_change(struct flags_year *y, int event, sqlite3_stmt *st, struct err *e)
{
	const char *field = (const char *)sqlite3_column_text(st, COL_FIELD);
	struct flags_event *ev = &y->events[event];
	const struct record_path *rp = &y->recs[ev->rec].rp;

	if (signoff_act_of(rp, field) == SIGNOFF_DO_EDIT)
		ev->what |= FLAGS_EDIT;
	if (strcmp(field, "ticks") == 0) {
		ev->what |= FLAGS_TICKS;
		return read_ticks(y, event, st, e);
	}
	if (strncmp(field, "indicators.", 11) == 0) {
		ev->what |= FLAGS_RESULT;
	} else if (strncmp(field, "evidence.", 9) == 0) {
		ev->what |= FLAGS_EVIDENCE;
		return read_link(y, event, field, e);
	} else if (strcmp(field, "submission.n") == 0 &&
		   strcmp(rp->type->name, "assessment") == 0) {
		return read_submission(y, event, st, e);
	}
	return 0;
}

static int
read_changes(struct flags_year *y, int event, struct err *e)
{
	const struct flags_event *ev = &y->events[event];
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e, FLAGS_CHANGES_SQL, "ii", y->revs[ev->rev].id,
	    y->recs[ev->rec].id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = read_change(y, event, st, e);
	db_reset(st);
	return rc;
}

static int
read_revision(struct flags_year *y, int64_t id, int *ret, struct err *e)
{
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e, FLAGS_REVISION_SQL, "i", id);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0 &&
	    (rc = flags_year_push(y, st, 0, ret, e)) == 0)
		y->revs[*ret].parent_time =
		    sqlite3_column_int64(st, FLAGS_REV_COLS);
	else if (rc == 0)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "a touch names a revision that is not there");
	db_reset(st);
	return rc;
}

/* --- which touches --- */

struct touch {
	int64_t revision;
	int rec;
};

struct touches {
	struct touch *list;
	size_t n_list, cap_list;
};

static int
in_order(const void *a, const void *b)
{
	const struct touch *x = a, *z = b;

	if (x->revision != z->revision)
		return x->revision < z->revision ? -1 : 1;
	return (x->rec > z->rec) - (x->rec < z->rec);
}

static int
read_touches(struct flags_year *y, struct touches *ret, struct err *e)
{
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	struct touch *t;
	size_t i;
	int rc = 0;

	for (i = 0; i < y->n_recs && rc == 0; i++) {
		rc = db_stmt(db, &st, e, FLAGS_TOUCHES_SQL, "i", y->recs[i].id);
		while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
			if ((t = FLAGS_MORE(ret, list)) == NULL) {
				rc = err_nomem(e);
				break;
			}
			t->revision = sqlite3_column_int64(st, 0);
			t->rec = (int)i;
		}
		db_reset(st);
	}
	/* a year without records has no list */
	if (rc == 0 && ret->n_list > 0)
		qsort(ret->list, ret->n_list, sizeof(*ret->list), in_order);
	return rc;
}

static int
read_events(struct flags_year *y, struct err *e)
{
	struct touches t = { NULL, 0, 0 };
	struct flags_event *ev;
	int64_t last = 0;
	size_t i;
	int at = -1, rc;

	rc = read_touches(y, &t, e);
	for (i = 0; i < t.n_list && rc == 0; i++) {
		if (t.list[i].revision != last &&
		    (rc = read_revision(y, t.list[i].revision, &at, e)) < 0)
			break;
		last = t.list[i].revision;
		if ((ev = FLAGS_MORE(y, events)) == NULL) {
			rc = err_nomem(e);
			break;
		}
		ev->rev = at;
		ev->rec = t.list[i].rec;
		rc = read_changes(y, (int)y->n_events - 1, e);
	}
	free(t.list);
	y->n_read = y->n_revs;
	return rc;
}

/* --- all of it --- */

int
flags_year_read(struct flags_year *y, struct store *s, const char *office,
    int year, struct err *e)
{
	int began = 0, rc;

	memset(y, 0, sizeof(*y));
	y->s = s;
	y->now = clock_now();
	y->offset_min = store_conf(s)->offset_min;
	if ((rc = asof_begin(s, &began, e)) < 0)
		return rc;
	if ((rc = store_cycle(s, office, year, &y->year, &y->ed, e)) < 0 ||
	    (rc = store_branch(s, office, "office", &y->office, e)) < 0 ||
	    (rc = store_branch(s, office, "hall", &y->hall, e)) < 0 ||
	    (rc = read_records(y, e)) < 0 || (rc = read_events(y, e)) < 0)
		goto out;
	rc = flags_hall_read(y, office, e);
out:
	return asof_end(s, began, rc, e);
}

void
flags_year_release(struct flags_year *y)
{
	size_t i;

	flags_words_release(&y->words);
	for (i = 0; i < y->n_decisions; i++)
		cJSON_Delete(y->decisions[i].items);
	free(y->recs);
	free(y->revs);
	free(y->events);
	free(y->toggles);
	free(y->links);
	free(y->subs);
	free(y->decisions);
	cJSON_Delete(y->reviews);
	memset(y, 0, sizeof(*y));
}

const struct flags_submission *
flags_year_before(const struct flags_year *y, int event)
{
	const struct flags_submission *last = NULL;
	size_t i;

	for (i = 0; i < y->n_subs; i++)
		if (y->subs[i].event < event)
			last = &y->subs[i];
	return last;
}
