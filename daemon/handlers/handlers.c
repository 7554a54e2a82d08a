#include "daemon/handlers/handlers.h"

#include "base/log.h"
#include "daemon/server.h"
#include "proto/rpc.h"
#include "store/record/record.h"

/* Filled objects below are checked once, at the end: a part that could not be
 * made makes json_put() fail. */

static int
person_json(const struct person *p, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "login", p->login, e)) < 0 ||
	    (rc = json_put_str(obj, "name", p->name, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
fill_hello(const struct call *c, cJSON *obj, struct err *e)
{
	const struct conf *conf = &c->server->conf;
	cJSON *person = NULL, *rights = NULL;
	char device[16];
	int rc;

	snprintf(device, sizeof(device), "%s-%c", conf->code, conf->device);
	if ((rc = json_put_str(obj, "program", "pmqad", e)) < 0 ||
	    (rc = json_put_str(obj, "version", PMQA_VERSION, e)) < 0 ||
	    (rc = json_put_int(obj, "protocol", RPC_PROTOCOL, e)) < 0 ||
	    (rc = json_put_str(obj, "role", conf_role_name(conf->role), e)) <
		0 ||
	    (rc = json_put_str(obj, "code", conf->code, e)) < 0 ||
	    (rc = json_put_str(obj, "name", conf->name, e)) < 0 ||
	    (rc = json_put_str(obj, "device", device, e)) < 0 ||
	    (rc = person_json(&c->peer->person, &person, e)) < 0 ||
	    (rc = json_put(obj, "person", person, e)) < 0 ||
	    (rc = peer_rights_json(c->peer, &rights, e)) < 0)
		return rc;
	return json_put(obj, "rights", rights, e);
}

static int
begin_hello(struct call *c, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = fill_hello(c, obj, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
begin_discover(struct call *c, cJSON **ret, struct err *e)
{
	(void)c;
	return methods_discover(ret, e);
}

static const char *
kind_name(enum field_type t)
{
	switch (t) {
	case FIELD_LINE:
		return "line";
	case FIELD_TEXT:
		return "text";
	case FIELD_INT:
		return "int";
	case FIELD_BOOL:
		return "bool";
	case FIELD_DECIMAL:
		return "decimal";
	case FIELD_ENUM:
		return "enum";
	case FIELD_POINTS:
		return "points";
	case FIELD_HEX:
		return "hex";
	case FIELD_TIME:
		return "time";
	case FIELD_ID:
		return "id";
	case FIELD_DATE:
		return "date";
	case FIELD_ITEMS:
		return "items";
	case FIELD_OPAQUE:
		return "opaque";
	}
	return "unknown";
}

static int
describe_field(const struct field *f, cJSON *list, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(list, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "name", f->name, e)) < 0 ||
	    (rc = json_put_str(obj, "kind", kind_name(f->type), e)) < 0 ||
	    (rc = json_put_str(obj, "en", f->en, e)) < 0)
		return rc;
	return json_put_str(obj, "th", f->th, e);
}

static int
describe_type(const struct record_type *t, cJSON *list, struct err *e)
{
	cJSON *obj = cJSON_CreateObject(), *fields;
	size_t i;
	int rc;

	if ((rc = json_push(list, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "type", t->name, e)) < 0 ||
	    (rc = json_put_str(obj, "en", t->en, e)) < 0 ||
	    (rc = json_put_str(obj, "th", t->th, e)) < 0)
		return rc;
	fields = cJSON_CreateArray();
	if ((rc = json_put(obj, "fields", fields, e)) < 0)
		return rc;
	for (i = 0; i < t->n_fields; i++)
		if ((rc = describe_field(&t->fields[i], fields, e)) < 0)
			return rc;
	return 0;
}

static int
describe_all(cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject(), *list = cJSON_CreateArray();
	const struct record_type *types;
	size_t i, n;
	int rc;

	types = record_types(&n);
	if ((rc = json_put(obj, "types", list, e)) < 0)
		goto out;
	for (i = 0; i < n; i++)
		if ((rc = describe_type(&types[i], list, e)) < 0)
			goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

/* The same for everybody, and asked with each save by the client: made once. */
static int
begin_describe(struct call *c, cJSON **ret, struct err *e)
{
	cJSON **all = &c->server->described;
	int rc;

	if (*all == NULL && (rc = describe_all(all, e)) < 0)
		return rc;
	*ret = cJSON_CreateObjectReference((*all)->child);
	return *ret == NULL ? err_nomem(e) : 0;
}

static const struct handler handlers_loop[] = {
	{ "hello", NULL, begin_hello, NULL },
	{ "rpc.discover", NULL, begin_discover, NULL },
	{ "records.describe", NULL, begin_describe, NULL },
};

static const size_t handlers_n_loop =
    sizeof(handlers_loop) / sizeof(*handlers_loop);

static const struct {
	const struct handler *rows;
	const size_t *n;
} tables[] = {
	{ handlers_loop, &handlers_n_loop },
	{ handlers_read, &handlers_n_read },
	{ handlers_write, &handlers_n_write },
	{ handlers_hall, &handlers_n_hall },
	{ handlers_evidence, &handlers_n_evidence },
	{ handlers_edition, &handlers_n_edition },
	{ handlers_history, &handlers_n_history },
	{ handlers_past, &handlers_n_past },
	{ handlers_plan, &handlers_n_plan },
	{ handlers_review, &handlers_n_review },
	{ handlers_see, &handlers_n_see },
	{ handlers_batch, &handlers_n_batch },
	{ handlers_conflict, &handlers_n_conflict },
	{ handlers_sync, &handlers_n_sync },
	{ handlers_report, &handlers_n_report },
	{ handlers_bundle, &handlers_n_bundle },
	{ handlers_device, &handlers_n_device },
	{ handlers_ministry, &handlers_n_ministry },
	{ handlers_oversight, &handlers_n_oversight },
	{ handlers_devices, &handlers_n_devices },
	{ handlers_log, &handlers_n_log },
	{ handlers_backup, &handlers_n_backup },
	{ handlers_maintain, &handlers_n_maintain },
	{ handlers_feed, &handlers_n_feed },
	{ handlers_flags, &handlers_n_flags },
	{ handlers_audit, &handlers_n_audit },
	{ handlers_verify, &handlers_n_verify },
};

const struct handler *
handlers_find(const char *method)
{
	size_t t, i;

	if (methods_find(method) == NULL)
		return NULL;
	for (t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (i = 0; i < *tables[t].n; i++)
			if (strcmp(tables[t].rows[i].method, method) == 0)
				return &tables[t].rows[i];
	return NULL;
}
