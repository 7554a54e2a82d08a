#include "store/save/answer.h"

#include "store/save/fields.h"
#include "store/save/opening.h"

#define PATH_LEN 40
#define MAX_POINTS 1000

static void
item_path(int year, const char *item, char ret[PATH_LEN])
{
	snprintf(ret, PATH_LEN, "%d/items/%s.json", year, item);
}

int
answer_open(struct store *s, const struct person *p, int year,
    const char *edition, const char *reason, cJSON **ret, struct err *e)
{
	struct opening o;
	struct save_req req;
	int rc;

	memset(&req, 0, sizeof(req));
	if ((rc = opening_init(s, year, edition, NULL, &o, e)) == 0) {
		req.office = "";
		req.person = p;
		req.action = "open";
		req.subject = o.subject;
		req.reason = reason;
		req.changes = o.changes;
		req.n_changes = o.n_changes;
		rc = save_run(s, &req, ret, e);
	}
	opening_release(&o);
	return rc;
}

static int
unknown_item(const struct edition *ed, const char *item, struct err *e)
{
	struct buf names = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < edition_n_items(ed); i++)
		buf_printf(&names, "%s%s", i > 0 ? " " : "",
		    edition_item_at(ed, i)->id);
	rc = err_set(e, ERR_NOT_FOUND, 0,
	    "edition '%s' has no item '%.20s', only %s", edition_id(ed), item,
	    buf_str(&names));
	buf_release(&names);
	return rc;
}

int
answer_set(struct store *s, const struct person *p, int year, const char *item,
    const cJSON *fields, const char *reason, const char *if_rev, cJSON **ret,
    struct err *e)
{
	const struct edition *ed = NULL;
	struct save_req req;
	char path[PATH_LEN];
	int rc;

	memset(&req, 0, sizeof(req));
	if ((rc = store_cycle(s, "", year, &year, &ed, e)) < 0)
		return rc;
	if (edition_item(ed, item) == NULL)
		return unknown_item(ed, item, e);
	item_path(year, item, path);
	req.office = "";
	req.person = p;
	req.action = "set";
	req.reason = reason;
	req.if_rev = if_rev;
	return fields_save(s, &req, path, "", fields, NULL, 0, ret, e);
}

/* The points of a call, sorted into one change per item. */
struct tick_list {
	struct save_change *changes;
	char (*paths)[PATH_LEN];
	cJSON **sets;
	size_t n;
};

static int
ticks_init(struct tick_list *t, size_t max, struct err *e)
{
	memset(t, 0, sizeof(*t));
	t->changes = calloc(max, sizeof(*t->changes));
	t->paths = calloc(max, sizeof(*t->paths));
	t->sets = calloc(max, sizeof(*t->sets));
	return t->changes == NULL || t->paths == NULL || t->sets == NULL
		   ? err_nomem(e)
		   : 0;
}

static void
ticks_release(struct tick_list *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		cJSON_Delete(t->sets[i]);
	free(t->sets);
	free(t->paths);
	free(t->changes);
}

static int
ticks_add(struct tick_list *t, int year, const struct edition *ed,
    const cJSON *point, int on, struct err *e)
{
	const struct edition_item *it = NULL;
	enum level level;
	char path[PATH_LEN];
	size_t i;
	int rc;

	if (!cJSON_IsString(point))
		return err_set(e, ERR_INVALID, 0, "a point must be a text");
	rc = edition_point(ed, point->valuestring, &it, &level, e);
	if (rc < 0)
		return rc;
	item_path(year, it->id, path);
	for (i = 0; i < t->n && strcmp(t->paths[i], path) != 0; i++)
		continue;
	if (i == t->n) {
		if ((t->sets[i] = cJSON_CreateArray()) == NULL)
			return err_nomem(e);
		memcpy(t->paths[i], path, sizeof(path));
		t->changes[i].path = t->paths[i];
		t->changes[i].field = "ticks";
		t->changes[i].op = on ? SAVE_ADD : SAVE_DROP;
		t->changes[i].value = t->sets[i];
		t->n++;
	}
	return json_push_str(t->sets[i], point->valuestring, e);
}

int
answer_tick(struct store *s, const struct person *p, int year,
    const cJSON *points, int on, const char *reason, const char *if_rev,
    cJSON **ret, struct err *e)
{
	const struct edition *ed = NULL;
	struct tick_list t;
	struct save_req req;
	const cJSON *point;
	int rc, n = cJSON_IsArray(points) ? cJSON_GetArraySize(points) : 0;

	memset(&req, 0, sizeof(req));
	memset(&t, 0, sizeof(t));
	if (n == 0)
		return err_set(e, ERR_USAGE, 0, "no point is named");
	if (n > MAX_POINTS)
		return err_set(e, ERR_INVALID, 0,
		    "more than %d points in one call", MAX_POINTS);
	if ((rc = store_cycle(s, "", year, &year, &ed, e)) < 0)
		return rc;
	if ((rc = ticks_init(&t, (size_t)n, e)) < 0)
		goto out;
	cJSON_ArrayForEach (point, points) {
		if ((rc = ticks_add(&t, year, ed, point, on, e)) < 0)
			goto out;
	}
	req.office = "";
	req.person = p;
	req.action = on ? "tick" : "untick";
	req.reason = reason;
	req.if_rev = if_rev;
	req.changes = t.changes;
	req.n_changes = t.n;
	rc = save_run(s, &req, ret, e);
out:
	ticks_release(&t);
	return rc;
}
