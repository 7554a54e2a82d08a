#include "store/conf.h"

#include "base/text.h"
#include "store/conf_https.h"

/* The checks of conf.h: the same for a file, for init and for enrolment. */

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

const char *
conf_role_name(enum role role)
{
	switch (role) {
	case ROLE_OFFICE:
		return "office";
	case ROLE_HALL:
		return "hall";
	case ROLE_MINISTRY:
		return "ministry";
	}
	return "office";
}

int
conf_check_code(enum role role, const char *code, struct err *e)
{
	size_t want = role == ROLE_OFFICE ? 4 : 2;

	if (strlen(code) == want && strspn(code, DIGITS) == want)
		return 0;
	if (role == ROLE_HALL)
		err_set(e, ERR_INVALID, 0,
		    "'%s' is not a hall's code: two digits, such as 91", code);
	else if (role == ROLE_MINISTRY)
		err_set(e, ERR_INVALID, 0,
		    "'%s' is not a ministry's code: two digits, such as 00",
		    code);
	else
		err_set(e, ERR_INVALID, 0,
		    "'%s' is not an office's code: four digits, such as 9105",
		    code);
	return ERR_INVALID;
}

int
conf_check_name(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (len == 0 || len > CONF_NAME_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "a name has 1 to %d bytes, this one has %zu", CONF_NAME_MAX,
		    len);
	if (!text_is_nfc(name, len) || strpbrk(name, "\n\t") != NULL)
		return err_set(e, ERR_INVALID, 0,
		    "a name is one line of text in normal form (NFC)");
	if (name[0] == ' ' || name[len - 1] == ' ')
		return err_set(e, ERR_INVALID, 0,
		    "a name neither begins nor ends with a blank");
	if (strchr(name, ';') != NULL)
		return err_set(
		    e, ERR_INVALID, 0, "a name contains no semicolon");
	return 0;
}

/* An absolute path that needs quoting nowhere: neither in a shell, nor in
 * authorized_keys, nor in ssh_config. */
static int
is_safe_path(const char *s)
{
	size_t i, len = strlen(s);

	if (s[0] != '/' || !text_is_nfc(s, len))
		return 0;
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x80 &&
		    strchr(LETTERS DIGITS "._-/+@=,:~", s[i]) == NULL)
			return 0;
	return strstr(s, "/../") == NULL && strstr(s, "//") == NULL;
}

int
conf_check_path(const char *path, struct err *e)
{
	if (is_safe_path(path))
		return 0;
	err_set(e, ERR_INVALID, 0, "'%s' is not a path that can be used here",
	    path);
	err_hint(
	    e, "use an absolute path of letters, digits and ._-/+@=,:~ only");
	return ERR_INVALID;
}

/* "user@host[:port]" */
static int
is_login(const char *s)
{
	size_t user = strspn(s, LETTERS DIGITS "_.-");
	const char *host = s + user + 1, *port;
	size_t host_len;
	char *end;
	long n;

	if (user == 0 || user > 32 || s[user] != '@' || s[0] == '-')
		return 0;
	host_len = strspn(host, LETTERS DIGITS ".-");
	if (host_len == 0 || host_len > 200 || host[0] == '-' || host[0] == '.')
		return 0;
	port = host + host_len;
	if (*port == '\0')
		return 1;
	if (*port++ != ':' || *port < '1' || *port > '9')
		return 0;
	n = strtol(port, &end, 10);
	return *end == '\0' && n <= 65535;
}

int
conf_check_url(const char *url, struct err *e)
{
	static const char scheme[] = "ssh://";

	/* "url = " stands before it on its line */
	if (strlen(url) <= CONF_LINE_MAX - 6) {
		if (strncmp(url, scheme, strlen(scheme)) == 0) {
			if (is_login(url + strlen(scheme)))
				return 0;
		} else if (conf_is_https(url) || is_safe_path(url)) {
			return 0;
		}
	}
	err_set(e, ERR_INVALID, 0, "'%s' is not an address of a hall", url);
	err_hint(e,
	    "write ssh://user@host[:port], https://host[:port] or an absolute "
	    "path of letters, digits and ._-/+@=,:~");
	return ERR_INVALID;
}

static int
check_urls(const char (*urls)[CONF_URL_MAX], int n, struct err *e)
{
	int i, rc;

	for (i = 0; i < n; i++)
		if ((rc = conf_check_url(urls[i], e)) < 0)
			return rc;
	return 0;
}

const char *
conf_kind_name(enum conf_kind k)
{
	static const char *const names[N_CONF_KINDS] = { "pdf", "jpeg", "png",
		"odf", "ooxml" };

	return names[k];
}

static int
kind_of(const char *word, size_t len)
{
	int k;

	for (k = 0; k < N_CONF_KINDS; k++)
		if (strlen(conf_kind_name((enum conf_kind)k)) == len &&
		    strncmp(conf_kind_name((enum conf_kind)k), word, len) == 0)
			break;
	return k;
}

int
conf_parse_kinds(const char *words, unsigned *ret, struct err *e)
{
	unsigned kinds = 0;
	size_t len;
	int k;

	for (words += strspn(words, " ,"); *words != '\0';
	     words += strspn(words, " ,")) {
		len = strcspn(words, " ,");
		if ((k = kind_of(words, len)) == N_CONF_KINDS)
			return err_set(e, ERR_INVALID, 0,
			    "'%.*s' is no type of evidence: pdf, jpeg, png, "
			    "odf and ooxml are",
			    (int)(len < 40 ? len : 40), words);
		kinds |= CONF_KIND_BIT(k);
		words += len;
	}
	if (kinds == 0)
		return err_set(e, ERR_INVALID, 0, "a value is expected");
	*ret = kinds;
	return 0;
}

int
conf_check(const struct conf *c, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	if ((rc = conf_check_code(c->role, c->code, e)) < 0 ||
	    (rc = conf_check_name(c->name, e)) < 0 ||
	    (rc = check_urls(c->own_urls, c->n_own_urls, e)) < 0)
		return rc;
	if (c->role == ROLE_HALL && c->device != 'h')
		return err_set(
		    e, ERR_INVALID, 0, "the letter of a hall is always 'h'");
	if (c->role == ROLE_MINISTRY && c->device != 'm')
		return err_set(e, ERR_INVALID, 0,
		    "the letter of a ministry is always 'm'");
	if (c->role == ROLE_OFFICE &&
	    (c->device < 'a' || c->device > 'z' || c->device == 'h'))
		return err_set(e, ERR_INVALID, 0,
		    "the letter of an office's device is one of a to z, "
		    "without h (the hall's)");
	if (c->backoff_max_ms < c->backoff_min_ms)
		return err_set(e, ERR_INVALID, 0,
		    "backoff_max_ms is less than backoff_min_ms");
	if (c->own_host_key[0] != '\0')
		return key_parse_line(c->own_host_key, pub, e);
	return 0;
}

void
conf_device(const struct conf *c, char ret[16])
{
	(void)snprintf(ret, 16, "%s-%c", c->code, c->device);
}

void
conf_road_device(const struct conf *c, char ret[16])
{
	(void)snprintf(ret, 16, "%s-%c", c->code,
	    c->road_device != '\0' ? c->road_device : c->device);
}
