/* What a request asks for, for the person who decides. */
#include "base/clock.h"
#include "store/hall/enroll.h"
#include "store/hall/enroll_check.h"
#include "store/hall/registry.h"

static int
push_device(cJSON *list, const char *code, const cJSON *d, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	unsigned char pub[KEY_PUBLIC_LEN];
	char name[16], fingerprint[64] = "";
	const char *key = json_str(d, "key");
	int rc;

	if (key != NULL && key_parse_line(key, pub, NULL) == 0)
		key_fingerprint(pub, fingerprint);
	(void)snprintf(name, sizeof(name), "%.8s-%.1s", code, d->string);
	if ((rc = json_put_str(o, "device", name, e)) < 0 ||
	    (rc = json_put_str(o, "state", json_str(d, "state"), e)) < 0 ||
	    (rc = json_put_str(o, "fingerprint", fingerprint, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	return json_push(list, o, e);
}

/* The office as it is known now, its devices among it. */
static int
put_known(const struct enroll_asked *a, const cJSON *registry, cJSON *out,
    struct err *e)
{
	const char *name = json_str(json_get(registry, "office"), "name"), *key;
	const cJSON *devices = json_get(registry, "devices"), *d;
	cJSON *list = cJSON_CreateArray();
	int rc;

	key = json_str(json_get(devices, a->letter), "key");
	if ((rc = json_put(out, "devices", list, e)) < 0 ||
	    (rc = json_put_bool(out, "known", name != NULL, e)) < 0 ||
	    (rc = json_put_bool(out, "enrolled",
		 key != NULL && strcmp(key, a->key) == 0, e)) < 0)
		return rc;
	if (name != NULL && strcmp(name, a->name) != 0 &&
	    (rc = json_put_str(out, "known_name", name, e)) < 0)
		return rc;
	cJSON_ArrayForEach (d, devices) {
		if ((rc = push_device(list, a->code, d, e)) < 0)
			return rc;
	}
	return 0;
}

static int
put_asked(const struct enroll_asked *a, cJSON *out, struct err *e)
{
	int rc;

	if ((rc = json_put_str(out, "office", a->code, e)) < 0 ||
	    (rc = json_put_str(out, "name", a->name, e)) < 0 ||
	    (rc = json_put_str(out, "device", a->device, e)) < 0)
		return rc;
	return json_put_str(out, "fingerprint", a->fingerprint, e);
}

static int
look(struct store *s, const cJSON *body, cJSON *out, struct err *e)
{
	cJSON *registry = NULL;
	struct enroll_asked a;
	int rc;

	if ((rc = enroll_check_request(body, &a, e)) < 0 ||
	    (rc = enroll_check_newest(s, &a, e)) < 0 ||
	    (rc = enroll_check_key(s, &a, e)) < 0 ||
	    (rc = put_asked(&a, out, e)) < 0 ||
	    (rc = json_put_str(out, "time", json_str(body, "time"), e)) < 0 ||
	    (rc = enroll_check_known(s, a.code, e)) < 0)
		goto out;
	if (rc > 0)
		rc = registry_read(s, a.code, &registry, e);
	else if ((registry = cJSON_CreateObject()) == NULL)
		rc = err_nomem(e);
	if (rc < 0 || (rc = put_known(&a, registry, out, e)) < 0)
		goto out;
	/* what admitting it would say is said before anybody is asked */
	rc = enroll_put(s, &a, registry, e);
out:
	cJSON_Delete(registry);
	return rc;
}

int
enroll_look(struct store *s, const char *request, cJSON **ret, struct err *e)
{
	cJSON *body = NULL, *out = NULL;
	int rc;

	if ((rc = enroll_read(s, request, &body, e)) < 0)
		return rc;
	if ((out = cJSON_CreateObject()) == NULL)
		rc = err_nomem(e);
	else
		rc = look(s, body, out, e);
	if (rc == 0) {
		*ret = out;
		out = NULL;
	}
	cJSON_Delete(out);
	cJSON_Delete(body);
	return rc;
}
