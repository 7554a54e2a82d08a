#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "daemon/sync/sync_refused.h"

static void
name(int n, char ret[65])
{
	snprintf(ret, 65, "%064d", n);
}

static void
test_sync_refused__remembers_a_file_for_a_day(void **state)
{
	struct sync_refused r;
	char sha[65];

	(void)state;
	memset(&r, 0, sizeof(r));
	name(1, sha);
	assert_false(sync_refused_has(&r, sha, 1000));

	sync_refused_add(&r, sha, 1000);

	assert_true(sync_refused_has(&r, sha, 1000));
	assert_true(sync_refused_has(&r, sha, 1000 + SYNC_REFUSED_S - 1));
	assert_false(sync_refused_has(&r, sha, 1000 + SYNC_REFUSED_S));
	assert_false(sync_refused_has(&r, sha, 999));
}

static void
test_sync_refused__begins_the_day_again(void **state)
{
	struct sync_refused r;
	char one[65], two[65];

	(void)state;
	memset(&r, 0, sizeof(r));
	name(1, one);
	name(2, two);
	sync_refused_add(&r, one, 1000);
	sync_refused_add(&r, two, 1500);

	sync_refused_add(&r, one, 2000);

	assert_int_equal(r.n, 2);
	assert_true(sync_refused_has(&r, one, 1999 + SYNC_REFUSED_S));
	assert_true(sync_refused_has(&r, two, 1499 + SYNC_REFUSED_S));
	assert_false(sync_refused_has(&r, two, 1500 + SYNC_REFUSED_S));
}

static void
test_sync_refused__forgets_the_oldest_when_full(void **state)
{
	struct sync_refused r;
	char sha[65];
	int i;

	(void)state;
	memset(&r, 0, sizeof(r));
	for (i = 0; i <= SYNC_REFUSED_MAX; i++) {
		name(i, sha);
		sync_refused_add(&r, sha, 1000 + i);
	}

	assert_int_equal(r.n, SYNC_REFUSED_MAX);
	name(0, sha);
	assert_false(sync_refused_has(&r, sha, 2000));
	name(1, sha);
	assert_true(sync_refused_has(&r, sha, 2000));
	name(SYNC_REFUSED_MAX, sha);
	assert_true(sync_refused_has(&r, sha, 2000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync_refused__remembers_a_file_for_a_day),
		cmocka_unit_test(test_sync_refused__begins_the_day_again),
		cmocka_unit_test(
		    test_sync_refused__forgets_the_oldest_when_full),
	};

	return cmocka_run_group_tests_name("sync_refused", tests, NULL, NULL);
}
