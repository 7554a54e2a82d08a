#include "tests/unit/test.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/git/refs.h"
#include "store/hall/enroll.h"
#include "store/hall/notice.h"
#include "store/hall/renew.h"
#include "store/hall/resign_files.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/signed.h"

#define YEAR 2565
#define TEN_YEARS (INT64_C(10) * 365 * 86400)

static int
setup(void **state)
{
	struct pair *p = pair_make();

	cJSON_Delete(test_office_open_year(&p->office, YEAR));
	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.1.B1", 1));
	pair_sync(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static struct branch *
own(struct pair *p)
{
	struct branch *b = NULL;
	struct err e;

	assert_ok(store_own_branch(p->office.store, "", &b, &e), &e);
	return b;
}

static void
read_commit(struct pair *p, const unsigned char id[20], struct commit *ret)
{
	struct buf raw = BUF_INIT;
	struct err e;

	assert_ok(
	    repo_read(own(p)->repo, id, OBJECT_COMMIT, COMMIT_MAX, &raw, &e),
	    &e);
	assert_ok(commit_parse(buf_str(&raw), raw.len, ret, &e), &e);
	buf_release(&raw);
}

static void
renew(struct pair *p, struct renewed *ret)
{
	struct err e;

	assert_ok(renew_device(p->office.store, NULL, ret, &e), &e);
}

/* The whole exchange of lines, again. */
static void
enrol(struct pair *p)
{
	cJSON *request = NULL, *answer = NULL, *done = NULL;
	struct err e;

	assert_ok(enroll_request(p->office.store, &request, &e), &e);
	assert_ok(enroll_admit(p->hall.store, &p->hall.person,
		      json_str(request, "request"), &answer, &e),
	    &e);
	assert_ok(journal_flush(p->hall.store, &e), &e);
	assert_ok(enroll_accept(
		      p->office.store, json_str(answer, "answer"), &done, &e),
	    &e);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(done);
}

static void
expect_sound(struct store *s)
{
	cJSON *v = NULL;
	char *text;
	struct err e;

	assert_ok(verify_run(s, NULL, NULL, &v, &e), &e);
	if (!json_bool(v, "ok", 0)) {
		text = cJSON_Print(v);
		fail_msg("%s", text);
	}
	cJSON_Delete(v);
}

static void
expect_same_when_rebuilt(struct store *s)
{
	char *before = pair_dump(s), *after;
	struct err e;

	assert_ok(absorb_reindex(s, NULL, NULL, &e), &e);
	after = pair_dump(s);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_renew__carries_over_what_was_never_sent(void **state)
{
	struct pair *p = *state;
	struct commit *old = malloc(sizeof(*old)), *now = malloc(sizeof(*now));
	unsigned char tip[20];
	char want[120], hex[41];
	struct renewed r;

	assert_non_null(old);
	assert_non_null(now);
	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	cJSON_Delete(
	    test_office_set(&p->office, YEAR, "1.1", "strengths", "ผู้นำลงพื้นที่"));
	memcpy(tip, own(p)->tip, 20);

	renew(p, &r);

	assert_string_equal(r.from, "9105-a");
	assert_string_equal(r.to, "9105-b");
	assert_int_equal(r.n, 2);
	assert_string_equal(r.first, "a3");
	assert_string_equal(r.last, "a4");
	assert_memory_equal(r.aside, tip, 20);
	assert_string_equal(store_device(p->office.store), "9105-b");
	read_commit(p, tip, old);
	read_commit(p, own(p)->tip, now);
	assert_string_equal(now->device, "9105-b");
	assert_int_equal(now->sequence, 2);
	assert_memory_equal(now->tree, old->tree, 20);
	assert_int_equal(now->time, old->time);
	assert_string_equal(now->person, old->person);
	assert_string_equal(now->subject, old->subject);
	commit_hex(tip, hex);
	snprintf(want, sizeof(want), "carried over from a4 (commit %s)", hex);
	assert_string_equal(now->reason, want);
	expect_sound(p->office.store);
	expect_same_when_rebuilt(p->office.store);
	free(old);
	free(now);
}

static void
test_renew__sends_nothing_until_the_hall_knows_the_new_key(void **state)
{
	struct pair *p = *state;
	struct renewed r;
	char road[16];
	struct err e;
	int settled = 1;

	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	assert_false(renew_is_waiting(store_conf(p->office.store), &e));
	renew(p, &r);

	assert_true(renew_is_waiting(store_conf(p->office.store), &e));
	assert_non_null(strstr(e.msg, "9105-b"));
	assert_non_null(strstr(e.hint, "pmqa enroll"));
	conf_road_device(store_conf(p->office.store), road);
	assert_string_equal(road, "9105-a");
	assert_ok(renew_settle(p->office.store, &settled, &e), &e);
	assert_false(settled);

	enrol(p);
	assert_false(renew_is_waiting(store_conf(p->office.store), &e));
	pair_fetch(p);
	pair_sync(p);
	expect_sound(p->office.store);
	expect_sound(p->hall.store);
}

static void
test_renew__settles_when_the_answer_was_lost_on_the_way(void **state)
{
	struct pair *p = *state;
	cJSON *request = NULL, *answer = NULL;
	struct renewed r;
	struct err e;
	int64_t n;
	int settled = 0;

	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	renew(p, &r);
	assert_ok(enroll_request(p->office.store, &request, &e), &e);
	assert_ok(enroll_admit(p->hall.store, &p->hall.person,
		      json_str(request, "request"), &answer, &e),
	    &e);
	pair_fetch(p);
	assert_ok(absorb_ref(p->office.store, "", "hall", "refs/incoming/hall",
		      &n, &e),
	    &e);

	assert_ok(renew_settle(p->office.store, &settled, &e), &e);

	assert_true(settled);
	assert_false(renew_is_waiting(store_conf(p->office.store), &e));
	cJSON_Delete(request);
	cJSON_Delete(answer);
}

static void
test_renew__a_second_one_takes_another_letter(void **state)
{
	struct pair *p = *state;
	struct renewed r;
	char road[16];

	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	renew(p, &r);
	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.3.B1", 1));

	renew(p, &r);

	assert_string_equal(r.from, "9105-b");
	assert_string_equal(r.to, "9105-c");
	assert_int_equal(r.n, 2);
	conf_road_device(store_conf(p->office.store), road);
	assert_string_equal(road, "9105-a");
	enrol(p);
	pair_sync(p);
	expect_sound(p->office.store);
}

static void
test_renew__with_nothing_unsent_changes_the_letter_alone(void **state)
{
	struct pair *p = *state;
	unsigned char tip[20];
	struct renewed r;
	cJSON *shown = NULL;
	struct err e;

	memcpy(tip, own(p)->tip, 20);
	renew(p, &r);

	assert_int_equal(r.n, 0);
	assert_memory_equal(own(p)->tip, tip, 20);
	assert_ok(renew_show(p->office.store, &shown, &e), &e);
	assert_string_equal(json_str(shown, "device"), "9105-b");
	assert_string_equal(json_str(shown, "hall_knows"), "9105-a");
	assert_int_equal(cJSON_GetArraySize(json_get(shown, "aside")), 0);
	cJSON_Delete(shown);
	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	enrol(p);
	pair_sync(p);
	expect_sound(p->hall.store);
}

static void
tick_at(struct pair *p, const char *item, int64_t when)
{
	struct save_change change = { item, "strengths", SAVE_SET, NULL };
	struct save_req req = { .office = "",
		.person = &p->office.person,
		.action = "set",
		.changes = &change,
		.n_changes = 1,
		.time = when };
	cJSON *text = cJSON_CreateString("นาฬิกาเดินเร็ว"), *ret = NULL;
	struct err e;

	change.value = text;
	assert_ok(save_group_begin(p->office.store, &e), &e);
	assert_ok(save_run(p->office.store, &req, &ret, &e), &e);
	assert_ok(save_group_end(p->office.store, &e), &e);
	cJSON_Delete(ret);
	cJSON_Delete(text);
}

static void
test_renew__brings_times_of_a_wrong_clock_back_to_now(void **state)
{
	struct pair *p = *state;
	struct commit *c = malloc(sizeof(*c));
	int64_t now = clock_now();
	struct renewed r;

	assert_non_null(c);
	tick_at(p, "2565/items/1.1.json", now + TEN_YEARS);
	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	read_commit(p, own(p)->tip, c);
	assert_true(c->time >= now + TEN_YEARS);

	renew(p, &r);

	assert_int_equal(r.n, 2);
	read_commit(p, own(p)->tip, c);
	assert_in_range(c->time, now, now + 60);
	enrol(p);
	pair_sync(p); /* the hall takes it */
	expect_sound(p->hall.store);
	free(c);
}

static void
test_renew__a_submission_names_what_it_signs_off(void **state)
{
	struct pair *p = *state;
	cJSON *assessment = NULL;
	enum signoff_state st;
	struct renewed r;
	struct err e;

	cJSON_Delete(test_office_tick(&p->office, YEAR, "1.2.B1", 1));
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);

	renew(p, &r);

	assert_int_equal(r.n, 2);
	assert_ok(
	    signoff_read(p->office.store, "", YEAR, &st, &assessment, NULL, &e),
	    &e);
	assert_string_equal(
	    json_str(json_get(assessment, "submission"), "revision"), "b1");
	cJSON_Delete(assessment);
	enrol(p);
	pair_sync(p);
	expect_sound(p->hall.store);
	expect_same_when_rebuilt(p->office.store);
}

static void
test_renew__never_takes_the_letter_of_another_device(void **state)
{
	struct pair *p = *state;
	struct renewed r;
	char path[400];

	/* a key that was made for a change that never came about */
	snprintf(path, sizeof(path), "%s/keys/device-b", p->office.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	renew(p, &r);

	assert_string_equal(r.to, "9105-c");
}

static void
test_renew__is_an_offices_alone(void **state)
{
	struct pair *p = *state;
	struct renewed r;
	struct err e;

	assert_err(renew_device(p->hall.store, NULL, &r, &e), ERR_USAGE, &e,
	    "only an office has devices");
}

static const char *
rename_a1(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "a1") == 0 ? "b12" : NULL;
}

static void
test_resign__puts_whole_names_right(void **state)
{
	char out[40];

	(void)state;
	resign_rename(
	    out, sizeof(out), "a1, ia1 a12 xa1 (a1)", rename_a1, NULL);
	assert_string_equal(out, "b12, ia1 a12 xa1 (b12)");
	resign_rename(out, 6, "a1 a1 a1", rename_a1, NULL);
	assert_string_equal(out, "b12 b");
	resign_cut(out, 6, "ผู้");
	assert_string_equal(out, "ผ");
}

static void
test_notice__is_kept_until_it_is_cleared(void **state)
{
	struct pair *p = *state;
	struct store *s = p->office.store;
	cJSON *list = NULL;
	struct err said, e;
	int64_t n;
	char key[16];
	int i;

	memset(&said, 0, sizeof(said));
	err_set(&said, ERR_FAILED, 0, "there is no revision yet");
	for (i = 0; i < NOTICE_MAX + 2; i++) {
		snprintf(key, sizeof(key), "%d", i);
		assert_ok(notice_add(s, "hall_back", key, &said, &e), &e);
		assert_ok(notice_add(s, "hall_back", key, &said, &e), &e);
	}
	assert_ok(notice_list(s, &list, &e), &e);
	assert_int_equal(cJSON_GetArraySize(list), NOTICE_MAX);
	assert_int_equal(json_int(cJSON_GetArrayItem(list, 0), "id", 0), 3);
	cJSON_Delete(list);
	assert_ok(notice_clear(s, 3, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_err(
	    notice_clear(s, 3, &n, &e), ERR_NOT_FOUND, &e, "no notice 3");
	assert_ok(notice_clear(s, 0, &n, &e), &e);
	assert_int_equal(n, NOTICE_MAX - 1);
}

static void
test_refs__a_file_of_its_own_is_read_without_the_repository(void **state)
{
	struct pair *p = *state;
	struct repo *r = own(p)->repo;
	unsigned char got[20] = { 0 };
	char dir[600], path[700];
	struct err e;

	snprintf(dir, sizeof(dir), "%s", repo_path(r));
	assert_int_equal(refs_peek(dir, "refs/heads/office", got), 1);
	assert_memory_equal(got, own(p)->tip, 20);

	assert_int_equal(refs_peek(dir, "refs/heads/none", got), 0);
	assert_int_equal(refs_peek(dir, "HEAD", got), 0);
	assert_int_equal(refs_peek(dir, "refs/heads", got), 0);
	snprintf(path, sizeof(path), "%s/refs/heads/short", dir);
	assert_ok(file_write(path, "0123\n", 5, 0600, &e), &e);
	assert_int_equal(refs_peek(dir, "refs/heads/short", got), 0);
}

static void
test_refs__are_listed_and_dropped_by_name(void **state)
{
	struct pair *p = *state;
	struct repo *r = own(p)->repo;
	struct refs refs = { NULL, 0 };
	unsigned char other[20] = { 1 };
	struct err e;

	assert_ok(refs_set_aside(r, own(p)->tip, &e), &e);
	assert_ok(refs_set_aside(r, own(p)->tip, &e), &e);
	assert_ok(refs_list(r, REFS_ASIDE, &refs, &e), &e);
	assert_int_equal(refs.n, 1);
	assert_memory_equal(refs.list[0].id, own(p)->tip, 20);
	assert_err(refs_drop(r, refs.list[0].name, other, &e), ERR_CONFLICT, &e,
	    "moved in the meantime");
	assert_ok(refs_drop(r, refs.list[0].name, own(p)->tip, &e), &e);
	assert_ok(refs_drop(r, refs.list[0].name, own(p)->tip, &e), &e);
	refs_release(&refs);
	assert_ok(refs_list(r, REFS_ASIDE, &refs, &e), &e);
	assert_int_equal(refs.n, 0);
	refs_release(&refs);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_renew__carries_over_what_was_never_sent),
		T(test_renew__sends_nothing_until_the_hall_knows_the_new_key),
		T(test_renew__settles_when_the_answer_was_lost_on_the_way),
		T(test_renew__a_second_one_takes_another_letter),
		T(test_renew__with_nothing_unsent_changes_the_letter_alone),
		T(test_renew__brings_times_of_a_wrong_clock_back_to_now),
		T(test_renew__a_submission_names_what_it_signs_off),
		T(test_renew__never_takes_the_letter_of_another_device),
		T(test_renew__is_an_offices_alone),
		T(test_notice__is_kept_until_it_is_cleared),
		T(test_refs__a_file_of_its_own_is_read_without_the_repository),
		T(test_refs__are_listed_and_dropped_by_name),
		cmocka_unit_test(test_resign__puts_whole_names_right),
	};

	return cmocka_run_group_tests_name(
	    "renew", tests, test_libraries_up, test_libraries_down);
}
