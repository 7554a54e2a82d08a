#include "store/hall/auditors.h"

#include <limits.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/enroll.h"
#include "store/hall/enroll_line.h"
#include "store/hall/registry.h"
#include "store/record/canon.h"

#define FILE_NAME "auditors.json"
#define AUDITORS_MAX 100
#define NONCE_BYTES 16

int
auditors_check_name(const char *name, struct err *e)
{
	size_t len = name != NULL ? strlen(name) : 0;

	if (len > 0 && len < AUDITOR_NAME_MAX && name[0] >= 'a' &&
	    name[0] <= 'z' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len)
		return 0;
	err_set(e, ERR_INVALID, 0, "'%.40s' cannot be the name of an auditor",
	    name != NULL ? name : "");
	err_hint(e, "a to z, 0 to 9 and -, a letter first, at most %d",
	    AUDITOR_NAME_MAX - 1);
	return ERR_INVALID;
}

static int
file_name(const struct store *s, char ret[PATH_MAX], struct err *e)
{
	return file_path(ret, PATH_MAX, e, "%s/" FILE_NAME, store_conf(s)->dir);
}

int
auditors_read(struct store *s, struct buf *ret, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = file_name(s, path, e)) < 0)
		return rc;
	rc = file_read(path, CANON_MAX, ret, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	buf_puts(ret, "{}\n");
	return buf_ok(ret, e);
}

/* What people may have touched is checked: a name goes into a command line. */
static int
check_all(const cJSON *all, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	const cJSON *a;
	int rc;

	if (!cJSON_IsObject(all))
		return err_set(
		    e, ERR_INVALID, 0, "auditors.json is not an object");
	cJSON_ArrayForEach (a, all) {
		if ((rc = auditors_check_name(a->string, e)) < 0)
			return rc;
		if (json_str(a, "key") == NULL || json_str(a, "since") == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "auditor '%.40s' has no key", a->string);
		if ((rc = key_parse_line(json_str(a, "key"), pub, e)) < 0)
			return rc;
	}
	return 0;
}

static int
load(struct store *s, cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	cJSON *all = NULL;
	int rc;

	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: only a hall has auditors");
	if ((rc = auditors_read(s, &text, e)) == 0 &&
	    (rc = canon_parse(buf_str(&text), text.len, &all, e)) == 0)
		rc = check_all(all, e);
	if (rc == ERR_INVALID)
		err_prepend(e, FILE_NAME);
	buf_release(&text);
	if (rc < 0)
		cJSON_Delete(all);
	else
		*ret = all;
	return rc;
}

static int
store_all(struct store *s, const cJSON *all, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[PATH_MAX];
	int rc;

	if ((rc = file_name(s, path, e)) == 0 &&
	    (rc = canon_write(all, &text, e)) == 0)
		rc = file_write(path, buf_str(&text), text.len, 0644, e);
	buf_release(&text);
	return rc < 0 ? rc : enroll_write_authorized_keys(s, e);
}

static int
put_fingerprint(cJSON *o, const char *key, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char text[64];
	int rc = key_parse_line(key, pub, e);

	if (rc < 0)
		return rc;
	key_fingerprint(pub, text);
	return json_put_str(o, "fingerprint", text, e);
}

static int
list_one(const cJSON *a, cJSON *list, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(list, o, e)) < 0 ||
	    (rc = json_put_str(o, "name", a->string, e)) < 0 ||
	    (rc = json_put_str(o, "key", json_str(a, "key"), e)) < 0 ||
	    (rc = put_fingerprint(o, json_str(a, "key"), e)) < 0)
		return rc;
	return json_put_str(o, "since", json_str(a, "since"), e);
}

int
auditors_list(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *all = NULL, *o = NULL, *list;
	const cJSON *a;
	int rc;

	if ((rc = load(s, &all, e)) < 0)
		return rc;
	o = cJSON_CreateObject();
	list = cJSON_CreateArray();
	rc = json_put(o, "auditors", list, e);
	cJSON_ArrayForEach (a, all)
		if (rc == 0)
			rc = list_one(a, list, e);
	if (rc == 0) {
		*ret = o;
		o = NULL;
	}
	cJSON_Delete(o);
	cJSON_Delete(all);
	return rc;
}

/* --- whose key is it already? --- */

struct search {
	struct store *s;
	const char *key;
};

/* sshd takes the first line of a key that it finds: one key, one meaning. */
static int
is_no_device(void *arg, const char *code, struct err *e)
{
	const struct search *f = arg;
	cJSON *registry = NULL;
	const cJSON *d;
	int rc;

	if ((rc = registry_read(f->s, code, &registry, e)) < 0)
		return rc;
	cJSON_ArrayForEach (d, json_get(registry, "devices")) {
		const char *key = json_str(d, "key");

		if (rc == 0 && key != NULL && strcmp(key, f->key) == 0)
			rc = err_set(e, ERR_CONFLICT, 0,
			    "this key is registered as device %s-%s", code,
			    d->string);
	}
	cJSON_Delete(registry);
	return rc;
}

int
auditors_check_unused(struct store *s, const char *key, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char plain[KEY_LINE_MAX];
	cJSON *all = NULL;
	const cJSON *a;
	int rc;

	if ((rc = load(s, &all, e)) < 0)
		return rc;
	rc = key_parse_line(key, pub, e);
	if (rc == 0)
		key_line(pub, plain);
	cJSON_ArrayForEach (a, all) {
		if (rc == 0 && strcmp(json_str(a, "key"), plain) == 0)
			rc = err_set(e, ERR_CONFLICT, 0,
			    "this key is that of auditor '%s'", a->string);
	}
	cJSON_Delete(all);
	return rc;
}

static int
check_key(struct store *s, const cJSON *all, const char *name, const char *key,
    struct err *e)
{
	struct search f = { s, key };
	const cJSON *a;

	cJSON_ArrayForEach (a, all) {
		int same = strcmp(json_str(a, "key"), key) == 0;

		if (strcmp(a->string, name) == 0 && !same) {
			err_set(e, ERR_CONFLICT, 0,
			    "auditor '%s' has another key", name);
			err_hint(e,
			    "take the old one away first: pmqa hall auditors "
			    "remove %s",
			    name);
			return ERR_CONFLICT;
		}
		if (strcmp(a->string, name) != 0 && same)
			return err_set(e, ERR_CONFLICT, 0,
			    "this key is that of auditor '%s'", a->string);
	}
	return store_each_office(s, is_no_device, &f, e);
}

/* --- what the auditor is given --- */

static int
fill_line(struct store *s, const char *name, const char *key, cJSON *body,
    struct err *e)
{
	char hall_key[KEY_LINE_MAX], host_key[KEY_LINE_MAX], when[CLOCK_TEXT];
	unsigned char random[NONCE_BYTES];
	char nonce[2 * NONCE_BYTES + 1];
	const struct conf *c = store_conf(s);
	int rc;

	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(nonce, sizeof(nonce), random, sizeof(random));
	key_line(store_key(s)->pub, hall_key);
	clock_rfc3339(when, clock_now(), c->offset_min);
	if ((rc = enroll_host_key(c, host_key, e)) < 0 ||
	    (rc = json_put_str(body, "code", c->code, e)) < 0 ||
	    (rc = json_put_str(body, "hall_key", hall_key, e)) < 0 ||
	    (rc = json_put_str(body, "hall_name", c->name, e)) < 0 ||
	    (rc = json_put_str(body, "host_key", host_key, e)) < 0 ||
	    (rc = json_put_str(body, "key", key, e)) < 0 ||
	    (rc = json_put_str(body, "name", name, e)) < 0 ||
	    (rc = json_put_str(body, "nonce", nonce, e)) < 0 ||
	    (rc = json_put_str(body, "time", when, e)) < 0)
		return rc;
	return enroll_put_urls(c, body, e);
}

static int
put_line(
    struct store *s, const char *name, const char *key, cJSON *o, struct err *e)
{
	cJSON *body = cJSON_CreateObject(), *urls;
	struct buf line = BUF_INIT;
	int rc;

	if ((rc = fill_line(s, name, key, body, e)) < 0 ||
	    (rc = enroll_line_write(
		 ENROLL_PROVINCE, body, store_key(s), &line, e)) < 0 ||
	    (rc = json_put_str(o, "line", buf_str(&line), e)) < 0)
		goto out;
	urls = cJSON_Duplicate(json_get(body, "urls"), 1);
	rc = json_put(o, "urls", urls, e);
out:
	buf_release(&line);
	cJSON_Delete(body);
	return rc;
}

static int
put_auditor(struct store *s, cJSON *all, const char *name, const char *key,
    struct err *e)
{
	cJSON *a = cJSON_CreateObject();
	char since[CLOCK_TEXT];
	int rc;

	clock_rfc3339(since, clock_now(), store_conf(s)->offset_min);
	if ((rc = json_put(all, name, a, e)) < 0 ||
	    (rc = json_put_str(a, "key", key, e)) < 0 ||
	    (rc = json_put_str(a, "since", since, e)) < 0)
		return rc;
	return store_all(s, all, e);
}

/* The key as it is written everywhere, without its comment. */
static int
plain_key(const char *key, char ret[KEY_LINE_MAX], struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	if (key == NULL || key_parse_line(key, pub, e) < 0) {
		rc = err_set(
		    e, ERR_INVALID, 0, "this is not a key of ssh-ed25519");
		err_hint(e,
		    "the auditor makes one with 'ssh-keygen -t ed25519' and "
		    "sends the line of the file that ends in .pub");
		return rc;
	}
	key_line(pub, ret);
	return 0;
}

int
auditors_add(struct store *s, const char *name, const char *key, cJSON **ret,
    struct err *e)
{
	char plain[KEY_LINE_MAX];
	cJSON *all = NULL, *o = NULL;
	int rc;

	if ((rc = load(s, &all, e)) < 0 ||
	    (rc = auditors_check_name(name, e)) < 0 ||
	    (rc = plain_key(key, plain, e)) < 0 ||
	    (rc = check_key(s, all, name, plain, e)) < 0)
		goto out;
	if (json_get(all, name) == NULL) {
		if (cJSON_GetArraySize(all) >= AUDITORS_MAX) {
			rc = err_set(e, ERR_INVALID, 0,
			    "a hall has at most %d auditors", AUDITORS_MAX);
			goto out;
		}
		if ((rc = put_auditor(s, all, name, plain, e)) < 0)
			goto out;
	}
	o = cJSON_CreateObject();
	if ((rc = json_put_str(o, "name", name, e)) < 0 ||
	    (rc = put_fingerprint(o, plain, e)) < 0 ||
	    (rc = json_put_str(
		 o, "since", json_str(json_get(all, name), "since"), e)) < 0 ||
	    (rc = put_line(s, name, plain, o, e)) < 0)
		goto out;
	*ret = o;
	o = NULL;
out:
	cJSON_Delete(o);
	cJSON_Delete(all);
	return rc;
}

int
auditors_remove(struct store *s, const char *name, cJSON **ret, struct err *e)
{
	cJSON *all = NULL, *o = NULL;
	const char *key;
	int rc;

	if ((rc = load(s, &all, e)) < 0)
		return rc;
	key = json_str(json_get(all, name != NULL ? name : ""), "key");
	if (key == NULL) {
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "there is no auditor '%.40s' here",
		    name != NULL ? name : "");
		err_hint(e, "pmqa hall auditors list shows them");
		goto out;
	}
	o = cJSON_CreateObject();
	if ((rc = json_put_str(o, "name", name, e)) < 0 ||
	    (rc = put_fingerprint(o, key, e)) < 0)
		goto out;
	cJSON_DeleteItemFromObjectCaseSensitive(all, name);
	if ((rc = store_all(s, all, e)) < 0)
		goto out;
	*ret = o;
	o = NULL;
out:
	cJSON_Delete(o);
	cJSON_Delete(all);
	return rc;
}

/* sshd gives the command to the user's shell: as signers_add_login(). */
int
auditors_add_logins(
    struct store *s, const char *receive, struct buf *ret, struct err *e)
{
	const char *dir = store_conf(s)->dir;
	cJSON *all = NULL;
	const cJSON *a;
	int rc;

	if ((rc = load(s, &all, e)) < 0)
		return rc;
	if (cJSON_GetArraySize(all) > 0 &&
	    ((rc = conf_check_path(receive, e)) < 0 ||
		(rc = conf_check_path(dir, e)) < 0))
		goto out;
	cJSON_ArrayForEach (a, all)
		buf_printf(ret,
		    "restrict,command=\"%s --dir %s --auditor %s\" %s "
		    "auditor-%s\n",
		    receive, dir, a->string, json_str(a, "key"), a->string);
	rc = buf_ok(ret, e);
out:
	cJSON_Delete(all);
	return rc;
}
