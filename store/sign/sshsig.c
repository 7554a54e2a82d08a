#include "store/sign/sshsig.h"

#include <sodium.h>

#include "store/sign/sshwire.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"
#define MAGIC "SSHSIG" /* six bytes, without its NUL */
#define MAGIC_LEN 6
#define VERSION 1
#define NS_MAX 64
#define BLOB_MAX 512

struct sig {
	unsigned char pub[KEY_PUBLIC_LEN];
	const char *hash; /* "sha512" or "sha256" */
	const unsigned char *ns;
	size_t ns_len;
	const unsigned char *bytes; /* crypto_sign_BYTES */
};

/* The bytes that Ed25519 signs: never the message itself, so that a signature
 * of one namespace cannot be taken for one of another. */
static void
put_signed(struct sshwire_out *o, const char *ns, const char *hash,
    const void *msg, size_t len)
{
	unsigned char digest[crypto_hash_sha512_BYTES];
	size_t n = crypto_hash_sha512_BYTES;

	if (strcmp(hash, "sha256") == 0) {
		n = crypto_hash_sha256_BYTES;
		crypto_hash_sha256(digest, msg, len);
	} else {
		crypto_hash_sha512(digest, msg, len);
	}
	sshwire_put(o, MAGIC, MAGIC_LEN);
	sshwire_put_string(o, ns, strlen(ns));
	sshwire_put_string(o, NULL, 0);
	sshwire_put_string(o, hash, strlen(hash));
	sshwire_put_string(o, digest, n);
}

static void
put_blob(struct sshwire_out *o, const struct key *k, const char *ns,
    const unsigned char sig[crypto_sign_BYTES])
{
	unsigned char part[128];
	struct sshwire_out p = { part, sizeof(part), 0, 0 };

	sshwire_put(o, MAGIC, MAGIC_LEN);
	sshwire_put_u32(o, VERSION);
	sshwire_put_key(&p, k->pub);
	sshwire_put_string(o, p.data, p.len);
	sshwire_put_string(o, ns, strlen(ns));
	sshwire_put_string(o, NULL, 0);
	sshwire_put_string(o, "sha512", 6);
	p.len = 0;
	sshwire_put_string(&p, SSHWIRE_KEY_TYPE, strlen(SSHWIRE_KEY_TYPE));
	sshwire_put_string(&p, sig, crypto_sign_BYTES);
	sshwire_put_string(o, p.data, p.len);
	if (p.failed)
		o->failed = 1;
}

int
sshsig_sign_raw(const struct key *k, const char *ns, const void *msg,
    size_t len, unsigned char ret[SSHSIG_RAW_LEN], struct err *e)
{
	unsigned char text[BLOB_MAX];
	struct sshwire_out t = { text, sizeof(text), 0, 0 };

	if (!k->has_secret)
		return err_set(
		    e, ERR_INVALID, 0, "key has no secret half to sign with");
	if (*ns == '\0' || strlen(ns) > NS_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "bad namespace for a signature: '%.80s'", ns);
	put_signed(&t, ns, "sha512", msg, len);
	if (t.failed)
		return err_set(e, ERR_FAILED, 0, "cannot encode the signature");
	if (crypto_sign_detached(ret, NULL, t.data, t.len, k->sec) != 0)
		return err_set(e, ERR_FAILED, 0, "cannot sign");
	return 0;
}

int
sshsig_verify_raw(const unsigned char pub[KEY_PUBLIC_LEN], const char *ns,
    const void *msg, size_t len, const unsigned char sig[SSHSIG_RAW_LEN],
    struct err *e)
{
	unsigned char text[BLOB_MAX];
	struct sshwire_out t = { text, sizeof(text), 0, 0 };

	if (*ns == '\0' || strlen(ns) > NS_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "bad namespace for a signature: '%.80s'", ns);
	put_signed(&t, ns, "sha512", msg, len);
	if (t.failed ||
	    crypto_sign_verify_detached(sig, t.data, t.len, pub) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "signature does not match what was signed");
	return 0;
}

int
sshsig_sign(const struct key *k, const char *ns, const void *msg, size_t len,
    struct buf *ret_armour, struct err *e)
{
	unsigned char blob[BLOB_MAX], sig[SSHSIG_RAW_LEN];
	struct sshwire_out b = { blob, sizeof(blob), 0, 0 };
	int rc;

	if ((rc = sshsig_sign_raw(k, ns, msg, len, sig, e)) < 0)
		return rc;
	put_blob(&b, k, ns, sig);
	if (b.failed)
		return err_set(e, ERR_FAILED, 0, "cannot encode the signature");
	sshwire_armour(ret_armour, BEGIN, END, b.data, b.len);
	return buf_ok(ret_armour, e);
}

/* Takes the blob apart; *ret borrows from it. */
static int
parse(struct sshwire_in in, struct sig *ret, struct err *e)
{
	const unsigned char *hash;
	struct sshwire_in sig;
	uint32_t version;
	size_t n, reserved_len;
	const unsigned char *reserved;

	if (sshwire_get(&in, MAGIC, MAGIC_LEN) < 0 ||
	    sshwire_get_u32(&in, &version) < 0 || version != VERSION)
		return err_set(e, ERR_INVALID, 0,
		    "signature is malformed: not an SSH signature, version 1");
	if (sshwire_get_key(&in, ret->pub) < 0)
		return err_set(e, ERR_INVALID, 0,
		    "signature is malformed: its key is not ssh-ed25519");
	if (sshwire_get_string(&in, &ret->ns, &ret->ns_len) < 0 ||
	    sshwire_get_string(&in, &reserved, &reserved_len) < 0 ||
	    reserved_len != 0 || sshwire_get_string(&in, &hash, &n) < 0 ||
	    n != 6)
		return err_set(e, ERR_INVALID, 0,
		    "signature is malformed: bad namespace or hash");
	if (memcmp(hash, "sha512", 6) == 0)
		ret->hash = "sha512";
	else if (memcmp(hash, "sha256", 6) == 0)
		ret->hash = "sha256";
	else
		return err_set(
		    e, ERR_INVALID, 0, "signature is malformed: unknown hash");
	if (sshwire_get_string(&in, &sig.data, &sig.len) < 0 || in.len != 0 ||
	    sshwire_get_exact(
		&sig, SSHWIRE_KEY_TYPE, strlen(SSHWIRE_KEY_TYPE)) < 0 ||
	    sshwire_get_string(&sig, &ret->bytes, &n) < 0 ||
	    n != crypto_sign_BYTES || sig.len != 0)
		return err_set(e, ERR_INVALID, 0,
		    "signature is malformed: not one Ed25519 signature");
	return 0;
}

int
sshsig_verify(const char *armour, size_t armour_len, const char *ns,
    const void *msg, size_t len, unsigned char ret_pub[KEY_PUBLIC_LEN],
    struct err *e)
{
	static const size_t cols[] = { SSHWIRE_COLUMNS, SSHWIRE_COLUMNS_PEM,
		0 };
	unsigned char blob[BLOB_MAX], text[BLOB_MAX];
	struct sshwire_out t = { text, sizeof(text), 0, 0 };
	struct sshwire_in in = { blob, 0 };
	struct sig sig;
	int rc;

	if (sshwire_dearmour(armour, armour_len, BEGIN, END, cols, blob,
		sizeof(blob), &in.len) < 0)
		return err_set(e, ERR_INVALID, 0,
		    "signature is malformed: not one block of SSH armour");
	if ((rc = parse(in, &sig, e)) < 0)
		return rc;
	if (*ns == '\0' || sig.ns_len != strlen(ns) ||
	    memcmp(sig.ns, ns, sig.ns_len) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "signature was made for something else than '%s'", ns);
	put_signed(&t, ns, sig.hash, msg, len);
	if (t.failed)
		return err_set(e, ERR_INVALID, 0,
		    "bad namespace for a signature: '%.80s'", ns);
	/* libsodium also refuses keys of small order and a second form of the
	 * same signature */
	if (crypto_sign_verify_detached(sig.bytes, t.data, t.len, sig.pub) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "signature does not match what was signed");
	memcpy(ret_pub, sig.pub, KEY_PUBLIC_LEN);
	return 0;
}
