#include "tests/unit/test.h"

#include "base/file.h"
#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_history.h"
#include "client/cmd_table.h"
#include "client/labels.h"
#include "client/lang.h"

#define PARSE(o, e, ...)                                                       \
	parse(o, e, (const char *const[]){ "pmqa", __VA_ARGS__, NULL })

/* argv is borrowed by the options: one copy that lasts. */
static char words[16][80];
static char *argv_copy[17];

static int
parse(struct opts *o, struct err *e, const char *const *argv)
{
	int argc = 0;

	for (; argv[argc] != NULL; argc++) {
		assert_true(argc < 16);
		snprintf(words[argc], sizeof(words[argc]), "%s", argv[argc]);
		argv_copy[argc] = words[argc];
	}
	argv_copy[argc] = NULL;
	return opts_parse(argc, argv_copy, o, e);
}

static void
test_opts__take_both_forms_anywhere(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_ok(PARSE(&o, &e, "set", "--dir=A", "1.1", "--reason", "why",
		      "x=--y", "--json"),
	    &e);
	assert_int_equal(o.n_words, 3);
	assert_string_equal(o.words[2], "x=--y");
	assert_string_equal(o.value[OPT_DIR], "A");
	assert_string_equal(o.value[OPT_REASON], "why");
	assert_non_null(o.value[OPT_JSON]);
	assert_null(o.value[OPT_YEAR]);
	opts_release(&o);
}

static void
test_opts__end_at_two_dashes(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_ok(PARSE(&o, &e, "tick", "--", "--json", "-"), &e);
	assert_int_equal(o.n_words, 3);
	assert_null(o.value[OPT_JSON]);
	opts_release(&o);
}

static void
test_opts__refuse_what_is_wrong(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_err(PARSE(&o, &e, "--nosuch"), ERR_USAGE, &e, "--nosuch");
	opts_release(&o);
	assert_err(PARSE(&o, &e, "-x"), ERR_USAGE, &e, "'-x'");
	opts_release(&o);
	assert_err(PARSE(&o, &e, "--reason"), ERR_USAGE, &e, "needs a value");
	opts_release(&o);
	assert_err(PARSE(&o, &e, "--json=1"), ERR_USAGE, &e, "takes no value");
	opts_release(&o);
	assert_err(PARSE(&o, &e, "--at=a", "--at=b"), ERR_USAGE, &e, "twice");
	opts_release(&o);
}

static void
test_opts__know_json_after_a_mistake(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_err(PARSE(&o, &e, "--nosuch", "--json", "--bad"), ERR_USAGE, &e,
	    "'--nosuch'");
	assert_non_null(o.value[OPT_JSON]);
	opts_release(&o);
}

static void
test_opts__keep_several_addresses(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_ok(PARSE(&o, &e, "--url", "ssh://a@b", "--url=/srv"), &e);
	assert_int_equal(o.n_urls, 2);
	assert_string_equal(o.urls[1], "/srv");
	opts_release(&o);
	assert_err(PARSE(&o, &e, "--url=1", "--url=2", "--url=3", "--url=4",
		       "--url=5"),
	    ERR_USAGE, &e, "at most 4");
	opts_release(&o);
}

static void
test_opts__are_text(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_err(
	    PARSE(&o, &e, "set", "1.1", "gap=\xff"), ERR_INVALID, &e, "UTF-8");
	opts_release(&o);
	assert_err(
	    PARSE(&o, &e, "--reason=\xe0\xb8"), ERR_INVALID, &e, "UTF-8");
	opts_release(&o);
	assert_ok(PARSE(&o, &e, "--dir", "\xff"), &e);
	opts_release(&o);
}

static void
test_opts__numbers(void **state)
{
	struct err e;
	long n = 0;

	(void)state;
	assert_ok(opts_word_number("YEAR", "2565", 2400, 2999, &n, &e), &e);
	assert_int_equal(n, 2565);
	assert_ok(opts_word_number("YEAR", "๒๕๖๕", 2400, 2999, &n, &e), &e);
	assert_int_equal(n, 2565);
	assert_err(
	    opts_word_number("YEAR", "", 0, 9, &n, &e), ERR_USAGE, &e, "YEAR");
	assert_err(opts_word_number("YEAR", "25x", 0, 99, &n, &e), ERR_USAGE,
	    &e, "'25x'");
	assert_err(opts_word_number("YEAR", "10", 0, 9, &n, &e), ERR_USAGE, &e,
	    "from 0 to 9");
	assert_err(
	    opts_word_number("YEAR", "99999999999999999999", 0, 9, &n, &e),
	    ERR_USAGE, &e, "not a number");
	assert_err(opts_word_number("YEAR", "-1", -9, 9, &n, &e), ERR_USAGE, &e,
	    "not a number");
}

static const struct cmd_desc *
find(const char *first, const char *second, size_t *ret_used)
{
	const char *const given[] = { first, second };
	const struct cmd_desc *d = NULL;
	struct err e;

	assert_ok(
	    cmd_table_find(given, second != NULL ? 2 : 1, &d, ret_used, &e),
	    &e);
	return d;
}

static void
test_cmd_table__finds_two_words_before_one(void **state)
{
	size_t used = 0;

	(void)state;
	assert_string_equal(
	    find("enroll", "accept", &used)->name, "enroll accept");
	assert_int_equal(used, 2);
	assert_string_equal(find("enroll", "x", &used)->name, "enroll");
	assert_int_equal(used, 1);
	assert_string_equal(find("hall", "status", &used)->name, "hall status");
}

static void
expect_guess(
    const char *first, const char *second, const char *what, const char *hint)
{
	const char *const given[] = { first, second };
	const struct cmd_desc *d = NULL;
	struct err e;
	size_t used;

	assert_err(
	    cmd_table_find(given, 2, &d, &used, &e), ERR_USAGE, &e, what);
	assert_string_equal(e.hint, hint);
}

static void
test_cmd_table__guesses_what_was_meant(void **state)
{
	(void)state;
	expect_guess(
	    "stauts", "", "unknown command", "did you mean 'pmqa status'?");
	expect_guess("profile", "", "wants another word",
	    "there are: profile show, profile set");
	expect_guess("hall", "enrol", "unknown command",
	    "did you mean 'pmqa hall enroll'?");
	expect_guess("xyzzy", "", "unknown command", "see pmqa help");
}

static void
test_cmd_table__every_command_is_described(void **state)
{
	const struct cmd_desc *d;
	size_t n = 0;

	(void)state;
	for (; (d = cmd_table_at(n, NULL)) != NULL; n++) {
		assert_non_null(d->run);
		assert_true(strlen(d->summary) > 10);
		assert_true(strncmp(d->example, "pmqa ", 5) == 0);
		assert_true(d->min_args <= d->max_args);
		assert_int_equal(d->opts & OPTS_ALWAYS, 0);
	}
	assert_true(n >= 19);
}

static void
expect_split(const char *s, size_t len, const char *field)
{
	size_t got = 0;
	const char *f = cmd_history_split(s, &got);

	assert_int_equal(got, len);
	if (field == NULL)
		assert_null(f);
	else
		assert_string_equal(f, field);
}

static void
test_history__splits_item_and_field(void **state)
{
	(void)state;
	expect_split("1.1", 3, NULL);
	expect_split("1.1.strengths", 3, "strengths");
	expect_split("10.12.explanation.basic", 5, "explanation.basic");
	expect_split("2565/items/1.1", 14, NULL);
	expect_split("1.", 2, NULL);
	expect_split("office", 6, NULL);
	expect_split("", 0, NULL);
}

static void
expect_field(const char *arg, const char *name, const char *want)
{
	cJSON *fields = cJSON_CreateObject();
	struct err e;

	assert_ok(cmd_answer_field(fields, arg, &e), &e);
	if (want == NULL)
		assert_true(cJSON_IsNull(json_get(fields, name)));
	else
		assert_string_equal(json_str(fields, name), want);
	cJSON_Delete(fields);
}

static void
test_answer__reads_fields(void **state)
{
	(void)state;
	expect_field("gap=a=b", "gap", "a=b");
	expect_field("gap=", "gap", NULL);
	expect_field("gap=@@home", "gap", "@home");
	expect_field("explanation.basic=ก", "explanation.basic", "ก");
}

static void
test_answer__refuses_what_is_no_field(void **state)
{
	cJSON *fields = cJSON_CreateObject();
	struct err e;

	(void)state;
	assert_err(
	    cmd_answer_field(fields, "gap", &e), ERR_USAGE, &e, "FIELD=VALUE");
	assert_err(
	    cmd_answer_field(fields, "=x", &e), ERR_USAGE, &e, "FIELD=VALUE");
	assert_ok(cmd_answer_field(fields, "gap=x", &e), &e);
	assert_err(
	    cmd_answer_field(fields, "gap=", &e), ERR_USAGE, &e, "twice");
	cJSON_Delete(fields);
}

static void
test_answer__reads_files(void **state)
{
	char *dir = test_dir();
	char path[600], arg[700];
	struct err e;

	(void)state;
	snprintf(path, sizeof(path), "%s/text", dir);
	assert_ok(
	    file_write(path, "\xef\xbb\xbfone\r\n\r\n", 10, 0600, &e), &e);
	snprintf(arg, sizeof(arg), "gap=@%s", path);
	expect_field(arg, "gap", "one");
	assert_ok(file_write(path, "\n\n", 2, 0600, &e), &e);
	expect_field(arg, "gap", NULL);
	test_dir_remove(dir);
}

static void
test_labels__fields_by_their_pattern(void **state)
{
	static const char text[] =
	    "{\"types\":[{\"type\":\"registry\",\"en\":\"registry\",\"fields\":"
	    "[{\"name\":\"devices.*.key\",\"en\":\"key of the device\"}]},"
	    "{\"type\":\"answer\",\"en\":\"answer\",\"fields\":"
	    "[{\"name\":\"gap\",\"en\":\"the gap\",\"th\":\"\"}]}]}";
	struct err e;
	cJSON *d = NULL;

	(void)state;
	assert_ok(json_parse(text, strlen(text), 4096, &d, &e), &e);
	assert_string_equal(
	    labels_field(d, "registry", "devices.a.key"), "key of the device");
	assert_string_equal(
	    labels_field(d, "2565/items/1.1", "gap"), "the gap");
	assert_string_equal(
	    labels_field(d, "2565/items/1.1", "new.field"), "new.field");
	assert_string_equal(labels_field(NULL, "x", "y"), "y");
	assert_string_equal(labels_record(d, "2565/items/1.1"), "1.1");
	assert_string_equal(labels_record(d, "registry"), "registry");
	assert_string_equal(labels_record(d, "newer/kind"), "newer/kind");
	cJSON_Delete(d);
}

static void
test_lang__the_first_that_is_set_decides(void **state)
{
	(void)state;
	unsetenv("PMQA_LANG");
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	setenv("LANG", "th_TH.UTF-8", 1);
	assert_string_equal(lang_choose(NULL), "th");
	setenv("LC_MESSAGES", "en_US.UTF-8", 1);
	assert_string_equal(lang_choose(NULL), "en");
	setenv("LC_ALL", "th", 1);
	assert_string_equal(lang_choose(NULL), "th");
	setenv("PMQA_LANG", "en", 1);
	assert_string_equal(lang_choose(NULL), "en");
	assert_string_equal(lang_choose("th"), "th");
	setenv("PMQA_LANG", "thx", 1);
	assert_string_equal(lang_choose(NULL), "en");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opts__take_both_forms_anywhere),
		cmocka_unit_test(test_opts__end_at_two_dashes),
		cmocka_unit_test(test_opts__refuse_what_is_wrong),
		cmocka_unit_test(test_opts__know_json_after_a_mistake),
		cmocka_unit_test(test_opts__keep_several_addresses),
		cmocka_unit_test(test_opts__are_text),
		cmocka_unit_test(test_opts__numbers),
		cmocka_unit_test(test_cmd_table__finds_two_words_before_one),
		cmocka_unit_test(test_cmd_table__guesses_what_was_meant),
		cmocka_unit_test(test_cmd_table__every_command_is_described),
		cmocka_unit_test(test_history__splits_item_and_field),
		cmocka_unit_test(test_answer__reads_fields),
		cmocka_unit_test(test_answer__refuses_what_is_no_field),
		cmocka_unit_test(test_answer__reads_files),
		cmocka_unit_test(test_labels__fields_by_their_pattern),
		cmocka_unit_test(test_lang__the_first_that_is_set_decides),
	};

	return cmocka_run_group_tests_name("cmd", tests, NULL, NULL);
}
