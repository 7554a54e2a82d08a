/* The joined past of two devices, asked in every way: what a revision is said to
 * have changed is what its files and those before it hold, and what is looked
 * for is found in those revisions alone. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/view/blame.h"
#include "store/view/query.h"
#include "tests/support/twins.h"

#define SAVES 160
#define YEAR 2565
#define WORDS 6

static struct twins *twins;
static uint64_t rnd;

static int
below(int n)
{
	return n > 0 ? (int)(test_random(&rnd) % (uint64_t)n) : 0;
}

/* Longer than the index keeps, mostly. */
static void
make_text(char *ret, size_t size)
{
	int n = below(5) == 0 ? 3 : 300;
	size_t len = 0;

	while (n-- > 0)
		len += (size_t)snprintf(ret + len, size - len, "ก ");
	snprintf(ret + len, size - len, "word%d %d", below(WORDS), below(9));
}

static void
save(struct test_office *o)
{
	static const char *const items[] = { "1.1", "1.2", "2.1" };
	static const char *const fields[] = { "explanation.basic",
		"explanation.advance", "gap" };
	static const char *const points[] = { "1.1.B1", "1.2.B1", "2.1.B1" };
	const char *field = fields[below(3)];
	int item = below(3);
	char text[2000];

	snprintf(o->person.login, sizeof(o->person.login), "%s",
	    below(3) == 0 ? "nuria" : "somsri");
	if (below(3) == 0) {
		cJSON_Delete(test_office_tick(o, YEAR, points[item], below(2)));
		return;
	}
	make_text(text, sizeof(text));
	cJSON_Delete(test_office_set(
	    o, YEAR, items[item], field, below(12) == 0 ? NULL : text));
}

static int
up(void **state)
{
	struct join j;
	int i;

	rnd = test_seed();
	if (test_libraries_up(state) != 0)
		return -1;
	twins = twins_make(2);
	cJSON_Delete(test_office_open_year(&twins->at[0], YEAR));
	twins_sync(twins, 0, &j);
	twins_sync(twins, 1, &j);
	for (i = 0; i < SAVES; i++) {
		save(&twins->at[below(2)]);
		if (below(12) == 0)
			twins_sync(twins, (size_t)below(2), &j);
	}
	for (i = 0; i < 3; i++)
		twins_sync(twins, (size_t)i % 2, &j);
	return 0;
}

static int
down(void **state)
{
	twins_remove(twins);
	return test_libraries_down(state);
}

static int
has(const cJSON *v, const char *text)
{
	const cJSON *c;
	int found = cJSON_IsString(v) && strstr(v->valuestring, text) != NULL;

	cJSON_ArrayForEach (c, v) {
		found |= has(c, text);
	}
	return found;
}

/* A merge tells its changes by record. */
static int
revision_has(const cJSON *r, const char *field, const char *text)
{
	const cJSON *c, *records = json_get(r, "records");
	int found = 0;

	cJSON_ArrayForEach (c, records) {
		found |= revision_has(c, field, text);
	}
	if (records == NULL) {
		cJSON_ArrayForEach (c, json_get(r, "changes")) {
			if (field == NULL ||
			    strcmp(json_str(c, "field"), field) == 0)
				found |= has(json_get(c, "old"), text) ||
					 has(json_get(c, "new"), text);
		}
	}
	return found;
}

/* Every revision that answers, page by page. */
static void
each_answer(struct query_history q,
    void (*fn)(const cJSON *revision, void *arg), void *arg)
{
	struct err e = { 0 };
	char cursor[40] = "";
	cJSON *page = NULL;
	const cJSON *r;

	do {
		cJSON_Delete(page);
		page = NULL;
		assert_ok(query_history(twins->at[0].store, &q, &page, &e), &e);
		cJSON_ArrayForEach (r, json_get(page, "revisions")) {
			fn(r, arg);
		}
		snprintf(cursor, sizeof(cursor), "%s",
		    json_str(page, "next") != NULL ? json_str(page, "next")
						   : "");
		q.cursor = cursor;
	} while (cursor[0] != '\0');
	cJSON_Delete(page);
}

/* What is looked for (NULL: any), and the names of what has it. */
struct want {
	const char *field, *text;
	struct buf names;
};

static void
take_name(const cJSON *revision, void *arg)
{
	struct want *w = arg;

	if (w->text == NULL || revision_has(revision, w->field, w->text))
		buf_printf(&w->names, "%s ", json_str(revision, "revision"));
}

static void
test_past_joined__what_was_said_is_found_and_nothing_else(void **state)
{
	int i, n = 0;

	(void)state;
	for (i = 0; i < 60; i++) {
		struct query_history q = { .office = "", .limit = 5 };
		struct want got = { 0 }, want = { 0 };
		char text[20];

		snprintf(
		    text, sizeof(text), "word%d %d", below(WORDS), below(9));
		if (below(3) == 0)
			text[5] = '\0';
		if (below(3) == 0)
			q.person = below(2) == 0 ? "nuria" : "somsri";
		if (below(3) == 0)
			q.device = below(2) == 0 ? "a" : "b";
		if (below(3) == 0) {
			q.record = "1.1";
			q.year = YEAR;
			q.field = below(2) == 0 ? "explanation.basic" : NULL;
		} else {
			q.oldest_first = below(3) == 0;
		}
		want.field = q.field;
		want.text = text;
		each_answer(q, take_name, &want);
		q.text = text;
		q.limit = 1 + below(50);
		q.work = 1 + below(20000);
		each_answer(q, take_name, &got);
		assert_string_equal(buf_str(&got.names), buf_str(&want.names));
		n += got.names.len > 0;
		buf_release(&got.names);
		buf_release(&want.names);
	}
	assert_true(n > 20); /* or nothing was asked */
}

/* --- what a revision changed --- */

static int checked;

static void
check_side(const cJSON *change, const char *side, const char *path, int64_t at)
{
	const char *field = json_str(change, "field");
	const cJSON *said = json_get(change, side), *is;
	struct store *s = twins->at[0].store;
	struct branch *b = NULL;
	struct asof a = { 0 };
	struct err e = { 0 };
	char *text;

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_record(s, b, path, at, &a, &e), &e);
	is = a.rec != NULL ? record_get(a.rec, field) : NULL;
	text = cJSON_IsString(said) ? said->valuestring : NULL;
	if (is == NULL)
		assert_true(cJSON_IsNull(said));
	else if (text == NULL || strstr(text, "…") == NULL)
		assert_true(cJSON_Compare(said, is, 1)); /* not cut */
	checked++;
	asof_release(&a);
}

static void
check_changes(const cJSON *of, int64_t revision, int64_t before)
{
	const cJSON *c;
	char path[120];

	snprintf(path, sizeof(path), "%s.json", json_str(of, "record"));
	cJSON_ArrayForEach (c, json_get(of, "changes")) {
		check_side(c, "old", path, before);
		check_side(c, "new", path, revision);
	}
}

static void
check_revision(const cJSON *r, void *arg)
{
	struct store *s = twins->at[0].store;
	int64_t revision = 0, before = 0;
	struct branch *b = NULL;
	struct err e = { 0 };
	const cJSON *one;

	(void)arg;
	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(
	    asof_revision(s, b, json_str(r, "revision"), &revision, &e), &e);
	assert_ok(asof_parent(s, b, revision, &before, &e), &e);
	if (json_get(r, "records") == NULL)
		check_changes(r, revision, before);
	cJSON_ArrayForEach (one, json_get(r, "records")) {
		check_changes(one, revision, before);
	}
}

static void
test_past_joined__changes_are_what_the_files_say(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 25; i++) {
		struct query_history q = { .office = "" };

		q.limit = 1 + below(40);
		if (below(2) == 0) {
			q.record = below(2) == 0 ? "1.1" : "1.2";
			q.year = YEAR;
			q.field = below(2) == 0 ? "explanation.basic" : NULL;
		} else {
			q.oldest_first = below(3) == 0;
		}
		if (below(3) == 0)
			q.device = below(2) == 0 ? "a" : "b";
		if (below(3) == 0)
			q.person = below(2) == 0 ? "nuria" : "somsri";
		each_answer(q, check_revision, NULL);
	}
	assert_true(checked > 500); /* or nothing was looked at */
}

/* --- who made what stands --- */

static int
holds(const char *path, const char *field, int64_t at, const cJSON *value)
{
	struct store *s = twins->at[0].store;
	struct branch *b = NULL;
	struct asof a = { 0 };
	struct err e = { 0 };
	const cJSON *is;
	int same;

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_record(s, b, path, at, &a, &e), &e);
	is = a.rec != NULL ? record_get(a.rec, field) : NULL;
	same = is != NULL && cJSON_Compare(is, value, 1);
	asof_release(&a);
	return same;
}

static void
check_blamed(const cJSON *one, const char *path)
{
	const char *field = json_str(one, "field");
	const cJSON *value = json_get(one, "value");
	struct store *s = twins->at[0].store;
	int64_t revision = 0, before = 0;
	struct branch *b = NULL;
	struct err e = { 0 };

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(
	    asof_revision(s, b, json_str(one, "revision"), &revision, &e), &e);
	assert_ok(asof_parent(s, b, revision, &before, &e), &e);
	assert_true(holds(path, field, ASOF_NOW, value));
	assert_true(holds(path, field, revision, value));
	assert_false(holds(path, field, before, value));
}

static void
test_past_joined__blame_names_who_wrote_it(void **state)
{
	static const char *const items[] = { "1.1", "1.2", "2.1" };
	struct err e = { 0 };
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		struct blame_ask a = {
			.office = "", .year = YEAR, .record = items[i]
		};
		cJSON *v = NULL;
		const cJSON *one;
		char path[40];

		snprintf(
		    path, sizeof(path), "%d/items/%s.json", YEAR, items[i]);
		assert_ok(blame_run(twins->at[0].store, &a, &v, &e), &e);
		cJSON_ArrayForEach (one, json_get(v, "fields")) {
			check_blamed(one, path);
			n++;
		}
		cJSON_Delete(v);
	}
	assert_true(n > 3);
}

/* --- any two revisions --- */

static int64_t
row_of(const char *name)
{
	struct store *s = twins->at[0].store;
	struct branch *b = NULL;
	struct err e = { 0 };
	int64_t row = 0;

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_revision(s, b, name, &row, &e), &e);
	return row;
}

/* What the diff says of a field; NULL: it is the same. */
static const cJSON *
diff_of(const cJSON *diff, const char *record, const char *field)
{
	const cJSON *r, *c, *found = NULL;

	cJSON_ArrayForEach (r, json_get(diff, "records")) {
		if (strcmp(json_str(r, "record"), record) != 0)
			continue;
		cJSON_ArrayForEach (c, json_get(r, "changes")) {
			if (strcmp(json_str(c, "field"), field) == 0)
				found = c;
		}
	}
	return found;
}

static void
check_diff(
    const cJSON *diff, const char *from, const char *to, const char *item)
{
	static const char *const fields[] = { "explanation.basic",
		"explanation.advance", "gap", "ticks" };
	struct store *s = twins->at[0].store;
	struct asof a = { 0 }, z = { 0 };
	struct branch *b = NULL;
	struct err e = { 0 };
	char record[40], path[48];
	size_t i;

	snprintf(record, sizeof(record), "%d/items/%s", YEAR, item);
	snprintf(path, sizeof(path), "%s.json", record);
	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_record(s, b, path, row_of(from), &a, &e), &e);
	assert_ok(asof_record(s, b, path, row_of(to), &z, &e), &e);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const cJSON *was =
		    a.rec != NULL ? record_get(a.rec, fields[i]) : NULL;
		const cJSON *is =
		    z.rec != NULL ? record_get(z.rec, fields[i]) : NULL;
		int same = was == NULL || is == NULL
			       ? was == is
			       : cJSON_Compare(was, is, 1);

		if ((diff_of(diff, record, fields[i]) == NULL) != same)
			fail_msg(
			    "diff %s %s of %s: %s", from, to, item, fields[i]);
		checked++;
	}
	asof_release(&a);
	asof_release(&z);
}

static void
take_any(const cJSON *revision, void *arg)
{
	buf_printf(arg, "%-24s", json_str(revision, "revision"));
}

static void
test_past_joined__any_two_revisions_differ_as_their_files_do(void **state)
{
	struct query_history q = { .office = "", .limit = 100 };
	struct buf all = BUF_INIT;
	int i, n;

	(void)state;
	each_answer(q, take_any, &all);
	n = (int)(all.len / 24);
	assert_true(n > SAVES / 2); /* some saves change nothing */
	for (i = 0; i < 80; i++) {
		char from[25], to[25];
		struct err e = { 0 };
		cJSON *diff = NULL;

		snprintf(from, sizeof(from), "%.24s",
		    buf_str(&all) + 24 * (size_t)below(n));
		snprintf(to, sizeof(to), "%.24s",
		    buf_str(&all) + 24 * (size_t)below(n));
		from[strcspn(from, " ")] = to[strcspn(to, " ")] = '\0';
		assert_ok(
		    query_diff(twins->at[0].store, "", from, to, &diff, &e),
		    &e);
		check_diff(diff, from, to, "1.1");
		check_diff(diff, from, to, "1.2");
		check_diff(diff, from, to, "2.1");
		cJSON_Delete(diff);
	}
	buf_release(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_past_joined__what_was_said_is_found_and_nothing_else),
		cmocka_unit_test(
		    test_past_joined__changes_are_what_the_files_say),
		cmocka_unit_test(test_past_joined__blame_names_who_wrote_it),
		cmocka_unit_test(
		    test_past_joined__any_two_revisions_differ_as_their_files_do),
	};

	return cmocka_run_group_tests_name("past_joined", tests, up, down);
}
