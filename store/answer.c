#include "store/answer.h"

#include "base/clock.h"
#include "store/record.h"

#define PATH_LEN 40
#define OFFICE_PATH "office.json"
#define MAX_POINTS 1000

static void
item_path(int year, const char *item, char ret[PATH_LEN])
{
	snprintf(ret, PATH_LEN, "%d/items/%s.json", year, item);
}

/* 1 if the record is there, 0 if not. */
static int
has_record(struct store *s, const char *path, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;
	int rc;

	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	rc = store_record(s, b, path, &bytes, NULL, e);
	buf_release(&bytes);
	if (rc == ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : 1;
}

static int
check_year(struct store *s, int year, struct err *e)
{
	char path[PATH_LEN];
	int rc;

	if (year < ANSWER_YEAR_MIN || year > ANSWER_YEAR_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "'%d' is not a fiscal year of the Buddhist era, such as %d",
		    year,
		    clock_fiscal_year(clock_now(), store_conf(s)->offset_min));
	snprintf(path, sizeof(path), "%d/assessment.json", year);
	if ((rc = has_record(s, path, e)) <= 0)
		return rc;
	rc = err_set(
	    e, ERR_CONFLICT, 0, "the assessment of %d is open already", year);
	err_hint(e, "look at it: pmqa show");
	return rc;
}

static int
assessment_record(int year, const char *edition, const unsigned char blob[20],
    cJSON **ret, struct err *e)
{
	cJSON *rec = cJSON_CreateObject(), *pin = NULL;
	char hex[41];
	int rc;

	commit_hex(blob, hex);
	if (rec == NULL || (pin = cJSON_CreateObject()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = json_put_str(pin, "id", edition, e)) < 0 ||
	    (rc = json_put_str(pin, "blob", hex, e)) < 0)
		goto out;
	rc = json_put(rec, "edition", pin, e);
	pin = NULL;
	if (rc < 0 || (rc = json_put_int(rec, "cycle", year, e)) < 0 ||
	    (rc = json_put_str(rec, "status", "open", e)) < 0)
		goto out;
	*ret = rec;
	rec = NULL;
out:
	cJSON_Delete(pin);
	cJSON_Delete(rec);
	return rc;
}

static int
office_record(const struct conf *conf, cJSON **ret, struct err *e)
{
	cJSON *rec = cJSON_CreateObject();
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(rec, "code", conf->code, e)) < 0 ||
	    (rc = json_put_str(rec, "name", conf->name, e)) < 0) {
		cJSON_Delete(rec);
		return rc;
	}
	*ret = rec;
	return 0;
}

static int
save_open(struct store *s, const struct person *p, int year,
    const char *edition, const unsigned char blob[20], const char *reason,
    cJSON **ret, struct err *e)
{
	struct save_change changes[2];
	struct save_req req;
	cJSON *assessment = NULL, *office = NULL;
	char path[PATH_LEN], subject[160];
	int known, rc;

	memset(&req, 0, sizeof(req));
	memset(changes, 0, sizeof(changes));
	if ((rc = known = has_record(s, OFFICE_PATH, e)) < 0)
		goto out;
	rc = assessment_record(year, edition, blob, &assessment, e);
	if (rc < 0 || (rc = office_record(store_conf(s), &office, e)) < 0)
		goto out;
	snprintf(path, sizeof(path), "%d/assessment.json", year);
	snprintf(subject, sizeof(subject), "%s/%d: open with %s",
	    store_conf(s)->code, year, edition);
	changes[0].path = path;
	changes[0].op = SAVE_WHOLE;
	changes[0].value = assessment;
	changes[1].path = OFFICE_PATH;
	changes[1].op = SAVE_WHOLE;
	changes[1].value = office;
	req.office = "";
	req.person = p;
	req.action = "open";
	req.subject = subject;
	req.reason = reason;
	req.changes = changes;
	req.n_changes = known ? 1 : 2;
	rc = save_run(s, &req, ret, e);
out:
	cJSON_Delete(assessment);
	cJSON_Delete(office);
	return rc;
}

int
answer_open(struct store *s, const struct person *p, int year,
    const char *edition, const char *reason, cJSON **ret, struct err *e)
{
	const struct edition *ed = NULL;
	unsigned char blob[20];
	char newest[72];
	int rc;

	if ((rc = check_year(s, year, e)) < 0)
		return rc;
	if (edition == NULL) {
		if ((rc = store_newest_edition(s, "", newest, e)) < 0)
			return rc;
		edition = newest;
	}
	if ((rc = store_edition(s, "", edition, NULL, &ed, blob, e)) < 0)
		return rc;
	return save_open(s, p, year, edition_id(ed), blob, reason, ret, e);
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

/* One field of the request as a change; the value is made from the text. */
static int
field_change(const struct record_type *type, const char *path,
    const cJSON *given, struct save_change *ret, cJSON **ret_value,
    struct err *e)
{
	const struct field *f = record_field(type, given->string);
	int rc;

	ret->path = path;
	ret->field = given->string;
	ret->op = SAVE_SET;
	if (f == NULL) /* save_run() names the fields that there are */
		return 0;
	if (!cJSON_IsString(given) && !cJSON_IsNull(given))
		return err_set(e, ERR_INVALID, 0, "'%s' takes a text or null",
		    given->string);
	if (cJSON_IsString(given) &&
	    (rc = record_value(f, given->valuestring, ret_value, e)) < 0)
		return rc;
	ret->value = *ret_value;
	return 0;
}

static int
save_fields(struct store *s, struct save_req *req, const char *path,
    const cJSON *fields, cJSON **ret, struct err *e)
{
	size_t i = 0, n = (size_t)cJSON_GetArraySize(fields);
	struct save_change *changes = calloc(n, sizeof(*changes));
	cJSON **values = calloc(n, sizeof(*values));
	struct record_path rp;
	const cJSON *given;
	int rc;

	if (changes == NULL || values == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) < 0)
		goto out;
	cJSON_ArrayForEach (given, fields) {
		rc = field_change(
		    rp.type, path, given, &changes[i], &values[i], e);
		if (rc < 0)
			goto out;
		i++;
	}
	req->changes = changes;
	req->n_changes = n;
	rc = save_run(s, req, ret, e);
out:
	for (i = 0; values != NULL && i < n; i++)
		cJSON_Delete(values[i]);
	free(values);
	free(changes);
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
	if (!cJSON_IsObject(fields) || fields->child == NULL)
		return err_set(e, ERR_USAGE, 0, "no field is named");
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
	return save_fields(s, &req, path, fields, ret, e);
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
