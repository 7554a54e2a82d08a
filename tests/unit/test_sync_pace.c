#include "tests/unit/test.h"

#include <stdint.h>

#include "daemon/sync/sync_pace.h"

#define FAST_MS 100
#define MIB (INT64_C(1024) * 1024)
/* what one exchange says beside its slice, and what a new connection costs */
#define TALK (INT64_C(3) * 1024)
#define HELLO (INT64_C(12) * 1024)

static void
test_sync_pace__grows_on_a_good_link(void **state)
{
	struct sync_pace p;
	int64_t sent = 0;
	int n = 0;

	(void)state;
	sync_pace_init(&p);
	assert_int_equal(p.size, SYNC_SLICE_FIRST);
	while (p.size < SYNC_SLICE_MAX) {
		sent += p.size;
		sync_pace_after(&p, p.size, FAST_MS, 1);
		assert_true(p.size <= SYNC_SLICE_FIRST || p.size <= sent / 4);
		n++;
	}
	assert_true(n <= 32);
	sync_pace_after(&p, 100 * SYNC_SLICE_MAX, FAST_MS, 1);
	assert_int_equal(p.size, SYNC_SLICE_MAX);
}

static void
test_sync_pace__learns_nothing_from_a_slice_that_was_not_full(void **state)
{
	struct sync_pace p;

	(void)state;
	sync_pace_init(&p);
	sync_pace_after(&p, 100 * MIB, FAST_MS, 0);
	assert_int_equal(p.size, SYNC_SLICE_FIRST);
}

static void
test_sync_pace__shrinks_on_a_slow_link(void **state)
{
	struct sync_pace p;

	(void)state;
	sync_pace_init(&p);
	sync_pace_after(&p, 100 * MIB, SYNC_SLICE_FAST_MS, 1);
	assert_int_equal(p.size, SYNC_SLICE_FIRST);
	sync_pace_after(&p, SYNC_SLICE_FIRST, SYNC_SLICE_SLOW_MS + 1, 1);
	assert_int_equal(p.size, SYNC_SLICE_FIRST / 2);
	sync_pace_after(&p, SYNC_SLICE_FIRST, SYNC_SLICE_SLOW_MS + 1, 1);
	sync_pace_after(&p, SYNC_SLICE_FIRST, SYNC_SLICE_SLOW_MS + 1, 1);
	assert_int_equal(p.size, SYNC_SLICE_MIN);
}

static void
test_sync_pace__is_small_beside_what_went_between_two_cuts(void **state)
{
	struct sync_pace p;

	(void)state;
	sync_pace_init(&p);
	while (p.size < SYNC_SLICE_MAX)
		sync_pace_after(&p, p.size, FAST_MS, 1);
	sync_pace_cut(&p);
	assert_true(p.size <= SYNC_SLICE_MAX / 2);
	sync_pace_after(&p, 2 * MIB, FAST_MS, 1);
	sync_pace_cut(&p);
	assert_int_equal(p.size, 2 * MIB / 16);
	sync_pace_cut(&p);
	assert_int_equal(p.size, SYNC_SLICE_MIN);
}

/* What a transfer of total bytes costs on a link that dies n times, each after
 * so many bytes. */
static int64_t
cost(int64_t total, int64_t every, int n, int64_t part)
{
	int64_t room = every, sent = 0, slice;
	struct sync_pace p;

	sync_pace_init(&p);
	while (total > 0) {
		slice = p.size - p.size % part;
		slice = slice < part ? part : slice;
		slice = slice < total ? slice : total;
		if (n > 0 && slice + TALK > room) {
			sync_pace_cut(&p);
			n--;
			sent += room + HELLO;
			room = every - HELLO;
			continue;
		}
		sync_pace_after(&p, slice, FAST_MS, slice < total);
		sent += slice + TALK;
		room -= slice + TALK;
		total -= slice;
	}
	return sent;
}

static void
test_sync_pace__ten_cuts_cost_a_tenth_at_most(void **state)
{
	const int64_t total = 40 * MIB, uncut = cost(total, 0, 0, 1);
	int64_t every;

	(void)state;
	for (every = 500 * 1024; every < total / 10; every += 7919)
		assert_true(cost(total, every, 10, 1) <= uncut * 11 / 10);
	for (every = 500 * 1024; every < total / 10; every += 7919)
		assert_true(cost(total, every, 10, SYNC_SLICE_FIRST) <=
			    uncut * 11 / 10);
}

static void
test_sync_pace__a_link_cut_all_the_time_costs_half_as_much_again(void **state)
{
	const int64_t total = 40 * MIB, uncut = cost(total, 0, 0, 1);

	(void)state;
	assert_true(cost(total, 300 * 1024, INT32_MAX, 1) <= uncut * 3 / 2);
	assert_true(cost(total, 300 * 1024, INT32_MAX, SYNC_SLICE_FIRST) <=
		    uncut * 3 / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync_pace__grows_on_a_good_link),
		cmocka_unit_test(
		    test_sync_pace__learns_nothing_from_a_slice_that_was_not_full),
		cmocka_unit_test(test_sync_pace__shrinks_on_a_slow_link),
		cmocka_unit_test(
		    test_sync_pace__is_small_beside_what_went_between_two_cuts),
		cmocka_unit_test(test_sync_pace__ten_cuts_cost_a_tenth_at_most),
		cmocka_unit_test(
		    test_sync_pace__a_link_cut_all_the_time_costs_half_as_much_again),
	};

	return cmocka_run_group_tests_name("sync_pace", tests, NULL, NULL);
}
