#include "store/hall/announce.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/db/mark.h"
#include "store/hall/newest.h"
#include "store/hall/publish.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/shortname.h"

#define DIR_NAME "announcements"
#define MARK "announcements_read"
#define PATH_LEN 104
#define ID_LEN 72
#define OVERHEAD 600 /* bytes of one beside its text */
#define PREFIX 'n'
#define LETTER 'h'

static int
is_hall(const struct store *s)
{
	return store_conf(s)->role != ROLE_OFFICE;
}

static void
path_of(const char *id, char ret[PATH_LEN])
{
	snprintf(ret, PATH_LEN, DIR_NAME "/%s.json", id);
}

static void
id_of(const char *path, char ret[ID_LEN])
{
	const char *base = path + strlen(DIR_NAME "/");

	snprintf(ret, ID_LEN, "%.*s", (int)strlen(base) - (int)strlen(".json"),
	    base);
}

typedef int each_announcement(
    void *arg, const char *path, const cJSON *rec, struct err *e);

static int
each_of_all(struct store *s, each_announcement *each, void *arg, struct err *e)
{
	struct branch *hall = NULL;
	int rc;

	if (is_hall(s))
		return publish_each(s, DIR_NAME, each, arg, e);
	if ((rc = store_branch(s, "", "hall", &hall, e)) < 0)
		return rc;
	return asof_each(s, hall, DIR_NAME, each, arg, e);
}

/* --- what is here --- */

struct listing {
	struct store *s;
	cJSON *list;
	cJSON *read; /* names of those that were read; NULL: none */
	char today[CLOCK_TEXT];
};

static int
listing_init(struct listing *l, struct store *s, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->s = s;
	clock_rfc3339(l->today, clock_now(), store_conf(s)->offset_min);
	l->today[10] = '\0';
	if ((l->list = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	return is_hall(s) ? 0 : mark_get(store_db(s), MARK, &l->read, e);
}

static void
listing_release(struct listing *l)
{
	cJSON_Delete(l->list);
	cJSON_Delete(l->read);
}

static int
fill_listed(const struct listing *l, cJSON *one, const char *path,
    const cJSON *rec, struct err *e)
{
	static const char *const members[] = { "title", "text", "until", "time",
		"login", "name" };
	const char *until = json_str(rec, "until");
	char id[ID_LEN];
	size_t i;
	int rc;

	id_of(path, id);
	if ((rc = json_put_str(one, "id", id, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if ((rc = json_put_str(
			 one, members[i], json_str(rec, members[i]), e)) < 0)
			return rc;
	/* days compare as texts */
	if ((rc = json_put_bool(one, "over",
		 until != NULL && strcmp(until, l->today) < 0, e)) < 0)
		return rc;
	return json_put_bool(
	    one, "read", is_hall(l->s) || json_bool(l->read, id, 0), e);
}

static int
list_one(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	struct listing *l = arg;
	cJSON *one = cJSON_CreateObject();
	int rc = fill_listed(l, one, path, rec, e);

	if (rc < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(l->list, one, e);
}

int
announce_list(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *sorted = cJSON_CreateArray();
	struct listing l;
	int rc;

	if ((rc = json_put(out, "announcements", sorted, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	if ((rc = listing_init(&l, s, e)) == 0 &&
	    (rc = each_of_all(s, list_one, &l, e)) == 0 &&
	    (rc = newest_first(l.list, OVERHEAD, sorted, e)) == 0)
		rc = json_put_bool(out, "more", l.list->child != NULL, e);
	listing_release(&l);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

static int
push_unread(cJSON *list, const cJSON *one, struct err *e)
{
	cJSON *short_ = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(short_, "id", json_str(one, "id"), e)) < 0 ||
	    (rc = json_put_str(short_, "title", json_str(one, "title"), e)) <
		0 ||
	    (rc = json_put_str(short_, "until", json_str(one, "until"), e)) <
		0) {
		cJSON_Delete(short_);
		return rc;
	}
	return json_push(list, short_, e);
}

int
announce_unread(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateArray();
	struct listing l = { .s = s };
	const cJSON *one;
	int rc = out != NULL ? 0 : err_nomem(e);

	if (rc == 0 && !is_hall(s)) {
		if ((rc = listing_init(&l, s, e)) == 0)
			rc = each_of_all(s, list_one, &l, e);
		cJSON_ArrayForEach (one, l.list) {
			if (rc < 0)
				break;
			if (!json_bool(one, "read", 0) &&
			    !json_bool(one, "over", 0))
				rc = push_unread(out, one, e);
		}
		listing_release(&l);
	}
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

int
announce_read(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *read = cJSON_CreateObject();
	struct listing l = { .s = s };
	const cJSON *one;
	int64_t n = 0;
	int rc;

	if ((rc = listing_init(&l, s, e)) == 0)
		rc = each_of_all(s, list_one, &l, e);
	cJSON_ArrayForEach (one, l.list) {
		if (rc < 0)
			break;
		n += !json_bool(one, "read", 0);
		/* what was withdrawn meanwhile falls out of the mark */
		rc = json_put_bool(read, json_str(one, "id"), 1, e);
	}
	if (rc == 0 && n > 0)
		rc = mark_set(store_db(s), MARK, read, e);
	if (rc == 0)
		rc = json_put_int(out, "read", n, e);
	listing_release(&l);
	cJSON_Delete(read);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

/* --- the hall's --- */

static int
only_hall(const struct store *s, struct err *e)
{
	if (is_hall(s))
		return 0;
	return err_set(
	    e, ERR_USAGE, 0, "this is an office: only a hall announces");
}

struct naming {
	struct store *s;
	cJSON *ids; /* an object: its keys are the names in use */
};

static int
note_file(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	struct naming *n = arg;
	char id[ID_LEN];

	(void)rec;
	id_of(path, id);
	return json_put_bool(n->ids, id, 1, e);
}

/* Names that offices ever saw: a withdrawn one never means another. */
static int
note_published(void *arg, const char *office, struct err *e)
{
	struct naming *n = arg;
	struct db *db = store_db(n->s);
	struct branch *hall = NULL;
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = store_branch(n->s, office, "hall", &hall, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND"
	    " path > 'announcements/' AND path < 'announcements0'",
	    "i", hall->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = note_file(
		    n, (const char *)sqlite3_column_text(st, 0), NULL, e);
	db_reset(st);
	return rc;
}

static int
choose_id(struct store *s, char ret[24], struct err *e)
{
	struct naming n = { s, cJSON_CreateObject() };
	int rc = n.ids != NULL ? 0 : err_nomem(e);

	if (rc == 0 &&
	    (rc = publish_each(s, DIR_NAME, note_file, &n, e)) == 0 &&
	    (rc = store_each_office(s, note_published, &n, e)) == 0)
		shortname_next(n.ids, PREFIX, LETTER, ret);
	cJSON_Delete(n.ids);
	return rc;
}

static int
put_nfc(cJSON *rec, const char *key, const char *text, struct err *e)
{
	char *nfc = NULL;
	int rc;

	if (text == NULL || text[0] == '\0')
		return 0;
	if ((rc = text_nfc(text, strlen(text), &nfc, e)) == 0)
		rc = json_put_str(rec, key, nfc, e);
	free(nfc);
	return rc;
}

static int
fill_record(struct store *s, const struct ask *a, const char *title,
    const char *text, const char *until, cJSON *rec, struct err *e)
{
	char now[CLOCK_TEXT];
	int rc;

	clock_rfc3339(now, clock_now(), store_conf(s)->offset_min);
	if ((rc = put_nfc(rec, "title", title, e)) < 0 ||
	    (rc = put_nfc(rec, "text", text, e)) < 0 ||
	    (until != NULL && until[0] != '\0' &&
		(rc = json_put_str(rec, "until", until, e)) < 0) ||
	    (rc = json_put_str(rec, "time", now, e)) < 0 ||
	    (rc = json_put_str(rec, "login", a->person->login, e)) < 0)
		return rc;
	return json_put_str(rec, "name",
	    a->person->name[0] != '\0' ? a->person->name : a->person->login, e);
}

/* Writes or removes the file and brings it to every office:
 * {"id","published"} */
static int
publish_one(struct store *s, const struct ask *a, const char *id,
    const cJSON *rec, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *published = NULL;
	char path[PATH_LEN];
	int rc;

	path_of(id, path);
	if ((rc = publish_put(s, path, rec, e)) == 0 &&
	    (rc = publish_all(s, a->person, NULL, a->reason, &published, e)) ==
		0 &&
	    (rc = json_put(out, "published", published, e)) == 0)
		rc = json_put_str(out, "id", id, e);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

int
announce_add(struct store *s, const struct ask *a, const char *title,
    const char *text, const char *until, cJSON **ret, struct err *e)
{
	cJSON *rec = NULL;
	char id[24];
	int rc;

	if ((rc = only_hall(s, e)) < 0)
		return rc;
	if (title == NULL || title[0] == '\0')
		return err_set(
		    e, ERR_INVALID, 0, "an announcement needs a title");
	if ((rec = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = fill_record(s, a, title, text, until, rec, e)) == 0 &&
	    (rc = choose_id(s, id, e)) == 0)
		rc = publish_one(s, a, id, rec, ret, e);
	cJSON_Delete(rec);
	return rc;
}

int
announce_withdraw(struct store *s, const struct ask *a, const char *id,
    cJSON **ret, struct err *e)
{
	char path[PATH_LEN];
	cJSON *rec = NULL;
	int rc;

	if ((rc = only_hall(s, e)) < 0)
		return rc;
	if (!record_is_id(id))
		return err_set(e, ERR_INVALID, 0,
		    "'%.70s' is not the name of an announcement", id);
	path_of(id, path);
	rc = publish_get(s, path, &rec, e);
	cJSON_Delete(rec);
	if (rc == ERR_NOT_FOUND) {
		rc = err_set(
		    e, ERR_NOT_FOUND, 0, "there is no announcement '%s'", id);
		err_hint(e, "they are listed by: pmqa announcements");
	}
	return rc < 0 ? rc : publish_one(s, a, id, NULL, ret, e);
}
