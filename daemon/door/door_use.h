/*
 * door_use: a line in the log for a transfer that took much of the machine.
 *
 * Ownership: none.
 * Units:     milliseconds of the processor, MiB of memory.
 * Errors:    none.
 * Thread:    one.
 */
#ifndef DAEMON_DOOR_DOOR_USE_H
#define DAEMON_DOOR_DOOR_USE_H

#include <sys/resource.h>

#define DOOR_MUCH_MS 1000
#define DOOR_MUCH_MIB 64

/* used: of wait4(2); who: as of door_request_who(), "" for nobody. */
void door_tell_use(const char *who, const struct rusage *used);

#endif
