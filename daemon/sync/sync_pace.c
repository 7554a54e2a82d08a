#include "daemon/sync/sync_pace.h"

static int64_t
within(int64_t size)
{
	if (size > SYNC_SLICE_MAX)
		return SYNC_SLICE_MAX;
	return size < SYNC_SLICE_MIN ? SYNC_SLICE_MIN : size;
}

int64_t
sync_pace_after(int64_t size, int64_t took_ms, int full)
{
	/* a slice that was not full says nothing about the link */
	return within(full && took_ms < SYNC_SLICE_FAST_MS ? size * 2 : size);
}

int64_t
sync_pace_cut(int64_t size)
{
	return within(size / 2);
}
