/*
 * signers: the files by which OpenSSH and stock git know our keys:
 * allowed_signers, authorized_keys, known_hosts, ssh_config.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_INVALID for a path that would need quoting; ERR_SYS, ERR_NOMEM.
 * Thread:    one.
 */
#ifndef STORE_HALL_SIGNERS_H
#define STORE_HALL_SIGNERS_H

#include "base/buf.h"
#include "store/conf.h"

/* Appends one device's line of an allowed_signers file. */
void signers_add(struct buf *ret, const char *device,
    const unsigned char pub[KEY_PUBLIC_LEN]);

/* The same for a device that was revoked: stock git takes its signatures for
 * good up to that second (of the commit's own time). */
void signers_add_until(struct buf *ret, const char *device,
    const unsigned char pub[KEY_PUBLIC_LEN], int64_t until);

/* Appends one device's line of a hall's authorized_keys. receive: path of
 * pmqa-receive. */
int signers_add_login(struct buf *ret, const char *receive, const char *dir,
    const char *device, const char *key, struct err *e);

/* Writes DIR/<name> (0644), durably. */
int signers_write(const struct conf *c, const char *name,
    const struct buf *text, struct err *e);

/* An office's DIR/known_hosts and DIR/ssh_config, pinned to the hall's host key
 * (none when c->host_key is empty: then ssh refuses every host). */
int signers_write_ssh(const struct conf *c, struct err *e);
/* The same with another file of the secret key; without what https needs. */
int signers_write_ssh_as(
    const struct conf *c, const char *identity, struct err *e);

#endif
