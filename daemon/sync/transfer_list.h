/*
 * transfer_list: how the lists of struct transfer are filled, and what https
 * adds to them; for transfer.c.
 *
 * Ownership: as transfer.h.
 * Units:     none.
 * Errors:    what does not fit is kept in mind until transfer_finish().
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_TRANSFER_LIST_H
#define DAEMON_SYNC_TRANSFER_LIST_H

#include "daemon/sync/transfer.h"

#define TRANSFER_HALL_MAX (CONF_URL_MAX + 16)

void transfer_init(struct transfer *t);
int transfer_finish(const struct transfer *t, struct err *e);

void transfer_arg(struct transfer *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void transfer_env(struct transfer *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "-c NAME=VALUE" of git */
void transfer_set(struct transfer *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The address that "office" or "evidence/…" is put behind; over https the
 * first part of its path says who comes. */
void transfer_hall(const struct transfer_way *w, char ret[TRANSFER_HALL_MAX]);

/* git's settings for an https address (transfer_https.c). */
void transfer_https(const struct transfer_way *w, struct transfer *t);

#endif
