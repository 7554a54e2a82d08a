#include "store/conf_https.h"

#include "store/sign/x509.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HOST_MAX 200

/* "host[:port]" and nothing behind it */
static int
is_host(const char *s)
{
	size_t len = strspn(s, LETTERS DIGITS ".-");
	char *end;
	long n;

	if (len == 0 || len > HOST_MAX || s[0] == '-' || s[0] == '.')
		return 0;
	s += len;
	if (*s == '\0')
		return 1;
	if (*s++ != ':' || *s < '1' || *s > '9')
		return 0;
	n = strtol(s, &end, 10);
	return *end == '\0' && n <= 65535;
}

int
conf_is_https(const char *url)
{
	return strncmp(url, CONF_HTTPS, strlen(CONF_HTTPS)) == 0 &&
	       is_host(url + strlen(CONF_HTTPS));
}

int
conf_any_https(const struct conf *c)
{
	int i;

	for (i = 0; i < c->n_urls; i++)
		if (conf_is_https(c->urls[i]))
			return 1;
	return 0;
}

static int
is_ssh(const char *url)
{
	return strncmp(url, "ssh://", 6) == 0;
}

int
conf_any_ssh(const struct conf *c)
{
	int i;

	for (i = 0; i < c->n_urls; i++)
		if (is_ssh(c->urls[i]))
			return 1;
	return 0;
}

int
conf_any_own_ssh(const struct conf *c)
{
	int i;

	for (i = 0; i < c->n_own_urls; i++)
		if (is_ssh(c->own_urls[i]))
			return 1;
	return 0;
}

int
conf_add_pin(struct conf_pins *pins, const char *value, struct err *e)
{
	if (!x509_is_pin(value)) {
		err_set(e, ERR_INVALID, 0,
		    "'%s' is not the pin of an https server", value);
		err_hint(e,
		    "it is sha256// and 44 letters: the SHA-256 of its public "
		    "key in base64");
		return ERR_INVALID;
	}
	if (pins->n == CONF_PINS)
		return err_set(e, ERR_INVALID, 0, "there are more than %d pins",
		    CONF_PINS);
	memcpy(pins->list[pins->n++], value, CONF_PIN_MAX);
	return 0;
}

void
conf_pins_text(const struct conf_pins *pins, char ret[CONF_PINS_TEXT])
{
	size_t len = 0;
	int i;

	ret[0] = '\0';
	for (i = 0; i < pins->n; i++)
		len += (size_t)snprintf(ret + len, CONF_PINS_TEXT - len, "%s%s",
		    i > 0 ? ";" : "", pins->list[i]);
}

int
conf_parse_pins(const char *text, struct conf_pins *ret, struct err *e)
{
	struct conf_pins pins = { .n = 0 };
	char one[CONF_PIN_MAX];
	size_t len;
	int rc;

	for (; *text != '\0'; text += len + (text[len] == ';')) {
		len = strcspn(text, ";");
		snprintf(one, sizeof(one), "%.*s",
		    len < sizeof(one) ? (int)len : 0, text);
		if ((rc = conf_add_pin(&pins, one, e)) < 0)
			return rc;
	}
	*ret = pins;
	return 0;
}

int
conf_set_own_pin(struct conf *c, const char *value, struct err *e)
{
	return conf_add_pin(&c->own_pins, value, e);
}

int
conf_set_pin(struct conf *c, const char *value, struct err *e)
{
	return conf_add_pin(&c->pins, value, e);
}

int
conf_set_https_ca(struct conf *c, const char *value, struct err *e)
{
	int rc;

	if ((rc = conf_check_path(value, e)) < 0)
		return rc;
	if (strlen(value) >= sizeof(c->https_ca))
		return err_set(e, ERR_INVALID, 0,
		    "the value is longer than %zu bytes",
		    sizeof(c->https_ca) - 1);
	memcpy(c->https_ca, value, strlen(value) + 1);
	return 0;
}

int
conf_set_https_proxy(struct conf *c, const char *value, struct err *e)
{
	static const char scheme[] = "http://";

	if (strncmp(value, scheme, strlen(scheme)) != 0 ||
	    !is_host(value + strlen(scheme)) ||
	    strlen(value) >= sizeof(c->https_proxy))
		return err_set(e, ERR_INVALID, 0,
		    "a proxy such as http://proxy.example.org:8080 is "
		    "expected, not '%s'",
		    value);
	memcpy(c->https_proxy, value, strlen(value) + 1);
	return 0;
}

void
conf_put_pins(struct buf *b, const struct conf_pins *pins)
{
	int i;

	for (i = 0; i < pins->n; i++)
		buf_printf(b, "https_pin = %s\n", pins->list[i]);
}

void
conf_put_https(struct buf *b, const struct conf *c)
{
	if (c->https_ca[0] != '\0')
		buf_printf(b, "https_ca = %s\n", c->https_ca);
	if (c->https_proxy[0] != '\0')
		buf_printf(b, "https_proxy = %s\n", c->https_proxy);
}
