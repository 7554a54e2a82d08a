#include "store/hall/practice.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/hall/ministry.h"
#include "store/hall/newest.h"
#include "store/hall/publish.h"
#include "store/hall/registry.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/shortname.h"

#define PATH_LEN 104
#define TITLE_MAX 300 /* bytes: the field's own limit */
#define CUT "…"
#define OVERHEAD 1000 /* bytes of one beside its text */
#define PREFIX 'g'
#define LETTER 'h'

/* A ministry is as a hall here: it shows those of all its provinces. */
static int
is_hall(const struct store *s)
{
	return store_conf(s)->role != ROLE_OFFICE;
}

static void
practice_path(const char *id, char ret[PATH_LEN])
{
	snprintf(ret, PATH_LEN, "practices/%s.json", id);
}

/* "practices/gh1.json" to "gh1" */
static void
practice_id(const char *path, char ret[72])
{
	const char *base = path + strlen("practices/");

	snprintf(
	    ret, 72, "%.*s", (int)strlen(base) - (int)strlen(".json"), base);
}

/* --- all of them --- */

/* Calls each() for every practice that is here: a hall has files, an office
 * what its hall published. */
typedef int each_practice(
    void *arg, const char *path, const cJSON *rec, struct err *e);

static int
each_record(struct store *s, each_practice *each, void *arg, struct err *e)
{
	struct branch *hall = NULL;
	int rc;

	if ((rc = store_branch(s, "", "hall", &hall, e)) < 0)
		return rc;
	return asof_each(s, hall, "practices", each, arg, e);
}

static int
each_of_all(struct store *s, each_practice *each, void *arg, struct err *e)
{
	if (store_conf(s)->role == ROLE_MINISTRY)
		return ministry_each_shared(s, "practices", each, arg, e);
	return is_hall(s) ? publish_each(s, "practices", each, arg, e)
			  : each_record(s, each, arg, e);
}

/* --- list --- */

struct listing {
	cJSON *list;
	char *folded; /* words that must be in it, or NULL */
	const char *item;
};

/* 1 if every word stands in the title, the text or the office's name. */
static int
answers(const struct listing *l, const cJSON *rec, struct err *e)
{
	const char *name = json_str(json_get(rec, "office"), "name");
	struct buf all = BUF_INIT;
	char *folded = NULL, *words = NULL, *word, *save = NULL;
	int rc, yes = 1;

	buf_printf(&all, "%s\n%s\n%s", json_str(rec, "title"),
	    json_str(rec, "text"), name != NULL ? name : "");
	if ((rc = buf_ok(&all, e)) < 0 ||
	    (rc = text_fold(buf_str(&all), all.len, &folded, e)) < 0)
		goto out;
	if ((words = strdup(l->folded)) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (word = strtok_r(words, " \t\n", &save); word != NULL;
	     word = strtok_r(NULL, " \t\n", &save))
		yes &= strstr(folded, word) != NULL;
out:
	free(words);
	free(folded);
	buf_release(&all);
	return rc < 0 ? rc : yes;
}

static int
fill_listed(cJSON *one, const char *path, const cJSON *rec, struct err *e)
{
	char id[72];
	int rc;

	practice_id(path, id);
	if ((rc = json_put_str(one, "id", id, e)) < 0 ||
	    (rc = json_put_str(one, "title", json_str(rec, "title"), e)) < 0 ||
	    (rc = json_put_str(one, "text", json_str(rec, "text"), e)) < 0 ||
	    (rc = json_put(one, "office",
		 cJSON_Duplicate(json_get(rec, "office"), 1), e)) < 0 ||
	    (rc = json_put_int(one, "year", json_int(rec, "year", 0), e)) < 0 ||
	    (rc = json_put_str(one, "item", json_str(rec, "item"), e)) < 0)
		return rc;
	return json_put_str(one, "time", json_str(rec, "time"), e);
}

static int
list_one(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	struct listing *l = arg;
	const char *item = json_str(rec, "item");
	cJSON *one;
	int rc;

	if (l->item != NULL && (item == NULL || strcmp(item, l->item) != 0))
		return 0;
	if (l->folded != NULL && (rc = answers(l, rec, e)) <= 0)
		return rc;
	one = cJSON_CreateObject();
	if ((rc = fill_listed(one, path, rec, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(l->list, one, e);
}

int
practice_list(struct store *s, const char *text, const char *item, cJSON **ret,
    struct err *e)
{
	struct listing l = { .item = item };
	cJSON *out = cJSON_CreateObject(), *sorted = cJSON_CreateArray();
	int rc = json_put(out, "practices", sorted, e);

	l.list = cJSON_CreateArray();
	if (rc == 0 && l.list == NULL)
		rc = err_nomem(e);
	if (rc == 0 && text != NULL)
		rc = text_fold(text, strlen(text), &l.folded, e);
	if (rc == 0)
		rc = each_of_all(s, list_one, &l, e);
	if (rc == 0)
		rc = newest_first(l.list, OVERHEAD, sorted, e);
	if (rc == 0)
		rc = json_put_bool(out, "more", l.list->child != NULL, e);
	free(l.folded);
	cJSON_Delete(l.list);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

/* --- share --- */

struct sharing {
	struct store *s;
	const char *office;
	int year;
	const char *item;
	char found[72];            /* shared before under this name; "" = not */
	char title[TITLE_MAX + 1]; /* ... and this title */
	cJSON *ids; /* an object: its keys are the names in use */
};

static int
note_practice(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	struct sharing *sh = arg;
	const char *office = json_str(json_get(rec, "office"), "code");
	const char *item = json_str(rec, "item");
	char id[72];

	practice_id(path, id);
	if (office != NULL && item != NULL && strcmp(office, sh->office) == 0 &&
	    strcmp(item, sh->item) == 0 &&
	    json_int(rec, "year", 0) == sh->year) {
		const char *title = json_str(rec, "title");

		snprintf(sh->found, sizeof(sh->found), "%s", id);
		snprintf(sh->title, sizeof(sh->title), "%s",
		    title != NULL ? title : "");
	}
	return json_put_bool(sh->ids, id, 1, e);
}

/* Names that offices ever saw: a withdrawn one never means another practice. */
static int
note_ever_published(void *arg, const char *office, struct err *e)
{
	struct sharing *sh = arg;
	struct db *db = store_db(sh->s);
	struct branch *hall = NULL;
	sqlite3_stmt *st = NULL;
	char id[72];
	int rc;

	if ((rc = store_branch(sh->s, office, "hall", &hall, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND"
	    " path > 'practices/' AND path < 'practices0'",
	    "i", hall->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		practice_id((const char *)sqlite3_column_text(st, 0), id);
		rc = json_put_bool(sh->ids, id, 1, e);
	}
	db_reset(st);
	return rc;
}

/* The name under which it is shared: its own, if it is already. */
static int
choose_id(struct sharing *sh, char ret[72], struct err *e)
{
	char next[24];
	int rc;

	if ((sh->ids = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = publish_each(sh->s, "practices", note_practice, sh, e)) ==
		0 &&
	    (rc = store_each_office(sh->s, note_ever_published, sh, e)) == 0) {
		shortname_next(sh->ids, PREFIX, LETTER, next);
		snprintf(
		    ret, 72, "%s", sh->found[0] != '\0' ? sh->found : next);
	}
	cJSON_Delete(sh->ids);
	sh->ids = NULL;
	return rc;
}

/* What a person gave is theirs; an item's title is cut to what the field holds,
 * between two characters. */
static int
put_title(cJSON *rec, const char *given, const char *title, struct err *e)
{
	char cut[TITLE_MAX + 1], *nfc = NULL;
	size_t len = strlen(title), n = 0, next;
	size_t room = len > TITLE_MAX ? TITLE_MAX - strlen(CUT) : TITLE_MAX;
	int rc;

	if (given != NULL && given[0] != '\0') {
		if ((rc = text_nfc(given, strlen(given), &nfc, e)) == 0)
			rc = json_put_str(rec, "title", nfc, e);
		free(nfc);
		return rc;
	}

	while (n < len) {
		next = n + text_cluster(title + n, len - n);
		if (next > room)
			break;
		n = next;
	}
	while (n < len && n > 0 && title[n - 1] == ' ')
		n--;
	snprintf(cut, sizeof(cut), "%.*s%s", (int)n, title, n < len ? CUT : "");
	return json_put_str(rec, "title", cut, e);
}

static int
put_office(struct store *s, const char *office, cJSON *rec, struct err *e)
{
	cJSON *registry = NULL, *who = cJSON_CreateObject();
	const char *name;
	int rc;

	if ((rc = json_put(rec, "office", who, e)) < 0 ||
	    (rc = json_put_str(who, "code", office, e)) < 0 ||
	    (rc = registry_read(s, office, &registry, e)) < 0)
		return rc;
	name = json_str(json_get(registry, "office"), "name");
	rc = json_put_str(who, "name", name != NULL ? name : office, e);
	cJSON_Delete(registry);
	return rc;
}

static int
fill_record(const struct sharing *sh, const struct ask *a, const char *title,
    const struct edition_item *it, const char *text, cJSON *rec, struct err *e)
{
	char now[CLOCK_TEXT];
	int rc;

	clock_rfc3339(now, clock_now(), store_conf(sh->s)->offset_min);
	if ((rc = put_title(rec, title, it->title_th, e)) < 0 ||
	    (rc = put_office(sh->s, sh->office, rec, e)) < 0 ||
	    (rc = json_put_str(rec, "text", text, e)) < 0 ||
	    (rc = json_put_int(rec, "year", sh->year, e)) < 0 ||
	    (rc = json_put_str(rec, "item", sh->item, e)) < 0 ||
	    (rc = json_put_str(rec, "time", now, e)) < 0 ||
	    (rc = json_put_str(rec, "login", a->person->login, e)) < 0)
		return rc;
	return json_put_str(rec, "name",
	    a->person->name[0] != '\0' ? a->person->name : a->person->login, e);
}

static int
no_practice(const struct sharing *sh, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0,
	    "office %s has described no good practice in item %s of %d",
	    sh->office, sh->item, sh->year);
	err_hint(e, "the office writes it: pmqa set %s good_practice.text=...",
	    sh->item);
	return ERR_NOT_FOUND;
}

/* The practice as a record, from the answer as it is now. */
static int
make_record(struct sharing *sh, const struct ask *a, const char *title,
    cJSON **ret, struct err *e)
{
	const struct edition *ed = NULL;
	const struct edition_item *it = NULL;
	struct branch *b = NULL;
	struct asof answer = { 0 };
	char path[PATH_LEN];
	const char *text;
	cJSON *rec;
	int rc;

	if ((rc = store_branch(sh->s, sh->office, "office", &b, e)) < 0 ||
	    (rc = store_cycle(sh->s, sh->office, a->year, &sh->year, &ed, e)) <
		0 ||
	    (rc = edition_find_item(ed, sh->item, &it, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "%d/items/%s.json", sh->year, it->id);
	if ((rc = asof_record(sh->s, b, path, ASOF_NOW, &answer, e)) < 0)
		return rc;
	text = json_str(json_get(answer.rec, "good_practice"), "text");
	if (text == NULL) {
		rc = no_practice(sh, e);
	} else {
		rec = cJSON_CreateObject();
		rc = fill_record(sh, a, title, it, text, rec, e);
		if (rc == 0)
			rc = json_put_str(rec, "edition", edition_id(ed), e);
		if (rc < 0)
			cJSON_Delete(rec);
		else
			*ret = rec;
	}
	asof_release(&answer);
	return rc;
}

static int
only_hall(const struct store *s, struct err *e)
{
	if (is_hall(s))
		return 0;
	return err_set(e, ERR_USAGE, 0,
	    "this is an office: only a hall shares good practices");
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

	practice_path(id, path);
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

/* Shared again without a title: the one that it had stays. */
static int
keep_title(
    const struct sharing *sh, const char *given, cJSON *rec, struct err *e)
{
	if (sh->title[0] == '\0' || (given != NULL && given[0] != '\0'))
		return 0;
	cJSON_DeleteItemFromObjectCaseSensitive(rec, "title");
	return json_put_str(rec, "title", sh->title, e);
}

int
practice_share(struct store *s, const struct ask *a, const char *office,
    const char *item, const char *title, cJSON **ret, struct err *e)
{
	struct sharing sh = { .s = s, .office = office, .item = item };
	cJSON *rec = NULL;
	char id[72];
	int rc;

	if ((rc = only_hall(s, e)) < 0)
		return rc;
	if ((rc = make_record(&sh, a, title, &rec, e)) == 0 &&
	    (rc = choose_id(&sh, id, e)) == 0 &&
	    (rc = keep_title(&sh, title, rec, e)) == 0)
		rc = publish_one(s, a, id, rec, ret, e);
	cJSON_Delete(rec);
	return rc;
}

int
practice_withdraw(struct store *s, const struct ask *a, const char *id,
    cJSON **ret, struct err *e)
{
	char path[PATH_LEN];
	cJSON *rec = NULL;
	int rc;

	if ((rc = only_hall(s, e)) < 0)
		return rc;
	if (!record_is_id(id))
		return err_set(
		    e, ERR_INVALID, 0, "'%.70s' is not a practice's name", id);
	practice_path(id, path);
	rc = publish_get(s, path, &rec, e);
	cJSON_Delete(rec);
	if (rc == ERR_NOT_FOUND) {
		rc = err_set(
		    e, ERR_NOT_FOUND, 0, "there is no practice '%s'", id);
		err_hint(e, "they are listed by: pmqa practices");
	}
	return rc < 0 ? rc : publish_one(s, a, id, NULL, ret, e);
}
