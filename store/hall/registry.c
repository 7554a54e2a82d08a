#include "store/hall/registry.h"

#include <limits.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/entry.h"
#include "store/hall/signers.h"
#include "store/record/canon.h"

#define REGISTRY "registry.json"
#define SIGNERS "allowed_signers"
#define SIGNERS_MAX ((size_t)64 * 1024)

int
registry_read(struct store *s, const char *code, cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;
	int rc;

	if ((rc = store_branch(s, code, "hall", &b, e)) < 0)
		return rc;
	rc = store_record(s, b, REGISTRY, &bytes, NULL, e);
	if (rc == ERR_NOT_FOUND) {
		*ret = cJSON_CreateObject();
		rc = *ret == NULL ? err_nomem(e) : 0;
	} else if (rc == 0) {
		rc = canon_parse(buf_str(&bytes), bytes.len, ret, e);
	}
	buf_release(&bytes);
	return rc;
}

/* The member object of this name, made when absent; NULL: no memory. */
static cJSON *
member(cJSON *obj, const char *name, struct err *e)
{
	cJSON *v = json_get(obj, name);

	if (v != NULL)
		return v;
	v = cJSON_CreateObject();
	return json_put(obj, name, v, e) < 0 ? NULL : v;
}

static int
has_key(const cJSON *device, const char *key)
{
	const char *line = json_str(device, "key");

	return line != NULL && strcmp(line, key) == 0;
}

/* Somebody else has the letter: which one the new machine could get. */
static int
letter_taken(
    const struct registry_device *d, const cJSON *devices, struct err *e)
{
	char free[2] = "a";

	while (free[0] <= 'z' &&
	       (free[0] == 'h' || json_get(devices, free) != NULL))
		free[0]++;
	err_set(e, ERR_CONFLICT, 0,
	    "office %s has a device %s with another key", d->code, d->letter);
	if (free[0] <= 'z')
		err_hint(e,
		    "give the new machine a letter of its own: 'pmqa device "
		    "renew --device %s' there, then 'pmqa enroll' again",
		    free);
	return ERR_CONFLICT;
}

/* May this device have its letter? 1 if it has it already. */
static int
check_device(
    const struct registry_device *d, const cJSON *devices, struct err *e)
{
	const cJSON *found = json_get(devices, d->letter), *other;

	cJSON_ArrayForEach (other, devices) {
		if (other != found && has_key(other, d->key))
			return err_set(e, ERR_CONFLICT, 0,
			    "this key is registered as device %s-%s", d->code,
			    other->string);
	}
	if (found == NULL)
		return 0;
	if (!has_key(found, d->key))
		return letter_taken(d, devices, e);
	if (!entry_is_revoked(found))
		return 1;
	err_set(
	    e, ERR_REFUSED, 0, "device %s-%s was revoked", d->code, d->letter);
	err_hint(e,
	    "if the machine is to go on: 'pmqa device renew' there, then 'pmqa "
	    "enroll' again; if it was revoked by mistake: 'pmqa hall restore "
	    "%s-%s'",
	    d->code, d->letter);
	return ERR_REFUSED;
}

static int
put_device(struct store *s, const struct registry_device *d, cJSON *devices,
    struct err *e)
{
	cJSON *entry = cJSON_CreateObject();
	char since[CLOCK_TEXT];
	int rc;

	clock_rfc3339(since, clock_now(), store_conf(s)->offset_min);
	if ((rc = json_put(devices, d->letter, entry, e)) < 0 ||
	    (rc = json_put_str(entry, "key", d->key, e)) < 0 ||
	    (rc = json_put_str(entry, "since", since, e)) < 0)
		return rc;
	return json_put_str(entry, "state", "active", e);
}

int
registry_add(struct store *s, cJSON *registry, const struct registry_device *d,
    struct err *e)
{
	const struct conf *c = store_conf(s);
	cJSON *office = member(registry, "office", e);
	cJSON *hall = member(registry, "hall", e);
	cJSON *devices = member(registry, "devices", e);
	char key[KEY_LINE_MAX];
	int rc;

	if (office == NULL || hall == NULL || devices == NULL)
		return ERR_NOMEM;
	if ((rc = check_device(d, devices, e)) < 0)
		return rc;
	if (rc == 0 && (rc = put_device(s, d, devices, e)) < 0)
		return rc;
	key_line(store_key(s)->pub, key);
	if ((rc = json_put_str(office, "code", d->code, e)) < 0 ||
	    (rc = json_put_str(office, "name", d->name, e)) < 0 ||
	    (rc = json_put_str(hall, "code", c->code, e)) < 0 ||
	    (rc = json_put_str(hall, "name", c->name, e)) < 0)
		return rc;
	return json_put_str(hall, "key", key, e);
}

void
registry_add_hall(struct store *s, struct buf *ret)
{
	char device[16];

	conf_device(store_conf(s), device);
	signers_add(ret, device, store_key(s)->pub);
}

static int
read_key(const cJSON *device, const char *code,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	const char *key = json_str(device, "key");

	if (key != NULL && key_parse_line(key, ret, NULL) == 0)
		return 0;
	return err_set(
	    e, ERR_DAMAGED, 0, "the registry of office %s has a bad key", code);
}

/* A revoked device without a time was never good. */
static int64_t
revoked_at(const cJSON *device)
{
	const char *until = json_str(device, "until");
	int64_t t = 0;

	if (until == NULL || clock_parse(until, 0, 1, &t, NULL) < 0)
		return 0;
	return t;
}

int
registry_add_signers(
    const cJSON *registry, const char *code, struct buf *ret, struct err *e)
{
	const cJSON *devices = json_get(registry, "devices"), *d;
	unsigned char pub[KEY_PUBLIC_LEN];
	char device[16];

	int rc;

	cJSON_ArrayForEach (d, devices) {
		if ((rc = read_key(d, code, pub, e)) < 0)
			return rc;
		(void)snprintf(
		    device, sizeof(device), "%.8s-%.1s", code, d->string);
		if (entry_is_revoked(d))
			signers_add_until(ret, device, pub, revoked_at(d));
		else
			signers_add(ret, device, pub);
	}
	return buf_ok(ret, e);
}

int
registry_add_revoked(
    const cJSON *registry, const char *code, struct buf *ret, struct err *e)
{
	const cJSON *devices = json_get(registry, "devices"), *d;
	unsigned char pub[KEY_PUBLIC_LEN];
	char line[KEY_LINE_MAX];
	int rc;

	cJSON_ArrayForEach (d, devices) {
		if (!entry_is_revoked(d))
			continue;
		if ((rc = read_key(d, code, pub, e)) < 0)
			return rc;
		key_line(pub, line);
		buf_printf(ret, "%s %.8s-%.1s\n", line, code, d->string);
	}
	return buf_ok(ret, e);
}

/* This device (the registry may not have it yet), the hall, all others. */
static int
put_office_signers(
    struct store *s, const cJSON *registry, struct buf *ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	const cJSON *devices = json_get(registry, "devices");
	const char *own = json_str(
	    json_get(devices, (const char[2]){ c->device, '\0' }), "key");
	char hall[16], key[KEY_LINE_MAX];

	key_line(store_key(s)->pub, key);
	if (own == NULL || strcmp(own, key) != 0)
		signers_add(ret, store_device(s), store_key(s)->pub);
	(void)snprintf(hall, sizeof(hall), "%s-h", c->hall_code);
	signers_add(ret, hall, c->hall_pub);
	return registry_add_signers(registry, c->code, ret, e);
}

int
registry_refresh_signers(struct store *s, struct err *e)
{
	const struct conf *c = store_conf(s);
	struct buf now = BUF_INIT, next = BUF_INIT;
	char path[PATH_MAX];
	cJSON *registry = NULL;
	int rc;

	if (!c->enrolled)
		return 0;
	rc = file_path(path, sizeof(path), e, "%s/" SIGNERS, c->dir);
	if (rc < 0 || (rc = registry_read(s, c->code, &registry, e)) < 0 ||
	    json_get(registry, "devices") == NULL ||
	    (rc = put_office_signers(s, registry, &next, e)) < 0)
		goto out;
	rc = file_read(path, SIGNERS_MAX, &now, e);
	if (rc == ERR_NOT_FOUND || rc == ERR_INVALID)
		rc = 0;
	if (rc == 0 &&
	    (now.len != next.len || memcmp(now.data, next.data, next.len) != 0))
		rc = signers_write(c, SIGNERS, &next, e);
out:
	cJSON_Delete(registry);
	buf_release(&now);
	buf_release(&next);
	return rc;
}

int
registry_add_logins(struct store *s, const cJSON *registry, const char *code,
    const char *receive, struct buf *ret, struct err *e)
{
	const cJSON *devices = json_get(registry, "devices"), *d;
	char device[16];
	int rc;

	cJSON_ArrayForEach (d, devices) {
		const char *key = json_str(d, "key");

		if (key == NULL || entry_is_revoked(d))
			continue;
		(void)snprintf(
		    device, sizeof(device), "%.8s-%.1s", code, d->string);
		rc = signers_add_login(
		    ret, receive, store_conf(s)->dir, device, key, e);
		if (rc < 0)
			return rc;
	}
	return buf_ok(ret, e);
}
