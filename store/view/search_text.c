#include "store/view/search_text.h"

#include "base/text.h"
#include "store/look/asof.h"

static const char *const searched[] = { "answer", "profile", "action",
	"comments", "evidence", "review", "decision" };

/* Last parts of names of fields that hold no prose. */
static const char *const unsearched[] = { "login", "code", "measure", "unit",
	"item", "type" };

static int
is_searched(const struct record_type *type, int hall)
{
	size_t i;

	for (i = 0; i < sizeof(searched) / sizeof(searched[0]); i++)
		if (strcmp(searched[i], type->name) == 0)
			return 1;
	return !hall && strcmp(type->name, "practice") == 0;
}

/* A line or text that somebody wrote, not who wrote it. */
static int
is_prose(const struct record_type *type, const struct field *f)
{
	const char *last = strrchr(f->name, '.');
	char login[80];
	size_t i;

	if (f->type != FIELD_LINE && f->type != FIELD_TEXT)
		return 0;
	last = last != NULL ? last + 1 : f->name;
	for (i = 0; i < sizeof(unsearched) / sizeof(unsearched[0]); i++)
		if (strcmp(unsearched[i], last) == 0)
			return 0;
	if (strcmp(last, "name") != 0)
		return 1;
	/* the name beside a login is a person's */
	snprintf(
	    login, sizeof(login), "%.*slogin", (int)(last - f->name), f->name);
	return record_field(type, login) == NULL;
}

static int
add(struct search_texts *t, const char *field, const char *text, struct err *e)
{
	struct search_text *grown =
	    realloc(t->list, (t->n + 1) * sizeof(*grown));
	int rc;

	if (grown == NULL)
		return err_nomem(e);
	t->list = grown;
	memset(&grown[t->n], 0, sizeof(*grown));
	if ((rc = text_fold(text, strlen(text), &grown[t->n].folded, e)) < 0)
		return rc;
	if ((grown[t->n].field = strdup(field)) == NULL) {
		free(grown[t->n].folded);
		return err_nomem(e);
	}
	t->n++;
	return 0;
}

int
search_texts_get(struct search_texts *ret, int hall, const char *branch,
    const char *path, const void *bytes, size_t len, struct err *e)
{
	cJSON *rec = NULL, *fields = NULL;
	const struct field *f;
	const cJSON *c, *v;
	int rc;

	memset(ret, 0, sizeof(*ret));
	/* allowed_signers is no record */
	if (record_path_parse(path,
		strcmp(branch, "hall") == 0 ? RECORD_HALL : RECORD_OFFICE,
		&ret->rp, NULL) < 0)
		return 0;
	if (bytes == NULL || !is_searched(ret->rp.type, hall))
		return 0;
	if ((rc = asof_parse(bytes, len, path, &rec, e)) < 0 ||
	    (rc = record_diff(ret->rp.type, NULL, rec, &fields, e)) < 0)
		goto out;
	cJSON_ArrayForEach (c, fields) {
		v = json_get(c, "new");
		f = record_field(ret->rp.type, json_str(c, "field"));
		if (f == NULL || !cJSON_IsString(v) ||
		    !is_prose(ret->rp.type, f))
			continue;
		if ((rc = add(ret, json_str(c, "field"), v->valuestring, e)) <
		    0)
			goto out;
	}
out:
	cJSON_Delete(fields);
	cJSON_Delete(rec);
	if (rc < 0)
		search_texts_release(ret);
	return rc;
}

void
search_texts_release(struct search_texts *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->list[i].field);
		free(t->list[i].folded);
	}
	free(t->list);
	t->list = NULL;
	t->n = 0;
}

int
search_mark(struct db *db, int64_t *ret, struct err *e)
{
	return db_one_int(db, ret, e,
	    "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM mark"
	    " WHERE name = '" SEARCH_MARK "'), 0)",
	    "");
}
