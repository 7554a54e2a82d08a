#include "store/hall/wording.h"

#include "base/file.h"
#include "store/hall/editions.h"
#include "store/hall/publish.h"
#include "store/record/canon.h"
#include "store/record/record.h"

#define PATH_LEN 96

/* --- what is there --- */

static int
record_path_of(const char *edition, char ret[PATH_LEN], struct err *e)
{
	if (!record_is_id(edition))
		return err_set(e, ERR_INVALID, 0,
		    "'%.70s' is not an edition's id", edition);
	return file_path(ret, PATH_LEN, e, "wordings/%s.json", edition);
}

/* Every sentence of from goes into *texts, before what is there. */
static int
lay_over(cJSON *texts, const cJSON *from, struct err *e)
{
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, from) {
		if ((rc = json_put(
			 texts, c->string, cJSON_Duplicate(c, 1), e)) < 0)
			return rc;
	}
	return 0;
}

/* The directory's own file; *ret is NULL where there is none. */
static int
read_own(struct store *s, const char *path, cJSON **ret, struct err *e)
{
	cJSON *rec = NULL;
	int rc = publish_get(s, path, &rec, e);

	if (rc == 0)
		*ret = rec;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* The hall's word in an office's repository; *ret is NULL where there is none.
 */
static int
read_hall(struct store *s, const char *office, const char *path, cJSON **ret,
    struct err *e)
{
	struct branch *hall = NULL;
	struct buf bytes = BUF_INIT;
	int rc;

	if ((rc = store_branch(s, office, "hall", &hall, e)) < 0)
		return rc;
	rc = store_record(s, hall, path, &bytes, NULL, e);
	if (rc == 0) {
		rc = json_parse(bytes.data, bytes.len, CANON_MAX, ret, e);
		if (rc < 0)
			err_prepend(e, path);
	}
	buf_release(&bytes);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

int
wording_read(struct store *s, const char *office, const char *edition,
    cJSON **ret, struct err *e)
{
	cJSON *texts = cJSON_CreateObject(), *own = NULL, *hall = NULL;
	char path[PATH_LEN];
	int rc;

	if (texts == NULL)
		return err_nomem(e);
	if ((rc = record_path_of(edition, path, e)) < 0 ||
	    (rc = read_own(s, path, &own, e)) < 0 ||
	    (office != NULL &&
		(rc = read_hall(s, office, path, &hall, e)) < 0) ||
	    (rc = lay_over(texts, json_get(own, "texts"), e)) < 0 ||
	    (rc = lay_over(texts, json_get(hall, "texts"), e)) < 0)
		goto out;
	*ret = texts;
	texts = NULL;
out:
	cJSON_Delete(own);
	cJSON_Delete(hall);
	cJSON_Delete(texts);
	return rc;
}

/* --- showing --- */

int
wording_put(cJSON *of, const cJSON *texts, const char *th, const char *en,
    struct err *e)
{
	const char *id = json_str(of, "id");
	const cJSON *t = id != NULL ? json_get(texts, id) : NULL;
	int rc = 0;

	if (json_str(t, "th") != NULL)
		rc = json_put_str(of, th, json_str(t, "th"), e);
	if (rc == 0 && json_str(t, "en") != NULL)
		rc = json_put_str(of, en, json_str(t, "en"), e);
	return rc;
}

static int
apply_item(cJSON *item, const cJSON *texts, struct err *e)
{
	cJSON *level, *c;
	int rc;

	cJSON_ArrayForEach (level, json_get(item, "points")) {
		cJSON_ArrayForEach (c, level) {
			if ((rc = wording_put(
				 c, texts, "label_th", "label_en", e)) < 0)
				return rc;
		}
	}
	cJSON_ArrayForEach (c, json_get(item, "measures")) {
		if ((rc = wording_put(c, texts, "title_th", "title_en", e)) < 0)
			return rc;
	}
	return 0;
}

int
wording_apply(cJSON *edition, const cJSON *texts, struct err *e)
{
	cJSON *item;
	int rc;

	if (texts == NULL || texts->child == NULL)
		return 0;
	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		if ((rc = apply_item(item, texts, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- taking in --- */

/* null, {} and a language that is null go away. */
static int
merge(cJSON *texts, const cJSON *given, struct err *e)
{
	const cJSON *c, *lang;
	cJSON *one;
	int rc;

	cJSON_ArrayForEach (c, given) {
		if (cJSON_IsNull(c) ||
		    (cJSON_IsObject(c) && c->child == NULL)) {
			cJSON_DeleteItemFromObjectCaseSensitive(
			    texts, c->string);
			continue;
		}
		if ((one = json_get(texts, c->string)) == NULL ||
		    !cJSON_IsObject(c)) {
			rc = json_put(
			    texts, c->string, cJSON_Duplicate(c, 1), e);
			if (rc < 0)
				return rc;
			continue;
		}
		cJSON_ArrayForEach (lang, c) {
			rc = json_put(
			    one, lang->string, cJSON_Duplicate(lang, 1), e);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* Sentences that say nothing leave no trace. */
static void
drop_nulls(cJSON *texts)
{
	cJSON *c = texts->child, *lang, *next, *next_lang;

	for (; c != NULL; c = next) {
		next = c->next;
		for (lang = c->child; lang != NULL; lang = next_lang) {
			next_lang = lang->next;
			if (cJSON_IsNull(lang))
				cJSON_Delete(
				    cJSON_DetachItemViaPointer(c, lang));
		}
		if (cJSON_IsObject(c) && c->child == NULL)
			cJSON_Delete(cJSON_DetachItemViaPointer(texts, c));
	}
}

/* The record to be written: what is there and what is given. */
static int
make_record(struct store *s, const char *path, const struct edition *ed,
    const cJSON *given, cJSON **ret, struct err *e)
{
	cJSON *rec = NULL, *texts;
	int rc = read_own(s, path, &rec, e);

	if (rc < 0)
		return rc;
	if (rec == NULL) {
		rec = cJSON_CreateObject();
		if ((rc = json_put_str(rec, "id", edition_id(ed), e)) < 0 ||
		    (rc = json_put(rec, "texts", cJSON_CreateObject(), e)) < 0)
			goto out;
	}
	texts = json_get(rec, "texts");
	if ((rc = merge(texts, given, e)) < 0)
		goto out;
	drop_nulls(texts);
	if ((rc = edition_wording_check(texts, ed, e)) < 0)
		goto out;
	*ret = rec;
	rec = NULL;
out:
	cJSON_Delete(rec);
	return rc;
}

static int
put_result(cJSON *out, const char *id, const cJSON *rec, cJSON *published,
    struct err *e)
{
	int rc = json_put(out, "published", published, e);

	if (rc < 0 || (rc = json_put_str(out, "id", id, e)) < 0)
		return rc;
	return json_put_int(
	    out, "texts", cJSON_GetArraySize(json_get(rec, "texts")), e);
}

int
wording_import(struct store *s, const struct ask *a, const char *edition,
    const cJSON *texts, cJSON **ret, struct err *e)
{
	cJSON *rec = NULL, *published = NULL, *out = cJSON_CreateObject();
	const struct edition *ed = NULL;
	char path[PATH_LEN];
	int rc;

	if (!cJSON_IsObject(texts)) {
		rc = err_set(
		    e, ERR_INVALID, 0, "'%s' must be an object", "texts");
		goto out;
	}
	if ((rc = record_path_of(edition, path, e)) < 0 ||
	    (rc = editions_find(s, editions_here(s), edition, &ed, NULL, e)) <
		0 ||
	    (rc = make_record(s, path, ed, texts, &rec, e)) < 0 ||
	    (rc = publish_put(s, path, rec, e)) < 0 ||
	    (rc = editions_publish(s, a, &published, e)) < 0)
		goto out;
	if ((rc = put_result(out, edition, rec, published, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(rec);
	cJSON_Delete(out);
	return rc;
}
