#include <sodium.h>

#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/evidence/evidence.h"

#define BASE64_MAX                                                             \
	sodium_base64_ENCODED_LEN(EVIDENCE_PART, sodium_base64_VARIANT_ORIGINAL)

static int
run_begin(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	/* once a day git looks for litter here */
	if ((rc = handlers_ask(c, &a, e)) < 0 || (rc = call_hold(c, e)) < 0)
		return rc;
	return evidence_begin(s, &a, json_str(c->params, "item"),
	    json_str(c->params, "name"), json_int(c->params, "size", 0),
	    json_str(c->params, "sha256"), ret, e);
}

/* Number of a part, from 1; what it may be at most is the store's. */
static int
part_number(const struct call *c, int *ret, struct err *e)
{
	int64_t n = json_int(c->params, "n", 0);

	if (n < 1 || n > 1000000)
		return err_set(e, ERR_INVALID, 0,
		    "n: parts are counted from 1, there is no part %lld",
		    (long long)n);
	*ret = (int)n;
	return 0;
}

static int
decode(const char *text, unsigned char *ret, size_t *ret_len, struct err *e)
{
	size_t len = strlen(text);
	const char *end = NULL;

	if (len >= BASE64_MAX ||
	    sodium_base642bin(ret, EVIDENCE_PART, text, len, NULL, ret_len,
		&end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    end != text + len)
		return err_set(e, ERR_INVALID, 0,
		    "data: at most %zu bytes in base64 are expected",
		    EVIDENCE_PART);
	return 0;
}

static int
run_part(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	unsigned char *data;
	size_t len = 0;
	int rc, n = 0;

	if ((rc = part_number(c, &n, e)) < 0)
		return rc;
	if ((data = malloc(EVIDENCE_PART)) == NULL)
		return err_nomem(e);
	rc = decode(json_str(c->params, "data"), data, &len, e);
	if (rc == 0)
		rc = evidence_part(
		    s, json_str(c->params, "sha256"), n, data, len, ret, e);
	free(data);
	return rc;
}

static int
run_end(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return evidence_end(s, &a, json_str(c->params, "item"),
	    json_str(c->params, "sha256"), json_str(c->params, "caption"),
	    json_get(c->params, "points"), json_str(c->params, "class"), ret,
	    e);
}

static int
run_list(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0 ||
	    (rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	return evidence_list(
	    s, office, year, json_str(c->params, "item"), ret, e);
}

static int
run_read(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int rc, n = 0;

	if ((rc = handlers_office(c, s, &office, e)) < 0 ||
	    (rc = part_number(c, &n, e)) < 0)
		return rc;
	return evidence_read(
	    s, office, json_str(c->params, "sha256"), n, ret, e);
}

static int
run_remove(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return evidence_remove(s, &a, json_str(c->params, "item"),
	    json_str(c->params, "sha256"), ret, e);
}

static int
run_redact(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	/* git may have packs to write anew */
	if ((rc = call_hold(c, e)) < 0)
		return rc;
	call_progress(c, 0, 1);
	return evidence_redact(s, &a, json_str(c->params, "sha256"), ret, e);
}

const struct handler handlers_evidence[] = {
	{ "evidence.begin", run_begin, NULL, NULL },
	{ "evidence.part", run_part, NULL, NULL },
	{ "evidence.end", run_end, NULL, handlers_saved },
	{ "evidence.list", run_list, NULL, NULL },
	{ "evidence.read", run_read, NULL, NULL },
	{ "evidence.remove", run_remove, NULL, handlers_saved },
	{ "evidence.redact", run_redact, NULL, handlers_saved },
};
const size_t handlers_n_evidence =
    sizeof(handlers_evidence) / sizeof(*handlers_evidence);
