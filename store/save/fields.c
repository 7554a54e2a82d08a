#include "store/save/fields.h"

#include "store/record/record.h"

#define NAME_MAX_LEN 160 /* of a dotted field name */

/* What the changes of a save borrow: their full names and values. */
struct slot {
	char name[NAME_MAX_LEN];
	cJSON *value;
};

struct made {
	struct save_change *changes;
	struct slot *slots;
	size_t n;
};

static int
made_init(struct made *m, size_t n_fields, size_t n_extra, struct err *e)
{
	memset(m, 0, sizeof(*m));
	m->changes = calloc(n_fields + n_extra, sizeof(*m->changes));
	m->slots = calloc(n_fields + 1, sizeof(*m->slots));
	return m->changes == NULL || m->slots == NULL ? err_nomem(e) : 0;
}

static void
made_release(struct made *m)
{
	size_t i;

	for (i = 0; m->slots != NULL && i < m->n; i++)
		cJSON_Delete(m->slots[i].value);
	free(m->slots);
	free(m->changes);
}

/* What stands behind the prefix "indicators.ia1." in a description
 * "indicators.*.target"; NULL when the field is not below it. */
static const char *
behind(const char *field, const char *prefix)
{
	size_t n, p;

	while (*prefix != '\0') {
		n = strcspn(field, ".");
		p = strcspn(prefix, ".");
		if (field[n] != '.' ||
		    (strncmp(field, "*.", 2) != 0 &&
			(n != p || memcmp(field, prefix, n) != 0)))
			return NULL;
		field += n + 1;
		prefix += p;
		prefix += *prefix == '.';
	}
	return field;
}

/* Names the fields that there are, as the person writes them; what belongs to
 * an indicator or a file has commands of its own. */
static int
unknown_field(const struct record_type *type, const char *prefix,
    const char *given, struct err *e)
{
	struct buf names = BUF_INIT;
	const char *name;
	size_t i;
	int rc;

	for (i = 0; i < type->n_fields; i++) {
		name = behind(type->fields[i].name, prefix);
		if (name != NULL && strchr(name, '*') == NULL)
			buf_printf(
			    &names, "%s%s", names.len > 0 ? ", " : "", name);
	}
	rc = err_set(e, ERR_INVALID, 0, "unknown field '%.60s'; there are: %s",
	    given, buf_str(&names));
	buf_release(&names);
	return rc;
}

/* One field of the request as a change; its value is made from the text. */
static int
add_field(struct made *m, const struct record_type *type, const char *path,
    const char *prefix, const cJSON *given, struct err *e)
{
	struct slot *slot = &m->slots[m->n];
	struct save_change *c = &m->changes[m->n];
	const struct field *f = NULL;
	struct field named;
	size_t lead = strlen(prefix), len = strlen(given->string);
	int rc;

	if (lead + len < sizeof(slot->name)) {
		memcpy(slot->name, prefix, lead);
		memcpy(slot->name + lead, given->string, len + 1);
		f = record_field(type, slot->name);
	}
	if (f == NULL)
		return unknown_field(type, prefix, given->string, e);
	m->n++;
	c->path = path;
	c->field = slot->name;
	c->op = SAVE_SET;
	if (cJSON_IsNull(given))
		return 0;
	if (!cJSON_IsString(given))
		return err_set(e, ERR_INVALID, 0, "'%s' takes a text or null",
		    given->string);
	/* a fault is told by the name that the person gave */
	named = *f;
	named.name = given->string;
	if ((rc = record_value(&named, given->valuestring, &slot->value, e)) <
	    0)
		return rc;
	c->value = slot->value;
	return 0;
}

int
fields_save(struct store *s, struct save_req *req, const char *path,
    const char *prefix, const cJSON *fields, const struct save_change *extra,
    size_t n_extra, cJSON **ret, struct err *e)
{
	enum record_branch branch =
	    store_conf(s)->role == ROLE_HALL ? RECORD_HALL : RECORD_OFFICE;
	size_t n = (size_t)cJSON_GetArraySize(fields);
	struct record_path rp;
	struct made m;
	const cJSON *given;
	int rc;

	if (!cJSON_IsObject(fields) || n + n_extra == 0)
		return err_set(e, ERR_USAGE, 0, "no field is named");
	if ((rc = made_init(&m, n, n_extra, e)) < 0 ||
	    (rc = record_path_parse(path, branch, &rp, e)) < 0)
		goto out;
	cJSON_ArrayForEach (given, fields) {
		if ((rc = add_field(&m, rp.type, path, prefix, given, e)) < 0)
			goto out;
	}
	if (n_extra > 0)
		memcpy(m.changes + n, extra, n_extra * sizeof(*extra));
	req->changes = m.changes;
	req->n_changes = n + n_extra;
	rc = save_run(s, req, ret, e);
	req->changes = NULL;
	req->n_changes = 0;
out:
	made_release(&m);
	return rc;
}
