#include "store/save/revert.h"

#include "store/save/rewrite.h"

#define SUBJECT_LEN 160
#define MANY_RECORDS 3

/* One of the revisions. */
struct undone_revision {
	char name[24];
	int64_t row;
	int64_t before; /* what it was made on: of a merge, what the hall had */
	int is_merge;
	int n_records;
};

/* One record that a revision touched. */
struct undone {
	const struct undone_revision *r;
	struct rewrite_record *rec;
	struct asof before, after;
	cJSON *changes; /* record_diff(before, after) */
};

struct revert {
	const struct revert_ask *what;
	struct rewrite w;
	struct undone_revision list[REVERT_MAX];
	size_t n;
	cJSON *skipped;
	/* the first conflict, for the sentence */
	struct err first;
};

/* --- the revisions --- */

/* Its first parent: the row before it may be of another line of history. */
static int
find_before(struct revert *v, struct undone_revision *r, struct err *e)
{
	struct db *db = store_db(v->w.s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT v.action = 'merge', ifnull((SELECT p.id FROM revision p"
	    "  WHERE p.commit_id = v.parent AND p.branch = v.branch), 0),"
	    " (SELECT count(*) FROM touch t WHERE t.revision = v.id)"
	    " FROM revision v WHERE v.id = ?1",
	    "i", r->row);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0) {
		r->is_merge = sqlite3_column_int(st, 0);
		r->before = sqlite3_column_int64(st, 1);
		r->n_records = sqlite3_column_int(st, 2);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int
find_revision(struct revert *v, const char *name, struct err *e)
{
	struct undone_revision *r;
	int rc;

	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->list[i].name, name) == 0)
			return 0; /* named twice */
	if (v->n == REVERT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "at most %d revisions can be undone at once", REVERT_MAX);
	if (name[0] == 'h')
		return err_set(e, ERR_INVALID, 0,
		    "'%.30s' is a revision of the hall: only the hall can undo "
		    "it",
		    name);
	r = &v->list[v->n];
	if ((rc = asof_revision(v->w.s, v->w.b, name, &r->row, e)) < 0)
		return rc;
	snprintf(r->name, sizeof(r->name), "%s", name);
	v->n++;
	return find_before(v, r, e);
}

static int
newest_first(const void *a, const void *b)
{
	const struct undone_revision *x = a, *y = b;

	return x->row < y->row ? 1 : x->row > y->row ? -1 : 0;
}

static int
find_revisions(struct revert *v, struct err *e)
{
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, v->what->revisions) {
		if (!cJSON_IsString(c))
			return err_set(e, ERR_USAGE, 0,
			    "'%s' takes names of revisions", "revisions");
		if ((rc = find_revision(v, c->valuestring, e)) < 0)
			return rc;
	}
	if (v->n == 0)
		return err_set(e, ERR_USAGE, 0, "no revision is named");
	qsort(v->list, v->n, sizeof(v->list[0]), newest_first);
	return 0;
}

/* --- what may be undone --- */

/* Opened again by an edit after the hall returned it: stays open. */
static int
only_reopens(const struct undone *u)
{
	const cJSON *c = u->changes->child;

	return u->before.rec != NULL && c != NULL && c->next == NULL &&
	       strcmp(json_str(c, "field"), "status") == 0 &&
	       strcmp(json_str(u->after.rec, "status"), "open") == 0;
}

/* What has a command of its own, or cannot be taken back at all. */
static int
refuse(const struct undone *u, struct err *e)
{
	const char *type = u->rec->rp.type->name;

	if (strcmp(type, "assessment") == 0 && u->before.rec == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "revision %s opened the assessment of %d: that cannot be "
		    "undone",
		    u->r->name, u->rec->rp.year);
	if (strcmp(type, "assessment") == 0) {
		err_set(e, ERR_INVALID, 0,
		    "revision %s signed the assessment of %d off or opened it "
		    "again: that is not undone this way",
		    u->r->name, u->rec->rp.year);
		err_hint(e, "see where it stands: pmqa state");
		return ERR_INVALID;
	}
	if (strcmp(type, "comments") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "revision %s added a comment: comments stay as they were "
		    "written",
		    u->r->name);
	if (strcmp(type, "evidence") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "revision %s erased a file: its bytes are gone for good",
		    u->r->name);
	return err_set(e, ERR_INVALID, 0,
	    "revision %s wrote '%s', which is not undone this way", u->r->name,
	    u->rec->rp.name);
}

/* 1 to undo the record, 0 to leave it as it is. */
static int
may_undo(const struct undone *u, struct err *e)
{
	const char *type = u->rec->rp.type->name;

	if (strcmp(type, "answer") == 0 || strcmp(type, "profile") == 0 ||
	    strcmp(type, "action") == 0)
		return 1;
	if (strcmp(type, "assessment") == 0 && u->r->n_records > 1 &&
	    only_reopens(u))
		return 0;
	/* what it decided stays decided, what it left open stays open: the
	 * values are kept there */
	if (strcmp(type, "conflict") == 0)
		return 0;
	/* a merge brought what cannot be taken back beside what can */
	if (u->r->is_merge)
		return 0;
	/* that a file was stored stays; its link to an item goes */
	if (strcmp(type, "evidence") == 0 && u->before.rec == NULL)
		return 0;
	return refuse(u, e);
}

/* --- what was changed again --- */

/* Notes it; the first one becomes the sentence. */
static int
conflict(
    struct revert *v, const struct undone *u, const char *field, struct err *e)
{
	struct rewrite_by by;
	cJSON *one = NULL;
	const char *name;
	int rc;

	rc = rewrite_changed_by(
	    &v->w, u->rec->path, field, u->r->row, v->what->revisions, &by, e);
	if (rc < 0)
		return rc;
	name = by.name[0] != '\0' ? by.name : "-";
	if (v->skipped->child == NULL && field != NULL)
		err_set(&v->first, ERR_CONFLICT, 0,
		    "'%s' of '%s' was changed again by revision %s", field,
		    u->rec->rp.name, name);
	else if (v->skipped->child == NULL)
		err_set(&v->first, ERR_CONFLICT, 0,
		    "'%s' was changed again by revision %s", u->rec->rp.name,
		    name);
	if (v->skipped->child == NULL)
		err_hint(&v->first,
		    "undo that one first: pmqa revert %s; or leave such "
		    "fields as they are: --skip-changed; --dry-run lists them",
		    name);
	one = cJSON_CreateObject();
	if ((rc = json_put_str(one, "record", u->rec->rp.name, e)) < 0 ||
	    (rc = json_put_str(one, "field", field, e)) < 0 ||
	    (rc = json_put_str(one, "by", name, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(v->skipped, one, e);
}

/* --- one record of one revision --- */

static int
replace_work(struct rewrite_record *r, const cJSON *with, struct err *e)
{
	cJSON *copy = NULL;

	if (with != NULL && (copy = cJSON_Duplicate(with, 1)) == NULL)
		return err_nomem(e);
	cJSON_Delete(r->work);
	r->work = copy;
	return 0;
}

/* Each field that still has what the revision gave it gets its old value. */
static int
undo_fields(struct revert *v, struct undone *u, struct err *e)
{
	const cJSON *c;
	cJSON *old;
	int rc;

	cJSON_ArrayForEach (c, u->changes) {
		const char *field = json_str(c, "field");

		if (!rewrite_same(record_get(u->after.rec, field),
			record_get(u->rec->work, field))) {
			if ((rc = conflict(v, u, field, e)) < 0)
				return rc;
			continue;
		}
		old = NULL;
		if (!cJSON_IsNull(json_get(c, "old")) &&
		    (old = cJSON_Duplicate(json_get(c, "old"), 1)) == NULL)
			return err_nomem(e);
		rc = record_put(u->rec->work, field, old, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
undo_record(struct revert *v, struct undone *u, struct err *e)
{
	const cJSON *work = u->rec->work;

	/* it removed the record */
	if (u->after.rec == NULL)
		return work == NULL ? replace_work(u->rec, u->before.rec, e)
				    : conflict(v, u, NULL, e);
	if (work == NULL)
		return conflict(v, u, NULL, e);
	/* one that it made, and nobody wrote in since, goes again */
	if (u->before.rec == NULL && rewrite_same(u->after.rec, work))
		return replace_work(u->rec, NULL, e);
	if (u->before.rec == NULL &&
	    strcmp(u->rec->rp.type->name, "action") == 0)
		return conflict(v, u, NULL, e);
	return undo_fields(v, u, e);
}

/* The records before and after it come from their blobs: whatever the length
 * of a value, it is there. */
static int
undo_path(struct revert *v, const struct undone_revision *r, const char *path,
    struct err *e)
{
	struct undone u = { .r = r };
	int rc;

	if ((rc = rewrite_record(&v->w, path, &u.rec, e)) < 0 ||
	    (rc = asof_record(v->w.s, v->w.b, path, r->before, &u.before, e)) <
		0 ||
	    (rc = asof_record(v->w.s, v->w.b, path, r->row, &u.after, e)) < 0 ||
	    (rc = record_diff(
		 u.rec->rp.type, u.before.rec, u.after.rec, &u.changes, e)) < 0)
		goto out;
	if ((rc = may_undo(&u, e)) > 0)
		rc = undo_record(v, &u, e);
out:
	asof_release(&u.before);
	asof_release(&u.after);
	cJSON_Delete(u.changes);
	return rc;
}

static int
undo_revision(struct revert *v, const struct undone_revision *r, struct err *e)
{
	struct db *db = store_db(v->w.s);
	cJSON *paths = cJSON_CreateArray();
	sqlite3_stmt *st = NULL;
	const cJSON *p;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.path FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE t.revision = ?1 ORDER BY r.path",
	    "i", r->row);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		if ((rc = json_push_str(paths,
			 (const char *)sqlite3_column_text(st, 0), e)) < 0)
			break;
	db_reset(st);
	cJSON_ArrayForEach (p, paths) {
		if (rc < 0)
			break;
		rc = undo_path(v, r, p->valuestring, e);
	}
	cJSON_Delete(paths);
	return rc;
}

/* --- all of them --- */

static int
differs(const struct revert *v)
{
	for (size_t i = 0; i < v->w.n; i++)
		if (!rewrite_same(v->w.list[i]->now.rec, v->w.list[i]->work))
			return 1;
	return 0;
}

/* Nothing, or not all of it, and nobody said to leave that. */
static int
check_undone(const struct revert *v, struct err *e)
{
	int n = cJSON_GetArraySize(v->skipped);

	if (n > 0 && !v->what->skip_changed && !v->what->dry_run) {
		if (e != NULL)
			*e = v->first;
		return ERR_CONFLICT;
	}
	if (differs(v) || (v->what->dry_run && n > 0))
		return 0;
	if (n > 0)
		return err_set(e, ERR_CONFLICT, 0,
		    "all that revision %s changed was changed again since",
		    v->list[0].name);
	/* one of them had undone the other */
	if (v->n > 1)
		return err_set(e, ERR_INVALID, 0,
		    "revisions %s to %s have together changed nothing that "
		    "could be undone",
		    v->list[v->n - 1].name, v->list[0].name);
	return err_set(e, ERR_INVALID, 0,
	    "revision %s has nothing that could be undone", v->list[0].name);
}

static int
put_reverted(const struct revert *v, cJSON *saved, struct err *e)
{
	cJSON *names = cJSON_CreateArray();
	int rc = json_put(saved, "reverted", names, e);

	for (size_t i = 0; rc == 0 && i < v->n; i++)
		rc = json_push_str(names, v->list[i].name, e);
	if (rc == 0)
		rc = json_put(
		    saved, "skipped", cJSON_Duplicate(v->skipped, 1), e);
	return rc;
}

static int
save(struct revert *v, const struct ask *a, cJSON **ret, struct err *e)
{
	char subject[SUBJECT_LEN];
	cJSON *saved = NULL;
	int rc;

	if (v->n == 1)
		snprintf(subject, sizeof(subject),
		    "%s: revert %.20s (records: %d)", v->w.b->office,
		    v->list[0].name, v->list[0].n_records);
	else
		snprintf(subject, sizeof(subject),
		    "%s: revert %zu revisions, %.20s to %.20s (records: %zu)",
		    v->w.b->office, v->n, v->list[v->n - 1].name,
		    v->list[0].name, v->w.n);
	rc = rewrite_save(&v->w, a, "revert",
	    v->w.n > MANY_RECORDS || v->n > 1 ? subject : NULL, &saved, e);
	if (rc < 0 || (rc = put_reverted(v, saved, e)) < 0) {
		cJSON_Delete(saved);
		return rc;
	}
	*ret = saved;
	return 0;
}

int
revert_many(struct store *s, const struct ask *a, const struct revert_ask *what,
    cJSON **ret, struct err *e)
{
	struct revert *v = calloc(1, sizeof(*v));
	int rc;

	if (v == NULL)
		return err_nomem(e);
	v->what = what;
	v->skipped = cJSON_CreateArray();
	if (v->skipped == NULL)
		rc = err_nomem(e);
	else if ((rc = rewrite_init(&v->w, s, e)) == 0)
		rc = find_revisions(v, e);
	v->w.dry_run = what->dry_run;
	for (size_t i = 0; rc == 0 && i < v->n; i++)
		rc = undo_revision(v, &v->list[i], e);
	if (rc == 0 && (rc = check_undone(v, e)) == 0)
		rc = save(v, a, ret, e);
	rewrite_release(&v->w);
	cJSON_Delete(v->skipped);
	free(v);
	return rc;
}

int
revert_run(struct store *s, const struct ask *a, const char *revision,
    cJSON **ret, struct err *e)
{
	struct revert_ask what = { .revisions = NULL };
	cJSON *names = cJSON_CreateArray(), *saved = NULL;
	int rc;

	if (names == NULL || (rc = json_push_str(names, revision, e)) < 0) {
		rc = names == NULL ? err_nomem(e) : rc;
		goto out;
	}
	what.revisions = names;
	if ((rc = revert_many(s, a, &what, &saved, e)) < 0)
		goto out;
	if ((rc = json_put_str(saved, "reverted", revision, e)) < 0)
		cJSON_Delete(saved);
	else
		*ret = saved;
out:
	cJSON_Delete(names);
	return rc;
}
