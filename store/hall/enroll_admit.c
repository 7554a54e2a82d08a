#include "store/hall/enroll.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
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
	const cJSON *request;
	const char *code, *device, *name, *key; /* of the request */
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

/* The members of a request, each by the rule of what it is. */
static int
take_request(struct admission *a, struct err *e)
{
	size_t len;
	int rc;

	a->code = json_str(a->request, "code");
	a->device = json_str(a->request, "device");
	a->name = json_str(a->request, "name");
	a->key = json_str(a->request, "key");
	if ((rc = conf_check_code(ROLE_OFFICE, a->code, e)) < 0 ||
	    (rc = conf_check_name(a->name, e)) < 0)
		return rc;
	len = strlen(a->code);
	if (strlen(a->device) != len + 2 ||
	    strncmp(a->device, a->code, len) != 0 || a->device[len] != '-' ||
	    a->device[len + 1] < 'a' || a->device[len + 1] > 'z' ||
	    a->device[len + 1] == 'h')
		return err_set(e, ERR_INVALID, 0,
		    "'%.30s' is not a device of office %s", a->device, a->code);
	return 0;
}

static int
open_repo(struct admission *a, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	int rc;

	rc = file_path(
	    path, sizeof(path), e, "%s/offices/%s.git", a->c->dir, a->code);
	if (rc < 0)
		return rc;
	/* HEAD comes last when a repository is made (repo_create) */
	rc = file_path(path, sizeof(path), e, "%s/offices/%s.git/HEAD",
	    a->c->dir, a->code);
	if (rc < 0)
		return rc;
	if (stat(path, &st) != 0) {
		*strrchr(path, '/') = '\0';
		if ((rc = repo_create(path, "refs/heads/office", e)) < 0)
			return rc;
	}
	return store_own_branch(a->s, a->code, &a->hall, e);
}

static int
make_registry(struct admission *a, struct err *e)
{
	struct registry_device d = { a->code, a->name, "", a->key };
	int rc;

	d.letter[0] = a->device[strlen(a->code) + 1];
	if ((rc = registry_read(a->s, a->code, &a->registry, e)) < 0)
		return rc;
	return registry_add(a->s, a->registry, &d, e);
}

static int
make_signers(struct admission *a, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	registry_add_hall(a->s, &text);
	rc = registry_add_signers(a->registry, a->code, &text, e);
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
	int rc = publish_all(a->s, p, a->code, NULL, &published, e);

	cJSON_Delete(published);
	return rc;
}

/* One revision of the hall branch in a group of its own, down into the
 * repository: the office fetches from there. */
static int
save_registry(struct admission *a, const struct person *p, cJSON **ret_saved,
    struct err *e)
{
	struct save_req req = { .office = a->code,
		.person = p,
		.action = "enroll",
		.changes = a->changes,
		.n_changes = a->n_changes };
	char subject[64];
	struct err ignored;
	int rc;

	(void)snprintf(subject, sizeof(subject), "%s: enrol device %s", a->code,
	    a->device);
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

/* The host key that offices are to pin: "" if no address needs one. */
static int
find_host_key(const struct conf *c, char ret[KEY_LINE_MAX], struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	int i, needed = 0, rc;

	for (i = 0; i < c->n_own_urls; i++)
		needed |= c->own_urls[i][0] != '/';
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

static int
answer_urls(const struct conf *c, cJSON *body, struct err *e)
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
	char key[KEY_LINE_MAX], when[CLOCK_TEXT];
	cJSON *body = cJSON_CreateObject();
	int rc;

	key_line(store_key(a->s)->pub, key);
	clock_rfc3339(when, clock_now(), a->c->offset_min);
	if ((rc = json_put_str(body, "code", a->code, e)) < 0 ||
	    (rc = json_put_str(body, "device", a->device, e)) < 0 ||
	    (rc = json_put_str(body, "hall", a->c->code, e)) < 0 ||
	    (rc = json_put_str(body, "hall_key", key, e)) < 0 ||
	    (rc = json_put_str(body, "hall_name", a->c->name, e)) < 0 ||
	    (rc = json_put_str(body, "host_key", host_key, e)) < 0 ||
	    (rc = json_put_str(body, "key", a->key, e)) < 0 ||
	    (rc = json_put_str(
		 body, "nonce", json_str(a->request, "nonce"), e)) < 0 ||
	    (rc = json_put_str(body, "time", when, e)) < 0 ||
	    (rc = answer_urls(a->c, body, e)) < 0)
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
	unsigned char pub[KEY_PUBLIC_LEN];
	char fingerprint[64];
	cJSON *obj = NULL;
	int rc;

	if ((rc = key_parse_line(a->key, pub, e)) < 0)
		return rc;
	key_fingerprint(pub, fingerprint);
	obj = cJSON_CreateObject();
	if ((rc = json_put_str(obj, "answer", line, e)) < 0 ||
	    (rc = json_put_str(obj, "office", a->code, e)) < 0 ||
	    (rc = json_put_str(obj, "device", a->device, e)) < 0 ||
	    (rc = json_put_str(obj, "fingerprint", fingerprint, e)) < 0 ||
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

	if ((rc = take_request(a, e)) < 0 ||
	    (rc = find_host_key(a->c, host_key, e)) < 0 ||
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
	unsigned char signer[KEY_PUBLIC_LEN];
	struct admission *a = NULL;
	cJSON *body = NULL;
	int rc;

	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: only a hall admits offices");
	rc = enroll_line_read(
	    ENROLL_REQUEST, request, clock_now(), &body, signer, e);
	if (rc < 0)
		return rc;
	if ((a = calloc(1, sizeof(*a))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	a->s = s;
	a->c = store_conf(s);
	a->request = body;
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
	struct buf logins, signers;
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
	cJSON_Delete(registry);
	return rc;
}

int
enroll_write_authorized_keys(struct store *s, struct err *e)
{
	struct key_files f = {
		.s = s, .logins = BUF_INIT, .signers = BUF_INIT
	};
	const struct conf *c = store_conf(s);
	char path[PATH_MAX];
	int rc;

	rc = file_own(f.receive, sizeof(f.receive), "pmqa-receive", e);
	if (rc < 0)
		return rc;
	registry_add_hall(s, &f.signers);
	if ((rc = store_each_office(s, on_office, &f, e)) < 0 ||
	    (rc = buf_ok(&f.logins, e)) < 0 ||
	    (rc = file_path(
		 path, sizeof(path), e, "%s/authorized_keys", c->dir)) < 0 ||
	    (rc = file_write(path, buf_str(&f.logins), f.logins.len, 0600, e)) <
		0)
		goto out;
	rc = signers_write(c, "offices/allowed_signers", &f.signers, e);
out:
	buf_release(&f.logins);
	buf_release(&f.signers);
	return rc;
}
