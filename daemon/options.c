#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <unistd.h>

#include "base/file.h"
#include "store/conf_https.h"
#include "store/sign/x509.h"

#define CONF_NAME "/pmqad.conf"
#define HOST_KEY_FILE_MAX 16384

enum {
	OPT_DIR = 256,
	OPT_CONFIG,
	OPT_REINDEX,
	OPT_FOREGROUND,
	OPT_INIT,
	OPT_BACKUP_CHECK,
	OPT_BACKUP_RESTORE,
	OPT_ROLE,
	OPT_CODE,
	OPT_NAME,
	OPT_DEVICE,
	OPT_URL,
	OPT_HOST_KEY,
	OPT_HTTPS_CERT,
	OPT_HELP,
	OPT_VERSION
};

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "reindex", no_argument, NULL, OPT_REINDEX },
	{ "foreground", no_argument, NULL, OPT_FOREGROUND },
	{ "init", no_argument, NULL, OPT_INIT },
	{ "backup-check", required_argument, NULL, OPT_BACKUP_CHECK },
	{ "backup-restore", required_argument, NULL, OPT_BACKUP_RESTORE },
	{ "role", required_argument, NULL, OPT_ROLE },
	{ "code", required_argument, NULL, OPT_CODE },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "url", required_argument, NULL, OPT_URL },
	{ "host-key", required_argument, NULL, OPT_HOST_KEY },
	{ "https-cert", required_argument, NULL, OPT_HTTPS_CERT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* What was given; init needs the role before the defaults. */
struct given {
	const char *dir, *config, *role, *code, *name, *device, *host_key,
	    *https_cert;
	const char *urls[CONF_URLS];
	int n_urls;
	int is_init_only; /* an option that only --init takes */
};

void
options_usage(FILE *to)
{
	fputs("usage: pmqad [--dir DIR | --config FILE] [--reindex] "
	      "[--foreground]\n"
	      "       pmqad --init [--dir DIR] [--role office|hall|ministry]\n"
	      "             "
	      "--code CODE --name NAME\n"
	      "             [--device LETTER] [--url URL]... "
	      "[--host-key FILE]\n"
	      "             [--https-cert FILE]\n"
	      "       pmqad --backup-check BACKUP\n"
	      "       pmqad --backup-restore BACKUP [--dir DIR]\n"
	      "       pmqad --help | --version\n"
	      "\n"
	      "  --dir DIR       everything under DIR "
	      "(default " OPTIONS_SYSTEM_DIR ")\n"
	      "  --config FILE   the directory of this pmqad.conf (or of what "
	      "it links to)\n"
	      "  --reindex       rebuild pmqa.db from the repositories, then "
	      "end\n"
	      "  --foreground    stay in the foreground; pmqad always does\n"
	      "  --init          set up DIR, then end\n"
	      "  --backup-check BACKUP prove a backup, then end\n"
	      "  --backup-restore BACKUP make DIR what was backed up, then "
	      "end\n"
	      "  --device LETTER this machine of the office (default a)\n"
	      "  --url URL       where offices reach this hall "
	      "(default DIR)\n"
	      "  --host-key FILE public ssh host key of this hall "
	      "(Ed25519)\n"
	      "  --https-cert FILE certificate of this hall's https server "
	      "(PEM)\n",
	    to);
}

static int
usage_error(struct err *e)
{
	return err_set(e, ERR_USAGE, 0, "wrong command line");
}

static int
add_url(struct given *g, const char *url, struct err *e)
{
	if (g->n_urls == CONF_URLS)
		return err_set(
		    e, ERR_USAGE, 0, "at most %d addresses (--url)", CONF_URLS);
	g->urls[g->n_urls++] = url;
	return 0;
}

static int
take_option(int opt, const char *value, struct options *o, struct given *g,
    struct err *e)
{
	if (opt >= OPT_ROLE && opt <= OPT_HTTPS_CERT)
		g->is_init_only = 1;
	switch (opt) {
	case OPT_DIR:
		g->dir = value;
		return 0;
	case OPT_CONFIG:
		g->config = value;
		return 0;
	case OPT_REINDEX:
		o->task = OPTIONS_REINDEX;
		return 0;
	case OPT_FOREGROUND:
		return 0;
	case OPT_INIT:
		o->task = OPTIONS_INIT;
		return 0;
	case OPT_BACKUP_CHECK:
		o->task = OPTIONS_BACKUP_CHECK;
		o->backup = value;
		return 0;
	case OPT_BACKUP_RESTORE:
		o->task = OPTIONS_BACKUP_RESTORE;
		o->backup = value;
		return 0;
	case OPT_ROLE:
		g->role = value;
		return 0;
	case OPT_CODE:
		g->code = value;
		return 0;
	case OPT_NAME:
		g->name = value;
		return 0;
	case OPT_DEVICE:
		g->device = value;
		return 0;
	case OPT_URL:
		return add_url(g, value, e);
	case OPT_HOST_KEY:
		g->host_key = value;
		return 0;
	case OPT_HTTPS_CERT:
		g->https_cert = value;
		return 0;
	case OPT_HELP:
		o->task = OPTIONS_HELP;
		return 0;
	case OPT_VERSION:
		o->task = OPTIONS_VERSION;
		return 0;
	default:
		return usage_error(e);
	}
}

/* The directory that a pmqad.conf really lies in. */
static int
dir_of_config(const char *file, char *dir, size_t size, struct err *e)
{
	char real[PATH_MAX];
	size_t len;

	if (realpath(file, real) == NULL)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_SYS,
		    errno, "cannot open '%s': %s", file, strerror(errno));
	len = strlen(real);
	if (len <= strlen(CONF_NAME) ||
	    strcmp(real + len - strlen(CONF_NAME), CONF_NAME) != 0)
		return err_set(e, ERR_USAGE, 0,
		    "'%s' is not a file named pmqad.conf", file);
	real[len - strlen(CONF_NAME)] = '\0';
	return file_path(dir, size, e, "%s", real);
}

/* Absolute, since children work elsewhere; without slashes at the end. */
static int
absolute(const char *path, char *dir, size_t size, struct err *e)
{
	char cwd[PATH_MAX];
	size_t len;
	int rc;

	if (path[0] == '\0')
		return usage_error(e);
	if (path[0] == '/') {
		rc = file_path(dir, size, e, "%s", path);
	} else {
		if (getcwd(cwd, sizeof(cwd)) == NULL)
			return err_sys(e, "cannot tell the directory");
		rc = file_path(dir, size, e, "%s/%s", cwd, path);
	}
	if (rc < 0)
		return rc;
	len = strlen(dir);
	while (len > 1 && dir[len - 1] == '/')
		dir[--len] = '\0';
	return 0;
}

static int
set_dir(const struct given *g, struct options *o, struct err *e)
{
	char *dir = o->init.dir;

	if (g->dir != NULL && g->config != NULL)
		return usage_error(e);
	if (g->dir != NULL)
		return absolute(g->dir, dir, sizeof(o->init.dir), e);
	if (g->config != NULL) {
		int rc = dir_of_config(g->config, dir, sizeof(o->init.dir), e);

		o->is_system = rc == 0 && strcmp(dir, OPTIONS_SYSTEM_DIR) == 0;
		return rc;
	}
	o->is_system = 1;
	return file_path(dir, sizeof(o->init.dir), e, "%s", OPTIONS_SYSTEM_DIR);
}

static int
read_host_key(const char *file, struct conf *c, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	char *line = NULL;
	int rc;

	if ((rc = file_read(file, HOST_KEY_FILE_MAX, &text, e)) < 0)
		goto out;
	if ((line = buf_take(&text)) == NULL) {
		rc = err_set(e, ERR_INVALID, 0, "'%s' is empty", file);
		goto out;
	}
	line[strcspn(line, "\r\n")] = '\0';
	if ((rc = key_parse_line(line, pub, e)) < 0)
		goto out;
	key_line(pub, c->own_host_key);
out:
	free(line);
	buf_release(&text);
	return rc;
}

/* Its public key is what offices are told. */
static int
read_https_cert(const char *file, struct conf *c, struct err *e)
{
	char pin[X509_PIN_LEN + 1];
	struct buf text = BUF_INIT;
	int rc;

	if ((rc = file_read(file, X509_FILE_MAX, &text, e)) == 0 &&
	    (rc = x509_pin(buf_str(&text), pin, e)) == 0)
		rc = conf_add_pin(&c->own_pins, pin, e);
	if (rc < 0)
		err_prepend(e, file);
	buf_release(&text);
	return rc;
}

static int
set_role(const struct given *g, enum role *ret, struct err *e)
{
	if (g->role == NULL || strcmp(g->role, "office") == 0)
		*ret = ROLE_OFFICE;
	else if (strcmp(g->role, "hall") == 0)
		*ret = ROLE_HALL;
	else if (strcmp(g->role, "ministry") == 0)
		*ret = ROLE_MINISTRY;
	else
		return err_set(e, ERR_USAGE, 0,
		    "the role is 'office', 'hall' or 'ministry', not '%s'",
		    g->role);
	return 0;
}

static int
set_init(const struct given *g, struct conf *c, struct err *e)
{
	char dir[sizeof(c->dir)];
	enum role role = ROLE_OFFICE;
	int i, rc;

	if (g->code == NULL || g->name == NULL)
		return err_set(
		    e, ERR_USAGE, 0, "--init needs --code and --name");
	if ((rc = set_role(g, &role, e)) < 0)
		return rc;
	memcpy(dir, c->dir, sizeof(dir));
	conf_defaults(role, c);
	memcpy(c->dir, dir, sizeof(dir));
	if ((rc = file_path(c->code, sizeof(c->code), e, "%s", g->code)) < 0 ||
	    (rc = file_path(c->name, sizeof(c->name), e, "%s", g->name)) < 0)
		return rc;
	if (g->device != NULL) {
		if (strlen(g->device) != 1)
			return err_set(e, ERR_USAGE, 0,
			    "a device is one letter, not '%s'", g->device);
		c->device = g->device[0];
	}
	for (i = 0; i < g->n_urls; i++)
		if ((rc = file_path(c->own_urls[i], sizeof(c->own_urls[i]), e,
			 "%s", g->urls[i])) < 0)
			return rc;
	c->n_own_urls = g->n_urls;
	if (g->https_cert != NULL &&
	    (rc = read_https_cert(g->https_cert, c, e)) < 0)
		return rc;
	return g->host_key == NULL ? 0 : read_host_key(g->host_key, c, e);
}

int
options_parse(int argc, char *const *argv, struct options *ret, struct err *e)
{
	struct given g = { 0 };
	int opt, rc;

	memset(ret, 0, sizeof(*ret));
	optind = 0; /* the GNU way to begin anew */
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if ((rc = take_option(opt, optarg, ret, &g, e)) < 0)
			return rc;
		if (ret->task == OPTIONS_HELP || ret->task == OPTIONS_VERSION)
			return 0;
	}
	if (optind < argc || (g.is_init_only && ret->task != OPTIONS_INIT))
		return usage_error(e);
	if ((rc = set_dir(&g, ret, e)) < 0)
		return rc;
	return ret->task == OPTIONS_INIT ? set_init(&g, &ret->init, e) : 0;
}
