#include "store/hall/signers.h"

#include <limits.h>

#include "base/file.h"
#include "store/device.h"
#include "store/hall/signers_https.h"
#include "store/sign/sshsig.h"

/* The name under which the hall's host key is pinned, whatever its address. */
#define HOST_ALIAS "pmqa-hall"
/* What a key's signatures are taken for: no other use of it passes. */
#define SPACES SSHSIG_NS_GIT "," SSHSIG_NS_RECEIPT "," SSHSIG_NS_ANCHOR

void
signers_add(struct buf *ret, const char *device,
    const unsigned char pub[KEY_PUBLIC_LEN])
{
	char line[KEY_LINE_MAX];

	key_line(pub, line);
	buf_printf(ret, "%s namespaces=\"" SPACES "\" %s\n", device, line);
}

void
signers_add_until(struct buf *ret, const char *device,
    const unsigned char pub[KEY_PUBLIC_LEN], int64_t until)
{
	char line[KEY_LINE_MAX], when[24] = "19700101000000";
	time_t t = (time_t)until;
	struct tm tm;

	/* with a Z: without it OpenSSH reads the reader's own zone */
	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y%m%d%H%M%S", &tm);
	key_line(pub, line);
	buf_printf(ret,
	    "%s namespaces=\"" SPACES "\",valid-before=\"%sZ\" %s\n", device,
	    when, line);
}

/*
 * sshd gives the command to the user's shell: nothing in it may mean anything
 * there, so the paths are held to conf_check_path() instead of being quoted.
 */
int
signers_add_login(struct buf *ret, const char *receive, const char *dir,
    const char *device, const char *key, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char line[KEY_LINE_MAX];
	int rc;

	if ((rc = conf_check_path(receive, e)) < 0 ||
	    (rc = conf_check_path(dir, e)) < 0 ||
	    (rc = key_parse_line(key, pub, e)) < 0)
		return rc;
	key_line(pub, line);
	buf_printf(ret, "restrict,command=\"%s --dir %s %s\" %s %s\n", receive,
	    dir, device, line, device);
	return buf_ok(ret, e);
}

static int
write_mode(const struct conf *c, const char *name, const struct buf *text,
    unsigned mode, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = buf_ok(text, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/%s", c->dir, name)) < 0)
		return rc;
	return file_write(path, buf_str(text), text->len, mode, e);
}

int
signers_write(const struct conf *c, const char *name, const struct buf *text,
    struct err *e)
{
	return write_mode(c, name, text, 0644, e);
}

static void
put_ssh_config(struct buf *b, const char *dir, const char *identity)
{
	buf_printf(b,
	    "# written when the hall's answer was accepted\n"
	    "Host *\n"
	    "\tBatchMode yes\n"
	    "\tStrictHostKeyChecking yes\n"
	    "\tUserKnownHostsFile %s/known_hosts\n"
	    "\tGlobalKnownHostsFile /dev/null\n"
	    "\tHostKeyAlias " HOST_ALIAS "\n"
	    "\tHostKeyAlgorithms ssh-ed25519\n"
	    "\tCheckHostIP no\n"
	    "\tUpdateHostKeys no\n"
	    "\tIdentitiesOnly yes\n"
	    "\tIdentityFile %s\n"
	    "\tIdentityAgent none\n"
	    "\tForwardAgent no\n"
	    "\tClearAllForwardings yes\n"
	    "\tPreferredAuthentications publickey\n"
	    "\tPasswordAuthentication no\n"
	    "\tKbdInteractiveAuthentication no\n"
	    "\tConnectTimeout 15\n"
	    "\tServerAliveInterval 10\n"
	    "\tServerAliveCountMax 3\n"
	    "\tControlPath %s/.ssh-control\n"
	    "\tSendEnv GIT_PROTOCOL\n"
	    "\tLogLevel ERROR\n",
	    dir, identity, dir);
}

int
signers_write_ssh_as(const struct conf *c, const char *identity, struct err *e)
{
	struct buf hosts = BUF_INIT, config = BUF_INIT;
	int rc;

	if ((rc = conf_check_path(c->dir, e)) < 0)
		return rc;
	if (c->host_key[0] != '\0')
		buf_printf(&hosts, HOST_ALIAS " %s\n", c->host_key);
	put_ssh_config(&config, c->dir, identity);
	rc = write_mode(c, "known_hosts", &hosts, 0600, e);
	if (rc == 0)
		rc = write_mode(c, "ssh_config", &config, 0600, e);
	buf_release(&hosts);
	buf_release(&config);
	return rc;
}

int
signers_write_ssh(const struct conf *c, struct err *e)
{
	char identity[PATH_MAX], device = c->device;
	int rc;

	/* the key of the device that the hall knows */
	if (c->road_device != '\0')
		device = c->road_device;
	rc = device_key_path(c, device, identity, sizeof(identity), e);
	if (rc < 0 || (rc = signers_write_ssh_as(c, identity, e)) < 0)
		return rc;
	return signers_write_https(c, identity, e);
}
