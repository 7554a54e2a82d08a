#include "tests/unit/test.h"

#include "store/audit/anchor.h"
#include "store/git/refs.h"
#include "store/save/journal.h"
#include "store/sign/sshsig.h"
#include "tests/support/pair.h"

static struct anchor
sample(void)
{
	struct anchor a;

	memset(&a, 0, sizeof(a));
	snprintf(a.device, sizeof(a.device), "91-h");
	a.time = 1669097655;
	a.offset_min = 420;
	a.part = 1;
	a.parts = 2;
	a.log_n = 12;
	memset(a.log_hash, 'a', 64);
	snprintf(a.tips[0].ref, sizeof(a.tips[0].ref), "refs/heads/hall");
	memset(a.tips[0].id, 0x11, 20);
	snprintf(a.tips[1].ref, sizeof(a.tips[1].ref), "refs/offices/9105");
	memset(a.tips[1].id, 0x22, 20);
	a.n_tips = 2;
	return a;
}

#define SIGNATURE                                                              \
	"signature "                                                           \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAA==\n"

static int
parse(const char *text, struct anchor *ret, struct err *e)
{
	struct anchor_signature sig;
	int rc = anchor_parse(&text, ret, &sig, e);

	if (rc == 0)
		buf_release(&sig.armour);
	return rc;
}

static void
test_anchor__has_the_text_that_is_documented(void **state)
{
	struct anchor a = sample();
	struct buf text = BUF_INIT;

	(void)state;
	anchor_text(&a, &text);

	assert_string_equal("pmqa anchor 1\nby 91-h\n"
			    "time 2022-11-22T13:14:15+07:00\npart 1/2\n"
			    "log 12 "
			    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "aaaaaaaaaaaaaaaa\n"
			    "tip refs/heads/hall "
			    "1111111111111111111111111111111111111111\n"
			    "tip refs/offices/9105 "
			    "2222222222222222222222222222222222222222\n",
	    buf_str(&text));
	buf_release(&text);
}

static void
test_anchor__reads_what_it_wrote(void **state)
{
	struct anchor a = sample(), got;
	struct buf text = BUF_INIT;
	struct err e;

	(void)state;
	anchor_text(&a, &text);
	buf_puts(&text, SIGNATURE);

	assert_ok(parse(buf_str(&text), &got, &e), &e);
	assert_memory_equal(&got, &a, sizeof(a));
	buf_release(&text);
}

static void
test_anchor__a_printer_may_have_put_blanks_and_lines_around_it(void **state)
{
	struct anchor a = sample(), got;
	struct buf text = BUF_INIT, worn = BUF_INIT;
	const char *p;
	struct err e;

	(void)state;
	anchor_text(&a, &text);
	buf_puts(&text, SIGNATURE);
	buf_puts(&worn, "page 1 of 1\r\n\r\n");
	for (p = buf_str(&text); *p != '\0'; p++)
		if (*p == '\n')
			buf_puts(&worn, "  \t\r\n\r\n  ");
		else
			buf_putc(&worn, *p);
	/* an empty line within the head belongs to nobody */
	assert_err(parse(buf_str(&worn), &got, &e), ERR_INVALID, &e, "");
	buf_clear(&worn);
	buf_puts(&worn, "page 1 of 1\r\n\r\n");
	for (p = buf_str(&text); *p != '\0'; p++)
		buf_puts(&worn, *p == '\n' ? " \t\r\n  " : (char[2]){ *p, 0 });

	assert_ok(parse(buf_str(&worn), &got, &e), &e);
	assert_memory_equal(&got, &a, sizeof(a));
	buf_release(&text);
	buf_release(&worn);
}

static void
test_anchor__refuses_what_is_malformed(void **state)
{
	static const char *const bad[] = {
		"pmqa anchor 1\n",
		"pmqa anchor 1\nby 91-H\n",
		"pmqa anchor 1\nby 91-h\ntime yesterday\n",
		"pmqa anchor 1\nby 91-h\ntime 2022-11-22\n",
		"pmqa anchor 1\nby 91-h\ntime 2022-11-22T13:14:15+07:00\n"
		"part 2/1\n",
		"pmqa anchor 1\nby 91-h\ntime 2022-11-22T13:14:15+07:00\n"
		"part 1/1\n" SIGNATURE,
#define HEAD                                                                   \
	"pmqa anchor 1\nby 91-h\ntime 2022-11-22T13:14:15+07:00\npart 1/1\n"
#define ID "1111111111111111111111111111111111111111"
		HEAD "tip refs/heads/main " ID "\n" SIGNATURE,
		HEAD "tip refs/offices/../9105 " ID "\n" SIGNATURE,
		HEAD "tip refs/offices/91050 " ID "\n" SIGNATURE,
		HEAD "tip refs/heads/hall 11\n" SIGNATURE,
		HEAD "tip refs/heads/hall " ID "\n",
		HEAD "tip refs/heads/hall " ID "\nsignature AAAA\n",
		HEAD "tip refs/heads/hall " ID "\nmore\n" SIGNATURE,
		HEAD "log 0 " ID ID "\n" SIGNATURE,
		HEAD "log 9999999999999999 " ID ID "\n" SIGNATURE,
		HEAD "tip refs/heads/hall " ID
		     "\n-----BEGIN SSH SIGNATURE-----\nAAAA\n",
	};
	struct anchor got;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i], &got, &e), ERR_INVALID);
	assert_err(
	    parse("nothing here", &got, &e), ERR_NOT_FOUND, &e, "no anchor");
}

/* --- of a hall and an office --- */

static int
setup(void **state)
{
	struct pair *p = pair_make();

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static cJSON *
make(struct store *s)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(anchor_make(s, &doc, &e), &e);
	return doc;
}

/* The first part; the caller frees. */
static char *
text_of(struct store *s)
{
	cJSON *doc = make(s);
	const cJSON *part = cJSON_GetArrayItem(json_get(doc, "parts"), 0);
	char *text = strdup(json_str(part, "line"));

	assert_non_null(text);
	cJSON_Delete(doc);
	return text;
}

static cJSON *
check(struct store *s, const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(anchor_check(s, text, &doc, &e), &e);
	return doc;
}

static const cJSON *
first_part(const cJSON *doc)
{
	return cJSON_GetArrayItem(json_get(doc, "parts"), 0);
}

static void
assert_tip(const cJSON *doc, const char *ref, const char *state)
{
	const cJSON *tip;

	cJSON_ArrayForEach (tip, json_get(first_part(doc), "tips")) {
		if (strcmp(json_str(tip, "ref"), ref) != 0)
			continue;
		assert_string_equal(json_str(tip, "state"), state);
		return;
	}
	fail_msg("the anchor names no %s", ref);
}

static void
test_anchor__what_it_names_is_there_also_after_more_was_saved(void **state)
{
	struct pair *p = *state;
	char *text = text_of(p->hall.store);
	cJSON *doc;

	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B2", 1));
	pair_sync(p);

	doc = check(p->hall.store, text);
	assert_true(json_bool(doc, "ok", 0));
	assert_string_equal(json_str(first_part(doc), "signature"), "good");
	assert_tip(doc, "refs/offices/9105", "contained");
	assert_tip(doc, "refs/halls/9105", "contained");
	assert_tip(doc, "refs/heads/hall", "contained");
	assert_string_equal(
	    json_str(json_get(first_part(doc), "log"), "state"), "contained");
	cJSON_Delete(doc);
	doc = check(p->office.store, text);
	assert_true(json_bool(doc, "ok", 0));
	assert_tip(doc, "refs/offices/9105", "contained");
	assert_tip(doc, "refs/heads/hall", "elsewhere");
	cJSON_Delete(doc);
	free(text);
}

static void
test_anchor__an_offices_is_known_at_its_hall(void **state)
{
	struct pair *p = *state;
	char *text = text_of(p->office.store);
	cJSON *doc = check(p->hall.store, text);

	assert_true(json_bool(doc, "ok", 0));
	assert_string_equal(json_str(first_part(doc), "by"), "9105-a");
	cJSON_Delete(doc);
	free(text);
}

static void
test_anchor__what_was_not_sent_is_missing_at_the_hall(void **state)
{
	struct pair *p = *state;
	char *text;
	cJSON *doc;

	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B3", 1));
	text = text_of(p->office.store);
	doc = check(p->hall.store, text);

	assert_false(json_bool(doc, "ok", 1));
	assert_string_equal(json_str(first_part(doc), "signature"), "good");
	assert_tip(doc, "refs/offices/9105", "missing");
	assert_tip(doc, "refs/halls/9105", "contained");
	cJSON_Delete(doc);
	free(text);
}

/* Every byte changed once: never both well formed and signed. */
static void
test_anchor__no_changed_byte_passes(void **state)
{
	struct pair *p = *state;
	char *text = text_of(p->office.store);
	cJSON *doc = NULL;
	struct err e;
	size_t n = strlen(text), passed = 0;
	char was;

	for (size_t i = 0; i + 1 < n; i++) {
		was = text[i];
		text[i] = was == 'b' ? 'c' : 'b';
		if (anchor_check(p->office.store, text, &doc, &e) == 0) {
			passed += json_bool(doc, "ok", 0) != 0;
			cJSON_Delete(doc);
			doc = NULL;
		}
		text[i] = was;
	}
	assert_int_equal(passed, 0);
	doc = check(p->office.store, text);
	assert_true(json_bool(doc, "ok", 0));
	cJSON_Delete(doc);
	free(text);
}

static void
test_anchor__a_signature_of_another_kind_is_none(void **state)
{
	struct pair *p = *state;
	struct buf text = BUF_INIT, armour = BUF_INIT;
	struct anchor a = sample();
	cJSON *doc;
	struct err e;

	anchor_text(&a, &text);
	assert_ok(sshsig_sign(store_key(p->hall.store), SSHSIG_NS_RECEIPT,
		      text.data, text.len, &armour, &e),
	    &e);
	buf_puts(&text, buf_str(&armour));
	doc = check(p->hall.store, buf_str(&text));

	assert_string_equal(json_str(first_part(doc), "signature"), "bad");
	assert_false(json_bool(doc, "ok", 1));
	cJSON_Delete(doc);
	buf_release(&text);
	buf_release(&armour);
}

static void
test_anchor__the_key_must_be_that_of_the_device_it_names(void **state)
{
	struct pair *p = *state;
	struct buf text = BUF_INIT, armour = BUF_INIT;
	struct anchor a = sample();
	cJSON *doc;
	struct err e;

	anchor_text(&a, &text); /* says 91-h */
	assert_ok(sshsig_sign(store_key(p->office.store), SSHSIG_NS_ANCHOR,
		      text.data, text.len, &armour, &e),
	    &e);
	buf_puts(&text, buf_str(&armour));
	doc = check(p->hall.store, buf_str(&text));

	assert_string_equal(json_str(first_part(doc), "signature"), "bad");
	cJSON_Delete(doc);
	buf_clear(&text);
	buf_clear(&armour);
	snprintf(a.device, sizeof(a.device), "9105-q");
	anchor_text(&a, &text);
	assert_ok(sshsig_sign(store_key(p->office.store), SSHSIG_NS_ANCHOR,
		      text.data, text.len, &armour, &e),
	    &e);
	buf_puts(&text, buf_str(&armour));
	doc = check(p->hall.store, buf_str(&text));
	assert_string_equal(json_str(first_part(doc), "signature"), "unknown");
	cJSON_Delete(doc);
	buf_release(&text);
	buf_release(&armour);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anchor__has_the_text_that_is_documented),
		cmocka_unit_test(test_anchor__reads_what_it_wrote),
		cmocka_unit_test(
		    test_anchor__a_printer_may_have_put_blanks_and_lines_around_it),
		cmocka_unit_test(test_anchor__refuses_what_is_malformed),
		cmocka_unit_test_setup_teardown(
		    test_anchor__what_it_names_is_there_also_after_more_was_saved,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_anchor__an_offices_is_known_at_its_hall, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_anchor__what_was_not_sent_is_missing_at_the_hall,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_anchor__no_changed_byte_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_anchor__a_signature_of_another_kind_is_none, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_anchor__the_key_must_be_that_of_the_device_it_names,
		    setup, teardown),
	};

	return cmocka_run_group_tests_name(
	    "anchor", tests, test_libraries_up, test_libraries_down);
}
