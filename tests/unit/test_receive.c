#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/receive/command.h"
#include "daemon/receive/receive.h"

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B40 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
test_receive__takes_exactly_two_commands(void **state)
{
	struct command c;
	struct err e;

	(void)state;
	assert_ok(command_parse("git-upload-pack '/office'", &c, &e), &e);
	assert_int_equal(c.verb, COMMAND_FETCH);
	assert_string_equal(c.evidence, "");
	assert_string_equal(command_service(c.verb), "upload-pack");
	assert_ok(command_parse("git-receive-pack '/office'", &c, &e), &e);
	assert_int_equal(c.verb, COMMAND_PUSH);
	assert_string_equal(command_service(c.verb), "receive-pack");
	assert_ok(command_parse("git-receive-pack 'office'", &c, &e), &e);
}

static void
test_receive__takes_them_for_one_evidence_file(void **state)
{
	struct command c;
	struct err e;

	(void)state;
	assert_ok(
	    command_parse("git-upload-pack '/evidence/" SHA "'", &c, &e), &e);
	assert_int_equal(c.verb, COMMAND_FETCH);
	assert_string_equal(c.evidence, SHA);
	assert_ok(
	    command_parse("git-receive-pack 'evidence/" SHA "'", &c, &e), &e);
	assert_int_equal(c.verb, COMMAND_PUSH);
	assert_string_equal(c.evidence, SHA);
}

static void
test_receive__refuses_every_other_name_of_a_file(void **state)
{
	const char *const bad[] = { "git-receive-pack '/evidence/00ff'",
		"git-receive-pack '/evidence/" SHA "0'",
		"git-receive-pack '/evidence/" SHA "",
		"git-receive-pack '/evidence/" SHA "/'",
		"git-receive-pack '/evidence/" SHA ".git'",
		"git-receive-pack '/evidence/" SHA "' ",
		"git-receive-pack '//evidence/" SHA "'",
		"git-receive-pack '/evidence//" SHA "'",
		"git-receive-pack '/evidence/../" SHA "'",
		"git-receive-pack '/evidence/9106/" SHA "'",
		"git-receive-pack '/evidence/"
		"0123456789ABCDEF0123456789abcdef0123456789abcdef"
		"0123456789abcdef'",
		"git-receive-pack '/evidence/'", "git-receive-pack '/evidence'",
		"git-upload-archive '/evidence/" SHA "'" };
	struct command c = { .verb = COMMAND_FETCH };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(command_parse(bad[i], &c, &e), ERR_DENIED);
		assert_string_equal(c.evidence, "");
	}
}

static void
test_receive__refuses_everything_else(void **state)
{
	const char *const bad[] = { "", "sh", "git-upload-pack", "git-shell",
		"git-upload-pack office", "git-upload-pack \"/office\"",
		"git-upload-pack '/office' ", " git-upload-pack '/office'",
		"git-upload-pack '/office'; id", "git-upload-pack '/office'\n",
		"git-upload-pack '/office/..'", "git-upload-pack '../9106.git'",
		"git-upload-pack '/9106'", "git-upload-archive '/office'",
		"git upload-pack '/office'", "git-receive-pack '//office'",
		"GIT-UPLOAD-PACK '/office'",
		"git-upload-pack --strict '/office'", "scp -f /etc/passwd" };
	struct command c;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(command_parse(bad[i], &c, &e), ERR_DENIED);
	assert_int_equal(command_parse(NULL, &c, &e), ERR_DENIED);
}

static void
test_receive__takes_the_question_for_steps(void **state)
{
	struct command c;
	struct err e;

	(void)state;
	assert_ok(command_parse("pmqa-steps 'office' - -", &c, &e), &e);
	assert_int_equal(c.verb, COMMAND_STEPS);
	assert_int_equal(c.hall, 0);
	assert_string_equal(c.have, "");
	assert_string_equal(c.want, "");
	assert_ok(command_parse("pmqa-steps 'hall' " A40 " -", &c, &e), &e);
	assert_int_equal(c.hall, 1);
	assert_string_equal(c.have, A40);
	assert_string_equal(c.want, "");
	assert_ok(
	    command_parse("pmqa-steps 'evidence/" SHA "' " A40 " " B40, &c, &e),
	    &e);
	assert_string_equal(c.evidence, SHA);
	assert_string_equal(c.have, A40);
	assert_string_equal(c.want, B40);
}

static void
test_receive__refuses_every_other_question_for_steps(void **state)
{
	const char *const bad[] = { "pmqa-steps", "pmqa-steps 'office'",
		"pmqa-steps 'office' -", "pmqa-steps 'office' - - -",
		"pmqa-steps 'office' - - ", "pmqa-steps 'office'  - -",
		"pmqa-steps 'office' - -\n", "pmqa-steps office - -",
		"pmqa-steps 'office' -- -", "pmqa-steps 'office' " A40 "a -",
		"pmqa-steps 'office' - " SHA, "pmqa-steps 'province' - -",
		"pmqa-steps 'office' refs/heads/hall -",
		"pmqa-steps 'office' HEAD -", "pmqa-steps 'evidence/' - -",
		"pmqa-steps 'evidence/" SHA "/../x' - -",
		"pmqa-steps 'office' - -; id", "git-upload-pack 'hall'",
		"git-receive-pack 'hall'", "git-upload-pack 'office' - -" };
	struct command c = { .verb = COMMAND_PUSH };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(command_parse(bad[i], &c, &e), ERR_DENIED);
	assert_int_equal(c.verb, COMMAND_PUSH);
}

static void
test_receive__knows_the_names_of_devices(void **state)
{
	const char *const bad[] = { "", "9105", "9105-", "9105-h", "9105-A",
		"9105-ab", "910-a", "91051-a", "9105_a", "../5-a", "9105-1" };
	struct err e;
	size_t i;

	(void)state;
	assert_ok(command_check_device("9105-a", &e), &e);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(command_check_device(bad[i], &e), ERR_DENIED);
	assert_int_equal(command_check_device(NULL, &e), ERR_DENIED);
}

static void
test_receive__maps_a_device_to_its_one_repository(void **state)
{
	struct receive r;
	struct err e;

	(void)state;
	assert_ok(receive_init(&r, "/srv/hall", "9105-b", &e), &e);
	assert_string_equal(r.office, "9105");
	assert_string_equal(r.repo, "/srv/hall/offices/9105.git");
	assert_err(receive_init(&r, "srv/hall", "9105-b", &e), ERR_USAGE, &e,
	    "absolute");
	assert_int_equal(
	    receive_init(&r, "/srv/hall", "9105-b/..", &e), ERR_DENIED);
}

static void
test_receive__keeps_evidence_in_a_repository_of_its_own(void **state)
{
	struct receive r;
	struct err e;

	(void)state;
	assert_ok(receive_init(&r, "/srv/hall", "9105-b", &e), &e);
	assert_string_equal(r.sha, "");
	assert_ok(receive_set_evidence(&r, SHA, &e), &e);
	assert_string_equal(r.sha, SHA);
	assert_string_equal(r.evidence_repo, "/srv/hall/evidence/9105.git");
	assert_int_equal(receive_set_evidence(&r, "../x", &e), ERR_DENIED);
	assert_string_equal(r.sha, "");
	assert_ok(receive_set_evidence(&r, NULL, &e), &e);
}

static void
test_receive__denies_an_office_that_is_not_enrolled(void **state)
{
	char *dir = test_dir();
	struct receive r;
	struct err e;

	(void)state;
	assert_ok(receive_init(&r, dir, "9105-a", &e), &e);
	assert_err(receive_check_device(&r, &e), ERR_DENIED, &e,
	    "office 9105 is not enrolled");
	test_dir_remove(dir);
}

static size_t
file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void
test_receive__logs_one_line_and_turns_a_full_log(void **state)
{
	char path[600], older[640], text[600] = "";
	char *dir = test_dir();
	struct receive r;
	struct err e;
	FILE *f;

	(void)state;
	assert_ok(receive_init(&r, dir, "9105-a", &e), &e);
	snprintf(path, sizeof(path), "%s/receive.log", dir);
	snprintf(older, sizeof(older), "%s.1", path);

	receive_log(&r, "push", A40, B40, "refused", "say \"no\"\nplease");
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	assert_null(fgets(text + 300, 300, f));
	fclose(f);
	assert_non_null(strstr(text, "\"device\":\"9105-a\""));
	assert_non_null(strstr(text, "\"reason\":\"say \\\"no\\\"\\nplease\""));

	assert_int_equal(truncate(path, RECEIVE_LOG_MAX + 1), 0);
	receive_log(&r, "push", A40, B40, "admitted", NULL);
	assert_int_equal(file_size(older), RECEIVE_LOG_MAX + 1);
	assert_true(file_size(path) > 0 && file_size(path) < 1000);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receive__takes_exactly_two_commands),
		cmocka_unit_test(test_receive__refuses_everything_else),
		cmocka_unit_test(
		    test_receive__takes_them_for_one_evidence_file),
		cmocka_unit_test(
		    test_receive__refuses_every_other_name_of_a_file),
		cmocka_unit_test(
		    test_receive__keeps_evidence_in_a_repository_of_its_own),
		cmocka_unit_test(test_receive__takes_the_question_for_steps),
		cmocka_unit_test(
		    test_receive__refuses_every_other_question_for_steps),
		cmocka_unit_test(test_receive__knows_the_names_of_devices),
		cmocka_unit_test(
		    test_receive__maps_a_device_to_its_one_repository),
		cmocka_unit_test(
		    test_receive__denies_an_office_that_is_not_enrolled),
		cmocka_unit_test(
		    test_receive__logs_one_line_and_turns_a_full_log),
	};

	return cmocka_run_group_tests_name("receive", tests, NULL, NULL);
}
