#include "store/bundle/bundle_age.h"

#include <sodium.h>
#include <unistd.h>

#include "store/git/program.h"

#define AGE "/usr/bin/age"
#define MAGIC "age-encryption.org/v1\n"
#define WALL_MS (10L * 60 * 1000)
#define HEAD_LINES 64 /* of the header that are looked at */

int
bundle_age_is(const void *data, size_t len)
{
	size_t n = strlen(MAGIC);

	return len >= n && memcmp(data, MAGIC, n) == 0;
}

/* How age names an ssh key in its header: the first four bytes of the SHA-256
 * of its wire form, in base64 without padding. */
static int
tag_of(const unsigned char pub[KEY_PUBLIC_LEN], char ret[8])
{
	static const char head[] = "\0\0\0\013ssh-ed25519\0\0\0\040";
	unsigned char wire[sizeof(head) - 1 + KEY_PUBLIC_LEN];
	unsigned char hash[crypto_hash_sha256_BYTES];

	memcpy(wire, head, sizeof(head) - 1);
	memcpy(wire + sizeof(head) - 1, pub, KEY_PUBLIC_LEN);
	crypto_hash_sha256(hash, wire, sizeof(wire));
	return sodium_bin2base64(ret, 8, hash, 4,
		   sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != NULL;
}

int
bundle_age_names(
    const void *data, size_t len, const unsigned char pub[KEY_PUBLIC_LEN])
{
	const char *s = data, *end = s + len, *lf;
	char tag[8], line[64];
	int i;

	if (!bundle_age_is(data, len) || !tag_of(pub, tag))
		return 0;
	snprintf(line, sizeof(line), "-> ssh-ed25519 %s ", tag);
	for (i = 0; i < HEAD_LINES && s < end; i++) {
		lf = memchr(s, '\n', (size_t)(end - s));
		if (lf == NULL)
			break;
		if ((size_t)(lf - s) > strlen(line) &&
		    memcmp(s, line, strlen(line)) == 0)
			return 1;
		s = lf + 1;
	}
	return 0;
}

static int
run(const char *const *argv, struct program_end *ret, struct err *e)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
		NULL };
	const struct program p = {
		.argv = argv, .env = env, .in_fd = -1, .wall_ms = WALL_MS
	};

	if (access(AGE, X_OK) != 0) {
		err_set(e, ERR_FAILED, 0,
		    "the program 'age', which encrypts bundles, is not "
		    "installed");
		err_hint(e, "install it (apt install age), or carry the bundle "
			    "without --encrypt");
		return ERR_FAILED;
	}
	return program_run(&p, ret, e);
}

static int
age_failed(struct program_end *end, struct err *e)
{
	char words[300];

	if (end->timed_out)
		return err_set(e, ERR_TIMEOUT, 0, "age did not end in time");
	err_text(words, sizeof(words), program_last_words(end));
	return err_set(e, ERR_FAILED, 0, "age failed: %s", words);
}

int
bundle_age_encrypt(const char *const *keys, size_t n, const char *from,
    const char *to, struct err *e)
{
	const char *argv[2 * BUNDLE_AGE_KEYS + 8];
	struct program_end end;
	size_t i, a = 0;
	int rc;

	if (n == 0 || n > BUNDLE_AGE_KEYS)
		return err_set(e, ERR_FAILED, 0,
		    "there is no key to encrypt the bundle to");
	argv[a++] = AGE;
	for (i = 0; i < n; i++) {
		argv[a++] = "-r";
		argv[a++] = keys[i];
	}
	argv[a++] = "-o";
	argv[a++] = to;
	argv[a++] = "--";
	argv[a++] = from;
	argv[a] = NULL;
	if ((rc = run(argv, &end, e)) < 0)
		return rc;
	if (end.status != 0)
		rc = age_failed(&end, e);
	program_end_release(&end);
	return rc;
}

/* age's words: "no identity matched any of the recipients", "failed to decrypt
 * and authenticate payload chunk", "unexpected EOF", "bad header MAC", … */
static int
not_decrypted(struct program_end *end, struct err *e)
{
	const char *words = buf_str(&end->words);

	if (end->timed_out || strstr(words, "No space left") != NULL)
		return age_failed(end, e);
	if (strstr(words, "no identity matched") != NULL) {
		err_set(e, ERR_DENIED, 0,
		    "the bundle is encrypted to another key than this "
		    "machine's");
		err_hint(e, "carry it on unread to whom it is for");
		return ERR_DENIED;
	}
	err_set(e, ERR_INVALID, 0,
	    "the bundle is cut or was altered: it cannot be decrypted");
	err_hint(e, "copy it to the stick again, or have a new one made");
	return ERR_INVALID;
}

int
bundle_age_decrypt(
    const char *identity, const char *from, const char *to, struct err *e)
{
	const char *const argv[] = { AGE, "-d", "-i", identity, "-o", to, "--",
		from, NULL };
	struct program_end end;
	int rc = run(argv, &end, e);

	if (rc < 0)
		return rc;
	if (end.status != 0)
		rc = not_decrypted(&end, e);
	program_end_release(&end);
	return rc;
}
