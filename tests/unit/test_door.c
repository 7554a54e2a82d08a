#include "tests/unit/test.h"

#include "base/clock.h"
#include "tests/support/office.h"
#include "tests/support/push.h"

#define ZERO_ID "0000000000000000000000000000000000000000"

/* --- what passes --- */

static void
test_door__takes_a_good_revision(void **state)
{
	struct forge *f = *state;
	struct err e;

	forge_good(f, "ประชาชนมีส่วนร่วม");

	assert_ok(push(f, &e), &e);
}

static void
test_door__takes_many_revisions_at_once(void **state)
{
	struct forge *f = *state;
	char text[40];
	struct err e;
	int i;

	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "ครั้งที่ %d", i);
		forge_good(f, text);
	}

	assert_ok(push(f, &e), &e);
}

static void
test_door__takes_the_first_push_of_an_office(void **state)
{
	struct forge *f = *state;
	struct door_update u = push_update(f);
	char path[400];
	struct err e;

	snprintf(path, sizeof(path), "%s/refs/heads/office", f->repo_path);
	assert_int_equal(0, remove(path));
	memcpy(u.old, ZERO_ID, sizeof(u.old));

	assert_ok(push_updates(f, &u, 1, &e), &e);
}

static void
test_door__takes_objects_that_the_hall_has_already(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	unsigned char id[20];
	struct err e;

	forge_good(f, "ใหม่");
	/* as git completes a thin pack */
	forge_read(f, f->first, OBJECT_COMMIT, &raw);
	forge_object(f, OBJECT_COMMIT, raw.data, raw.len, id);

	assert_ok(push(f, &e), &e);
	buf_release(&raw);
}

/* --- the update itself --- */

static void
test_door__refuses_to_delete_the_branch(void **state)
{
	struct forge *f = *state;
	struct door_update u = push_update(f);

	memcpy(u.new_, ZERO_ID, sizeof(u.new_));

	push_refused_updates(
	    f, &u, 1, "branch 'office' cannot be deleted: history only grows");
}

static void
test_door__refuses_another_branch(void **state)
{
	struct forge *f = *state;
	struct door_update u;

	forge_good(f, "ใหม่");
	u = push_update(f);
	snprintf(u.ref, sizeof(u.ref), "refs/heads/hall");
	push_refused_updates(
	    f, &u, 1, "only branch 'office' can be pushed here");
	snprintf(u.ref, sizeof(u.ref), "refs/heads/office2");
	push_refused_updates(
	    f, &u, 1, "only branch 'office' can be pushed here");
	snprintf(u.ref, sizeof(u.ref), "refs/tags/office");
	push_refused_updates(
	    f, &u, 1, "only branch 'office' can be pushed here");
}

static void
test_door__refuses_two_branches_in_one_push(void **state)
{
	struct forge *f = *state;
	struct door_update u[2];

	forge_good(f, "ใหม่");
	u[0] = u[1] = push_update(f);
	snprintf(u[1].ref, sizeof(u[1].ref), "refs/heads/more");

	push_refused_updates(
	    f, u, 2, "a push may move exactly one branch, this one moves 2");
	push_refused_updates(
	    f, u, 0, "a push may move exactly one branch, this one moves 0");
}

static void
test_door__refuses_a_push_on_an_older_state(void **state)
{
	struct forge *f = *state;
	struct door_update u;

	forge_good(f, "ใหม่");
	u = push_update(f);
	commit_hex(f->first, u.old);

	push_refused_updates(f, &u, 1, "the branch was moved by another push");
}

static void
test_door__refuses_an_unknown_device(void **state)
{
	struct forge *f = *state;
	struct door_update u;
	struct err e;

	forge_good(f, "ใหม่");
	u = push_update(f);

	assert_err(door_check(f->repo_path, f->quarantine, "9105-b", &u, 1, &e),
	    ERR_REFUSED, &e, "device 9105-b is not registered at the hall");
	assert_err(door_check(f->repo_path, f->quarantine, "9106-a", &u, 1, &e),
	    ERR_REFUSED, &e, "device 9106-a is not one of office 9105");
}

static void
test_door__refuses_a_revoked_device(void **state)
{
	struct forge *f = *state;

	forge_registry(f, "revoked", "2090-01-01T00:00:00+07:00");
	forge_good(f, "ใหม่");

	push_refused(f, "device 9105-a was revoked by the hall");
}

static void
test_door__refuses_objects_that_no_revision_uses(void **state)
{
	struct forge *f = *state;
	unsigned char junk[20];
	char hex[41], sentence[120];

	forge_good(f, "ใหม่");
	forge_object(f, OBJECT_BLOB, "junk", 4, junk);
	commit_hex(junk, hex);
	snprintf(sentence, sizeof(sentence),
	    "the push has an object that no revision of it uses: %.10s", hex);

	push_refused(f, sentence);
}

/* --- history --- */

static void
test_door__refuses_rewritten_history(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	memcpy(f->c.parents[0], f->first, 20);
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_refused(
	    f, "the new history does not continue the one that is stored");
}

static void
test_door__refuses_going_back(void **state)
{
	struct forge *f = *state;

	memcpy(f->office.tip, f->first, 20);

	push_refused(
	    f, "the new history does not continue the one that is stored");
}

static void
test_door__refuses_two_parents(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.n_parents = 2;
	memcpy(f->c.parents[1], f->first, 20);
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(
	    f, "follows two revisions, but its action is 'set', not 'merge'");
}

static void
test_door__refuses_a_merge_that_hides_the_old_tip_behind_its_second_parent(
    void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.n_parents = 2;
	memcpy(f->c.parents[0], f->first, 20);
	memcpy(f->c.parents[1], f->second, 20);
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(
	    f, "follows two revisions, but its action is 'set', not 'merge'");
}

static void
test_door__refuses_a_gap_in_the_sequence(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.sequence = 4;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(
	    f, "is revision 4 of device 9105-a, but its last one was 2");
}

static void
test_door__refuses_a_sequence_used_twice(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.sequence = 2;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(
	    f, "is revision 2 of device 9105-a, but its last one was 2");
}

static void
test_door__refuses_a_time_in_the_future(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.time = clock_now() + 2 * 86400;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "was made at ");
	push_refused(f, "which is in the future");
}

static void
test_door__refuses_a_time_long_before_the_parent(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.time = f->office.time - 2 * 86400;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_refused(f, "more than a day before the revision it follows");
}

static void
test_door__refuses_the_whole_push_for_one_bad_revision(void **state)
{
	struct forge *f = *state;

	forge_good(f, "ดี");
	forge_begin(f, &f->office);
	f->c.sequence = 9;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"เสีย\"\n}\n");
	forge_end(f);
	f->office.sequence = 4;
	forge_good(f, "ดีอีก");

	push_refused(
	    f, "is revision 9 of device 9105-a, but its last one was 3");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, push_setup, push_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__takes_a_good_revision),
		TEST(test_door__takes_many_revisions_at_once),
		TEST(test_door__takes_the_first_push_of_an_office),
		TEST(test_door__takes_objects_that_the_hall_has_already),
		TEST(test_door__refuses_to_delete_the_branch),
		TEST(test_door__refuses_another_branch),
		TEST(test_door__refuses_two_branches_in_one_push),
		TEST(test_door__refuses_a_push_on_an_older_state),
		TEST(test_door__refuses_an_unknown_device),
		TEST(test_door__refuses_a_revoked_device),
		TEST(test_door__refuses_objects_that_no_revision_uses),
		TEST(test_door__refuses_rewritten_history),
		TEST(test_door__refuses_going_back),
		TEST(test_door__refuses_two_parents),
		TEST(
		    test_door__refuses_a_merge_that_hides_the_old_tip_behind_its_second_parent),
		TEST(test_door__refuses_a_gap_in_the_sequence),
		TEST(test_door__refuses_a_sequence_used_twice),
		TEST(test_door__refuses_a_time_in_the_future),
		TEST(test_door__refuses_a_time_long_before_the_parent),
		TEST(test_door__refuses_the_whole_push_for_one_bad_revision),
	};

	return cmocka_run_group_tests_name(
	    "door", tests, test_libraries_up, test_libraries_down);
}
