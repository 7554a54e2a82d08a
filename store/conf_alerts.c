#include "store/conf_alerts.h"

#include <errno.h>

#include "store/conf.h"

#define ADDRESS_CHARS                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"._+-=@"

static const char *const kinds[N_ALERT_KINDS] = {
	[ALERT_REFUSED] = "refused",
	[ALERT_TROUBLE] = "trouble",
	[ALERT_SILENT] = "silent",
	[ALERT_OVERDUE] = "overdue",
	[ALERT_DISK] = "disk",
	[ALERT_NOTICE] = "notice",
};

void
conf_alerts_defaults(struct conf_alerts *ret)
{
	memset(ret, 0, sizeof(*ret));
	snprintf(
	    ret->sendmail, sizeof(ret->sendmail), "%s", "/usr/sbin/sendmail");
	ret->digest_min = -1;
	ret->kinds = (1U << N_ALERT_KINDS) - 1;
	ret->every_s = 300;
	ret->silent_days = 7;
	ret->disk_mib = 1024;
	ret->thai = 1;
}

int
conf_alerts_on(const struct conf_alerts *a)
{
	return a->command[0] != '\0' || a->mail[0] != '\0';
}

const char *
conf_alerts_kind(enum conf_alert_kind kind)
{
	return kind < N_ALERT_KINDS ? kinds[kind] : "unknown";
}

int
conf_alerts_words(
    const char *command, char text[200], const char *ret[CONF_ALERTS_ARGS + 1])
{
	char *word, *save = NULL;
	int n = 0;

	snprintf(text, 200, "%s", command);
	for (word = strtok_r(text, " \t", &save); word != NULL;
	     word = strtok_r(NULL, " \t", &save)) {
		if (n == CONF_ALERTS_ARGS)
			return -1;
		ret[n++] = word;
	}
	ret[n] = NULL;
	return n;
}

static int
set_program(char ret[200], const char *v, struct err *e)
{
	const char *words[CONF_ALERTS_ARGS + 1];
	char text[200];

	if (v[0] != '/' || strlen(v) >= 200)
		return err_set(e, ERR_INVALID, 0,
		    "a program is named by its absolute path, not '%.60s'", v);
	if (conf_alerts_words(v, text, words) < 0)
		return err_set(e, ERR_INVALID, 0,
		    "a command has at most %d words", CONF_ALERTS_ARGS);
	snprintf(ret, 200, "%s", v);
	return 0;
}

/* Only one is told: nobody shall wait for mail that a command keeps away. */
static int
one_way(const char *other, struct err *e)
{
	if (other[0] == '\0')
		return 0;
	err_set(
	    e, ERR_INVALID, 0, "alerts go by mail or by a command, not both");
	err_hint(e, "keep one of the two; a command may send mail as well");
	return ERR_INVALID;
}

int
conf_alerts_set_command(struct conf *c, const char *v, struct err *e)
{
	int rc = one_way(c->alerts.mail, e);

	return rc < 0 ? rc : set_program(c->alerts.command, v, e);
}

int
conf_alerts_set_sendmail(struct conf *c, const char *v, struct err *e)
{
	return set_program(c->alerts.sendmail, v, e);
}

/* One address: something, "@", something; no option, nothing to quote. */
static int
check_address(const char *s, size_t len, struct err *e)
{
	const char *at = memchr(s, '@', len);

	if (at == NULL || at == s || at == s + len - 1 || s[0] == '-' ||
	    strspn(s, ADDRESS_CHARS) < len)
		return err_set(e, ERR_INVALID, 0,
		    "'%.*s' is not an e-mail address", (int)len, s);
	return 0;
}

int
conf_alerts_set_mail(struct conf *c, const char *v, struct err *e)
{
	const char *s = v;
	size_t len;
	int rc, n = 0;

	if ((rc = one_way(c->alerts.command, e)) < 0)
		return rc;
	if (strlen(v) >= sizeof(c->alerts.mail))
		return err_set(e, ERR_INVALID, 0,
		    "the value is longer than %zu bytes",
		    sizeof(c->alerts.mail) - 1);
	for (;; s += len) {
		s += strspn(s, ", ");
		if ((len = strcspn(s, ", ")) == 0)
			break;
		if ((rc = check_address(s, len, e)) < 0)
			return rc;
		n++;
	}
	if (n == 0)
		return err_set(e, ERR_INVALID, 0, "a value is expected");
	snprintf(c->alerts.mail, sizeof(c->alerts.mail), "%s", v);
	return 0;
}

int
conf_alerts_set_when(struct conf *c, const char *v, struct err *e)
{
	int digit = v[0] >= '0' && v[0] <= '9' && v[1] >= '0' && v[1] <= '9' &&
		    (v[2] == ':' || v[2] == '.') && v[3] >= '0' &&
		    v[3] <= '5' && v[4] >= '0' && v[4] <= '9' && v[5] == '\0';
	int hour = digit ? (v[0] - '0') * 10 + v[1] - '0' : 24;

	if (strcmp(v, "instant") == 0) {
		c->alerts.digest_min = -1;
		return 0;
	}
	if (hour > 23)
		return err_set(e, ERR_INVALID, 0,
		    "instant or a time of day such as 08:30 is expected, not "
		    "'%.40s'",
		    v);
	c->alerts.digest_min = hour * 60 + (v[3] - '0') * 10 + v[4] - '0';
	return 0;
}

static int
add_kind(unsigned *mask, const char *s, size_t len, struct err *e)
{
	size_t i;

	for (i = 0; i < N_ALERT_KINDS; i++)
		if (strlen(kinds[i]) == len && memcmp(kinds[i], s, len) == 0) {
			*mask |= 1U << i;
			return 0;
		}
	return err_set(e, ERR_INVALID, 0,
	    "'%.*s' is not a kind of alert: refused, trouble, silent, overdue, "
	    "disk, notice",
	    len > 40 ? 40 : (int)len, s);
}

int
conf_alerts_set_kinds(struct conf *c, const char *v, struct err *e)
{
	unsigned mask = 0;
	const char *s = v;
	size_t len;
	int rc;

	for (;; s += len) {
		s += strspn(s, ", ");
		if ((len = strcspn(s, ", ")) == 0)
			break;
		if ((rc = add_kind(&mask, s, len, e)) < 0)
			return rc;
	}
	if (mask == 0)
		return err_set(e, ERR_INVALID, 0, "a value is expected");
	c->alerts.kinds = mask;
	return 0;
}

static int
set_number(long *ret, long lo, long hi, const char *v, struct err *e)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(v, &end, 10);
	if (v[0] == '\0' || *end != '\0' || errno != 0 || n < lo || n > hi)
		return err_set(e, ERR_INVALID, 0,
		    "a number from %ld to %ld is expected, not '%s'", lo, hi,
		    v);
	*ret = n;
	return 0;
}

int
conf_alerts_set_every(struct conf *c, const char *v, struct err *e)
{
	return set_number(&c->alerts.every_s, 1, 86400, v, e);
}

int
conf_alerts_set_silent(struct conf *c, const char *v, struct err *e)
{
	return set_number(&c->alerts.silent_days, 1, 3660, v, e);
}

int
conf_alerts_set_disk(struct conf *c, const char *v, struct err *e)
{
	return set_number(&c->alerts.disk_mib, 0, 1L << 30, v, e);
}

int
conf_alerts_set_lang(struct conf *c, const char *v, struct err *e)
{
	c->alerts.thai = strcmp(v, "th") == 0;
	if (c->alerts.thai || strcmp(v, "en") == 0)
		return 0;
	return err_set(
	    e, ERR_INVALID, 0, "th or en is expected, not '%.40s'", v);
}

void
conf_alerts_put(struct buf *b)
{
	buf_puts(b,
	    "\n[alerts]\n; who is told when an office is refused, fails, does "
	    "not come or is late,\n; or this machine is in trouble; try it: "
	    "pmqa hall alerts test\n"
	    "; mail = somebody@example.org\n"
	    "; command = /usr/local/bin/tell ARGUMENT\n"
	    "; at once, or once a day at a time such as 08:30\n"
	    "; when = instant\n"
	    "; kinds = refused trouble silent overdue disk notice\n"
	    "; silent_days = 7\n; disk_mib = 1024\n; lang = th\n");
}
