#include "tests/unit/test.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/trust.h"
#include "store/git/giterr.h"
#include "store/hall/enroll_line.h"
#include "store/hall/ministry.h"
#include "store/hall/ministry_take.h"
#include "store/provinces.h"
#include "store/setup.h"

#define NONCE "0123456789abcdef0123456789abcdef"

static char *top;
static struct store *m;
static struct key hall;

static int
group_setup(void **state)
{
	struct err e;

	(void)state;
	return key_init(&e) < 0 || giterr_init(&e) < 0 ? -1 : 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	giterr_shutdown();
	return 0;
}

static int
setup(void **state)
{
	struct conf c;
	struct err e = { 0 };

	(void)state;
	top = test_dir();
	conf_defaults(ROLE_MINISTRY, &c);
	snprintf(c.dir, sizeof(c.dir), "%s/M", top);
	snprintf(c.code, sizeof(c.code), "00");
	snprintf(c.name, sizeof(c.name), "กระทรวง");
	assert_ok(setup_init(&c, &e), &e);
	assert_ok(store_open(c.dir, STORE_WRITE, &m, &e), &e);
	assert_ok(key_generate(&hall, &e), &e);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_close(m);
	key_release(&hall);
	test_dir_remove(top);
	return 0;
}

/* A line as `pmqa hall auditors add` prints it; key NULL: the ministry's. */
static char *
line_of(const struct key *signer, const char *code, const char *key,
    const char *url)
{
	char own[KEY_LINE_MAX], hall_key[KEY_LINE_MAX], when[CLOCK_TEXT];
	cJSON *body = cJSON_CreateObject(), *urls = cJSON_CreateArray();
	struct buf line = BUF_INIT;
	struct err e = { 0 };
	char *text;

	key_line(store_key(m)->pub, own);
	key_line(signer->pub, hall_key);
	clock_rfc3339(when, clock_now(), 420);
	assert_ok(json_put_str(body, "code", code, &e), &e);
	assert_ok(json_put_str(body, "hall_key", hall_key, &e), &e);
	assert_ok(json_put_str(body, "hall_name", "สตูล", &e), &e);
	assert_ok(json_put_str(body, "host_key", hall_key, &e), &e);
	assert_ok(json_put_str(body, "key", key != NULL ? key : own, &e), &e);
	assert_ok(json_put_str(body, "name", "interior", &e), &e);
	assert_ok(json_put_str(body, "nonce", NONCE, &e), &e);
	assert_ok(json_put_str(body, "time", when, &e), &e);
	assert_ok(json_push_str(urls, url, &e), &e);
	assert_ok(json_put(body, "urls", urls, &e), &e);
	assert_ok(
	    enroll_line_write(ENROLL_PROVINCE, body, signer, &line, &e), &e);
	text = buf_take(&line);
	assert_non_null(text);
	cJSON_Delete(body);
	return text;
}

static int
add(char *line, struct err *e)
{
	cJSON *ret = NULL;
	int rc = ministry_add(m, line, &ret, e);

	cJSON_Delete(ret);
	free(line);
	return rc;
}

static void
test_ministry__add_writes_what_ssh_and_git_need(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	char path[600];

	(void)state;
	assert_ok(
	    add(line_of(&hall, "91", NULL, "ssh://pmqa@hall:2222"), &e), &e);

	assert_int_equal(provinces_count(m), 1);
	assert_string_equal(provinces_at(m, 0)->conf.hall_name, "สตูล");
	assert_string_equal(provinces_at(m, 0)->conf.auditor, "interior");
	snprintf(path, sizeof(path), "%s/M/provinces/91/ssh_config", top);
	assert_ok(file_read(path, 8192, &text, &e), &e);
	assert_non_null(strstr(buf_str(&text), "/M/keys/ministry\n"));
	buf_release(&text);
	snprintf(
	    path, sizeof(path), "%s/M/provinces/91/province.git/HEAD", top);
	assert_int_equal(access(path, R_OK), 0);
}

static void
test_ministry__add_refuses_a_line_for_another_key(void **state)
{
	char other[KEY_LINE_MAX];
	struct err e = { 0 };

	(void)state;
	key_line(hall.pub, other);

	assert_int_equal(
	    add(line_of(&hall, "91", other, "ssh://pmqa@hall"), &e),
	    ERR_INVALID);

	assert_non_null(strstr(e.hint, "pmqa ministry key"));
	assert_int_equal(provinces_count(m), 0);
}

static void
test_ministry__add_refuses_another_key_of_a_known_province(void **state)
{
	struct err e = { 0 };
	struct key other;

	(void)state;
	assert_ok(key_generate(&other, &e), &e);
	assert_ok(add(line_of(&hall, "91", NULL, "ssh://pmqa@hall"), &e), &e);

	assert_int_equal(
	    add(line_of(&other, "91", NULL, "ssh://pmqa@hall"), &e),
	    ERR_CONFLICT);

	assert_memory_equal(
	    provinces_at(m, 0)->conf.hall_pub, hall.pub, sizeof(hall.pub));
	key_release(&other);
}

static void
test_ministry__add_wants_an_address_over_ssh(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
	    add(line_of(&hall, "91", NULL, "https://hall.example"), &e),
	    ERR_INVALID);
	assert_non_null(strstr(e.msg, "over ssh"));
}

static void
test_ministry__trusts_each_hall_for_its_own_offices_alone(void **state)
{
	const unsigned char *pub = NULL;
	const char *code = NULL;
	struct err e = { 0 };
	struct key other;

	(void)state;
	assert_ok(key_generate(&other, &e), &e);
	assert_ok(add(line_of(&hall, "91", NULL, "ssh://pmqa@hall"), &e), &e);
	assert_ok(add(line_of(&other, "92", NULL, "ssh://pmqa@other"), &e), &e);

	assert_ok(trust_hall_of(m, "9105", &code, &pub, &e), &e);
	assert_string_equal(code, "91");
	assert_memory_equal(pub, hall.pub, sizeof(hall.pub));
	assert_ok(trust_hall_of(m, "9201", &code, &pub, &e), &e);
	assert_string_equal(code, "92");
	assert_memory_equal(pub, other.pub, sizeof(other.pub));
	assert_int_equal(
	    trust_hall_of(m, "9301", &code, &pub, &e), ERR_NOT_FOUND);
	key_release(&other);
}

static void
test_ministry__writes_no_branch(void **state)
{
	struct branch *b = NULL;
	struct err e = { 0 };

	(void)state;
	assert_ok(add(line_of(&hall, "91", NULL, "ssh://pmqa@hall"), &e), &e);

	assert_int_equal(store_own_branch(m, "9105", &b, &e), ERR_DENIED);
	assert_int_equal(
	    store_branch(m, "9105", "office", &b, &e), ERR_NOT_FOUND);
}

/* What stands in refs/incoming/ is checked, whoever put it there. */
static void
test_ministry__takes_no_line_that_the_hall_did_not_sign(void **state)
{
	struct commit c = { .office = "91", .device = "91-h", .sequence = 1 };
	unsigned char id[20], now[20];
	struct buf raw = BUF_INIT;
	struct repo *r = NULL;
	struct err e = { 0 };
	struct key other;
	int64_t n = 0;

	(void)state;
	assert_ok(key_generate(&other, &e), &e);
	assert_ok(add(line_of(&hall, "91", NULL, "ssh://pmqa@hall"), &e), &e);
	assert_ok(provinces_repo(m, "91", &r, &e), &e);
	snprintf(c.person, sizeof(c.person), "hall");
	snprintf(c.login, sizeof(c.login), "hall");
	snprintf(c.subject, sizeof(c.subject), "x");
	snprintf(c.action, sizeof(c.action), "province");
	c.time = clock_now();
	assert_ok(repo_put(r, OBJECT_TREE, "", 0, c.tree, &e), &e);
	assert_ok(commit_build(&c, &other, &raw, &e), &e);
	assert_ok(
	    repo_put(r, OBJECT_COMMIT, buf_str(&raw), raw.len, id, &e), &e);
	assert_ok(repo_flush(r, &e), &e);
	assert_ok(repo_move_ref(r, "refs/incoming/hall", NULL, id, &e), &e);

	assert_int_equal(ministry_take_hall(m, "91", &n, &e), ERR_REFUSED);

	assert_non_null(strstr(e.msg, "another key than the hall's"));
	assert_int_equal(
	    repo_ref(r, "refs/heads/hall", now, &e), ERR_NOT_FOUND);
	buf_release(&raw);
	key_release(&other);
}

static void
test_ministry__remove_sets_aside(void **state)
{
	cJSON *ret = NULL;
	struct err e = { 0 };

	(void)state;
	assert_ok(add(line_of(&hall, "91", NULL, "ssh://pmqa@hall"), &e), &e);

	assert_ok(ministry_remove(m, "91", &ret, &e), &e);

	assert_int_equal(provinces_count(m), 0);
	assert_int_equal(access(json_str(ret, "aside"), R_OK), 0);
	cJSON_Delete(ret);
	assert_int_equal(ministry_remove(m, "91", &ret, &e), ERR_NOT_FOUND);
	assert_ok(add(line_of(&hall, "91", NULL, "ssh://pmqa@hall"), &e), &e);
	assert_int_equal(provinces_count(m), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_ministry__add_writes_what_ssh_and_git_need),
		T(test_ministry__add_refuses_a_line_for_another_key),
		T(test_ministry__add_refuses_another_key_of_a_known_province),
		T(test_ministry__add_wants_an_address_over_ssh),
		T(test_ministry__trusts_each_hall_for_its_own_offices_alone),
		T(test_ministry__writes_no_branch),
		T(test_ministry__takes_no_line_that_the_hall_did_not_sign),
		T(test_ministry__remove_sets_aside),
	};

	return cmocka_run_group_tests_name(
	    "ministry", tests, group_setup, group_teardown);
}
