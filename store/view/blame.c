#include "store/view/blame_state.h"

#include "store/look/asof.h"
#include "store/save/index.h"

static void
release(struct blame *x)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		free(x->list[i].field);
		free(x->list[i].point);
		cJSON_Delete(x->list[i].value);
	}
	free(x->list);
}

/* --- what stands --- */

/* value is taken. */
static int
add(struct blame *x, const char *field, const char *point, cJSON *value,
    struct err *e)
{
	size_t cap = x->cap == 0 ? 32 : x->cap * 2;
	struct blamed *grown;

	if (x->n == x->cap) {
		if ((grown = realloc(x->list, cap * sizeof(*grown))) == NULL) {
			cJSON_Delete(value);
			return err_nomem(e);
		}
		x->list = grown;
		x->cap = cap;
	}
	grown = &x->list[x->n++];
	memset(grown, 0, sizeof(*grown));
	x->open++;
	grown->value = value;
	if ((grown->field = strdup(field)) == NULL ||
	    (point != NULL && (grown->point = strdup(point)) == NULL))
		return err_nomem(e);
	return 0;
}

static int
is_since(const struct blame *x)
{
	return x->a->since != 0 || x->a->since_row != 0;
}

static int
is_set(const struct blame *x, const char *field)
{
	const struct field *f = record_field(x->r.rp.type, field);

	return f != NULL && f->type == FIELD_POINTS;
}

static int
add_field(struct blame *x, const char *field, cJSON *value, struct err *e)
{
	const cJSON *c;
	int rc;

	if (x->a->field != NULL && strcmp(field, x->a->field) != 0) {
		cJSON_Delete(value);
		return 0;
	}
	if ((rc = add(x, field, NULL, value, e)) < 0 || !is_set(x, field))
		return rc;
	cJSON_ArrayForEach (c, value) {
		if (cJSON_IsString(c) &&
		    (rc = add(x, field, c->valuestring, NULL, e)) < 0)
			return rc;
	}
	return 0;
}

static int
list_present(struct blame *x, struct err *e)
{
	struct asof now = { 0 };
	cJSON *changes = NULL, *c;
	int rc;

	if ((rc = asof_record(x->s, x->b, x->r.path, ASOF_NOW, &now, e)) < 0 ||
	    (rc = record_diff(x->r.rp.type, NULL, now.rec, &changes, e)) < 0)
		goto out;
	cJSON_ArrayForEach (c, changes) {
		rc = add_field(x, json_str(c, "field"),
		    cJSON_DetachItemFromObjectCaseSensitive(c, "new"), e);
		if (rc < 0)
			break;
	}
out:
	cJSON_Delete(changes);
	asof_release(&now);
	return rc;
}

/* --- the walk --- */

static struct blamed *
find(struct blame *x, const char *field, const char *point)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		struct blamed *b = &x->list[i];

		if (strcmp(b->field, field) == 0 &&
		    (point == NULL
			    ? b->point == NULL
			    : b->point != NULL && strcmp(b->point, point) == 0))
			return b;
	}
	return NULL;
}

static void
settle(struct blame *x, struct blamed *b, int64_t revision)
{
	if (b->by != 0)
		return;
	b->by = revision;
	x->open--;
}

/* What stands no more, and was taken away by this change: for those who ask
 * what happened since a time. */
static int
add_gone(struct blame *x, const struct blame_change *c, const char *point,
    struct err *e)
{
	int rc;

	if (!is_since(x) || find(x, c->field, point) != NULL)
		return 0;
	if ((rc = add(x, c->field, point, NULL, e)) < 0)
		return rc;
	settle(x, &x->list[x->n - 1], c->revision);
	return 0;
}

static int
take_points(struct blame *x, const struct blame_change *c, struct err *e)
{
	const cJSON *p;
	size_t i;
	int rc;

	for (i = 0; i < x->n; i++) {
		struct blamed *b = &x->list[i];

		if (b->point != NULL && strcmp(b->field, c->field) == 0 &&
		    json_holds(c->new_, b->point) &&
		    !json_holds(c->old, b->point))
			settle(x, b, c->revision);
	}
	cJSON_ArrayForEach (p, c->old) {
		if (cJSON_IsString(p) && !json_holds(c->new_, p->valuestring) &&
		    (rc = add_gone(x, c, p->valuestring, e)) < 0)
			return rc;
	}
	return 0;
}

/* Can the sides of a change of this field still say something? */
static int
has_open_points(const struct blame *x, const char *field)
{
	size_t i;

	if (is_since(x))
		return is_set(x, field);
	for (i = 0; i < x->n; i++)
		if (x->list[i].point != NULL && x->list[i].by == 0 &&
		    strcmp(x->list[i].field, field) == 0)
			return 1;
	return 0;
}

static int
take_change(struct blame *x, int64_t revision, sqlite3_stmt *st, struct err *e)
{
	struct blame_change c = { .revision = revision,
		.field = (const char *)sqlite3_column_text(st, 0) };
	struct blamed *b;
	int rc = 0;

	if (x->a->field != NULL && strcmp(c.field, x->a->field) != 0)
		return 0;
	if ((b = find(x, c.field, NULL)) != NULL)
		settle(x, b, c.revision);
	else
		rc = add_gone(x, &c, NULL, e);
	if (rc == 0 && has_open_points(x, c.field) &&
	    (rc = blame_read_new(x, st, &c, e)) == 0 &&
	    (rc = blame_read_old(x, st, &c, e)) == 0)
		rc = take_points(x, &c, e);
	blame_change_release(&c);
	return rc;
}

static int
take_revision(struct blame *x, int64_t revision, struct err *e)
{
	struct db *db = store_db(x->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT field, old, new, long FROM change WHERE revision = ?1"
	    " AND record = ?2",
	    "ii", revision, x->r.id);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0)
		if ((rc = take_change(x, revision, st, e)) < 0)
			break;
	db_reset(st);
	return rc;
}

/* The groups of fields (touch.fields) of which a change can still matter. */
static int64_t
wanted(const struct blame *x)
{
	int64_t bits = 0;
	size_t i;

	if (x->a->field != NULL)
		return index_field_bit(x->a->field);
	if (is_since(x))
		return ~INT64_C(0);
	for (i = 0; i < x->n; i++)
		if (x->list[i].by == 0)
			bits |= index_field_bit(x->list[i].field);
	return bits;
}

/* Most revisions changed nothing that is still asked for: those are passed by
 * without a look at their changes. */
static int
walk(struct blame *x, struct err *e)
{
	struct db *db = store_db(x->s);
	int64_t bits = wanted(x);
	sqlite3_stmt *st = NULL;
	size_t open = x->open;
	int n = 0, rc;

	x->complete = 1;
	rc = db_stmt(db, &st, e,
	    "SELECT revision, ifnull(fields, -1) FROM touch WHERE record = ?1"
	    " AND side = 0 ORDER BY revision DESC",
	    "i", x->r.id);
	while (rc >= 0 && (x->open > 0 || is_since(x)) &&
	       (rc = db_step(db, st, e)) > 0) {
		if (n++ == BLAME_MAX) {
			x->complete = 0;
			break;
		}
		if ((sqlite3_column_int64(st, 1) & bits) == 0)
			continue;
		rc = take_revision(x, sqlite3_column_int64(st, 0), e);
		if (x->open != open)
			bits = wanted(x);
		open = x->open;
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* --- the answer --- */

/* Row of a revision by its id into out; ret_time: when it was saved. */
static int
put_who(
    struct blame *x, int64_t id, cJSON *out, int64_t *ret_time, struct err *e)
{
	struct db *db = store_db(x->s);
	sqlite3_stmt *st = NULL;
	int rc;

	*ret_time = 0;
	if (id == 0)
		return json_put_str(out, "revision", NULL, e);
	if ((rc = db_stmt(db, &st, e, HISTORY_ROW, "i", id)) < 0)
		return rc;
	if ((rc = db_step(db, st, e)) == 0)
		rc =
		    err_set(e, ERR_DAMAGED, 0, "a touched revision has no row");
	if (rc > 0) {
		*ret_time = sqlite3_column_int64(st, ROW_TIME);
		rc = history_record_put_who(x->s, out, st, e);
	}
	db_reset(st);
	return rc;
}

static int
put_merge(struct blame *x, const struct blamed *b, cJSON *out,
    int64_t *ret_time, struct err *e)
{
	cJSON *merge = cJSON_CreateObject();
	int rc = put_who(x, b->via, merge, ret_time, e);

	if (rc == 0)
		rc = json_put_str(
		    out, "merged_by", json_str(merge, "revision"), e);
	cJSON_Delete(merge);
	return rc;
}

static int
put_one(struct blame *x, struct blamed *b, cJSON *out, int64_t *ret_time,
    struct err *e)
{
	int64_t merged = 0;
	int rc;

	if (b->by != 0 && (rc = blame_look_behind(x, b, e)) < 0)
		return rc;
	if ((rc = json_put_str(out, "field", b->field, e)) < 0)
		return rc;
	if (b->point != NULL) {
		const struct blamed *set = find(x, b->field, NULL);

		if ((rc = json_put_str(out, "point", b->point, e)) < 0 ||
		    (rc = json_put_bool(out, "ticked",
			 set != NULL && json_holds(set->value, b->point), e)) <
			0)
			return rc;
	} else if ((rc = json_put(out, "value",
			b->value != NULL ? cJSON_Duplicate(b->value, 1)
					 : cJSON_CreateNull(),
			e)) < 0) {
		return rc;
	}
	if ((rc = put_who(x, b->by, out, ret_time, e)) < 0 || b->via == 0)
		return rc;
	if ((rc = put_merge(x, b, out, &merged, e)) == 0 && merged > *ret_time)
		*ret_time = merged;
	return rc;
}

/* Not changed since what was asked for. */
static int
is_before(const struct blame *x, const struct blamed *b, int64_t time)
{
	const struct blame_ask *a = x->a;

	return (a->since != 0 && time < a->since) ||
	       (a->since_row != 0 && b->by < a->since_row &&
		   b->via < a->since_row);
}

static int
put_all(struct blame *x, cJSON *out, struct err *e)
{
	cJSON *fields = cJSON_CreateArray(), *points = cJSON_CreateArray();
	int64_t unchanged = 0, time = 0;
	cJSON *one = NULL;
	size_t i;
	int rc;

	if ((rc = json_put(out, "fields", fields, e)) < 0) {
		cJSON_Delete(points);
		return rc;
	}
	if ((rc = json_put(out, "points", points, e)) < 0)
		return rc;
	for (i = 0; i < x->n; i++) {
		one = cJSON_CreateObject();
		if ((rc = put_one(x, &x->list[i], one, &time, e)) < 0)
			goto out;
		if (is_before(x, &x->list[i], time)) {
			unchanged += x->list[i].value != NULL ||
				     json_bool(one, "ticked", 0);
			cJSON_Delete(one);
			one = NULL;
			continue;
		}
		rc = json_push(
		    x->list[i].point != NULL ? points : fields, one, e);
		one = NULL;
		if (rc < 0)
			goto out;
	}
	rc = json_put_int(out, "unchanged", unchanged, e);
out:
	cJSON_Delete(one);
	return rc;
}

static int
answer(struct blame *x, cJSON *out, struct err *e)
{
	const struct blame_ask *a = x->a;
	int rc;

	rc = store_branch(x->s, a->office,
	    a->branch != NULL ? a->branch : "office", &x->b, e);
	if (rc < 0 ||
	    (rc = history_record_find(
		 x->s, x->b, a->year, a->record, a->field, &x->r, e)) < 0 ||
	    (rc = json_put_str(out, "office", x->b->office, e)) < 0 ||
	    (rc = json_put_str(out, "record", x->r.rp.name, e)) < 0 ||
	    (rc = list_present(x, e)) < 0 || (rc = walk(x, e)) < 0 ||
	    (rc = put_all(x, out, e)) < 0)
		return rc;
	return json_put_bool(out, "complete", x->complete, e);
}

int
blame_run(
    struct store *s, const struct blame_ask *a, cJSON **ret, struct err *e)
{
	struct blame x = { .s = s, .a = a };
	cJSON *out = cJSON_CreateObject();
	int began = 0, rc;

	if ((rc = asof_begin(s, &began, e)) == 0)
		rc = answer(&x, out, e);
	release(&x);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
