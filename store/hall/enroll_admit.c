#include "store/hall/enroll.h"

#include <limits.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/conf_https.h"
#include "store/hall/auditors.h"
#include "store/hall/enroll_check.h"
#include "store/hall/enroll_line.h"
#include "store/hall/publish.h"
#include "store/hall/registry.h"
#include "store/hall/signers.h"
#include "store/save/journal.h"

/* The hall's side of an enrolment. */

#define REGISTRY "registry.json"
#define SHARED_MAX 200 /* files that go into the revision of an enrolment */
#define HOST_KEY_FILE "/etc/ssh/ssh_host_ed25519_key.pub"

/* One request on its way into the registry. */
struct admission {
	struct store *s;
	const struct conf *c;
	struct enroll_asked asked; /* borrows the request */
	struct branch *hall; /* the hall branch of the office's repository */
	cJSON *registry;
	cJSON *signers;             /* content of allowed_signers, a string */
	struct publish_set *shared; /* what all offices get */
	struct save_change changes[2 + SHARED_MAX];
	size_t n_changes;
};

static void
admission_release(struct admission *a)
{
	cJSON_Delete(a->registry);
	cJSON_Delete(a->signers);
	publish_set_free(a->shared);
}

static int
open_repo(struct admission *a, struct err *e)
{
	const char *code = a->asked.code;
	char path[PATH_MAX];
	int rc;

	if ((rc = enroll_check_known(a->s, code, e)) < 0)
		return rc;
	if (rc == 0 &&
	    ((rc = file_path(path, sizeof(path), e, "%s/offices/%s.git",
		  a->c->dir, code)) < 0 ||
		(rc = repo_create(path, "refs/heads/office", e)) < 0))
		return rc;
	return store_own_branch(a->s, code, &a->hall, e);
}

static int
make_registry(struct admission *a, struct err *e)
{
	int rc;

	if ((rc = registry_read(a->s, a->asked.code, &a->registry, e)) < 0)
		return rc;
	return enroll_put(a->s, &a->asked, a->registry, e);
}

static int
make_signers(struct admission *a, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	registry_add_hall(a->s, &text);
	rc = registry_add_signers(a->registry, a->asked.code, &text, e);
	if (rc == 0) {
		a->signers = cJSON_CreateString(buf_str(&text));
		rc = a->signers == NULL ? err_nomem(e) : 0;
	}
	buf_release(&text);
	return rc;
}

static void
add_change(struct admission *a, const char *path, const cJSON *value)
{
	struct save_change *c = &a->changes[a->n_changes++];

	c->path = path;
	c->op = SAVE_WHOLE;
	c->value = value;
}

/* What the hall gives to all offices goes into the same revision. */
static int
add_shared(struct admission *a, int *ret_more, struct err *e)
{
	size_t n = 0;
	int rc;

	if ((rc = publish_set_read(a->s, &a->shared, e)) < 0)
		return rc;
	rc = publish_set_missing(a->shared, a->s, a->hall,
	    a->changes + a->n_changes, SHARED_MAX, &n, ret_more, e);
	a->n_changes += n;
	return rc;
}

/* What one revision could not hold. */
static int
publish_rest(struct admission *a, const struct person *p, struct err *e)
{
	cJSON *published = NULL;
	int rc = publish_all(a->s, p, a->asked.code, NULL, &published, e);

	cJSON_Delete(published);
	return rc;
}

/* One revision of the hall branch in a group of its own, down into the
 * repository: the office fetches from there. */
static int
save_registry(struct admission *a, const struct person *p, cJSON **ret_saved,
    struct err *e)
{
	struct save_req req = { .office = a->asked.code,
		.person = p,
		.action = "enroll",
		.changes = a->changes,
		.n_changes = a->n_changes };
	char subject[64];
	struct err ignored;
	int rc;

	(void)snprintf(subject, sizeof(subject), "%s: enrol device %s",
	    a->asked.code, a->asked.device);
	req.subject = subject;
	if ((rc = save_group_begin(a->s, e)) < 0)
		return rc;
	if ((rc = save_run(a->s, &req, ret_saved, e)) < 0) {
		/* the save's own fault is the one to tell */
		(void)save_group_abort(a->s, &ignored);
		return rc;
	}
	if ((rc = save_group_end(a->s, e)) < 0)
		return rc;
	return journal_flush(a->s, e);
}

int
enroll_host_key(const struct conf *c, char ret[KEY_LINE_MAX], struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	int needed, rc;

	needed = conf_any_own_ssh(c);
	(void)snprintf(ret, KEY_LINE_MAX, "%s", needed ? c->own_host_key : "");
	if (!needed || ret[0] != '\0')
		return 0;
	rc = file_read(HOST_KEY_FILE, 4096, &text, e);
	if (rc == 0) {
		if (text.len > 0 && text.data[text.len - 1] == '\n')
			text.data[text.len - 1] = '\0';
		rc = key_parse_line(buf_str(&text), pub, e);
	}
	if (rc == 0)
		key_line(pub, ret);
	else
		err_hint(e,
		    "write the host key of the hall's sshd into [hall] of its "
		    "pmqad.conf: host_key = ssh-ed25519 ...");
	buf_release(&text);
	return rc;
}

int
enroll_put_urls(const struct conf *c, cJSON *body, struct err *e)
{
	cJSON *urls = cJSON_CreateArray();
	int i, rc;

	if ((rc = json_put(body, "urls", urls, e)) < 0)
		return rc;
	if (c->n_own_urls == 0)
		return json_push_str(urls, c->dir, e);
	for (i = 0; i < c->n_own_urls && rc == 0; i++)
		rc = json_push_str(urls, c->own_urls[i], e);
	return rc;
}

static int
answer_line(const struct admission *a, const char *host_key, struct buf *ret,
    struct err *e)
{
	char key[KEY_LINE_MAX], when[CLOCK_TEXT], pins[CONF_PINS_TEXT];
	cJSON *body = cJSON_CreateObject();
	int rc;

	conf_pins_text(&a->c->own_pins, pins);
	key_line(store_key(a->s)->pub, key);
	clock_rfc3339(when, clock_now(), a->c->offset_min);
	if ((rc = json_put_str(body, "code", a->asked.code, e)) < 0 ||
	    (rc = json_put_str(body, "device", a->asked.device, e)) < 0 ||
	    (rc = json_put_str(body, "hall", a->c->code, e)) < 0 ||
	    (rc = json_put_str(body, "hall_key", key, e)) < 0 ||
	    (rc = json_put_str(body, "hall_name", a->c->name, e)) < 0 ||
	    (rc = json_put_str(body, "host_key", host_key, e)) < 0 ||
	    (rc = json_put_str(body, "https_pin", pins, e)) < 0 ||
	    (rc = json_put_str(body, "key", a->asked.key, e)) < 0 ||
	    (rc = json_put_str(body, "nonce", a->asked.nonce, e)) < 0 ||
	    (rc = json_put_str(body, "time", when, e)) < 0 ||
	    (rc = enroll_put_urls(a->c, body, e)) < 0)
		goto out;
	rc = enroll_line_write(ENROLL_ANSWER, body, store_key(a->s), ret, e);
out:
	cJSON_Delete(body);
	return rc;
}

static int
admit_result(const struct admission *a, const cJSON *saved, const char *line,
    cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "answer", line, e)) < 0 ||
	    (rc = json_put_str(obj, "office", a->asked.code, e)) < 0 ||
	    (rc = json_put_str(obj, "device", a->asked.device, e)) < 0 ||
	    (rc = json_put_str(obj, "fingerprint", a->asked.fingerprint, e)) <
		0 ||
	    (rc = json_put_str(
		 obj, "revision", json_str(saved, "revision"), e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

/* Everything after the request was read. */
static int
admit(struct admission *a, const struct person *p, cJSON **ret, struct err *e)
{
	char host_key[KEY_LINE_MAX];
	struct buf line = BUF_INIT;
	cJSON *saved = NULL;
	int more = 0, rc;

	if ((rc = enroll_check_newest(a->s, &a->asked, e)) < 0 ||
	    (rc = enroll_check_key(a->s, &a->asked, e)) < 0 ||
	    (rc = enroll_host_key(a->c, host_key, e)) < 0 ||
	    (rc = open_repo(a, e)) < 0 || (rc = make_registry(a, e)) < 0 ||
	    (rc = make_signers(a, e)) < 0)
		goto out;
	add_change(a, REGISTRY, a->registry);
	add_change(a, "allowed_signers", a->signers);
	if ((rc = add_shared(a, &more, e)) < 0 ||
	    (rc = save_registry(a, p, &saved, e)) < 0 ||
	    (more && (rc = publish_rest(a, p, e)) < 0) ||
	    (rc = enroll_write_authorized_keys(a->s, e)) < 0 ||
	    (rc = answer_line(a, host_key, &line, e)) < 0)
		goto out;
	rc = admit_result(a, saved, buf_str(&line), ret, e);
out:
	buf_release(&line);
	cJSON_Delete(saved);
	return rc;
}

int
enroll_admit(struct store *s, const struct person *p, const char *request,
    cJSON **ret, struct err *e)
{
	struct admission *a = NULL;
	cJSON *body = NULL;
	int rc;

	if ((rc = enroll_read(s, request, &body, e)) < 0)
		return rc;
	if ((a = calloc(1, sizeof(*a))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	a->s = s;
	a->c = store_conf(s);
	if ((rc = enroll_check_request(body, &a->asked, e)) == 0)
		rc = admit(a, p, ret, e);
	admission_release(a);
out:
	free(a);
	cJSON_Delete(body);
	return rc;
}

/* Both files being made, office by office. */
struct key_files {
	struct store *s;
	char receive[PATH_MAX];
	struct buf logins, signers, revoked;
};

static int
on_office(void *arg, const char *code, struct err *e)
{
	struct key_files *f = arg;
	cJSON *registry = NULL;
	int rc;

	if ((rc = registry_read(f->s, code, &registry, e)) < 0)
		return rc;
	rc = registry_add_logins(
	    f->s, registry, code, f->receive, &f->logins, e);
	if (rc == 0)
		rc = registry_add_signers(registry, code, &f->signers, e);
	if (rc == 0)
		rc = registry_add_revoked(registry, code, &f->revoked, e);
	cJSON_Delete(registry);
	return rc;
}

int
enroll_write_authorized_keys(struct store *s, struct err *e)
{
	struct key_files f = { .s = s,
		.logins = BUF_INIT,
		.signers = BUF_INIT,
		.revoked = BUF_INIT };
	const struct conf *c = store_conf(s);
	char path[PATH_MAX];
	int rc;

	rc = file_own(f.receive, sizeof(f.receive), "pmqa-receive", e);
	if (rc < 0)
		return rc;
	registry_add_hall(s, &f.signers);
	if ((rc = store_each_office(s, on_office, &f, e)) < 0 ||
	    (rc = auditors_add_logins(s, f.receive, &f.logins, e)) < 0 ||
	    (rc = buf_ok(&f.logins, e)) < 0 ||
	    (rc = file_path(
		 path, sizeof(path), e, "%s/authorized_keys", c->dir)) < 0 ||
	    (rc = file_write(path, buf_str(&f.logins), f.logins.len, 0600, e)) <
		0)
		goto out;
	if ((rc = signers_write(c, "offices/allowed_signers", &f.signers, e)) ==
	    0)
		rc = signers_write(c, "offices/revoked_signers", &f.revoked, e);
out:
	buf_release(&f.logins);
	buf_release(&f.signers);
	buf_release(&f.revoked);
	return rc;
}
