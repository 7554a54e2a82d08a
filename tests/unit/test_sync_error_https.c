#include "tests/unit/test.h"

#include "daemon/sync/sync_error.h"

#define HALL "https://hall.example"
#define GIT "fatal: unable to access 'https://hall.example/9105-a/office/': "

static struct sync_fault
read_text(const char *text)
{
	struct child_result r;
	struct sync_fault f;

	memset(&r, 0, sizeof(r));
	r.status = 128;
	buf_puts(&r.err, text);
	sync_error_read(&r, HALL, &f);
	buf_release(&r.err);
	return f;
}

static void
is_fault(const char *text, enum sync_class class, enum err_code code,
    int no_road, const char *part)
{
	struct sync_fault f = read_text(text);

	assert_int_equal(f.class, class);
	assert_int_equal(f.err.code, code);
	assert_int_equal(f.no_road, no_road);
	if (strstr(f.err.msg, part) == NULL)
		fail_msg("'%s' lacks '%s'", f.err.msg, part);
}

static void
test_sync_error_https__who_answers_needs_a_person(void **state)
{
	(void)state;
	is_fault(GIT "with http.pinnedPubkey configuration: SSL: public key "
		     "does not match pinned public key\n",
	    SYNC_PERSON, ERR_DENIED, 0, "gave at enrolment");
	is_fault(GIT "server certificate verification failed. CAfile: none "
		     "CRLfile: none\n",
	    SYNC_PERSON, ERR_DENIED, 0, "vouches");
	is_fault(GIT "SSL certificate problem: certificate has expired\n",
	    SYNC_PERSON, ERR_DENIED, 0, "run out");
	is_fault(GIT "SSL: certificate subject name (x) does not match target "
		     "host name 'hall.example'\n",
	    SYNC_PERSON, ERR_DENIED, 0, "another name");
	/* of libcurl 8.14, of Debian 13 */
	is_fault(GIT "server verification failed: certificate signer not "
		     "trusted. (CAfile: /etc/ssl/certs/ca-certificates.crt "
		     "CRLfile: none)\n",
	    SYNC_PERSON, ERR_DENIED, 0, "vouches");
	is_fault(GIT "server verification failed: certificate has expired. "
		     "(CAfile: none CRLfile: none)\n",
	    SYNC_PERSON, ERR_DENIED, 0, "run out");
	is_fault(GIT "SSL: certificate subject name (x) does not match target "
		     "hostname 'hall.example'\n",
	    SYNC_PERSON, ERR_DENIED, 0, "another name");
	is_fault(GIT "Problem with the SSL CA cert (path? access rights?)\n",
	    SYNC_PERSON, ERR_FAILED, 0, "of this machine");
}

static void
test_sync_error_https__answers_of_a_server(void **state)
{
	(void)state;
	is_fault(GIT "The requested URL returned error: 403\n", SYNC_PERSON,
	    ERR_DENIED, 0, "certificate");
	is_fault("fatal: could not read Username for 'https://hall.example': "
		 "terminal prompts disabled\n",
	    SYNC_PERSON, ERR_DENIED, 0, "password");
	is_fault(GIT "Received HTTP code 407 from proxy after CONNECT\n",
	    SYNC_PERSON, ERR_DENIED, 0, "proxy");
	is_fault(GIT "The requested URL returned error: 302\n", SYNC_RETRY,
	    ERR_UNREACHABLE, 1, "elsewhere");
	is_fault("error: RPC failed; HTTP 413 curl 22 The requested URL "
		 "returned error: 413\nsend-pack: unexpected disconnect\n",
	    SYNC_RETRY, ERR_UNREACHABLE, 0, "of this size");
	is_fault(GIT "The requested URL returned error: 502\n", SYNC_RETRY,
	    ERR_FAILED, 0, "cannot take revisions now");
	is_fault("fatal: repository 'https://hall.example/9105-a/office/' not "
		 "found\n",
	    SYNC_RETRY, ERR_UNREACHABLE, 1, "does not speak");
}

static void
test_sync_error_https__roads(void **state)
{
	(void)state;
	is_fault(GIT "Could not resolve host: hall.example\n", SYNC_RETRY,
	    ERR_UNREACHABLE, 1, "cannot reach");
	is_fault(GIT "Failed to connect to hall.example port 443 after 1 ms: "
		     "Couldn't connect to server\n",
	    SYNC_RETRY, ERR_UNREACHABLE, 1, "cannot reach");
	is_fault(GIT "GnuTLS, handshake failed: The TLS connection was "
		     "non-properly terminated.\n",
	    SYNC_RETRY, ERR_UNREACHABLE, 1, "does not speak");
	is_fault("error: RPC failed; curl 56 GnuTLS recv error (-110)\n",
	    SYNC_RETRY, ERR_UNREACHABLE, 0, "was cut");
}

/* The address of the sentence is not said twice. */
static void
test_sync_error_https__the_reason_is_gits_without_its_address(void **state)
{
	struct sync_fault f =
	    read_text(GIT "Could not resolve host: hall.example\n");

	(void)state;
	assert_string_equal(f.err.msg,
	    "cannot reach the hall at 'https://hall.example': Could not "
	    "resolve host: hall.example");
	assert_true(f.err.th[0] != '\0');
}

/* What the hall says itself comes first, whatever git makes of it. */
static void
test_sync_error_https__the_halls_own_sentence_wins(void **state)
{
	struct sync_fault f =
	    read_text("remote: pmqa-denied: device 9105-a was revoked\n" GIT
		      "The requested URL returned error: 403\n");

	(void)state;
	assert_int_equal(f.class, SYNC_PERSON);
	assert_non_null(strstr(f.err.msg, "was revoked"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_sync_error_https__who_answers_needs_a_person),
		cmocka_unit_test(test_sync_error_https__answers_of_a_server),
		cmocka_unit_test(test_sync_error_https__roads),
		cmocka_unit_test(
		    test_sync_error_https__the_reason_is_gits_without_its_address),
		cmocka_unit_test(
		    test_sync_error_https__the_halls_own_sentence_wins),
	};

	return cmocka_run_group_tests_name(
	    "sync_error_https", tests, NULL, NULL);
}
