#include "tests/unit/test.h"

#include "daemon/oversight/alert_send.h"

#define NOON INT64_C(1800000000)

static struct conf
conf(int thai)
{
	struct conf c;

	conf_defaults(ROLE_HALL, &c);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	snprintf(c.alerts.mail, sizeof(c.alerts.mail), "a@example.org");
	c.alerts.thai = thai;
	return c;
}

static cJSON *
list(void)
{
	static const char text[] =
	    "[{\"id\":1,\"end\":false,\"message\":\"9105 is refused\","
	    "\"message_th\":\"9105 ถูกปฏิเสธ\",\"since\":"
	    "\"2027-01-15T15:00:00+07:00\"},"
	    "{\"id\":2,\"end\":true,\"message\":\"9106 is late\","
	    "\"message_th\":\"9106 ล่าช้า\",\"since\":"
	    "\"2027-01-15T15:00:00+07:00\",\"ended\":"
	    "\"2027-01-16T15:00:00+07:00\"}]";
	cJSON *ret = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), 10000, &ret, &e), &e);
	return ret;
}

static void
test_alert_text__says_what_began_and_what_is_over(void **state)
{
	struct buf subject = BUF_INIT, body = BUF_INIT;
	struct conf c = conf(0);
	cJSON *alerts = list();
	struct err e;

	(void)state;
	assert_ok(alert_send_text(&c, alerts, &subject, &body, &e), &e);

	assert_string_equal(buf_str(&subject), "pmqa 91 สตูล: 1 alerts, 1 over");
	assert_non_null(strstr(buf_str(&body), "ALERT: 9105 is refused\n"
					       "  since 2027-01-15 15:00\n"));
	assert_non_null(strstr(buf_str(&body),
	    "OVER: 9106 is late\n"
	    "  since 2027-01-15 15:00, until 2027-01-16 15:00\n"));
	buf_release(&subject);
	buf_release(&body);
	cJSON_Delete(alerts);
}

static void
test_alert_text__speaks_thai(void **state)
{
	struct buf subject = BUF_INIT, body = BUF_INIT;
	struct conf c = conf(1);
	cJSON *alerts = list();
	struct err e;

	(void)state;
	assert_ok(alert_send_text(&c, alerts, &subject, &body, &e), &e);

	assert_non_null(strstr(buf_str(&body), "9105 ถูกปฏิเสธ"));
	assert_non_null(strstr(buf_str(&body), "15 ม.ค. 2570 15:00"));
	buf_release(&subject);
	buf_release(&body);
	cJSON_Delete(alerts);
}

static void
test_alert_text__the_same_mail_has_the_same_id(void **state)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct conf c = conf(0);
	cJSON *alerts = list();
	const char *ida, *idb;
	struct err e;

	(void)state;
	assert_ok(alert_send_mail(&c, alerts, NOON, &a, &e), &e);
	assert_ok(alert_send_mail(&c, alerts, NOON + 99, &b, &e), &e);

	ida = strstr(buf_str(&a), "Message-ID: ");
	idb = strstr(buf_str(&b), "Message-ID: ");
	assert_non_null(ida);
	assert_non_null(idb);
	assert_memory_equal(ida, idb, strcspn(ida, "\n"));
	assert_non_null(
	    strstr(buf_str(&a), "Date: Fri, 15 Jan 2027 15:00:00 +0700\n"));
	buf_release(&a);
	buf_release(&b);
	cJSON_Delete(alerts);
}

/* A name of any length and script makes header lines that mail allows. */
static void
test_alert_text__header_lines_are_short_and_plain(void **state)
{
	struct buf mail = BUF_INIT;
	struct conf c = conf(0);
	const char *s;
	size_t i, len;
	struct err e;

	(void)state;
	for (i = 0; i + 3 < CONF_NAME_MAX; i += 3)
		memcpy(c.name + i, "ก", 4);
	assert_ok(alert_send_mail(&c, NULL, NOON, &mail, &e), &e);

	for (s = buf_str(&mail); *s != '\n'; s += len + 1) {
		len = strcspn(s, "\n");
		assert_true(len > 0 && len <= 78);
		for (i = 0; i < len; i++)
			assert_true((unsigned char)s[i] < 0x80);
	}
	buf_release(&mail);
}

static int
set(int (*setter)(struct conf *c, const char *v, struct err *e),
    const char *value)
{
	struct conf c = conf(0);
	struct err e;

	c.alerts.mail[0] = '\0'; /* mail and command are not set together */
	return setter(&c, value, &e);
}

static void
test_alert_text__takes_no_address_that_is_an_option(void **state)
{
	(void)state;
	assert_int_equal(set(conf_alerts_set_mail, "a@b.c, d@e"), 0);
	assert_int_equal(set(conf_alerts_set_mail, "-oQ@x"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_mail, "a@b.c|sh"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_mail, "a"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_mail, "@a"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_mail, ", "), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_command, "tell"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_command, "/bin/tell a b"), 0);
	assert_int_equal(set(conf_alerts_set_when, "08:30"), 0);
	assert_int_equal(set(conf_alerts_set_when, "23.59"), 0);
	assert_int_equal(set(conf_alerts_set_when, "24:00"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_when, "8:30"), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_when, ""), ERR_INVALID);
	assert_int_equal(set(conf_alerts_set_kinds, "disk, notice"), 0);
	assert_int_equal(set(conf_alerts_set_kinds, "disks"), ERR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_alert_text__says_what_began_and_what_is_over),
		cmocka_unit_test(test_alert_text__speaks_thai),
		cmocka_unit_test(
		    test_alert_text__the_same_mail_has_the_same_id),
		cmocka_unit_test(
		    test_alert_text__header_lines_are_short_and_plain),
		cmocka_unit_test(
		    test_alert_text__takes_no_address_that_is_an_option),
	};

	return cmocka_run_group_tests_name("alert_text", tests, NULL, NULL);
}
