#include "store/review/review.h"

#include "base/clock.h"
#include "store/look/asof.h"
#include "store/record/change_rules.h"
#include "store/record/record.h"
#include "store/review/signoff.h"
#include "store/save/actor.h"
#include "store/save/fields.h"
#include "store/save/shortname.h"

#define PATH_LEN 48
#define NAME_LEN 128
#define COMMENT_PREFIX 'c'

void
review_key(const char *login, char ret[72])
{
	change_rules_key(login, ret);
}

static void
review_path(int year, const char *item, char ret[PATH_LEN])
{
	snprintf(ret, PATH_LEN, "reviews/%d/%.7s.json", year, item);
}

int
review_read(struct store *s, const char *office, int year, const char *item,
    cJSON **ret, struct err *e)
{
	struct asof a = { 0 };
	struct branch *b = NULL;
	char path[PATH_LEN];
	int rc;

	review_path(year, item, path);
	if ((rc = store_branch(s, office, "hall", &b, e)) < 0 ||
	    (rc = asof_record(s, b, path, ASOF_NOW, &a, e)) < 0)
		goto out;
	*ret = a.rec;
	a.rec = NULL;
out:
	asof_release(&a);
	return rc;
}

/* --- an assessor's view, the consensus --- */

static const char *const view_fields[] = { "ticks", "score", "comment" };
#define N_VIEW_FIELDS (sizeof(view_fields) / sizeof(view_fields[0]))

static int
check_names(const cJSON *fields, struct err *e)
{
	const cJSON *f;
	size_t i;

	if (!cJSON_IsObject(fields) || fields->child == NULL)
		return err_set(e, ERR_USAGE, 0, "no field is named");
	cJSON_ArrayForEach (f, fields) {
		for (i = 0; i < N_VIEW_FIELDS; i++)
			if (strcmp(f->string, view_fields[i]) == 0)
				break;
		if (i == N_VIEW_FIELDS)
			return err_set(e, ERR_INVALID, 0,
			    "unknown field '%.60s'; there are: %s", f->string,
			    "ticks, score, comment");
	}
	return 0;
}

/* "B1 B2" of item 1.1 means "1.1.B1 1.1.B2". */
static int
whole_points(const char *item, cJSON *fields, struct err *e)
{
	const char *s = json_str(fields, "ticks");
	struct buf whole = BUF_INIT;
	size_t n;
	int rc;

	if (s == NULL)
		return 0;
	for (s += strspn(s, " ,\t\n"); *s != '\0';
	     s += n + strspn(s + n, " ,\t\n")) {
		n = strcspn(s, " ,\t\n");
		if (memchr(s, '.', n) == NULL)
			buf_printf(&whole, "%s.", item);
		buf_printf(&whole, "%.*s ", (int)n, s);
	}
	if ((rc = buf_ok(&whole, e)) == 0)
		rc = json_put_str(fields, "ticks", buf_str(&whole), e);
	buf_release(&whole);
	return rc;
}

/* A score is of the edition's scale. */
static int
check_score(const struct edition *ed, const cJSON *fields,
    const struct field *f, struct err *e)
{
	const char *text = json_str(fields, "score");
	long max = edition_policy(ed)->max, whole;
	cJSON *v = NULL;
	char *end;
	int rc, bad;

	if (text == NULL)
		return 0;
	if ((rc = record_value(f, text, &v, e)) < 0 || v == NULL)
		return rc;
	whole = strtol(v->valuestring, &end, 10);
	bad = v->valuestring[0] == '-' || whole > max ||
	      (whole == max && *end == '.');
	cJSON_Delete(v);
	return bad ? err_set(e, ERR_INVALID, 0,
			 "a score is a number from 0 to %ld, not '%.40s'", max,
			 text)
		   : 0;
}

/* 1 if something is left of the view once the fields are set. */
static int
says_something(const cJSON *view, const cJSON *fields)
{
	size_t i;

	for (i = 0; i < N_VIEW_FIELDS; i++) {
		const cJSON *f = json_get(fields, view_fields[i]);

		if (f == NULL ? json_get(view, view_fields[i]) != NULL
			      : cJSON_IsString(f) && f->valuestring[0] != '\0')
			return 1;
	}
	return 0;
}

/* Who, when, and of which submission: with the view, and gone with it. */
struct stamp {
	struct save_change changes[4];
	char names[4][NAME_LEN];
	cJSON *actor, *of;
};

static int
stamp_init(struct stamp *st, struct store *s, const struct ask *a,
    const char *path, const char *prefix, int64_t of, int there, struct err *e)
{
	static const char *const members[4] = { "time", "login", "name", "of" };
	size_t i;
	int rc;

	memset(st, 0, sizeof(*st));
	if ((rc = actor_json(s, a->person, clock_now(), &st->actor, e)) < 0)
		return rc;
	if ((rc = json_put_int(st->actor, "of", of, e)) < 0)
		return rc;
	for (i = 0; i < 4; i++) {
		snprintf(st->names[i], NAME_LEN, "%s%s", prefix, members[i]);
		st->changes[i].path = path;
		st->changes[i].field = st->names[i];
		st->changes[i].op = SAVE_SET;
		st->changes[i].value =
		    there ? json_get(st->actor, members[i]) : NULL;
	}
	return 0;
}

/* One save of a view: what it stands under, and what is written. */
struct view {
	const char *office, *item;
	int year;
	char path[PATH_LEN], prefix[NAME_LEN];
	int64_t of;
	cJSON *fields; /* our own copy */
};

static int
save_view(struct store *s, const struct ask *a, const struct view *v,
    const char *action, cJSON **ret, struct err *e)
{
	struct save_req req = { .office = v->office,
		.person = a->person,
		.action = action,
		.reason = a->reason,
		.if_rev = a->if_rev };
	char below[NAME_LEN];
	struct stamp stamp;
	cJSON *review = NULL;
	int there, rc;

	if ((rc = review_read(s, v->office, v->year, v->item, &review, e)) < 0)
		return rc;
	/* the prefix without its last dot */
	snprintf(below, sizeof(below), "%.*s", (int)strlen(v->prefix) - 1,
	    v->prefix);
	there = says_something(record_get(review, below), v->fields);
	rc = stamp_init(&stamp, s, a, v->path, v->prefix, v->of, there, e);
	if (rc == 0)
		rc = fields_save(s, &req, v->path, v->prefix, v->fields,
		    stamp.changes, 4, ret, e);
	cJSON_Delete(stamp.actor);
	cJSON_Delete(review);
	return rc;
}

static int
prepare_view(
    struct store *s, const struct edition *ed, struct view *v, struct err *e)
{
	const struct edition_item *it = NULL;
	struct record_path rp;
	cJSON *assessment = NULL;
	enum signoff_state st;
	int rc;

	if ((rc = edition_find_item(ed, v->item, &it, e)) < 0)
		return rc;
	review_path(v->year, v->item, v->path);
	if ((rc = record_path_parse(v->path, RECORD_HALL, &rp, e)) < 0 ||
	    (rc = whole_points(v->item, v->fields, e)) < 0 ||
	    (rc = check_score(ed, v->fields,
		 record_field(rp.type, "consensus.score"), e)) < 0)
		return rc;
	rc = signoff_read(s, v->office, v->year, &st, &assessment, NULL, e);
	if (rc < 0)
		return rc;
	v->of = json_int(json_get(assessment, "submission"), "n", 0);
	cJSON_Delete(assessment);
	return 0;
}

int
review_set(struct store *s, const struct ask *a, const char *office,
    const char *item, const cJSON *fields, int consensus, cJSON **ret,
    struct err *e)
{
	struct view v = { .office = office, .item = item };
	const struct edition *ed = NULL;
	char key[72];
	int rc;

	if ((rc = check_names(fields, e)) < 0 ||
	    (rc = store_cycle(s, office, a->year, &v.year, &ed, e)) < 0 ||
	    (rc = signoff_may(
		 s, office, v.year, SIGNOFF_DO_REVIEW, a->reason, e)) < 0)
		return rc;
	review_key(a->person->login, key);
	if (consensus)
		snprintf(v.prefix, sizeof(v.prefix), "consensus.");
	else
		snprintf(v.prefix, sizeof(v.prefix), "assessors.%s.", key);
	if ((v.fields = cJSON_Duplicate(fields, 1)) == NULL)
		return err_nomem(e);
	if ((rc = prepare_view(s, ed, &v, e)) == 0)
		rc = save_view(
		    s, a, &v, consensus ? "consensus" : "review", ret, e);
	cJSON_Delete(v.fields);
	return rc;
}

/* --- comments --- */

static int
save_comment(struct store *s, const struct ask *a, const char *office,
    const char *path, const cJSON *there, const char *text, cJSON **ret,
    struct err *e)
{
	static const char *const members[3] = { "time", "login", "name" };
	struct save_req req = { .office = office,
		.person = a->person,
		.action = "comment",
		.reason = a->reason };
	struct save_change extra[3];
	char key[24], prefix[48], names[3][64];
	cJSON *actor = NULL, *fields = cJSON_CreateObject();
	size_t i;
	int rc;

	shortname_next(there, COMMENT_PREFIX, store_conf(s)->device, key);
	snprintf(prefix, sizeof(prefix), "comments.%s.", key);
	if ((rc = json_put_str(fields, "text", text, e)) < 0 ||
	    (rc = actor_json(s, a->person, clock_now(), &actor, e)) < 0)
		goto out;
	memset(extra, 0, sizeof(extra));
	for (i = 0; i < 3; i++) {
		snprintf(
		    names[i], sizeof(names[i]), "%s%s", prefix, members[i]);
		extra[i].path = path;
		extra[i].field = names[i];
		extra[i].op = SAVE_SET;
		extra[i].value = json_get(actor, members[i]);
	}
	rc = fields_save(s, &req, path, prefix, fields, extra, 3, ret, e);
out:
	cJSON_Delete(actor);
	cJSON_Delete(fields);
	return rc;
}

int
review_comment(struct store *s, const struct ask *a, const char *office,
    const char *item, const char *text, cJSON **ret, struct err *e)
{
	int hall = store_conf(s)->role == ROLE_HALL, year = 0, rc;
	const struct edition_item *it = NULL;
	const struct edition *ed = NULL;
	struct asof now = { 0 };
	struct branch *b = NULL;
	char path[PATH_LEN];

	if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
		return err_set(
		    e, ERR_INVALID, 0, "a comment must say something");
	if ((rc = store_cycle(s, office, a->year, &year, &ed, e)) < 0 ||
	    (rc = edition_find_item(ed, item, &it, e)) < 0 ||
	    (rc = signoff_may(
		 s, office, year, SIGNOFF_DO_COMMENT, a->reason, e)) < 0 ||
	    (rc = store_own_branch(s, office, &b, e)) < 0)
		return rc;
	if (hall)
		review_path(year, it->id, path);
	else
		snprintf(
		    path, sizeof(path), "%d/comments/%.7s.json", year, it->id);
	if ((rc = asof_record(s, b, path, ASOF_NOW, &now, e)) == 0)
		rc = save_comment(s, a, office, path,
		    json_get(now.rec, "comments"), text, ret, e);
	asof_release(&now);
	return rc;
}
