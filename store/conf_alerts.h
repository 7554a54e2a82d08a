/*
 * conf_alerts: whom a hall tells when something is wrong: section [alerts] of
 * pmqad.conf.
 *
 *   command = PATH ARGUMENT…    started with the message on standard input;
 *                               no shell: blanks separate, nothing quotes
 *   mail = ADDRESS[, ADDRESS…]  by sendmail
 *   sendmail = PATH             /usr/sbin/sendmail
 *   when = instant | 08:30      at once, or one digest a day at this time
 *   kinds = refused trouble …   those of alerts.h; all if absent
 *   every = 300                 seconds between two looks
 *   silent_days = 7             an office that did not come for so long
 *   disk_mib = 1024             less free than this
 *   lang = th | en              of the messages
 * Without command and mail nobody is told; what is wrong is listed all the same.
 *
 * Ownership: values.
 * Units:     in the member names.
 * Errors:    ERR_INVALID with what is expected.
 * Thread:    any.
 */
#ifndef STORE_CONF_ALERTS_H
#define STORE_CONF_ALERTS_H

#include "base/buf.h"
#include "base/err.h"

#define CONF_ALERTS_ARGS 16

enum conf_alert_kind {
	ALERT_REFUSED, /* an office's pushes are refused */
	ALERT_TROUBLE, /* they fail by a fault of the hall */
	ALERT_SILENT,  /* an office does not come */
	ALERT_OVERDUE, /* an office is past a date of the calendar */
	ALERT_DISK,    /* the hall's disk is nearly full */
	ALERT_NOTICE,  /* what the hall noticed of itself */
	N_ALERT_KINDS
};

struct conf;

struct conf_alerts {
	char command[200], mail[200], sendmail[200]; /* "": not given */
	int digest_min; /* minute of the day; -1: at once */
	unsigned kinds; /* a bit for each enum conf_alert_kind */
	long every_s, silent_days, disk_mib;
	int thai;
};

void conf_alerts_defaults(struct conf_alerts *ret);
/* 1 if somebody is to be told. */
int conf_alerts_on(const struct conf_alerts *a);
/* "refused", "trouble", … */
const char *conf_alerts_kind(enum conf_alert_kind kind);
/* The words of the command (or of sendmail), separated by NULs in text. */
int conf_alerts_words(
    const char *command, char text[200], const char *ret[CONF_ALERTS_ARGS + 1]);

/* Setters of the table in conf.c. */
int conf_alerts_set_command(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_mail(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_sendmail(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_when(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_kinds(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_every(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_silent(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_disk(struct conf *c, const char *v, struct err *e);
int conf_alerts_set_lang(struct conf *c, const char *v, struct err *e);

/* The section as a hall's first pmqad.conf has it, to be filled in. */
void conf_alerts_put(struct buf *b);

#endif
