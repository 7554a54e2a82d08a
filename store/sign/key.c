#include "store/sign/key.h"

#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/sign/sshwire.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1" /* with its NUL */
/* strings: cipher "none", key derivation "none" with no options */
#define NO_CIPHER "\0\0\0\4none\0\0\0\4none\0\0\0\0"
#define COMMENT_MAX 200
#define BLOB_MAX 1024
#define FILE_MAX 8192
#define KEY_PATH_MAX 4096
#define BASE64_LEN 68 /* of SSHWIRE_KEY_LEN bytes, no padding needed */

int
key_init(struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_FAILED, 0,
		    "cannot start libsodium: no source of random numbers");
	return 0;
}

int
key_generate(struct key *ret, struct err *e)
{
	if (crypto_sign_keypair(ret->pub, ret->sec) != 0)
		return err_set(e, ERR_FAILED, 0, "cannot make a key");
	ret->has_secret = 1;
	return 0;
}

void
key_release(struct key *k)
{
	sodium_memzero(k, sizeof(*k));
}

/* The part that a passphrase would encrypt. */
static void
put_secret(struct sshwire_out *o, const struct key *k, const char *comment)
{
	uint32_t check = randombytes_random();
	unsigned char pad;

	sshwire_put_u32(o, check);
	sshwire_put_u32(o, check);
	sshwire_put_key(o, k->pub);
	sshwire_put_string(o, k->sec, KEY_SECRET_LEN);
	sshwire_put_string(o, comment, strlen(comment));
	for (pad = 1; o->len % 8 != 0 && !o->failed; pad++)
		sshwire_put(o, &pad, 1);
}

static int
format_secret(
    const struct key *k, const char *comment, struct buf *ret, struct err *e)
{
	unsigned char blob[BLOB_MAX], secret[BLOB_MAX], pub[SSHWIRE_KEY_LEN];
	struct sshwire_out b = { blob, sizeof(blob), 0, 0 };
	struct sshwire_out s = { secret, sizeof(secret), 0, 0 };
	struct sshwire_out p = { pub, sizeof(pub), 0, 0 };
	int rc;

	put_secret(&s, k, comment);
	sshwire_put_key(&p, k->pub);
	sshwire_put(&b, MAGIC, sizeof(MAGIC));
	sshwire_put(&b, NO_CIPHER, sizeof(NO_CIPHER) - 1);
	sshwire_put_u32(&b, 1);
	sshwire_put_string(&b, p.data, p.len);
	sshwire_put_string(&b, s.data, s.len);
	if (b.failed || s.failed || p.failed) {
		rc = err_set(e, ERR_FAILED, 0, "cannot encode the key");
		goto out;
	}
	sshwire_armour(ret, BEGIN, END, b.data, b.len);
	buf_putc(ret, '\n');
	rc = buf_ok(ret, e);
out:
	sodium_memzero(blob, sizeof(blob));
	sodium_memzero(secret, sizeof(secret));
	return rc;
}

static int
check_comment(const char *s, struct err *e)
{
	size_t i, len = strlen(s);

	if (len > COMMENT_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "comment of the key is too long");
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return err_set(e, ERR_INVALID, 0,
			    "comment of the key has a control character");
	return 0;
}

static int
save_public(
    const struct key *k, const char *path, const char *comment, struct err *e)
{
	char name[KEY_PATH_MAX], line[KEY_LINE_MAX];
	struct buf text = BUF_INIT;
	int rc;

	if ((rc = file_path(name, sizeof(name), e, "%s.pub", path)) < 0)
		goto out;
	key_line(k->pub, line);
	buf_printf(&text, "%s %s\n", line, comment);
	if ((rc = buf_ok(&text, e)) < 0)
		goto out;
	rc = file_write(name, text.data, text.len, 0644, e);
out:
	buf_release(&text);
	return rc;
}

static void
release_secret(struct buf *b)
{
	if (b->data != NULL)
		sodium_memzero(b->data, b->len);
	buf_release(b);
}

/* The public half goes first: a secret file means that both are there, so an
 * interrupted save can simply be run again. */
int
key_save(
    const struct key *k, const char *path, const char *comment, struct err *e)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int rc;

	if (!k->has_secret)
		return err_set(
		    e, ERR_INVALID, 0, "key has no secret half to save");
	if ((rc = check_comment(comment, e)) < 0)
		return rc;
	if (lstat(path, &st) == 0)
		return err_set(
		    e, ERR_CONFLICT, EEXIST, "key '%s' exists already", path);
	if (errno != ENOENT)
		return err_sys(e, "cannot look at '%s'", path);
	if ((rc = format_secret(k, comment, &text, e)) < 0 ||
	    (rc = save_public(k, path, comment, e)) < 0)
		goto out;
	rc = file_write(path, text.data, text.len, 0600, e);
out:
	release_secret(&text);
	return rc;
}

/* Reads the part after the cipher; 0 or -1. */
static int
get_secret(struct sshwire_in *in, const unsigned char pub[KEY_PUBLIC_LEN],
    struct key *ret)
{
	unsigned char derived[KEY_SECRET_LEN], pad;
	const unsigned char *sec, *comment;
	uint32_t check1, check2;
	size_t n;
	int rc = -1;

	if (in->len % 8 != 0 || sshwire_get_u32(in, &check1) < 0 ||
	    sshwire_get_u32(in, &check2) < 0 || check1 != check2 ||
	    sshwire_get_exact(in, SSHWIRE_KEY_TYPE, strlen(SSHWIRE_KEY_TYPE)) <
		0 ||
	    sshwire_get_exact(in, pub, KEY_PUBLIC_LEN) < 0 ||
	    sshwire_get_string(in, &sec, &n) < 0 || n != KEY_SECRET_LEN ||
	    sshwire_get_string(in, &comment, &n) < 0 || in->len >= 8)
		return -1;
	for (pad = 1; in->len > 0; pad++)
		if (sshwire_get(in, &pad, 1) < 0)
			return -1;
	/* the seed must give the very key that the file claims */
	if (crypto_sign_seed_keypair(ret->pub, derived, sec) == 0 &&
	    sodium_memcmp(derived, sec, KEY_SECRET_LEN) == 0 &&
	    sodium_memcmp(ret->pub, pub, KEY_PUBLIC_LEN) == 0) {
		memcpy(ret->sec, derived, KEY_SECRET_LEN);
		ret->has_secret = 1;
		rc = 0;
	}
	sodium_memzero(derived, sizeof(derived));
	return rc;
}

static int
parse_secret(
    const struct buf *text, const char *path, struct key *ret, struct err *e)
{
	static const size_t cols[] = { SSHWIRE_COLUMNS, 0 };
	unsigned char blob[BLOB_MAX], pub[KEY_PUBLIC_LEN];
	struct sshwire_in in = { blob, 0 }, secret;
	uint32_t n_keys;
	int rc = 0;

	if (sshwire_dearmour(buf_str(text), text->len, BEGIN, END, cols, blob,
		sizeof(blob), &in.len) < 0 ||
	    sshwire_get(&in, MAGIC, sizeof(MAGIC)) < 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' is not an OpenSSH secret key", path);
		goto out;
	}
	if (sshwire_get(&in, NO_CIPHER, sizeof(NO_CIPHER) - 1) < 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "key '%s' is locked by a passphrase", path);
		err_hint(e, "ssh-keygen -p removes the passphrase");
		goto out;
	}
	if (sshwire_get_u32(&in, &n_keys) < 0 || n_keys != 1 ||
	    sshwire_get_key(&in, pub) < 0 ||
	    sshwire_get_string(&in, &secret.data, &secret.len) < 0 ||
	    in.len != 0 || get_secret(&secret, pub, ret) < 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' is not an intact ssh-ed25519 key", path);
out:
	sodium_memzero(blob, sizeof(blob));
	return rc;
}

int
key_load(const char *path, struct key *ret, struct err *e)
{
	struct key k = { { 0 }, { 0 }, 0 };
	struct buf text = BUF_INIT;
	struct stat st;
	int rc;

	if (stat(path, &st) != 0 && errno == ENOENT)
		return err_set(
		    e, ERR_NOT_FOUND, ENOENT, "key '%s' does not exist", path);
	if (stat(path, &st) != 0)
		return err_sys(e, "cannot look at '%s'", path);
	if ((st.st_mode & 077) != 0) {
		rc = err_set(e, ERR_DENIED, 0,
		    "key '%s' can be read by others (mode %04o)", path,
		    (unsigned)(st.st_mode & 07777));
		err_hint(e, "chmod 600 the key file");
		return rc;
	}
	if ((rc = file_read(path, FILE_MAX, &text, e)) < 0 ||
	    (rc = parse_secret(&text, path, &k, e)) < 0)
		goto out;
	*ret = k;
out:
	key_release(&k);
	release_secret(&text);
	return rc;
}

void
key_line(const unsigned char pub[KEY_PUBLIC_LEN], char ret[KEY_LINE_MAX])
{
	unsigned char blob[SSHWIRE_KEY_LEN];
	struct sshwire_out o = { blob, sizeof(blob), 0, 0 };
	int n;

	sshwire_put_key(&o, pub);
	n = snprintf(ret, KEY_LINE_MAX, "%s ", SSHWIRE_KEY_TYPE);
	sodium_bin2base64(ret + n, (size_t)(KEY_LINE_MAX - n), blob, o.len,
	    sodium_base64_VARIANT_ORIGINAL);
}

/* 0 or -1 */
static int
parse_line(const char *line, unsigned char pub[KEY_PUBLIC_LEN])
{
	unsigned char blob[4 + SSHWIRE_KEY_LEN] = { 0, 0, 0, SSHWIRE_KEY_LEN };
	struct sshwire_in in = { blob, sizeof(blob) };
	size_t skip = strlen(SSHWIRE_KEY_TYPE) + 1, len = strlen(line), n;
	const char *stop;

	if (len < skip + BASE64_LEN ||
	    memcmp(line, SSHWIRE_KEY_TYPE " ", skip) != 0)
		return -1;
	stop = line + skip + BASE64_LEN;
	if (sshwire_decode(
		line + skip, BASE64_LEN, blob + 4, SSHWIRE_KEY_LEN, &n) < 0 ||
	    n != SSHWIRE_KEY_LEN)
		return -1;
	for (line = stop; *line != '\0'; line++)
		if (*stop != ' ' || (unsigned char)*line < 0x20 ||
		    *line == 0x7f)
			return -1;
	if (sshwire_get_key(&in, pub) < 0)
		return -1;
	/* points of small order would "verify" forged signatures */
	return crypto_core_ed25519_is_valid_point(pub) == 1 ? 0 : -1;
}

int
key_parse_line(
    const char *line, unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];

	if (parse_line(line, pub) < 0)
		return err_set(
		    e, ERR_INVALID, 0, "not an ssh-ed25519 key: '%.40s'", line);
	memcpy(ret, pub, KEY_PUBLIC_LEN);
	return 0;
}

void
key_fingerprint(const unsigned char pub[KEY_PUBLIC_LEN], char ret[64])
{
	unsigned char blob[SSHWIRE_KEY_LEN], hash[crypto_hash_sha256_BYTES];
	struct sshwire_out o = { blob, sizeof(blob), 0, 0 };
	int n;

	sshwire_put_key(&o, pub);
	crypto_hash_sha256(hash, blob, o.len);
	n = snprintf(ret, 64, "SHA256:");
	sodium_bin2base64(ret + n, (size_t)(64 - n), hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}
