/*
 * options: the command line of pmqad.
 *
 * Ownership: struct options is the caller's memory; it borrows from argv.
 * Units:     none.
 * Errors:    ERR_USAGE; ERR_INVALID for a value that cannot be.
 * Thread:    any, before others run.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdio.h>

#include "store/conf.h"

#define OPTIONS_SYSTEM_DIR "/var/lib/pmqa"
#define OPTIONS_SYSTEM_SOCKET "/run/pmqa/pmqad.sock"

enum options_task {
	OPTIONS_SERVE,
	OPTIONS_REINDEX,
	OPTIONS_INIT,
	OPTIONS_BACKUP_CHECK,
	OPTIONS_BACKUP_RESTORE,
	OPTIONS_HELP,
	OPTIONS_VERSION
};

struct options {
	enum options_task task;
	int is_system;      /* the machine's own directory, none was named */
	const char *backup; /* of the BACKUP tasks: where it is */
	struct conf init;   /* for INIT; init.dir, absolute, for all tasks */
};

int options_parse(
    int argc, char *const *argv, struct options *ret, struct err *e);
void options_usage(FILE *to);

#endif
