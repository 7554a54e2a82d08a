/* Linking a stored file to an item, and unlinking it: evidence_end() and
 * evidence_remove() of evidence.h. */
#include "store/evidence/evidence.h"

#include "store/evidence/evidence_state.h"
#include "store/evidence/evidence_type.h"
#include "store/record/canon.h"
#include "store/record/record.h"

#define FIELD_LEN 96

void
evidence_link_path(int year, const char *item, char ret[EVIDENCE_LINK_LEN])
{
	if (strcmp(item, "profile") == 0)
		snprintf(ret, EVIDENCE_LINK_LEN, "%d/profile.json", year);
	else
		snprintf(
		    ret, EVIDENCE_LINK_LEN, "%d/items/%.7s.json", year, item);
}

int
evidence_check_item(const struct edition *ed, const char *item, struct err *e)
{
	if (strcmp(item, "profile") == 0 || edition_item(ed, item) != NULL)
		return 0;
	err_set(e, ERR_NOT_FOUND, 0, "edition '%s' has no item '%.20s'",
	    edition_id(ed), item);
	err_hint(e, "see pmqa edition show; the profile's evidence belongs to "
		    "'profile'");
	return ERR_NOT_FOUND;
}

/* --- what an item has --- */

/* Its record as it is now, NULL if there is none. */
static int
read_links(struct store *s, const char *path, cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;
	int rc;

	*ret = NULL;
	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	rc = store_record(s, b, path, &bytes, NULL, e);
	if (rc == ERR_NOT_FOUND)
		rc = 0;
	else if (rc == 0)
		rc = json_parse(bytes.data, bytes.len, CANON_MAX, ret, e);
	buf_release(&bytes);
	return rc;
}

/* One more file for the item: is there room? *ret_linked: it is there. */
int
evidence_check_room(struct store *s, const char *path, const char *item,
    const char *sha, int *ret_linked, struct err *e)
{
	long max = store_conf(s)->evidence_max_files;
	const cJSON *links;
	cJSON *rec = NULL;
	int rc, n;

	if ((rc = read_links(s, path, &rec, e)) < 0)
		return rc;
	links = json_get(rec, "evidence");
	n = cJSON_GetArraySize(links);
	*ret_linked = json_get(links, sha) != NULL;
	cJSON_Delete(rec);
	if (*ret_linked || n < max)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "%s has %d evidence files, more are not taken", item, n);
	err_hint(e, "remove one first: pmqa evidence rm %s SHA", item);
	return ERR_INVALID;
}

/* --- end --- */

/* The save that links: at most three fields and the file's own record. */
struct linking {
	struct store *store;
	char path[EVIDENCE_LINK_LEN], record[EVIDENCE_PATH_LEN];
	char fields[3][FIELD_LEN];
	struct record_path rp;
	struct save_change changes[4];
	cJSON *values[4];
	size_t n;
};

static void
linking_release(struct linking *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		cJSON_Delete(l->values[i]);
}

/* A field of the link from a person's text; NULL text: removed. */
static int
add_field(struct linking *l, const char *sha, const char *name,
    const char *text, struct err *e)
{
	struct save_change *c = &l->changes[l->n];
	char *field = l->fields[l->n];
	const struct field *f;
	int rc;

	snprintf(field, FIELD_LEN, "evidence.%s.%s", sha, name);
	f = record_field(l->rp.type, field);
	if (f == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "evidence of %s supports no points",
		    l->rp.item[0] != '\0' ? l->rp.item : l->rp.type->name);
	c->path = l->path;
	c->field = field;
	c->op = SAVE_SET;
	if (text != NULL &&
	    (rc = record_value(f, text, &l->values[l->n], e)) < 0)
		return rc;
	c->value = l->values[l->n++];
	return 0;
}

static int
add_points(
    struct linking *l, const char *sha, const cJSON *points, struct err *e)
{
	struct buf text = BUF_INIT;
	const cJSON *p;
	int rc = 0;

	if (points == NULL)
		return 0;
	cJSON_ArrayForEach (p, points) {
		if (!cJSON_IsString(p)) {
			rc = err_set(
			    e, ERR_INVALID, 0, "a point must be a text");
			break;
		}
		buf_printf(&text, "%s ", p->valuestring);
	}
	if (rc == 0 && (rc = buf_ok(&text, e)) == 0)
		rc = add_field(l, sha, "points", buf_str(&text), e);
	buf_release(&text);
	return rc;
}

static int
record_json(const struct evidence_rec *rec, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "name", rec->name, e)) < 0 ||
	    (rc = json_put_int(obj, "parts", rec->parts, e)) < 0 ||
	    (rc = json_put_int(obj, "size", rec->size, e)) < 0 ||
	    (rc = json_put_str(obj, "type", rec->type, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
add_record(struct linking *l, const struct evidence_rec *rec, struct err *e)
{
	struct save_change *c = &l->changes[l->n];
	int rc = record_json(rec, &l->values[l->n], e);

	if (rc < 0)
		return rc;
	evidence_record_path(rec->sha, l->record);
	c->path = l->record;
	c->op = SAVE_WHOLE;
	c->value = l->values[l->n++];
	return 0;
}

static int
not_whole(const char *sha, int have, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0,
	    "evidence %.12s is not whole here: no more than %d of its parts "
	    "came",
	    sha, have);
	err_hint(e, "add the file again: it goes on where it stopped");
	return ERR_NOT_FOUND;
}

/* Name and size as begin had them, the type from the bytes. */
static int
fill_record(struct store *s, struct evidence_repo *r, const char *sha,
    struct evidence_rec *rec, struct err *e)
{
	struct buf part = BUF_INIT;
	const char *type = NULL;
	struct evidence_upload u;
	int rc;

	if ((rc = evidence_find_upload(s, sha, &u, e)) < 0)
		return rc;
	if ((rc = evidence_repo_read(r, sha, 1, &part, e)) == 0)
		rc = evidence_type_check(
		    store_conf(s), u.name, part.data, part.len, &type, e);
	if (rc == 0) {
		memset(rec, 0, sizeof(*rec));
		snprintf(rec->sha, sizeof(rec->sha), "%s", sha);
		snprintf(rec->name, sizeof(rec->name), "%s", u.name);
		snprintf(rec->type, sizeof(rec->type), "%s", type);
		rec->size = u.size;
		rec->parts = u.parts;
	}
	buf_release(&part);
	return rc;
}

/* The file is here, whole; its record, old or new. */
static int
check_whole(struct store *s, const char *sha, struct evidence_rec *rec,
    int *ret_known, struct err *e)
{
	struct evidence_repo *r = NULL;
	int rc, have = 0, whole = 0;

	if ((rc = evidence_known(s, sha, rec, ret_known, e)) < 0)
		return rc;
	rc = evidence_open_repo(s, "", 0, &r, e);
	if (rc == ERR_NOT_FOUND)
		return not_whole(sha, 0, e);
	if (rc == 0)
		rc = evidence_repo_have(r, sha, &have, &whole, e);
	if (rc == 0 && !whole)
		rc = not_whole(sha, have, e);
	if (rc == 0 && !*ret_known)
		rc = fill_record(s, r, sha, rec, e);
	evidence_repo_close(r);
	return rc;
}

static int
run_link(struct linking *l, const struct ask *a, const char *action,
    const char *item, int year, const char *name, cJSON **ret, struct err *e)
{
	struct save_req req;
	char subject[200];

	memset(&req, 0, sizeof(req));
	snprintf(subject, sizeof(subject), "%s/%d %s: %s %.100s",
	    store_conf(l->store)->code, year, item, action, name);
	req.office = "";
	req.person = a->person;
	req.action = action;
	req.subject = subject;
	req.reason = a->reason;
	req.if_rev = a->if_rev;
	req.changes = l->changes;
	req.n_changes = l->n;
	return save_run(l->store, &req, ret, e);
}

int
evidence_end(struct store *s, const struct ask *a, const char *item,
    const char *sha256, const char *caption, const cJSON *points,
    const char *class, cJSON **ret, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	struct linking l = { .store = s };
	const struct edition *ed = NULL;
	int rc, year, linked = 0, known = 0;
	cJSON *saved = NULL;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = evidence_check_sha(sha256, e)) < 0 ||
	    (rc = store_cycle(s, "", a->year, &year, &ed, e)) < 0 ||
	    (rc = evidence_check_item(ed, item, e)) < 0)
		goto out;
	evidence_link_path(year, item, l.path);
	if ((rc = record_path_parse(l.path, RECORD_OFFICE, &l.rp, e)) < 0 ||
	    (rc = evidence_check_room(s, l.path, item, sha256, &linked, e)) <
		0 ||
	    (rc = check_whole(s, sha256, rec, &known, e)) < 0)
		goto out;
	if (class == NULL && !linked)
		class = "internal";
	if ((class != NULL &&
		(rc = add_field(&l, sha256, "class", class, e)) < 0) ||
	    (caption != NULL &&
		(rc = add_field(&l, sha256, "caption", caption, e)) < 0) ||
	    (rc = add_points(&l, sha256, points, e)) < 0 ||
	    (!known && (rc = add_record(&l, rec, e)) < 0))
		goto out;
	if (l.n == 0 && (rc = add_record(&l, rec, e)) < 0)
		goto out;
	rc = run_link(&l, a, "attach", item, year, rec->name, &saved, e);
	if (rc == 0)
		rc = db_run(store_db(s), e,
		    "DELETE FROM evidence_upload WHERE sha = ?1", "s", sha256);
	if (rc == 0) {
		*ret = saved;
		saved = NULL;
	}
out:
	cJSON_Delete(saved);
	linking_release(&l);
	free(rec);
	return rc;
}

/* --- unlinking --- */

static int
not_linked(const char *sha, const char *item, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0, "evidence %.12s is not linked from %.20s",
	    sha, item);
	err_hint(e, "see pmqa evidence list %.20s", item);
	return ERR_NOT_FOUND;
}

static int
add_removals(struct linking *l, const char *sha, struct err *e)
{
	static const char *const names[] = { "class", "caption", "points" };
	size_t i, n = l->rp.item[0] != '\0' ? 3 : 2;
	int rc;

	for (i = 0; i < n; i++)
		if ((rc = add_field(l, sha, names[i], NULL, e)) < 0)
			return rc;
	return 0;
}

int
evidence_remove(struct store *s, const struct ask *a, const char *item,
    const char *sha256, cJSON **ret, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	struct linking l = { .store = s };
	const struct edition *ed = NULL;
	char sha[EVIDENCE_SHA_LEN + 1];
	cJSON *links = NULL;
	int rc, year;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = store_cycle(s, "", a->year, &year, &ed, e)) < 0 ||
	    (rc = evidence_check_item(ed, item, e)) < 0 ||
	    (rc = evidence_resolve(s, "", sha256, sha, e)) < 0 ||
	    (rc = evidence_record(s, "", sha, rec, e)) < 0)
		goto out;
	evidence_link_path(year, item, l.path);
	if ((rc = record_path_parse(l.path, RECORD_OFFICE, &l.rp, e)) < 0 ||
	    (rc = read_links(s, l.path, &links, e)) < 0)
		goto out;
	if (json_get(json_get(links, "evidence"), sha) == NULL) {
		rc = not_linked(sha, item, e);
		goto out;
	}
	if ((rc = add_removals(&l, sha, e)) == 0)
		rc = run_link(&l, a, "detach", item, year, rec->name, ret, e);
out:
	cJSON_Delete(links);
	linking_release(&l);
	free(rec);
	return rc;
}
