#include "daemon/sync/sync_when.h"

#define BACKOFF_DOUBLINGS_MAX 20

int
sync_pause_holds(const struct sync_pause *p, int64_t now)
{
	return p->on && (p->until == 0 || now < p->until);
}

void
sync_pause_clock_set(struct sync_pause *p, int64_t now)
{
	int64_t length = p->until - p->since;

	if (!p->on || p->until == 0 || now >= p->since)
		return;
	p->since = now;
	p->until = now + length;
}

static int64_t
below(int64_t n, uint64_t random)
{
	return n <= 0 ? 0 : (int64_t)(random % (uint64_t)n);
}

int64_t
sync_when_interval_ms(const struct conf *c, uint64_t random)
{
	int64_t ms = (int64_t)c->sync_interval_s * 1000;

	return ms - ms / 10 + below(ms / 5 + 1, random);
}

int64_t
sync_when_backoff_ms(const struct conf *c, int n_failures, uint64_t random)
{
	int64_t least = c->backoff_min_ms, most = c->backoff_max_ms;
	int64_t top = least;
	int i;

	for (i = 0; i < n_failures && i < BACKOFF_DOUBLINGS_MAX; i++)
		if (top < most)
			top *= 2;
	if (top > most)
		top = most;
	return least + below(top - least + 1, random);
}

int64_t
sync_when_allowed(
    const struct conf *c, const struct sync_pause *p, int64_t wanted)
{
	if (sync_pause_holds(p, wanted)) {
		if (p->until == 0)
			return -1;
		wanted = p->until;
	}
	return conf_times_next(&c->windows, wanted, c->offset_min);
}

int
sync_when_metered(const struct conf *c, int64_t now)
{
	return c->metered ||
	       conf_times_has(&c->metered_times, now, c->offset_min);
}
