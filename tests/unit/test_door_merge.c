/* door: histories of two devices: merges, and what waits beside the branch. */
#include "store/admit/door.h"

#include "tests/support/office.h"
#include "tests/support/push.h"
#include "tests/unit/test.h"

#define SIDE "refs/side/a"

/* Both devices went on from the branch's second revision; what b wrote is at
 * the hall already, what a wrote lies in the quarantine. */
struct fixture {
	struct forge *f;
	struct forge_branch b;
	unsigned char ours[20]; /* a's tip */
};

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	struct forge *f = forge_make();

	assert_non_null(x);
	x->f = f;
	forge_enroll_second(f);
	forge_line(f, 'b', &f->office, &x->b);
	forge_answer(f, &x->b, "1.2", "strengths", "จากเครื่อง b");
	push_taken(f, "refs/heads/office", f->second, x->b.tip);
	forge_answer(f, &f->office, "1.3", "gap", "จากเครื่อง a");
	memcpy(x->ours, f->office.tip, 20);
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	forge_line_end(&x->b);
	forge_remove(x->f);
	free(x);
	return 0;
}

static struct door_update
update(const char *ref, const unsigned char *old, const unsigned char tip[20])
{
	struct door_update u;

	memset(&u, 0, sizeof(u));
	snprintf(u.ref, sizeof(u.ref), "%s", ref);
	memset(u.old, '0', 40);
	if (old != NULL)
		commit_hex(old, u.old);
	commit_hex(tip, u.new_);
	return u;
}

static void
accepted(struct fixture *x, const char *ref, const unsigned char *old,
    const unsigned char tip[20])
{
	struct door_update u = update(ref, old, tip);
	struct err e;

	assert_ok(push_updates(x->f, &u, 1, &e), &e);
	push_taken(x->f, ref, old, tip);
}

static void
refused(struct fixture *x, const char *ref, const unsigned char *old,
    const unsigned char tip[20], const char *sentence)
{
	struct door_update u = update(ref, old, tip);

	push_refused_updates(x->f, &u, 1, sentence);
}

static void
merge_refused(struct fixture *x, const char *sentence)
{
	forge_end(x->f);
	refused(x, "refs/heads/office", x->b.tip, x->f->office.tip, sentence);
}

/* --- merges --- */

static void
test_door__accepts_what_two_devices_wrote_and_its_merge(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_merge(f, &f->office, &x->b);
	forge_end(f);
	accepted(x, "refs/heads/office", x->b.tip, f->office.tip);

	/* and the work goes on after it */
	memcpy(x->b.tip, f->office.tip, 20);
	forge_answer(f, &f->office, "1.4", "gap", "ต่อจากการรวม");
	accepted(x, "refs/heads/office", x->b.tip, f->office.tip);
}

static void
test_door__accepts_a_merge_in_which_both_wrote_the_same_field(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_answer(f, &f->office, "1.2", "strengths", "อีกแบบหนึ่ง");
	forge_merge(f, &f->office, &x->b);
	assert_int_equal(2, (int)f->n); /* a conflict record and 1.3 */
	forge_end(f);
	accepted(x, "refs/heads/office", x->b.tip, f->office.tip);
}

static void
test_door__refuses_a_merge_that_hides_an_edit(void **state)
{
	struct fixture *x = *state;

	forge_merge(x->f, &x->f->office, &x->b);
	forge_file(x->f, "2565/items/1.4.json", "{\n  \"gap\": \"แอบ\"\n}\n");
	merge_refused(x, "is not the merge of its two parents: "
			 "'2565/items/1.4.json' comes out differently");
}

/* Each parent is asked, not the first alone. */
static void
test_door__refuses_a_merge_long_before_its_second_parent(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	f->office.time += 86400;
	forge_answer(f, &f->office, "1.4", "gap", "ช้าไปหนึ่งวัน");
	forge_merge(f, &f->office, &x->b);
	f->c.time = x->b.time - 3600; /* no day before the first */
	merge_refused(x, "more than a day before the revision it follows");
}

static void
test_door__refuses_a_merge_that_leaves_out_an_edit(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct err e;

	forge_merge(f, &f->office, &x->b);
	f->n = 0;
	assert_ok(tree_reset(f->office.tree, x->b.root, &e), &e);
	merge_refused(x, "is not the merge of its two parents: "
			 "'2565/items/1.3.json' comes out differently");
}

static void
test_door__refuses_a_merge_that_writes_another_value(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_merge(f, &f->office, &x->b);
	assert_int_equal(1, (int)f->n);
	f->n = 0;
	buf_clear(&f->bytes[0]);
	forge_file(f, "2565/items/1.3.json", "{\n  \"gap\": \"อื่น\"\n}\n");
	merge_refused(x, "is not the merge of its two parents: "
			 "'2565/items/1.3.json' comes out differently");
}

static void
test_door__refuses_a_merge_of_what_is_one_line(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct forge_branch old;

	forge_line(f, 'a', &f->office, &old);
	forge_answer(f, &f->office, "1.4", "gap", "ต่อ");
	old.sequence = f->office.sequence;
	forge_merge(f, &old, &f->office);
	forge_end(f);
	refused(x, SIDE, NULL, old.tip,
	    "joins two histories of which one continues the other");
	forge_line_end(&old);
}

static void
test_door__refuses_a_merge_with_one_parent_or_the_same_twice(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_begin(f, &f->office);
	snprintf(f->c.action, sizeof(f->c.action), "merge");
	forge_file(f, "2565/items/1.4.json", "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);
	refused(x, SIDE, NULL, f->office.tip,
	    "is called a merge, but does not follow two revisions");
}

static void
test_door__refuses_a_conflict_that_no_merge_found(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_begin(f, &f->office);
	f->c.edition[0] = '\0';
	forge_file(f, "conflicts/0123456789abcdef.json",
	    "{\n  \"field\": \"gap\",\n  \"record\": \"2565/items/1.1\"\n}\n");
	forge_end(f);
	refused(x, SIDE, NULL, f->office.tip,
	    "only a merge writes what two machines could not agree on");
}

static void
test_door__refuses_the_whole_push_for_a_bad_revision_beside_the_branch(
    void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_begin(f, &f->office);
	f->key = &f->stranger;
	forge_file(f, "2565/items/1.4.json", "{\n  \"gap\": \"ปลอม\"\n}\n");
	forge_end(f);
	forge_merge(f, &f->office, &x->b);
	merge_refused(x, "signature is not by the key of device 9105-a");
}

/* --- what waits beside the branch --- */

static void
test_door__lets_revisions_wait_beside_the_branch(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	unsigned char more[20];

	accepted(x, SIDE, NULL, x->ours);
	forge_answer(f, &f->office, "1.4", "gap", "อีกหนึ่ง");
	memcpy(more, f->office.tip, 20);
	accepted(x, SIDE, x->ours, more);

	/* the merge alone is left to come */
	forge_merge(f, &f->office, &x->b);
	forge_end(f);
	accepted(x, "refs/heads/office", x->b.tip, f->office.tip);
}

static void
test_door__lets_the_side_begin_anew_once_the_branch_has_it(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	unsigned char before[20];
	struct forge_branch a;

	accepted(x, SIDE, NULL, x->ours);
	forge_line(f, 'a', &f->office, &a);
	a.sequence = f->office.sequence;
	/* b merges what a wrote, as if it came on a stick */
	memcpy(before, x->b.tip, 20);
	forge_merge(f, &x->b, &f->office);
	forge_end(f);
	push_taken(f, "refs/heads/office", before, x->b.tip);
	forge_answer(f, &a, "1.4", "gap", "ต่อจากของเดิม");
	accepted(x, SIDE, x->ours, a.tip);
	forge_line_end(&a);
}

static void
test_door__refuses_a_side_that_goes_back(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct forge_branch other;

	forge_line(f, 'a', &f->office, &other);
	other.sequence = 3;
	accepted(x, SIDE, NULL, x->ours);
	memcpy(other.tip, f->second, 20);
	forge_answer(f, &other, "1.4", "gap", "แทนของเดิม");
	refused(x, SIDE, x->ours, other.tip,
	    "the new history does not continue the one that is stored");
	forge_line_end(&other);
}

static void
test_door__refuses_another_devices_side(void **state)
{
	struct fixture *x = *state;

	refused(x, "refs/side/b", NULL, x->ours,
	    "only branch 'office' can be pushed here");
	refused(x, "refs/side/aa", NULL, x->ours,
	    "only branch 'office' can be pushed here");
}

/* A machine restored from an old copy wrote its third revision again. */
static void
test_door__refuses_a_name_that_waits_beside_the_branch(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct forge_branch again;

	forge_line(f, 'a', &x->b, &again);
	again.sequence = 2;
	accepted(x, SIDE, NULL, x->ours);
	forge_answer(f, &again, "1.4", "gap", "อีกครั้ง");
	refused(x, "refs/heads/office", x->b.tip, again.tip,
	    "is revision 3 of device 9105-a, but its last one was 3");
	forge_line_end(&again);
}

/* Its next one, but beside what waits: the hall could not take in the branch
 * without the other. */
static void
test_door__refuses_to_go_on_beside_what_waits(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct forge_branch again;

	forge_line(f, 'a', &x->b, &again);
	again.sequence = 3;
	accepted(x, SIDE, NULL, x->ours);
	forge_answer(f, &again, "1.4", "gap", "อีกครั้ง");
	refused(x, "refs/heads/office", x->b.tip, again.tip,
	    "is revision 4 of device 9105-a, but does not follow that device's "
	    "revision before it");
	forge_line_end(&again);
}

/* Two lines of one device, which its own merge joins. */
static void
test_door__refuses_a_device_that_writes_two_lines(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct forge_branch again;

	forge_line(f, 'a', &x->b, &again);
	again.sequence = 3;
	forge_answer(f, &again, "1.4", "gap", "อีกเส้นหนึ่ง");
	forge_merge(f, &again, &f->office);
	forge_end(f);
	refused(x, "refs/heads/office", x->b.tip, again.tip,
	    "does not follow that device's revision before it");
	forge_line_end(&again);
}

static void
test_door__refuses_to_delete_a_side(void **state)
{
	struct fixture *x = *state;
	unsigned char none[20] = { 0 };

	accepted(x, SIDE, NULL, x->ours);
	refused(x, SIDE, x->ours, none, "history only grows");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__accepts_what_two_devices_wrote_and_its_merge),
		TEST(
		    test_door__accepts_a_merge_in_which_both_wrote_the_same_field),
		TEST(test_door__refuses_a_merge_that_hides_an_edit),
		TEST(test_door__refuses_a_merge_long_before_its_second_parent),
		TEST(test_door__refuses_a_merge_that_leaves_out_an_edit),
		TEST(test_door__refuses_a_merge_that_writes_another_value),
		TEST(test_door__refuses_a_merge_of_what_is_one_line),
		TEST(
		    test_door__refuses_a_merge_with_one_parent_or_the_same_twice),
		TEST(test_door__refuses_a_conflict_that_no_merge_found),
		TEST(
		    test_door__refuses_the_whole_push_for_a_bad_revision_beside_the_branch),
		TEST(test_door__lets_revisions_wait_beside_the_branch),
		TEST(
		    test_door__lets_the_side_begin_anew_once_the_branch_has_it),
		TEST(test_door__refuses_a_side_that_goes_back),
		TEST(test_door__refuses_another_devices_side),
		TEST(test_door__refuses_a_name_that_waits_beside_the_branch),
		TEST(test_door__refuses_to_go_on_beside_what_waits),
		TEST(test_door__refuses_a_device_that_writes_two_lines),
		TEST(test_door__refuses_to_delete_a_side),
	};

	return cmocka_run_group_tests_name(
	    "door_merge", tests, test_libraries_up, test_libraries_down);
}
