#include "tests/support/devices.h"

#include "tests/unit/test.h"

#define FIRST_EDITION "2ad5a5b8a1b7bd4ea7e4bcd4a2bba6d62d4ba5a5"

uint64_t
devices_random(struct devices *d, uint64_t below)
{
	return test_random(&d->rnd) % below;
}

static cJSON *
parse(const char *s)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(json_parse(s, strlen(s), 1 << 20, &v, &e), &e);
	return v;
}

static void
hall_has(struct devices *d, int64_t version)
{
	d->hall = version;
	d->halls[d->n_halls++ % HISTORY_MAX] = version;
}

struct devices *
devices_create(uint64_t seed)
{
	struct devices *d = calloc(1, sizeof(*d));
	int64_t first;
	int i;

	assert_non_null(d);
	d->h = history_create();
	d->rnd = seed;
	d->n = 2 + (int)devices_random(d, DEVICES_MAX - 1);
	first = history_add(d->h, HISTORY_NONE, HISTORY_NONE, "first");
	history_put(d->h, first, "office.json",
	    parse("{\"code\":\"9105\",\"name\":\"first\"}"));
	history_put(d->h, first, "2565/assessment.json",
	    parse("{\"cycle\":2565,\"edition\":{\"blob\":\"" FIRST_EDITION
		  "\",\"id\":\"e\"},\"status\":\"open\"}"));
	for (i = 0; i < d->n; i++)
		d->tips[i] = first;
	hall_has(d, first);
	return d;
}

void
devices_free(struct devices *d)
{
	history_free(d->h);
	free(d);
}

/* --- syncs --- */

/* What a device makes of its own tip and another one. */
static int64_t
join(struct devices *d, int device, int64_t other)
{
	struct merge_result counts;
	int64_t own = d->tips[device], version;
	char login[8];

	if (history_reaches(d->h, other, own))
		return own;
	if (history_reaches(d->h, own, other))
		return other;
	snprintf(login, sizeof(login), "m%d", device);
	version = history_merge(d->h, other, own, login, &counts);
	d->n_merges++;
	d->n_conflicts += (int)counts.n_conflicts;
	if (d->merged != NULL)
		d->merged(d, version);
	return version;
}

static void
sync(struct devices *d, int device, int cut)
{
	d->tips[device] = join(d, device, d->hall);
	if (!cut)
		hall_has(d, d->tips[device]);
}

/* From another device, past the hall. */
static void
stick(struct devices *d, int device)
{
	int64_t other = d->tips[devices_random(d, (uint64_t)d->n)];

	d->tips[device] = join(d, device, other);
}

static void
restore_hall(struct devices *d)
{
	size_t n = d->n_halls < HISTORY_MAX ? d->n_halls : HISTORY_MAX;

	d->hall = d->halls[devices_random(d, n)];
}

void
devices_step(struct devices *d)
{
	int device = (int)devices_random(d, (uint64_t)d->n);
	uint64_t what = devices_random(d, 100);

	if (what < 50)
		d->tips[device] = devices_edit(d, device);
	else if (what < 62)
		d->tips[device] = devices_resolve(d, device);
	else if (what < 82)
		sync(d, device, 0);
	else if (what < 88)
		sync(d, device, 1);
	else if (what < 94)
		stick(d, device);
	else
		restore_hall(d);
}

int64_t
devices_settle(struct devices *d)
{
	int round, i, same = 0;

	for (round = 0; round < 3 && !same; round++) {
		same = 1;
		for (i = 0; i < d->n; i++)
			sync(d, i, 0);
		for (i = 0; i < d->n; i++)
			same &= d->tips[i] == d->hall;
	}
	assert_true(same);
	return d->hall;
}
