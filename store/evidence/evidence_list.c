/* evidence_list() of evidence.h: the links of a year, and what is known of
 * each file. */
#include "base/clock.h"
#include "store/evidence/evidence_state.h"
#include "store/record/canon.h"
#include "store/record/record.h"

struct listing {
	struct store *store;
	const char *office;
	struct evidence_repo *repo; /* NULL: nothing is here */
	struct evidence_rec rec;
	cJSON *list;
};

static int
put_confirmed(struct listing *l, const char *sha, cJSON *obj, struct err *e)
{
	struct db *db = store_db(l->store);
	sqlite3_stmt *st = NULL;
	char time[CLOCK_TEXT] = "";
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT confirmed, offset_min FROM evidence_file"
	    " WHERE office = ?1 AND sha = ?2 AND confirmed IS NOT NULL",
	    "ss", l->office, sha);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0)
		clock_rfc3339(time, sqlite3_column_int64(st, 0),
		    sqlite3_column_int(st, 1));
	db_reset(st);
	if (rc < 0)
		return rc;
	return json_put_str(obj, "at_hall", time[0] != '\0' ? time : NULL, e);
}

static int
put_redacted(const struct evidence_rec *rec, cJSON *obj, struct err *e)
{
	cJSON *r, *person;
	int rc;

	if (rec->redacted_time[0] == '\0')
		return json_put(obj, "redacted", cJSON_CreateNull(), e);
	r = cJSON_CreateObject();
	if ((rc = json_put(obj, "redacted", r, e)) < 0 ||
	    (rc = json_put_str(r, "time", rec->redacted_time, e)) < 0)
		return rc;
	person = cJSON_CreateObject();
	if ((rc = json_put(r, "person", person, e)) < 0 ||
	    (rc = json_put_str(person, "login", rec->redacted_login, e)) < 0 ||
	    (rc = json_put_str(person, "name", rec->redacted_name, e)) < 0)
		return rc;
	return json_put_str(r, "reason", rec->redacted_reason, e);
}

static int
put_points(const cJSON *link, cJSON *obj, struct err *e)
{
	const cJSON *points = json_get(link, "points");
	cJSON *copy =
	    points != NULL ? cJSON_Duplicate(points, 1) : cJSON_CreateArray();

	return json_put(obj, "points", copy, e);
}

static int
fill(struct listing *l, const char *item, const cJSON *link, int have,
    int whole, cJSON *obj, struct err *e)
{
	const struct evidence_rec *rec = &l->rec;
	const char *class = json_str(link, "class");
	int rc;

	if ((rc = json_put_str(obj, "sha256", link->string, e)) < 0 ||
	    (rc = json_put_str(obj, "item", item, e)) < 0 ||
	    (rc = json_put_str(obj, "name", rec->name, e)) < 0 ||
	    (rc = json_put_str(obj, "type", rec->type, e)) < 0 ||
	    (rc = json_put_int(obj, "size", rec->size, e)) < 0 ||
	    (rc = json_put_int(obj, "parts", rec->parts, e)) < 0 ||
	    (rc = json_put_str(obj, "caption", json_str(link, "caption"), e)) <
		0 ||
	    (rc = put_points(link, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "class", class, e)) < 0 ||
	    (rc = json_put_bool(obj, "present", whole, e)) < 0 ||
	    (rc = json_put_int(obj, "have", have, e)) < 0 ||
	    (rc = put_confirmed(l, link->string, obj, e)) < 0)
		return rc;
	return put_redacted(rec, obj, e);
}

static int
put_link(struct listing *l, const char *item, const cJSON *link, struct err *e)
{
	cJSON *obj;
	int rc, have = 0, whole = 0;

	rc = evidence_record(l->store, l->office, link->string, &l->rec, e);
	/* a link without its record is shown as far as it goes */
	if (rc == ERR_NOT_FOUND)
		memset(&l->rec, 0, sizeof(l->rec));
	else if (rc < 0)
		return rc;
	if (l->repo != NULL && (rc = evidence_repo_have(l->repo, link->string,
				    &have, &whole, e)) < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = fill(l, item, link, have, whole, obj, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(l->list, obj, e);
}

/* All links of one record. */
static int
put_record(struct listing *l, const char *item, const void *bytes, size_t len,
    struct err *e)
{
	cJSON *rec = NULL;
	const cJSON *link;
	int rc;

	if ((rc = json_parse(bytes, len, CANON_MAX, &rec, e)) < 0)
		return rc;
	cJSON_ArrayForEach (link, json_get(rec, "evidence")) {
		if ((rc = put_link(l, item, link, e)) < 0)
			break;
	}
	cJSON_Delete(rec);
	return rc;
}

/* The item of "2565/items/1.1.json"; "profile" of the profile. */
static void
item_of(const char *path, char ret[16])
{
	const char *name = strrchr(path, '/');

	name = name != NULL ? name + 1 : path;
	snprintf(ret, 16, "%.*s", (int)(strlen(name) - strlen(".json")), name);
}

static int
put_range(struct listing *l, const struct branch *b, const char *from,
    const char *to, struct err *e)
{
	struct db *db = store_db(l->store);
	sqlite3_stmt *st = NULL;
	char item[16];
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT path, bytes FROM record WHERE branch = ?1 AND path >= ?2"
	    " AND path < ?3 AND bytes IS NOT NULL ORDER BY path",
	    "iss", b->id, from, to);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		item_of((const char *)sqlite3_column_text(st, 0), item);
		rc = put_record(l, item, sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), e);
		if (rc < 0)
			break;
	}
	db_reset(st);
	return rc;
}

static int
put_all(struct listing *l, const struct branch *b, int year, const char *item,
    struct err *e)
{
	char from[48], to[56];
	int rc;

	if (item == NULL || strcmp(item, "profile") == 0) {
		snprintf(from, sizeof(from), "%d/profile.json", year);
		snprintf(to, sizeof(to), "%d/profile.json0", year);
		if ((rc = put_range(l, b, from, to, e)) < 0 || item != NULL)
			return rc;
	}
	snprintf(from, sizeof(from), "%d/items/%s%s", year,
	    item != NULL ? item : "", item != NULL ? ".json" : "");
	/* '0' comes after '/', and after the end of a whole path */
	if (item != NULL)
		snprintf(to, sizeof(to), "%s0", from);
	else
		snprintf(to, sizeof(to), "%d/items0", year);
	return put_range(l, b, from, to, e);
}

static int
run(struct listing *l, int year, const char *item, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct branch *b = NULL;
	int rc;

	l->list = cJSON_CreateArray();
	if ((rc = json_put(out, "evidence", l->list, e)) < 0 ||
	    (rc = store_branch(l->store, l->office, "office", &b, e)) < 0)
		goto out;
	l->office = b->office;
	rc = evidence_open_repo(l->store, l->office, 0, &l->repo, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		goto out;
	if ((rc = put_all(l, b, year, item, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}

int
evidence_list(struct store *s, const char *office, int year, const char *item,
    cJSON **ret, struct err *e)
{
	const struct edition *ed = NULL;
	struct listing *l;
	int rc;

	if ((rc = store_cycle(s, office, year, &year, &ed, e)) < 0 ||
	    (item != NULL && (rc = evidence_check_item(ed, item, e)) < 0))
		return rc;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return err_nomem(e);
	l->store = s;
	l->office = office;
	rc = run(l, year, item, ret, e);
	evidence_repo_close(l->repo);
	free(l);
	return rc;
}
