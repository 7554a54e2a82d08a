#include "store/admit/entry.h"

#include <inttypes.h>

static int
is_word(const cJSON *v, const char *word)
{
	const char *state = json_str(v, "state");

	return state != NULL && strcmp(state, word) == 0;
}

int
entry_is_revoked(const cJSON *device)
{
	return !is_word(device, "active");
}

int
entry_is_disabled(const cJSON *registry)
{
	const cJSON *office = json_get(registry, "office");

	/* before there were states there was none */
	return json_get(office, "state") != NULL && !is_word(office, "active");
}

int
entry_put_state(cJSON *out, const cJSON *registry, int active, struct err *e)
{
	const cJSON *office = json_get(registry, "office");
	cJSON *d;
	int rc;

	if (!entry_is_disabled(registry)) {
		rc = json_put_str(
		    out, "state", active ? "active" : "revoked", e);
		return rc < 0 ? rc : json_put_str(out, "disabled", NULL, e);
	}
	if ((rc = json_put_str(out, "state", "disabled", e)) < 0)
		return rc;
	d = cJSON_CreateObject();
	if ((rc = json_put_str(d, "since", json_str(office, "since"), e)) < 0 ||
	    (rc = json_put_str(d, "reason", json_str(office, "reason"), e)) <
		0) {
		cJSON_Delete(d);
		return rc;
	}
	return json_put(out, "disabled", d, e);
}

int64_t
entry_last(const cJSON *device)
{
	return json_int(device, "last", -1);
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

int
entry_check_office(const cJSON *registry, enum err_code code, struct err *e)
{
	const cJSON *office = json_get(registry, "office");
	const char *name = or_empty(json_str(office, "code"));
	const char *since = or_empty(json_str(office, "since"));
	const char *reason = or_empty(json_str(office, "reason"));

	if (!entry_is_disabled(registry))
		return 0;
	if (reason[0] != '\0')
		err_set(e, code, 0,
		    "office %s is disabled at the hall since %s: %s", name,
		    since, reason);
	else
		err_set(e, code, 0,
		    "office %s is disabled at the hall since %s", name, since);
	err_hint(e,
	    "ask the hall; what is saved here stays and is sent once the "
	    "hall enables it again");
	return (int)code;
}

int
entry_check_device(
    const cJSON *device, const char *name, enum err_code code, struct err *e)
{
	const char *until = json_str(device, "until");
	const char *reason = json_str(device, "reason");

	if (!entry_is_revoked(device))
		return 0;
	if (until != NULL && reason != NULL)
		err_set(e, code, 0,
		    "device %s was revoked by the hall as of %s: %s", name,
		    until, reason);
	else if (until != NULL)
		err_set(e, code, 0,
		    "device %s was revoked by the hall as of %s", name, until);
	else
		err_set(e, code, 0, "device %s was revoked by the hall", name);
	err_hint(e,
	    "ask the hall; if this machine is to go on, give it a new letter "
	    "and key with 'pmqa device renew' and enrol it with 'pmqa "
	    "enroll'");
	return (int)code;
}

int
entry_came_late(const cJSON *device, const char *name, int64_t sequence,
    int64_t last, struct err *e)
{
	const char *until = or_empty(json_str(device, "until"));

	err_set(e, ERR_REFUSED, 0,
	    "device %s was revoked by the hall as of %s, its revisions are "
	    "good up to number %" PRId64 ": this is number %" PRId64,
	    name, until, last, sequence);
	err_hint(e,
	    "ask the hall: if it is honest work, the hall can restore the "
	    "device, let the office synchronise, and revoke it again");
	return ERR_REFUSED;
}
