#include "daemon/door/door_use.h"

#include "base/log.h"

/* With all that the child waited for: the process that unpacks is one of them. */
void
door_tell_use(const char *who, const struct rusage *used)
{
	const struct timeval *u = &used->ru_utime, *s = &used->ru_stime;
	const long long ms = (long long)(u->tv_sec + s->tv_sec) * 1000 +
			     (u->tv_usec + s->tv_usec) / 1000;
	const long mib = (used->ru_maxrss + 1023) / 1024;

	if (who[0] != '\0' && (ms >= DOOR_MUCH_MS || mib >= DOOR_MUCH_MIB))
		log_line(LOG_INFO,
		    "door: a transfer of %s took %lld ms, %ld MiB", who, ms,
		    mib);
}
