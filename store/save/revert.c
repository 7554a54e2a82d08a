#include "store/save/revert.h"

#include "store/look/asof.h"
#include "store/record/canon.h"
#include "store/record/record.h"
#include "store/save/brief.h"

#define SUBJECT_LEN 160
#define MANY_RECORDS 3

/* One record that the revision touched. */
struct undone {
	char path[104];
	struct record_path rp;
	struct asof before, after, now;
	cJSON *changes; /* record_diff(before, after) */
};

struct revert {
	struct store *s;
	struct branch *b;
	const char *name; /* of the revision */
	int64_t revision;
	int64_t before; /* what it was made on: of a merge, what the hall had */
	int is_merge;
	struct undone *list;
	size_t n;
	struct save_change *out;
	size_t n_out, cap_out;
};

static void
revert_release(struct revert *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		asof_release(&r->list[i].before);
		asof_release(&r->list[i].after);
		asof_release(&r->list[i].now);
		cJSON_Delete(r->list[i].changes);
	}
	free(r->list);
	free(r->out);
}

/* --- what the revision did --- */

/* Its first parent: the row before it may be of another line of history. */
static int
find_before(struct revert *r, struct err *e)
{
	struct db *db = store_db(r->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT v.action = 'merge', ifnull((SELECT p.id FROM revision p"
	    "  WHERE p.commit_id = v.parent AND p.branch = v.branch), 0)"
	    " FROM revision v WHERE v.id = ?1",
	    "i", r->revision);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0) {
		r->is_merge = sqlite3_column_int(st, 0);
		r->before = sqlite3_column_int64(st, 1);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int
find_revision(struct revert *r, struct err *e)
{
	int rc;

	if ((rc = store_own_branch(r->s, "", &r->b, e)) < 0)
		return rc;
	if (r->name[0] == 'h')
		return err_set(e, ERR_INVALID, 0,
		    "'%.30s' is a revision of the hall: only the hall can undo "
		    "it",
		    r->name);
	if ((rc = asof_revision(r->s, r->b, r->name, &r->revision, e)) < 0)
		return rc;
	return find_before(r, e);
}

static int
add_path(struct revert *r, const char *path, struct err *e)
{
	struct undone *grown, *u;

	if ((r->n & (r->n - 1)) == 0) { /* doubled at each power of two */
		grown = realloc(
		    r->list, (r->n == 0 ? 1 : 2 * r->n) * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		r->list = grown;
	}
	u = &r->list[r->n++];
	memset(u, 0, sizeof(*u));
	snprintf(u->path, sizeof(u->path), "%s", path);
	return record_path_parse(u->path, RECORD_OFFICE, &u->rp, e);
}

static int
read_paths(struct revert *r, struct err *e)
{
	struct db *db = store_db(r->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.path FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE t.revision = ?1 ORDER BY r.path",
	    "i", r->revision);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = add_path(r, (const char *)sqlite3_column_text(st, 0), e);
	db_reset(st);
	return rc;
}

/* The records before and after it come from their blobs: whatever the length
 * of a value, it is there. */
static int
read_states(struct revert *r, struct undone *u, struct err *e)
{
	int rc;

	if ((rc = asof_record(r->s, r->b, u->path, r->before, &u->before, e)) <
		0 ||
	    (rc = asof_record(r->s, r->b, u->path, r->revision, &u->after, e)) <
		0 ||
	    (rc = asof_record(r->s, r->b, u->path, ASOF_NOW, &u->now, e)) < 0)
		return rc;
	return record_diff(
	    u->rp.type, u->before.rec, u->after.rec, &u->changes, e);
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
refuse(const struct revert *r, const struct undone *u, struct err *e)
{
	const char *type = u->rp.type->name;

	if (strcmp(type, "assessment") == 0 && u->before.rec == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "revision %s opened the assessment of %d: that cannot be "
		    "undone",
		    r->name, u->rp.year);
	if (strcmp(type, "assessment") == 0) {
		err_set(e, ERR_INVALID, 0,
		    "revision %s signed the assessment of %d off or opened it "
		    "again: that is not undone this way",
		    r->name, u->rp.year);
		err_hint(e, "see where it stands: pmqa status");
		return ERR_INVALID;
	}
	if (strcmp(type, "comments") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "revision %s added a comment: comments stay as they were "
		    "written",
		    r->name);
	if (strcmp(type, "evidence") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "revision %s erased a file: its bytes are gone for good",
		    r->name);
	return err_set(e, ERR_INVALID, 0,
	    "revision %s wrote '%s', which is not undone this way", r->name,
	    u->rp.name);
}

/* 1 to undo the record, 0 to leave it as it is. */
static int
may_undo(const struct revert *r, const struct undone *u, struct err *e)
{
	const char *type = u->rp.type->name;

	if (strcmp(type, "answer") == 0 || strcmp(type, "profile") == 0 ||
	    strcmp(type, "action") == 0)
		return 1;
	if (strcmp(type, "assessment") == 0 && r->n > 1 && only_reopens(u))
		return 0;
	/* what it decided stays decided, what it left open stays open: the
	 * values are kept there */
	if (strcmp(type, "conflict") == 0)
		return 0;
	/* a merge brought what cannot be taken back beside what can */
	if (r->is_merge)
		return 0;
	/* that a file was stored stays; its link to an item goes */
	if (strcmp(type, "evidence") == 0 && u->before.rec == NULL)
		return 0;
	return refuse(r, u, e);
}

/* --- what to write --- */

static int
add_change(struct revert *r, const struct undone *u, const char *field,
    const cJSON *value, struct err *e)
{
	struct save_change *grown, *c;
	size_t cap;

	if (r->n_out == r->cap_out) {
		cap = r->cap_out == 0 ? 16 : 2 * r->cap_out;
		grown = realloc(r->out, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		r->out = grown;
		r->cap_out = cap;
	}
	c = &r->out[r->n_out++];
	memset(c, 0, sizeof(*c));
	c->path = u->path;
	c->field = field;
	c->op = field != NULL ? SAVE_SET : SAVE_WHOLE;
	c->value = cJSON_IsNull(value) ? NULL : value;
	return 0;
}

/* The newest revision after ours that changed the field (NULL: the record). */
static int
changed_by(const struct revert *r, const struct undone *u, const char *field,
    char ret[24], struct err *e)
{
	struct db *db = store_db(r->s);
	sqlite3_stmt *st = NULL;
	int rc;

	snprintf(ret, 24, "-");
	rc = db_stmt(db, &st, e,
	    "SELECT v.name FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2 AND t.revision > ?3"
	    " AND t.side = 0"
	    " AND (?4 IS NULL OR EXISTS(SELECT 1 FROM change c"
	    "  WHERE c.revision = t.revision AND c.record = r.id"
	    "  AND c.field = ?4)) ORDER BY t.revision DESC LIMIT 1",
	    "isis", r->b->id, u->path, r->revision, field);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0)
		snprintf(
		    ret, 24, "%s", (const char *)sqlite3_column_text(st, 0));
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int
conflict(const struct revert *r, const struct undone *u, const char *field,
    struct err *e)
{
	char by[24];
	int rc;

	if ((rc = changed_by(r, u, field, by, e)) < 0)
		return rc;
	if (field != NULL)
		rc = err_set(e, ERR_CONFLICT, 0,
		    "'%s' of '%s' was changed again by revision %s", field,
		    u->rp.name, by);
	else
		rc = err_set(e, ERR_CONFLICT, 0,
		    "'%s' was changed again by revision %s", u->rp.name, by);
	err_hint(e, "undo that one first: pmqa revert %s", by);
	return rc;
}

static int
same(const cJSON *a, const cJSON *b)
{
	return a == NULL || b == NULL ? a == b : canon_equal(a, b);
}

/* Every field has still what the revision gave it. */
static int
check_unchanged(const struct revert *r, const struct undone *u, struct err *e)
{
	const cJSON *c;

	if ((u->after.rec == NULL) != (u->now.rec == NULL) &&
	    (u->before.rec == NULL || u->after.rec == NULL))
		return conflict(r, u, NULL, e);
	cJSON_ArrayForEach (c, u->changes) {
		const char *field = json_str(c, "field");

		if (!same(record_get(u->after.rec, field),
			record_get(u->now.rec, field)))
			return conflict(r, u, field, e);
	}
	return 0;
}

static int
undo_record(struct revert *r, struct undone *u, struct err *e)
{
	const cJSON *c;
	int rc;

	if ((rc = check_unchanged(r, u, e)) < 0)
		return rc;
	if (u->after.rec == NULL)
		return add_change(r, u, NULL, u->before.rec, e);
	/* one that it made, and nobody wrote in since, goes again */
	if (u->before.rec == NULL && same(u->after.rec, u->now.rec))
		return add_change(r, u, NULL, NULL, e);
	if (u->before.rec == NULL && strcmp(u->rp.type->name, "action") == 0)
		return conflict(r, u, NULL, e);
	cJSON_ArrayForEach (c, u->changes) {
		rc = add_change(
		    r, u, json_str(c, "field"), json_get(c, "old"), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
undo_all(struct revert *r, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < r->n; i++) {
		struct undone *u = &r->list[i];

		if ((rc = read_states(r, u, e)) < 0 ||
		    (rc = may_undo(r, u, e)) < 0)
			return rc;
		if (rc > 0 && (rc = undo_record(r, u, e)) < 0)
			return rc;
	}
	if (r->n_out > 0)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "revision %s has nothing that could be undone", r->name);
}

static int
save(struct revert *r, const struct ask *a, cJSON **ret, struct err *e)
{
	char subject[SUBJECT_LEN];
	struct save_req req;
	cJSON *saved = NULL;
	int rc;

	memset(&req, 0, sizeof(req));
	req.office = "";
	req.person = a->person;
	req.action = "revert";
	req.reason = a->reason;
	req.changes = r->out;
	req.n_changes = r->n_out;
	snprintf(subject, sizeof(subject), "%s: revert %s (%zu records)",
	    r->b->office, r->name, r->n);
	if (r->n > MANY_RECORDS)
		req.subject = subject;
	if ((rc = save_run(r->s, &req, &saved, e)) < 0 ||
	    (rc = json_put_str(saved, "reverted", r->name, e)) < 0 ||
	    (rc = brief_cut(saved, e)) < 0) {
		cJSON_Delete(saved);
		return rc;
	}
	*ret = saved;
	return 0;
}

int
revert_run(struct store *s, const struct ask *a, const char *revision,
    cJSON **ret, struct err *e)
{
	struct revert r = { .s = s, .name = revision };
	int rc;

	if ((rc = find_revision(&r, e)) < 0 || (rc = read_paths(&r, e)) < 0 ||
	    (rc = undo_all(&r, e)) < 0)
		goto out;
	rc = save(&r, a, ret, e);
out:
	revert_release(&r);
	return rc;
}
