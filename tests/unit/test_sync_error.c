#include "tests/unit/test.h"

#include "daemon/sync/remark.h"
#include "daemon/sync/sync_error.h"

#define HALL "ssh://pmqa@hall.example"

static struct sync_fault
read_text(int status, const char *text)
{
	struct child_result r;
	struct sync_fault f;

	memset(&r, 0, sizeof(r));
	r.status = status;
	buf_puts(&r.err, text);
	sync_error_read(&r, HALL, &f);
	buf_release(&r.err);
	return f;
}

static void
test_sync_error__host_key_needs_a_person(void **state)
{
	struct sync_fault f = read_text(128,
	    "No ED25519 host key is known for [127.0.0.1]:2222 and you have "
	    "requested strict checking.\r\nHost key verification failed.\r\n"
	    "fatal: Could not read from remote repository.\n");

	(void)state;
	assert_int_equal(f.class, SYNC_PERSON);
	assert_non_null(strstr(f.err.msg, "host key"));
	assert_non_null(strstr(f.err.msg, HALL));
	assert_true(f.err.hint[0] != '\0');
}

static void
test_sync_error__refused_key_needs_a_person(void **state)
{
	struct sync_fault f = read_text(128,
	    "pmqa@hall.example: Permission denied (publickey).\r\n"
	    "fatal: Could not read from remote repository.\n\nPlease make sure "
	    "you have the correct access rights\nand the repository exists.\n");

	(void)state;
	assert_int_equal(f.class, SYNC_PERSON);
	assert_int_equal(f.err.code, ERR_DENIED);
	assert_int_equal(f.no_road, 0);
}

static void
test_sync_error__no_road_is_retried_at_another_address(void **state)
{
	const char *const texts[] = {
		"ssh: Could not resolve hostname hall.example: Temporary "
		"failure in name resolution\r\n",
		"ssh: connect to host hall.example port 22: Connection "
		"refused\r\n",
		"ssh: connect to host 10.0.0.1 port 22: Connection timed out\n",
		"ssh: connect to host 10.0.0.1 port 22: No route to host\n",
		"ssh: connect to host 10.0.0.1 port 22: Network is "
		"unreachable\n",
		"kex_exchange_identification: Connection closed by remote "
		"host\nConnection closed by 127.0.0.1 port 2222\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sync_fault f = read_text(128, texts[i]);

		assert_int_equal(f.class, SYNC_RETRY);
		assert_int_equal(f.err.code, ERR_UNREACHABLE);
		assert_int_equal(f.no_road, 1);
	}
}

static void
test_sync_error__cut_connection_is_retried(void **state)
{
	struct sync_fault f = read_text(128,
	    "Writing objects:  40% (2/5)\rclient_loop: send disconnect: Broken "
	    "pipe\r\nfatal: the remote end hung up unexpectedly\n");

	(void)state;
	assert_int_equal(f.class, SYNC_RETRY);
	assert_int_equal(f.err.code, ERR_UNREACHABLE);
	assert_int_equal(f.no_road, 0);
}

static void
test_sync_error__refusal_carries_the_halls_sentence(void **state)
{
	struct sync_fault f = read_text(1,
	    "remote: Checking connectivity: 3, done.        \n"
	    "remote: pmqa-refused: 1a2b3c4d: the signature is not by 9105-a"
	    "        \nTo ssh://hall\n ! [remote rejected] 1a2b -> office "
	    "(pre-receive hook declined)\n");

	(void)state;
	assert_int_equal(f.class, SYNC_REFUSED);
	assert_int_equal(f.err.code, ERR_REFUSED);
	assert_string_equal(f.err.msg,
	    "the hall refuses: 1a2b3c4d: the signature is not by 9105-a");
}

static void
test_sync_error__the_halls_thai_and_hint_come_along(void **state)
{
	struct sync_fault f =
	    read_text(1, "remote: pmqa-refused: the clock is wrong        \n"
			 "remote: pmqa-th: นาฬิกาไม่ตรง        \n"
			 "remote: pmqa-hint: set the clock\n"
			 "remote: pmqa-hint-th: ตั้งนาฬิกา\n"
			 " ! [remote rejected] 1a2b -> office (pre-receive "
			 "hook declined)\n");
	struct sync_fault alone = read_text(
	    1, "remote: pmqa-th: นาฬิกาไม่ตรง\nremote: pmqa-hint: do it\n");

	(void)state;
	assert_string_equal(f.err.msg, "the hall refuses: the clock is wrong");
	assert_string_equal(f.err.th, "the hall refuses: นาฬิกาไม่ตรง");
	assert_string_equal(f.err.hint, "set the clock");
	assert_string_equal(f.err.hint_th, "ตั้งนาฬิกา");
	/* without a sentence of its own the hall said nothing */
	assert_int_equal(alone.class, SYNC_RETRY);
	assert_string_equal(alone.err.hint, "");
}

static void
test_sync_error__what_is_unreadable_here_is_no_refusal(void **state)
{
	static const char refusal[] =
	    "remote: pmqa-refused: the push is not in good order\n"
	    "remote: pmqa-th: ไม่ถูกต้อง\n"
	    "remote: pmqa-hint: look\n";
	char text[300];
	struct sync_fault f;

	(void)state;
	snprintf(text, sizeof(text),
	    "fatal: unable to read "
	    "587be6b4c3f93f93c489c0111bba5596147a26cb\n%s",
	    refusal);
	f = read_text(128, text);
	assert_int_equal(f.class, SYNC_PERSON);
	assert_int_equal(f.err.code, ERR_DAMAGED);
	assert_non_null(strstr(f.err.msg, "unable to read 587be6b4"));
	assert_non_null(strstr(f.err.hint, "pmqa verify"));
	assert_null(strstr(f.err.th, "ไม่ถูกต้อง"));
	/* said by the hall it is the hall's */
	snprintf(text, sizeof(text), "remote: fatal: unable to read 587b\n%s",
	    refusal);
	assert_int_equal(read_text(1, text).class, SYNC_REFUSED);
}

static void
test_sync_error__denied_device_needs_a_person(void **state)
{
	struct sync_fault f = read_text(
	    128, "pmqa-denied: device 9105-a was revoked\nfatal: x\n");

	(void)state;
	assert_int_equal(f.class, SYNC_PERSON);
	assert_int_equal(f.err.code, ERR_DENIED);
	assert_non_null(strstr(f.err.msg, "device 9105-a was revoked"));
}

static void
test_sync_error__trouble_at_the_hall_is_retried(void **state)
{
	struct sync_fault f =
	    read_text(1, "remote: pmqa-trouble: cannot open 'x'\n");

	(void)state;
	assert_int_equal(f.class, SYNC_RETRY);
	assert_int_equal(f.err.code, ERR_FAILED);
}

static void
test_sync_error__full_disk_needs_a_person(void **state)
{
	struct sync_fault f =
	    read_text(128, "fatal: write error: No space left on device\n");

	(void)state;
	assert_int_equal(f.class, SYNC_PERSON);
	assert_non_null(strstr(f.err.msg, "No space left"));
}

static void
test_sync_error__the_halls_full_disk_is_the_halls(void **state)
{
	struct sync_fault f = read_text(128,
	    "Writing objects: 100% (3/3), done.\n"
	    "remote: fatal: write error: No space left on device        \n"
	    "error: remote unpack failed: index-pack abnormal exit\n");

	(void)state;
	assert_int_equal(f.class, SYNC_RETRY);
	assert_int_equal(f.err.code, ERR_FAILED);
	assert_int_equal(f.no_road, 0);
	assert_non_null(strstr(f.err.msg, "the hall's disk"));
	assert_true(f.err.hint[0] != '\0');
	assert_true(f.err.th[0] != '\0');
}

static void
test_sync_error__what_speaks_no_ssh_may_be_a_sign_in_page(void **state)
{
	const char *const texts[] = {
		"kex_exchange_identification: Connection closed by remote "
		"host\n",
		"kex_exchange_identification: banner line contains invalid "
		"characters\nbanner exchange: Connection to 192.0.2.1 port 22: "
		"invalid format\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sync_fault f = read_text(255, texts[i]);

		assert_int_equal(f.class, SYNC_RETRY);
		assert_int_equal(f.err.code, ERR_UNREACHABLE);
		assert_int_equal(f.no_road, 1);
		assert_non_null(strstr(f.err.msg, "does not speak"));
		assert_non_null(strstr(f.err.hint, "sign in"));
	}
}

static void
test_sync_error__a_silent_peer_is_no_road(void **state)
{
	struct sync_fault f =
	    read_text(255, "Connection timed out during banner exchange\n"
			   "Connection to 192.0.2.1 port 22 timed out\n");

	(void)state;
	assert_int_equal(f.class, SYNC_RETRY);
	assert_int_equal(f.no_road, 1);
	assert_non_null(strstr(f.err.msg, "says nothing"));
}

/* ssh that ended without a word, seen by its daemon and through git */
static void
test_sync_error__a_branch_that_moved_is_no_fault(void **state)
{
	struct sync_fault f = read_text(1,
	    "To ssh://root@127.0.0.1:33933/office\n"
	    "   cb7ee5f..3ba5e24  3ba5e24f963f5108e3a652f5ae1e40cbbaf172dd -> "
	    "office\n");

	(void)state;
	assert_int_equal(f.class, SYNC_RETRY);
	assert_int_equal(f.no_road, 1);
	assert_null(strstr(f.err.msg, "cb7ee5f"));
}

static void
test_sync_error__no_word_at_all_is_a_cut(void **state)
{
	const char *const texts[] = { "",
		"fatal: Could not read from remote repository.\n\nPlease make "
		"sure you have the correct access rights\nand the repository "
		"exists.\n",
		"remote: Enumerating objects: 5, done.        \nReceiving "
		"objects: 100% (5/5), done.\nResolving deltas: 100% (2/2), "
		"completed with 2 local objects.\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sync_fault f = read_text(255, texts[i]);

		assert_int_equal(f.class, SYNC_RETRY);
		assert_int_equal(f.err.code, ERR_UNREACHABLE);
		assert_non_null(strstr(f.err.msg, "broke off"));
	}
}

/* one connection a sync: what ssh says when the shared one has gone */
static void
test_sync_error__a_lost_shared_connection_is_a_cut(void **state)
{
	const char *const texts[] = {
		"mux_client_request_session: read from master failed: Broken "
		"pipe\nkex_exchange_identification: Connection closed by "
		"remote host\n",
		"Control socket connect(/d/ssh/master): Connection refused\n"
		"kex_exchange_identification: Connection closed by remote "
		"host\n",
		"pmqa-ssh: the shared connection is gone\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sync_fault f = read_text(128, texts[i]);

		assert_int_equal(f.class, SYNC_RETRY);
		assert_int_equal(f.err.code, ERR_UNREACHABLE);
		assert_int_equal(f.no_road, 0);
		assert_non_null(strstr(f.err.msg, "was cut"));
		assert_non_null(strstr(f.err.hint, "pmqa sync"));
	}
}

static void
test_sync_error__unknown_is_retried_with_the_last_telling_line(void **state)
{
	struct sync_fault f = read_text(128,
	    "Authenticated to 192.0.2.1 ([192.0.2.1]:22) using \"publickey\"."
	    "\r\nfatal: something new\nTransferred: sent 2504, received 2428 "
	    "bytes, in 0.1 seconds\r\nBytes per second: sent 25040.0, "
	    "received 24280.0\r\nfatal: Could not read from remote "
	    "repository.\n\nPlease make sure you have the correct access "
	    "rights\nand the repository exists.\n");

	(void)state;
	assert_int_equal(f.class, SYNC_RETRY);
	assert_non_null(strstr(f.err.msg, "fatal: something new"));
}

static void
test_sync_error__time_outs_are_told_apart(void **state)
{
	const char *const words[] = { "took too long", "stood still",
		"called off" };
	int i;

	(void)state;
	for (i = 1; i <= 3; i++) {
		struct child_result r;
		struct sync_fault f;

		memset(&r, 0, sizeof(r));
		r.status = -1;
		r.term_signal = 15;
		r.timed_out = i;
		sync_error_read(&r, HALL, &f);
		assert_int_equal(f.class, SYNC_RETRY);
		assert_non_null(strstr(f.err.msg, words[i - 1]));
	}
}

static void
test_sync_error__hostile_bytes_do_not_pass(void **state)
{
	struct sync_fault f =
	    read_text(1, "remote: pmqa-refused: a\033[2Jb\xff\xfe"
			 "c\001d\n");
	const char *s;

	(void)state;
	assert_int_equal(f.class, SYNC_REFUSED);
	for (s = f.err.msg; *s != '\0'; s++)
		assert_true(
		    (unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f);
	assert_non_null(strstr(f.err.msg, "a?[2Jb??c?d"));
}

static void
test_sync_error__thai_sentences_stay_whole(void **state)
{
	char clean[16], whole[64];

	(void)state;
	remark_clean("remote: ละงู        ", whole, sizeof(whole));
	assert_string_equal(whole, "ละงู");
	/* cut inside a letter: its bytes become question marks, never bad
	 * UTF-8 */
	remark_clean("กกกกกก", clean, sizeof(clean));
	assert_string_equal(clean, "กกกกก");
	remark_clean("xกกกกก", clean, sizeof(clean));
	assert_string_equal(clean, "xกกกก??");
}

static void
test_sync_error__receipt_line_is_found_and_only_there(void **state)
{
	const char *text = NULL;
	size_t len = 0;

	(void)state;
	assert_true(remark_find("remote: pmqa-receipt: {\"a\":1}        ",
	    REMARK_RECEIPT, &text, &len));
	assert_int_equal(len, 7);
	assert_memory_equal(text, "{\"a\":1}", 7);
	assert_false(remark_find(
	    "remote: x pmqa-receipt: {}", REMARK_RECEIPT, &text, &len));
	assert_false(remark_find("pmqa-receip", REMARK_RECEIPT, &text, &len));
}

static void
test_sync_error__damage_of_our_own_needs_a_person(void **state)
{
	struct sync_fault f;
	struct err e;

	(void)state;
	memset(&e, 0, sizeof(e));
	err_set(&e, ERR_DAMAGED, 0, "x");
	sync_error_own(&e, &f);
	assert_int_equal(f.class, SYNC_PERSON);
	err_set(&e, ERR_NOMEM, 0, "y");
	sync_error_own(&e, &f);
	assert_int_equal(f.class, SYNC_RETRY);
	assert_string_equal(sync_class_name(SYNC_REFUSED), "refused");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync_error__host_key_needs_a_person),
		cmocka_unit_test(test_sync_error__refused_key_needs_a_person),
		cmocka_unit_test(
		    test_sync_error__no_road_is_retried_at_another_address),
		cmocka_unit_test(test_sync_error__cut_connection_is_retried),
		cmocka_unit_test(
		    test_sync_error__the_halls_thai_and_hint_come_along),
		cmocka_unit_test(
		    test_sync_error__refusal_carries_the_halls_sentence),
		cmocka_unit_test(
		    test_sync_error__what_is_unreadable_here_is_no_refusal),
		cmocka_unit_test(test_sync_error__denied_device_needs_a_person),
		cmocka_unit_test(
		    test_sync_error__trouble_at_the_hall_is_retried),
		cmocka_unit_test(
		    test_sync_error__the_halls_full_disk_is_the_halls),
		cmocka_unit_test(
		    test_sync_error__what_speaks_no_ssh_may_be_a_sign_in_page),
		cmocka_unit_test(test_sync_error__a_silent_peer_is_no_road),
		cmocka_unit_test(
		    test_sync_error__a_branch_that_moved_is_no_fault),
		cmocka_unit_test(test_sync_error__no_word_at_all_is_a_cut),
		cmocka_unit_test(
		    test_sync_error__a_lost_shared_connection_is_a_cut),
		cmocka_unit_test(test_sync_error__full_disk_needs_a_person),
		cmocka_unit_test(
		    test_sync_error__unknown_is_retried_with_the_last_telling_line),
		cmocka_unit_test(test_sync_error__time_outs_are_told_apart),
		cmocka_unit_test(test_sync_error__hostile_bytes_do_not_pass),
		cmocka_unit_test(test_sync_error__thai_sentences_stay_whole),
		cmocka_unit_test(
		    test_sync_error__receipt_line_is_found_and_only_there),
		cmocka_unit_test(
		    test_sync_error__damage_of_our_own_needs_a_person),
	};

	return cmocka_run_group_tests_name("sync_error", tests, NULL, NULL);
}
