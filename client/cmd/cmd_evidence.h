/*
 * cmd_evidence: files that support answers: add, list, get, rm, redact.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_EVIDENCE_H
#define CLIENT_CMD_CMD_EVIDENCE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_evidence_rows[];
extern const size_t cmd_evidence_n_rows;

#endif
