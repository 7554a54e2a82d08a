#include "store/hall/enroll.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/conf_https.h"
#include "store/hall/enroll_line.h"
#include "store/hall/signers.h"

/* The office's side of an enrolment; the hall's is enroll_admit.c. */

#define NONCE_BYTES 16
#define NONCE_HEX (2 * NONCE_BYTES)

static int
pending_path(const struct conf *c, char ret[PATH_MAX], struct err *e)
{
	return file_path(ret, PATH_MAX, e, "%s/enroll-request", c->dir);
}

static int
only_office(const struct conf *c, struct err *e)
{
	if (c->role == ROLE_OFFICE)
		return 0;
	return err_set(
	    e, ERR_USAGE, 0, "this is a hall: only an office enrols");
}

/* Everything of a request but its signature. */
static int
request_body(
    const struct store *s, const char *nonce, cJSON *body, struct err *e)
{
	const struct conf *c = store_conf(s);
	char key[KEY_LINE_MAX], when[CLOCK_TEXT], device[16];
	int rc;

	conf_device(c, device);
	key_line(store_key(s)->pub, key);
	clock_rfc3339(when, clock_now(), c->offset_min);
	if ((rc = json_put_str(body, "code", c->code, e)) < 0 ||
	    (rc = json_put_str(body, "device", device, e)) < 0 ||
	    (rc = json_put_str(body, "key", key, e)) < 0 ||
	    (rc = json_put_str(body, "name", c->name, e)) < 0 ||
	    (rc = json_put_str(body, "nonce", nonce, e)) < 0)
		return rc;
	return json_put_str(body, "time", when, e);
}

static int
request_result(
    const struct store *s, const struct buf *line, cJSON **ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	char device[16], fingerprint[64];
	cJSON *obj = cJSON_CreateObject();
	int rc;

	conf_device(c, device);
	key_fingerprint(store_key(s)->pub, fingerprint);
	if ((rc = json_put_str(obj, "request", buf_str(line), e)) < 0 ||
	    (rc = json_put_str(obj, "fingerprint", fingerprint, e)) < 0 ||
	    (rc = json_put_str(obj, "code", c->code, e)) < 0 ||
	    (rc = json_put_str(obj, "device", device, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

int
enroll_request(struct store *s, cJSON **ret, struct err *e)
{
	char path[PATH_MAX], nonce[NONCE_HEX + 1];
	unsigned char random[NONCE_BYTES];
	cJSON *body = cJSON_CreateObject();
	struct buf line = BUF_INIT;
	int rc;

	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(nonce, sizeof(nonce), random, sizeof(random));
	if ((rc = only_office(store_conf(s), e)) < 0 ||
	    (rc = request_body(s, nonce, body, e)) < 0 ||
	    (rc = enroll_line_write(
		 ENROLL_REQUEST, body, store_key(s), &line, e)) < 0 ||
	    (rc = pending_path(store_conf(s), path, e)) < 0 ||
	    (rc = file_write(path, nonce, NONCE_HEX, 0600, e)) < 0)
		goto out;
	rc = request_result(s, &line, ret, e);
out:
	cJSON_Delete(body);
	buf_release(&line);
	return rc;
}

static int
no_request(struct err *e)
{
	err_set(e, ERR_INVALID, 0,
	    "this office waits for no answer, or for that to a newer request");
	err_hint(
	    e, "make a request with 'pmqa enroll' and give it to the hall");
	return ERR_INVALID;
}

/* The answer is to our last request: same nonce, office, device and key. */
static int
check_ours(const struct store *s, const cJSON *body, struct err *e)
{
	const struct conf *c = store_conf(s);
	char path[PATH_MAX], key[KEY_LINE_MAX], device[16];
	struct buf nonce = BUF_INIT;
	int rc;

	conf_device(c, device);
	key_line(store_key(s)->pub, key);
	if ((rc = pending_path(c, path, e)) < 0)
		return rc;
	rc = file_read(path, NONCE_HEX, &nonce, e);
	if (rc == ERR_NOT_FOUND)
		rc = no_request(e);
	if (rc < 0)
		goto out;
	if (strcmp(json_str(body, "code"), c->code) != 0 ||
	    strcmp(json_str(body, "device"), device) != 0 ||
	    strcmp(json_str(body, "key"), key) != 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the answer is for another device, not for %s", device);
		err_hint(e,
		    "give each answer to the machine whose request it answers");
	} else if (strcmp(json_str(body, "nonce"), buf_str(&nonce)) != 0)
		rc = no_request(e);
out:
	buf_release(&nonce);
	return rc;
}

static int
take_urls(const cJSON *urls, struct conf *c, struct err *e)
{
	const cJSON *v;
	int rc;

	c->n_urls = 0;
	cJSON_ArrayForEach (v, urls) {
		if ((rc = conf_check_url(v->valuestring, e)) < 0)
			return rc;
		if (c->n_urls == CONF_URLS)
			break; /* the hall names the best ones first */
		(void)snprintf(
		    c->urls[c->n_urls++], CONF_URL_MAX, "%s", v->valuestring);
	}
	if (c->n_urls == 0)
		return err_set(
		    e, ERR_INVALID, 0, "the answer names no address");
	if (conf_any_ssh(c) && c->host_key[0] == '\0')
		return err_set(e, ERR_INVALID, 0,
		    "the answer has an ssh address but no host key");
	return 0;
}

/* What the answer says of the hall, checked as a file of ours would be. */
static int
take_hall(const cJSON *body, const unsigned char hall_pub[KEY_PUBLIC_LEN],
    struct conf *c, struct err *e)
{
	const char *code = json_str(body, "hall");
	const char *name = json_str(body, "hall_name");
	const char *host_key = json_str(body, "host_key");
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	if ((rc = conf_check_code(ROLE_HALL, code, e)) < 0 ||
	    (rc = conf_check_name(name, e)) < 0)
		return rc;
	if (c->enrolled &&
	    (strcmp(c->hall_code, code) != 0 ||
		memcmp(c->hall_pub, hall_pub, KEY_PUBLIC_LEN) != 0)) {
		err_set(e, ERR_CONFLICT, 0,
		    "this office is enrolled at another hall: %s (%s)",
		    c->hall_code, c->hall_name);
		err_hint(
		    e, "remove '%s/hall.conf' first if that is past", c->dir);
		return ERR_CONFLICT;
	}
	c->host_key[0] = '\0';
	if (host_key[0] != '\0') {
		if ((rc = key_parse_line(host_key, pub, e)) < 0)
			return rc;
		key_line(pub, c->host_key);
	}
	rc = conf_parse_pins(json_str(body, "https_pin"), &c->pins, e);
	if (rc < 0)
		return rc;
	(void)snprintf(c->hall_code, sizeof(c->hall_code), "%s", code);
	(void)snprintf(c->hall_name, sizeof(c->hall_name), "%s", name);
	memcpy(c->hall_pub, hall_pub, KEY_PUBLIC_LEN);
	c->hall_since = clock_now();
	c->road_device = '\0'; /* the hall knows this key from now on */
	c->enrolled = 1;
	return take_urls(json_get(body, "urls"), c, e);
}

/* Everything that makes this office an enrolled one; hall.conf last, as it is
 * what counts. */
static int
write_all(const struct conf *c, const struct key *k, struct err *e)
{
	char device[16], hall[16], path[PATH_MAX];
	struct buf signers = BUF_INIT;
	int rc;

	conf_device(c, device);
	(void)snprintf(hall, sizeof(hall), "%s-h", c->hall_code);
	signers_add(&signers, device, k->pub);
	signers_add(&signers, hall, c->hall_pub);
	if ((rc = signers_write_ssh(c, e)) < 0 ||
	    (rc = signers_write(c, "allowed_signers", &signers, e)) < 0 ||
	    (rc = conf_save_hall(c, e)) < 0 ||
	    (rc = pending_path(c, path, e)) < 0)
		goto out;
	if (unlink(path) != 0 && errno != ENOENT) {
		rc = err_sys(e, "cannot remove '%s'", path);
		goto out;
	}
	rc = file_sync(c->dir, e);
out:
	buf_release(&signers);
	return rc;
}

static int
accept_result(const struct conf *c, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject(), *urls;
	char fingerprint[64];
	int i, rc;

	key_fingerprint(c->hall_pub, fingerprint);
	if ((rc = json_put_str(obj, "hall", c->hall_code, e)) < 0 ||
	    (rc = json_put_str(obj, "hall_name", c->hall_name, e)) < 0 ||
	    (rc = json_put_str(obj, "fingerprint", fingerprint, e)) < 0)
		goto out;
	urls = cJSON_CreateArray();
	if ((rc = json_put(obj, "urls", urls, e)) < 0)
		goto out;
	for (i = 0; i < c->n_urls && rc == 0; i++)
		rc = json_push_str(urls, c->urls[i], e);
	if (rc < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

int
enroll_accept(struct store *s, const char *answer, cJSON **ret, struct err *e)
{
	unsigned char hall_pub[KEY_PUBLIC_LEN];
	struct conf c = *store_conf(s);
	cJSON *body = NULL;
	int rc;

	if ((rc = only_office(&c, e)) < 0 ||
	    (rc = enroll_line_read(
		 ENROLL_ANSWER, answer, clock_now(), &body, hall_pub, e)) < 0 ||
	    (rc = check_ours(s, body, e)) < 0 ||
	    (rc = take_hall(body, hall_pub, &c, e)) < 0 ||
	    (rc = write_all(&c, store_key(s), e)) < 0 ||
	    (rc = store_reload_conf(s, e)) < 0)
		goto out;
	rc = accept_result(&c, ret, e);
out:
	cJSON_Delete(body);
	return rc;
}
