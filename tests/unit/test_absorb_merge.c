/* absorb, asof, history, search, verify: histories of two devices in the index. */
#include "store/admit/absorb.h"

#include "base/json.h"
#include "store/look/asof.h"
#include "store/save/journal.h"
#include "store/view/query.h"
#include "store/view/search.h"
#include "store/view/verify.h"
#include "tests/support/twins.h"
#include "tests/unit/test.h"

#define YEAR 2565
#define ITEM "2565/items/1.1.json"

struct fixture {
	struct twins *d;
	struct join j;
	struct err e;
};

static void
set(struct fixture *x, size_t i, const char *item, const char *field,
    const char *text)
{
	cJSON_Delete(test_office_set(&x->d->at[i], YEAR, item, field, text));
}

/* a3 and b1, b2 were written apart; b3 is their merge, made by b. */
static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->d = twins_make(2);
	cJSON_Delete(test_office_open_year(&x->d->at[0], YEAR));
	set(x, 0, "1.1", "strengths", "ข้อความเดิม");
	twins_sync(x->d, 0, &x->j);
	twins_sync(x->d, 1, &x->j);
	set(x, 0, "1.1", "gap", "จากเครื่องแรก");
	set(x, 1, "1.1", "strengths", "จากเครื่องที่สอง");
	set(x, 1, "1.2", "gap", "ใหม่จากเครื่องที่สอง");
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	twins_remove(x->d);
	free(x);
	return 0;
}

static void
sync_both(struct fixture *x)
{
	twins_sync(x->d, 0, &x->j);
	twins_sync(x->d, 1, &x->j);
	assert_int_equal(JOIN_MERGED, x->j.kind);
	assert_string_equal("b3", x->j.revision);
}

static void
is_sound(struct fixture *x, struct test_office *o)
{
	cJSON *found = NULL;
	char *text;

	assert_ok(verify_run(o->store, NULL, NULL, &found, &x->e), &x->e);
	text = cJSON_Print(found);
	if (!json_bool(found, "ok", 0) ||
	    cJSON_GetArraySize(json_get(found, "findings")) != 0)
		fail_msg("%s", text);
	free(text);
	cJSON_Delete(found);
	twins_check_index(o);
}

static struct branch *
branch_of(struct fixture *x, struct store *s)
{
	struct branch *b = NULL;

	assert_ok(
	    store_branch(s, store_conf(s)->role == ROLE_HALL ? "9105" : "",
		"office", &b, &x->e),
	    &x->e);
	return b;
}

static int64_t
one(struct fixture *x, struct store *s, const char *sql)
{
	int64_t n = -1;

	assert_ok(db_one_int(store_db(s), &n, &x->e, sql, ""), &x->e);
	return n;
}

/* --- rows --- */

static void
test_absorb__what_comes_beside_is_history_but_not_state(void **state)
{
	struct fixture *x = *state;
	struct store *s = x->d->at[1].store;

	sync_both(x);

	assert_int_equal(
	    2, one(x, s, "SELECT count(*) FROM revision WHERE side = 1"));
	assert_int_equal(
	    1, one(x, s,
		   "SELECT count(*) FROM revision WHERE parent2 IS NOT NULL"
		   " AND name = 'b3' AND side = 0"));
	assert_int_equal(0, one(x, s,
				"SELECT count(*) FROM record r JOIN revision v"
				" ON v.id = r.revision WHERE v.side = 1"));
	/* canonical: a1 a2 a3, then b1 b2 and their merge */
	assert_int_equal(1,
	    one(x, s,
		"SELECT group_concat(name, ' ') = 'a1 a2 a3 b1 b2 b3' FROM"
		" (SELECT v.name FROM revision v JOIN branch b"
		" ON b.id = v.branch WHERE b.name = 'office' ORDER BY v.id)"));
	is_sound(x, &x->d->at[1]);
	is_sound(x, &x->d->hall);
}

static void
test_absorb__the_device_that_did_not_merge_gets_the_same_rows(void **state)
{
	struct fixture *x = *state;

	sync_both(x);
	twins_sync(x->d, 0, &x->j);

	assert_int_equal(JOIN_FORWARD, x->j.kind);
	is_sound(x, &x->d->at[0]);
	assert_int_equal(
	    2, one(x, x->d->at[0].store,
		   "SELECT count(*) FROM revision WHERE side = 1"));
}

/* --- then and now --- */

static void
text_at(struct fixture *x, const char *revision, const char *field,
    const char *want)
{
	struct store *s = x->d->at[1].store;
	struct branch *b = branch_of(x, s);
	struct asof a = { 0 };
	const cJSON *v;
	int64_t at = 0;

	assert_ok(asof_revision(s, b, revision, &at, &x->e), &x->e);
	assert_ok(asof_record(s, b, ITEM, at, &a, &x->e), &x->e);
	v = record_get(a.rec, field);
	if (want == NULL) {
		assert_null(v);
	} else {
		assert_non_null(v);
		assert_string_equal(want, v->valuestring);
	}
	asof_release(&a);
}

static void
test_asof__each_line_has_its_own_state(void **state)
{
	struct fixture *x = *state;

	sync_both(x);

	text_at(x, "a3", "gap", "จากเครื่องแรก");
	text_at(x, "a3", "strengths", "ข้อความเดิม");
	/* b2 stands after a3 in the order, but never saw it */
	text_at(x, "b2", "gap", NULL);
	text_at(x, "b2", "strengths", "จากเครื่องที่สอง");
	text_at(x, "b3", "gap", "จากเครื่องแรก");
	text_at(x, "b3", "strengths", "จากเครื่องที่สอง");
}

static void
test_query__history_tells_both_parents_and_what_lay_beside(void **state)
{
	struct fixture *x = *state;
	const struct query_history q = { .office = "", .limit = 10 };
	const cJSON *rev;
	cJSON *all = NULL;

	sync_both(x);

	assert_ok(query_history(x->d->at[1].store, &q, &all, &x->e), &x->e);
	rev = json_get(all, "revisions")->child;
	assert_string_equal("b3", json_str(rev, "revision"));
	assert_int_equal(2, cJSON_GetArraySize(json_get(rev, "parents")));
	assert_false(json_bool(rev, "side", 1));
	rev = rev->next;
	assert_string_equal("b2", json_str(rev, "revision"));
	assert_int_equal(1, cJSON_GetArraySize(json_get(rev, "parents")));
	assert_true(json_bool(rev, "side", 0));
	/* against its own parent, not against a3 before it in the list */
	rev = rev->next;
	assert_string_equal("b1", json_str(rev, "revision"));
	assert_string_equal(
	    "ข้อความเดิม", json_str(json_get(rev, "changes")->child, "old"));
	cJSON_Delete(all);
}

#define LONG_LINE "ข้อความยาวที่ดัชนีไม่เก็บไว้ ต้องอ่านจากคลัง "
#define LONG(which)                                                            \
	LONG_LINE LONG_LINE LONG_LINE LONG_LINE LONG_LINE LONG_LINE LONG_LINE  \
	    LONG_LINE which

/* The old and new text of the next revision's one change. */
static void
expect_change(const cJSON **rev, const char *name, const char *field,
    const char *old, const char *now)
{
	const cJSON *c = json_get(*rev, "changes")->child;

	assert_string_equal(name, json_str(*rev, "revision"));
	assert_null(c->next);
	assert_string_equal(field, json_str(c, "field"));
	if (old == NULL)
		assert_true(cJSON_IsNull(json_get(c, "old")));
	else
		assert_string_equal(old, json_str(c, "old"));
	assert_string_equal(now, json_str(c, "new"));
	*rev = (*rev)->next;
}

static void
test_query__long_texts_are_those_of_each_line(void **state)
{
	struct fixture *x = *state;
	const struct query_history q = {
		.office = "", .limit = 10, .record = "1.1", .year = YEAR
	};
	const cJSON *rev;
	cJSON *all = NULL;

	set(x, 0, "1.1", "explanation.basic", LONG("a4"));
	set(x, 1, "1.1", "strengths", LONG("b3"));
	set(x, 1, "1.1", "strengths", LONG("b4"));
	twins_sync(x->d, 0, &x->j);
	twins_sync(x->d, 1, &x->j);
	assert_string_equal("b5", x->j.revision);

	assert_ok(query_history(x->d->at[1].store, &q, &all, &x->e), &x->e);
	rev = json_get(all, "revisions")->child;
	expect_change(&rev, "b5", "strengths", "ข้อความเดิม", LONG("b4"));
	expect_change(&rev, "b4", "strengths", LONG("b3"), LONG("b4"));
	expect_change(&rev, "b3", "strengths", "จากเครื่องที่สอง", LONG("b3"));
	expect_change(&rev, "b1", "strengths", "ข้อความเดิม", "จากเครื่องที่สอง");
	expect_change(&rev, "a4", "explanation.basic", NULL, LONG("a4"));
	cJSON_Delete(all);
}

static void
test_query__differs_between_two_lines(void **state)
{
	struct fixture *x = *state;
	cJSON *diff = NULL;
	const cJSON *rec;

	sync_both(x);

	assert_ok(
	    query_diff(x->d->at[1].store, "", "b2", "b3", &diff, &x->e), &x->e);
	rec = json_get(diff, "records")->child;
	assert_non_null(rec);
	assert_null(rec->next);
	assert_string_equal(
	    "gap", json_str(json_get(rec, "changes")->child, "field"));
	cJSON_Delete(diff);
	assert_ok(
	    query_diff(x->d->at[1].store, "", "a3", "b2", &diff, &x->e), &x->e);
	assert_int_equal(2, cJSON_GetArraySize(json_get(diff, "records")));
	cJSON_Delete(diff);
}

/* --- search --- */

static int
hits(struct fixture *x, struct store *s, const char *text)
{
	cJSON *found = NULL;
	int n;

	assert_ok(search_run(s, "", YEAR, text, 10, &found, &x->e), &x->e);
	n = cJSON_GetArraySize(json_get(found, "hits"));
	cJSON_Delete(found);
	return n;
}

/* b's own text was searched; the merge keeps the hall's instead. */
static void
test_search__forgets_what_a_merge_did_not_take(void **state)
{
	struct fixture *x = *state;
	struct store *s = x->d->at[1].store;
	int64_t left, texts, wrong;

	set(x, 0, "1.1", "strengths", "ฉบับของจังหวัด");
	assert_ok(search_index(s, 0, &left, &x->e), &x->e);
	assert_int_equal(1, hits(x, s, "ใหม่จากเครื่องที่สอง"));

	sync_both(x);

	assert_int_equal(1, x->j.n_conflicts);
	assert_int_equal(1, hits(x, s, "ฉบับของจังหวัด"));
	assert_int_equal(1, hits(x, s, "ใหม่จากเครื่องที่สอง"));
	assert_ok(search_check(s, &texts, &wrong, &x->e), &x->e);
	assert_int_equal(0, wrong);
	assert_ok(search_index(s, 0, &left, &x->e), &x->e);
	assert_int_equal(0, left);
	assert_ok(search_check(s, &texts, &wrong, &x->e), &x->e);
	assert_int_equal(0, wrong);
}

/* --- another line --- */

/* What b has goes to a on a stick: then what the hall has of a is only a second
 * parent of what a pushes. */
static void
test_absorb__the_hall_goes_back_to_where_two_lines_part(void **state)
{
	struct fixture *x = *state;
	struct twins *d = x->d;
	char from[300], *out = NULL;
	unsigned char tip[20];
	struct repo *r = NULL;

	twins_sync(d, 0, &x->j);
	assert_ok(journal_flush(d->at[1].store, &x->e), &x->e);
	snprintf(from, sizeof(from), "%s/repo.git", d->at[1].dir);
	out = test_office_git(&d->at[0], "fetch", "-q", from,
	    "refs/heads/office:refs/incoming/stick", NULL);
	free(out);
	assert_ok(store_repo(d->at[0].store, "", &r, &x->e), &x->e);
	assert_ok(repo_refresh(r, &x->e), &x->e);
	assert_ok(repo_ref(r, "refs/incoming/stick", tip, &x->e), &x->e);
	assert_ok(join_office(d->at[0].store, tip, &x->j, &x->e), &x->e);
	assert_int_equal(JOIN_MERGED, x->j.kind);
	is_sound(x, &d->at[0]);

	twins_push(d, 0);

	assert_int_equal(
	    1, one(x, d->hall.store,
		   "SELECT count(*) FROM revision WHERE name = 'a3'"
		   " AND side = 1 AND received IS NOT NULL"));
	assert_ok(journal_flush(d->hall.store, &x->e), &x->e);
	is_sound(x, &d->hall);
	twins_sync(d, 1, &x->j);
	assert_int_equal(JOIN_FORWARD, x->j.kind);
	is_sound(x, &d->at[1]);
}

/* --- verify --- */

static void
test_verify__finds_a_revision_that_is_put_on_the_wrong_line(void **state)
{
	static const char *const spoil[][2] = {
		{ "UPDATE revision SET side = 0 WHERE name = 'b1'",
		    "revision b1: its row differs from the commit in 'side'" },
		{ "UPDATE revision SET parent2 = NULL WHERE name = 'b3'",
		    "revision b3: its row differs from the commit in "
		    "'parent2'" },
		{ "UPDATE touch SET side = 0 WHERE revision ="
		  " (SELECT id FROM revision WHERE name = 'b1')",
		    "revision b1: the index and the commit change other "
		    "files" },
		{ "UPDATE record SET revision = (SELECT id FROM revision"
		  " WHERE name = 'b2') WHERE path = '" ITEM "'",
		    "its row does not stand at its last revision" },
	};
	struct fixture *x = *state;
	struct db *db = store_db(x->d->hall.store);
	cJSON *found;
	char *text;
	size_t i;

	sync_both(x);
	for (i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		found = NULL;
		assert_ok(db_exec(db, spoil[i][0], &x->e), &x->e);
		assert_ok(
		    verify_run(x->d->hall.store, NULL, NULL, &found, &x->e),
		    &x->e);
		text = cJSON_PrintUnformatted(found);
		if (json_bool(found, "ok", 1) ||
		    strstr(text, spoil[i][1]) == NULL)
			fail_msg("'%s' not in %s", spoil[i][1], text);
		free(text);
		cJSON_Delete(found);
		assert_ok(
		    absorb_reindex(x->d->hall.store, NULL, NULL, &x->e), &x->e);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_absorb__what_comes_beside_is_history_but_not_state),
		TEST(
		    test_absorb__the_device_that_did_not_merge_gets_the_same_rows),
		TEST(test_asof__each_line_has_its_own_state),
		TEST(
		    test_query__history_tells_both_parents_and_what_lay_beside),
		TEST(test_query__long_texts_are_those_of_each_line),
		TEST(test_query__differs_between_two_lines),
		TEST(test_search__forgets_what_a_merge_did_not_take),
		TEST(test_absorb__the_hall_goes_back_to_where_two_lines_part),
		TEST(
		    test_verify__finds_a_revision_that_is_put_on_the_wrong_line),
	};

	return cmocka_run_group_tests_name(
	    "absorb_merge", tests, test_libraries_up, test_libraries_down);
}
