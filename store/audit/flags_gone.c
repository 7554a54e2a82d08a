/* redaction, merge_override: what is no longer what it was. */
#include "base/text.h"
#include "store/audit/flags_list.h"
#include "store/look/asof.h"
#include "store/look/named.h"

/* Values and reasons are shown so far. */
#define TEXT_COLS 80
#define TEXT_LEN 400
#define ITEMS_LEN 160

/* A text cut at a character's end, "…" behind it. */
static int
put_cut(struct flag *f, const char *key, const char *text, struct err *e)
{
	char cut[TEXT_LEN];
	size_t n;

	if (text == NULL)
		return json_put_str(f->figures, key, NULL, e);
	n = text_fit(text, TEXT_COLS);
	if (n > sizeof(cut) - 4)
		n = 0; /* marks without end */
	snprintf(cut, sizeof(cut), "%.*s%s", (int)n, text,
	    text[n] != '\0' ? "…" : "");
	return json_put_str(f->figures, key, cut, e);
}

/* --- redaction --- */

#define COL_PATH FLAGS_REV_COLS
#define COL_REASON (FLAGS_REV_COLS + 1)
#define COL_BLOB (FLAGS_REV_COLS + 2)

/* The year's records that the file was ever linked to: the first; all items. */
static int
linked_to(const struct flags_year *y, const char *sha, char items[ITEMS_LEN])
{
	int first = -1;
	size_t i, n = 0;

	items[0] = '\0';
	for (i = 0; i < y->n_links; i++) {
		const char *item;

		if (strcmp(y->links[i].sha, sha) != 0)
			continue;
		if (first < 0)
			first = y->links[i].rec;
		item = y->recs[y->links[i].rec].rp.item;
		if (item[0] == '\0')
			item = "profile";
		if (n + strlen(item) + 2 <= ITEMS_LEN)
			n += (size_t)snprintf(items + n, ITEMS_LEN - n, "%s%s",
			    n > 0 ? " " : "", item);
	}
	return first;
}

static int
fill_redaction(struct flag *f, struct flags_year *y, sqlite3_stmt *st,
    const char *sha, const char *items, struct err *e)
{
	unsigned char blob[COMMIT_ID_LEN];
	cJSON *rec = NULL;
	int rc;

	if (sqlite3_column_bytes(st, COL_BLOB) != COMMIT_ID_LEN)
		return err_set(
		    e, ERR_DAMAGED, 0, "a touch of '%s' has no blob", sha);
	memcpy(blob, sqlite3_column_blob(st, COL_BLOB), sizeof(blob));
	if ((rc = json_put_str(f->figures, "sha256", sha, e)) < 0 ||
	    (rc = json_put_str(f->figures, "items", items, e)) < 0 ||
	    (rc = put_cut(f, "reason",
		 (const char *)sqlite3_column_text(st, COL_REASON), e)) < 0 ||
	    (rc = asof_blob(y->s, y->office, blob, &rec, e)) < 0)
		return rc;
	rc = put_cut(f, "name", json_str(rec, "name"), e);
	cJSON_Delete(rec);
	return rc;
}

static int
look_at_redaction(
    struct flags_year *y, struct flags_list *l, sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, COL_PATH);
	char sha[65], items[ITEMS_LEN];
	struct flag *f;
	int rec, rev, rc;

	snprintf(sha, sizeof(sha), "%.64s", path + strlen("evidence/"));
	if ((rec = linked_to(y, sha, items)) < 0)
		return 0; /* of another year */
	if ((rc = flags_year_push(y, st, 0, &rev, e)) < 0)
		return rc;
	if ((f = flags_list_add(l, FLAG_REDACTION, y, rec, e)) == NULL)
		return ERR_NOMEM;
	flag_name(f, y, rev);
	return fill_redaction(f, y, st, sha, items, e);
}

int
flags_redaction(struct flags_year *y, struct flags_list *l, struct err *e)
{
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	int rc;

	if (y->n_links == 0)
		return 0;
	rc = db_stmt(db, &st, e,
	    "SELECT " FLAGS_REV ", r.path, v.reason, t.blob FROM record r"
	    " CROSS JOIN touch t ON t.record = r.id"
	    " CROSS JOIN change c ON c.revision = t.revision"
	    "  AND c.record = r.id AND c.field = 'redacted.time'"
	    " CROSS JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path > 'evidence/'"
	    " AND r.path < 'evidence0' AND c.new IS NOT NULL"
	    " AND v.action <> 'merge' ORDER BY t.revision",
	    "i", y->office->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = look_at_redaction(y, l, st, e);
	db_reset(st);
	return rc;
}

/* --- merge_override --- */

/* A value as text: texts as they are, others as JSON. */
static int
put_value(struct flag *f, const char *key, const cJSON *v, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	if (v == NULL || cJSON_IsNull(v))
		return json_put_str(f->figures, key, NULL, e);
	if (cJSON_IsString(v))
		return put_cut(f, key, v->valuestring, e);
	if ((rc = json_write(v, &b, e)) == 0 && (rc = buf_ok(&b, e)) == 0)
		rc = put_cut(f, key, buf_str(&b), e);
	buf_release(&b);
	return rc;
}

/* The field as people call it. */
static int
put_label(struct flag *f, const char *record, const char *field, struct err *e)
{
	const struct field *d = NULL;
	struct record_path rp;
	char path[NAMED_PATH];
	int rc;

	if (record != NULL && field != NULL &&
	    named_path(record, RECORD_OFFICE, 0, path, NULL) == 0 &&
	    record_path_parse(path, RECORD_OFFICE, &rp, NULL) == 0)
		d = record_field(rp.type, field);
	rc = json_put_str(f->figures, "label", d != NULL ? d->en : field, e);
	if (rc == 0)
		rc = json_put_str(
		    f->figures, "label_th", d != NULL ? d->th : field, e);
	return rc;
}

/* Whose value it is: its revision, named behind the merge. */
static int
put_side(struct flag *f, struct flags_year *y, const cJSON *side,
    const char *by, const char *revision, int *ret_rev, struct err *e)
{
	const char *name = json_str(side, "revision");
	int rc;

	*ret_rev = -1;
	if ((rc = json_put_str(f->figures, by, json_str(side, "name"), e)) <
		0 ||
	    (rc = json_put_str(f->figures, revision, name, e)) < 0)
		return rc;
	if (name == NULL)
		return 0; /* it was so before both */
	return flags_year_name(y, y->office, name, ret_rev, e);
}

static int
fill_override(struct flag *f, struct flags_year *y, const cJSON *rec,
    int resolved, struct err *e)
{
	const cJSON *kept = json_get(rec, "hall"),
		    *other = json_get(rec, "mine");
	int by_kept, by_other, rc;

	if ((rc = json_put_str(
		 f->figures, "field", json_str(rec, "field"), e)) < 0 ||
	    (rc = json_put_str(f->figures, "why", json_str(rec, "why"), e)) <
		0 ||
	    (rc = json_put_bool(f->figures, "resolved", resolved, e)) < 0 ||
	    (rc = put_label(
		 f, json_str(rec, "record"), json_str(rec, "field"), e)) < 0 ||
	    (rc = put_value(f, "kept", json_get(kept, "value"), e)) < 0 ||
	    (rc = put_value(f, "other", json_get(other, "value"), e)) < 0 ||
	    (rc = put_side(
		 f, y, kept, "kept_by", "kept_revision", &by_kept, e)) < 0 ||
	    (rc = put_side(
		 f, y, other, "other_by", "other_revision", &by_other, e)) < 0)
		return rc;
	if (by_kept >= 0)
		flag_name(f, y, by_kept);
	if (by_other >= 0)
		flag_name(f, y, by_other);
	/* whose value gave way */
	f->login = by_other >= 0 ? y->revs[by_other].login : -1;
	f->person = by_other >= 0 ? y->revs[by_other].person : -1;
	f->device = by_other >= 0 ? y->revs[by_other].device : -1;
	return 0;
}

static int
find_name(const struct flags_year *y, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < y->n_recs; i++)
		if (strcmp(y->recs[i].rp.name, name) == 0)
			return (int)i;
	return -1;
}

static int
look_at_override(
    struct flags_year *y, struct flags_list *l, sqlite3_stmt *st, struct err *e)
{
	int resolved = sqlite3_column_int(st, FLAGS_REV_COLS + 1);
	unsigned char blob[COMMIT_ID_LEN];
	cJSON *rec = NULL;
	struct flag *f;
	int rev, rc;

	if (sqlite3_column_bytes(st, FLAGS_REV_COLS) != COMMIT_ID_LEN)
		return err_set(
		    e, ERR_DAMAGED, 0, "a touch of a conflict has no blob");
	memcpy(blob, sqlite3_column_blob(st, FLAGS_REV_COLS), sizeof(blob));
	if ((rc = flags_year_push(y, st, 0, &rev, e)) < 0 ||
	    (rc = asof_blob(y->s, y->office, blob, &rec, e)) < 0)
		return rc;
	f = flags_list_add(l, FLAG_MERGE_OVERRIDE, y,
	    find_name(y, json_str(rec, "record")), e);
	rc = f != NULL ? 0 : ERR_NOMEM;
	if (f != NULL) {
		flag_name(f, y, rev);
		rc = fill_override(f, y, rec, resolved, e);
	}
	cJSON_Delete(rec);
	return rc;
}

int
flags_merge_override(struct flags_year *y, struct flags_list *l, struct err *e)
{
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	char from[16], to[16];
	int rc;

	/* the record's name as JSON text: "2565/items/1.1" */
	snprintf(from, sizeof(from), "\"%d/", y->year);
	snprintf(to, sizeof(to), "\"%d0", y->year);
	rc = db_stmt(db, &st, e,
	    "SELECT " FLAGS_REV ", t.blob, r.blob IS NULL FROM record r"
	    " CROSS JOIN touch t ON t.record = r.id"
	    " CROSS JOIN change c ON c.revision = t.revision"
	    "  AND c.record = r.id AND c.field = 'record'"
	    " CROSS JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path > 'conflicts/'"
	    " AND r.path < 'conflicts0' AND t.side = 0"
	    " AND c.new > ?2 AND c.new < ?3 ORDER BY t.revision",
	    "iss", y->office->id, from, to);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = look_at_override(y, l, st, e);
	db_reset(st);
	return rc;
}
