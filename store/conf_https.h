/*
 * conf_https: what a directory knows of https: which addresses use it, by what
 * the hall's server is known there, and how this machine gets out.
 *
 * pmqad.conf of a hall
 *   [hall]  https_pin = sha256//… (repeatable: the key of its https server that
 *           offices are told; without one the usual authorities vouch for it)
 * pmqad.conf of an office
 *   [sync]  https_ca = FILE (certificates of the authorities that may vouch for
 *           the hall; without it those that this machine trusts),
 *           https_proxy = http://HOST[:PORT]
 * hall.conf
 *   [hall]  https_pin = sha256//… (repeatable)
 *
 * Ownership: as conf.h.
 * Units:     none.
 * Errors:    ERR_INVALID with what is expected.
 * Thread:    any.
 */
#ifndef STORE_CONF_HTTPS_H
#define STORE_CONF_HTTPS_H

#include "base/buf.h"
#include "store/conf.h"

#define CONF_HTTPS "https://"

/* "https://host[:port]" */
int conf_is_https(const char *url);
/* Is one of the hall's addresses of https, of ssh; of its own (a hall's)? */
int conf_any_https(const struct conf *c);
int conf_any_ssh(const struct conf *c);
int conf_any_own_ssh(const struct conf *c);

/* One more pin of a list. */
int conf_add_pin(struct conf_pins *pins, const char *value, struct err *e);
/* All of them with ";" between, as http.pinnedPubkey takes them; and back. */
#define CONF_PINS_TEXT (CONF_PINS * CONF_PIN_MAX)
void conf_pins_text(const struct conf_pins *pins, char ret[CONF_PINS_TEXT]);
int conf_parse_pins(const char *text, struct conf_pins *ret, struct err *e);

/* The settings, for the tables of conf.c. */
int conf_set_own_pin(struct conf *c, const char *value, struct err *e);
int conf_set_pin(struct conf *c, const char *value, struct err *e);
int conf_set_https_ca(struct conf *c, const char *value, struct err *e);
int conf_set_https_proxy(struct conf *c, const char *value, struct err *e);

/* Their lines in the files. */
void conf_put_pins(struct buf *b, const struct conf_pins *pins);
void conf_put_https(struct buf *b, const struct conf *c);

#endif
