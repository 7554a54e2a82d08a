#include "tests/unit/test.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/conf.h"

#define KEY                                                                    \
	"ssh-ed25519 "                                                         \
	"AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static char *dir;

static int
setup(void **state)
{
	struct err e;

	(void)state;
	dir = test_dir();
	return key_init(&e);
}

static int
teardown(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

static void
write_file(const char *name, const char *text, size_t len)
{
	char path[PATH_MAX];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(file_write(path, text, len, 0644, &e), &e);
}

static void
office_is(const char *text)
{
	write_file("pmqad.conf", text, strlen(text));
}

#define OFFICE "[pmqa]\nrole = office\ncode = 9105\nname = ละงู\n"

static void
test_conf__a_minimal_office_gets_the_defaults(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	office_is(OFFICE);
	assert_ok(conf_load(dir, &c, &e), &e);
	assert_string_equal(c.dir, dir);
	assert_int_equal(c.role, ROLE_OFFICE);
	assert_string_equal(c.code, "9105");
	assert_string_equal(c.name, "ละงู");
	assert_int_equal(c.device, 'a');
	assert_int_equal(c.offset_min, 420);
	assert_int_equal(c.sync_interval_s, 900);
	assert_int_equal(c.after_save_ms, 2000);
	assert_int_equal(c.backoff_min_ms, 5000);
	assert_int_equal(c.backoff_max_ms, 3600000);
	assert_int_equal(c.max_clients, 1000);
	assert_int_equal(c.enrolled, 0);
	assert_int_equal(c.n_urls, 0);
}

static void
test_conf__every_setting_of_an_office_is_read(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	office_is(
	    "; a comment\n# another\n\n[pmqa]\nrole = office\ncode = 9107\n"
	    "name = ท่าแพ\ndevice = b\noffset = -03:30\n[sync]\n"
	    "interval = 60\nafter_save_ms = 0\nbackoff_min_ms = 10\n"
	    "backoff_max_ms = 20 ; comment\nwindows = 18:00-06:00, "
	    "12.00-13.00\n"
	    "metered = 08:00-18:00\nrate_kib = 64\n[limits]\nmax_clients = 5");
	assert_ok(conf_load(dir, &c, &e), &e);
	assert_int_equal(c.device, 'b');
	assert_int_equal(c.offset_min, -210);
	assert_int_equal(c.sync_interval_s, 60);
	assert_int_equal(c.after_save_ms, 0);
	assert_int_equal(c.backoff_min_ms, 10);
	assert_int_equal(c.backoff_max_ms, 20);
	assert_int_equal(c.windows.n, 2);
	assert_int_equal(c.windows.list[0].from, 18 * 60);
	assert_int_equal(c.metered, 0);
	assert_int_equal(c.metered_times.n, 1);
	assert_int_equal(c.rate_kib, 64);
	assert_int_equal(c.max_clients, 5);
}

static void
test_conf__a_hall_has_addresses_and_the_letter_h(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	office_is(
	    "[pmqa]\nrole = hall\ncode = 91\nname = สตูล\n[hall]\n"
	    "url = ssh://pmqa@hall.example.org:2222\nurl = /var/lib/pmqa\n"
	    "host_key = " KEY " root@hall\n");
	assert_ok(conf_load(dir, &c, &e), &e);
	assert_int_equal(c.role, ROLE_HALL);
	assert_int_equal(c.device, 'h');
	assert_int_equal(c.n_own_urls, 2);
	assert_string_equal(c.own_urls[0], "ssh://pmqa@hall.example.org:2222");
	assert_string_equal(c.own_urls[1], "/var/lib/pmqa");
	assert_string_equal(c.own_host_key, KEY);
}

static void
test_conf__a_directory_not_set_up_says_how(void **state)
{
	char path[PATH_MAX];
	struct conf c;
	struct err e;

	(void)state;
	assert_err(conf_load(dir, &c, &e), ERR_NOT_FOUND, &e, "not set up");
	assert_non_null(strstr(e.hint, "init"));
	snprintf(path, sizeof(path), "%s/none", dir);
	assert_err(conf_load(path, &c, &e), ERR_NOT_FOUND, &e, "not set up");
}

static void
refused(const char *text, const char *why)
{
	struct conf c = { .max_clients = -77 };
	struct err e;

	office_is(text);
	assert_err(conf_load(dir, &c, &e), ERR_INVALID, &e, why);
	assert_non_null(strstr(e.msg, "pmqad.conf"));
	assert_int_equal(c.max_clients, -77);
}

static void
test_conf__slips_are_told_with_their_line(void **state)
{
	(void)state;
	refused(OFFICE "nmae = x\n", "line 5: unknown setting 'nmae'");
	refused(OFFICE "[sink]\ninterval = 9\n",
	    "line 6: unknown setting 'interval' in [sink]");
	refused(OFFICE "code = 9106\n", "line 5: 'code' is given twice");
	refused(OFFICE "[sync]\ninterval = soon\n", "line 6: a number from");
	refused(OFFICE "[sync]\ninterval = 0\n", "line 6: a number from");
	refused(OFFICE "[sync]\ninterval = 9999999999999999999\n",
	    "line 6: a number from");
	refused(OFFICE "[sync]\ninterval =\n", "line 6: a number from");
	refused(OFFICE "[sync]\nwindows = always\n", "line 6: up to 8 spans");
	refused(OFFICE "[sync]\nmetered = maybe\n", "line 6: yes, no or hours");
	refused(OFFICE "[sync]\nmetered = 8-18\n", "line 6: up to 8 spans");
	refused(OFFICE "[sync]\nrate_kib = -1\n", "line 6: a number from");
	refused(
	    OFFICE "[limits]\nmax_clients = 1e3\n", "line 6: a number from");
	refused(OFFICE "[evidence]\ntypes = pdf exe\n", "'exe' is no type");
	refused(OFFICE "[evidence]\ntypes =\n", "a value is expected");
	refused(OFFICE "[evidence]\nmax_bytes = 0\n", "line 6: a number from");
	refused(OFFICE "offset = 7\n", "line 5: '7' is not an offset");
	refused(OFFICE "device = ab\n", "line 5: one letter");
	refused(OFFICE "device = h\n", "without h");
	refused(OFFICE "device = A\n", "without h");
	refused("[pmqa]\nrole = boss\n", "line 2: office, hall or ministry");
	refused(OFFICE "just words\n", "line 5: 'name = value'");
	refused(OFFICE "just words\nnmae = x\n", "line 5: 'name = value'");
	refused(OFFICE "nmae = x\njust words\n", "line 5: unknown");
	refused(OFFICE "[sync\n", "line 5: 'name = value'");
	refused("role = office\n", "unknown setting 'role' in []");
	refused(OFFICE "[sync]\nbackoff_min_ms = 5000\nbackoff_max_ms = 4000\n",
	    "backoff_max_ms is less");
	refused(OFFICE "[hall]\nurl = http://x\n", "line 6: 'http://x'");
	refused(OFFICE "[hall]\nhost_key = ssh-rsa AAAA\n",
	    "line 6: not an ssh-ed25519 key");
}

static void
test_conf__missing_and_bad_codes_and_names_are_refused(void **state)
{
	(void)state;
	refused("", "not an office's code");
	refused("[pmqa]\ncode = 9105\n", "a name has");
	refused("[pmqa]\ncode = 91\nname = x\n", "four digits");
	refused("[pmqa]\nrole = hall\ncode = 9105\nname = x\n", "two digits");
	refused("[pmqa]\ncode = 9105123456\nname = x\n", "longer than");
	refused("[pmqa]\ncode = 91O5\nname = x\n", "four digits");
	refused("[pmqa]\nrole = hall\ncode = 91\nname = x\ndevice = a\n",
	    "always 'h'");
}

static void
test_conf__what_inih_would_misread_is_refused(void **state)
{
	char longest[512];

	(void)state;
	/* inih cuts at 199 bytes and reads the rest as another line */
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, OFFICE "; ", sizeof(OFFICE "; ") - 1);
	longest[sizeof(OFFICE) - 1 + CONF_LINE_MAX] = '\n';
	longest[sizeof(OFFICE) - 1 + CONF_LINE_MAX + 1] = '\0';
	office_is(longest);
	assert_int_equal(conf_load(dir, &(struct conf){ 0 }, NULL), 0);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, OFFICE "; ", sizeof(OFFICE "; ") - 1);
	longest[sizeof(OFFICE) - 1 + CONF_LINE_MAX + 1] = '\0';
	refused(longest, "line 5: the line is longer than 198");
	refused(OFFICE "  more of the name\n", "line 5: the line begins");
	refused(OFFICE "\tdevice = b\n", "line 5: the line begins");
	refused("[pmqa]\nname = \xff\n", "not a text file");
	write_file("pmqad.conf", "[pmqa]\0\n", 8);
	assert_int_equal(
	    conf_load(dir, &(struct conf){ 0 }, NULL), ERR_INVALID);
}

static void
test_conf__what_is_saved_is_loaded(void **state)
{
	struct conf c, back;
	struct err e;

	(void)state;
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "จังหวัดสตูล # [x] = \"y\"");
	c.offset_min = -90;
	c.max_clients = 12;
	c.evidence_max_bytes = 2048;
	c.evidence_max_files = 3;
	c.evidence_kinds =
	    CONF_KIND_BIT(CONF_KIND_PDF) | CONF_KIND_BIT(CONF_KIND_OOXML);
	c.n_own_urls = 2;
	snprintf(c.own_urls[0], CONF_URL_MAX, "ssh://pmqa@10.0.0.1");
	snprintf(c.own_urls[1], CONF_URL_MAX, "/srv/pmqa");
	snprintf(c.own_host_key, sizeof(c.own_host_key), KEY);
	assert_ok(conf_save(&c, &e), &e);
	assert_ok(conf_load(dir, &back, &e), &e);
	assert_string_equal(back.name, c.name);
	assert_string_equal(back.code, "91");
	assert_int_equal(back.role, ROLE_HALL);
	assert_int_equal(back.offset_min, -90);
	assert_int_equal(back.max_clients, 12);
	assert_int_equal(back.evidence_max_bytes, 2048);
	assert_int_equal(back.evidence_max_files, 3);
	assert_int_equal(back.evidence_kinds, c.evidence_kinds);
	assert_int_equal(back.n_own_urls, 2);
	assert_string_equal(back.own_urls[0], c.own_urls[0]);
	assert_string_equal(back.own_urls[1], c.own_urls[1]);
	assert_string_equal(back.own_host_key, KEY);
	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "9105");
	snprintf(c.name, sizeof(c.name), "ละงู");
	c.device = 'c';
	c.after_save_ms = 1;
	c.rate_kib = 9;
	c.metered = 1;
	assert_ok(
	    conf_times_parse("18:00-06:00, 12:00-13:00", &c.windows, &e), &e);
	assert_ok(conf_save(&c, &e), &e);
	assert_ok(conf_load(dir, &back, &e), &e);
	assert_int_equal(back.device, 'c');
	assert_int_equal(back.after_save_ms, 1);
	assert_int_equal(back.sync_interval_s, 900);
	assert_int_equal(back.rate_kib, 9);
	assert_int_equal(back.metered, 1);
	assert_memory_equal(&back.windows, &c.windows, sizeof(c.windows));
	c.metered = 0;
	assert_ok(conf_times_parse("8:00-18:00", &c.metered_times, &e), &e);
	assert_ok(conf_save(&c, &e), &e);
	assert_ok(conf_load(dir, &back, &e), &e);
	assert_int_equal(back.metered, 0);
	assert_memory_equal(
	    &back.metered_times, &c.metered_times, sizeof(c.metered_times));
}

static void
test_conf__the_longest_name_fits(void **state)
{
	struct conf c, back;
	struct err e;

	(void)state;
	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "9105");
	memset(c.name, 'x', CONF_NAME_MAX);
	assert_ok(conf_check(&c, &e), &e);
	assert_ok(conf_save(&c, &e), &e);
	assert_ok(conf_load(dir, &back, &e), &e);
	assert_string_equal(back.name, c.name);
}

static void
test_conf__the_hall_of_an_office_is_kept(void **state)
{
	struct conf c, back;
	char path[PATH_MAX];
	struct stat st;
	struct err e;

	(void)state;
	office_is(OFFICE);
	assert_ok(conf_load(dir, &c, &e), &e);
	snprintf(c.hall_code, sizeof(c.hall_code), "91");
	snprintf(c.hall_name, sizeof(c.hall_name), "สตูล");
	assert_ok(key_parse_line(KEY, c.hall_pub, &e), &e);
	c.n_urls = 1;
	snprintf(c.urls[0], CONF_URL_MAX, "ssh://pmqa@hall");
	snprintf(c.host_key, sizeof(c.host_key), KEY);
	c.hall_since = 1795328055;
	assert_ok(conf_save_hall(&c, &e), &e);
	assert_ok(conf_load(dir, &back, &e), &e);
	assert_int_equal(back.enrolled, 1);
	assert_string_equal(back.hall_code, "91");
	assert_string_equal(back.hall_name, "สตูล");
	assert_memory_equal(back.hall_pub, c.hall_pub, KEY_PUBLIC_LEN);
	assert_int_equal(back.n_urls, 1);
	assert_string_equal(back.urls[0], "ssh://pmqa@hall");
	assert_string_equal(back.host_key, KEY);
	assert_int_equal(back.hall_since, 1795328055);
	snprintf(path, sizeof(path), "%s/hall.conf", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
test_conf__half_a_hall_is_refused(void **state)
{
	static const char half[] = "[hall]\ncode = 91\nname = x\n";
	struct conf c;
	struct err e;

	(void)state;
	office_is(OFFICE);
	write_file("hall.conf", half, strlen(half));
	assert_err(conf_load(dir, &c, &e), ERR_INVALID, &e, "lacks one of");
	write_file("hall.conf", "[hall]\ncode = 9\n", 16);
	assert_err(conf_load(dir, &c, &e), ERR_INVALID, &e, "line 2");
}

static void
url_ok(const char *url)
{
	struct err e;

	assert_ok(conf_check_url(url, &e), &e);
}

static void
url_bad(const char *url)
{
	struct err e;

	assert_err(conf_check_url(url, &e), ERR_INVALID, &e, "not an address");
}

static void
test_conf__addresses_cannot_smuggle_anything(void **state)
{
	(void)state;
	url_ok("ssh://pmqa@hall");
	url_ok("ssh://pmqa@127.0.0.1:65535");
	url_ok("ssh://p.m_q-a@hall.example.org");
	url_ok("/var/lib/pmqa");
	url_ok("/srv/จังหวัด");
	url_bad("");
	url_bad("hall");
	url_bad("relative/path");
	url_bad("http://hall");
	url_bad("ssh://hall");
	url_bad("ssh://@hall");
	url_bad("ssh://-oProxyCommand=x@hall");
	url_bad("ssh://pmqa@-oProxyCommand=x");
	url_bad("ssh://pmqa@hall/path");
	url_bad("ssh://pmqa@hall:");
	url_bad("ssh://pmqa@hall:0");
	url_bad("ssh://pmqa@hall:65536");
	url_bad("ssh://pmqa@hall:22x");
	url_bad("ssh://pmqa@hall:99999999999999999999");
	url_bad("ssh://pmqa@hall name");
	url_bad("ssh://pmqa@ha\nll");
	url_bad("ssh://pmqa@$(id)");
	url_bad("ssh://pmqa:secret@hall");
	url_bad("/var/lib/pmqa;id");
	url_bad("/var/../etc");
	url_bad("/var//lib");
	url_bad("/a b");
	url_bad("/a\"b");
	url_bad("/a%b");
	url_bad("/a\x1b");
	url_bad("/\xff");
	url_bad("--upload-pack=x");
}

static void
test_conf__names_follow_the_text_rules(void **state)
{
	char too_long[CONF_NAME_MAX + 2];
	struct err e;

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_ok(conf_check_name("ที่ทำการปกครองอำเภอละงู", &e), &e);
	assert_int_equal(conf_check_name("", &e), ERR_INVALID);
	assert_int_equal(conf_check_name(too_long, &e), ERR_INVALID);
	assert_int_equal(conf_check_name(" x", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("x ", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("a\nb", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("a\tb", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("a ;b", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("e\xcc\x81", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("\xff", &e), ERR_INVALID);
	assert_int_equal(conf_check_name("a\x1b", &e), ERR_INVALID);
}

static void
test_conf__device_names(void **state)
{
	char device[16];
	struct conf c;

	(void)state;
	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.code, sizeof(c.code), "9105");
	conf_device(&c, device);
	assert_string_equal(device, "9105-a");
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.code, sizeof(c.code), "91");
	conf_device(&c, device);
	assert_string_equal(device, "91-h");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_conf__a_minimal_office_gets_the_defaults),
		TEST(test_conf__every_setting_of_an_office_is_read),
		TEST(test_conf__a_hall_has_addresses_and_the_letter_h),
		TEST(test_conf__a_directory_not_set_up_says_how),
		TEST(test_conf__slips_are_told_with_their_line),
		TEST(test_conf__missing_and_bad_codes_and_names_are_refused),
		TEST(test_conf__what_inih_would_misread_is_refused),
		TEST(test_conf__what_is_saved_is_loaded),
		TEST(test_conf__the_longest_name_fits),
		TEST(test_conf__the_hall_of_an_office_is_kept),
		TEST(test_conf__half_a_hall_is_refused),
		TEST(test_conf__addresses_cannot_smuggle_anything),
		TEST(test_conf__names_follow_the_text_rules),
		TEST(test_conf__device_names),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
