#include "store/save/draft.h"

#include "base/text.h"
#include "store/admit/admit.h"
#include "store/record/canon.h"
#include "store/record/record_rules.h"
#include "store/review/signoff.h"

#define SIGNERS_MAX (64 * 1024)

void
draft_init(struct draft *d)
{
	memset(d, 0, sizeof(*d));
}

void
draft_release(struct draft *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		cJSON_Delete(d->edits[i].old_rec);
		cJSON_Delete(d->edits[i].new_rec);
		cJSON_Delete(d->edits[i].changes);
		free(d->edits[i].own_path);
		buf_release(&d->edits[i].old_bytes);
		buf_release(&d->edits[i].new_bytes);
	}
	free(d->edits);
	draft_init(d);
}

static int
duplicate(const cJSON *v, cJSON **ret, struct err *e)
{
	cJSON *copy = NULL;

	if (v != NULL && (copy = cJSON_Duplicate(v, 1)) == NULL)
		return err_nomem(e);
	*ret = copy;
	return 0;
}

/* Reads the present state of the file into the edit. */
static int
load_edit(
    struct store *s, const struct branch *b, struct edit *ed, struct err *e)
{
	int rc;

	rc = store_record(s, b, ed->path, &ed->old_bytes, &ed->revision, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	ed->had = ed->has = 1;
	if (ed->rp.type == NULL)
		return 0;
	if ((rc = json_parse(ed->old_bytes.data, ed->old_bytes.len, CANON_MAX,
		 &ed->old_rec, e)) < 0)
		return rc;
	return duplicate(ed->old_rec, &ed->new_rec, e);
}

/* The edit of this path, begun when first asked for. */
static int
find_edit(struct store *s, const struct branch *b, const char *path,
    struct draft *d, struct edit **ret, struct err *e)
{
	int hall = strcmp(b->name, "hall") == 0;
	struct edit *ed, *grown;
	size_t i;
	int rc;

	for (i = 0; i < d->n; i++) {
		if (strcmp(d->edits[i].path, path) == 0) {
			*ret = &d->edits[i];
			return 0;
		}
	}
	if (d->n == ADMIT_MAX_FILES)
		return err_set(e, ERR_INVALID, 0,
		    "more than %d records in one save", ADMIT_MAX_FILES);
	grown = realloc(d->edits, (d->n + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	d->edits = grown;
	ed = &grown[d->n++];
	memset(ed, 0, sizeof(*ed));
	ed->path = path;
	*ret = ed;
	if (hall && strcmp(path, DRAFT_SIGNERS) == 0)
		return load_edit(s, b, ed, e);
	rc = record_path_parse(
	    path, hall ? RECORD_HALL : RECORD_OFFICE, &ed->rp, e);
	return rc < 0 ? rc : load_edit(s, b, ed, e);
}

int
draft_unknown_field(
    const struct record_type *type, const char *field, struct err *e)
{
	struct buf names = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < type->n_fields; i++)
		buf_printf(
		    &names, "%s%s", i > 0 ? ", " : "", type->fields[i].name);
	rc = err_set(e, ERR_INVALID, 0, "unknown field '%.60s'; there are: %s",
	    field, buf_str(&names));
	buf_release(&names);
	return rc;
}

static int
by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The strings in byte order, each once. */
static int
sorted_set(const char **list, size_t n, cJSON **ret, struct err *e)
{
	cJSON *set = cJSON_CreateArray();
	size_t i;
	int rc = 0;

	if (set == NULL)
		return err_nomem(e);
	qsort(list, n, sizeof(*list), by_bytes);
	for (i = 0; i < n && rc == 0; i++) {
		if (i == 0 || strcmp(list[i - 1], list[i]) != 0)
			rc = json_push_str(set, list[i], e);
	}
	if (rc < 0)
		cJSON_Delete(set);
	else
		*ret = set;
	return rc;
}

/* The set at the field with the values in it, or out of it. */
static int
change_set(const struct edit *ed, const struct save_change *c, cJSON **ret,
    struct err *e)
{
	const cJSON *old = record_get(ed->new_rec, c->field), *v;
	int max = cJSON_GetArraySize(old) + cJSON_GetArraySize(c->value);
	const char **list = calloc((size_t)max + 1, sizeof(*list));
	size_t n = 0;
	int rc = 0;

	if (list == NULL)
		return err_nomem(e);
	cJSON_ArrayForEach (v, old) {
		if (c->op == SAVE_ADD || !json_holds(c->value, v->valuestring))
			list[n++] = v->valuestring;
	}
	cJSON_ArrayForEach (v, c->value) {
		if (!cJSON_IsString(v))
			rc = err_set(e, ERR_INVALID, 0,
			    "'%s' takes a list of texts", c->field);
		else if (c->op == SAVE_ADD)
			list[n++] = v->valuestring;
	}
	if (rc == 0)
		rc = sorted_set(list, n, ret, e);
	free(list);
	return rc;
}

static int
apply_field(struct edit *ed, const struct save_change *c, struct err *e)
{
	const struct field *f = record_field(ed->rp.type, c->field);
	cJSON *v = NULL;
	int rc;

	if (f == NULL)
		return draft_unknown_field(ed->rp.type, c->field, e);
	if (ed->new_rec == NULL && (ed->new_rec = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if (c->op == SAVE_SET) {
		rc = duplicate(c->value, &v, e);
	} else if (f->type != FIELD_POINTS && f->type != FIELD_ITEMS) {
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' is not a set of points or items", c->field);
	} else {
		rc = change_set(ed, c, &v, e);
	}
	if (rc < 0)
		return rc;
	if ((rc = record_put(ed->new_rec, c->field, v, e)) < 0)
		return rc;
	/* clearing a field of a record that is not there makes no record */
	ed->has = ed->had || ed->new_rec->child != NULL;
	return 0;
}

static int
apply_text(struct edit *ed, const struct save_change *c, struct err *e)
{
	if (c->op != SAVE_WHOLE ||
	    (c->value != NULL && !cJSON_IsString(c->value)))
		return err_set(e, ERR_INVALID, 0, "'%s' is one text", ed->path);
	buf_clear(&ed->new_bytes);
	ed->has = c->value != NULL;
	if (ed->has)
		buf_puts(&ed->new_bytes, c->value->valuestring);
	if (ed->new_bytes.len > SIGNERS_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is longer than %d bytes", ed->path, SIGNERS_MAX);
	return buf_ok(&ed->new_bytes, e);
}

static int
apply(struct edit *ed, const struct save_change *c, struct err *e)
{
	if (ed->rp.type == NULL)
		return apply_text(ed, c, e);
	if (c->op != SAVE_WHOLE)
		return apply_field(ed, c, e);
	cJSON_Delete(ed->new_rec);
	ed->new_rec = NULL;
	ed->has = c->value != NULL;
	return duplicate(c->value, &ed->new_rec, e);
}

/* The edition that a record of a year is held against: pinned by the
 * assessment of that year, which this very save may be opening. */
static int
edition_of_year(struct store *s, const struct branch *b, const struct draft *d,
    int year, const struct edition **ret, struct err *e)
{
	unsigned char blob[20];
	const char *id, *hex;
	const cJSON *pin;
	size_t i;
	int rc;

	for (i = 0; i < d->n; i++) {
		const struct edit *ed = &d->edits[i];

		if (ed->rp.type == NULL || ed->rp.year != year || !ed->has ||
		    strcmp(ed->rp.type->name, "assessment") != 0)
			continue;
		pin = record_get(ed->new_rec, "edition");
		id = json_str(pin, "id");
		hex = json_str(pin, "blob");
		if (id == NULL || hex == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' names no edition", ed->path);
		if ((rc = commit_unhex(hex, blob, e)) < 0)
			return rc;
		return store_edition(s, b->office, id, blob, ret, NULL, e);
	}
	return store_cycle(s, b->office, year, NULL, ret, e);
}

static int
check_edit(struct store *s, const struct branch *b, struct draft *d,
    struct edit *ed, struct err *e)
{
	const struct edition *edition = NULL;
	int hall = strcmp(b->name, "hall") == 0, rc;

	if (ed->rp.year != 0 && hall) {
		/* a calendar may come before the office opens the year */
		d->year = ed->rp.year;
		if (ed->rp.item[0] != '\0' &&
		    (rc = store_cycle(
			 s, b->office, ed->rp.year, NULL, &edition, e)) < 0)
			return rc;
	} else if (ed->rp.year != 0 && ed->rp.year == d->year) {
		edition = d->edition;
	} else if (ed->rp.year != 0) {
		rc = edition_of_year(s, b, d, ed->rp.year, &edition, e);
		if (rc < 0)
			return rc;
		if (d->year == 0) {
			d->year = ed->rp.year;
			d->edition = edition;
		}
	}
	if (!ed->has)
		return 0;
	if ((rc = record_check(&ed->rp, ed->new_rec, edition, e)) < 0)
		return rc;
	return record_rules_save(&ed->rp, ed->new_rec, e);
}

static int
finish_edit(struct store *s, const struct branch *b, struct draft *d,
    struct edit *ed, struct err *e)
{
	int rc;

	if (ed->rp.type != NULL) {
		if ((rc = check_edit(s, b, d, ed, e)) < 0)
			return rc;
		if (!ed->has) {
			cJSON_Delete(ed->new_rec);
			ed->new_rec = NULL;
		} else if ((rc = canon_write(ed->new_rec, &ed->new_bytes, e)) <
			   0) {
			return rc;
		}
		rc = record_diff(
		    ed->rp.type, ed->old_rec, ed->new_rec, &ed->changes, e);
		if (rc < 0)
			return rc;
	} else if ((ed->changes = cJSON_CreateArray()) == NULL) {
		return err_nomem(e);
	}
	ed->changed = ed->had != ed->has ||
		      ed->old_bytes.len != ed->new_bytes.len ||
		      (ed->has && memcmp(ed->old_bytes.data, ed->new_bytes.data,
				      ed->new_bytes.len) != 0);
	d->n_changed += (size_t)ed->changed;
	return buf_ok(&ed->new_bytes, e);
}

static int
check_if_rev(
    struct store *s, const struct edit *ed, const char *want, struct err *e)
{
	sqlite3_stmt *st = NULL;
	const char *now = "-";
	int rc;

	rc = db_stmt(store_db(s), &st, e,
	    "SELECT name FROM revision WHERE id = ?1", "i", ed->revision);
	if (rc < 0)
		return rc;
	if ((rc = db_step(store_db(s), st, e)) < 0)
		return rc;
	if (rc > 0 && ed->had)
		now = (const char *)sqlite3_column_text(st, 0);
	rc = 0;
	if (strcmp(now, want) != 0) {
		rc = err_set(e, ERR_CONFLICT, 0,
		    "'%s' is at revision %s, not %.30s",
		    ed->rp.type != NULL ? ed->rp.name : ed->path, now, want);
		err_hint(e, "look at what changed, then try again");
	}
	db_reset(st);
	return rc;
}

int
draft_add(struct store *s, const struct branch *b, struct draft *d,
    const struct save_change *c, struct err *e)
{
	struct edit *ed = NULL;
	char *path = strdup(c->path);
	size_t n = d->n;
	int rc;

	if (path == NULL)
		return err_nomem(e);
	rc = find_edit(s, b, path, d, &ed, e);
	if (d->n == n) { /* refused, or there already */
		free(path);
		return rc < 0 ? rc
			      : err_set(e, ERR_FAILED, 0,
				    "'%s' is changed twice", c->path);
	}
	d->edits[n].own_path = path;
	if (rc < 0 || (rc = apply(ed, c, e)) < 0)
		return rc;
	return finish_edit(s, b, d, ed, e);
}

int
draft_make(struct store *s, const struct branch *b, const struct save_req *req,
    struct draft *d, struct err *e)
{
	struct edit *ed = NULL;
	size_t i;
	int rc;

	if (req->n_changes == 0)
		return err_set(e, ERR_INVALID, 0, "nothing to save");
	for (i = 0; i < req->n_changes; i++) {
		rc = find_edit(s, b, req->changes[i].path, d, &ed, e);
		if (rc < 0)
			return rc;
		if (i == 0 && req->if_rev != NULL &&
		    (rc = check_if_rev(s, ed, req->if_rev, e)) < 0)
			return rc;
		if ((rc = apply(ed, &req->changes[i], e)) < 0)
			return rc;
	}
	for (i = 0; i < d->n; i++) {
		if ((rc = finish_edit(s, b, d, &d->edits[i], e)) < 0)
			return rc;
	}
	return d->n_changed > 0 ? signoff_guard(s, b, req, d, e) : 0;
}
