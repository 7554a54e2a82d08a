#include "store/hall/machines.h"

#include "base/clock.h"
#include "store/admit/entry.h"
#include "store/hall/enroll_check.h"
#include "store/hall/registry.h"
#include "store/hall/visit.h"

struct listing {
	struct store *s;
	cJSON *list;
	cJSON *seen; /* of one office: device -> {"last_seen","version"} */
};

static int
on_visit(void *arg, const struct visit *v, struct err *e)
{
	struct listing *l = arg;
	cJSON *one = cJSON_CreateObject();
	char when[CLOCK_TEXT];
	int rc;

	clock_rfc3339(when, v->last_seen, store_conf(l->s)->offset_min);
	if ((rc = json_put(l->seen, v->device, one, e)) < 0 ||
	    (rc = json_put_str(one, "last_seen", when, e)) < 0)
		return rc;
	return v->version[0] == '\0'
		   ? 0
		   : json_put_str(one, "version", v->version, e);
}

static int
put_key(cJSON *out, const cJSON *device, struct err *e)
{
	const char *line = json_str(device, "key");
	unsigned char pub[KEY_PUBLIC_LEN];
	char fingerprint[64];

	if (line == NULL || key_parse_line(line, pub, NULL) < 0)
		return json_put_str(out, "fingerprint", NULL, e);
	key_fingerprint(pub, fingerprint);
	return json_put_str(out, "fingerprint", fingerprint, e);
}

static int
fill(const struct listing *l, const cJSON *registry, const cJSON *device,
    cJSON *out, struct err *e)
{
	static const char *const told[] = { "state", "since", "until",
		"reason" };
	const cJSON *office = json_get(registry, "office"), *seen;
	const char *code = json_str(office, "code");
	const char *state = entry_is_disabled(registry) ? "disabled" : "active";
	char name[16];
	size_t i;
	int rc;

	(void)snprintf(name, sizeof(name), "%.8s-%.1s",
	    code != NULL ? code : "", device->string);
	if ((rc = json_put_str(out, "device", name, e)) < 0 ||
	    (rc = json_put_str(out, "office", code, e)) < 0 ||
	    (rc = json_put_str(
		 out, "office_name", json_str(office, "name"), e)) < 0 ||
	    (rc = json_put_str(out, "office_state", state, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if ((rc = json_put_str(
			 out, told[i], json_str(device, told[i]), e)) < 0)
			return rc;
	seen = json_get(l->seen, name);
	if ((rc = put_key(out, device, e)) < 0 ||
	    (rc = json_put_str(
		 out, "last_seen", json_str(seen, "last_seen"), e)) < 0)
		return rc;
	return json_put_str(out, "version", json_str(seen, "version"), e);
}

static int
on_office(void *arg, const char *code, struct err *e)
{
	struct listing *l = arg;
	cJSON *registry = NULL, *out;
	const cJSON *device;
	int rc;

	cJSON_Delete(l->seen);
	if ((l->seen = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = registry_read(l->s, code, &registry, e)) < 0 ||
	    (rc = visit_each(l->s, code, on_visit, l, e)) < 0)
		goto out;
	cJSON_ArrayForEach (device, json_get(registry, "devices")) {
		out = cJSON_CreateObject();
		if ((rc = json_push(l->list, out, e)) < 0 ||
		    (rc = fill(l, registry, device, out, e)) < 0)
			break;
	}
out:
	cJSON_Delete(registry);
	return rc;
}

static int
check_office(struct store *s, const char *office, struct err *e)
{
	int rc;

	if ((rc = conf_check_code(ROLE_OFFICE, office, e)) < 0 ||
	    (rc = enroll_check_known(s, office, e)) < 0)
		return rc;
	if (rc > 0)
		return 0;
	err_set(e, ERR_NOT_FOUND, 0, "office %s is not enrolled at this hall",
	    office);
	err_hint(e, "pmqa hall status lists the offices");
	return ERR_NOT_FOUND;
}

int
machines_list(struct store *s, const char *office, cJSON **ret, struct err *e)
{
	struct listing l = { .s = s };
	cJSON *out = NULL;
	int rc;

	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: the hall keeps the list of devices");
	if (office != NULL && (rc = check_office(s, office, e)) < 0)
		return rc;
	out = cJSON_CreateObject();
	l.list = cJSON_CreateArray();
	if ((rc = json_put(out, "devices", l.list, e)) < 0)
		goto out;
	rc = office != NULL ? on_office(&l, office, e)
			    : store_each_office(s, on_office, &l, e);
	if (rc < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(l.seen);
	cJSON_Delete(out);
	return rc;
}
