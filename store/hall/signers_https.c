#include "store/hall/signers_https.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <unistd.h>

#include "base/file.h"
#include "store/conf_https.h"
#include "store/sign/x509.h"

static int
format(
    const struct conf *c, const char *identity, struct buf *ret, struct err *e)
{
	char device[16];
	struct key key;
	int rc;

	if ((rc = key_load(identity, &key, e)) < 0)
		return rc;
	conf_road_device(c, device);
	if ((rc = x509_put_certificate(&key, device, ret, e)) == 0)
		rc = x509_put_key(&key, ret, e);
	key_release(&key);
	return rc;
}

int
signers_write_https(const struct conf *c, const char *identity, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path(
		 path, sizeof(path), e, "%s/" SIGNERS_HTTPS, c->dir)) < 0)
		return rc;
	if (!conf_any_https(c)) {
		if (unlink(path) != 0 && errno != ENOENT)
			return err_sys(e, "cannot remove '%s'", path);
		return 0;
	}
	if ((rc = format(c, identity, &text, e)) == 0)
		rc = file_write(path, buf_str(&text), text.len, 0600, e);
	if (text.data != NULL)
		sodium_memzero(text.data, text.len);
	buf_release(&text);
	return rc;
}
