#include "store/view/gap.h"

#include "store/hall/cycle.h"
#include "store/look/asof.h"
#include "store/look/scene.h"
#include "store/record/record.h"
#include "store/view/gap_item.h"

struct gaps {
	struct scene sc;
	cJSON *calendar;   /* NULL: none */
	enum level wanted; /* for all items; LEVEL_NONE: the calendar's */
	cJSON *answers;    /* by item */
	cJSON *actions;    /* ids by item or category */
	int64_t weights;   /* of all categories */
	struct gap *list;
	size_t n;
};

/* --- reading --- */

typedef int take_record(
    struct gaps *g, const struct record_path *rp, cJSON *rec, struct err *e);

/* Calls take(), which takes over rec, for each of the year's records of a
 * folder. */
static int
each_record(
    struct gaps *g, const char *folder, take_record *take, struct err *e)
{
	struct db *db = store_db(g->sc.s);
	char from[32], to[32];
	struct record_path rp;
	sqlite3_stmt *st = NULL;
	const char *path;
	cJSON *rec;
	int rc;

	snprintf(from, sizeof(from), "%d/%s/", g->sc.year, folder);
	snprintf(to, sizeof(to), "%d/%s0", g->sc.year, folder);
	rc = db_stmt(db, &st, e,
	    "SELECT path, bytes FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 AND bytes IS NOT NULL",
	    "iss", g->sc.b->id, from, to);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		rec = NULL;
		path = (const char *)sqlite3_column_text(st, 0);
		if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) ==
			0 &&
		    (rc = asof_parse(sqlite3_column_blob(st, 1),
			 (size_t)sqlite3_column_bytes(st, 1), path, &rec, e)) ==
			0)
			rc = take(g, &rp, rec, e);
	}
	db_reset(st);
	return rc;
}

static int
take_answer(
    struct gaps *g, const struct record_path *rp, cJSON *rec, struct err *e)
{
	return json_put(g->answers, rp->item, rec, e);
}

static int
add_action(struct gaps *g, const char *item, const char *id, struct err *e)
{
	cJSON *ids = json_get(g->actions, item);
	int rc;

	if (ids == NULL) {
		ids = cJSON_CreateArray();
		if ((rc = json_put(g->actions, item, ids, e)) < 0)
			return rc;
	}
	return json_push_str(ids, id, e);
}

static int
take_action(
    struct gaps *g, const struct record_path *rp, cJSON *rec, struct err *e)
{
	const char *status = json_str(rec, "status");
	const cJSON *c;
	int rc = 0;

	if (status == NULL || strcmp(status, "dropped") != 0) {
		cJSON_ArrayForEach (c, json_get(rec, "items")) {
			if (rc == 0 && cJSON_IsString(c))
				rc = add_action(g, c->valuestring, rp->id, e);
		}
	}
	cJSON_Delete(rec);
	return rc;
}

/* --- the answer --- */

static int
put_ratio(cJSON *out, const char *key, struct ratio r, struct err *e)
{
	char text[32];

	ratio_text(r, text);
	return json_put_str(out, key, text, e);
}

static int
put_level(cJSON *out, const char *key, enum level level, struct err *e)
{
	return json_put_str(
	    out, key, level == LEVEL_NONE ? NULL : level_name(level), e);
}

/* Actions of the item, then those of its whole category. */
static int
put_actions(
    struct gaps *g, const struct edition_item *it, cJSON *out, struct err *e)
{
	const char *const names[] = { it->id, it->category };
	cJSON *ids = cJSON_CreateArray();
	const cJSON *c;
	size_t i;
	int rc;

	if ((rc = json_put(out, "actions", ids, e)) < 0)
		return rc;
	for (i = 0; i < 2; i++)
		cJSON_ArrayForEach (c, json_get(g->actions, names[i]))
			if ((rc = json_push_str(ids, c->valuestring, e)) < 0)
				return rc;
	return 0;
}

static int
push_step(
    const struct gap *gap, const struct gap_step *s, cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(one, "point", s->id, e)) < 0 ||
	    (rc = put_level(one, "level", gap->next, e)) < 0 ||
	    (s->title != NULL &&
		(rc = json_put_str(one, "title", s->title, e)) < 0) ||
	    (rc = put_ratio(one, "gain", s->gain, e)) < 0 ||
	    (rc = put_ratio(one, "gain_total", s->gain_total, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
fill_gap(struct gaps *g, const struct gap *gap, cJSON *one, struct err *e)
{
	const struct edition_item *it = gap->it;
	cJSON *missing = cJSON_CreateArray();
	const char *text = json_str(json_get(g->answers, it->id), "gap");
	size_t i;
	int rc;

	if ((rc = json_put(one, "missing", missing, e)) < 0)
		return rc;
	for (i = 0; i < gap->n_steps; i++)
		if ((rc = push_step(gap, &gap->steps[i], missing, e)) < 0)
			return rc;
	if ((rc = json_put_str(one, "item", it->id, e)) < 0 ||
	    (rc = json_put_str(one, "kind", it->kind, e)) < 0 ||
	    (rc = put_ratio(one, "score", gap->score, e)) < 0 ||
	    (rc = json_put_str(one, "level", level_name(gap->level), e)) < 0 ||
	    (rc = put_level(one, "target", gap->target, e)) < 0 ||
	    (rc = json_put_bool(one, "below", gap->below, e)) < 0 ||
	    (rc = json_put_bool(one, "assessed", gap->assessed, e)) < 0 ||
	    (rc = put_level(one, "next_level", gap->next, e)) < 0 ||
	    (rc = json_put_int(
		 one, "points_to_next", (int64_t)gap->n_steps, e)) < 0 ||
	    (rc = put_ratio(one, "gain", gap->gain, e)) < 0 ||
	    (rc = put_ratio(one, "gain_total", gap->gain_total, e)) < 0 ||
	    (rc = put_ratio(one, "gain_per_step", gap->per_step, e)) < 0 ||
	    (rc = json_put_str(one, "gap", text, e)) < 0)
		return rc;
	return put_actions(g, it, one, e);
}

static int
push_gap(struct gaps *g, const struct gap *gap, cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc = fill_gap(g, gap, one, e);

	if (rc < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

/* The cheapest first; equal ones in the order of the items. */
static int
by_gain(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;
	int c = ratio_cmp(y->per_step, x->per_step);

	if (c != 0)
		return c;
	return x->order < y->order ? -1 : 1;
}

/* --- the whole --- */

static enum level
target_of(const struct gaps *g, const struct edition_item *it)
{
	enum level level = g->wanted;

	if (level == LEVEL_NONE)
		level = cycle_target(g->calendar, it);
	return level == LEVEL_NONE ? LEVEL_SIGNIFICANCE : level;
}

/* What a point of this item's score is worth in the total: 1 / (items of the
 * category) by its weight. */
static struct ratio
share_of(const struct gaps *g, const struct edition_item *it)
{
	struct ratio r = { 0, 1 };
	int64_t items = 0;
	size_t i;

	for (i = 0; i < edition_n_items(g->sc.ed); i++)
		items += strcmp(edition_item_at(g->sc.ed, i)->category,
			     it->category) == 0;
	for (i = 0; i < edition_n_categories(g->sc.ed); i++)
		if (strcmp(edition_category_at(g->sc.ed, i, NULL, NULL),
			it->category) == 0)
			r.num = edition_category_weight(g->sc.ed, i);
	r.den = items * g->weights;
	return r;
}

static int
look_at_items(struct gaps *g, struct ratio *ret_total, struct err *e)
{
	size_t i, n = edition_n_items(g->sc.ed);
	const struct edition_item *it;
	struct ratio part, share;
	struct gap *gap;
	int rc;

	*ret_total = (struct ratio){ 0, 1 };
	for (i = 0; i < edition_n_categories(g->sc.ed); i++)
		g->weights += edition_category_weight(g->sc.ed, i);
	if ((g->list = calloc(n, sizeof(*g->list))) == NULL)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		it = edition_item_at(g->sc.ed, i);
		share = share_of(g, it);
		gap = &g->list[g->n];
		gap->order = i;
		g->n++;
		rc = gap_item(g->sc.ed, it, json_get(g->answers, it->id),
		    target_of(g, it), share, gap, e);
		if (rc < 0)
			return rc;
		part = gap->score;
		if ((rc = ratio_scale(&part, share.num, share.den, e)) < 0 ||
		    (rc = ratio_add(ret_total, part, e)) < 0)
			return rc;
	}
	qsort(g->list, g->n, sizeof(*g->list), by_gain);
	return 0;
}

static int
make_result(struct gaps *g, cJSON *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	struct ratio total;
	size_t i;
	int rc;

	if ((rc = json_put(out, "gaps", list, e)) < 0 ||
	    (rc = look_at_items(g, &total, e)) < 0 ||
	    (rc = json_put_str(out, "office", g->sc.b->office, e)) < 0 ||
	    (rc = json_put_int(out, "cycle", g->sc.year, e)) < 0 ||
	    (rc = json_put_str(out, "edition", edition_id(g->sc.ed), e)) < 0 ||
	    (rc = json_put_str(out, "target",
		 g->wanted != LEVEL_NONE ? level_name(g->wanted)
					 : json_str(g->calendar, "target"),
		 e)) < 0 ||
	    (rc = put_ratio(out, "total", total, e)) < 0)
		return rc;
	for (i = 0; i < g->n && rc == 0; i++)
		if (g->list[i].n_steps > 0 || g->list[i].below)
			rc = push_gap(g, &g->list[i], list, e);
	return rc;
}

static int
parse_level(const char *text, enum level *ret, struct err *e)
{
	int l;

	*ret = LEVEL_NONE;
	if (text == NULL || text[0] == '\0')
		return 0;
	for (l = 0; l < N_LEVELS; l++) {
		if (strcmp(text, level_name((enum level)l)) == 0) {
			*ret = (enum level)l;
			return 0;
		}
	}
	return err_set(e, ERR_INVALID, 0,
	    "'%.20s' is not a level: basic, advance or significance", text);
}

static int
gather(struct gaps *g, struct err *e)
{
	int rc;

	g->answers = cJSON_CreateObject();
	g->actions = cJSON_CreateObject();
	if (g->answers == NULL || g->actions == NULL)
		return err_nomem(e);
	if ((rc = each_record(g, "items", take_answer, e)) < 0 ||
	    (rc = each_record(g, "actions", take_action, e)) < 0)
		return rc;
	return cycle_read(
	    g->sc.s, g->sc.b->office, g->sc.year, &g->calendar, e);
}

int
gap_list(struct store *s, const char *office, int year, const char *target,
    cJSON **ret, struct err *e)
{
	struct gaps g;
	cJSON *out = cJSON_CreateObject();
	enum level wanted;
	size_t i;
	int rc;

	memset(&g, 0, sizeof(g));
	if ((rc = parse_level(target, &wanted, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	if ((rc = scene_begin(&g.sc, s, office, year, e)) == 0) {
		g.wanted = wanted;
		if ((rc = gather(&g, e)) == 0)
			rc = make_result(&g, out, e);
	}
	rc = scene_end(&g.sc, rc, e);
	for (i = 0; i < g.n; i++)
		gap_release(&g.list[i]);
	free(g.list);
	cJSON_Delete(g.answers);
	cJSON_Delete(g.actions);
	cJSON_Delete(g.calendar);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}
