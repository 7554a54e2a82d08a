#include "daemon/sync/sync_refused.h"

#include <stdio.h>
#include <string.h>

static size_t
find(const struct sync_refused *r, const char *sha)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->list[i].sha, sha) == 0)
			break;
	return i;
}

void
sync_refused_add(struct sync_refused *r, const char *sha, int64_t now)
{
	size_t i = find(r, sha);

	if (i == r->n && r->n == SYNC_REFUSED_MAX)
		i = 0;
	else if (i == r->n)
		r->n++;
	/* the oldest stands first */
	memmove(
	    &r->list[i], &r->list[i + 1], (r->n - 1 - i) * sizeof(r->list[0]));
	i = r->n - 1;
	snprintf(r->list[i].sha, sizeof(r->list[i].sha), "%s", sha);
	r->list[i].at = now;
}

int
sync_refused_has(const struct sync_refused *r, const char *sha, int64_t now)
{
	size_t i = find(r, sha);

	/* a clock that was set back ends it, too */
	return i < r->n && now >= r->list[i].at &&
	       now - r->list[i].at < SYNC_REFUSED_S;
}
