#include "tests/unit/test.h"

#include <limits.h>

#include "base/catalogue.h"
#include "base/file.h"

static const char source[] =
    "msgid \"\"\n"
    "msgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
    "msgid \"cannot open '%s'\"\n"
    "msgstr \"เปิด '%s' ไม่ได้\"\n"
    "msgid \"aaa\"\nmsgstr \"ก\"\n"
    "msgid \"zzz\"\nmsgstr \"ฮ\"\n";

struct fixture {
	char *dir;
	char mo[PATH_MAX];
	struct buf bytes;
};

static int
setup(void **state)
{
	static struct fixture f;
	char po[PATH_MAX];
	struct err e;

	f.dir = test_dir();
	snprintf(po, sizeof(po), "%s/th.po", f.dir);
	snprintf(f.mo, sizeof(f.mo), "%s/th.mo", f.dir);
	assert_ok(file_write(po, source, sizeof(source) - 1, 0644, &e), &e);
	assert_int_equal(
	    test_run((const char *[]){ "msgfmt", "-o", f.mo, po, NULL }, NULL),
	    0);
	buf_init(&f.bytes);
	assert_ok(file_read(f.mo, 1000000, &f.bytes, &e), &e);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	buf_release(&f->bytes);
	test_dir_remove(f->dir);
	return 0;
}

static void
test_catalogue__finds_what_msgfmt_wrote(void **state)
{
	struct fixture *f = *state;
	struct catalogue *c = NULL;
	struct err e;

	assert_ok(catalogue_open(f->mo, &c, &e), &e);

	assert_string_equal(catalogue_find(c, "aaa"), "ก");
	assert_string_equal(catalogue_find(c, "zzz"), "ฮ");
	assert_string_equal(
	    catalogue_find(c, "cannot open '%s'"), "เปิด '%s' ไม่ได้");
	assert_null(catalogue_find(c, "aab"));
	assert_null(catalogue_find(c, "zzzz"));
	assert_null(catalogue_find(NULL, "aaa"));
	catalogue_close(c);
}

static void
test_catalogue__a_missing_file_is_an_error(void **state)
{
	struct catalogue *c = NULL;
	struct err e;

	(void)state;
	assert_err(
	    catalogue_open("/nonexistent/x.mo", &c, &e), ERR_SYS, &e, "x.mo");
}

/* Whatever a byte becomes, look-ups stay inside the file. */
static void
test_catalogue__damaged_bytes_never_lead_outside(void **state)
{
	struct fixture *f = *state;
	static const unsigned char values[] = { 0, 1, 0x7f, 0xff };
	size_t i, v;
	struct err e;

	for (i = 0; i < f->bytes.len; i++) {
		for (v = 0; v < sizeof(values); v++) {
			struct catalogue *c = NULL;
			char was = f->bytes.data[i];

			f->bytes.data[i] = (char)values[v];
			assert_ok(file_write(f->mo, f->bytes.data, f->bytes.len,
				      0644, &e),
			    &e);
			if (catalogue_open(f->mo, &c, &e) == 0) {
				const char *s = catalogue_find(c, "zzz");

				assert_true(s == NULL || strlen(s) < 4096);
			} else {
				assert_int_equal(e.code, ERR_INVALID);
			}
			catalogue_close(c);
			f->bytes.data[i] = was;
		}
	}
}

static void
test_catalogue__a_cut_file_is_refused(void **state)
{
	struct fixture *f = *state;
	struct catalogue *c = NULL;
	size_t len;
	struct err e;

	for (len = 1; len < f->bytes.len; len++) {
		assert_ok(file_write(f->mo, f->bytes.data, len, 0644, &e), &e);
		assert_err(catalogue_open(f->mo, &c, &e), ERR_INVALID, &e,
		    "no catalogue");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_catalogue__finds_what_msgfmt_wrote, setup, teardown),
		cmocka_unit_test(test_catalogue__a_missing_file_is_an_error),
		cmocka_unit_test_setup_teardown(
		    test_catalogue__damaged_bytes_never_lead_outside, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_catalogue__a_cut_file_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
