/*
 * sync_files: what became of the evidence of one run, as JSON.
 *
 * Ownership: none.
 * Units:     counts of files.
 * Errors:    ERR_NOMEM.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_SYNC_FILES_H
#define DAEMON_SYNC_SYNC_FILES_H

#include "daemon/sync/sync_run.h"

/* Puts "evidence": {"sent","left","fetched","absent","held","failed":[{"sha256",
 * "class","message","message_th"}]}. */
int sync_files_json(const struct sync_outcome *o, cJSON *obj, struct err *e);

#endif
