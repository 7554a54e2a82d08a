#include "daemon/fatal.h"

#include <unistd.h>

#include "base/log.h"
#include "store/db/db.h"

void
fatal_check(const char *what, const struct err *e)
{
	if (!db_is_fatal(e))
		return;
	log_err(what, e);
	log_line(LOG_ERROR, "the disk failed: the daemon ends at once");
	_exit(1); /* no destructor may write any more */
}
