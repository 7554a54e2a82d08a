#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/brief.h"
#include "store/view/query.h"

/* Both revisions, of the one branch that has them. */
struct span {
	struct store *s;
	struct branch *b;
	int64_t from, to; /* row ids, in the order asked for */
};

/* A revision's letter tells its branch: h is the hall's. */
static int
find_span(struct span *sp, const char *office, const char *from, const char *to,
    struct err *e)
{
	const char *which = from[0] == 'h' ? "hall" : "office";
	int rc;

	if ((from[0] == 'h') != (to[0] == 'h'))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' and '%s' are of different branches", from, to);
	if ((rc = store_branch(sp->s, office, which, &sp->b, e)) < 0 ||
	    (rc = asof_revision(sp->s, sp->b, from, &sp->from, e)) < 0)
		return rc;
	return asof_revision(sp->s, sp->b, to, &sp->to, e);
}

/* What differs between two revisions was touched after the older of the places
 * where their lines leave the branch's. */
static int
first_row(struct span *sp, int64_t *ret, struct err *e)
{
	int64_t from = 0, to = 0;
	int rc;

	if ((rc = asof_base(sp->s, sp->b, sp->from, &from, e)) < 0 ||
	    (rc = asof_base(sp->s, sp->b, sp->to, &to, e)) < 0)
		return rc;
	*ret = from < to ? from : to;
	return 0;
}

/* Paths touched between the two, in order; one array of strings. */
static int
touched_paths(struct span *sp, cJSON **ret, struct err *e)
{
	struct db *db = store_db(sp->s);
	int64_t low = 0;
	int64_t high = sp->from < sp->to ? sp->to : sp->from;
	cJSON *paths = cJSON_CreateArray();
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = first_row(sp, &low, e)) < 0)
		goto out;
	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE id IN"
	    " (SELECT t.record FROM revision v JOIN touch t"
	    "  ON t.revision = v.id"
	    "  WHERE v.branch = ?1 AND v.id > ?2 AND v.id <= ?3)"
	    " ORDER BY path",
	    "iii", sp->b->id, low, high);
	if (rc < 0)
		goto out;
	while ((rc = db_step(db, st, e)) > 0)
		if ((rc = json_push_str(paths,
			 (const char *)sqlite3_column_text(st, 0), e)) < 0)
			goto out;
	if (rc < 0)
		goto out;
	*ret = paths;
	paths = NULL;
out:
	db_reset(st);
	cJSON_Delete(paths);
	return rc;
}

/* {"record","changes"} appended to list, if anything differs. */
static int
push_record(cJSON *list, const char *name, cJSON *changes, struct err *e)
{
	cJSON *r = NULL;
	int rc;

	if (changes->child == NULL) {
		cJSON_Delete(changes);
		return 0;
	}
	r = cJSON_CreateObject();
	if ((rc = json_put(r, "changes", changes, e)) < 0 ||
	    (rc = json_put_str(r, "record", name, e)) < 0) {
		cJSON_Delete(r);
		return rc;
	}
	return json_push(list, r, e);
}

static int
diff_record(struct span *sp, cJSON *list, const char *path, struct err *e)
{
	struct asof old = { 0 }, new_ = { 0 };
	struct record_path rp;
	cJSON *changes = NULL;
	int rc;

	/* allowed_signers is no record: it follows registry.json, which is */
	if (record_path_parse(path,
		sp->b->name[0] == 'h' ? RECORD_HALL : RECORD_OFFICE, &rp,
		NULL) < 0)
		return 0;
	if ((rc = asof_record(sp->s, sp->b, path, sp->from, &old, e)) < 0 ||
	    (rc = asof_record(sp->s, sp->b, path, sp->to, &new_, e)) < 0 ||
	    (rc = record_diff(rp.type, old.rec, new_.rec, &changes, e)) < 0)
		goto out;
	rc = push_record(list, rp.name, changes, e);
out:
	asof_release(&old);
	asof_release(&new_);
	return rc;
}

static int
diff_all(struct span *sp, cJSON *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *paths = NULL;
	const cJSON *p;
	int rc;

	if ((rc = json_put(out, "records", list, e)) < 0 ||
	    (rc = touched_paths(sp, &paths, e)) < 0)
		return rc;
	cJSON_ArrayForEach (p, paths) {
		if ((rc = diff_record(sp, list, p->valuestring, e)) < 0)
			break;
	}
	cJSON_Delete(paths);
	return rc;
}

int
query_diff(struct store *s, const char *office, const char *from,
    const char *to, cJSON **ret, struct err *e)
{
	struct span sp = { .s = s };
	cJSON *out = cJSON_CreateObject();
	int began = 0, rc;

	if ((rc = json_put_str(out, "from", from, e)) == 0 &&
	    (rc = json_put_str(out, "to", to, e)) == 0 &&
	    (rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = find_span(&sp, office, from, to, e)) == 0 &&
	    (rc = diff_all(&sp, out, e)) == 0)
		rc = brief_cut(out, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
