#include "proto/methods.h"

#define OPENRPC_VERSION "1.2.6"
#define N(a) (sizeof(a) / sizeof((a)[0]))
#define PARAMS(a) a, N(a)
#define NO_PARAMS NULL, 0

#define OFFICE                                                                 \
	{                                                                      \
		"office", PARAM_STRING, 0,                                     \
		    "code of the office, four digits; at an office: its own "  \
		    "if absent"                                                \
	}
#define YEAR                                                                   \
	{                                                                      \
		"year", PARAM_INT, 0,                                          \
		    "fiscal year, Buddhist era; the current cycle if absent"   \
	}
#define REASON                                                                 \
	{                                                                      \
		"reason", PARAM_STRING, 0, "why, kept in the history"          \
	}
#define IF_REV                                                                 \
	{                                                                      \
		"if_rev", PARAM_STRING, 0,                                     \
		    "revision that the record must still be at; - for none"    \
	}
#define ITEM                                                                   \
	{                                                                      \
		"item", PARAM_STRING, 1, "item such as 1.1"                    \
	}

static const struct param year_office[] = { YEAR, OFFICE };

static const struct param open_params[] = {
	{ "year", PARAM_INT, 1, "fiscal year to open, Buddhist era" },
	{ "edition", PARAM_STRING, 0,
	    "edition of the criteria; the newest if absent" },
	REASON,
};

static const struct param record_params[] = {
	ITEM,
	YEAR,
	OFFICE,
	{ "at", PARAM_STRING, 0, "revision to look at; the newest if absent" },
};

static const struct param set_params[] = {
	ITEM,
	YEAR,
	{ "fields", PARAM_OBJECT, 1,
	    "field names and their new texts; null or \"\" removes" },
	REASON,
	IF_REV,
};

static const struct param tick_params[] = {
	{ "points", PARAM_STRINGS, 1, "points such as 1.1.B2" },
	YEAR,
	REASON,
	IF_REV,
};

static const struct param history_params[] = {
	OFFICE,
	{ "branch", PARAM_STRING, 0, "office (if absent) or hall" },
	YEAR,
	{ "record", PARAM_STRING, 0,
	    "item such as 1.1, or record such as 2565/items/1.1" },
	{ "field", PARAM_STRING, 0, "field such as explanation.basic" },
	{ "person", PARAM_STRING, 0, "login name" },
	{ "since", PARAM_STRING, 0, "first date or time" },
	{ "until", PARAM_STRING, 0, "last date or time" },
	{ "limit", PARAM_INT, 0, "most revisions to give, 1 to 1000" },
	{ "cursor", PARAM_STRING, 0, "\"next\" of the answer before" },
};

static const struct param diff_params[] = {
	{ "from", PARAM_STRING, 1, "older revision, such as a3" },
	{ "to", PARAM_STRING, 1, "newer revision" },
	OFFICE,
};

static const struct param sync_params[] = {
	{ "wait", PARAM_BOOL, 0, "answer when the exchange has ended" },
};

static const struct param accept_params[] = {
	{ "answer", PARAM_STRING, 1, "the hall's answer line" },
};

static const struct param enroll_params[] = {
	{ "request", PARAM_STRING, 1, "the office's request line" },
};

static const struct param absorb_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
};

static const struct param seen_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	{ "device", PARAM_STRING, 1, "the device that came" },
	{ "class", PARAM_STRING, 0,
	    "refused or trouble: its push failed; absent: it came and looked" },
	{ "message", PARAM_STRING, 0, "the sentence that the office got" },
};

/* docs/PROTOCOL is written from this table: keep the order of a day's work. */
static const struct method methods[] = {
	{ "hello", RIGHT_NONE, ON_LOOP, AT_ANY,
	    "who answers, who asks, and what the caller may do",
	    "{program, version, protocol, role, code, name, device, "
	    "person: {login, name}, rights: [...]}",
	    NO_PARAMS, 0 },
	{ "rpc.discover", RIGHT_NONE, ON_LOOP, AT_ANY,
	    "this service described in OpenRPC", "an OpenRPC document",
	    NO_PARAMS, 0 },
	{ "records.describe", RIGHT_NONE, ON_LOOP, AT_ANY,
	    "the types of records and their fields with labels",
	    "{types: [{type, en, th, fields: [{name, kind, en, th}]}]}",
	    NO_PARAMS, 0 },
	{ "status", RIGHT_READ, ON_READER, AT_ANY,
	    "where this place stands: newest revision, receipt, sync, storage",
	    "{office, role, device, cycle, edition, tip, revision, journal, "
	    "unsynced, receipt, synced, conflicts, sync, storage}",
	    NO_PARAMS, 0 },
	{ "edition.get", RIGHT_READ, ON_READER, AT_ANY,
	    "the criteria of a cycle: items, points, labels, levels",
	    "the edition", PARAMS(year_office), 0 },
	{ "assess.open", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "opens the assessment of a fiscal year",
	    "{revision, commit, record, changes}", PARAMS(open_params), 0 },
	{ "assess.show", RIGHT_READ, ON_READER, AT_ANY,
	    "the assessment of a year with its items",
	    "{record, revision, commit, fields, items}", PARAMS(year_office),
	    0 },
	{ "record.show", RIGHT_READ, ON_READER, AT_ANY,
	    "one item's answer, now or at a revision",
	    "{record, revision, commit, fields}", PARAMS(record_params), 0 },
	{ "answer.set", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "sets fields of an item's answer",
	    "{revision, commit, record, changes}", PARAMS(set_params), 0 },
	{ "answer.tick", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "ticks points, of one item or several, as one revision",
	    "{revision, commit, record, changes}", PARAMS(tick_params), 0 },
	{ "answer.untick", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "takes ticks back, of one item or several, as one revision",
	    "{revision, commit, record, changes}", PARAMS(tick_params), 0 },
	{ "score", RIGHT_READ, ON_READER, AT_ANY,
	    "scores by the edition's policy",
	    "{total, categories: [{id, score}], items: [{id, score, level, "
	    "ticked, points}]}",
	    PARAMS(year_office), 0 },
	{ "history", RIGHT_READ, ON_READER, AT_ANY,
	    "revisions, newest first: who changed what, when and why",
	    "{revisions: [...], next}", PARAMS(history_params), 0 },
	{ "diff", RIGHT_READ, ON_READER, AT_ANY,
	    "what changed between two revisions", "{from, to, records: [...]}",
	    PARAMS(diff_params), 0 },
	{ "verify", RIGHT_READ, ON_READER, AT_ANY,
	    "proves that repository, index, signatures and receipts agree",
	    "{ok, checked, findings: [{severity, where, what, advice}]}",
	    NO_PARAMS, 1 },
	{ "sync", RIGHT_WRITE, ON_LOOP, AT_OFFICE,
	    "exchanges revisions with the hall now", "the state of the sync",
	    PARAMS(sync_params), 1 },
	{ "enroll.request", RIGHT_ADMIN, ON_WRITER_ALONE, AT_OFFICE,
	    "makes the request line by which this office joins its hall",
	    "{request, fingerprint, code, device}", NO_PARAMS, 0 },
	{ "enroll.accept", RIGHT_ADMIN, ON_WRITER_ALONE, AT_OFFICE,
	    "takes the hall's answer line",
	    "{hall, hall_name, fingerprint, urls}", PARAMS(accept_params), 0 },
	{ "hall.enroll", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "admits the office that made this request line",
	    "{answer, office, device, fingerprint, revision}",
	    PARAMS(enroll_params), 0 },
	{ "hall.status", RIGHT_READ, ON_READER, AT_HALL,
	    "where every office stands", "{offices: [...]}", NO_PARAMS, 0 },
	{ "hall.absorb", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "indexes what an office pushed and signs the receipt",
	    "{absorbed, receipt}", PARAMS(absorb_params), 0 },
	{ "hall.seen", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "notes that a device of an office came, and why its push failed",
	    "{}", PARAMS(seen_params), 0 },
};

const struct method *
methods_find(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < N(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

const struct method *
methods_all(size_t *ret_n)
{
	*ret_n = N(methods);
	return methods;
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
	static const char *const names[] = { "none", "read", "write", "admin",
		"self" };

	return names[r];
}

/* JSON Schema of a parameter: {"type": …}. */
static int
describe_type(const struct param *p, cJSON *desc, struct err *e)
{
	static const char *const names[] = { "string", "integer", "boolean",
		"object", "array" };
	cJSON *schema = cJSON_CreateObject(), *items;
	int rc;

	if ((rc = json_put(desc, "schema", schema, e)) < 0 ||
	    (rc = json_put_str(schema, "type", names[p->type], e)) < 0)
		return rc;
	if (p->type != PARAM_STRINGS)
		return 0;
	items = cJSON_CreateObject();
	if ((rc = json_put(schema, "items", items, e)) < 0)
		return rc;
	return json_put_str(items, "type", "string", e);
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
	for (i = 0; i < N(methods); i++)
		if ((rc = describe_method(&methods[i], list, e)) < 0)
			goto out;
	*ret = doc;
	doc = NULL;
out:
	cJSON_Delete(doc);
	return rc;
}
