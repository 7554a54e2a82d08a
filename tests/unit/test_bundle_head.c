#include "tests/unit/test.h"

#include <string.h>

#include "base/buf.h"
#include "store/bundle/bundle_head.h"

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MAGIC "# v2 git bundle\n"
#define NOTE A40 " refs/pmqa/bundle/9105-a/91\n"
#define PACK "\nPACK\0\0\0\2\0\0\0\7"

/* A string literal with NULs in it. */
#define READ(text, h, e) bundle_head_read((text), sizeof(text) - 1, (h), (e))

static void
refused(const char *text, size_t len, const char *sentence)
{
	struct bundle_head h;
	struct err e;

	memset(&h, 0, sizeof(h));
	assert_err(
	    bundle_head_read(text, len, &h, &e), ERR_INVALID, &e, sentence);
	assert_null(h.refs);
}
#define REFUSED(text, sentence) refused((text), sizeof(text) - 1, (sentence))

static void
test_bundle_head__reads_what_git_writes(void **state)
{
	static const char text[] = MAGIC
	    "-" A40 " 9105/2565 1.1: tick B2\n-" B40 "\n" B40
	    " refs/heads/office\n" NOTE A40 " refs/evidence/" SHA "\n" PACK;
	struct bundle_head h;
	struct err e;

	(void)state;
	assert_ok(READ(text, &h, &e), &e);
	assert_int_equal(h.n_needs, 2);
	assert_int_equal(h.needs[1][0], 0xbb);
	assert_int_equal(h.n_refs, 3);
	assert_string_equal(h.from, "9105-a");
	assert_string_equal(h.to, "91");
	assert_int_equal(h.n_objects, 7);
	assert_memory_equal(text + h.len, "PACK", 4);
	assert_int_equal(bundle_head_ref(&h, "refs/heads/office")[0], 0xbb);
	assert_null(bundle_head_ref(&h, "refs/heads/hall"));
	assert_non_null(bundle_head_ref(&h, "refs/evidence/" SHA));
	bundle_head_release(&h);
}

static void
test_bundle_head__reads_the_halls(void **state)
{
	struct bundle_head h;
	struct err e;

	(void)state;
	assert_ok(
	    READ(MAGIC A40 " refs/pmqa/bundle/91-h/9105\n" PACK, &h, &e), &e);
	assert_string_equal(h.from, "91-h");
	assert_string_equal(h.to, "9105");
	bundle_head_release(&h);
}

static void
test_bundle_head__tells_what_is_cut(void **state)
{
	static const char whole[] = MAGIC "-" A40 " x\n" NOTE PACK;
	struct bundle_head h;
	struct err e;
	size_t n;
	int rc;

	(void)state;
	REFUSED("", "the bundle is empty");
	for (n = 1; n < sizeof(whole) - 1; n++) {
		rc = bundle_head_read(whole, n, &h, &e);
		assert_int_equal(rc, ERR_INVALID);
		assert_non_null(strstr(e.msg, "is cut"));
	}
}

static void
test_bundle_head__refuses_other_kinds(void **state)
{
	(void)state;
	REFUSED("# v3 git bundle\n@object-format=sha1\n" NOTE PACK,
	    "not a bundle of pmqa");
	REFUSED("# v1 git bundle\n" NOTE PACK, "not a bundle of pmqa");
	REFUSED("age-encryption.org/v1\n", "not a bundle of pmqa");
	REFUSED("PK\3\4 a spreadsheet", "not a bundle of pmqa");
	REFUSED(MAGIC NOTE "\nPACK\0\0\0\3\0\0\0\7", "not a bundle of pmqa");
	REFUSED(MAGIC NOTE "\nKCAP\0\0\0\2\0\0\0\7", "not a bundle of pmqa");
}

static void
test_bundle_head__refuses_refs_that_are_not_ours(void **state)
{
	(void)state;
	REFUSED(MAGIC NOTE A40 " HEAD\n" PACK, "not a bundle of pmqa");
	REFUSED(
	    MAGIC NOTE A40 " refs/heads/main\n" PACK, "not a bundle of pmqa");
	REFUSED(MAGIC NOTE A40 " refs/heads/office2\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC NOTE A40 " refs/heads/../office\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC NOTE A40 " refs/evidence/" SHA "0\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(
	    MAGIC NOTE A40 " refs/evidence/..\n" PACK, "not a bundle of pmqa");
	REFUSED(MAGIC NOTE A40 "\trefs/heads/office\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC NOTE A40 " refs/heads/office\0x\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC NOTE "zz" A40 " refs/heads/office\n" PACK,
	    "not a bundle of pmqa");
}

static void
test_bundle_head__wants_one_note(void **state)
{
	(void)state;
	REFUSED(MAGIC A40 " refs/heads/office\n" PACK, "not a bundle of pmqa");
	REFUSED(MAGIC NOTE A40 " refs/pmqa/bundle/9105-b/91\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC NOTE NOTE PACK, "not a bundle of pmqa");
	REFUSED(MAGIC A40 " refs/pmqa/bundle/9105-h/91\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC A40 " refs/pmqa/bundle/91-a/9105\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC A40 " refs/pmqa/bundle/9105-a/../91\n" PACK,
	    "not a bundle of pmqa");
	REFUSED(MAGIC A40 " refs/pmqa/bundle/9105-a\n" PACK,
	    "not a bundle of pmqa");
}

static void
test_bundle_head__refuses_the_same_ref_twice(void **state)
{
	(void)state;
	REFUSED(MAGIC A40 " refs/heads/office\n" NOTE B40
			  " refs/heads/office\n" PACK,
	    "not a bundle of pmqa");
}

static void
test_bundle_head__refuses_needs_behind_refs(void **state)
{
	(void)state;
	REFUSED(MAGIC NOTE "-" A40 "\n" PACK, "not a bundle of pmqa");
	REFUSED(MAGIC "-" A40 "x\n" NOTE PACK, "not a bundle of pmqa");
	REFUSED(MAGIC "-short\n" NOTE PACK, "not a bundle of pmqa");
}

static void
test_bundle_head__caps_the_lists(void **state)
{
	struct buf b = BUF_INIT;
	struct bundle_head h;
	struct err e;
	int i;

	(void)state;
	buf_puts(&b, MAGIC);
	for (i = 0; i < BUNDLE_NEEDS_MAX + 100; i++)
		buf_printf(&b, "-%040x\n", (unsigned)i);
	buf_append(&b, NOTE PACK, sizeof(NOTE PACK) - 1);
	assert_ok(buf_ok(&b, &e), &e);
	assert_err(bundle_head_read(b.data, b.len, &h, &e), ERR_INVALID, &e,
	    "longer than any");
	buf_release(&b);
	REFUSED(
	    MAGIC NOTE "\nPACK\0\0\0\2\377\377\377\377", "objects, at most");
}

static void
test_bundle_head__knows_devices_and_places(void **state)
{
	(void)state;
	assert_true(bundle_is_device("9105-a"));
	assert_true(bundle_is_device("91-h"));
	assert_false(bundle_is_device("9105-h"));
	assert_false(bundle_is_device("91-a"));
	assert_false(bundle_is_device("9105-"));
	assert_false(bundle_is_device("9105-ab"));
	assert_false(bundle_is_device(""));
	assert_true(bundle_is_place("9105"));
	assert_true(bundle_is_place("91"));
	assert_false(bundle_is_place("910"));
	assert_false(bundle_is_place("91x"));
	assert_false(bundle_is_place(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundle_head__reads_what_git_writes),
		cmocka_unit_test(test_bundle_head__reads_the_halls),
		cmocka_unit_test(test_bundle_head__tells_what_is_cut),
		cmocka_unit_test(test_bundle_head__refuses_other_kinds),
		cmocka_unit_test(
		    test_bundle_head__refuses_refs_that_are_not_ours),
		cmocka_unit_test(test_bundle_head__wants_one_note),
		cmocka_unit_test(test_bundle_head__refuses_the_same_ref_twice),
		cmocka_unit_test(test_bundle_head__refuses_needs_behind_refs),
		cmocka_unit_test(test_bundle_head__caps_the_lists),
		cmocka_unit_test(test_bundle_head__knows_devices_and_places),
	};

	return cmocka_run_group_tests_name("bundle_head", tests, NULL, NULL);
}
