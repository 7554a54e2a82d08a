#include "store/git/sha1.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct sha1 {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
	int failed;
};

int
sha1_new(struct sha1 **ret, struct err *e)
{
	struct sha1 *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_nomem(e);
	/* a machine's or a user's openssl.cnf (OPENSSL_CONF) could take SHA-1
	 * away, and with it what is stored */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	s->ctx = EVP_MD_CTX_new();
	s->md = EVP_MD_fetch(NULL, "SHA1", NULL);
	if (s->ctx == NULL || s->md == NULL ||
	    EVP_DigestInit_ex2(s->ctx, s->md, NULL) != 1) {
		sha1_free(s);
		return err_set(e, ERR_FAILED, 0, "cannot start libcrypto");
	}
	*ret = s;
	return 0;
}

void
sha1_free(struct sha1 *s)
{
	if (s == NULL)
		return;
	EVP_MD_CTX_free(s->ctx);
	EVP_MD_free(s->md);
	free(s);
}

void
sha1_begin(struct sha1 *s)
{
	s->failed = EVP_DigestInit_ex2(s->ctx, NULL, NULL) != 1;
}

void
sha1_add(struct sha1 *s, const void *data, size_t len)
{
	if (EVP_DigestUpdate(s->ctx, data, len) != 1)
		s->failed = 1;
}

int
sha1_end(struct sha1 *s, unsigned char ret[SHA1_LEN], struct err *e)
{
	if (EVP_DigestFinal_ex(s->ctx, ret, NULL) != 1 || s->failed)
		return err_set(
		    e, ERR_FAILED, 0, "libcrypto cannot make a SHA-1");
	return 0;
}
