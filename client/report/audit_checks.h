/*
 * audit_checks: how each claim of a dossier is checked with stock git and
 * ssh-keygen: commands with the real ids, to be run one after the other in one
 * shell. None of them needs a program of ours.
 *
 * Ownership: the list is added to the document.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_AUDIT_CHECKS_H
#define CLIENT_REPORT_AUDIT_CHECKS_H

#include "base/json.h"

/* Adds "checks" to an office's document or a hall's. */
int audit_checks_add(cJSON *doc, struct err *e);

#endif
