/*
 * receive_keys: what sshd is told when somebody knocks as the hall's user: the
 * lines of DIR/authorized_keys (AuthorizedKeysCommand, `pmqa-receive
 * --login-keys USER`), after a look at who could have written them.
 *
 * Only lines that restrict and force a command of ours are given out: a line
 * that somebody put in by hand must not open a shell.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DENIED: file or directory belongs to somebody else than USER or
 * root, or others may write it; ERR_NOT_FOUND: no such user; ERR_SYS.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_KEYS_H
#define DAEMON_RECEIVE_RECEIVE_KEYS_H

#include "base/err.h"

/* Writes the lines to fd. *ret_dropped: lines that were left out. */
int receive_keys(
    const char *dir, const char *user, int fd, int *ret_dropped, struct err *e);

/* The program: prints the keys; what is wrong goes to standard error and, as
 * sshd throws that away, to the system's log. */
int receive_keys_main(const char *dir, const char *user);

#endif
