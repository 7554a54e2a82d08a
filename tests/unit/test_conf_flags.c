#include "tests/unit/test.h"

#include "base/file.h"
#include "store/conf.h"

struct fixture {
	char *dir;
	struct conf c;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->dir = test_dir();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static int
load(struct fixture *f, const char *lines)
{
	char path[600], text[600];

	snprintf(path, sizeof(path), "%s/pmqad.conf", f->dir);
	snprintf(text, sizeof(text),
	    "[pmqa]\nrole = office\ncode = 9105\nname = la-ngu\n%s", lines);
	assert_ok(file_write(path, text, strlen(text), 0644, &f->e), &f->e);
	return conf_load(f->dir, &f->c, &f->e);
}

static void
test_conf_flags__everything_is_on_with_its_default(void **state)
{
	struct fixture *f = *state;
	int i;

	assert_ok(load(f, ""), &f->e);
	for (i = 0; i < N_FLAG_RULES; i++)
		assert_true(conf_flags_is_on(&f->c.flags, (enum flag_rule)i));
	assert_int_equal(f->c.flags.deadline_hours, 48);
	assert_int_equal(f->c.flags.offline_days, 30);
}

static void
test_conf_flags__rules_go_off_and_numbers_are_set(void **state)
{
	struct fixture *f = *state;
	const char *name = NULL;
	long n = 0;

	assert_ok(load(f, "[flags]\noff = late_save, bulk_ticks\n"
			  "clock_minutes = 5\nclock_same = 3\n"),
	    &f->e);
	assert_false(conf_flags_is_on(&f->c.flags, FLAG_LATE_SAVE));
	assert_false(conf_flags_is_on(&f->c.flags, FLAG_BULK_TICKS));
	assert_true(conf_flags_is_on(&f->c.flags, FLAG_REDACTION));
	assert_true(
	    conf_flags_number(&f->c.flags, FLAG_CLOCK_BACK, 0, &name, &n));
	assert_string_equal(name, "clock_minutes");
	assert_int_equal(n, 5);
	assert_true(
	    conf_flags_number(&f->c.flags, FLAG_CLOCK_BACK, 1, &name, &n));
	assert_int_equal(n, 3);
	assert_false(
	    conf_flags_number(&f->c.flags, FLAG_CLOCK_BACK, 2, &name, &n));
	assert_false(
	    conf_flags_number(&f->c.flags, FLAG_REDACTION, 0, &name, &n));
}

static void
test_conf_flags__slips_are_refused_with_what_there_is(void **state)
{
	struct fixture *f = *state;

	assert_err(load(f, "[flags]\noff = late_save nonsense\n"), ERR_INVALID,
	    &f->e, "there is no rule 'nonsense'");
	assert_err(load(f, "[flags]\noffline_days = 0\n"), ERR_INVALID, &f->e,
	    "from 1 to 3660");
	assert_err(load(f, "[flags]\nunusual_percent = 50\n"), ERR_INVALID,
	    &f->e, "from 1 to 49");
	assert_err(
	    load(f, "[flags]\nclock_same = 2x\n"), ERR_INVALID, &f->e, "'2x'");
}

static void
test_conf_flags__what_was_set_is_written_again(void **state)
{
	struct fixture *f = *state;
	struct conf again;

	assert_ok(load(f, "[flags]\noff = redaction late_save\n"
			  "bulk_points = 30\n"),
	    &f->e);
	assert_ok(conf_save(&f->c, &f->e), &f->e);
	assert_ok(conf_load(f->dir, &again, &f->e), &f->e);
	assert_int_equal(again.flags.off, f->c.flags.off);
	assert_int_equal(again.flags.bulk_points, 30);
	assert_int_equal(again.flags.bulk_seconds, 60);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_conf_flags__everything_is_on_with_its_default),
		TEST(test_conf_flags__rules_go_off_and_numbers_are_set),
		TEST(test_conf_flags__slips_are_refused_with_what_there_is),
		TEST(test_conf_flags__what_was_set_is_written_again),
	};

	return cmocka_run_group_tests_name("conf_flags", tests, NULL, NULL);
}
