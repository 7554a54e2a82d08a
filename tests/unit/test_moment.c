/* moment, asof, diff: any point in the past, exact, against stock git. */
#include "store/look/moment.h"

#include <stdlib.h>
#include <string.h>

#include "store/record/canon.h"
#include "store/record/record.h"
#include "store/save/journal.h"
#include "store/view/query.h"
#include "tests/support/sample.h"
#include "tests/support/twins.h"
#include "tests/unit/test.h"

#define YEAR 2565
#define ROUNDS 5
#define ASKED 60 /* (revision, record) pairs a store */

static const char *const items[] = { "1.1", "1.2", "3.1" };
static const char *const fields[] = { "strengths", "gap", "owner",
	"explanation.basic" };
static const char *const points[] = { "1.1.B1", "1.1.B2", "1.2.B1", "3.1.B1" };

struct revision {
	char name[24], commit[41];
	int64_t id, time;
	int side;
};

/* All revisions of the office's branch, by row; the caller frees. */
static struct revision *
revisions(struct store *s, const char *office, size_t *ret_n)
{
	struct revision *list = calloc(4096, sizeof(*list));
	struct branch *b = NULL;
	sqlite3_stmt *st = NULL;
	struct err e;
	size_t n = 0;

	assert_non_null(list);
	assert_ok(store_branch(s, office, "office", &b, &e), &e);
	assert_ok(db_stmt(store_db(s), &st, &e,
		      "SELECT id, name, lower(hex(commit_id)), time, side"
		      " FROM revision WHERE branch = ?1 ORDER BY id",
		      "i", b->id),
	    &e);
	while (db_step(store_db(s), st, &e) > 0 && n < 4096) {
		struct revision *r = &list[n++];

		r->id = sqlite3_column_int64(st, 0);
		snprintf(r->name, sizeof(r->name), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		snprintf(r->commit, sizeof(r->commit), "%s",
		    (const char *)sqlite3_column_text(st, 2));
		r->time = sqlite3_column_int64(st, 3);
		r->side = sqlite3_column_int(st, 4);
	}
	db_reset(st);
	*ret_n = n;
	return list;
}

/* The file in that commit as stock git gives it, NULL if it is not there. */
static cJSON *
git_show(const char *repo, const char *commit, const char *path)
{
	char what[160];
	const char *argv[] = { "git", "-C", repo, "cat-file", "blob", what,
		NULL };
	cJSON *rec = NULL;
	char *out = NULL;
	struct err e;

	snprintf(what, sizeof(what), "%s:%s", commit, path);
	if (test_run(argv, &out) == 0)
		assert_ok(canon_parse(out, strlen(out), &rec, &e), &e);
	free(out);
	return rec;
}

static void
is_same(const cJSON *want, const cJSON *got, const char *what)
{
	char *a, *b;

	if (want == NULL ? got == NULL : got != NULL && canon_equal(want, got))
		return;
	a = want != NULL ? cJSON_Print(want) : NULL;
	b = got != NULL ? cJSON_Print(got) : NULL;
	fail_msg("%s: git has %s, we say %s", what, a != NULL ? a : "nothing",
	    b != NULL ? b : "nothing");
}

/* The record at the moment named so is git's. */
static void
check_at(struct store *s, const char *office, const char *repo,
    const struct revision *r, const char *named, const char *path)
{
	cJSON *want = git_show(repo, r->commit, path);
	struct branch *b = NULL;
	struct asof a = { 0 };
	struct moment m;
	struct err e;
	char what[200];

	snprintf(what, sizeof(what), "%s at %s (%s)", path, named, r->name);
	assert_ok(store_branch(s, office, "office", &b, &e), &e);
	assert_ok(moment_find(s, office, 0, named, &m, &e), &e);
	assert_int_equal(m.office, r->id);
	assert_string_equal(m.name, r->name);
	assert_string_equal(m.commit, r->commit);
	assert_ok(asof_record(s, b, path, m.office, &a, &e), &e);
	is_same(want, a.rec, what);
	asof_release(&a);
	cJSON_Delete(want);
}

/* What differs between two revisions is what differs between git's blobs. */
static void
check_diff(struct store *s, const char *office, const char *repo,
    const struct revision *x, const struct revision *y, const char *path)
{
	cJSON *old = git_show(repo, x->commit, path);
	cJSON *new_ = git_show(repo, y->commit, path);
	struct query_diff q = {
		.office = office, .from = x->name, .to = y->name
	};
	cJSON *diff = NULL, *want = NULL;
	const cJSON *one, *got = NULL;
	struct record_path rp;
	struct err e;
	char what[80];

	snprintf(what, sizeof(what), "diff %s %s", x->name, y->name);
	assert_ok(record_path_parse(path, RECORD_OFFICE, &rp, &e), &e);
	assert_ok(record_diff(rp.type, old, new_, &want, &e), &e);
	assert_ok(query_diff_of(s, &q, &diff, &e), &e);
	cJSON_ArrayForEach (one, json_get(diff, "records")) {
		if (strcmp(json_str(one, "record"), rp.name) == 0)
			got = json_get(one, "changes");
	}
	is_same(want->child != NULL ? want : NULL, got, what);
	cJSON_Delete(want);
	cJSON_Delete(diff);
	cJSON_Delete(old);
	cJSON_Delete(new_);
}

static void
check_store(
    struct store *s, const char *office, const char *repo, uint64_t *rnd)
{
	size_t n, i, j, k;
	struct revision *list = revisions(s, office, &n);
	char path[40], prefix[41];

	assert_true(n > 3);
	for (k = 0; k < ASKED; k++) {
		i = test_random(rnd) % n;
		j = test_random(rnd) % n;
		snprintf(path, sizeof(path), "%d/items/%s.json", YEAR,
		    items[test_random(rnd) % 3]);
		check_at(s, office, repo, &list[i], list[i].name, path);
		/* long enough to be the only one among so few */
		snprintf(prefix, sizeof(prefix), "%.*s",
		    (int)(16 + test_random(rnd) % 25), list[i].commit);
		check_at(s, office, repo, &list[i], prefix, path);
		check_diff(s, office, repo, &list[i], &list[j], path);
	}
	free(list);
}

static void
write_some(struct twins *d, size_t at, uint64_t *rnd)
{
	size_t n = test_random(rnd) % 4;
	char text[40];

	for (; n > 0; n--) {
		snprintf(text, sizeof(text), "ข้อความ %llu",
		    (unsigned long long)(test_random(rnd) % 50));
		if (test_random(rnd) % 3 == 0)
			cJSON_Delete(test_office_tick(&d->at[at], YEAR,
			    points[test_random(rnd) % 4],
			    (int)(test_random(rnd) % 2)));
		else
			cJSON_Delete(test_office_set(&d->at[at], YEAR,
			    items[test_random(rnd) % 3],
			    fields[test_random(rnd) % 4],
			    test_random(rnd) % 5 == 0 ? "" : text));
	}
}

static void
test_moment__any_state_of_two_devices_is_what_git_has(void **state)
{
	struct twins *d = twins_make(2);
	uint64_t rnd = test_seed();
	struct err e;
	struct join j;
	char repo[200];
	size_t i;

	(void)state;
	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	cJSON_Delete(test_office_set(&d->at[0], YEAR, "1.1", "gap", "เดิม"));
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	for (i = 0; i < ROUNDS; i++) {
		write_some(d, 0, &rnd);
		write_some(d, 1, &rnd);
		twins_sync(d, i % 2, &j);
		twins_sync(d, 1 - i % 2, &j);
	}
	twins_sync(d, 0, &j);
	for (i = 0; i < 2; i++) {
		assert_ok(journal_flush(d->at[i].store, &e), &e);
		snprintf(repo, sizeof(repo), "%s/repo.git", d->at[i].dir);
		check_store(d->at[i].store, "", repo, &rnd);
	}
	snprintf(repo, sizeof(repo), "%s/offices/9105.git", d->hall.dir);
	check_store(d->hall.store, "9105", repo, &rnd);
	twins_remove(d);
}

/* --- by time --- */

static void
save_at(struct test_office *o, int64_t time, const char *text)
{
	cJSON *value = cJSON_CreateString(text), *ret = NULL;
	struct save_change c = { .path = "2565/items/1.1.json",
		.field = "gap",
		.op = SAVE_SET,
		.value = value };
	struct save_req req = { .office = "",
		.person = &o->person,
		.action = "set",
		.changes = &c,
		.n_changes = 1,
		.time = time };
	struct err e;

	assert_ok(save_group_begin(o->store, &e), &e);
	assert_ok(save_run(o->store, &req, &ret, &e), &e);
	assert_ok(save_group_end(o->store, &e), &e);
	cJSON_Delete(ret);
	cJSON_Delete(value);
}

static int64_t
newest_until(const struct revision *list, size_t n, int64_t time)
{
	int64_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (!list[i].side && list[i].time <= time)
			found = list[i].id;
	return found;
}

static void
test_moment__a_time_is_the_newest_revision_that_is_not_later(void **state)
{
	uint64_t rnd = test_seed();
	struct revision *list;
	struct test_office o;
	struct branch *b = NULL;
	int64_t time, row = -1;
	char text[32];
	struct err e;
	size_t n, i;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, YEAR));
	assert_ok(store_branch(o.store, "", "office", &b, &e), &e);
	time = b->tip_time;
	for (i = 0; i < 60; i++) {
		/* several in a second, hours without any */
		if (test_random(&rnd) % 3 != 0)
			time += (int64_t)(test_random(&rnd) % 5000);
		snprintf(text, sizeof(text), "ครั้งที่ %zu", i);
		save_at(&o, time, text);
	}
	list = revisions(o.store, "", &n);
	for (i = 0; i < 400; i++) {
		time = list[test_random(&rnd) % n].time +
		       (int64_t)(test_random(&rnd) % 5) - 2;
		assert_ok(store_branch(o.store, "", "office", &b, &e), &e);
		assert_ok(moment_row_at(o.store, b, time, &row, &e), &e);
		assert_int_equal(row, newest_until(list, n, time));
	}
	assert_ok(moment_row_at(o.store, b, list[0].time - 1, &row, &e), &e);
	assert_int_equal(row, 0);
	assert_ok(moment_row_at(o.store, b, INT64_MAX, &row, &e), &e);
	assert_int_equal(row, list[n - 1].id);
	free(list);
	test_office_remove(&o);
}

/* --- names --- */

static void
finds(const char *text, const char *want)
{
	struct moment m;
	struct err e = { 0 };

	assert_ok(moment_find(sample_office.store, "", 0, text, &m, &e), &e);
	assert_string_equal(m.name, want);
}

static void
test_moment__names(void **state)
{
	struct moment m;
	struct err e = { 0 };

	(void)state;
	finds("a3", "a3");
	finds("now", "");
	finds("opening", "a1");
	finds("2600-01-01", "a7"); /* 2057 */
	finds("1/1/2500", "");
	assert_ok(moment_find(sample_office.store, "", 0, NULL, &m, &e), &e);
	assert_int_equal(m.kind, MOMENT_NOW);
	assert_int_equal(m.office, ASOF_NOW);
	assert_err(moment_find(sample_office.store, "", 0, "a99", &m, &e),
	    ERR_NOT_FOUND, &e, "no revision 'a99'");
	assert_err(moment_find(sample_office.store, "", 0, "gestern", &m, &e),
	    ERR_INVALID, &e, "no point in the past");
	assert_err(
	    moment_find(sample_office.store, "", 0, "submission:0", &m, &e),
	    ERR_INVALID, &e, "no point in the past");
	assert_err(
	    moment_find(sample_office.store, "", 0, "submission", &m, &e),
	    ERR_NOT_FOUND, &e, "not signed off so often");
	assert_err(
	    moment_find(sample_office.store, "", 0, "decision:2", &m, &e),
	    ERR_NOT_FOUND, &e, "has not decided");
	assert_err(moment_find(sample_office.store, "", 0, "0000000", &m, &e),
	    ERR_NOT_FOUND, &e, "begins with '0000000'");
	assert_err(
	    moment_find(sample_office.store, "", 2600, "opening", &m, &e),
	    ERR_NOT_FOUND, &e, "2600");
}

static void
test_moment__a_commit_that_is_not_the_only_one_is_told(void **state)
{
	struct store *s = sample_office.store;
	struct moment m;
	struct err e = { 0 };

	(void)state;
	/* two that begin alike, made so in the index alone, and undone */
	assert_ok(db_begin(store_db(s), &e), &e);
	assert_ok(db_run(store_db(s), &e,
		      "UPDATE revision SET commit_id = CAST(x'abcdef01' ||"
		      " substr(commit_id, 5) AS BLOB) WHERE name IN"
		      " ('a2', 'a5')",
		      ""),
	    &e);
	assert_err(moment_find(s, "", 0, "ABCDEF0", &m, &e), ERR_INVALID, &e,
	    "more than one commit begins with 'ABCDEF0'");
	assert_err(moment_find(s, "", 0, "abcdef02", &m, &e), ERR_NOT_FOUND, &e,
	    "abcdef02");
	assert_ok(db_rollback(store_db(s), &e), &e);
}

/* --- a year as it was --- */

static void
test_moment__score_and_assessment_are_those_of_then(void **state)
{
	struct store *s = sample_office.store;
	cJSON *v = NULL;
	struct err e = { 0 };

	(void)state;
	assert_ok(query_score_at(s, "", 0, "a5", &v, &e), &e);
	/* 1.1: all three of Basic; 1.2: one of three */
	sample_assert_text(
	    sample_at(json_get(v, "items"), 0), "score", "300.00");
	sample_assert_text(json_get(v, "at"), "revision", "a5");
	cJSON_Delete(v);
	assert_ok(query_score_at(s, "", 0, "opening", &v, &e), &e);
	sample_assert_text(v, "total", "0.00");
	cJSON_Delete(v);
	assert_ok(query_assessment_at(s, "", 0, "a2", &v, &e), &e);
	assert_int_equal(
	    json_int(sample_at(json_get(v, "progress"), 0), "answered", -1), 1);
	sample_assert_text(v, "state", "open");
	cJSON_Delete(v);
	assert_err(query_score_at(s, "", 0, "1/1/2500", &v, &e), ERR_NOT_FOUND,
	    &e, "no assessment was open then");
	assert_err(query_show(s, "", 2565, "1.1", "1/1/2500", &v, &e),
	    ERR_NOT_FOUND, &e, "2565 was not open then");
}

static void
test_moment__diff_of_one_item_or_field(void **state)
{
	struct query_diff q = { .office = "",
		.from = "opening",
		.record = "1.1",
		.field = "explanation" };
	cJSON *v = NULL;
	const cJSON *r;
	struct err e = { 0 };

	(void)state;
	assert_ok(query_diff_of(sample_office.store, &q, &v, &e), &e);
	r = sample_at(json_get(v, "records"), 0);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "records")), 1);
	sample_assert_fields(r, "explanation.basic");
	sample_assert_text(v, "to", "now");
	cJSON_Delete(v);
	q.field = "owner";
	q.from = "a6";
	assert_ok(query_diff_of(sample_office.store, &q, &v, &e), &e);
	assert_null(json_get(v, "records")->child);
	cJSON_Delete(v);
	q.record = "zz/../x";
	assert_err(query_diff_of(sample_office.store, &q, &v, &e), ERR_INVALID,
	    &e, "writes no record");
}

int
main(void)
{
	const struct CMUnitTest twins[] = {
		cmocka_unit_test(
		    test_moment__any_state_of_two_devices_is_what_git_has),
		cmocka_unit_test(
		    test_moment__a_time_is_the_newest_revision_that_is_not_later),
	};
	const struct CMUnitTest sample[] = {
		cmocka_unit_test(test_moment__names),
		cmocka_unit_test(
		    test_moment__a_commit_that_is_not_the_only_one_is_told),
		cmocka_unit_test(
		    test_moment__score_and_assessment_are_those_of_then),
		cmocka_unit_test(test_moment__diff_of_one_item_or_field),
	};
	int failed = cmocka_run_group_tests_name(
	    "moment", twins, test_libraries_up, test_libraries_down);

	return failed + cmocka_run_group_tests_name(
			    "moment", sample, sample_up, sample_down);
}
