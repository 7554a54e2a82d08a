#include "store/hall/revoke.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/admit/entry.h"
#include "store/hall/enroll.h"
#include "store/hall/enroll_check.h"
#include "store/hall/registry.h"
#include "store/save/journal.h"

#define REASON_MAX 300 /* bytes: a line in a terminal and in a refusal */

/* One change of a registry under way. */
struct act {
	struct store *s;
	const struct person *person;
	const char *reason;
	char office[8], device[16]; /* device "": the office itself */
	cJSON *registry;
	cJSON *entry;   /* the device's, within the registry */
	cJSON *signers; /* content of allowed_signers, a string */
	cJSON *saved;
};

static void
act_end(struct act *a)
{
	cJSON_Delete(a->registry);
	cJSON_Delete(a->signers);
	cJSON_Delete(a->saved);
}

static int
check_reason(const char *reason, struct err *e)
{
	if (reason == NULL)
		return 0;
	if (strlen(reason) > REASON_MAX || strpbrk(reason, "\r\n\t") != NULL)
		return err_set(e, ERR_INVALID, 0,
		    "the reason is one line of at most %d bytes", REASON_MAX);
	return 0;
}

/* The office's registry, as it is now and in the repository. */
static int
act_begin(struct act *a, struct store *s, const struct person *p,
    const char *office, const char *reason, struct err *e)
{
	int rc;

	memset(a, 0, sizeof(*a));
	a->s = s;
	a->person = p;
	a->reason = reason != NULL && reason[0] != '\0' ? reason : NULL;
	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: the hall keeps the list of devices");
	if ((rc = check_reason(a->reason, e)) < 0 ||
	    (rc = conf_check_code(ROLE_OFFICE, office, e)) < 0 ||
	    (rc = enroll_check_known(s, office, e)) < 0)
		return rc;
	if (rc == 0) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "office %s is not enrolled at this hall", office);
		err_hint(e, "pmqa hall status lists the offices");
		return ERR_NOT_FOUND;
	}
	(void)snprintf(a->office, sizeof(a->office), "%s", office);
	return registry_read(s, office, &a->registry, e);
}

/* "9105-a": its office, and its entry there. */
static int
act_on_device(struct act *a, struct store *s, const struct person *p,
    const char *device, const char *reason, struct err *e)
{
	char office[8];
	int rc;

	memset(a, 0, sizeof(*a));
	if (strlen(device) != 6 || device[4] != '-')
		return err_set(e, ERR_INVALID, 0,
		    "a device is named like 9105-a, not '%.40s'", device);
	(void)snprintf(office, sizeof(office), "%.4s", device);
	if ((rc = act_begin(a, s, p, office, reason, e)) < 0)
		return rc;
	(void)snprintf(a->device, sizeof(a->device), "%s", device);
	a->entry = json_get(json_get(a->registry, "devices"), device + 5);
	if (cJSON_IsObject(a->entry))
		return 0;
	err_set(
	    e, ERR_NOT_FOUND, 0, "office %s has no device %s", office, device);
	err_hint(e, "pmqa hall devices %s lists them", office);
	return ERR_NOT_FOUND;
}

static int
make_signers(struct act *a, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	registry_add_hall(a->s, &text);
	rc = registry_add_signers(a->registry, a->office, &text, e);
	if (rc == 0) {
		a->signers = cJSON_CreateString(buf_str(&text));
		rc = a->signers == NULL ? err_nomem(e) : 0;
	}
	buf_release(&text);
	return rc;
}

static int
save_group(struct act *a, const struct save_req *req, struct err *e)
{
	struct err ignored;
	int rc;

	if ((rc = save_group_begin(a->s, e)) < 0)
		return rc;
	if ((rc = save_run(a->s, req, &a->saved, e)) < 0) {
		/* the save's own fault is the one to tell */
		(void)save_group_abort(a->s, &ignored);
		return rc;
	}
	return save_group_end(a->s, e);
}

/* The registry as it is now in memory: one revision, down into the repository,
 * where the door reads it, then the files of sshd and stock git. */
static int
save(struct act *a, const char *action, struct err *e)
{
	struct save_change changes[] = {
		{ "registry.json", NULL, SAVE_WHOLE, a->registry },
		{ "allowed_signers", NULL, SAVE_WHOLE, NULL },
	};
	struct save_req req = { .office = a->office,
		.person = a->person,
		.action = action,
		.reason = a->reason,
		.changes = changes,
		.n_changes = 2 };
	char subject[80];
	int rc;

	if ((rc = make_signers(a, e)) < 0)
		return rc;
	changes[1].value = a->signers;
	(void)snprintf(subject, sizeof(subject), "%s: %s %s %s", a->office,
	    action, a->device[0] != '\0' ? "device" : "office",
	    a->device[0] != '\0' ? a->device : a->office);
	req.subject = subject;
	if ((rc = save_group(a, &req, e)) < 0 ||
	    (rc = journal_flush(a->s, e)) < 0)
		return rc;
	return enroll_write_authorized_keys(a->s, e);
}

/* --- the number --- */

static int
last_of(struct act *a, int64_t *ret, struct err *e)
{
	struct branch *b = NULL;
	int rc;

	if ((rc = store_branch(a->s, a->office, "office", &b, e)) < 0)
		return rc;
	return db_one_int(store_db(a->s), ret, e,
	    "SELECT ifnull(max(sequence), 0) FROM revision WHERE branch = ?1"
	    " AND device = ?2",
	    "is", b->id, a->device);
}

/* What was admitted and is not indexed yet is what the hall has, too. */
static int
take_in(struct act *a, struct err *e)
{
	int64_t n;

	return absorb_ref(
	    a->s, a->office, "office", "refs/heads/office", &n, e);
}

/* Revisions of the device that came in after the time: for a person to see. */
static int
late_json(struct act *a, int64_t since, cJSON *out, struct err *e)
{
	cJSON *late = cJSON_CreateObject();
	sqlite3_stmt *st = NULL;
	struct branch *b = NULL;
	int rc;

	if ((rc = json_put(out, "late", late, e)) < 0 ||
	    (rc = store_branch(a->s, a->office, "office", &b, e)) < 0 ||
	    (rc = db_stmt(store_db(a->s), &st, e,
		 "SELECT count(*), min(sequence), max(sequence) FROM revision"
		 " WHERE branch = ?1 AND device = ?2"
		 " AND (received IS NULL OR received > ?3)",
		 "isi", b->id, a->device, since)) < 0)
		return rc;
	if ((rc = db_step(store_db(a->s), st, e)) > 0) {
		int64_t n = sqlite3_column_int64(st, 0);
		char first[32], last[32];

		(void)snprintf(first, sizeof(first), "%c%" PRId64, a->device[5],
		    (int64_t)sqlite3_column_int64(st, 1));
		(void)snprintf(last, sizeof(last), "%c%" PRId64, a->device[5],
		    (int64_t)sqlite3_column_int64(st, 2));
		if ((rc = json_put_int(late, "n", n, e)) == 0 &&
		    (rc = json_put_str(
			 late, "first", n > 0 ? first : NULL, e)) == 0)
			rc = json_put_str(late, "last", n > 0 ? last : NULL, e);
	}
	db_reset(st);
	return rc;
}

/* --- results --- */

static int
device_json(struct act *a, cJSON *out, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char fingerprint[64];
	int rc;

	if ((rc = key_parse_line(json_str(a->entry, "key"), pub, e)) < 0)
		return rc;
	key_fingerprint(pub, fingerprint);
	if ((rc = json_put_str(out, "device", a->device, e)) < 0 ||
	    (rc = json_put_str(out, "office", a->office, e)) < 0 ||
	    (rc = json_put_str(out, "state", json_str(a->entry, "state"), e)) <
		0 ||
	    (rc = json_put_str(
		 out, "revision", json_str(a->saved, "revision"), e)) < 0)
		return rc;
	return json_put_str(out, "fingerprint", fingerprint, e);
}

static int
revoked_json(struct act *a, int64_t since, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int rc;

	if ((rc = device_json(a, out, e)) < 0 ||
	    (rc = json_put_str(out, "until", json_str(a->entry, "until"), e)) <
		0 ||
	    (rc = json_put_int(out, "last", json_int(a->entry, "last", 0), e)) <
		0 ||
	    (rc = json_put_str(out, "reason", a->reason, e)) < 0 ||
	    (rc = late_json(a, since, out, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- a device --- */

static int
find_since(const struct conf *c, const char *text, int64_t now, int64_t *ret,
    struct err *e)
{
	int rc;

	*ret = now;
	if (text == NULL)
		return 0;
	if ((rc = clock_parse(text, c->offset_min, 0, ret, e)) < 0)
		return rc;
	if (*ret <= now)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "a device is revoked from now on or as of a time that is past");
	err_hint(e, "without --since it is from now on");
	return ERR_INVALID;
}

static int
mark_revoked(struct act *a, int64_t since, int64_t last, struct err *e)
{
	char until[CLOCK_TEXT];
	int rc;

	clock_rfc3339(until, since, store_conf(a->s)->offset_min);
	if ((rc = json_put_str(a->entry, "state", "revoked", e)) < 0 ||
	    (rc = json_put_str(a->entry, "until", until, e)) < 0 ||
	    (rc = json_put_int(a->entry, "last", last, e)) < 0)
		return rc;
	return a->reason == NULL
		   ? 0
		   : json_put_str(a->entry, "reason", a->reason, e);
}

int
revoke_device(
    struct store *s, const struct revoke *r, cJSON **ret, struct err *e)
{
	int64_t since = 0, last = 0;
	struct act a;
	int rc;

	rc = act_on_device(&a, s, r->person, r->device, r->reason, e);
	if (rc < 0 || (rc = find_since(store_conf(s), r->since, clock_now(),
			   &since, e)) < 0)
		goto out;
	if (entry_is_revoked(a.entry)) {
		rc = err_set(e, ERR_CONFLICT, 0, "device %s is revoked already",
		    r->device);
		err_hint(e,
		    "for another time: pmqa hall restore %s, then revoke it "
		    "again",
		    r->device);
		goto out;
	}
	if ((rc = take_in(&a, e)) < 0 || (rc = last_of(&a, &last, e)) < 0 ||
	    (rc = mark_revoked(&a, since, last, e)) < 0 ||
	    (rc = save(&a, "revoke", e)) < 0)
		goto out;
	rc = revoked_json(&a, since, ret, e);
out:
	act_end(&a);
	return rc;
}

int
revoke_restore(struct store *s, const struct person *p, const char *device,
    const char *reason, cJSON **ret, struct err *e)
{
	static const char *const gone[] = { "until", "last", "reason" };
	cJSON *out = NULL;
	struct act a;
	size_t i;
	int rc;

	if ((rc = act_on_device(&a, s, p, device, reason, e)) < 0)
		goto out;
	if (!entry_is_revoked(a.entry)) {
		rc = err_set(
		    e, ERR_CONFLICT, 0, "device %s is not revoked", device);
		goto out;
	}
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(a.entry, gone[i]);
	if ((rc = json_put_str(a.entry, "state", "active", e)) < 0 ||
	    (rc = save(&a, "restore", e)) < 0)
		goto out;
	out = cJSON_CreateObject();
	if ((rc = device_json(&a, out, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	act_end(&a);
	return rc;
}

/* --- an office --- */

static int
office_json(struct act *a, const cJSON *office, cJSON **ret, struct err *e)
{
	static const char *const told[] = { "state", "since", "reason" };
	cJSON *out = cJSON_CreateObject();
	size_t i;
	int rc = json_put_str(out, "office", a->office, e);

	for (i = 0; i < sizeof(told) / sizeof(told[0]) && rc == 0; i++)
		rc = json_put_str(out, told[i], json_str(office, told[i]), e);
	if (rc == 0)
		rc = json_put_str(
		    out, "revision", json_str(a->saved, "revision"), e);
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
revoke_office(struct store *s, const struct person *p, const char *office,
    int disable, const char *reason, cJSON **ret, struct err *e)
{
	char since[CLOCK_TEXT];
	cJSON *entry;
	struct act a;
	int rc;

	if ((rc = act_begin(&a, s, p, office, reason, e)) < 0)
		goto out;
	if (entry_is_disabled(a.registry) == disable) {
		rc = disable ? err_set(e, ERR_CONFLICT, 0,
				   "office %s is disabled already", office)
			     : err_set(e, ERR_CONFLICT, 0,
				   "office %s is not disabled", office);
		goto out;
	}
	entry = json_get(a.registry, "office");
	clock_rfc3339(since, clock_now(), store_conf(s)->offset_min);
	cJSON_DeleteItemFromObjectCaseSensitive(entry, "reason");
	if ((rc = json_put_str(
		 entry, "state", disable ? "disabled" : "active", e)) < 0 ||
	    (rc = json_put_str(entry, "since", since, e)) < 0 ||
	    (a.reason != NULL &&
		(rc = json_put_str(entry, "reason", a.reason, e)) < 0) ||
	    (rc = save(&a, disable ? "disable" : "enable", e)) < 0)
		goto out;
	rc = office_json(&a, entry, ret, e);
out:
	act_end(&a);
	return rc;
}

/* --- what came while a device was being revoked --- */

static int
raise_last(struct act *a, cJSON *entry, int *ret_raised, struct err *e)
{
	int64_t last = 0, known = entry_last(entry);
	int rc;

	if (!entry_is_revoked(entry) || known < 0)
		return 0;
	(void)snprintf(a->device, sizeof(a->device), "%.4s-%.1s", a->office,
	    entry->string);
	if ((rc = last_of(a, &last, e)) < 0 || last <= known)
		return rc;
	*ret_raised = 1;
	return json_put_int(entry, "last", last, e);
}

int
revoke_settle(struct store *s, const char *office, struct err *e)
{
	struct person hall = { "pmqa-hall", "" };
	int rc, raised = 0;
	cJSON *entry;
	struct act a;

	(void)snprintf(
	    hall.name, sizeof(hall.name), "%.159s", store_conf(s)->name);
	if ((rc = act_begin(&a, s, &hall, office, NULL, e)) < 0)
		goto out;
	cJSON_ArrayForEach (entry, json_get(a.registry, "devices")) {
		if ((rc = raise_last(&a, entry, &raised, e)) < 0)
			goto out;
	}
	a.device[0] = '\0';
	if (raised)
		rc = save(&a, "revoke", e);
out:
	act_end(&a);
	return rc;
}

static int
settle_one(void *arg, const char *office, struct err *e)
{
	return revoke_settle(arg, office, e);
}

int
revoke_settle_all(struct store *s, struct err *e)
{
	return store_every_office(s, settle_one, s, e);
}
