#include "store/sign/x509.h"

#include <sodium.h>

#include "store/sign/sshwire.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define KEY_BEGIN "-----BEGIN PRIVATE KEY-----"
#define KEY_END "-----END PRIVATE KEY-----"
#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define PIN_PREFIX "sha256//"
#define SEED_LEN 32
#define SIGNATURE_LEN 64
#define BODY_LEN 189 /* what is signed, with its own head */
#define DER_LEN 267

/* DER of what is the same in all devices' certificates, piece by piece. */
#define CERT_HEAD "\x30\x82\x01\x07"
#define BODY_HEAD                                                              \
	"\x30\x81\xba"                                                         \
	"\xa0\x03\x02\x01\x02" /* version 3 */                                 \
	"\x02\x01\x01"         /* serial number 1 */
#define ED25519 "\x30\x05\x06\x03\x2b\x65\x70"
#define NAME_HEAD "\x30\x11\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x0c\x06"
/* a device is good as long as the hall says so, and its clock may be wrong:
 * from 2000 to 9999 */
#define VALIDITY                                                               \
	"\x30\x20\x17\x0d"                                                     \
	"000101000000Z\x18\x0f"                                                \
	"99991231235959Z"
#define KEY_HEAD "\x30\x2a" ED25519 "\x03\x21\x00"
#define EXTENSIONS                                                                              \
	"\xa3\x35\x30\x33" /* no authority */                                                   \
	"\x30\x0c\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x02\x30\x00" /* signs: TLS's handshake */ \
	"\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x07\x80" /* of a client */    \
	"\x30\x13\x06\x03\x55\x1d\x25\x04\x0c\x30\x0a"                                          \
	"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"
#define SIGNATURE_HEAD ED25519 "\x03\x41\x00"
#define SECRET_HEAD                                                            \
	"\x30\x2e\x02\x01\x00" ED25519 "\x04\x22\x04\x20" /* PKCS #8 */

#define PUT(o, text) sshwire_put(o, text, sizeof(text) - 1)

/* Everything but the signature: SIGNATURE_LEN bytes are left free at the end.
 */
static int
fill(unsigned char der[DER_LEN], const char *name,
    const unsigned char pub[KEY_PUBLIC_LEN])
{
	struct sshwire_out o = { der, DER_LEN - SIGNATURE_LEN, 0, 0 };

	if (strlen(name) != X509_NAME_LEN)
		return -1;
	PUT(&o, CERT_HEAD);
	PUT(&o, BODY_HEAD);
	PUT(&o, ED25519);
	PUT(&o, NAME_HEAD); /* who signed it: itself */
	sshwire_put(&o, name, X509_NAME_LEN);
	PUT(&o, VALIDITY);
	PUT(&o, NAME_HEAD);
	sshwire_put(&o, name, X509_NAME_LEN);
	PUT(&o, KEY_HEAD);
	sshwire_put(&o, pub, KEY_PUBLIC_LEN);
	PUT(&o, EXTENSIONS);
	PUT(&o, SIGNATURE_HEAD);
	return o.failed || o.len != o.size ? -1 : 0;
}

static const unsigned char *
body_of(const unsigned char der[DER_LEN])
{
	return der + sizeof(CERT_HEAD) - 1;
}

static unsigned char *
signature_of(unsigned char der[DER_LEN])
{
	return der + DER_LEN - SIGNATURE_LEN;
}

int
x509_put_certificate(
    const struct key *k, const char *name, struct buf *ret, struct err *e)
{
	unsigned char der[DER_LEN];

	if (!k->has_secret || fill(der, name, k->pub) < 0 ||
	    crypto_sign_detached(
		signature_of(der), NULL, body_of(der), BODY_LEN, k->sec) != 0)
		return err_set(e, ERR_FAILED, 0,
		    "cannot make a certificate for '%.30s'", name);
	sshwire_armour(ret, BEGIN, END, der, sizeof(der));
	buf_putc(ret, '\n');
	return buf_ok(ret, e);
}

int
x509_put_key(const struct key *k, struct buf *ret, struct err *e)
{
	unsigned char der[sizeof(SECRET_HEAD) - 1 + SEED_LEN];
	struct sshwire_out o = { der, sizeof(der), 0, 0 };

	PUT(&o, SECRET_HEAD);
	sshwire_put(&o, k->sec, SEED_LEN); /* libsodium: seed, public half */
	if (!k->has_secret || o.failed) {
		sodium_memzero(der, sizeof(der));
		return err_set(e, ERR_FAILED, 0, "cannot encode the key");
	}
	sshwire_armour(ret, KEY_BEGIN, KEY_END, der, sizeof(der));
	buf_putc(ret, '\n');
	sodium_memzero(der, sizeof(der));
	return buf_ok(ret, e);
}

/* The bytes between the first two such lines. */
static int
decode(const char *text, unsigned char *ret, size_t max, size_t *ret_len)
{
	const char *begin = strstr(text, BEGIN), *end;

	if (begin == NULL)
		return -1;
	begin += strlen(BEGIN);
	if ((end = strstr(begin, END)) == NULL)
		return -1;
	return sodium_base642bin(ret, max, begin, (size_t)(end - begin),
	    " \t\r\n", ret_len, NULL, BASE64);
}

int
x509_read(const char *pem, const char *name, unsigned char ret[KEY_PUBLIC_LEN],
    struct err *e)
{
	const size_t at = DER_LEN - SIGNATURE_LEN -
			  (sizeof(SIGNATURE_HEAD) - 1) -
			  (sizeof(EXTENSIONS) - 1) - KEY_PUBLIC_LEN;
	unsigned char der[DER_LEN], own[DER_LEN];
	size_t len = 0;

	if (strlen(pem) > X509_PEM_MAX ||
	    decode(pem, der, sizeof(der), &len) != 0 || len != sizeof(der))
		return err_set(e, ERR_INVALID, 0,
		    "this is not the certificate of an office's device");
	if (fill(own, name, der + at) < 0 ||
	    memcmp(own, der, DER_LEN - SIGNATURE_LEN) != 0 ||
	    crypto_sign_verify_detached(
		signature_of(der), body_of(der), BODY_LEN, der + at) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "this is not the certificate of device %.30s", name);
	memcpy(ret, der + at, KEY_PUBLIC_LEN);
	return 0;
}

/* --- of others ------------------------------------------------------------ */

struct der {
	const unsigned char *at, *end;
};

/* The next element, of this tag; *ret_in is what is in it. Definite, shortest
 * lengths only (DER). */
static int
take(struct der *d, unsigned char tag, struct der *ret_in)
{
	const unsigned char *s = d->at;
	size_t len, n;

	if (d->end - s < 2 || s[0] != tag)
		return -1;
	len = s[1];
	s += 2;
	if (len >= 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > 3 || (size_t)(d->end - s) < n || s[0] == 0)
			return -1;
		for (len = 0; n > 0; n--)
			len = len << 8 | *s++;
		if (len < 0x80)
			return -1;
	}
	if ((size_t)(d->end - s) < len)
		return -1;
	ret_in->at = s;
	ret_in->end = d->at = s + len;
	return 0;
}

/* Where its subject's public key stands, head included. */
static int
find_key(const unsigned char *bytes, size_t len, const unsigned char **ret,
    size_t *ret_len)
{
	/* version, serial, algorithm, issuer, validity, subject */
	static const unsigned char before[] = { 0xa0, 0x02, 0x30, 0x30, 0x30,
		0x30 };
	struct der all = { bytes, bytes + len }, cert, body, part;
	size_t i;

	if (take(&all, 0x30, &cert) < 0 || take(&cert, 0x30, &body) < 0)
		return -1;
	for (i = 0; i < sizeof(before); i++) /* version 1 is not written */
		if (take(&body, before[i], &part) < 0 && i > 0)
			return -1;
	*ret = body.at;
	if (take(&body, 0x30, &part) < 0)
		return -1;
	*ret_len = (size_t)(body.at - *ret);
	return 0;
}

int
x509_pin(const char *text, char ret[X509_PIN_LEN + 1], struct err *e)
{
	unsigned char hash[crypto_hash_sha256_BYTES], *der;
	const unsigned char *key;
	size_t len = 0, key_len = 0;
	int rc = 0;

	if ((der = malloc(X509_FILE_MAX)) == NULL)
		return err_nomem(e);
	if (strlen(text) > X509_FILE_MAX ||
	    decode(text, der, X509_FILE_MAX, &len) != 0 ||
	    find_key(der, len, &key, &key_len) < 0) {
		rc = err_set(
		    e, ERR_INVALID, 0, "this is not a certificate (PEM)");
		goto out;
	}
	crypto_hash_sha256(hash, key, key_len);
	memcpy(ret, PIN_PREFIX, sizeof(PIN_PREFIX) - 1);
	sodium_bin2base64(ret + sizeof(PIN_PREFIX) - 1,
	    X509_PIN_LEN + 2 - sizeof(PIN_PREFIX), hash, sizeof(hash), BASE64);
out:
	free(der);
	return rc;
}

int
x509_is_pin(const char *pin)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	size_t len = 0;

	return strlen(pin) == X509_PIN_LEN &&
	       strncmp(pin, PIN_PREFIX, strlen(PIN_PREFIX)) == 0 &&
	       sshwire_decode(pin + strlen(PIN_PREFIX),
		   X509_PIN_LEN - strlen(PIN_PREFIX), hash, sizeof(hash),
		   &len) == 0 &&
	       len == sizeof(hash);
}
