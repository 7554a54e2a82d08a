/* The devices of the year, with the keys that the hall knows of them. */
#include "store/audit/dossier_state.h"

#include "store/look/asof.h"

static int
put_texts(cJSON *one, const cJSON *entry, struct err *e)
{
	static const char *const names[] = { "since", "state", "until",
		"reason", "key" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(*names); i++)
		rc = json_put_str(one, names[i], json_str(entry, names[i]), e);
	return rc;
}

/* Of the registry's entry; NULL: the hall knows no such device. */
static int
put_entry(cJSON *one, const cJSON *entry, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	const char *key = json_str(entry, "key");
	char print[64] = "";
	int rc = put_texts(one, entry, e);

	if (rc == 0 && key != NULL && key_parse_line(key, pub, NULL) == 0)
		key_fingerprint(pub, print);
	if (rc == 0)
		rc = json_put_str(
		    one, "fingerprint", print[0] != '\0' ? print : NULL, e);
	if (rc < 0 || json_get(entry, "last") == NULL)
		return rc < 0 ? rc
			      : json_put(one, "last_revision",
				    cJSON_CreateNull(), e);
	return json_put_int(
	    one, "last_revision", json_int(entry, "last", 0), e);
}

static int
add_device(cJSON *list, const char *name, int64_t revisions, cJSON **ret,
    struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(list, one, e)) < 0 ||
	    (rc = json_put_str(one, "device", name, e)) < 0 ||
	    (rc = json_put_int(one, "revisions", revisions, e)) < 0)
		return rc;
	*ret = one;
	return 0;
}

static int
used(struct dossier *d, cJSON *list, struct err *e)
{
	struct db *db = store_db(d->m.s);
	sqlite3_stmt *st = NULL;
	cJSON *one = NULL;
	int rc, put = 0;

	rc = dossier_stmt(d, &st,
	    DOSSIER_WITH "SELECT v.device, count(*), min(v.time), max(v.time),"
			 " group_concat(DISTINCT v.login)"
			 " FROM own JOIN revision v ON v.id = own.id"
			 " GROUP BY v.device ORDER BY v.device LIMIT ?8",
	    INT64_MAX, e);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if ((put = add_device(list,
			 (const char *)sqlite3_column_text(st, 0),
			 sqlite3_column_int64(st, 1), &one, e)) < 0 ||
		    (put = dossier_put_time(d, one, "first",
			 sqlite3_column_int64(st, 2), e)) < 0 ||
		    (put = dossier_put_time(
			 d, one, "last", sqlite3_column_int64(st, 3), e)) < 0 ||
		    (put = dossier_put_list(one, "people",
			 (const char *)sqlite3_column_text(st, 4), e)) < 0)
			rc = put;
	}
	db_reset(st);
	return rc;
}

static cJSON *
find(const cJSON *list, const char *device)
{
	cJSON *one;

	cJSON_ArrayForEach (one, list)
		if (strcmp(json_str(one, "device"), device) == 0)
			return one;
	return NULL;
}

/* Those of the registry that saved nothing in the year, too: a key that could
 * have signed belongs before an auditor's eyes. */
static int
add_known(struct dossier *d, const cJSON *registry, cJSON *list, struct err *e)
{
	const cJSON *hall = json_get(registry, "hall"), *entry;
	cJSON *one;
	char name[24];
	int rc = 0;

	cJSON_ArrayForEach (entry, json_get(registry, "devices")) {
		snprintf(name, sizeof(name), "%s-%.2s", d->m.b->office,
		    entry->string);
		one = find(list, name);
		if ((one == NULL &&
			((rc = add_device(list, name, 0, &one, e)) < 0 ||
			    (rc = json_put_str(one, "first", NULL, e)) < 0 ||
			    (rc = json_put_str(one, "last", NULL, e)) < 0 ||
			    (rc = dossier_put_list(one, "people", NULL, e)) <
				0)) ||
		    (rc = put_entry(one, entry, e)) < 0)
			return rc;
	}
	if (json_str(hall, "code") == NULL)
		return 0;
	snprintf(name, sizeof(name), "%.4s-h", json_str(hall, "code"));
	one = find(list, name);
	return one != NULL ? put_entry(one, hall, e) : 0;
}

int
dossier_section_devices(void *arg, struct report_part *p, struct err *e)
{
	struct dossier *d = arg;
	struct asof registry = { 0 };
	cJSON *list = cJSON_CreateArray(), *one;
	int rc = list != NULL ? 0 : err_nomem(e);

	if (rc == 0 && (rc = used(d, list, e)) == 0 &&
	    (rc = asof_record(d->m.s, d->m.hall, "registry.json", ASOF_NOW,
		 &registry, e)) == 0)
		rc = add_known(d, registry.rec, list, e);
	asof_release(&registry);
	cJSON_ArrayForEach (one, list)
		if (rc == 0 && !cJSON_HasObjectItem(one, "key"))
			rc = put_entry(one, NULL, e);
	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return report_part_list(p, "devices", "devices", list, e);
}
