#include "store/conf.h"

#include <errno.h>
#include <limits.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/conf_file.h"
#include "store/conf_https.h"

static int
set_text(char *ret, size_t size, const char *value, struct err *e)
{
	if (value[0] == '\0')
		return err_set(e, ERR_INVALID, 0, "a value is expected");
	if (snprintf(ret, size, "%s", value) >= (int)size)
		return err_set(e, ERR_INVALID, 0,
		    "the value is longer than %zu bytes", size - 1);
	return 0;
}

static int
set_long(long *ret, long lo, long hi, const char *value, struct err *e)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(value, &end, 10);
	if (value[0] == '\0' || *end != '\0' || errno != 0 || v < lo || v > hi)
		return err_set(e, ERR_INVALID, 0,
		    "a number from %ld to %ld is expected, not '%s'", lo, hi,
		    value);
	*ret = v;
	return 0;
}

static int
add_url(char (*urls)[CONF_URL_MAX], int *n, const char *value, struct err *e)
{
	int rc;

	if ((rc = conf_check_url(value, e)) < 0)
		return rc;
	if (*n == CONF_URLS)
		return err_set(e, ERR_INVALID, 0,
		    "there are more than %d addresses", CONF_URLS);
	return set_text(urls[(*n)++], CONF_URL_MAX, value, e);
}

static int
set_key_line(char ret[KEY_LINE_MAX], const char *value, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	if ((rc = key_parse_line(value, pub, e)) < 0)
		return rc;
	key_line(pub, ret);
	return 0;
}

static int
set_role(struct conf *c, const char *value, struct err *e)
{
	if (strcmp(value, "office") == 0)
		c->role = ROLE_OFFICE;
	else if (strcmp(value, "hall") == 0)
		c->role = ROLE_HALL;
	else if (strcmp(value, "ministry") == 0)
		c->role = ROLE_MINISTRY;
	else
		return err_set(e, ERR_INVALID, 0,
		    "office, hall or ministry is expected, not '%s'", value);
	return 0;
}

static int
set_code(struct conf *c, const char *value, struct err *e)
{
	return set_text(c->code, sizeof(c->code), value, e);
}

static int
set_name(struct conf *c, const char *value, struct err *e)
{
	return set_text(c->name, sizeof(c->name), value, e);
}

static int
set_device(struct conf *c, const char *value, struct err *e)
{
	if (strlen(value) != 1)
		return err_set(e, ERR_INVALID, 0,
		    "one letter is expected, not '%s'", value);
	c->device = value[0];
	return 0;
}

static int
set_offset(struct conf *c, const char *value, struct err *e)
{
	return clock_parse_offset(value, &c->offset_min, e);
}

static int
set_interval(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->sync_interval_s, 1, 7 * 86400, value, e);
}

static int
set_after_save(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->after_save_ms, 0, 3600000, value, e);
}

static int
set_backoff_min(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->backoff_min_ms, 10, 3600000, value, e);
}

static int
set_backoff_max(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->backoff_max_ms, 10, 86400000, value, e);
}

static int
set_windows(struct conf *c, const char *value, struct err *e)
{
	return conf_times_parse(value, &c->windows, e);
}

static int
set_metered(struct conf *c, const char *value, struct err *e)
{
	c->metered = strcmp(value, "yes") == 0;
	if (c->metered || strcmp(value, "no") == 0)
		return 0;
	if (value[0] >= '0' && value[0] <= '9')
		return conf_times_parse(value, &c->metered_times, e);
	return err_set(e, ERR_INVALID, 0,
	    "yes, no or hours such as 08:00-18:00 are expected, not '%s'",
	    value);
}

static int
set_rate(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->rate_kib, 0, CONF_RATE_MAX, value, e);
}

static int
set_max_clients(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->max_clients, 1, 100000, value, e);
}

static int
set_max_bytes(struct conf *c, const char *value, struct err *e)
{
	return set_long(
	    &c->evidence_max_bytes, 1024, 1024L * 1024 * 1024, value, e);
}

static int
set_max_files(struct conf *c, const char *value, struct err *e)
{
	return set_long(&c->evidence_max_files, 1, 1000, value, e);
}

static int
set_kinds(struct conf *c, const char *value, struct err *e)
{
	return conf_parse_kinds(value, &c->evidence_kinds, e);
}

static int
set_record_access(struct conf *c, const char *value, struct err *e)
{
	int yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return err_set(e, ERR_INVALID, 0,
		    "yes or no is expected, not '%s'", value);
	c->record_access = yes;
	return 0;
}

static int
set_own_url(struct conf *c, const char *value, struct err *e)
{
	return add_url(c->own_urls, &c->n_own_urls, value, e);
}

static int
set_own_host_key(struct conf *c, const char *value, struct err *e)
{
	return set_key_line(c->own_host_key, value, e);
}

static const struct setting own_settings[] = {
	{ "pmqa", "role", 0, set_role },
	{ "pmqa", "code", 0, set_code },
	{ "pmqa", "name", 0, set_name },
	{ "pmqa", "device", 0, set_device },
	{ "pmqa", "offset", 0, set_offset },
	{ "sync", "interval", 0, set_interval },
	{ "sync", "after_save_ms", 0, set_after_save },
	{ "sync", "backoff_min_ms", 0, set_backoff_min },
	{ "sync", "backoff_max_ms", 0, set_backoff_max },
	{ "sync", "windows", 0, set_windows },
	{ "sync", "metered", 0, set_metered },
	{ "sync", "rate_kib", 0, set_rate },
	{ "sync", "https_ca", 0, conf_set_https_ca },
	{ "sync", "https_proxy", 0, conf_set_https_proxy },
	{ "hall", "url", 1, set_own_url },
	{ "hall", "host_key", 0, set_own_host_key },
	{ "hall", "https_pin", 1, conf_set_own_pin },
	{ "limits", "max_clients", 0, set_max_clients },
	{ "evidence", "max_bytes", 0, set_max_bytes },
	{ "evidence", "max_files", 0, set_max_files },
	{ "evidence", "types", 0, set_kinds },
	{ "alerts", "command", 0, conf_alerts_set_command },
	{ "alerts", "mail", 0, conf_alerts_set_mail },
	{ "alerts", "sendmail", 0, conf_alerts_set_sendmail },
	{ "alerts", "when", 0, conf_alerts_set_when },
	{ "alerts", "kinds", 0, conf_alerts_set_kinds },
	{ "alerts", "every", 0, conf_alerts_set_every },
	{ "alerts", "silent_days", 0, conf_alerts_set_silent },
	{ "alerts", "disk_mib", 0, conf_alerts_set_disk },
	{ "alerts", "lang", 0, conf_alerts_set_lang },
	{ "flags", "off", 0, conf_flags_set_off },
	{ "flags", "raised_by", 0, conf_flags_set_raised_by },
	{ "flags", "evidence_from", 0, conf_flags_set_evidence_from },
	{ "flags", "deadline_hours", 0, conf_flags_set_deadline_hours },
	{ "flags", "bulk_points", 0, conf_flags_set_bulk_points },
	{ "flags", "bulk_seconds", 0, conf_flags_set_bulk_seconds },
	{ "flags", "usual_edits", 0, conf_flags_set_usual_edits },
	{ "flags", "unusual_percent", 0, conf_flags_set_unusual_percent },
	{ "flags", "clock_minutes", 0, conf_flags_set_clock_minutes },
	{ "flags", "clock_same", 0, conf_flags_set_clock_same },
	{ "flags", "offline_days", 0, conf_flags_set_offline_days },
	{ "audit", "record_access", 0, set_record_access },
};

static int
set_hall_code(struct conf *c, const char *value, struct err *e)
{
	int rc;

	if ((rc = conf_check_code(ROLE_HALL, value, e)) < 0)
		return rc;
	return set_text(c->hall_code, sizeof(c->hall_code), value, e);
}

static int
set_hall_name(struct conf *c, const char *value, struct err *e)
{
	int rc;

	if ((rc = conf_check_name(value, e)) < 0)
		return rc;
	return set_text(c->hall_name, sizeof(c->hall_name), value, e);
}

static int
set_hall_key(struct conf *c, const char *value, struct err *e)
{
	return key_parse_line(value, c->hall_pub, e);
}

static int
set_url(struct conf *c, const char *value, struct err *e)
{
	return add_url(c->urls, &c->n_urls, value, e);
}

static int
set_host_key(struct conf *c, const char *value, struct err *e)
{
	return set_key_line(c->host_key, value, e);
}

static int
set_since(struct conf *c, const char *value, struct err *e)
{
	return clock_parse(value, c->offset_min, 0, &c->hall_since, e);
}

static int
set_road_device(struct conf *c, const char *value, struct err *e)
{
	if (strlen(value) != 1 || value[0] < 'a' || value[0] > 'z')
		return err_set(e, ERR_INVALID, 0,
		    "one letter is expected, not '%s'", value);
	c->road_device = value[0];
	return 0;
}

static int
set_auditor(struct conf *c, const char *value, struct err *e)
{
	if (strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
		strlen(value) ||
	    value[0] == '-')
		return err_set(e, ERR_INVALID, 0,
		    "'%.40s' cannot be the name of an auditor", value);
	return set_text(c->auditor, sizeof(c->auditor), value, e);
}

static const struct setting hall_settings[] = {
	{ "hall", "code", 0, set_hall_code },
	{ "hall", "name", 0, set_hall_name },
	{ "hall", "key", 0, set_hall_key },
	{ "hall", "url", 1, set_url },
	{ "hall", "host_key", 0, set_host_key },
	{ "hall", "https_pin", 1, conf_set_pin },
	{ "hall", "since", 0, set_since },
	{ "hall", "device", 0, set_road_device },
	{ "hall", "auditor", 0, set_auditor },
};

/* What a machine is called unless it is told. */
static char
first_letter(enum role role)
{
	if (role == ROLE_OFFICE)
		return 'a';
	return role == ROLE_HALL ? 'h' : 'm';
}

void
conf_defaults(enum role role, struct conf *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->role = role;
	ret->device = first_letter(role);
	ret->offset_min = 7 * 60;
	ret->sync_interval_s = 900;
	ret->after_save_ms = 2000;
	ret->backoff_min_ms = 5000;
	ret->backoff_max_ms = 3600000;
	ret->max_clients = 1000;
	conf_alerts_defaults(&ret->alerts);
	conf_flags_defaults(&ret->flags);
	ret->evidence_max_bytes = 20L * 1024 * 1024;
	ret->evidence_max_files = 20;
	ret->evidence_kinds = CONF_KIND_BIT(CONF_KIND_PDF) |
			      CONF_KIND_BIT(CONF_KIND_JPEG) |
			      CONF_KIND_BIT(CONF_KIND_PNG);
}

int
conf_read_hall(struct conf *c, struct err *e)
{
	static const unsigned char none[KEY_PUBLIC_LEN];
	char path[PATH_MAX];
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/hall.conf", c->dir);
	if (rc < 0)
		return rc;
	rc = conf_file_read(path, hall_settings,
	    sizeof(hall_settings) / sizeof(hall_settings[0]), c, e);
	if (rc == ERR_NOT_FOUND)
		return 0; /* not enrolled yet */
	if (rc < 0)
		return rc;
	if (c->hall_code[0] == '\0' || c->hall_name[0] == '\0' ||
	    c->n_urls == 0 || memcmp(c->hall_pub, none, sizeof(none)) == 0)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' lacks one of code, name, key, url", path);
	c->enrolled = 1;
	return 0;
}

static int
not_set_up(const char *dir, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, ENOENT, "'%s' is not set up", dir);
	err_hint(e, "run: pmqa --dir DIR init --code CODE --name NAME");
	return ERR_NOT_FOUND;
}

/* The absolute path of an existing directory. */
static int
resolve(const char *dir, struct conf *c, struct err *e)
{
	char path[PATH_MAX];

	if (realpath(dir, path) == NULL) {
		if (errno == ENOENT)
			return not_set_up(dir, e);
		return err_sys(e, "cannot open '%s'", dir);
	}
	return file_path(c->dir, sizeof(c->dir), e, "%s", path);
}

int
conf_load(const char *dir, struct conf *ret, struct err *e)
{
	char path[PATH_MAX];
	struct conf c;
	int rc;

	conf_defaults(ROLE_OFFICE, &c);
	c.device = '\0';
	if ((rc = resolve(dir, &c, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/pmqad.conf", c.dir)) < 0)
		return rc;
	rc = conf_file_read(path, own_settings,
	    sizeof(own_settings) / sizeof(own_settings[0]), &c, e);
	if (rc == ERR_NOT_FOUND)
		return not_set_up(dir, e);
	if (rc < 0)
		return rc;
	if (c.device == '\0')
		c.device = first_letter(c.role);
	if ((rc = conf_check(&c, e)) < 0) {
		err_prepend(e, path);
		return rc;
	}
	if (c.role == ROLE_OFFICE && (rc = conf_read_hall(&c, e)) < 0)
		return rc;
	*ret = c;
	return 0;
}
