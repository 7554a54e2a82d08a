#include "tests/unit/test.h"

#include "daemon/sync/transfer.h"
#include "store/conf_https.h"

#define COMMIT "0123456789012345678901234567890123456789"
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct conf conf;

static struct transfer_way
way(void)
{
	struct transfer_way w = { .conf = &conf };

	memset(&conf, 0, sizeof(conf));
	snprintf(conf.dir, sizeof(conf.dir), "/var/lib/pmqa");
	snprintf(conf.code, sizeof(conf.code), "9105");
	conf.device = 'a';
	conf.n_urls = 1;
	snprintf(conf.urls[0], sizeof(conf.urls[0]), "https://hall:9443");
	return w;
}

static int
has(const char *const *list, const char *what)
{
	int i;

	for (i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], what) == 0)
			return 1;
	return 0;
}

static void
test_transfer_https__the_address_says_who_comes(void **state)
{
	struct transfer_way w = way();
	struct transfer t;
	struct err e;

	(void)state;
	assert_true(transfer_is_https(&w));
	assert_ok(transfer_fetch(&w, &t, &e), &e);
	assert_true(has(t.argv, "https://hall:9443/9105-a/office"));
	assert_true(has(t.env, "GIT_ALLOW_PROTOCOL=https"));
	assert_ok(transfer_evidence_push(&w, SHA, COMMIT, 1, &t, &e), &e);
	assert_true(has(t.argv, "https://hall:9443/9105-a/evidence/" SHA));
	conf.road_device = 'c'; /* the hall knows the new one only later */
	assert_ok(transfer_push(&w, COMMIT, &t, &e), &e);
	assert_true(has(t.argv, "https://hall:9443/9105-c/office"));
}

static void
test_transfer_https__its_own_key_and_nobody_elses_way(void **state)
{
	struct transfer_way w = way();
	struct transfer t;
	struct err e;

	(void)state;
	assert_ok(transfer_fetch(&w, &t, &e), &e);
	assert_true(has(t.argv, "http.sslCert=/var/lib/pmqa/keys/https.pem"));
	assert_true(has(t.argv, "http.sslKey=/var/lib/pmqa/keys/https.pem"));
	assert_true(has(t.argv, "http.followRedirects=false"));
	assert_true(has(t.argv, "credential.helper="));
	assert_true(has(t.argv, "http.proxy="));
}

/* Only a pin may take the place of an authority. */
static void
test_transfer_https__without_a_pin_the_server_is_verified(void **state)
{
	struct transfer_way w = way();
	struct transfer t;
	struct err e;

	(void)state;
	assert_ok(transfer_fetch(&w, &t, &e), &e);
	assert_false(has(t.argv, "http.sslVerify=false"));

	assert_ok(conf_add_pin(&conf.pins, PIN, &e), &e);
	assert_ok(transfer_fetch(&w, &t, &e), &e);
	assert_true(has(t.argv, "http.sslVerify=false"));
	assert_true(has(t.argv, "http.pinnedPubkey=" PIN));

	snprintf(conf.https_ca, sizeof(conf.https_ca), "/etc/ca.pem");
	assert_ok(transfer_fetch(&w, &t, &e), &e);
	assert_false(has(t.argv, "http.sslVerify=false"));
	assert_true(has(t.argv, "http.sslCAInfo=/etc/ca.pem"));
	assert_true(has(t.argv, "http.pinnedPubkey=" PIN));
}

static void
test_transfer_https__steps_are_asked_for_by_git(void **state)
{
	struct transfer_way w = way();
	struct transfer t;
	struct err e;

	(void)state;
	assert_ok(transfer_steps(&w, "hall", NULL, COMMIT, &t, &e), &e);
	assert_true(has(t.argv, "ls-remote"));
	assert_true(
	    has(t.argv, "https://hall:9443/9105-a/steps/hall/-/" COMMIT));
}

static void
test_transfer_https__everything_fits_at_its_longest(void **state)
{
	struct transfer_way w = way();
	struct transfer t;
	struct err e;
	int i;

	(void)state;
	memset(conf.dir, 'd', sizeof(conf.dir) - 1);
	memset(conf.https_ca, 'c', sizeof(conf.https_ca) - 1);
	memset(conf.https_proxy, 'p', sizeof(conf.https_proxy) - 1);
	for (i = 0; i < CONF_PINS; i++)
		assert_ok(conf_add_pin(&conf.pins, PIN, &e), &e);
	assert_err(
	    conf_add_pin(&conf.pins, PIN, &e), ERR_INVALID, &e, "more than");
	w.holds = COMMIT;
	assert_ok(transfer_evidence_fetch(&w, SHA, COMMIT, COMMIT, &t, &e), &e);
	assert_ok(transfer_evidence_push(&w, SHA, COMMIT, 0, &t, &e), &e);
	assert_ok(transfer_fetch(&w, &t, &e), &e);
}

static void
test_transfer_https__pins_are_written_and_read_back(void **state)
{
	struct conf_pins pins = { .n = 0 };
	char text[CONF_PINS_TEXT];
	struct err e;

	(void)state;
	assert_ok(conf_parse_pins(PIN ";" PIN, &pins, &e), &e);
	assert_int_equal(pins.n, 2);
	conf_pins_text(&pins, text);
	assert_string_equal(text, PIN ";" PIN);
	assert_ok(conf_parse_pins("", &pins, &e), &e);
	assert_int_equal(pins.n, 0);
	assert_err(conf_parse_pins(";", &pins, &e), ERR_INVALID, &e, "pin");
	assert_err(conf_parse_pins(PIN "x", &pins, &e), ERR_INVALID, &e, "pin");
}

static void
test_transfer_https__an_address_is_a_host_and_a_port(void **state)
{
	(void)state;
	assert_true(conf_is_https("https://hall"));
	assert_true(conf_is_https("https://hall.example.org:65535"));
	assert_false(conf_is_https("https://"));
	assert_false(conf_is_https("https://user@hall"));
	assert_false(conf_is_https("https://hall/"));
	assert_false(conf_is_https("https://hall:0"));
	assert_false(conf_is_https("https://hall:65536"));
	assert_false(conf_is_https("https://-hall"));
	assert_false(conf_is_https("http://hall"));
	assert_false(conf_is_https("https://hall:443#x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_transfer_https__the_address_says_who_comes),
		cmocka_unit_test(
		    test_transfer_https__its_own_key_and_nobody_elses_way),
		cmocka_unit_test(
		    test_transfer_https__without_a_pin_the_server_is_verified),
		cmocka_unit_test(
		    test_transfer_https__steps_are_asked_for_by_git),
		cmocka_unit_test(
		    test_transfer_https__everything_fits_at_its_longest),
		cmocka_unit_test(
		    test_transfer_https__pins_are_written_and_read_back),
		cmocka_unit_test(
		    test_transfer_https__an_address_is_a_host_and_a_port),
	};

	return cmocka_run_group_tests_name("transfer_https", tests, NULL, NULL);
}
