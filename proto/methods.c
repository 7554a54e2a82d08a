#include "proto/methods.h"

#define OPENRPC_VERSION "1.2.6"
const struct method *
methods_find(const char *name)
{
	const struct method *m;
	size_t i;

	for (i = 0; name != NULL && (m = methods_at(i)) != NULL; i++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static int
is_strings(const cJSON *v)
{
	const cJSON *s;

	if (!cJSON_IsArray(v))
		return 0;
	for (s = v->child; s != NULL; s = s->next)
		if (!cJSON_IsString(s))
			return 0;
	return 1;
}

static int
is_objects(const cJSON *v)
{
	const cJSON *o;

	if (!cJSON_IsArray(v))
		return 0;
	for (o = v->child; o != NULL; o = o->next)
		if (!cJSON_IsObject(o))
			return 0;
	return 1;
}

static int
has_type(const cJSON *v, enum param_type type)
{
	switch (type) {
	case PARAM_STRING:
		return cJSON_IsString(v);
	case PARAM_INT:
		return cJSON_IsNumber(v);
	case PARAM_BOOL:
		return cJSON_IsBool(v);
	case PARAM_OBJECT:
		return cJSON_IsObject(v);
	case PARAM_STRINGS:
		return is_strings(v);
	case PARAM_LIST:
		return is_objects(v);
	}
	return 0;
}

/* One whole sentence per type: they are translated. */
static int
wrong_type(const struct method *m, const struct param *p, struct err *e)
{
	switch (p->type) {
	case PARAM_STRING:
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameter '%s' must be a string", m->name, p->name);
	case PARAM_INT:
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameter '%s' must be an integer", m->name, p->name);
	case PARAM_BOOL:
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameter '%s' must be true or false", m->name,
		    p->name);
	case PARAM_OBJECT:
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameter '%s' must be an object", m->name, p->name);
	case PARAM_STRINGS:
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameter '%s' must be a list of strings", m->name,
		    p->name);
	case PARAM_LIST:
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameter '%s' must be a list of objects", m->name,
		    p->name);
	}
	return ERR_USAGE;
}

int
methods_check(const struct method *m, const cJSON *params, struct err *e)
{
	const struct param *p;
	const cJSON *v;
	size_t i;

	if (params != NULL && !cJSON_IsObject(params))
		return err_set(e, ERR_USAGE, 0,
		    "%s: parameters go by name, in an object", m->name);
	for (i = 0; i < m->n_params; i++) {
		p = &m->params[i];
		v = json_get(params, p->name);
		/* null stands for absent, as many clients write it so */
		if (v == NULL || cJSON_IsNull(v)) {
			if (p->required)
				return err_set(e, ERR_USAGE, 0,
				    "%s: parameter '%s' is missing", m->name,
				    p->name);
			continue;
		}
		if (!has_type(v, p->type))
			return wrong_type(m, p, e);
	}
	return 0;
}

static const char *
right_name(enum right r)
{
	static const char *const names[] = { "none", "read", "write", "chief",
		"admin", "self" };

	return names[r];
}

/* JSON Schema of a parameter: {"type": …}. */
static int
describe_type(const struct param *p, cJSON *desc, struct err *e)
{
	static const char *const names[] = { "string", "integer", "boolean",
		"object", "array", "array" };
	cJSON *schema = cJSON_CreateObject(), *items;
	int rc;

	if ((rc = json_put(desc, "schema", schema, e)) < 0 ||
	    (rc = json_put_str(schema, "type", names[p->type], e)) < 0)
		return rc;
	if (p->type != PARAM_STRINGS && p->type != PARAM_LIST)
		return 0;
	items = cJSON_CreateObject();
	if ((rc = json_put(schema, "items", items, e)) < 0)
		return rc;
	return json_put_str(
	    items, "type", p->type == PARAM_LIST ? "object" : "string", e);
}

static int
describe_param(const struct param *p, cJSON *list, struct err *e)
{
	cJSON *desc = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(list, desc, e)) < 0 ||
	    (rc = json_put_str(desc, "name", p->name, e)) < 0 ||
	    (rc = json_put_str(desc, "description", p->what, e)) < 0 ||
	    (rc = json_put_bool(desc, "required", p->required, e)) < 0)
		return rc;
	return describe_type(p, desc, e);
}

static int
describe_result(const struct method *m, cJSON *desc, struct err *e)
{
	cJSON *result = cJSON_CreateObject(), *schema;
	int rc;

	if ((rc = json_put(desc, "result", result, e)) < 0 ||
	    (rc = json_put_str(result, "name", "result", e)) < 0 ||
	    (rc = json_put_str(result, "description", m->result, e)) < 0)
		return rc;
	schema = cJSON_CreateObject();
	if ((rc = json_put(result, "schema", schema, e)) < 0)
		return rc;
	return json_put_str(schema, "type", "object", e);
}

static int
describe_method(const struct method *m, cJSON *list, struct err *e)
{
	cJSON *desc = cJSON_CreateObject(), *params;
	size_t i;
	int rc;

	if ((rc = json_push(list, desc, e)) < 0 ||
	    (rc = json_put_str(desc, "name", m->name, e)) < 0 ||
	    (rc = json_put_str(desc, "summary", m->summary, e)) < 0 ||
	    (rc = json_put_str(desc, "paramStructure", "by-name", e)) < 0 ||
	    (rc = json_put_str(desc, "x-right", right_name(m->right), e)) < 0)
		return rc;
	params = cJSON_CreateArray();
	if ((rc = json_put(desc, "params", params, e)) < 0)
		return rc;
	for (i = 0; i < m->n_params; i++)
		if ((rc = describe_param(&m->params[i], params, e)) < 0)
			return rc;
	return describe_result(m, desc, e);
}

int
methods_discover(cJSON **ret, struct err *e)
{
	cJSON *doc = cJSON_CreateObject(), *info, *list;
	const struct method *m;
	size_t i;
	int rc;

	if ((rc = json_put_str(doc, "openrpc", OPENRPC_VERSION, e)) < 0)
		goto out;
	info = cJSON_CreateObject();
	if ((rc = json_put(doc, "info", info, e)) < 0 ||
	    (rc = json_put_str(info, "title", "pmqa", e)) < 0 ||
	    (rc = json_put_str(info, "version", PMQA_VERSION, e)) < 0)
		goto out;
	list = cJSON_CreateArray();
	if ((rc = json_put(doc, "methods", list, e)) < 0)
		goto out;
	for (i = 0; (m = methods_at(i)) != NULL; i++)
		if ((rc = describe_method(m, list, e)) < 0)
			goto out;
	*ret = doc;
	doc = NULL;
out:
	cJSON_Delete(doc);
	return rc;
}
