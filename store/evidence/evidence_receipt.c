#include "store/evidence/evidence_receipt.h"

#include "base/clock.h"
#include "store/evidence/evidence_repo.h"
#include "store/sign/sshsig.h"

#define MEMBERS 5

void
evidence_receipt_text(const struct evidence_receipt *r, struct buf *ret)
{
	char time[CLOCK_TEXT];

	clock_rfc3339(time, r->time, r->offset_min);
	buf_printf(ret,
	    "pmqa evidence receipt 1\noffice %s\nsha256 %s\ntime %s\n"
	    "hall %s\n",
	    r->office, r->sha256, time, r->hall);
}

static int
put_members(const struct evidence_receipt *r, const char *armour, cJSON *obj,
    struct err *e)
{
	char time[CLOCK_TEXT];
	int rc;

	clock_rfc3339(time, r->time, r->offset_min);
	if ((rc = json_put_str(obj, "hall", r->hall, e)) < 0 ||
	    (rc = json_put_str(obj, "office", r->office, e)) < 0 ||
	    (rc = json_put_str(obj, "sha256", r->sha256, e)) < 0 ||
	    (rc = json_put_str(obj, "signature", armour, e)) < 0)
		return rc;
	return json_put_str(obj, "time", time, e);
}

int
evidence_receipt_make(const struct evidence_receipt *r, const struct key *k,
    cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT, armour = BUF_INIT;
	cJSON *obj = NULL;
	int rc;

	evidence_receipt_text(r, &text);
	if ((rc = buf_ok(&text, e)) < 0 ||
	    (rc = sshsig_sign(
		 k, SSHSIG_NS_RECEIPT, text.data, text.len, &armour, e)) < 0 ||
	    (rc = buf_ok(&armour, e)) < 0)
		goto out;
	if ((obj = cJSON_CreateObject()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = put_members(r, buf_str(&armour), obj, e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	buf_release(&text);
	buf_release(&armour);
	return rc;
}

static int
malformed(const char *member, struct err *e)
{
	return err_set(e, ERR_INVALID, 0,
	    "malformed receipt: '%s' is missing or not well formed", member);
}

static int
take_code(const cJSON *json, const char *key, size_t digits, char ret[8],
    struct err *e)
{
	const char *s = json_str(json, key);

	if (s == NULL || strlen(s) != digits ||
	    strspn(s, "0123456789") != digits)
		return malformed(key, e);
	snprintf(ret, 8, "%s", s);
	return 0;
}

/* That the same text comes out again proves time and offset. */
static int
take_time(const cJSON *json, struct evidence_receipt *r, struct err *e)
{
	static const size_t zone = sizeof("2026-11-22T13:14:15") - 1;
	const char *s = json_str(json, "time");
	char again[CLOCK_TEXT];

	if (s == NULL || strlen(s) != zone + 6 ||
	    clock_parse_offset(s + zone, &r->offset_min, NULL) < 0 ||
	    clock_parse(s, 0, 0, &r->time, NULL) < 0)
		return malformed("time", e);
	clock_rfc3339(again, r->time, r->offset_min);
	return strcmp(again, s) == 0 ? 0 : malformed("time", e);
}

static int
take_members(const cJSON *json, struct evidence_receipt *r, struct err *e)
{
	const char *sha = json_str(json, "sha256");
	int rc;

	memset(r, 0, sizeof(*r));
	if (!cJSON_IsObject(json) || cJSON_GetArraySize(json) != MEMBERS)
		return err_set(e, ERR_INVALID, 0,
		    "malformed receipt: it must have five members");
	if ((rc = take_code(json, "hall", 2, r->hall, e)) < 0 ||
	    (rc = take_code(json, "office", 4, r->office, e)) < 0)
		return rc;
	if (!evidence_is_sha(sha))
		return malformed("sha256", e);
	snprintf(r->sha256, sizeof(r->sha256), "%s", sha);
	return take_time(json, r, e);
}

int
evidence_receipt_check(const cJSON *json,
    const unsigned char hall_pub[KEY_PUBLIC_LEN], struct evidence_receipt *ret,
    struct err *e)
{
	const char *armour = json_str(json, "signature");
	unsigned char signer[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	struct evidence_receipt r;
	int rc;

	if ((rc = take_members(json, &r, e)) < 0)
		return rc;
	if (armour == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "malformed receipt: it has no signature");
	evidence_receipt_text(&r, &text);
	if ((rc = buf_ok(&text, e)) == 0)
		rc = sshsig_verify(armour, strlen(armour), SSHSIG_NS_RECEIPT,
		    text.data, text.len, signer, e);
	if (rc == 0 && memcmp(signer, hall_pub, KEY_PUBLIC_LEN) != 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "the receipt is not signed by the hall's key");
	buf_release(&text);
	if (rc == 0)
		*ret = r;
	return rc;
}
