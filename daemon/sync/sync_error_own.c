/* Faults of this machine itself. */
#include "daemon/sync/sync_error.h"

void
sync_error_own(const struct err *err, struct sync_fault *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->err = *err;
	switch (err->code) {
	case ERR_DAMAGED:
	case ERR_CONFLICT:
	case ERR_DENIED:
	case ERR_INVALID:
	case ERR_REFUSED: /* here the office refuses what the hall sent */
		ret->class = SYNC_PERSON;
		return;
	case ERR_OK:
	case ERR_FAILED:
	case ERR_USAGE:
	case ERR_NOT_FOUND:
	case ERR_UNREACHABLE:
	case ERR_NOMEM:
	case ERR_SYS:
	case ERR_BUSY:
	case ERR_TIMEOUT:
		break;
	}
	ret->class = SYNC_RETRY;
}
