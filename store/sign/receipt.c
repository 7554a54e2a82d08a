#include "store/sign/receipt.h"

#include "base/clock.h"
#include "store/sign/sshsig.h"

void
receipt_text(const struct receipt *r, struct buf *ret)
{
	char tip[41], time_text[CLOCK_TEXT];

	commit_hex(r->tip, tip);
	clock_rfc3339(time_text, r->time, r->offset_min);
	buf_printf(ret,
	    "pmqa receipt 1\noffice %s\ntip %s\nrevision %s\ntime %s\n"
	    "hall %s\n",
	    r->office, tip, r->revision, time_text, r->hall);
}

static int
put_members(
    const struct receipt *r, const char *armour, cJSON *obj, struct err *e)
{
	char tip[41], time_text[CLOCK_TEXT];
	int rc;

	commit_hex(r->tip, tip);
	clock_rfc3339(time_text, r->time, r->offset_min);
	if ((rc = json_put_str(obj, "hall", r->hall, e)) < 0 ||
	    (rc = json_put_str(obj, "office", r->office, e)) < 0 ||
	    (rc = json_put_str(obj, "revision", r->revision, e)) < 0 ||
	    (rc = json_put_str(obj, "signature", armour, e)) < 0 ||
	    (rc = json_put_str(obj, "time", time_text, e)) < 0)
		return rc;
	return json_put_str(obj, "tip", tip, e);
}

int
receipt_make(
    const struct receipt *r, const struct key *k, cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT, armour = BUF_INIT;
	cJSON *obj = NULL;
	int rc;

	receipt_text(r, &text);
	if ((rc = buf_ok(&text, e)) < 0)
		goto out;
	if ((rc = sshsig_sign(
		 k, SSHSIG_NS_RECEIPT, text.data, text.len, &armour, e)) < 0)
		goto out;
	if ((rc = buf_ok(&armour, e)) < 0)
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

/* One member of the receipt as text that fits, of these characters alone. */
static int
take(const cJSON *json, const char *key, const char *chars, char *ret,
    size_t size, struct err *e)
{
	const char *s = json_str(json, key);

	if (s == NULL || s[0] == '\0' || strlen(s) >= size ||
	    strspn(s, chars) != strlen(s))
		return err_set(e, ERR_INVALID, 0,
		    "malformed receipt: '%s' is missing or not well formed",
		    key);
	snprintf(ret, size, "%s", s);
	return 0;
}

static int
bad_time(struct err *e)
{
	return err_set(e, ERR_INVALID, 0,
	    "malformed receipt: '%s' is missing or not well formed", "time");
}

static int
two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* clock_parse() tells the time but not the offset, "…+07:00"; that the same
 * text comes out again proves both. */
static int
take_time(const cJSON *json, struct receipt *ret, struct err *e)
{
	char text[CLOCK_TEXT], again[CLOCK_TEXT];
	const char *zone;
	int rc;

	if ((rc = take(json, "time", "0123456789-+:T", text, sizeof(text), e)) <
	    0)
		return rc;
	if (strlen(text) != strlen("2026-11-22T13:14:15+07:00"))
		return bad_time(e);
	zone = text + strlen("2026-11-22T13:14:15");
	ret->offset_min = two_digits(zone + 1) * 60 + two_digits(zone + 4);
	if (zone[0] == '-')
		ret->offset_min = -ret->offset_min;
	if ((rc = clock_parse(text, 0, 0, &ret->time, e)) < 0)
		return rc;
	clock_rfc3339(again, ret->time, ret->offset_min);
	return strcmp(again, text) == 0 ? 0 : bad_time(e);
}

static int
take_members(const cJSON *json, struct receipt *ret, struct err *e)
{
	static const char *const digits = "0123456789";
	char tip[41];
	int rc;

	if (!cJSON_IsObject(json) || cJSON_GetArraySize(json) != 6)
		return err_set(e, ERR_INVALID, 0,
		    "malformed receipt: it must have six members");
	memset(ret, 0, sizeof(*ret));
	if ((rc = take(json, "hall", digits, ret->hall, sizeof(ret->hall), e)) <
		0 ||
	    (rc = take(json, "office", digits, ret->office, sizeof(ret->office),
		 e)) < 0 ||
	    (rc = take(json, "revision", "abcdefghijklmnopqrstuvwxyz0123456789",
		 ret->revision, sizeof(ret->revision), e)) < 0 ||
	    (rc = take(json, "tip", "0123456789abcdef", tip, sizeof(tip), e)) <
		0 ||
	    (rc = commit_unhex(tip, ret->tip, e)) < 0)
		return rc;
	return take_time(json, ret, e);
}

int
receipt_check(const cJSON *json, const unsigned char hall_pub[KEY_PUBLIC_LEN],
    struct receipt *ret, struct err *e)
{
	struct buf text = BUF_INIT;
	unsigned char signer[KEY_PUBLIC_LEN];
	const char *armour = json_str(json, "signature");
	struct receipt r;
	int rc;

	if ((rc = take_members(json, &r, e)) < 0)
		goto out;
	if (armour == NULL) {
		rc = err_set(e, ERR_INVALID, 0,
		    "malformed receipt: it has no signature");
		goto out;
	}
	receipt_text(&r, &text);
	if ((rc = buf_ok(&text, e)) < 0)
		goto out;
	if ((rc = sshsig_verify(armour, strlen(armour), SSHSIG_NS_RECEIPT,
		 text.data, text.len, signer, e)) < 0)
		goto out;
	if (memcmp(signer, hall_pub, KEY_PUBLIC_LEN) != 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the receipt is not signed by the hall's key");
		goto out;
	}
	*ret = r;
out:
	buf_release(&text);
	return rc;
}
