#include "store/hall/newest.h"

#include "base/clock.h"

/* Bytes of an answer, which a line of 1 MiB must hold when each needs an
 * escape. */
#define LIST_ROOM ((size_t)480 * 1024)

static int64_t
time_of(const cJSON *c)
{
	const char *time = json_str(c, "time");
	int64_t t = 0;

	if (time == NULL || clock_parse(time, 0, 0, &t, NULL) < 0)
		return 0;
	return t;
}

/* nh10 is newer than nh9 of the same second. */
static int
is_newer(const cJSON *a, const cJSON *b)
{
	const char *ia = json_str(a, "id"), *ib = json_str(b, "id");
	int64_t ta = time_of(a), tb = time_of(b);

	if (ta != tb || ia == NULL || ib == NULL)
		return ta > tb;
	return strlen(ia) != strlen(ib) ? strlen(ia) > strlen(ib)
					: strcmp(ia, ib) > 0;
}

int
newest_first(cJSON *list, size_t overhead, cJSON *sorted, struct err *e)
{
	size_t bytes = 0;
	cJSON *c, *best;
	int rc = 0;

	while (rc == 0 && list->child != NULL) {
		const char *text;

		best = list->child;
		cJSON_ArrayForEach (c, list)
			if (is_newer(c, best))
				best = c;
		text = json_str(best, "text");
		bytes += (text != NULL ? strlen(text) : 0) + overhead;
		if (bytes > LIST_ROOM)
			break;
		rc = json_push(
		    sorted, cJSON_DetachItemViaPointer(list, best), e);
	}
	return rc;
}
