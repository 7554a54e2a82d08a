/* A proof that goes on where the last one ended, and one by threads. */
#include "tests/unit/test.h"

#include "store/hall/province.h"
#include "store/review/signoff.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "store/view/verify_seal.h"
#include "tests/support/tamper.h"

static struct tamper *t;

static void
save(const char *points)
{
	struct err e;

	test_office_open(&t->p->office);
	cJSON_Delete(test_office_tick(&t->p->office, 2565, points, 1));
	assert_ok(journal_flush(t->p->office.store, &e), &e);
	test_office_close(&t->p->office);
}

static int64_t
checked(const char *what)
{
	return json_int(json_get(t->result, "checked"), what, -1);
}

static void
assert_good(void)
{
	char *text;

	if (json_bool(t->result, "ok", 0) &&
	    cJSON_GetArraySize(json_get(t->result, "findings")) == 0)
		return;
	text = cJSON_Print(t->result);
	fail_msg("findings: %s", text);
}

static void
test_verify_since__looks_at_what_is_new_and_at_a_stretch_of_the_old(
    void **state)
{
	int64_t all;

	(void)state;
	tamper_restore(t);
	tamper_seal(t, t->p->office.dir, 1);
	assert_good();
	assert_true(json_bool(t->result, "deep", 0));
	assert_null(json_str(t->result, "since"));
	all = checked("commits");
	save("2.1.B1");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
	assert_false(json_bool(t->result, "deep", 1));
	assert_non_null(json_str(t->result, "since"));
	/* few revisions: the patrol comes by all of them */
	assert_int_equal(all + 1, checked("commits"));
	assert_int_equal(0, checked("proved_before"));
}

static void
test_verify_since__a_fault_is_found_until_it_is_mended(void **state)
{
	struct err e;
	int i;

	(void)state;
	tamper_restore(t);
	tamper_sql(t->p->office.dir,
	    "UPDATE revision SET person = person || 'x' WHERE name = 'a2'");
	for (i = 0; i < 3; i++) {
		assert_non_null(tamper_seal(t, t->p->office.dir, 0));
		assert_false(json_bool(t->result, "ok", 1));
	}
	/* from zero it takes the seals away: all is proved anew */
	tamper_seal(t, t->p->office.dir, 1);
	assert_false(json_bool(t->result, "ok", 1));
	assert_non_null(tamper_verify(t, t->p->office.dir, 0, &e));
	assert_true(json_bool(t->result, "deep", 0));
	tamper_sql(t->p->office.dir,
	    "UPDATE revision SET person = rtrim(person, 'x')"
	    " WHERE name = 'a2'");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
	assert_non_null(tamper_verify(t, t->p->office.dir, 0, &e));
	assert_false(json_bool(t->result, "deep", 1));
}

static void
test_verify_since__another_machines_seal_stands_for_nothing(void **state)
{
	static const char *const marks[] = { "verify", "verify 9105 office" };
	char sql[300];
	const cJSON *one;
	size_t i;
	struct err e;

	(void)state;
	for (i = 0; i < 2; i++) {
		tamper_restore(t);
		snprintf(sql, sizeof(sql),
		    "ATTACH '%s/pmqa.db' AS other; UPDATE mark SET value ="
		    " (SELECT value FROM other.mark o WHERE o.name = '%s')"
		    " WHERE name = '%s'",
		    t->p->hall.dir, marks[i], marks[i]);
		tamper_sql(t->p->office.dir, sql);
		assert_non_null(tamper_verify(t, t->p->office.dir, 0, &e));
		one = json_get(t->result, "findings")->child;
		assert_non_null(one);
		assert_string_equal("seal", json_str(one, "class"));
		assert_string_equal("note", json_str(one, "severity"));
		assert_true(json_bool(t->result, "ok", 0));
		assert_int_equal(0, checked("proved_before"));
	}
}

static void
assert_same(const char *dir)
{
	cJSON *alone = tamper_stretches(dir, 1, 1000), *many;
	int64_t stretch;

	for (stretch = 1; stretch < 4; stretch++) {
		many = tamper_stretches(dir, 2, stretch);
		if (!cJSON_Compare(alone, many, 1))
			fail_msg("%s\nis not %s", cJSON_Print(many),
			    cJSON_Print(alone));
		cJSON_Delete(many);
	}
	cJSON_Delete(alone);
}

static void
test_verify_since__stretches_by_threads_find_what_one_walk_finds(void **state)
{
	static const char *const spoils[] = {
		"UPDATE revision SET person = 'x' WHERE name = 'a2'",
		"UPDATE change SET new = '\"x\"' WHERE field = 'strengths'",
		"UPDATE revision SET received = NULL WHERE name = 'a3'",
		("UPDATE record SET blob = zeroblob(20) WHERE path ="
		 " 'office.json'"),
	};
	size_t i;

	(void)state;
	tamper_restore(t);
	assert_same(t->p->office.dir);
	assert_same(t->p->hall.dir);
	for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		tamper_restore(t);
		tamper_sql(t->p->office.dir, spoils[i]);
		assert_same(t->p->office.dir);
	}
}

/* --- a history that is longer than what a proof comes by each time --- */

static void
fill(int n)
{
	struct err e;
	int i;

	test_office_open(&t->p->office);
	for (i = 0; i < n; i++)
		cJSON_Delete(
		    test_office_tick(&t->p->office, 2565, "2.1.B1", i % 2));
	assert_ok(journal_flush(t->p->office.store, &e), &e);
	test_office_close(&t->p->office);
}

/* In the office's objects/pack. */
static void
shell(const char *command)
{
	char whole[400];
	const char *argv[] = { "sh", "-c", whole, NULL };

	snprintf(whole, sizeof(whole), "cd %s/repo.git/objects/pack && %s",
	    t->p->office.dir, command);
	assert_int_equal(0, test_run(argv, NULL));
}

static void
assert_found(const char *class)
{
	const cJSON *one;
	char *text;

	cJSON_ArrayForEach (one, json_get(t->result, "findings"))
		if (strcmp(json_str(one, "class"), class) == 0)
			return;
	text = cJSON_Print(t->result);
	fail_msg("no finding '%s': %s", class, text);
}

static void
test_verify_since__a_pack_of_old_revisions_that_vanished_is_missed(void **state)
{
	(void)state;
	tamper_restore(t);
	fill(150);
	/* one pack, of revisions that are old when the next ones are there */
	shell("ls >../before");
	fill(60);
	shell("ls | grep -vxFf ../before >../middle; test -s ../middle");
	fill(100);
	tamper_seal(t, t->p->office.dir, 1);
	assert_good();
	shell("mkdir ../gone && mv $(cat ../middle) ../gone");
	tamper_seal(t, t->p->office.dir, 0);
	assert_false(json_bool(t->result, "deep", 1));
	assert_found("object");
	shell("mv ../gone/* .");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
	assert_false(json_bool(t->result, "deep", 1));
	/* maintenance takes packs away, too, but nothing that was in them */
	shell("git -C ../.. repack -adq");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
	assert_false(json_bool(t->result, "deep", 1));
	assert_true(checked("proved_before") > 200);
}

/* Old objects of their own, that no revision looked at again leads to: the
 * commit and the record of the office's second revision. */
static void
test_verify_since__one_old_object_that_vanished_is_missed(void **state)
{
	static const char *const olds[] = { "", ":2565/items/1.1.json" };
	char command[300];
	size_t i;

	(void)state;
	tamper_restore(t);
	fill(200);
	shell("mkdir p && mv pack-* p && cd ../.. && for f in objects/pack/p/*"
	      ".pack; do git unpack-objects -q <$f; done && rm -rf "
	      "objects/pack/p");
	tamper_seal(t, t->p->office.dir, 1);
	assert_good();
	/* the patrol has been at the oldest ones */
	tamper_seal(t, t->p->office.dir, 0);
	for (i = 0; i < sizeof(olds) / sizeof(olds[0]); i++) {
		snprintf(command, sizeof(command),
		    "cd ../.. && git rev-parse $(git rev-list --reverse "
		    "refs/heads/office | sed -n 2p)%s | sed 's#^..#objects/&/#'"
		    " >name && mv $(cat name) gone",
		    olds[i]);
		shell(command);
		tamper_seal(t, t->p->office.dir, 0);
		assert_false(json_bool(t->result, "deep", 1));
		assert_found("object");
		shell("cd ../.. && mv gone $(cat name)");
		tamper_seal(t, t->p->office.dir, 0);
		assert_good();
	}
}

/* --- what was proved of times --- */

static void
test_verify_since__a_false_span_among_those_that_were_proved_is_found(
    void **state)
{
	(void)state;
	tamper_restore(t);
	tamper_sql(t->p->office.dir,
	    "INSERT INTO span(branch, first, last, low, high, n)"
	    " SELECT branch, min(id), max(id), min(time), max(time), count(*)"
	    " FROM revision GROUP BY branch");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
	save("2.1.B1");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
	tamper_sql(t->p->office.dir, "UPDATE span SET high = high - 1");
	tamper_seal(t, t->p->office.dir, 0);
	assert_found("index");
	/* a rewound index has fewer, which is no fault */
	tamper_sql(t->p->office.dir, "DELETE FROM span");
	tamper_seal(t, t->p->office.dir, 0);
	assert_good();
}

/* --- what the hall decides on what the office signed off --- */

static void
assert_both_good(void)
{
	int deep;

	for (deep = 0; deep < 2; deep++) {
		tamper_seal(t, t->p->office.dir, deep);
		assert_good();
		tamper_seal(t, t->p->hall.dir, deep);
		assert_good();
	}
}

static void
test_verify_since__decisions_on_submissions_are_good(void **state)
{
	const struct ask office = { .person = &t->p->office.person,
		.year = 2565 };
	const struct ask hall = { .person = &t->p->hall.person, .year = 2565 };
	cJSON *saved = NULL;
	struct err e;

	(void)state;
	tamper_restore(t);
	test_office_open(&t->p->office);
	test_office_open(&t->p->hall);
	assert_ok(save_group_begin(t->p->office.store, &e), &e);
	assert_ok(
	    signoff_submit(t->p->office.store, &office, NULL, &saved, &e), &e);
	assert_ok(save_group_end(t->p->office.store, &e), &e);
	cJSON_Delete(saved);
	pair_sync(t->p);
	assert_ok(save_group_begin(t->p->hall.store, &e), &e);
	assert_ok(signoff_decide(t->p->hall.store, &hall, "9105", "returned",
		      "ขอหลักฐานเพิ่ม", NULL, &saved, &e),
	    &e);
	assert_ok(save_group_end(t->p->hall.store, &e), &e);
	cJSON_Delete(saved);
	pair_sync(t->p);
	assert_ok(province_update(t->p->hall.store, 1, NULL, &e), &e);
	test_office_close(&t->p->office);
	test_office_close(&t->p->hall);
	assert_both_good();
	/* the office's index loses what was decided on */
	tamper_sql(t->p->office.dir,
	    "UPDATE change SET new = '7' WHERE field = 'submission.n'");
	tamper_seal(t, t->p->office.dir, 1);
	assert_found("decision");
}

static void
test_verify_since__points_stay_dense_near_the_newest(void **state)
{
	struct verify_seal s = { .n_points = 0 };
	struct verify_point p = { .row = 1 };
	int i;

	(void)state;
	for (i = 1; i <= 500; i++) {
		p.n = p.row = i;
		verify_seal_add(&s, &p);
		assert_int_equal(i, s.points[0].n);
	}
	assert_int_equal(VERIFY_POINTS, s.n_points);
	for (i = 1; i < s.n_points; i++)
		assert_true(s.points[i].n < s.points[i - 1].n);
	assert_int_equal(1, s.points[s.n_points - 1].n);
	/* a rewound index takes what is behind it away */
	p.n = 250;
	verify_seal_add(&s, &p);
	assert_int_equal(250, s.points[0].n);
	assert_true(s.points[1].n < 250);
}

static int
setup(void **state)
{
	test_libraries_up(state);
	t = tamper_make();
	return 0;
}

static int
teardown(void **state)
{
	tamper_remove(t);
	return test_libraries_down(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_verify_since__looks_at_what_is_new_and_at_a_stretch_of_the_old),
		cmocka_unit_test(
		    test_verify_since__a_fault_is_found_until_it_is_mended),
		cmocka_unit_test(
		    test_verify_since__another_machines_seal_stands_for_nothing),
		cmocka_unit_test(
		    test_verify_since__stretches_by_threads_find_what_one_walk_finds),
		cmocka_unit_test(
		    test_verify_since__a_pack_of_old_revisions_that_vanished_is_missed),
		cmocka_unit_test(
		    test_verify_since__one_old_object_that_vanished_is_missed),
		cmocka_unit_test(
		    test_verify_since__a_false_span_among_those_that_were_proved_is_found),
		cmocka_unit_test(
		    test_verify_since__decisions_on_submissions_are_good),
		cmocka_unit_test(
		    test_verify_since__points_stay_dense_near_the_newest),
	};

	return cmocka_run_group_tests_name(
	    "verify_since", tests, setup, teardown);
}
