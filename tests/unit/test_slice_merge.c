/* slice: the histories of two devices go to the hall in pieces, each through its
 * door, whatever is cut in between. */
#include "store/admit/slice.h"

#include <stdio.h>

#include "store/admit/absorb.h"
#include "store/admit/door.h"
#include "store/admit/side.h"
#include "store/git/refs.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "store/view/verify.h"
#include "tests/support/pushed.h"
#include "tests/support/twins.h"
#include "tests/unit/test.h"

#define YEAR 2565

struct fixture {
	struct twins *d;
	struct join j;
	struct err e;
	uint64_t rnd;
	int sides, mains; /* slices pushed */
};

static void
set(struct fixture *x, size_t i, const char *item, const char *field,
    const char *text)
{
	cJSON_Delete(test_office_set(&x->d->at[i], YEAR, item, field, text));
}

static struct fixture *
begin(size_t n)
{
	struct fixture *x = calloc(1, sizeof(*x));
	size_t i;

	assert_non_null(x);
	x->d = twins_make(n);
	cJSON_Delete(test_office_open_year(&x->d->at[0], YEAR));
	for (i = 0; i < n; i++)
		twins_sync(x->d, i, &x->j);
	return x;
}

static void
end(struct fixture *x)
{
	twins_remove(x->d);
	free(x);
}

static void
hall_path(const struct fixture *x, char ret[320])
{
	snprintf(ret, 320, "%s/offices/9105.git", x->d->hall.dir);
}

/* The ref in the hall's repository as 40 hex digits, zeros if there is none. */
static void
hall_ref(struct fixture *x, const char *ref, char ret[41])
{
	struct repo *r = NULL;
	unsigned char id[20] = { 0 };

	assert_ok(store_repo(x->d->hall.store, "9105", &r, &x->e), &x->e);
	assert_ok(repo_refresh(r, &x->e), &x->e);
	(void)repo_ref(r, ref, id, &x->e);
	commit_hex(id, ret);
}

static void
git_push(struct fixture *x, size_t i, const char *hex, const char *ref)
{
	char to[320], spec[100];

	hall_path(x, to);
	snprintf(spec, sizeof(spec), "%s:%s", hex, ref);
	free(test_office_git(&x->d->at[i], "push", "-q", to, spec, NULL));
}

/* By stock git, forward only, and only what the door lets in. */
static void
push_slice(struct fixture *x, size_t i, const struct slice *sl)
{
	struct store *s = x->d->at[i].store;
	struct door_update u;
	char path[320], side[16];

	memset(&u, 0, sizeof(u));
	side_ref(store_device(s), side);
	snprintf(
	    u.ref, sizeof(u.ref), "%s", sl->side ? side : "refs/heads/office");
	commit_hex(sl->tip, u.new_);
	hall_ref(x, u.ref, u.old);
	/* the objects first, to be there when the door is asked */
	git_push(x, i, u.new_, "refs/tmp/pushed");
	hall_path(x, path);
	assert_ok(door_check(path, NULL, store_device(s), &u, 1, &x->e), &x->e);
	git_push(x, i, u.new_, u.ref);
	if (!sl->side)
		pushed_log(x->d->hall.store, "9105", store_device(s));
	free(test_office_git(
	    &x->d->at[i], "push", "-q", path, ":refs/tmp/pushed", NULL));
	assert_ok(sl->side ? slice_pushed_side(s, sl->tip, &x->e)
			   : slice_pushed(s, sl->tip, &x->e),
	    &x->e);
	sl->side ? x->sides++ : x->mains++;
}

static void
hall_absorbs(struct fixture *x)
{
	cJSON *receipt = NULL;
	int64_t n = 0;

	assert_ok(absorb_ref(x->d->hall.store, "9105", "office",
		      "refs/heads/office", &n, &x->e),
	    &x->e);
	assert_ok(side_sweep(x->d->hall.store, "9105", &x->e), &x->e);
	assert_ok(
	    receipt_issue(x->d->hall.store, "9105", &receipt, &x->e), &x->e);
	cJSON_Delete(receipt);
	assert_ok(journal_flush(x->d->hall.store, &x->e), &x->e);
}

/* Fetch and join, then at most so many slices of so many bytes; what was left
 * when it was cut. */
static int64_t
sync_cut(struct fixture *x, size_t i, int64_t max_bytes, int max_slices)
{
	struct store *s = x->d->at[i].store;
	unsigned char tip[20];
	struct slice sl;
	int64_t before = -1;

	assert_ok(journal_flush(s, &x->e), &x->e);
	if (twins_fetch(x->d, i, tip))
		assert_ok(join_office(s, tip, &x->j, &x->e), &x->e);
	for (;;) {
		assert_ok(slice_next(s, max_bytes, &sl, &x->e), &x->e);
		assert_true(before < 0 || before == sl.n + sl.left);
		if (sl.n == 0 || max_slices-- == 0)
			return sl.n + sl.left;
		push_slice(x, i, &sl);
		before = sl.left;
		if (!sl.side)
			hall_absorbs(x);
	}
}

static void
no_side_is_left(struct fixture *x)
{
	struct refs refs = { NULL, 0 };
	struct repo *r = NULL;

	assert_ok(store_repo(x->d->hall.store, "9105", &r, &x->e), &x->e);
	assert_ok(refs_list(r, SIDE_REFS, &refs, &x->e), &x->e);
	assert_int_equal(0, (int)refs.n);
	refs_release(&refs);
}

static void
is_sound(struct fixture *x, struct test_office *o)
{
	cJSON *found = NULL;
	char *text;

	assert_ok(verify_run(o->store, NULL, NULL, &found, &x->e), &x->e);
	text = cJSON_Print(found);
	if (!json_bool(found, "ok", 0))
		fail_msg("%s", text);
	free(text);
	cJSON_Delete(found);
	twins_check_index(o);
}

/* --- in order --- */

static void
test_slice__a_parted_history_goes_beside_the_branch_until_its_merge(
    void **state)
{
	struct fixture *x = begin(2);

	(void)state;
	set(x, 1, "1.1", "gap", "หนึ่ง");
	set(x, 1, "1.2", "gap", "สอง");
	set(x, 1, "1.3", "gap", "สาม");
	set(x, 0, "1.4", "gap", "จากเครื่องแรก");
	twins_sync(x->d, 0, &x->j);

	assert_int_equal(0, sync_cut(x, 1, 1, 100));

	assert_int_equal(3, x->sides);
	assert_int_equal(1, x->mains);
	no_side_is_left(x);
	is_sound(x, &x->d->hall);
	is_sound(x, &x->d->at[1]);
	end(x);
}

static void
test_slice__a_large_one_takes_a_merge_with_all_that_it_brings(void **state)
{
	struct fixture *x = begin(2);

	(void)state;
	set(x, 1, "1.1", "gap", "หนึ่ง");
	set(x, 1, "1.2", "gap", "สอง");
	set(x, 0, "1.4", "gap", "จากเครื่องแรก");
	twins_sync(x->d, 0, &x->j);

	assert_int_equal(0, sync_cut(x, 1, 1 << 20, 100));

	assert_int_equal(0, x->sides);
	assert_int_equal(1, x->mains);
	end(x);
}

/* The branch moves on while two thirds lie beside it: what was sent is not sent
 * again. */
static void
test_slice__a_cut_costs_nothing_that_lies_beside_the_branch(void **state)
{
	struct fixture *x = begin(2);

	(void)state;
	set(x, 1, "1.1", "gap", "หนึ่ง");
	set(x, 1, "1.2", "gap", "สอง");
	set(x, 1, "1.3", "gap", "สาม");
	set(x, 0, "1.4", "gap", "จากเครื่องแรก");
	twins_sync(x->d, 0, &x->j);
	assert_int_equal(2, sync_cut(x, 1, 1, 2));
	set(x, 0, "2.1", "gap", "ต่อ");
	twins_sync(x->d, 0, &x->j);

	/* the third, two merges; the first merge is beside the branch now */
	assert_int_equal(0, sync_cut(x, 1, 1, 100));

	assert_int_equal(4, x->sides);
	assert_int_equal(1, x->mains);
	no_side_is_left(x);
	is_sound(x, &x->d->hall);
	end(x);
}

static void
remove_dir(const char *dir)
{
	const char *rm[] = { "rm", "-rf", dir, NULL };

	assert_int_equal(0, test_run(rm, NULL));
}

static void
copy_dir(const char *from, const char *to)
{
	char all[320];
	const char *cp[] = { "cp", "-a", all, to, NULL };

	snprintf(all, sizeof(all), "%s/.", from);
	remove_dir(to);
	assert_int_equal(0, test_run(cp, NULL));
}

/* The machine is lost after it sent two of three revisions. */
static void
test_slice__a_restored_machine_gets_back_what_waits_beside_the_branch(
    void **state)
{
	struct fixture *x = begin(2);
	struct test_office *b = &x->d->at[1];
	char backup[320], hall[320];
	unsigned char tip[20];
	struct repo *r = NULL;

	(void)state;
	snprintf(backup, sizeof(backup), "%s-backup", b->dir);
	set(x, 1, "1.1", "gap", "หนึ่ง");
	test_office_close(b);
	copy_dir(b->dir, backup);
	test_office_open(b);
	set(x, 1, "1.2", "gap", "สอง");
	set(x, 1, "1.3", "gap", "สาม");
	set(x, 0, "1.4", "gap", "จากเครื่องแรก");
	twins_sync(x->d, 0, &x->j);
	assert_int_equal(2, sync_cut(x, 1, 1, 2));
	test_office_close(b);
	copy_dir(backup, b->dir);
	test_office_open(b);

	hall_path(x, hall);
	free(test_office_git(
	    b, "fetch", "-q", hall, "+refs/side/b*:refs/incoming/side*", NULL));
	assert_ok(store_repo(b->store, "", &r, &x->e), &x->e);
	assert_ok(repo_refresh(r, &x->e), &x->e);
	assert_ok(repo_ref(r, "refs/incoming/side", tip, &x->e), &x->e);
	assert_ok(join_office(b->store, tip, &x->j, &x->e), &x->e);
	assert_int_equal(JOIN_FORWARD, x->j.kind);
	assert_int_equal(1, x->j.n);

	assert_int_equal(0, sync_cut(x, 1, 1, 100));

	no_side_is_left(x);
	is_sound(x, &x->d->hall);
	is_sound(x, b);
	remove_dir(backup);
	end(x);
}

/* --- at random --- */

static uint64_t
below(struct fixture *x, uint64_t n)
{
	return test_random(&x->rnd) % n;
}

static void
save_some(struct fixture *x, size_t i, int number)
{
	static const char *const items[] = { "1.1", "1.2", "1.3", "2.1" };
	static const char *const fields[] = { "gap", "strengths" };
	char text[80];

	snprintf(text, sizeof(text), "เครื่อง %c ครั้งที่ %d", 'a' + (int)i, number);
	set(x, i, items[below(x, 4)], fields[below(x, 2)], text);
}

/* Straight from one device to another, as on a stick. */
static void
carry(struct fixture *x, size_t from, size_t to)
{
	char path[320];
	unsigned char tip[20];
	struct repo *r = NULL;
	struct store *s = x->d->at[to].store;

	assert_ok(journal_flush(x->d->at[from].store, &x->e), &x->e);
	assert_ok(journal_flush(s, &x->e), &x->e);
	snprintf(path, sizeof(path), "%s/repo.git", x->d->at[from].dir);
	free(test_office_git(&x->d->at[to], "fetch", "-q", path,
	    "+refs/heads/office:refs/incoming/stick", NULL));
	assert_ok(store_repo(s, "", &r, &x->e), &x->e);
	assert_ok(repo_refresh(r, &x->e), &x->e);
	assert_ok(repo_ref(r, "refs/incoming/stick", tip, &x->e), &x->e);
	assert_ok(join_office(s, tip, &x->j, &x->e), &x->e);
}

static void
same_trees(struct fixture *x)
{
	char *first = twins_tree(&x->d->at[0]), *other;
	size_t i;

	for (i = 1; i < x->d->n; i++) {
		other = twins_tree(&x->d->at[i]);
		assert_string_equal(first, other);
		free(other);
	}
	free(first);
}

static void
test_slice__cuts_and_sticks_at_random_come_to_one_history(void **state)
{
	struct fixture *x = begin(3);
	size_t i, round;
	int step;

	(void)state;
	x->rnd = test_seed();
	for (step = 0; step < 40; step++) {
		i = below(x, 3);
		switch (below(x, 8)) {
		case 0:
			carry(x, i, (i + 1 + below(x, 2)) % 3);
			break;
		case 1:
		case 2:
		case 3:
			sync_cut(x, i, (int64_t)(1 + below(x, 4000)),
			    (int)below(x, 4));
			break;
		default:
			save_some(x, i, step);
			break;
		}
	}
	for (round = 0; round < 2; round++)
		for (i = 0; i < 3; i++)
			assert_int_equal(0, sync_cut(x, i, 2000, 1000));
	for (i = 0; i < 3; i++)
		sync_cut(x, i, 2000, 0);

	same_trees(x);
	no_side_is_left(x);
	is_sound(x, &x->d->hall);
	for (i = 0; i < 3; i++)
		is_sound(x, &x->d->at[i]);
	end(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_slice__a_parted_history_goes_beside_the_branch_until_its_merge),
		cmocka_unit_test(
		    test_slice__a_large_one_takes_a_merge_with_all_that_it_brings),
		cmocka_unit_test(
		    test_slice__a_cut_costs_nothing_that_lies_beside_the_branch),
		cmocka_unit_test(
		    test_slice__a_restored_machine_gets_back_what_waits_beside_the_branch),
		cmocka_unit_test(
		    test_slice__cuts_and_sticks_at_random_come_to_one_history),
	};

	return cmocka_run_group_tests_name(
	    "slice_merge", tests, test_libraries_up, test_libraries_down);
}
