/*
 * conf: what a directory is: DIR/pmqad.conf (INI, written by init, edited by
 * people) and DIR/hall.conf (INI, written by enrolment).
 *
 * pmqad.conf
 *   [pmqa]   role = office|hall|ministry, code, name, device (letter, office),
 *            offset = +07:00
 *   [sync]   interval = 900 (s), after_save_ms = 2000, backoff_min_ms = 5000,
 *            backoff_max_ms = 3600000,
 *            windows = 18:00-06:00, 12:00-13:00 (when exchanges may begin by
 *            themselves; absent: always; times of day at the office's offset),
 *            metered = no | yes | 08:00-18:00, ... (texts only then),
 *            rate_kib = 0 (KiB a second each way, 0: as fast as it goes)
 *   [hall]   url = … (repeatable; a hall: the addresses it tells offices),
 *            host_key = ssh-ed25519 … (a hall: of its sshd, if not the usual
 *            one of the machine)
 *   [limits] max_clients = 1000
 *   [alerts] conf_alerts.h (a hall)
 *   [flags]  conf_flags.h
 *   [audit]  record_access = no | yes (store/hall/access.h)
 *   [evidence] max_bytes = 20971520 (of one file), max_files = 20 (of one
 *            item), types = pdf jpeg png (odf, ooxml: office documents)
 * hall.conf
 *   [hall]   code, name, key (ssh-ed25519 …), url (repeatable, tried in order),
 *            host_key (ssh-ed25519 …, may be absent), since,
 *            device (the letter that the hall still knows this machine by,
 *            while it has not enrolled the new one: store/hall/renew.h),
 *            auditor (a ministry's name at the hall)
 * A line is at most CONF_LINE_MAX bytes (inih cuts longer ones in silence: they
 * are refused here). Unknown and doubled settings are refused: they are slips.
 *
 * Ownership: struct conf is the caller's memory, holds no pointers.
 * Units:     in the member names.
 * Errors:    ERR_NOT_FOUND (directory not set up: the hint says "pmqa init"),
 * ERR_INVALID with file, line and what is expected.
 * Thread:    any.
 */
#ifndef STORE_CONF_H
#define STORE_CONF_H

#include <stdint.h>

#include "base/err.h"
#include "store/conf_alerts.h"
#include "store/conf_flags.h"
#include "store/conf_times.h"
#include "store/sign/key.h"

#define CONF_LINE_MAX 198
#define CONF_NAME_MAX 180 /* bytes of an office's or a hall's name */
#define CONF_URLS 4
#define CONF_URL_MAX 256
#define CONF_RATE_MAX 1048576
#define CONF_PINS 3     /* the key of now, the next one, a spare one */
#define CONF_PIN_MAX 53 /* with NUL: store/sign/x509.h */

enum role { ROLE_OFFICE, ROLE_HALL, ROLE_MINISTRY };

/* What evidence may be: words of [evidence] types. */
enum conf_kind {
	CONF_KIND_PDF,
	CONF_KIND_JPEG,
	CONF_KIND_PNG,
	CONF_KIND_ODF,
	CONF_KIND_OOXML,
	N_CONF_KINDS
};
#define CONF_KIND_BIT(k) (1U << (k))

struct conf_pins { /* of https servers: store/conf_https.h */
	int n;
	char list[CONF_PINS][CONF_PIN_MAX];
};

struct conf {
	char dir[512];
	enum role role;
	char code[8]; /* office: 4 digits; hall, ministry: 2 digits */
	char name[200];
	char device; /* 'a'…'g', 'i'…'z' for an office, 'h' for the hall, 'm'
			for a ministry */
	int offset_min;
	long sync_interval_s, after_save_ms, backoff_min_ms, backoff_max_ms;
	struct conf_times windows; /* none: always */
	int metered;               /* always */
	struct conf_times metered_times;
	long rate_kib; /* 0: no cap */
	long max_clients;
	long evidence_max_bytes; /* of one file; a hall: that it takes */
	long evidence_max_files; /* of one item */
	unsigned evidence_kinds; /* CONF_KIND_BIT()s */
	int n_own_urls;          /* a hall's own addresses */
	char own_urls[CONF_URLS][CONF_URL_MAX];
	char own_host_key[KEY_LINE_MAX]; /* [hall] host_key; "" if absent */
	struct conf_pins own_pins;       /* [hall] https_pin */
	char https_ca[192];              /* [sync] https_ca; "" if absent */
	char https_proxy[CONF_URL_MAX];  /* [sync] https_proxy, likewise */
	struct conf_alerts alerts;       /* [alerts] */
	struct conf_flags flags;         /* [flags] */
	int record_access;               /* [audit] record_access */
	/* from hall.conf; enrolled == 0 when there is none */
	int enrolled;
	char hall_code[8], hall_name[200];
	unsigned char hall_pub[KEY_PUBLIC_LEN];
	int n_urls;
	char urls[CONF_URLS][CONF_URL_MAX];
	char host_key[KEY_LINE_MAX];
	struct conf_pins pins;
	int64_t hall_since; /* when the hall's answer was accepted */
	char road_device;   /* '\0': the hall knows us as device */
	char auditor[36]; /* a ministry: the name by which the hall knows it */
};

/* The defaults of everything but dir, code and name. */
void conf_defaults(enum role role, struct conf *ret);

int conf_load(const char *dir, struct conf *ret, struct err *e);
/* Write pmqad.conf (0644) and hall.conf (0600), durably. */
int conf_save(const struct conf *c, struct err *e);
int conf_save_hall(const struct conf *c, struct err *e);

/* hall.conf of c->dir into *c; without one c->enrolled stays 0. */
int conf_read_hall(struct conf *c, struct err *e);

/* An address of a hall: "ssh://user@host[:port]", "https://host[:port]" (no
 * path, no options) or a path as conf_check_path() takes it. ERR_INVALID
 * otherwise. */
int conf_check_url(const char *url, struct err *e);
/* "office", "hall", "ministry" */
const char *conf_role_name(enum role role);
/* 4 (office) or 2 (hall, ministry) digits. */
int conf_check_code(enum role role, const char *code, struct err *e);
/* 1..CONF_NAME_MAX bytes, NFC, one line, no blank at either end, no ';' (it
 * begins a comment in INI). */
int conf_check_name(const char *name, struct err *e);
/* An absolute path of letters, digits and ._-/+@=,:~ : one that needs quoting
 * nowhere (shell, authorized_keys, ssh_config). */
int conf_check_path(const char *path, struct err *e);
/* "pdf", "jpeg", "png", "odf", "ooxml" */
const char *conf_kind_name(enum conf_kind k);
/* Such words, separated by blanks or commas, to CONF_KIND_BIT()s. */
int conf_parse_kinds(const char *words, unsigned *ret, struct err *e);
/* Everything that init or a file put in. */
int conf_check(const struct conf *c, struct err *e);

/* "9105-a", "91-h": the device this directory is. */
void conf_device(const struct conf *c, char ret[16]);
/* The same, as the hall's sshd knows it: mostly the same device. */
void conf_road_device(const struct conf *c, char ret[16]);

#endif
