#include "tests/unit/test.h"

#include "daemon/receive/http_request.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID "0123456789abcdef0123456789abcdef01234567"
#define UPLOAD "application/x-git-upload-pack-request"

/* The command that a request becomes must be one that is taken over ssh. */
static void
becomes(const char *method, const char *uri, const char *type,
    const char *device, const char *command, int look)
{
	struct http_request r;
	struct command c;
	struct err e;

	assert_ok(http_request_parse(method, uri, type, &r, &e), &e);
	assert_string_equal(r.device, device);
	assert_string_equal(r.command, command);
	assert_int_equal(r.look, look);
	assert_ok(command_parse(r.command, &c, &e), &e);
}

static void
test_http_request__becomes_the_command_of_ssh(void **state)
{
	(void)state;
	becomes("GET", "/9105-a/office/info/refs?service=git-upload-pack", NULL,
	    "9105-a", "git-upload-pack 'office'", 1);
	becomes("GET", "/9105-b/office/info/refs?service=git-receive-pack", "",
	    "9105-b", "git-receive-pack 'office'", 1);
	becomes("POST", "/9105-a/office/git-upload-pack", UPLOAD, "9105-a",
	    "git-upload-pack 'office'", 0);
	becomes("GET",
	    "/9105-a/evidence/" SHA "/info/refs?service=git-receive-pack", NULL,
	    "9105-a", "git-receive-pack 'evidence/" SHA "'", 1);
	becomes("GET",
	    "/9105-a/steps/hall/-/-/info/refs?service=git-upload-pack", NULL,
	    "9105-a", "pmqa-steps 'hall' - -", 1);
	becomes("GET",
	    "/9105-a/steps/evidence/" SHA "/" ID "/" ID
	    "/info/refs?service=git-upload-pack",
	    NULL, "9105-a", "pmqa-steps 'evidence/" SHA "' " ID " " ID, 1);
}

static void
test_http_request__no_other_address_is_one(void **state)
{
	const char *const uris[] = { "", "/", "//", "/9105-a", "/9105-a/",
		"/9105-a/office", "/9105-a/office/",
		"/9105-a/office/git-upload-pack/",
		"/9105-a/office//git-upload-pack",
		"/9105-a/office/git-upload-archive",
		"/9105-a/office/info/refs?service=git-upload-pack&a=b",
		"/9105-a/office/info/refs?service=",
		"/9105-a/officeX/git-upload-pack",
		"/9105-a/hall/git-upload-pack",
		"/9105-a/evidence/" ID "/git-upload-pack",
		"/9105-a/steps/office/-/git-upload-pack",
		"/9105-a/steps/office/-/-/git-upload-pack",
		"/9105-a/steps/office/" SHA
		"/-/info/refs?service=git-upload-pack",
		("/9105-a/steps/office/-/-"
		 "/info/refs?service=git-receive-pack"),
		"/9105-h/office/git-upload-pack",
		"/910-a/office/git-upload-pack",
		"/91055-a/office/git-upload-pack", "9105-a/office/git-upload" };
	struct http_request r;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++)
		assert_err(http_request_parse("POST", uris[i], UPLOAD, &r, &e),
		    ERR_NOT_FOUND, &e, "nothing at this address");
	assert_err(http_request_parse("POST", NULL, UPLOAD, &r, &e),
	    ERR_NOT_FOUND, &e, "nothing");
	assert_err(http_request_parse(
		       NULL, "/9105-a/office/git-upload-pack", UPLOAD, &r, &e),
	    ERR_NOT_FOUND, &e, "nothing");
}

static void
test_http_request__method_and_type_must_fit(void **state)
{
	static const char uri[] = "/9105-a/office/git-upload-pack";
	struct http_request r;
	struct err e;

	(void)state;
	assert_err(http_request_parse("GET", uri, UPLOAD, &r, &e), ERR_USAGE,
	    &e, "no request of this kind");
	assert_err(http_request_parse("post", uri, UPLOAD, &r, &e), ERR_USAGE,
	    &e, "no request of this kind");
	assert_err(http_request_parse("POST", uri, NULL, &r, &e), ERR_USAGE, &e,
	    "no request of this kind");
	assert_err(
	    http_request_parse("POST", uri, UPLOAD "; charset=x", &r, &e),
	    ERR_USAGE, &e, "no request of this kind");
}

static void
told(const char *protocol, const char *of_us, const char *want)
{
	char text[64];

	http_request_told(protocol, of_us, text, sizeof(text));
	assert_string_equal(text, want);
}

static void
test_http_request__two_headers_are_one_word(void **state)
{
	(void)state;
	told(NULL, NULL, "");
	told("version=2", NULL, "version=2");
	told("version=2", "pmqa=1", "version=2:pmqa=1");
	told(NULL, "pmqa=1", "pmqa=1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_request__becomes_the_command_of_ssh),
		cmocka_unit_test(test_http_request__no_other_address_is_one),
		cmocka_unit_test(test_http_request__method_and_type_must_fit),
		cmocka_unit_test(test_http_request__two_headers_are_one_word),
	};

	return cmocka_run_group_tests_name("http_request", tests, NULL, NULL);
}
