#include "tests/unit/test.h"

#include <unistd.h>

#include "daemon/options.h"
#include "store/sign/key.h"

static int
parse(struct options *o, struct err *e, const char *const *args)
{
	union {
		const char *const *in;
		char *const *out;
	} argv = { .in = args };
	int argc = 0;

	while (args[argc] != NULL)
		argc++;
	return options_parse(argc, argv.out, o, e);
}

#define PARSE(o, e, ...)                                                       \
	parse(o, e, (const char *const[]){ "pmqad", __VA_ARGS__, NULL })

static void
test_options__without_any_it_serves_the_machine(void **state)
{
	const char *const none[] = { "pmqad", NULL };
	struct options o;
	struct err e;

	(void)state;
	assert_ok(parse(&o, &e, none), &e);

	assert_int_equal(o.task, OPTIONS_SERVE);
	assert_true(o.is_system);
	assert_string_equal(o.init.dir, "/var/lib/pmqa");
}

static void
test_options__a_directory_becomes_absolute(void **state)
{
	char cwd[400], want[500];
	struct options o;
	struct err e;

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/A", cwd);

	assert_ok(PARSE(&o, &e, "--dir", "A/", "--foreground"), &e);
	assert_string_equal(o.init.dir, want);
	assert_false(o.is_system);

	assert_ok(PARSE(&o, &e, "--dir", "/x//"), &e);
	assert_string_equal(o.init.dir, "/x");
}

static void
test_options__a_config_names_its_directory(void **state)
{
	char *dir = test_dir();
	char file[300], link[300], other[300];
	struct options o;
	struct err e;

	(void)state;
	snprintf(file, sizeof(file), "%s/pmqad.conf", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(other, sizeof(other), "%s/other.conf", dir);
	fclose(fopen(file, "w"));
	fclose(fopen(other, "w"));
	assert_int_equal(symlink(file, link), 0);

	assert_ok(PARSE(&o, &e, "--config", link), &e);
	assert_string_equal(o.init.dir, dir);
	assert_false(o.is_system);
	assert_err(
	    PARSE(&o, &e, "--config", other), ERR_USAGE, &e, "pmqad.conf");
	assert_err(PARSE(&o, &e, "--config", "/nonexistent/pmqad.conf"),
	    ERR_NOT_FOUND, &e, "cannot open");
	assert_err(
	    PARSE(&o, &e, "--config", file, "--dir", dir), ERR_USAGE, &e, "");
	test_dir_remove(dir);
}

static void
test_options__init_takes_an_office(void **state)
{
	struct options o;
	struct err e;

	(void)state;
	assert_ok(PARSE(&o, &e, "--init", "--dir", "/x", "--code", "9105",
		      "--name", "ละงู", "--device", "b"),
	    &e);

	assert_int_equal(o.task, OPTIONS_INIT);
	assert_int_equal(o.init.role, ROLE_OFFICE);
	assert_string_equal(o.init.dir, "/x");
	assert_string_equal(o.init.code, "9105");
	assert_string_equal(o.init.name, "ละงู");
	assert_int_equal(o.init.device, 'b');
	assert_int_equal(o.init.offset_min, 420);
}

static void
test_options__init_takes_a_hall_with_addresses_and_host_key(void **state)
{
	char *dir = test_dir();
	char file[300], line[KEY_LINE_MAX];
	struct options o;
	struct key k;
	struct err e;
	FILE *f;

	(void)state;
	assert_ok(key_init(&e), &e);
	assert_ok(key_generate(&k, &e), &e);
	key_line(k.pub, line);
	snprintf(file, sizeof(file), "%s/host.pub", dir);
	f = fopen(file, "w");
	assert_non_null(f);
	fprintf(f, "%s root@hall\n", line);
	fclose(f);

	assert_ok(
	    PARSE(&o, &e, "--init", "--dir", "/x", "--role", "hall", "--code",
		"91", "--name", "สตูล", "--url", "ssh://pmqa@hall.example",
		"--url", "/x", "--host-key", file),
	    &e);

	assert_int_equal(o.init.role, ROLE_HALL);
	assert_int_equal(o.init.device, 'h');
	assert_int_equal(o.init.n_own_urls, 2);
	assert_string_equal(o.init.own_urls[0], "ssh://pmqa@hall.example");
	assert_string_equal(o.init.own_urls[1], "/x");
	assert_string_equal(o.init.own_host_key, line);
	test_dir_remove(dir);
}

static void
test_options__refuses_what_it_does_not_know(void **state)
{
	struct options o;
	struct err e;

	(void)state;
	assert_err(PARSE(&o, &e, "--bogus"), ERR_USAGE, &e, "");
	assert_err(PARSE(&o, &e, "extra"), ERR_USAGE, &e, "");
	assert_err(PARSE(&o, &e, "--dir"), ERR_USAGE, &e, "");
	assert_err(PARSE(&o, &e, "--code", "9105"), ERR_USAGE, &e, "");
	assert_err(
	    PARSE(&o, &e, "--init", "--code", "9105"), ERR_USAGE, &e, "--name");
	assert_err(PARSE(&o, &e, "--init", "--role", "king", "--code", "9105",
		       "--name", "x"),
	    ERR_USAGE, &e, "king");
	assert_err(PARSE(&o, &e, "--init", "--code", "9105", "--name", "x",
		       "--device", "ab"),
	    ERR_USAGE, &e, "ab");
	assert_err(PARSE(&o, &e, "--init", "--url", "/1", "--url", "/2",
		       "--url", "/3", "--url", "/4", "--url", "/5"),
	    ERR_USAGE, &e, "at most 4");
}

static void
test_options__help_and_version_need_nothing_else(void **state)
{
	struct options o;
	struct err e;

	(void)state;
	assert_ok(PARSE(&o, &e, "--help"), &e);
	assert_int_equal(o.task, OPTIONS_HELP);
	assert_ok(PARSE(&o, &e, "--version"), &e);
	assert_int_equal(o.task, OPTIONS_VERSION);
	assert_ok(PARSE(&o, &e, "--dir", "/x", "--reindex"), &e);
	assert_int_equal(o.task, OPTIONS_REINDEX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_options__without_any_it_serves_the_machine),
		cmocka_unit_test(test_options__a_directory_becomes_absolute),
		cmocka_unit_test(test_options__a_config_names_its_directory),
		cmocka_unit_test(test_options__init_takes_an_office),
		cmocka_unit_test(
		    test_options__init_takes_a_hall_with_addresses_and_host_key),
		cmocka_unit_test(test_options__refuses_what_it_does_not_know),
		cmocka_unit_test(
		    test_options__help_and_version_need_nothing_else),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
