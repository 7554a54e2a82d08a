#include "store/save/rewrite.h"

#include "store/record/canon.h"
#include "store/save/brief.h"
#include "store/save/draft.h"

int
rewrite_init(struct rewrite *w, struct store *s, struct err *e)
{
	memset(w, 0, sizeof(*w));
	w->s = s;
	return store_own_branch(s, "", &w->b, e);
}

static void
free_record(struct rewrite_record *r)
{
	if (r == NULL)
		return;
	asof_release(&r->now);
	cJSON_Delete(r->work);
	cJSON_Delete(r->changes);
	free(r);
}

void
rewrite_release(struct rewrite *w)
{
	for (size_t i = 0; i < w->n; i++)
		free_record(w->list[i]);
	free(w->list);
	free(w->out);
	memset(w, 0, sizeof(*w));
}

/* --- records --- */

static int
make_room(struct rewrite *w, struct err *e)
{
	struct rewrite_record **grown;
	size_t cap = w->cap == 0 ? 16 : 2 * w->cap;

	if (w->n < w->cap)
		return 0;
	if ((grown = realloc(w->list, cap * sizeof(*grown))) == NULL)
		return err_nomem(e);
	w->list = grown;
	w->cap = cap;
	return 0;
}

/* Where the path stands or would stand; the list is in their order. */
static size_t
place_of(const struct rewrite *w, const char *path, int *ret_is)
{
	size_t low = 0, high = w->n, mid;
	int order;

	*ret_is = 0;
	while (low < high) {
		mid = low + (high - low) / 2;
		order = strcmp(w->list[mid]->path, path);
		if (order == 0) {
			*ret_is = 1;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int
load_record(struct rewrite *w, struct rewrite_record *r, const char *path,
    struct err *e)
{
	int rc;

	snprintf(r->path, sizeof(r->path), "%s", path);
	if ((rc = record_path_parse(r->path, RECORD_OFFICE, &r->rp, e)) < 0 ||
	    (rc = asof_record(w->s, w->b, r->path, ASOF_NOW, &r->now, e)) < 0)
		return rc;
	if (r->now.rec != NULL &&
	    (r->work = cJSON_Duplicate(r->now.rec, 1)) == NULL)
		return err_nomem(e);
	return 0;
}

int
rewrite_record(struct rewrite *w, const char *path, struct rewrite_record **ret,
    struct err *e)
{
	struct rewrite_record *r;
	int is, rc;
	size_t at = place_of(w, path, &is);

	if (is) {
		*ret = w->list[at];
		return 0;
	}
	if ((rc = make_room(w, e)) < 0)
		return rc;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return err_nomem(e);
	if ((rc = load_record(w, r, path, e)) < 0) {
		free_record(r);
		return rc;
	}
	memmove(w->list + at + 1, w->list + at,
	    (w->n - at) * sizeof(struct rewrite_record *));
	w->list[at] = r;
	w->n++;
	*ret = r;
	return 0;
}

int
rewrite_same(const cJSON *a, const cJSON *b)
{
	return a == NULL || b == NULL ? a == b : canon_equal(a, b);
}

/* --- who wrote it since --- */

static void
take_by(sqlite3_stmt *st, struct rewrite_by *ret)
{
	snprintf(ret->name, sizeof(ret->name), "%s",
	    (const char *)sqlite3_column_text(st, 0));
	snprintf(ret->login, sizeof(ret->login), "%s",
	    (const char *)sqlite3_column_text(st, 1));
	snprintf(ret->person, sizeof(ret->person), "%s",
	    (const char *)sqlite3_column_text(st, 2));
	ret->time = sqlite3_column_int64(st, 3);
	ret->offset_min = sqlite3_column_int(st, 4);
}

int
rewrite_changed_by(struct rewrite *w, const char *path, const char *field,
    int64_t after, const cJSON *skip, struct rewrite_by *ret, struct err *e)
{
	struct db *db = store_db(w->s);
	sqlite3_stmt *st = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(db, &st, e,
	    "SELECT v.name, v.login, v.person, v.time, v.offset_min"
	    " FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2 AND t.revision > ?3"
	    " AND t.side = 0"
	    " AND (?4 IS NULL OR EXISTS(SELECT 1 FROM change c"
	    "  WHERE c.revision = t.revision AND c.record = r.id"
	    "  AND c.field = ?4)) ORDER BY t.revision DESC",
	    "isis", w->b->id, path, after, field);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		take_by(st, ret);
		if (!json_holds(skip, ret->name))
			break;
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* --- the save --- */

static int
add_change(struct rewrite *w, const struct rewrite_record *r, const char *field,
    const cJSON *value, struct err *e)
{
	struct save_change *grown, *c;
	size_t cap;

	if (w->n_out == w->cap_out) {
		cap = w->cap_out == 0 ? 16 : 2 * w->cap_out;
		grown = realloc(w->out, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		w->out = grown;
		w->cap_out = cap;
	}
	c = &w->out[w->n_out++];
	memset(c, 0, sizeof(*c));
	c->path = r->path;
	c->field = field;
	c->op = field != NULL ? SAVE_SET : SAVE_WHOLE;
	c->value = cJSON_IsNull(value) ? NULL : value;
	return 0;
}

static int
add_record(struct rewrite *w, struct rewrite_record *r, struct err *e)
{
	const cJSON *c;
	int rc;

	if (rewrite_same(r->now.rec, r->work))
		return 0;
	if (r->now.rec == NULL || r->work == NULL)
		return add_change(w, r, NULL, r->work, e);
	if ((rc = record_diff(
		 r->rp.type, r->now.rec, r->work, &r->changes, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, r->changes) {
		rc = add_change(
		    w, r, json_str(c, "field"), json_get(c, "new"), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
push_edit(cJSON *list, const struct edit *ed, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(one, "record", ed->rp.name, e)) < 0 ||
	    (rc = json_put(
		 one, "changes", cJSON_Duplicate(ed->changes, 1), e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
list_edits(const struct draft *d, cJSON **ret, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	int rc = list != NULL ? 0 : err_nomem(e);

	for (size_t i = 0; rc == 0 && i < d->n; i++)
		if (d->edits[i].changed)
			rc = push_edit(list, &d->edits[i], e);
	if (rc < 0)
		cJSON_Delete(list);
	else
		*ret = list;
	return rc;
}

/* What a save would say: the same members, without a revision. */
static int
would_save(const struct draft *d, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *list = NULL, *changes;
	int rc = list_edits(d, &list, e);
	const cJSON *first = NULL;

	if (rc == 0) {
		first = list->child;
		changes = first != NULL
			      ? cJSON_Duplicate(json_get(first, "changes"), 1)
			      : cJSON_CreateArray();
		rc = json_put(out, "changes", changes, e);
	}
	if (rc == 0 && (rc = json_put_str(out, "revision", NULL, e)) == 0 &&
	    (rc = json_put_str(out, "commit", NULL, e)) == 0)
		rc = json_put_str(out, "record", json_str(first, "record"), e);
	if (rc == 0 && first != NULL && first->next != NULL) {
		rc = json_put(out, "records", list, e);
		list = NULL;
	}
	cJSON_Delete(list);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

static int
try_save(
    struct rewrite *w, const struct save_req *req, cJSON **ret, struct err *e)
{
	struct draft d;
	int rc = 0;

	draft_init(&d);
	if (req->n_changes == 0 ||
	    (rc = draft_make(w->s, w->b, req, &d, e)) == 0)
		rc = would_save(&d, ret, e);
	draft_release(&d);
	return rc;
}

int
rewrite_save(struct rewrite *w, const struct ask *a, const char *action,
    const char *subject, cJSON **ret, struct err *e)
{
	struct save_req req;
	cJSON *saved = NULL;
	int rc;

	for (size_t i = 0; i < w->n; i++)
		if ((rc = add_record(w, w->list[i], e)) < 0)
			return rc;
	memset(&req, 0, sizeof(req));
	req.office = "";
	req.person = a->person;
	req.action = action;
	req.subject = subject;
	/* a look beforehand needs no reason, even where the save will */
	req.reason = w->dry_run && (a->reason == NULL || a->reason[0] == '\0')
			 ? "-"
			 : a->reason;
	req.if_rev = a->if_rev;
	req.changes = w->out;
	req.n_changes = w->n_out;
	if (w->dry_run || w->n_out == 0)
		rc = try_save(w, &req, &saved, e);
	else
		rc = save_run(w->s, &req, &saved, e);
	if (rc < 0 ||
	    (rc = json_put_bool(saved, "dry_run", w->dry_run, e)) < 0 ||
	    (rc = brief_cut(saved, e)) < 0) {
		cJSON_Delete(saved);
		return rc;
	}
	*ret = saved;
	return 0;
}
