/*
 * receive_auditor: what sshd runs at the hall for a connection of an auditor or
 * a ministry: one command, "git-upload-pack 'province'" (a slash may stand
 * before the name), on province.git (store/hall/province.h), and nothing that
 * writes.
 *
 * Ownership: none; becomes git.
 * Units:     none.
 * Errors:    ERR_DENIED, a sentence for the person; others: the hall's trouble.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_AUDITOR_H
#define DAEMON_RECEIVE_RECEIVE_AUDITOR_H

#include "base/err.h"

/* The whole forced command `pmqa-receive [--dir DIR] --auditor NAME`: the exit
 * status, when it did not become git. */
int receive_auditor_main(const char *dir, const char *name);

#endif
