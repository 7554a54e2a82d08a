#include "daemon/sync/sync_pace.h"

/* A slice is at most this part of what went since the last cut, while none
 * came yet, and on a link that is known to be cut: ten cuts of a long transfer
 * then cost less than a tenth of it. */
#define PART_OF_WHOLE 8
#define PART_OF_CUT 16
/* times what it held before its last cut: as good as never cut */
#define HEALED 4

static int64_t
within(int64_t size)
{
	if (size > SYNC_SLICE_MAX)
		return SYNC_SLICE_MAX;
	return size < SYNC_SLICE_MIN ? SYNC_SLICE_MIN : size;
}

void
sync_pace_init(struct sync_pace *p)
{
	p->size = SYNC_SLICE_FIRST;
	p->flowed = p->held = 0;
}

/* Where it was cut last time it will be cut again: not there. */
static int
may_grow(const struct sync_pace *p)
{
	int64_t part =
	    p->flowed / HEALED < p->held ? PART_OF_CUT : PART_OF_WHOLE;

	return p->flowed / 2 >= p->held && p->flowed / part >= p->size;
}

void
sync_pace_after(struct sync_pace *p, int64_t bytes, int64_t took_ms, int full)
{
	p->flowed += bytes;
	/* a slice that was not full says nothing about the link */
	if (full && took_ms < SYNC_SLICE_FAST_MS && may_grow(p))
		p->size = within(p->size * 2);
	else if (took_ms > SYNC_SLICE_SLOW_MS)
		p->size = within(p->size / 2);
}

void
sync_pace_cut(struct sync_pace *p)
{
	int64_t part = p->flowed / PART_OF_CUT;

	p->size = within(part < p->size ? part : p->size);
	p->held = p->flowed > 0 ? p->flowed : 1;
	p->flowed = 0;
}
