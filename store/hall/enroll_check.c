#include "store/hall/enroll_check.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/entry.h"
#include "store/db/mark.h"
#include "store/hall/auditors.h"
#include "store/hall/enroll.h"
#include "store/hall/enroll_line.h"
#include "store/hall/registry.h"

#define MARK "requests"
#define KEPT_S (2 * ENROLL_LIFE_S)
#define KEPT_MAX 500 /* devices: below MARK_MAX */

static int
check_device(struct enroll_asked *a, struct err *e)
{
	size_t len = strlen(a->code);

	if (strlen(a->device) != len + 2 ||
	    strncmp(a->device, a->code, len) != 0 || a->device[len] != '-' ||
	    a->device[len + 1] < 'a' || a->device[len + 1] > 'z' ||
	    a->device[len + 1] == 'h')
		return err_set(e, ERR_INVALID, 0,
		    "'%.30s' is not a device of office %s", a->device, a->code);
	a->letter[0] = a->device[len + 1];
	a->letter[1] = '\0';
	return 0;
}

int
enroll_check_request(const cJSON *body, struct enroll_asked *ret, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char line[KEY_LINE_MAX];
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->code = json_str(body, "code");
	ret->device = json_str(body, "device");
	ret->name = json_str(body, "name");
	ret->key = json_str(body, "key");
	ret->nonce = json_str(body, "nonce");
	if ((rc = conf_check_code(ROLE_OFFICE, ret->code, e)) < 0 ||
	    (rc = conf_check_name(ret->name, e)) < 0 ||
	    (rc = key_parse_line(ret->key, pub, e)) < 0 ||
	    (rc = clock_parse(json_str(body, "time"), 0, 0, &ret->time, e)) < 0)
		return rc;
	/* keys are compared as text: no comment behind it */
	key_line(pub, line);
	if (strcmp(line, ret->key) != 0)
		return err_set(
		    e, ERR_INVALID, 0, "this is not a key of ssh-ed25519");
	key_fingerprint(pub, ret->fingerprint);
	return check_device(ret, e);
}

static int
void_now(const struct store *s, const struct enroll_asked *a, int64_t newer,
    struct err *e)
{
	char when[CLOCK_TEXT];

	clock_rfc3339(when, newer, store_conf(s)->offset_min);
	err_set(e, ERR_REFUSED, 0,
	    "device %s made a newer request since (%s): this one is void",
	    a->device, when);
	err_hint(e, "ask the office for its newest line, or for a new one: "
		    "pmqa enroll");
	return ERR_REFUSED;
}

/* What is past is of no use to anybody. */
static void
forget_old(cJSON *all, int64_t now)
{
	cJSON *one = all->child, *next;

	for (; one != NULL; one = next) {
		next = one->next;
		if (json_int(one, "time", 0) < now - KEPT_S)
			cJSON_Delete(cJSON_DetachItemViaPointer(all, one));
	}
}

/* By key: another machine that calls itself by this letter voids nothing. */
static int
remember(struct store *s, cJSON *all, const char *name,
    const struct enroll_asked *a, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	cJSON_DeleteItemFromObjectCaseSensitive(all, name);
	if (cJSON_GetArraySize(all) >= KEPT_MAX)
		cJSON_Delete(cJSON_DetachItemViaPointer(all, all->child));
	if ((rc = json_put(all, name, one, e)) < 0 ||
	    (rc = json_put_int(one, "time", a->time, e)) < 0 ||
	    (rc = json_put_str(one, "nonce", a->nonce, e)) < 0)
		return rc;
	return mark_set(store_db(s), MARK, all, e);
}

int
enroll_check_newest(
    struct store *s, const struct enroll_asked *a, struct err *e)
{
	const cJSON *last;
	cJSON *all = NULL;
	char name[96];
	int rc;

	(void)snprintf(
	    name, sizeof(name), "%.8s %.63s", a->device, a->fingerprint);
	if ((rc = mark_get(store_db(s), MARK, &all, e)) < 0)
		return rc;
	if (!cJSON_IsObject(all)) {
		cJSON_Delete(all);
		all = cJSON_CreateObject();
		if (all == NULL)
			return err_nomem(e);
	}
	last = json_get(all, name);
	if (last != NULL && a->time < json_int(last, "time", 0)) {
		rc = void_now(s, a, json_int(last, "time", 0), e);
	} else if (last == NULL || a->time > json_int(last, "time", 0) ||
		   strcmp(json_str(last, "nonce"), a->nonce) != 0) {
		forget_old(all, clock_now());
		rc = remember(s, all, name, a, e);
	}
	cJSON_Delete(all);
	return rc;
}

struct search {
	struct store *s;
	const struct enroll_asked *asked;
};

static int
is_not_of(void *arg, const char *code, struct err *e)
{
	const struct search *f = arg;
	cJSON *registry = NULL;
	const cJSON *d;
	int rc;

	if (strcmp(code, f->asked->code) == 0) /* registry_add() looks there */
		return 0;
	if ((rc = registry_read(f->s, code, &registry, e)) < 0)
		return rc;
	cJSON_ArrayForEach (d, json_get(registry, "devices")) {
		const char *key = json_str(d, "key");

		if (rc == 0 && key != NULL && strcmp(key, f->asked->key) == 0)
			rc = err_set(e, ERR_CONFLICT, 0,
			    "this key is registered as device %s-%s", code,
			    d->string);
	}
	cJSON_Delete(registry);
	return rc;
}

int
enroll_check_key(struct store *s, const struct enroll_asked *a, struct err *e)
{
	struct search f = { s, a };
	int rc = auditors_check_unused(s, a->key, e);

	return rc < 0 ? rc : store_each_office(s, is_not_of, &f, e);
}

int
enroll_check_known(struct store *s, const char *code, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	int rc;

	/* HEAD comes last when a repository is made (repo_create) */
	rc = file_path(path, sizeof(path), e, "%s/offices/%s.git/HEAD",
	    store_conf(s)->dir, code);
	if (rc < 0)
		return rc;
	return stat(path, &st) == 0;
}

int
enroll_read(struct store *s, const char *line, cJSON **ret_body, struct err *e)
{
	unsigned char signer[KEY_PUBLIC_LEN];

	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: only a hall admits offices");
	return enroll_line_read(
	    ENROLL_REQUEST, line, clock_now(), ret_body, signer, e);
}

int
enroll_put(struct store *s, const struct enroll_asked *a, cJSON *registry,
    struct err *e)
{
	struct registry_device d = { a->code, a->name, "", a->key };

	d.letter[0] = a->letter[0];
	if (entry_check_office(registry, ERR_REFUSED, e) < 0) {
		err_hint(e, "first: pmqa hall enable %s", a->code);
		return ERR_REFUSED;
	}
	return registry_add(s, registry, &d, e);
}
