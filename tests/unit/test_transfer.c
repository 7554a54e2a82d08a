#include "tests/unit/test.h"

#include "daemon/sync/transfer.h"

static struct conf conf;

static struct transfer_way
way(const char *url, int shared)
{
	struct transfer_way w = { .conf = &conf, .url = 0, .shared = shared };

	memset(&conf, 0, sizeof(conf));
	snprintf(conf.dir, sizeof(conf.dir), "/var/lib/my dir");
	snprintf(conf.code, sizeof(conf.code), "9105");
	conf.device = 'a';
	conf.enrolled = 1;
	conf.n_urls = 1;
	snprintf(conf.urls[0], sizeof(conf.urls[0]), "%s", url);
	return w;
}

static int
find(const char *const *list, const char *what)
{
	int i;

	for (i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], what) == 0)
			return i;
	return -1;
}

static int
find_start(const char *const *list, const char *what)
{
	int i;

	for (i = 0; list[i] != NULL; i++)
		if (strncmp(list[i], what, strlen(what)) == 0)
			return i;
	return -1;
}

static void
test_transfer__fetch_has_exact_refs_after_the_address(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall:2222", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_fetch(&w, &t, &e), &e);

	at = find(t.argv, "--end-of-options");
	assert_true(at > 0);
	assert_string_equal(t.argv[at + 1], "ssh://pmqa@hall:2222/office");
	assert_string_equal(
	    t.argv[at + 2], "+refs/heads/hall:refs/incoming/hall");
	assert_string_equal(
	    t.argv[at + 3], "+refs/heads/office*:refs/incoming/office*");
	assert_string_equal(
	    t.argv[at + 4], "+refs/side/a*:refs/incoming/side*");
	assert_null(t.argv[at + 5]);
	assert_true(find(t.argv, "--no-tags") > 0);
	assert_true(find(t.argv, "--git-dir=/var/lib/my dir/repo.git") > 0);
}

static void
test_transfer__push_names_one_commit_and_no_force(void **state)
{
	const char *commit = "0123456789012345678901234567890123456789";
	struct transfer_way w = way("ssh://pmqa@hall", 0);
	struct transfer t;
	struct err e;
	int at, i;

	(void)state;
	assert_ok(transfer_push(&w, commit, &t, &e), &e);

	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 2],
	    "0123456789012345678901234567890123456789:refs/heads/office");
	assert_null(t.argv[at + 3]);
	for (i = 0; t.argv[i] != NULL; i++) {
		assert_null(strstr(t.argv[i], "force"));
		assert_true(t.argv[i][0] != '+');
	}
}

static void
test_transfer__what_waits_for_a_merge_goes_beside_the_branch(void **state)
{
	const char *commit = "0123456789012345678901234567890123456789";
	struct transfer_way w = way("ssh://pmqa@hall", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_push_side(&w, commit, &t, &e), &e);

	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 2],
	    "0123456789012345678901234567890123456789:refs/side/a");
	assert_null(t.argv[at + 3]);
}

static void
test_transfer__environment_is_complete_and_pinned(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall", 0);
	struct transfer t;
	struct err e;

	(void)state;
	setenv("GIT_SSH_COMMAND", "evil", 1);
	assert_ok(transfer_fetch(&w, &t, &e), &e);
	unsetenv("GIT_SSH_COMMAND");

	assert_true(find(t.env, "GIT_CONFIG_NOSYSTEM=1") >= 0);
	assert_true(find(t.env, "GIT_CONFIG_GLOBAL=/dev/null") >= 0);
	assert_true(find(t.env, "GIT_ALLOW_PROTOCOL=ssh") >= 0);
	assert_true(find(t.env, "GIT_TERMINAL_PROMPT=0") >= 0);
	assert_true(find(t.env, "HOME=/var/lib/my dir") >= 0);
	assert_true(find(t.env, "LC_ALL=C") >= 0);
	assert_true(
	    find(t.env, "PMQA_SSH_CONFIG=/var/lib/my dir/ssh_config") >= 0);
	assert_true(find_start(t.env, "GIT_SSH=/") >= 0);
	assert_true(find_start(t.env, "GIT_SSH_COMMAND") < 0);
	assert_true(find_start(t.env, "PMQA_HALL_DIR") < 0);
	assert_true(find_start(t.env, "PMQA_SSH_CONTROL") < 0);
	assert_true(find(t.argv, "core.hooksPath=/dev/null") > 0);
	assert_true(find(t.argv, "transfer.fsckObjects=true") > 0);
}

static void
test_transfer__hall_on_this_machine_needs_no_ssh(void **state)
{
	struct transfer_way w = way("/srv/hall", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_true(transfer_is_local(&w));
	assert_ok(transfer_fetch(&w, &t, &e), &e);

	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 1], "ssh://local/office");
	assert_true(find(t.env, "PMQA_HALL_DIR=/srv/hall") >= 0);
	assert_true(find(t.env, "PMQA_DEVICE=9105-a") >= 0);
	assert_true(find_start(t.env, "PMQA_SSH_CONFIG") < 0);
}

static void
test_transfer__shared_connection_is_one_socket_for_all(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall:2222", 1);
	struct transfer fetch, master;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_fetch(&w, &fetch, &e), &e);
	assert_ok(transfer_master(&w, &master, &e), &e);

	assert_true(find(fetch.env,
			"PMQA_SSH_CONTROL=/var/lib/my dir/ssh/master") >= 0);
	at = find(master.argv, "-S");
	assert_string_equal(master.argv[at + 1], "/var/lib/my dir/ssh/master");
	at = find(master.argv, "--");
	assert_string_equal(master.argv[at + 1], "ssh://pmqa@hall:2222");
	assert_null(master.argv[at + 2]);
	assert_true(find(master.argv, "-N") > 0);
}

static void
test_transfer__refuses_a_path_no_socket_can_have(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall", 1);
	char dir[600], path[600];
	struct transfer t;
	struct err e;

	(void)state;
	memset(conf.dir, 'x', 100);
	conf.dir[0] = '/';
	conf.dir[100] = '\0';
	assert_err(transfer_socket(&conf, dir, path, sizeof(path), &e),
	    ERR_INVALID, &e, "socket");
	assert_err(transfer_master(&w, &t, &e), ERR_INVALID, &e, "socket");
	snprintf(conf.dir, sizeof(conf.dir), "/srv/100%%h");
	assert_err(transfer_socket(&conf, dir, path, sizeof(path), &e),
	    ERR_INVALID, &e, "socket");
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_transfer__evidence_goes_to_its_own_path_and_name(void **state)
{
	const char *commit = "0123456789012345678901234567890123456789";
	struct transfer_way w = way("ssh://pmqa@hall", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_evidence_push(&w, SHA, commit, 1, &t, &e), &e);

	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 1], "ssh://pmqa@hall/evidence/" SHA);
	assert_string_equal(t.argv[at + 2],
	    "0123456789012345678901234567890123456789:refs/evidence/" SHA);
	assert_null(t.argv[at + 3]);
	assert_true(find(t.argv, "--git-dir=/var/lib/my dir/evidence.git") > 0);
	assert_int_equal(find(t.argv, "--force"), -1);

	assert_ok(transfer_evidence_push(&w, SHA, commit, 0, &t, &e), &e);
	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 2],
	    "0123456789012345678901234567890123456789:refs/uploads/" SHA);
}

static void
test_transfer__evidence_list_asks_for_two_names(void **state)
{
	struct transfer_way w = way("/srv/hall", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_evidence_list(&w, SHA, &t, &e), &e);

	assert_true(find(t.argv, "ls-remote") > 0);
	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 1], "ssh://local/evidence/" SHA);
	assert_string_equal(t.argv[at + 2], "refs/evidence/" SHA);
	assert_string_equal(t.argv[at + 3], "refs/uploads/" SHA);
	assert_null(t.argv[at + 4]);
	assert_true(find(t.env, "PMQA_HALL_DIR=/srv/hall") >= 0);
}

#define ID "0123456789012345678901234567890123456789"

static void
test_transfer__a_step_is_one_commit_of_one_branch(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall:2222", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_fetch_step(&w, "office", ID, &t, &e), &e);

	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 1], "ssh://pmqa@hall:2222/office");
	assert_string_equal(t.argv[at + 2], "+" ID ":refs/incoming/office");
	assert_null(t.argv[at + 3]);
	assert_true(find(t.argv, "--prune") < 0);
}

static void
test_transfer__steps_are_asked_of_our_own_ssh(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall:2222", 0);
	struct transfer t;
	struct err e;

	(void)state;
	assert_ok(transfer_steps(&w, "hall", NULL, NULL, &t, &e), &e);
	assert_string_equal(strrchr(t.argv[0], '/'), "/pmqa-ssh");
	assert_string_equal(t.argv[1], "-p");
	assert_string_equal(t.argv[2], "2222");
	assert_string_equal(t.argv[3], "pmqa@hall");
	assert_string_equal(t.argv[4], "pmqa-steps 'hall' - -");
	assert_null(t.argv[5]);
	assert_true(
	    find(t.env, "PMQA_SSH_CONFIG=/var/lib/my dir/ssh_config") >= 0);

	w = way("/srv/hall", 0);
	assert_ok(transfer_steps(&w, "evidence/" SHA, ID, ID, &t, &e), &e);
	assert_string_equal(t.argv[1], "local");
	assert_string_equal(
	    t.argv[2], "pmqa-steps 'evidence/" SHA "' " ID " " ID);
	assert_true(find(t.env, "PMQA_HALL_DIR=/srv/hall") >= 0);
}

static void
test_transfer__a_file_is_fetched_without_telling_of_others(void **state)
{
	struct transfer_way w = way("ssh://pmqa@hall", 0);
	struct transfer t;
	struct err e;
	int at;

	(void)state;
	assert_ok(transfer_evidence_fetch(&w, SHA, ID, NULL, &t, &e), &e);
	assert_true(find(t.argv, "fetch.negotiationAlgorithm=noop") > 0);
	at = find(t.argv, "--end-of-options");
	assert_string_equal(t.argv[at + 1], "ssh://pmqa@hall/evidence/" SHA);
	assert_string_equal(t.argv[at + 2], "+" ID ":refs/uploads/" SHA);
	assert_true(find(t.argv, "--git-dir=/var/lib/my dir/evidence.git") > 0);

	assert_ok(transfer_evidence_fetch(&w, SHA, ID, ID, &t, &e), &e);
	assert_true(find(t.argv, "fetch.negotiationAlgorithm=noop") < 0);
	assert_true(find(t.argv, "--negotiation-tip=" ID) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_transfer__fetch_has_exact_refs_after_the_address),
		cmocka_unit_test(
		    test_transfer__push_names_one_commit_and_no_force),
		cmocka_unit_test(
		    test_transfer__what_waits_for_a_merge_goes_beside_the_branch),
		cmocka_unit_test(
		    test_transfer__environment_is_complete_and_pinned),
		cmocka_unit_test(
		    test_transfer__hall_on_this_machine_needs_no_ssh),
		cmocka_unit_test(
		    test_transfer__shared_connection_is_one_socket_for_all),
		cmocka_unit_test(
		    test_transfer__refuses_a_path_no_socket_can_have),
		cmocka_unit_test(
		    test_transfer__evidence_goes_to_its_own_path_and_name),
		cmocka_unit_test(
		    test_transfer__evidence_list_asks_for_two_names),
		cmocka_unit_test(
		    test_transfer__a_step_is_one_commit_of_one_branch),
		cmocka_unit_test(test_transfer__steps_are_asked_of_our_own_ssh),
		cmocka_unit_test(
		    test_transfer__a_file_is_fetched_without_telling_of_others),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
