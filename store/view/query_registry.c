#include "store/view/query_registry.h"

#include "store/admit/entry.h"
#include "store/look/asof.h"
#include "store/sign/key.h"

#define REGISTRY_PATH "registry.json"

/* {"device","state","fingerprint"} */
static int
push_device(cJSON *list, const char *office, const cJSON *device, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	const char *line = json_str(device, "key");
	char name[16], fingerprint[64];
	cJSON *d = NULL;
	int rc;

	if (line == NULL)
		return err_set(e, ERR_DAMAGED, 0,
		    "a device of office %s has no key", office);
	if ((rc = key_parse_line(line, pub, e)) < 0)
		return rc;
	key_fingerprint(pub, fingerprint);
	snprintf(name, sizeof(name), "%.7s-%.7s", office, device->string);
	d = cJSON_CreateObject();
	if ((rc = json_put_str(d, "device", name, e)) < 0 ||
	    (rc = json_put_str(d, "state", json_str(device, "state"), e)) < 0 ||
	    (rc = json_put_str(d, "fingerprint", fingerprint, e)) < 0) {
		cJSON_Delete(d);
		return rc;
	}
	return json_push(list, d, e);
}

int
query_registry_put(
    struct store *s, cJSON *out, const char *office, struct err *e)
{
	cJSON *devices = cJSON_CreateArray();
	struct branch *hall = NULL;
	struct asof a = { 0 };
	const char *state;
	const cJSON *d;
	int active = 0, rc;

	if ((rc = json_put(out, "devices", devices, e)) < 0 ||
	    (rc = store_branch(s, office, "hall", &hall, e)) < 0 ||
	    (rc = asof_record(s, hall, REGISTRY_PATH, ASOF_NOW, &a, e)) < 0)
		goto out;
	cJSON_ArrayForEach (d, json_get(a.rec, "devices")) {
		if ((rc = push_device(devices, office, d, e)) < 0)
			goto out;
		state = json_str(d, "state");
		active |= state != NULL && strcmp(state, "active") == 0;
	}
	if ((rc = json_put_str(out, "name",
		 json_str(json_get(a.rec, "office"), "name"), e)) < 0)
		goto out;
	rc = entry_put_state(out, a.rec, active, e);
out:
	asof_release(&a);
	return rc;
}
