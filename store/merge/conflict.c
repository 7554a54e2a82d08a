#include "store/merge/conflict_state.h"

#include "store/save/brief.h"

#define DIR "conflicts"
#define NAMES_MAX 8 /* told when a name fits none */
#define MARK "…"
#define TEXT_MAX 600 /* bytes of a text in a list */

/* --- what is there --- */

static void
release_one(struct conflict *c)
{
	cJSON_Delete(c->rec);
	c->rec = NULL;
}

void
conflicts_release(struct conflicts *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		release_one(&c->list[i]);
	free(c->list);
	memset(c, 0, sizeof(*c));
}

/* Items by their number, an office's other records by a word. */
static void
name_conflict(struct conflict *c)
{
	const char *of = c->rp.item[0] != '\0' ? c->rp.item
			 : c->rp.id[0] != '\0' ? c->rp.id
					       : c->rp.type->name;

	snprintf(c->name, sizeof(c->name), "%s.%s", of, c->field);
}

static int
fill(struct conflict *c, const char *path, const cJSON *rec, struct err *e)
{
	size_t len = strlen(path), lead = strlen(DIR "/"), tail = 5;

	snprintf(c->path, sizeof(c->path), "%s", path);
	snprintf(c->id, sizeof(c->id), "%.*s", (int)(len - lead - tail),
	    path + lead);
	if ((c->rec = cJSON_Duplicate(rec, 1)) == NULL)
		return err_nomem(e);
	c->record = json_str(c->rec, "record");
	c->field = json_str(c->rec, "field");
	if (c->record == NULL || c->field == NULL)
		return err_set(e, ERR_DAMAGED, 0,
		    "'%s' does not say what it is about", path);
	snprintf(c->of, sizeof(c->of), "%.95s.json", c->record);
	if (record_path_parse(c->of, RECORD_OFFICE, &c->rp, e) < 0) {
		err_prepend(e, path);
		if (e != NULL)
			e->code = ERR_DAMAGED;
		return ERR_DAMAGED;
	}
	name_conflict(c);
	return 0;
}

static int
on_record(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	struct conflicts *all = arg;
	struct conflict *grown;
	int rc;

	if ((all->n & (all->n - 1)) == 0) { /* doubled at each power of two */
		grown = realloc(
		    all->list, (all->n == 0 ? 1 : 2 * all->n) * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		all->list = grown;
	}
	memset(&all->list[all->n], 0, sizeof(*all->list));
	if ((rc = fill(&all->list[all->n], path, rec, e)) < 0)
		release_one(&all->list[all->n]);
	else
		all->n++;
	return rc;
}

static int
by_place(const void *a, const void *b)
{
	const struct conflict *x = a, *y = b;
	int d = strcmp(x->of, y->of);

	if (d == 0)
		d = record_field_order(x->rp.type, x->field, y->field);
	return d != 0 ? d : strcmp(x->id, y->id);
}

int
conflicts_load(struct store *s, const struct branch *b, struct conflicts *ret,
    struct err *e)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = asof_each(s, b, DIR, on_record, ret, e)) < 0) {
		conflicts_release(ret);
		return rc;
	}
	if (ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_place);
	return 0;
}

int
conflict_fits(const struct conflict *c, const char *which, int year)
{
	size_t len = strlen(c->record);

	if (strcmp(c->id, which) == 0)
		return 1;
	/* "2565/items/1.1.gap" */
	if (strncmp(which, c->record, len) == 0 && which[len] == '.')
		return strcmp(which + len + 1, c->field) == 0;
	return strcmp(c->name, which) == 0 &&
	       (year == 0 || c->rp.year == 0 || c->rp.year == year);
}

int
conflicts_none(const struct conflicts *all, const char *which, struct err *e)
{
	struct buf names = BUF_INIT;
	size_t i;

	err_set(e, ERR_NOT_FOUND, 0, "there is no conflict '%.80s'", which);
	for (i = 0; i < all->n && i < NAMES_MAX; i++)
		buf_printf(
		    &names, "%s%s", i > 0 ? ", " : "", all->list[i].name);
	if (all->n == 0)
		err_hint(e, "there are none: what devices wrote agrees");
	else
		err_hint(e, "there are: %s", buf_str(&names));
	buf_release(&names);
	return ERR_NOT_FOUND;
}

/* --- for people --- */

static int
put_copy(cJSON *out, const char *key, const cJSON *v, struct err *e)
{
	return json_put(out, key,
	    v != NULL ? cJSON_Duplicate(v, 1) : cJSON_CreateNull(), e);
}

/* {"value","revision","time","login","name"} of one side. */
static int
put_side(cJSON *out, const char *key, const struct conflict *c, struct err *e)
{
	static const char *const members[] = { "revision", "time", "login",
		"name" };
	const cJSON *from = json_get(c->rec, key);
	cJSON *side = cJSON_CreateObject();
	size_t i;
	int rc;

	rc = put_copy(side, "value", json_get(from, "value"), e);
	for (i = 0; i < sizeof(members) / sizeof(*members) && rc == 0; i++)
		rc = put_copy(side, members[i], json_get(from, members[i]), e);
	if (rc < 0) {
		cJSON_Delete(side);
		return rc;
	}
	return json_put(out, key, side, e);
}

/* The value as it is now, and the merge that left the conflict. */
static int
put_state(struct store *s, const struct branch *b, cJSON *out,
    const struct conflict *c, struct err *e)
{
	struct asof now = { 0 }, own = { 0 };
	int rc;

	if ((rc = asof_record(s, b, c->of, ASOF_NOW, &now, e)) < 0 ||
	    (rc = asof_record(s, b, c->path, ASOF_NOW, &own, e)) < 0)
		goto out;
	if ((rc = put_copy(out, "now", record_get(now.rec, c->field), e)) == 0)
		rc = json_put_str(out, "merge", own.name, e);
out:
	asof_release(&now);
	asof_release(&own);
	return rc;
}

static int
make_conflict(struct store *s, const struct branch *b, const struct conflict *c,
    cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(out, "id", c->id, e)) < 0 ||
	    (rc = json_put_str(out, "name", c->name, e)) < 0 ||
	    (rc = json_put_str(out, "record", c->record, e)) < 0 ||
	    (rc = json_put_str(out, "item",
		 c->rp.item[0] != '\0' ? c->rp.item : NULL, e)) < 0 ||
	    (rc = json_put_str(out, "field", c->field, e)) < 0 ||
	    (rc = json_put_str(out, "why", json_str(c->rec, "why"), e)) < 0 ||
	    (rc = put_copy(out, "base",
		 json_get(json_get(c->rec, "base"), "value"), e)) < 0 ||
	    (rc = put_side(out, "hall", c, e)) < 0 ||
	    (rc = put_side(out, "mine", c, e)) < 0 ||
	    (rc = put_state(s, b, out, c, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- within one message --- */

static int
cut_value(cJSON *of, const char *key, struct err *e)
{
	const char *text = json_str(of, key);
	char cut[TEXT_MAX + sizeof(MARK)];
	size_t len = TEXT_MAX;

	if (text == NULL || strlen(text) <= TEXT_MAX)
		return 0;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	snprintf(cut, sizeof(cut), "%.*s" MARK, (int)len, text);
	return json_put_str(of, key, cut, e);
}

/* Takes the conflict while there is room for it. */
static int
push_within(cJSON *doc, cJSON *one, size_t *room, struct err *e)
{
	int64_t left_out = json_int(doc, "left_out", 0);
	struct buf text = BUF_INIT;
	size_t len;
	int rc;

	rc = json_write(one, &text, e);
	if (rc == 0)
		rc = buf_ok(&text, e);
	len = text.len;
	buf_release(&text);
	if (rc == 0 && left_out == 0 && len <= *room) {
		*room -= len;
		return json_push(json_get(doc, "conflicts"), one, e);
	}
	cJSON_Delete(one);
	return rc < 0 ? rc : json_put_int(doc, "left_out", left_out + 1, e);
}

static int
put_one(struct store *s, const struct branch *b, cJSON *doc,
    const struct conflict *c, int brief, size_t *room, struct err *e)
{
	cJSON *one = NULL;
	int rc = make_conflict(s, b, c, &one, e);

	if (rc < 0)
		return rc;
	if (brief &&
	    ((rc = cut_value(one, "base", e)) < 0 ||
		(rc = cut_value(one, "now", e)) < 0 ||
		(rc = cut_value(json_get(one, "hall"), "value", e)) < 0 ||
		(rc = cut_value(json_get(one, "mine"), "value", e)) < 0)) {
		cJSON_Delete(one);
		return rc;
	}
	return push_within(doc, one, room, e);
}

/* which NULL: all, long texts cut; else those of that name, whole. */
static int
list_them(struct store *s, const char *office, const char *which, int year,
    cJSON **ret, struct err *e)
{
	cJSON *doc = cJSON_CreateObject(), *list = cJSON_CreateArray();
	struct conflicts all = { NULL, 0 };
	size_t i, room = BRIEF_WHOLE;
	struct branch *b;
	int rc, any = 0;

	if ((rc = json_put(doc, "conflicts", list, e)) < 0 ||
	    (rc = store_branch(s, office, "office", &b, e)) < 0 ||
	    (rc = conflicts_load(s, b, &all, e)) < 0)
		goto out;
	for (i = 0; i < all.n && rc == 0; i++) {
		if (which != NULL && !conflict_fits(&all.list[i], which, year))
			continue;
		any = 1;
		rc = put_one(s, b, doc, &all.list[i], which == NULL, &room, e);
	}
	if (rc == 0 && which != NULL && !any)
		rc = conflicts_none(&all, which, e);
out:
	conflicts_release(&all);
	if (rc < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	return rc;
}

static int
list_at_once(struct store *s, const char *office, const char *which, int year,
    cJSON **ret, struct err *e)
{
	cJSON *doc = NULL;
	int began = 0, rc;

	if ((rc = asof_begin(s, &began, e)) < 0)
		return rc;
	rc = list_them(s, office, which, year, &doc, e);
	if ((rc = asof_end(s, began, rc, e)) < 0)
		cJSON_Delete(doc);
	else
		*ret = doc;
	return rc;
}

int
conflict_list(struct store *s, const char *office, cJSON **ret, struct err *e)
{
	return list_at_once(s, office, NULL, 0, ret, e);
}

int
conflict_show(struct store *s, const char *office, const char *which, int year,
    cJSON **ret, struct err *e)
{
	if (which == NULL || which[0] == '\0')
		return err_set(e, ERR_USAGE, 0, "which conflict?");
	return list_at_once(s, office, which, year, ret, e);
}

int
conflict_count(struct store *s, const char *office, int64_t *ret, struct err *e)
{
	struct branch *b;
	int rc = store_branch(s, office, "office", &b, e);

	if (rc < 0)
		return rc;
	return db_one_int(store_db(s), ret, e,
	    "SELECT count(*) FROM record WHERE branch = ?1"
	    " AND path > 'conflicts/' AND path < 'conflicts0'"
	    " AND blob IS NOT NULL",
	    "i", b->id);
}
