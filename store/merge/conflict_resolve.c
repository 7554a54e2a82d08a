#include "store/merge/conflict_state.h"

#include "store/record/canon.h"
#include "store/save/brief.h"

#define SUBJECT_LEN 160

enum take { TAKE_HALL, TAKE_MINE, TAKE_NOW, TAKE_VALUE };

/* What one resolution changes. */
struct resolve {
	struct store *s;
	const struct branch *b;
	const struct ask *ask;
	struct conflicts all;
	const struct conflict *c; /* the one that was named */
	enum take take;
	struct asof now, mine; /* its record */
	int has_mine;
	cJSON *value;   /* made here, for a change below */
	cJSON *changes; /* record_diff(now, mine) */
	char unit[248]; /* "" or a group of fields that goes as one */
	int whole;      /* the record comes back, or goes, as a whole */
	struct save_change *out;
	size_t n_out;
};

/* --- which one --- */

static int
same_place(const struct conflict *a, const struct conflict *b)
{
	return strcmp(a->record, b->record) == 0 &&
	       strcmp(a->field, b->field) == 0;
}

/* Two merges can leave a field twice: whose value is meant then must be said
 * by the id. */
static int
several(const struct conflict *a, const struct conflict *b, struct err *e)
{
	if (strcmp(a->record, b->record) != 0) {
		err_set(e, ERR_INVALID, 0, "'%s' is meant of which record?",
		    a->name);
		err_hint(e, "say '%s.%s' or '%s.%s'", a->record, a->field,
		    b->record, b->field);
	} else {
		err_set(e, ERR_INVALID, 0,
		    "'%s' has more than one conflict: whose value?", a->name);
		err_hint(e, "name one by its id: %s, %s", a->id, b->id);
	}
	return ERR_INVALID;
}

static int
find(struct resolve *r, const char *which, struct err *e)
{
	size_t i;

	for (i = 0; i < r->all.n; i++) {
		const struct conflict *c = &r->all.list[i];

		if (!conflict_fits(c, which, r->ask->year))
			continue;
		if (r->c != NULL &&
		    (!same_place(r->c, c) || r->take == TAKE_MINE ||
			r->take == TAKE_HALL))
			return several(r->c, c, e);
		if (r->c == NULL)
			r->c = c;
	}
	return r->c != NULL ? 0 : conflicts_none(&r->all, which, e);
}

static int
read_take(const char *take, const char *value, enum take *ret, struct err *e)
{
	static const char *const words[] = { "hall", "mine", "now" };
	size_t i;

	if ((take == NULL) == (value == NULL))
		return err_set(e, ERR_USAGE, 0,
		    "say what is to stand: hall, mine, now, or a value");
	if (take == NULL) {
		*ret = TAKE_VALUE;
		return 0;
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i], take) == 0) {
			*ret = (enum take)i;
			return 0;
		}
	}
	return err_set(e, ERR_USAGE, 0,
	    "'%.20s' is none of the sides: hall, mine, now", take);
}

/* --- what to write --- */

static int
add_change(struct resolve *r, const char *path, const char *field,
    const cJSON *value, struct err *e)
{
	struct save_change *grown =
	    realloc(r->out, (r->n_out + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	r->out = grown;
	grown += r->n_out++;
	memset(grown, 0, sizeof(*grown));
	grown->path = path;
	grown->field = field;
	grown->op = field != NULL ? SAVE_SET : SAVE_WHOLE;
	grown->value = cJSON_IsNull(value) ? NULL : value;
	return 0;
}

/* The group of a field with a key ("indicators.ia1" of
 * "indicators.ia1.actual"), "" for any other. */
static void
group_of(const struct conflict *c, char *ret, size_t size)
{
	const struct field *f = record_field(c->rp.type, c->field);
	const char *star = f != NULL ? record_star(f->name) : NULL, *key, *end;

	ret[0] = '\0';
	if (star == NULL || strchr(star + 2, '.') == NULL)
		return;
	key = c->field + (star - f->name) + 1;
	if ((end = strchr(key, '.')) != NULL)
		snprintf(ret, size, "%.*s", (int)(end - c->field), c->field);
}

/* The record after a commit, if the field has the other device's value there. */
static int
try_parent(struct resolve *r, const void *id, struct err *e)
{
	const cJSON *mine = json_get(json_get(r->c->rec, "mine"), "value");
	const cJSON *there;
	struct asof a = { 0 };
	int64_t at = 0;
	int rc;

	rc = db_one_int(store_db(r->s), &at, e,
	    "SELECT ifnull((SELECT id FROM revision WHERE commit_id = ?1"
	    " AND branch = ?2), 0)",
	    "bi", id, (size_t)COMMIT_ID_LEN, r->b->id);
	if (rc < 0 || at == 0)
		return rc;
	if ((rc = asof_record(r->s, r->b, r->c->of, at, &a, e)) < 0)
		return rc;
	if (cJSON_IsNull(mine))
		mine = NULL;
	there = record_get(a.rec, r->c->field);
	if (there == NULL ? mine == NULL
			  : mine != NULL && canon_equal(there, mine)) {
		r->mine = a;
		r->has_mine = 1;
	} else {
		asof_release(&a);
	}
	return 0;
}

/* As it was when the first merge met the conflict: on that of its two sides
 * which had the other device's value. */
static int
find_mine(struct resolve *r, struct err *e)
{
	unsigned char parents[2][COMMIT_ID_LEN];
	struct db *db = store_db(r->s);
	sqlite3_stmt *st = NULL;
	int i, n = 0, rc;

	rc = db_stmt(db, &st, e,
	    "SELECT v.parent2, v.parent FROM record c"
	    " JOIN touch t ON t.record = c.id"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE c.branch = ?1 AND c.path = ?2 AND t.blob IS NOT NULL"
	    " AND v.action = 'merge' ORDER BY t.revision LIMIT 1",
	    "is", r->b->id, r->c->path);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0)
		for (i = 0; i < 2; i++)
			if (sqlite3_column_bytes(st, i) == COMMIT_ID_LEN)
				memcpy(parents[n++], sqlite3_column_blob(st, i),
				    COMMIT_ID_LEN);
	db_reset(st);
	if (rc < 0)
		return rc;
	for (i = 0, rc = 0; i < n && rc == 0 && !r->has_mine; i++)
		rc = try_parent(r, parents[i], e);
	return rc;
}

/* What goes as one with the field: what one side took away comes back, or
 * goes, with all that belongs to it. */
static int
read_mine(struct resolve *r, struct err *e)
{
	char group[240];
	int rc;

	if ((rc = find_mine(r, e)) < 0 || !r->has_mine)
		return rc;
	if ((r->now.rec == NULL) != (r->mine.rec == NULL)) {
		r->whole = 1;
		return 0;
	}
	group_of(r->c, group, sizeof(group));
	if (group[0] == '\0' || (record_get(r->now.rec, group) == NULL) ==
				    (record_get(r->mine.rec, group) == NULL))
		return 0;
	snprintf(r->unit, sizeof(r->unit), "%s.", group);
	return record_diff(
	    r->c->rp.type, r->now.rec, r->mine.rec, &r->changes, e);
}

static int
add_unit(struct resolve *r, struct err *e)
{
	const cJSON *ch;
	const char *field;
	int rc;

	cJSON_ArrayForEach (ch, r->changes) {
		field = json_str(ch, "field");
		if (strncmp(field, r->unit, strlen(r->unit)) != 0)
			continue;
		rc = add_change(r, r->c->of, field, json_get(ch, "new"), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A set takes what the other device put in and out; what else came into it
 * since stays. */
static int
merge_set(struct resolve *r, const cJSON *mine, struct err *e)
{
	const char *field = r->c->field;
	const cJSON *values[3] = { json_get(
				       json_get(r->c->rec, "base"), "value"),
		record_get(r->now.rec, field), mine };
	cJSON *recs[3] = { NULL, NULL, NULL }, *merged = NULL, *left = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; i < 3 && rc == 0; i++) {
		if ((recs[i] = cJSON_CreateObject()) == NULL)
			rc = err_nomem(e);
		else if (values[i] != NULL && !cJSON_IsNull(values[i]))
			rc = record_put(
			    recs[i], field, cJSON_Duplicate(values[i], 1), e);
	}
	if (rc == 0)
		rc = record_merge(r->c->rp.type, recs[0], recs[1], recs[2],
		    &merged, &left, e);
	if (rc == 0 && record_get(merged, field) != NULL &&
	    (r->value = cJSON_Duplicate(record_get(merged, field), 1)) == NULL)
		rc = err_nomem(e);
	for (i = 0; i < 3; i++)
		cJSON_Delete(recs[i]);
	cJSON_Delete(merged);
	cJSON_Delete(left);
	return rc;
}

static int
take_mine(struct resolve *r, struct err *e)
{
	const struct field *f = record_field(r->c->rp.type, r->c->field);
	const cJSON *mine = json_get(json_get(r->c->rec, "mine"), "value");
	int rc;

	if ((rc = read_mine(r, e)) < 0)
		return rc;
	if (r->whole)
		return add_change(r, r->c->of, NULL, r->mine.rec, e);
	if (r->unit[0] != '\0')
		return add_unit(r, e);
	if (f == NULL || f->merge != MERGE_SET)
		return add_change(r, r->c->of, r->c->field, mine, e);
	if ((rc = merge_set(r, mine, e)) < 0)
		return rc;
	return add_change(r, r->c->of, r->c->field, r->value, e);
}

static int
take_value(struct resolve *r, const char *text, struct err *e)
{
	const struct field *f = record_field(r->c->rp.type, r->c->field);
	struct field named;
	int rc;

	if (f == NULL)
		return err_set(e, ERR_DAMAGED, 0, "'%s' is no field of '%s'",
		    r->c->field, r->c->record);
	named = *f;
	named.name = r->c->field;
	if ((rc = record_value(&named, text, &r->value, e)) < 0)
		return rc;
	return add_change(r, r->c->of, r->c->field, r->value, e);
}

/* What the hall had stands already, unless somebody wrote there since. */
static int
take_hall(struct resolve *r, struct err *e)
{
	const cJSON *hall = json_get(json_get(r->c->rec, "hall"), "value");
	const cJSON *now = record_get(r->now.rec, r->c->field);

	if (cJSON_IsNull(hall))
		hall = NULL;
	if (hall == NULL ? now == NULL : now != NULL && canon_equal(hall, now))
		return 0;
	return add_change(r, r->c->of, r->c->field, hall, e);
}

/* What is set once can only stay: the conflict tells of the other, no more. */
static int
check_changeable(const struct resolve *r, struct err *e)
{
	const struct field *f = record_field(r->c->rp.type, r->c->field);

	if (r->take == TAKE_NOW || r->take == TAKE_HALL || f == NULL ||
	    f->merge != MERGE_FIXED)
		return 0;
	err_set(e, ERR_INVALID, 0, "%s: '%s' stays as it was first written",
	    r->c->record, r->c->field);
	err_hint(e, "close the conflict with --take now");
	return ERR_INVALID;
}

static int
add_value(struct resolve *r, const char *text, struct err *e)
{
	int rc;

	if ((rc = check_changeable(r, e)) < 0)
		return rc;
	switch (r->take) {
	case TAKE_HALL:
		return take_hall(r, e);
	case TAKE_MINE:
		return take_mine(r, e);
	case TAKE_VALUE:
		return take_value(r, text, e);
	case TAKE_NOW:
		break;
	}
	return 0;
}

/* Every conflict that this one decides, too. */
static int
is_decided(const struct resolve *r, const struct conflict *c)
{
	if (strcmp(c->record, r->c->record) != 0)
		return 0;
	if (r->whole)
		return 1;
	if (r->unit[0] != '\0')
		return strncmp(c->field, r->unit, strlen(r->unit)) == 0;
	return c == r->c || ((r->take == TAKE_VALUE || r->take == TAKE_NOW) &&
				same_place(c, r->c));
}

static int
remove_decided(struct resolve *r, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < r->all.n && rc == 0; i++)
		if (is_decided(r, &r->all.list[i]))
			rc = add_change(r, r->all.list[i].path, NULL, NULL, e);
	return rc;
}

/* --- the revision --- */

static int
tell(const struct resolve *r, cJSON *saved, int64_t n, struct err *e)
{
	cJSON *of = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(of, "name", r->c->name, e)) < 0 ||
	    (rc = json_put_str(of, "record", r->c->record, e)) < 0 ||
	    (rc = json_put_str(of, "field", r->c->field, e)) < 0 ||
	    (rc = json_put_int(of, "left", n, e)) < 0) {
		cJSON_Delete(of);
		return rc;
	}
	return json_put(saved, "resolved", of, e);
}

static int
save(struct resolve *r, cJSON **ret, struct err *e)
{
	static const char *const words[] = { "hall", "mine", "now", "value" };
	char subject[SUBJECT_LEN], year[16] = "";
	struct save_req req;
	cJSON *saved = NULL;
	int64_t left = 0;
	int rc;

	memset(&req, 0, sizeof(req));
	req.office = "";
	req.person = r->ask->person;
	req.action = "resolve";
	req.reason = r->ask->reason;
	req.if_rev = r->ask->if_rev;
	req.changes = r->out;
	req.n_changes = r->n_out;
	if (r->c->rp.year != 0)
		snprintf(year, sizeof(year), "/%d", r->c->rp.year);
	snprintf(subject, sizeof(subject), "%s%s %.100s: resolve, take %s",
	    r->b->office, year, r->c->name, words[r->take]);
	req.subject = subject;
	if ((rc = save_run(r->s, &req, &saved, e)) < 0 ||
	    (rc = conflict_count(r->s, "", &left, e)) < 0 ||
	    (rc = tell(r, saved, left, e)) < 0 ||
	    (rc = brief_cut(saved, e)) < 0) {
		cJSON_Delete(saved);
		return rc;
	}
	*ret = saved;
	return 0;
}

static void
resolve_release(struct resolve *r)
{
	conflicts_release(&r->all);
	asof_release(&r->now);
	asof_release(&r->mine);
	cJSON_Delete(r->value);
	cJSON_Delete(r->changes);
	free(r->out);
}

int
conflict_resolve(struct store *s, const struct ask *ask, const char *which,
    const char *take, const char *value, cJSON **ret, struct err *e)
{
	struct resolve r = { .s = s, .ask = ask };
	struct branch *b;
	int rc;

	if (which == NULL || which[0] == '\0')
		return err_set(e, ERR_USAGE, 0, "which conflict?");
	if (store_conf(s)->role != ROLE_OFFICE)
		return err_set(e, ERR_DENIED, 0,
		    "conflicts are resolved by the office, not by the hall");
	if ((rc = read_take(take, value, &r.take, e)) < 0 ||
	    (rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	r.b = b;
	if ((rc = conflicts_load(s, b, &r.all, e)) < 0 ||
	    (rc = find(&r, which, e)) < 0 ||
	    (rc = asof_record(s, b, r.c->of, ASOF_NOW, &r.now, e)) < 0 ||
	    (rc = add_value(&r, value, e)) < 0 ||
	    (rc = remove_decided(&r, e)) < 0)
		goto out;
	rc = save(&r, ret, e);
out:
	resolve_release(&r);
	return rc;
}
