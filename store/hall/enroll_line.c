#include "store/hall/enroll_line.h"

#include <sodium.h>

#include "base/clock.h"
#include "store/hall/enroll.h"
#include "store/record/canon.h"
#include "store/sign/sshsig.h"

#define LINE_MAX_BYTES (16 * 1024)
#define NONCE_HEX 32
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

struct shape {
	const char *prefix;
	const char *signer; /* member with the key that signs */
	const char *list;   /* the one member that is a list of strings */
	const char *members[14];
};

static const struct shape shapes[] = {
	[ENROLL_REQUEST] = { "pmqa-request-1:", "key", "",
	    { "code", "device", "key", "name", "nonce", "signature", "time",
		NULL } },
	[ENROLL_ANSWER] = { "pmqa-answer-1:", "hall_key", "urls",
	    { "code", "device", "hall", "hall_key", "hall_name", "host_key",
		"https_pin", "key", "nonce", "signature", "time", "urls",
		NULL } },
	[ENROLL_PROVINCE] = { "pmqa-province-1:", "hall_key", "urls",
	    { "code", "hall_key", "hall_name", "host_key", "key", "name",
		"nonce", "signature", "time", "urls", NULL } },
};

static int
put_base64(const void *bytes, size_t len, struct buf *ret, struct err *e)
{
	size_t size = sodium_base64_encoded_len(len, VARIANT);
	char *text = malloc(size);

	if (text == NULL)
		return err_nomem(e);
	sodium_bin2base64(text, size, bytes, len, VARIANT);
	buf_puts(ret, text);
	free(text);
	return buf_ok(ret, e);
}

/* Appends the signature over the canonical form of body. */
static int
sign(const cJSON *body, const struct key *k, struct buf *ret, struct err *e)
{
	unsigned char sig[SSHSIG_RAW_LEN];
	struct buf text = BUF_INIT;
	int rc;

	rc = canon_write(body, &text, e);
	if (rc == 0)
		rc = sshsig_sign_raw(
		    k, SSHSIG_NS_ENROLL, buf_str(&text), text.len, sig, e);
	if (rc == 0)
		rc = put_base64(sig, sizeof(sig), ret, e);
	buf_release(&text);
	return rc;
}

int
enroll_line_write(enum enroll_kind kind, cJSON *body, const struct key *k,
    struct buf *ret, struct err *e)
{
	struct buf sig = BUF_INIT, text = BUF_INIT;
	int rc;

	if ((rc = sign(body, k, &sig, e)) < 0 ||
	    (rc = json_put_str(body, "signature", buf_str(&sig), e)) < 0 ||
	    (rc = canon_write(body, &text, e)) < 0)
		goto out;
	buf_puts(ret, shapes[kind].prefix);
	rc = put_base64(buf_str(&text), text.len, ret, e);
out:
	buf_release(&sig);
	buf_release(&text);
	return rc;
}

static int
not_a_line(enum enroll_kind kind, struct err *e)
{
	if (kind == ENROLL_REQUEST)
		err_set(e, ERR_INVALID, 0,
		    "this is not a whole request line of an office");
	else if (kind == ENROLL_PROVINCE)
		err_set(e, ERR_INVALID, 0,
		    "this is not a whole line of a hall for its auditors");
	else
		err_set(e, ERR_INVALID, 0,
		    "this is not a whole answer line of a hall");
	err_hint(e, "copy the line again, from its first to its last letter");
	return ERR_INVALID;
}

/* The bytes of a line's JSON, appended. */
static int
decode(enum enroll_kind kind, const char *line, struct buf *ret, struct err *e)
{
	const char *prefix = shapes[kind].prefix, *end;
	unsigned char *bytes;
	size_t len, n;
	int rc = 0;

	line += strspn(line, " \t\r\n");
	len = strcspn(line, " \t\r\n");
	if (line[len + strspn(line + len, " \t\r\n")] != '\0' ||
	    len > LINE_MAX_BYTES || strncmp(line, prefix, strlen(prefix)) != 0)
		return not_a_line(kind, e);
	line += strlen(prefix);
	len -= strlen(prefix);
	if ((bytes = malloc(len + 1)) == NULL)
		return err_nomem(e);
	if (sodium_base642bin(
		bytes, len + 1, line, len, NULL, &n, &end, VARIANT) != 0 ||
	    end != line + len)
		rc = not_a_line(kind, e);
	else
		buf_append(ret, bytes, n);
	free(bytes);
	return rc < 0 ? rc : buf_ok(ret, e);
}

static int
is_list(const cJSON *v)
{
	const cJSON *s;

	if (!cJSON_IsArray(v))
		return 0;
	for (s = v->child; s != NULL; s = s->next)
		if (!cJSON_IsString(s))
			return 0;
	return 1;
}

/* Exactly the members of the kind, each of its type. */
static int
has_shape(const struct shape *shape, const cJSON *body)
{
	const char *nonce = json_str(body, "nonce");
	size_t n;

	for (n = 0; shape->members[n] != NULL; n++) {
		const cJSON *v = json_get(body, shape->members[n]);

		if (strcmp(shape->members[n], shape->list) == 0
			? !is_list(v)
			: !cJSON_IsString(v))
			return 0;
	}
	return cJSON_GetArraySize(body) == (int)n &&
	       strlen(nonce) == NONCE_HEX &&
	       strspn(nonce, "0123456789abcdef") == NONCE_HEX;
}

static int
decode_signature(const cJSON *v, unsigned char ret[SSHSIG_RAW_LEN])
{
	size_t len = strlen(v->valuestring), n;
	const char *end;

	return sodium_base642bin(ret, SSHSIG_RAW_LEN, v->valuestring, len, NULL,
		   &n, &end, VARIANT) == 0 &&
	       n == SSHSIG_RAW_LEN && end == v->valuestring + len;
}

/* The signature over everything else, by the key that the line names. */
static int
check_signature(enum enroll_kind kind, cJSON *body,
    unsigned char ret_signer[KEY_PUBLIC_LEN], struct err *e)
{
	unsigned char named[KEY_PUBLIC_LEN], sig[SSHSIG_RAW_LEN];
	cJSON *signature = NULL;
	struct buf text = BUF_INIT;
	int rc;

	rc = key_parse_line(json_str(body, shapes[kind].signer), named, e);
	if (rc < 0)
		return rc;
	signature = cJSON_DetachItemFromObjectCaseSensitive(body, "signature");
	if (!decode_signature(signature, sig))
		rc = not_a_line(kind, e);
	if (rc < 0 || (rc = canon_write(body, &text, e)) < 0)
		goto out;
	rc = sshsig_verify_raw(
	    named, SSHSIG_NS_ENROLL, buf_str(&text), text.len, sig, e);
	if (rc == 0)
		memcpy(ret_signer, named, sizeof(named));
out:
	cJSON_Delete(signature);
	buf_release(&text);
	return rc;
}

static int
check_time(const cJSON *body, int64_t now, struct err *e)
{
	int64_t t;
	int rc;

	if ((rc = clock_parse(json_str(body, "time"), 0, 0, &t, e)) < 0)
		return rc;
	if (t >= now - ENROLL_LIFE_S && t <= now + ENROLL_LIFE_S)
		return 0;
	if (t < now)
		err_set(e, ERR_REFUSED, 0, "the line is older than 24 hours");
	else
		err_set(e, ERR_REFUSED, 0,
		    "the line is from the future: one of the two clocks is "
		    "wrong");
	err_hint(e, "make a new request: pmqa enroll");
	return ERR_REFUSED;
}

int
enroll_line_read(enum enroll_kind kind, const char *line, int64_t now,
    cJSON **ret_body, unsigned char ret_signer[KEY_PUBLIC_LEN], struct err *e)
{
	unsigned char signer[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	cJSON *body = NULL;
	int rc;

	if ((rc = decode(kind, line, &text, e)) < 0)
		goto out;
	rc = canon_parse(buf_str(&text), text.len, &body, e);
	if (rc == ERR_INVALID || (rc == 0 && !has_shape(&shapes[kind], body)))
		rc = not_a_line(kind, e);
	if (rc < 0 || (rc = check_signature(kind, body, signer, e)) < 0 ||
	    (kind != ENROLL_PROVINCE && (rc = check_time(body, now, e)) < 0))
		goto out;
	*ret_body = body;
	memcpy(ret_signer, signer, sizeof(signer));
	body = NULL;
out:
	cJSON_Delete(body);
	buf_release(&text);
	return rc;
}
