#include "tests/unit/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/device.h"

static char *dir;

static int
setup(void **state)
{
	char path[300];

	(void)state;
	dir = test_dir();
	snprintf(path, sizeof(path), "%s/keys", dir);
	return mkdir(path, 0700);
}

static int
teardown(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

static struct conf
conf_of(enum role role)
{
	struct conf c;

	conf_defaults(role, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), role == ROLE_HALL ? "91" : "9105");
	return c;
}

/* What becomes of a pmqad.conf. */
static void
becomes(const char *before, const char *after)
{
	struct conf c = conf_of(ROLE_OFFICE);
	struct buf got = BUF_INIT;
	char path[300];
	struct err e;

	snprintf(path, sizeof(path), "%s/pmqad.conf", dir);
	assert_ok(file_write(path, before, strlen(before), 0644, &e), &e);
	assert_ok(device_set_letter(&c, 'c', &e), &e);
	assert_ok(file_read(path, 4096, &got, &e), &e);
	assert_string_equal(buf_str(&got), after);
	buf_release(&got);
}

static void
test_device__changes_one_line_of_the_configuration(void **state)
{
	(void)state;
	becomes("; ours\n[pmqa]\ncode = 9105\ndevice\t= a\n\n[sync]\n",
	    "; ours\n[pmqa]\ncode = 9105\ndevice = c\n\n[sync]\n");
}

static void
test_device__adds_the_line_where_it_is_missing(void **state)
{
	(void)state;
	becomes("[sync]\ndevice = x\n[pmqa]\ncode = 9105\n",
	    "[sync]\ndevice = x\n[pmqa]\ndevice = c\ncode = 9105\n");
}

static void
test_device__leaves_lines_that_only_begin_alike(void **state)
{
	(void)state;
	becomes("[pmqa]\ndevices = 3\ndevice = a",
	    "[pmqa]\ndevices = 3\ndevice = c\n");
}

static void
test_device__wants_a_section(void **state)
{
	struct conf c = conf_of(ROLE_OFFICE);
	char path[300];
	struct err e;

	(void)state;
	snprintf(path, sizeof(path), "%s/pmqad.conf", dir);
	assert_ok(file_write(path, "[sync]\n", 7, 0644, &e), &e);
	assert_err(device_set_letter(&c, 'c', &e), ERR_INVALID, &e, "[pmqa]");
}

static void
test_device__finds_the_key_of_each_letter(void **state)
{
	struct conf c = conf_of(ROLE_OFFICE), h = conf_of(ROLE_HALL);
	char path[300], later[300];
	struct err e;
	int has = 1, fd;

	(void)state;
	assert_ok(device_key_path(&c, 'a', path, sizeof(path), &e), &e);
	assert_string_equal(path + strlen(dir), "/keys/device");
	assert_ok(
	    device_new_key_path(&c, 'b', later, sizeof(later), &has, &e), &e);
	assert_false(has);
	assert_true((fd = open(later, O_CREAT | O_WRONLY, 0600)) >= 0);
	close(fd);
	assert_ok(device_key_path(&c, 'b', path, sizeof(path), &e), &e);
	assert_string_equal(path + strlen(dir), "/keys/device-b");
	assert_ok(device_key_path(&c, 'a', path, sizeof(path), &e), &e);
	assert_string_equal(path + strlen(dir), "/keys/device");
	assert_ok(device_key_path(&h, 'h', path, sizeof(path), &e), &e);
	assert_string_equal(path + strlen(dir), "/keys/hall");
}

static void
test_device__is_known_by_another_letter_on_the_road(void **state)
{
	struct conf c = conf_of(ROLE_OFFICE);
	char name[16];

	(void)state;
	c.device = 'b';
	conf_road_device(&c, name);
	assert_string_equal(name, "9105-b");
	c.road_device = 'a';
	conf_road_device(&c, name);
	assert_string_equal(name, "9105-a");
	conf_device(&c, name);
	assert_string_equal(name, "9105-b");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_device__changes_one_line_of_the_configuration),
		T(test_device__adds_the_line_where_it_is_missing),
		T(test_device__leaves_lines_that_only_begin_alike),
		T(test_device__wants_a_section),
		T(test_device__finds_the_key_of_each_letter),
		T(test_device__is_known_by_another_letter_on_the_road),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
