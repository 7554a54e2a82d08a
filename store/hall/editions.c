#include "store/hall/editions.h"

#include "store/hall/publish.h"
#include "store/hall/wording.h"
#include "store/look/asof.h"
#include "store/record/canon.h"
#include "store/state.h"

#define PATH_LEN 96
#define HEX_LEN 41

const char *
editions_here(const struct store *s)
{
	return store_conf(s)->role != ROLE_OFFICE ? NULL : "";
}

int
editions_find(struct store *s, const char *office, const char *id,
    const struct edition **ret, unsigned char ret_blob[20], struct err *e)
{
	struct buf bytes = BUF_INIT;
	const struct edition *ed = NULL;
	int rc;

	if (office != NULL)
		return store_edition(s, office, id, NULL, ret, ret_blob, e);
	if ((rc = shelf_read_file(s, id, NULL, &bytes, e)) == 0)
		rc = shelf_edition(s, &bytes, &ed, ret_blob, e);
	buf_release(&bytes);
	if (rc < 0)
		return rc;
	if (strcmp(edition_id(ed), id) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "the edition '%s' calls itself '%s'", id, edition_id(ed));
	*ret = ed;
	return 0;
}

int
editions_publish(
    struct store *s, const struct ask *a, cJSON **ret, struct err *e)
{
	if (store_conf(s)->role == ROLE_HALL)
		return publish_all(s, a->person, NULL, a->reason, ret, e);
	*ret = cJSON_CreateArray();
	return *ret != NULL ? 0 : err_nomem(e);
}

/* --- which years use what --- */

struct pin {
	int year;
	const char *id, *blob;
};

/* Calls each() for every assessment there is: of one office (its code), or with
 * NULL of all. */
static int
each_pin(struct store *s, const char *office,
    int (*each)(void *arg, const struct pin *pin, struct err *e), void *arg,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	const char *path;
	cJSON *rec;
	struct pin pin;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.path, r.bytes FROM branch b JOIN record r"
	    " ON r.branch = b.id WHERE b.name = 'office'"
	    " AND (?1 = '' OR b.office = ?1) AND r.path > '2' AND r.path < '3'"
	    " AND r.path GLOB '*/assessment.json' AND r.bytes IS NOT NULL",
	    "s", office != NULL ? office : "");
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		path = (const char *)sqlite3_column_text(st, 0);
		rec = NULL;
		rc = asof_parse(sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), path, &rec, e);
		if (rc < 0)
			break;
		pin.year = (int)strtol(path, NULL, 10);
		pin.id = json_str(json_get(rec, "edition"), "id");
		pin.blob = json_str(json_get(rec, "edition"), "blob");
		if (pin.id != NULL && pin.blob != NULL)
			rc = each(arg, &pin, e);
		cJSON_Delete(rec);
		if (rc < 0)
			break;
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* --- the list --- */

struct listing {
	struct store *s;
	const char *office;
	cJSON *list;
};

static cJSON *
find_listed(const struct listing *l, const char *id)
{
	cJSON *c;

	cJSON_ArrayForEach (c, l->list) {
		if (strcmp(json_str(c, "id"), id) == 0)
			return c;
	}
	return NULL;
}

/* Into its place by id, with what every entry has. */
static int
insert(struct listing *l, cJSON *obj, const char *id, const char *from,
    struct err *e)
{
	const cJSON *c;
	int rc, at = 0;

	if ((rc = json_put_str(obj, "id", id, e)) < 0 ||
	    (rc = json_put_str(obj, "from", from, e)) < 0 ||
	    (rc = json_put(obj, "years", cJSON_CreateArray(), e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, l->list) {
		at += strcmp(json_str(c, "id"), id) < 0;
	}
	return cJSON_InsertItemInArray(l->list, at, obj) ? 0 : err_nomem(e);
}

static int
describe(struct listing *l, const struct edition *ed,
    const unsigned char blob[20], cJSON *obj, struct err *e)
{
	const cJSON *json = edition_json(ed);
	cJSON *texts = NULL;
	char hex[HEX_LEN];
	int rc;

	commit_hex(blob, hex);
	if ((rc = json_put_str(
		 obj, "title_th", json_str(json, "title_th"), e)) < 0 ||
	    (rc = json_put_str(
		 obj, "title_en", json_str(json, "title_en"), e)) < 0 ||
	    (rc = json_put_str(obj, "blob", hex, e)) < 0 ||
	    (rc = wording_read(l->s, l->office, edition_id(ed), &texts, e)) < 0)
		return rc;
	rc = json_put_int(obj, "wording", cJSON_GetArraySize(texts), e);
	cJSON_Delete(texts);
	return rc;
}

/* What is wrong with a file is part of the list: the others are still good. */
static int
describe_fault(cJSON *obj, const struct err *fault, struct err *e)
{
	int rc = json_put_str(obj, "fault", fault->msg, e);

	return rc < 0 ? rc : json_put_str(obj, "fault_th", fault->th, e);
}

/* *ret_is: the directory's own file has the very bytes of the shipped one. */
static int
is_shipped(struct store *s, const char *id, const unsigned char blob[20],
    int *ret_is, struct err *e)
{
	struct buf bytes = BUF_INIT;
	unsigned char found[20];
	int rc = shelf_read_shipped(s, id, &bytes, e);

	*ret_is = 0;
	if (rc == 0 &&
	    (rc = store_blob_id(bytes.data, bytes.len, found, e)) == 0)
		*ret_is = memcmp(found, blob, sizeof(found)) == 0;
	buf_release(&bytes);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
add_listed(struct listing *l, const char *id, const char *from, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	const struct edition *ed = NULL;
	unsigned char blob[20];
	struct err fault;
	int shipped = 0, rc;

	rc = editions_find(l->s, l->office, id, &ed, blob, &fault);
	if (rc == ERR_NOMEM || rc == ERR_SYS) {
		if (e != NULL)
			*e = fault;
		goto out;
	}
	if (rc < 0) {
		rc = describe_fault(obj, &fault, e);
	} else if ((rc = is_shipped(l->s, id, blob, &shipped, e)) == 0) {
		if (shipped && strcmp(from, "own") == 0)
			from = "shipped";
		rc = describe(l, ed, blob, obj, e);
	}
	if (rc < 0 || (rc = insert(l, obj, id, from, e)) < 0)
		goto out;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

/* What the hall published into the office's repository. */
static int
list_published(struct listing *l, struct err *e)
{
	struct branch *hall = NULL;
	struct db *db = store_db(l->s);
	sqlite3_stmt *st = NULL;
	const char *path;
	char id[72];
	int rc;

	if ((rc = store_branch(l->s, l->office, "hall", &hall, e)) < 0 ||
	    (rc = db_stmt(db, &st, e,
		 "SELECT path FROM record WHERE branch = ?1 AND"
		 " path > 'editions/' AND path < 'editions0'"
		 " AND bytes IS NOT NULL ORDER BY path",
		 "i", hall->id)) < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		path = (const char *)sqlite3_column_text(st, 0);
		snprintf(id, sizeof(id), "%.*s",
		    (int)(strlen(path) - strlen("editions/.json")),
		    path + strlen("editions/"));
		if ((rc = add_listed(l, id, "hall", e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

static int
on_file(void *arg, const char *id, int shipped, struct err *e)
{
	struct listing *l = arg;

	if (find_listed(l, id) != NULL)
		return 0;
	return add_listed(l, id, shipped ? "shipped" : "own", e);
}

static int
on_year(void *arg, const struct pin *pin, struct err *e)
{
	struct listing *l = arg;
	cJSON *years = json_get(find_listed(l, pin->id), "years"), *n;
	const cJSON *c;
	int at = 0;

	if (years == NULL)
		return 0; /* a pinned edition that is nowhere else any more */
	cJSON_ArrayForEach (c, years) {
		if (c->valueint == pin->year)
			return 0;
		at += c->valueint < pin->year;
	}
	if ((n = cJSON_CreateNumber(pin->year)) == NULL ||
	    !cJSON_InsertItemInArray(years, at, n)) {
		cJSON_Delete(n);
		return err_nomem(e);
	}
	return 0;
}

static int
put_newest(struct listing *l, cJSON *out, struct err *e)
{
	char id[72] = "";
	int rc = l->office != NULL
		     ? store_newest_edition(l->s, l->office, id, e)
		     : shelf_newest(l->s, id, e);

	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	return json_put_str(out, "newest", id[0] != '\0' ? id : NULL, e);
}

static int
list_all(struct listing *l, cJSON *out, struct err *e)
{
	struct branch *b = NULL;
	int rc;

	l->list = cJSON_CreateArray();
	if ((rc = json_put(out, "editions", l->list, e)) < 0)
		return rc;
	if (l->office != NULL &&
	    ((rc = store_branch(l->s, l->office, "office", &b, e)) < 0 ||
		(rc = list_published(l, e)) < 0))
		return rc;
	if ((rc = shelf_each(l->s, on_file, l, e)) < 0 ||
	    (rc = each_pin(l->s, b != NULL ? b->office : NULL, on_year, l, e)) <
		0)
		return rc;
	return put_newest(l, out, e);
}

int
editions_list(struct store *s, const char *office, cJSON **ret, struct err *e)
{
	struct listing l = { s, office, NULL };
	cJSON *out = cJSON_CreateObject();
	int began, rc;

	if (out == NULL)
		return err_nomem(e);
	if ((rc = asof_begin(s, &began, e)) == 0) {
		rc = list_all(&l, out, e);
		rc = asof_end(s, began, rc, e);
	}
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
editions_export(struct store *s, const char *office, const char *id,
    cJSON **ret, struct err *e)
{
	const struct edition *ed = NULL;
	cJSON *out = NULL, *texts = NULL;
	int rc;

	if ((rc = editions_find(s, office, id, &ed, NULL, e)) < 0 ||
	    (rc = wording_read(s, office, id, &texts, e)) < 0)
		return rc;
	out = cJSON_CreateObject();
	rc = json_put(out, "edition", cJSON_Duplicate(edition_json(ed), 1), e);
	if (rc < 0)
		cJSON_Delete(texts);
	else
		rc = json_put(out, "wording", texts, e);
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- taking in --- */

struct wanted {
	const char *id;
	char hex[HEX_LEN];
	unsigned char blob[20];
};

static int
another_id(struct err *e)
{
	err_hint(e, "an edition never changes, as assessments are answered "
		    "against it: give the new one another id");
	return ERR_CONFLICT;
}

static int
on_pin(void *arg, const struct pin *pin, struct err *e)
{
	const struct wanted *w = arg;

	if (strcmp(pin->id, w->id) != 0 || strcmp(pin->blob, w->hex) == 0)
		return 0;
	err_set(e, ERR_CONFLICT, 0,
	    "the assessment of %d uses an edition '%s' with other content",
	    pin->year, w->id);
	return another_id(e);
}

static int
check_published(struct store *s, const struct wanted *w, struct err *e)
{
	char path[PATH_LEN];
	int64_t n;
	int rc;

	snprintf(path, sizeof(path), "editions/%.72s.json", w->id);
	rc = db_one_int(store_db(s), &n, e,
	    "SELECT count(*) FROM branch b JOIN record r ON r.branch = b.id"
	    " WHERE b.name = 'hall' AND r.path = ?1 AND r.blob IS NOT NULL"
	    " AND r.blob <> ?2",
	    "sb", path, w->blob, sizeof(w->blob));
	if (rc < 0 || n == 0)
		return rc;
	err_set(e, ERR_CONFLICT, 0,
	    "an edition '%s' with other content is published", w->id);
	return another_id(e);
}

static int
check_shipped(struct store *s, const struct wanted *w, struct err *e)
{
	struct buf bytes = BUF_INIT;
	unsigned char found[20];
	int rc = shelf_read_shipped(s, w->id, &bytes, e);

	if (rc == 0)
		rc = store_blob_id(bytes.data, bytes.len, found, e);
	if (rc == 0 && memcmp(found, w->blob, sizeof(found)) != 0) {
		err_set(e, ERR_CONFLICT, 0,
		    "an edition '%s' with other content comes with this "
		    "program",
		    w->id);
		rc = another_id(e);
	}
	buf_release(&bytes);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
make_wanted(const cJSON *edition, struct wanted *ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc;

	if ((rc = edition_check(edition, e)) < 0) {
		err_hint(e, "see all that is wrong with it: pmqa edition "
			    "validate FILE");
		return rc;
	}
	ret->id = json_str(edition, "id");
	if ((rc = canon_write(edition, &bytes, e)) == 0 &&
	    (rc = store_blob_id(bytes.data, bytes.len, ret->blob, e)) == 0)
		commit_hex(ret->blob, ret->hex);
	buf_release(&bytes);
	return rc;
}

/* The hall would refuse assessments against an edition that it did not publish.
 */
static int
check_own(const struct store *s, struct err *e)
{
	const struct conf *c = store_conf(s);

	if (c->role == ROLE_HALL || !c->enrolled)
		return 0;
	err_set(e, ERR_DENIED, 0,
	    "this office has joined the hall %s, which publishes the editions",
	    c->hall_code);
	err_hint(
	    e, "give the file to the hall; it comes here with 'pmqa sync'");
	return ERR_DENIED;
}

int
editions_import(struct store *s, const struct ask *a, const cJSON *edition,
    cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *published = NULL;
	struct wanted w;
	char path[PATH_LEN];
	int rc;

	if ((rc = check_own(s, e)) < 0 ||
	    (rc = make_wanted(edition, &w, e)) < 0 ||
	    (rc = check_shipped(s, &w, e)) < 0 ||
	    (rc = check_published(s, &w, e)) < 0 ||
	    (rc = each_pin(s, NULL, on_pin, &w, e)) < 0)
		goto out;
	snprintf(path, sizeof(path), "editions/%.72s.json", w.id);
	if ((rc = publish_put(s, path, edition, e)) < 0 ||
	    (rc = editions_publish(s, a, &published, e)) < 0 ||
	    (rc = json_put(out, "published", published, e)) < 0 ||
	    (rc = json_put_str(out, "id", w.id, e)) < 0 ||
	    (rc = json_put_str(out, "blob", w.hex, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}
