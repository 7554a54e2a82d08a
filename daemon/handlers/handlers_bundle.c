#include <sodium.h>

#include "daemon/handlers/bundle_push.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/bundle/bundle.h"

#define BASE64_MAX                                                             \
	sodium_base64_ENCODED_LEN(BUNDLE_PART, sodium_base64_VARIANT_ORIGINAL)
#define STEPS_MAX 1000000

static const char *
token_of(const struct call *c)
{
	return json_str(c->params, "token");
}

/* A step from 0 or a part from 1. */
static int
number(const struct call *c, int least, int *ret, struct err *e)
{
	int64_t n = json_int(c->params, "n", -1);

	if (n < least || n > STEPS_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "n: a number from %d on is expected", least);
	*ret = (int)n;
	return 0;
}

static int
run_create(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct bundle_ask a = { .to = json_str(c->params, "to"),
		.since = json_str(c->params, "since"),
		.encrypt = json_bool(c->params, "encrypt", 0) };
	int rc;

	a.office = json_str(c->params, "office");
	if (a.office == NULL)
		a.office = "";
	/* at the hall itself "to hall" has its own sentence */
	if ((a.office[0] != '\0' || strcmp(a.to, "hall") != 0) &&
	    (rc = handlers_office(c, s, &a.office, e)) < 0)
		return rc;
	return bundle_plan(s, &a, ret, e);
}

static int
run_pack(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int rc = call_hold(c, e);

	return rc < 0 ? rc : bundle_pack(s, token_of(c), ret, e);
}

static int
run_read(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int n = 0, rc = number(c, 1, &n, e);

	return rc < 0 ? rc : bundle_read(s, token_of(c), n, ret, e);
}

static int
run_begin(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return bundle_begin(s, json_int(c->params, "size", 0), ret, e);
}

static int
decode(const char *text, unsigned char *ret, size_t *ret_len, struct err *e)
{
	size_t len = strlen(text);
	const char *end = NULL;

	if (len >= BASE64_MAX ||
	    sodium_base642bin(ret, BUNDLE_PART, text, len, NULL, ret_len, &end,
		sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    end != text + len)
		return err_set(e, ERR_INVALID, 0,
		    "data: at most %zu bytes in base64 are expected",
		    BUNDLE_PART);
	return 0;
}

static int
empty(cJSON **ret, struct err *e)
{
	*ret = cJSON_CreateObject();
	return *ret == NULL ? err_nomem(e) : 0;
}

static int
run_part(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	unsigned char *data;
	size_t len = 0;
	int n = 0, rc = number(c, 1, &n, e);

	if (rc < 0)
		return rc;
	if ((data = malloc(BUNDLE_PART)) == NULL)
		return err_nomem(e);
	rc = decode(json_str(c->params, "data"), data, &len, e);
	if (rc == 0)
		rc = bundle_part(s, token_of(c), n, data, len, e);
	free(data);
	return rc < 0 ? rc : empty(ret, e);
}

static int
run_open(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int rc = call_hold(c, e);

	return rc < 0 ? rc : bundle_open(s, token_of(c), ret, e);
}

/* The slow half of a step: at an office into names of its own, at the hall
 * through its door. */
static int
run_bring(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int n = 0, rc;

	if ((rc = number(c, 0, &n, e)) < 0 || (rc = call_hold(c, e)) < 0)
		return rc;
	if (store_conf(s)->role == ROLE_HALL)
		return bundle_push(s, token_of(c), n, ret, e);
	rc = bundle_fetch(s, token_of(c), n, e);
	return rc < 0 ? rc : empty(ret, e);
}

static int
run_take(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int n = 0, rc;

	if ((rc = number(c, 0, &n, e)) < 0 || (rc = call_hold(c, e)) < 0)
		return rc;
	if (store_conf(s)->role == ROLE_OFFICE)
		return bundle_take(s, token_of(c), n, ret, e);
	/* what came is here: what the device has is known now */
	if (n == 0 && (rc = bundle_delivered(s, token_of(c), e)) < 0)
		return rc;
	return empty(ret, e);
}

static int
run_end(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int rc = bundle_end(s, token_of(c), e);

	return rc < 0 ? rc : empty(ret, e);
}

static int
after_taken(struct call *c, struct err *e)
{
	(void)e;
	/* a merge is to be sent on when there is a road */
	if (json_str(c->result, "merge") != NULL)
		server_saved(c->server);
	else
		server_absorbed(c->server);
	return 0;
}

const struct handler handlers_bundle[] = {
	{ "bundle.create", run_create, NULL, NULL },
	{ "bundle.pack", run_pack, NULL, NULL },
	{ "bundle.read", run_read, NULL, NULL },
	{ "bundle.begin", run_begin, NULL, NULL },
	{ "bundle.part", run_part, NULL, NULL },
	{ "bundle.open", run_open, NULL, NULL },
	{ "bundle.bring", run_bring, NULL, NULL },
	{ "bundle.take", run_take, NULL, after_taken },
	{ "bundle.end", run_end, NULL, NULL },
};
const size_t handlers_n_bundle =
    sizeof(handlers_bundle) / sizeof(*handlers_bundle);
