#include "tests/unit/test.h"

#include <errno.h>
#include <libintl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

/*
 * The catalogue is found beside the program and the language is set once a
 * process, so these tests run a copy of this program in a small build tree:
 * <dir>/bin/x --child LANG, with a catalogue made by msgfmt.
 */
static const char catalogue[] =
    "msgid \"\"\n"
    "msgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
    "msgid \"out of memory\"\n"
    "msgstr \"หน่วยความจำไม่พอ\"\n"
    "msgid \"cannot open '%s'\"\n"
    "msgstr \"เปิด '%s' ไม่ได้\"\n"
    "msgid \"%s has %d parts\"\n"
    "msgstr \"%2$d ส่วนใน %1$s\"\n"
    /* a hostile translator */
    "msgid \"too many %d\"\n"
    "msgstr \"ร้าย %s\"\n"
    "msgid \"extra %s\"\n"
    "msgstr \"ร้าย %s %s\"\n"
    "msgid \"fewer %s %s\"\n"
    "msgstr \"ร้าย %s\"\n"
    "msgid \"writes %d\"\n"
    "msgstr \"ร้าย %n\"\n"
    "msgid \"plain\"\n"
    "msgstr \"ร้าย %s\"\n"
    "msgid \"percent %d\"\n"
    "msgstr \"%d %\"\n"
    "msgid \"same argument %s %s\"\n"
    "msgstr \"%1$s %1$s\"\n"
    "msgid \"width %5d\"\n"
    "msgstr \"%999999d\"\n"
    "msgid \"mixed %s %s\"\n"
    "msgstr \"%1$s %s\"\n"
    "msgid \"star %s\"\n"
    "msgstr \"%1$*s\"\n"
    "msgid \"done 100%%\"\n"
    "msgstr \"เสร็จ 100%%\"\n";

static void
say(const char *what)
{
	puts(what);
}

static int
child(const char *lang)
{
	struct err e;

	err_init_messages(lang);
	say(err_tr("out of memory"));
	err_nomem(&e);
	printf("%s|%s\n", e.msg, e.th);
	err_set(&e, ERR_NOT_FOUND, 0, "cannot open '%s'", "ก.txt");
	printf("%s|%s\n", e.msg, e.th);
	errno = ENOENT;
	err_sys(&e, "cannot open '%s'", "x");
	printf("%s|%s\n", e.msg, e.th);
	err_set(&e, ERR_FAILED, 0, "%s has %d parts", "item", 3);
	err_hint(&e, "cannot open '%s'", "h");
	printf("%s|%s|%s|%s\n", e.msg, e.th, e.hint, e.hint_th);
	say(err_th("too many %d"));
	say(err_th("extra %s"));
	say(err_th("fewer %s %s"));
	say(err_th("writes %d"));
	say(err_th("plain"));
	say(err_th("percent %d"));
	say(err_th("same argument %s %s"));
	say(err_th("width %5d"));
	say(err_th("mixed %s %s"));
	say(err_th("star %s"));
	say(err_th("done 100%%"));
	say(err_th("not in the catalogue"));
	say(err_th(""));
	return 0;
}

static void
write_text(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(file_write(path, text, strlen(text), 0644, &e), &e);
}

static void
make_dir(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(file_mkdirs(path, 0755, &e), &e);
}

/* What the copy prints, in the given language. */
static char *
run_child(const char *dir, const char *lang)
{
	struct buf self = BUF_INIT;
	char program[PATH_MAX], po[PATH_MAX], mo[PATH_MAX];
	char *out = NULL;
	struct err e;

	make_dir(dir, "bin/lib");
	make_dir(dir, "bin/share/locale/th/LC_MESSAGES");
	write_text(dir, "th.po", catalogue);
	snprintf(po, sizeof(po), "%s/th.po", dir);
	snprintf(
	    mo, sizeof(mo), "%s/bin/share/locale/th/LC_MESSAGES/pmqa.mo", dir);
	assert_int_equal(
	    test_run((const char *[]){ "msgfmt", "-o", mo, po, NULL }, NULL),
	    0);
	assert_ok(file_read("/proc/self/exe", 100000000, &self, &e), &e);
	snprintf(program, sizeof(program), "%s/bin/x", dir);
	assert_ok(file_write(program, self.data, self.len, 0755, &e), &e);
	buf_release(&self);
	assert_int_equal(
	    test_run((const char *[]){ program, "--child", lang, NULL }, &out),
	    0);
	return out;
}

/* Both languages differ in their first line only. */
#define CHILD_REST                                                                                         \
	"out of memory|หน่วยความจำไม่พอ\n"                                 \
	"cannot open 'ก.txt'|เปิด 'ก.txt' ไม่ได้\n"                                \
	"cannot open 'x': No such file or directory|"                                                      \
	"เปิด 'x' ไม่ได้: No such file or directory\n"                                 \
	"item has 3 parts|3 ส่วนใน item|cannot open 'h'|เปิด 'h' ไม่ได้\n" \
	"too many %d\nextra %s\nfewer %s %s\nwrites %d\nplain\npercent %d\n"                               \
	"same argument %s %s\nwidth %5d\nmixed %s %s\nstar %s\n"                                           \
	"เสร็จ 100%%\nnot in the catalogue\n\n"

static void
test_err__thai_process_answers_in_thai_and_keeps_both(void **state)
{
	char *dir = test_dir(), *out;

	(void)state;
	out = run_child(dir, "th");
	assert_string_equal(out, "หน่วยความจำไม่พอ\n" CHILD_REST);
	free(out);
	test_dir_remove(dir);
}

static void
test_err__english_process_still_makes_thai_sentences(void **state)
{
	char *dir = test_dir(), *out;

	(void)state;
	out = run_child(dir, "en");
	assert_string_equal(out, "out of memory\n" CHILD_REST);
	free(out);
	test_dir_remove(dir);
}

static void
test_err__set_fills_everything_and_drops_an_old_hint(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_INVALID, 7, "first");
	err_hint(&e, "do %s", "this");
	assert_string_equal(e.hint, "do this");
	assert_int_equal(err_set(&e, ERR_BUSY, 9, "second %d", 2), ERR_BUSY);
	assert_int_equal(e.code, ERR_BUSY);
	assert_int_equal(e.sub, 9);
	assert_string_equal(e.msg, "second 2");
	assert_string_equal(e.th, "second 2");
	assert_string_equal(e.hint, "");
	assert_string_equal(e.hint_th, "");
}

static void
test_err__nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_BUSY, 0, "x"), ERR_BUSY);
	assert_int_equal(err_sys(NULL, "x"), ERR_SYS);
	assert_int_equal(err_nomem(NULL), ERR_NOMEM);
	err_hint(NULL, "x");
	err_prepend(NULL, "x");
}

static void
test_err__sys_adds_the_reason_and_keeps_errno(void **state)
{
	struct err e;

	(void)state;
	errno = EACCES;
	assert_int_equal(err_sys(&e, "cannot open '%s'", "f"), ERR_SYS);
	assert_int_equal(errno, EACCES);
	assert_int_equal(e.sub, EACCES);
	assert_string_equal(e.msg, "cannot open 'f': Permission denied");
	errno = 99999;
	err_sys(&e, "odd");
	assert_string_equal(e.msg, "odd: unknown error");
}

static void
test_err__arguments_may_be_parts_of_the_same_struct(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_FAILED, 0, "inner");
	err_set(&e, ERR_FAILED, 0, "outer (%s)", e.msg);
	assert_string_equal(e.msg, "outer (inner)");
	err_prepend(&e, "context");
	assert_string_equal(e.msg, "context: outer (inner)");
	assert_string_equal(e.th, "context: outer (inner)");
}

static void
test_err__long_sentences_are_cut_between_characters(void **state)
{
	char thai[3 * 1000 + 1];
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++)
		memcpy(thai + 3 * i, "ก", 3);
	thai[3000] = '\0';
	err_set(&e, ERR_FAILED, 0, "x%s", thai);
	assert_int_equal(strlen(e.msg), 1 + 3 * 132);
	assert_true(text_is_utf8(e.msg, strlen(e.msg), NULL));
	assert_int_equal(strlen(e.th), 1 + 3 * 332);
	err_prepend(&e, "ข");
	assert_true(text_is_utf8(e.msg, strlen(e.msg), NULL));
	assert_true(strlen(e.msg) < sizeof(e.msg));
}

static void
test_err__what_others_put_in_cannot_drive_a_terminal(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_FAILED, 0, "a%sb", "\x1b[31m\n\t\x7f\xff\xc2\x9b");
	assert_string_equal(e.msg, "a?[31m  ????b");
}

static void
test_err__text_copies_within_its_room(void **state)
{
	char small[5], one[1], same[] = "ab\ncd";

	(void)state;
	err_text(small, sizeof(small), "กข");
	assert_string_equal(small, "ก");
	err_text(one, sizeof(one), "x");
	assert_string_equal(one, "");
	err_text(same, sizeof(same), same);
	assert_string_equal(same, "ab cd");
	err_text(same, 0, "zz");
	assert_string_equal(same, "ab cd");
}

static void
test_err__names_and_codes_agree_both_ways(void **state)
{
	int code;

	(void)state;
	for (code = ERR_TIMEOUT; code < ERR_OK; code++) {
		const char *name = err_name((enum err_code)code);

		assert_int_equal(err_code_of(name), code);
	}
	assert_string_equal(err_name(ERR_NOT_FOUND), "not_found");
	assert_string_equal(err_name((enum err_code) - 99), "failed");
	assert_int_equal(err_code_of("no such"), ERR_FAILED);
	assert_int_equal(err_code_of("ok"), ERR_FAILED);
	assert_int_equal(err_code_of(NULL), ERR_FAILED);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_err__thai_process_answers_in_thai_and_keeps_both),
		cmocka_unit_test(
		    test_err__english_process_still_makes_thai_sentences),
		cmocka_unit_test(
		    test_err__set_fills_everything_and_drops_an_old_hint),
		cmocka_unit_test(test_err__nobody_listens),
		cmocka_unit_test(test_err__sys_adds_the_reason_and_keeps_errno),
		cmocka_unit_test(
		    test_err__arguments_may_be_parts_of_the_same_struct),
		cmocka_unit_test(
		    test_err__long_sentences_are_cut_between_characters),
		cmocka_unit_test(
		    test_err__what_others_put_in_cannot_drive_a_terminal),
		cmocka_unit_test(test_err__text_copies_within_its_room),
		cmocka_unit_test(test_err__names_and_codes_agree_both_ways),
	};

	if (argc == 3 && strcmp(argv[1], "--child") == 0)
		return child(argv[2]);
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
