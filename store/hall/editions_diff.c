/* What can be said of editions without a directory: their faults, and what
 * differs between two. */
#include "store/hall/editions.h"
#include "store/record/canon.h"

#define PLACE_LEN 240

/* --- faults --- */

struct findings {
	cJSON *list;
	struct err *e;
	int full;
};

static int
on_fault(void *arg, const char *where, const struct err *fault)
{
	struct findings *f = arg;
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "where", where, f->e)) < 0 ||
	    (rc = json_put_str(obj, "message", fault->msg, f->e)) < 0 ||
	    (rc = json_put_str(obj, "message_th", fault->th, f->e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	if ((rc = json_push(f->list, obj, f->e)) < 0)
		return rc;
	f->full = cJSON_GetArraySize(f->list) >= EDITIONS_FINDINGS;
	return f->full ? ERR_INVALID : 0;
}

/* That it can be stored at all: normal form, size. */
static int
check_form(const cJSON *edition, struct findings *f)
{
	struct buf bytes = BUF_INIT;
	struct err fault;
	int rc = canon_write(edition, &bytes, &fault);

	if (rc == 0 && bytes.len > CANON_MAX)
		rc = err_set(&fault, ERR_INVALID, 0,
		    "'%s' is longer than %d bytes", "edition", CANON_MAX);
	buf_release(&bytes);
	if (rc == ERR_NOMEM) {
		*f->e = fault;
		return rc;
	}
	return rc < 0 ? on_fault(f, "edition", &fault) : 0;
}

int
editions_validate(const cJSON *edition, cJSON **ret, struct err *e)
{
	struct err own;
	struct findings f = { NULL, e != NULL ? e : &own, 0 };
	cJSON *out = cJSON_CreateObject();
	int rc;

	f.list = cJSON_CreateArray();
	if ((rc = json_put(out, "findings", f.list, e)) < 0)
		goto out;
	rc = edition_check_all(edition, on_fault, &f);
	if (rc == 0 && f.list->child == NULL)
		rc = check_form(edition, &f);
	if (rc < 0 && !f.full)
		goto out;
	if ((rc = json_put_bool(out, "ok", f.list->child == NULL, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}

/* --- differences --- */

static int
push_change(cJSON *list, const char *where, const cJSON *old, const cJSON *new_,
    struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "where", where, e)) < 0 ||
	    (rc = json_put(obj, "old",
		 old != NULL ? cJSON_Duplicate(old, 1) : cJSON_CreateNull(),
		 e)) < 0 ||
	    (rc = json_put(obj, "new",
		 new_ != NULL ? cJSON_Duplicate(new_, 1) : cJSON_CreateNull(),
		 e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(list, obj, e);
}

/* What a member of a list is called there: its "id", or what it is "of". */
static const char *
name_of(const cJSON *member)
{
	const char *id = json_str(member, "id");

	return id != NULL ? id : json_str(member, "of");
}

static int
has_names(const cJSON *list)
{
	return cJSON_IsArray(list) && list->child != NULL &&
	       name_of(list->child) != NULL;
}

static const cJSON *
find_named(const cJSON *list, const char *name)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, list) {
		const char *is = name_of(c);

		if (is != NULL && strcmp(is, name) == 0)
			return c;
	}
	return NULL;
}

static int diff_values(cJSON *list, const char *where, const cJSON *a,
    const cJSON *b, struct err *e);

/* In the old order, then what is new. */
static int
diff_lists(cJSON *list, const char *where, const cJSON *a, const cJSON *b,
    struct err *e)
{
	char at[PLACE_LEN];
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, a) {
		snprintf(at, sizeof(at), "%s[%.64s]", where, name_of(c));
		if ((rc = diff_values(
			 list, at, c, find_named(b, name_of(c)), e)) < 0)
			return rc;
	}
	cJSON_ArrayForEach (c, b) {
		if (find_named(a, name_of(c)) != NULL)
			continue;
		snprintf(at, sizeof(at), "%s[%.64s]", where, name_of(c));
		if ((rc = push_change(list, at, NULL, c, e)) < 0)
			return rc;
	}
	return 0;
}

static int
diff_objects(cJSON *list, const char *where, const cJSON *a, const cJSON *b,
    struct err *e)
{
	char at[PLACE_LEN];
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, a) {
		snprintf(at, sizeof(at), "%s%s%.64s", where,
		    where[0] != '\0' ? "." : "", c->string);
		if ((rc = diff_values(list, at, c, json_get(b, c->string), e)) <
		    0)
			return rc;
	}
	cJSON_ArrayForEach (c, b) {
		if (json_get(a, c->string) != NULL)
			continue;
		snprintf(at, sizeof(at), "%s%s%.64s", where,
		    where[0] != '\0' ? "." : "", c->string);
		if ((rc = push_change(list, at, NULL, c, e)) < 0)
			return rc;
	}
	return 0;
}

/* a is there. An edition is as deep as its shapes, no deeper. */
static int
diff_values(cJSON *list, const char *where, const cJSON *a, const cJSON *b,
    struct err *e)
{
	if (b == NULL)
		return push_change(list, where, a, NULL, e);
	if (cJSON_IsObject(a) && cJSON_IsObject(b))
		return diff_objects(list, where, a, b, e);
	if (has_names(a) && has_names(b))
		return diff_lists(list, where, a, b, e);
	if (cJSON_Compare(a, b, 1))
		return 0;
	return push_change(list, where, a, b, e);
}

int
editions_diff(struct store *s, const char *from, const char *to, cJSON **ret,
    struct err *e)
{
	const struct edition *a = NULL, *b = NULL;
	cJSON *out = NULL, *list;
	int rc;

	if ((rc = editions_find(s, editions_here(s), from, &a, NULL, e)) < 0 ||
	    (rc = editions_find(s, editions_here(s), to, &b, NULL, e)) < 0)
		return rc;
	out = cJSON_CreateObject();
	list = cJSON_CreateArray();
	if ((rc = json_put(out, "changes", list, e)) < 0 ||
	    (rc = json_put_str(out, "from", from, e)) < 0 ||
	    (rc = json_put_str(out, "to", to, e)) < 0 ||
	    (rc = diff_objects(list, "", edition_json(a), edition_json(b), e)) <
		0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
