/* conf.h: the files as init and an enrolment write them. */
#include <limits.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/conf_https.h"

/* Writes a file of the directory, unless it went wrong on the way. */
static int
write_file(const struct conf *c, const char *name, struct buf *text,
    unsigned mode, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = buf_ok(text, e)) == 0 &&
	    (rc = file_path(path, sizeof(path), e, "%s/%s", c->dir, name)) == 0)
		rc = file_write(path, buf_str(text), text->len, mode, e);
	buf_release(text);
	return rc;
}

static void
put_urls(struct buf *b, const char (*urls)[CONF_URL_MAX], int n)
{
	int i;

	for (i = 0; i < n; i++)
		buf_printf(b, "url = %s\n", urls[i]);
}

static void
put_sync(struct buf *b, const struct conf *c)
{
	buf_printf(b,
	    "\n[sync]\n; seconds between two exchanges\ninterval = %ld\n"
	    "after_save_ms = %ld\nbackoff_min_ms = %ld\n"
	    "backoff_max_ms = %ld\n",
	    c->sync_interval_s, c->after_save_ms, c->backoff_min_ms,
	    c->backoff_max_ms);
	buf_puts(b,
	    "; when exchanges may begin by themselves; without it: always\n");
	if (c->windows.n > 0) {
		buf_puts(b, "windows = ");
		conf_times_text(&c->windows, b);
		buf_putc(b, '\n');
	} else {
		buf_puts(b, "; windows = 18:00-06:00, 12:00-13:00\n");
	}
	buf_puts(b, "; yes, no, or hours: files wait while the link is paid by "
		    "volume\nmetered = ");
	if (c->metered_times.n > 0)
		conf_times_text(&c->metered_times, b);
	else
		buf_puts(b, c->metered ? "yes" : "no");
	buf_printf(b,
	    "\n; KiB a second each way; 0: as fast as it goes\n"
	    "rate_kib = %ld\n",
	    c->rate_kib);
	conf_put_https(b, c);
}

static void
put_hall(struct buf *b, const struct conf *c)
{
	buf_puts(b,
	    "\n[hall]\n; addresses that offices are told, tried in this "
	    "order; if there is none:\n; this directory\n"
	    "; url = ssh://pmqa@hall.example.org\n");
	put_urls(b, c->own_urls, c->n_own_urls);
	if (c->own_host_key[0] != '\0')
		buf_printf(b, "host_key = %s\n", c->own_host_key);
	conf_put_pins(b, &c->own_pins);
}

static void
put_evidence(struct buf *b, const struct conf *c)
{
	const char *sep = "";
	int k;

	buf_printf(b,
	    "\n[evidence]\n; bytes of one file, files of one item, what they "
	    "may be:\n; pdf jpeg png odf ooxml\nmax_bytes = %ld\n"
	    "max_files = %ld\ntypes = ",
	    c->evidence_max_bytes, c->evidence_max_files);
	for (k = 0; k < N_CONF_KINDS; k++) {
		if ((c->evidence_kinds & CONF_KIND_BIT(k)) == 0)
			continue;
		buf_printf(b, "%s%s", sep, conf_kind_name((enum conf_kind)k));
		sep = " ";
	}
	buf_putc(b, '\n');
}

static void
put_audit(struct buf *b, const struct conf *c)
{
	buf_printf(b,
	    "\n[audit]\n; yes: who exports the past is written to log/, "
	    "see pmqa hall log --access\nrecord_access = %s\n",
	    c->record_access ? "yes" : "no");
}

int
conf_save(const struct conf *c, struct err *e)
{
	struct buf b = BUF_INIT;
	char offset[8];

	clock_offset_text(offset, c->offset_min);
	buf_printf(&b, "[pmqa]\nrole = %s\ncode = %s\nname = %s\n",
	    conf_role_name(c->role), c->code, c->name);
	if (c->role == ROLE_OFFICE)
		buf_printf(&b, "device = %c\n", c->device);
	buf_printf(&b, "offset = %s\n", offset);
	if (c->role == ROLE_HALL)
		put_hall(&b, c);
	else
		put_sync(&b, c);
	buf_printf(&b, "\n[limits]\nmax_clients = %ld\n", c->max_clients);
	put_evidence(&b, c);
	put_audit(&b, c);
	if (c->role == ROLE_HALL)
		conf_alerts_put(&b);
	conf_flags_put(&c->flags, &b);
	return write_file(c, "pmqad.conf", &b, 0644, e);
}

int
conf_save_hall(const struct conf *c, struct err *e)
{
	struct buf b = BUF_INIT;
	char key[KEY_LINE_MAX], since[CLOCK_TEXT];

	key_line(c->hall_pub, key);
	clock_rfc3339(since, c->hall_since, c->offset_min);
	buf_printf(&b,
	    "; written when the hall's answer was accepted\n"
	    "[hall]\ncode = %s\nname = %s\nkey = %s\n",
	    c->hall_code, c->hall_name, key);
	put_urls(&b, c->urls, c->n_urls);
	if (c->host_key[0] != '\0')
		buf_printf(&b, "host_key = %s\n", c->host_key);
	conf_put_pins(&b, &c->pins);
	buf_printf(&b, "since = %s\n", since);
	if (c->road_device != '\0')
		buf_printf(&b, "device = %c\n", c->road_device);
	if (c->auditor[0] != '\0')
		buf_printf(&b, "auditor = %s\n", c->auditor);
	return write_file(c, "hall.conf", &b, 0600, e);
}
