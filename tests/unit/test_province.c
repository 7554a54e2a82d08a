#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/hall/accepted.h"
#include "store/hall/auditors.h"
#include "store/hall/enroll_line.h"
#include "store/hall/province.h"
#include "tests/support/pair.h"

#define OTHER_KEY                                                              \
	"ssh-ed25519 "                                                         \
	"AAAAC3NzaC1lZDI1NTE5AAAAIFPSwTO92JiKJKnW7Yw4MNFpRcWTgnsHjM1d6srb5psT"

static int
setup(void **state)
{
	*state = pair_make();
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static struct store *
hall(void **state)
{
	struct pair *p = *state;

	return p->hall.store;
}

static const char *
hall_dir(void **state)
{
	return store_conf(hall(state))->dir;
}

static void
update(void **state, int anchor)
{
	struct err e;

	assert_ok(province_update(hall(state), anchor, NULL, &e), &e);
}

/* What stock git prints for one command on province.git. */
static char *
git(void **state, const char *a, const char *b, const char *c)
{
	char path[600];
	const char *argv[] = { "/usr/bin/git", "-C", path, a, b, c, NULL };
	char *out = NULL;

	snprintf(path, sizeof(path), "%s/province.git", hall_dir(state));
	assert_int_equal(test_run(argv, &out), 0);
	out[strcspn(out, "\n")] = '\0';
	return out;
}

static void
assert_ref(void **state, const char *ref, const unsigned char id[20])
{
	char hex[41], *out = git(state, "rev-parse", ref, NULL);

	commit_hex(id, hex);
	assert_string_equal(out, hex);
	free(out);
}

static void
log_push(void **state, int64_t time, const char *id)
{
	struct accepted_entry en = { .office = "9105",
		.device = "9105-a",
		.ref = "refs/heads/office",
		.new_ = id,
		.result = "admitted",
		.road = "path",
		.time = time };
	struct err e;

	assert_ok(accepted_add(hall_dir(state), &en, NULL, &e), &e);
}

static void
test_province__shows_offices_without_storing_them_again(void **state)
{
	struct pair *p = *state;
	struct branch *b = NULL;
	struct err e;
	char *out;

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	pair_sync(p);
	update(state, 0);

	assert_ok(store_branch(hall(state), "9105", "hall", &b, &e), &e);
	assert_ref(state, "refs/halls/9105", b->tip);
	free(git(state, "fsck", "--strict", "--full"));
	out = git(state, "cat-file", "blob", "refs/heads/hall:offices.json");
	free(out);
	out = git(state, "count-objects", "-v", NULL);
	assert_non_null(strstr(out, "count: "));
	assert_true(strtol(out + 7, NULL, 10) < 12);
	free(out);
}

static void
test_province__signs_what_the_hall_says(void **state)
{
	update(state, 0);
	free(git(state, "verify-commit", "refs/heads/hall", NULL));
}

static void
test_province__writes_nothing_when_nothing_changed(void **state)
{
	int changed = 7;
	struct err e;

	update(state, 0);
	assert_ok(province_update(hall(state), 1, &changed, &e), &e);
	assert_int_equal(changed, 0);
	assert_ok(province_refs(hall(state), &changed, &e), &e);
	assert_int_equal(changed, 0);
}

static void
test_province__anchors_the_log_when_somebody_comes(void **state)
{
	struct province_anchor a;
	struct accepted_head h;
	struct err e;

	update(state, 0);
	log_push(state, 1776000000, NULL);
	/* the log alone is no reason while the last commit is young */
	update(state, 0);
	assert_ok(province_anchor(hall(state), &a, &e), &e);
	assert_int_equal(a.n, 0);
	update(state, 1);
	assert_ok(province_anchor(hall(state), &a, &e), &e);
	assert_ok(accepted_head(hall_dir(state), &h, &e), &e);

	assert_int_equal(a.n, 1);
	assert_string_equal(a.hash, h.hash);
}

static void
test_province__goes_on_from_its_last_commit(void **state)
{
	char *before, *after, range[100];

	update(state, 0);
	before = git(state, "rev-parse", "refs/heads/hall", NULL);
	log_push(state, 1776000000, NULL);
	update(state, 1);
	snprintf(range, sizeof(range), "%s..refs/heads/hall", before);
	after = git(state, "rev-list", "--count", range);

	assert_string_equal(after, "1");
	free(before);
	free(after);
}

static void
test_province__enters_a_push_whose_line_a_crash_kept_out(void **state)
{
	struct pair *p = *state;
	struct accepted_query q = { .limit = 10, .oldest_first = 1 };
	struct branch *b = NULL;
	cJSON *page = NULL;
	struct err e;
	char hex[41];
	const cJSON *line;

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	pair_sync(p);
	assert_ok(store_branch(hall(state), "9105", "hall", &b, &e), &e);
	assert_ok(province_start(hall(state), &e), &e);
	/* a second start adds nothing */
	assert_ok(province_start(hall(state), &e), &e);
	assert_ok(accepted_page(hall_dir(state), &q, &page, &e), &e);
	assert_ok(store_branch(hall(state), "9105", "office", &b, &e), &e);
	commit_hex(b->tip, hex);
	line = json_get(page, "entries")->child;
	assert_non_null(line);
	assert_string_equal(json_str(line, "new"), hex);
	assert_string_equal(json_str(line, "device"), "9105-a");
	assert_null(line->next);
	cJSON_Delete(page);
}

static void
test_province__is_no_office_s(void **state)
{
	struct pair *p = *state;
	struct err e;

	assert_err(province_update(p->office.store, 0, NULL, &e), ERR_USAGE, &e,
	    "only a hall has a province");
}

static cJSON *
add(void **state, const char *name, const char *key)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(auditors_add(hall(state), name, key, &ret, &e), &e);
	return ret;
}

static void
test_auditors__give_a_line_that_can_be_read(void **state)
{
	cJSON *r = add(state, "sao", OTHER_KEY " someone@sao"), *body = NULL;
	unsigned char signer[KEY_PUBLIC_LEN];
	struct err e;

	/* it has no term */
	assert_ok(enroll_line_read(ENROLL_PROVINCE, json_str(r, "line"),
		      INT64_C(4000000000), &body, signer, &e),
	    &e);
	assert_memory_equal(
	    signer, store_key(hall(state))->pub, sizeof(signer));
	assert_string_equal(json_str(body, "code"), "91");
	assert_string_equal(json_str(body, "name"), "sao");
	assert_string_equal(json_str(body, "key"), OTHER_KEY);
	cJSON_Delete(body);
	cJSON_Delete(r);
}

static void
test_auditors__stand_in_the_file_for_sshd(void **state)
{
	struct buf text = BUF_INIT;
	char path[600];
	cJSON *r = NULL;
	struct err e;

	cJSON_Delete(add(state, "sao", OTHER_KEY));
	snprintf(path, sizeof(path), "%s/authorized_keys", hall_dir(state));
	assert_ok(file_read(path, 1 << 20, &text, &e), &e);
	assert_non_null(strstr(text.data, " --auditor sao\" " OTHER_KEY));
	buf_clear(&text);
	assert_ok(auditors_remove(hall(state), "sao", &r, &e), &e);
	assert_ok(file_read(path, 1 << 20, &text, &e), &e);
	assert_null(strstr(text.data, "--auditor"));
	cJSON_Delete(r);
	buf_release(&text);
}

static void
test_auditors__refuse_names_that_a_command_line_must_not_have(void **state)
{
	static const char *const bad[] = { "", "A", "9a", "a b", "a\"", "-a",
		"a'", "a/b", "a\n", "abcdefghijklmnopqrstuvwxyz0123456" };
	cJSON *r = NULL;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_err(auditors_add(hall(state), bad[i], OTHER_KEY, &r, &e),
		    ERR_INVALID, &e, "cannot be the name of an auditor");
}

static void
test_auditors__have_one_key_each(void **state)
{
	struct pair *p = *state;
	char key[KEY_LINE_MAX];
	cJSON *r = NULL;
	struct err e;

	cJSON_Delete(add(state, "sao", OTHER_KEY));
	assert_err(auditors_add(hall(state), "oag", OTHER_KEY, &r, &e),
	    ERR_CONFLICT, &e, "that of auditor 'sao'");
	key_line(store_key(p->office.store)->pub, key);
	assert_err(auditors_add(hall(state), "oag", key, &r, &e), ERR_CONFLICT,
	    &e, "registered as device 9105-a");
	assert_err(auditors_add(hall(state), "sao", key, &r, &e), ERR_CONFLICT,
	    &e, "has another key");
	/* the same again gives a fresh line */
	cJSON_Delete(add(state, "sao", OTHER_KEY));
	assert_ok(auditors_list(hall(state), &r, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(r, "auditors")), 1);
	cJSON_Delete(r);
}

static void
test_auditors__refuse_a_file_that_somebody_broke(void **state)
{
	static const char *const bad[] = { "[]\n", "{}",
		"{\n  \"A B\": {}\n}\n", "{\n  \"sao\": {}\n}\n" };
	char path[600];
	cJSON *r = NULL;
	struct err e;
	size_t i;

	snprintf(path, sizeof(path), "%s/auditors.json", hall_dir(state));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_ok(
		    file_write(path, bad[i], strlen(bad[i]), 0644, &e), &e);
		assert_err(auditors_list(hall(state), &r, &e), ERR_INVALID, &e,
		    "auditors.json");
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_province__shows_offices_without_storing_them_again),
		T(test_province__signs_what_the_hall_says),
		T(test_province__writes_nothing_when_nothing_changed),
		T(test_province__anchors_the_log_when_somebody_comes),
		T(test_province__goes_on_from_its_last_commit),
		T(test_province__enters_a_push_whose_line_a_crash_kept_out),
		T(test_province__is_no_office_s),
		T(test_auditors__give_a_line_that_can_be_read),
		T(test_auditors__stand_in_the_file_for_sshd),
		T(test_auditors__refuse_names_that_a_command_line_must_not_have),
		T(test_auditors__have_one_key_each),
		T(test_auditors__refuse_a_file_that_somebody_broke),
	};

	return cmocka_run_group_tests_name(
	    "province", tests, test_libraries_up, test_libraries_down);
}
