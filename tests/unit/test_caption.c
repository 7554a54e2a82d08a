#include "tests/unit/test.h"

#include "store/save/journal.h"
#include "tests/support/office.h"

struct fixture {
	struct test_office o;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_office_remove(&f->o);
	free(f);
	return 0;
}

static void
expect_tip(struct fixture *f, const char *subject)
{
	char *out;

	assert_ok(journal_flush(f->o.store, &f->e), &f->e);
	out = test_office_git(
	    &f->o, "log", "-1", "--format=%s", "office", "--", NULL);
	assert_int_equal(strlen(subject) + 1, strlen(out));
	assert_memory_equal(subject, out, strlen(subject));
	free(out);
	out = test_office_git(&f->o, "fsck", "--strict", NULL);
	assert_string_equal("", out);
	free(out);
}

static void
test_caption__says_points_in_a_subject(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B2 1.2.B1 1.1.B1", 1));
	expect_tip(f, "9105/2565 1.1: tick B1 B2; 1.2: tick B1");

	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1", 0));
	expect_tip(f, "9105/2565 1.1: untick B1");
}

static void
test_caption__cuts_a_long_subject(void **state)
{
	struct fixture *f = *state;
	char *out;
	size_t len;

	cJSON_Delete(test_office_tick(&f->o, 2565,
	    "1.1.B1 1.2.B1 1.3.B1 1.4.B1 2.1.B1 2.2.B1 2.3.B1 2.4.B1 3.1.B1 "
	    "3.2.B1 3.3.B1 3.4.B1 4.1.B1 4.2.B1 4.3.B1 4.4.B1 5.1.B1",
	    1));
	assert_ok(journal_flush(f->o.store, &f->e), &f->e);

	out = test_office_git(
	    &f->o, "log", "-1", "--format=%s", "office", "--", NULL);
	len = strlen(out) - 1;
	assert_int_equal(200, len);
	assert_memory_equal("...", out + len - 3, 3);
	free(out);
}

#define caption_test(name)                                                     \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		caption_test(test_caption__says_points_in_a_subject),
		caption_test(test_caption__cuts_a_long_subject),
	};

	return cmocka_run_group_tests_name(
	    "caption", tests, test_libraries_up, test_libraries_down);
}
