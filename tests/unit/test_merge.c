/* Merges of small histories, case by case; test_merge_any.c takes any. */
#include "store/merge/merge.h"

#include <string.h>

#include "base/file.h"
#include "store/record/canon.h"
#include "tests/support/histories.h"
#include "tests/unit/test.h"

#define ITEM "2565/items/1.1.json"
#define YEAR "2565/assessment.json"
#define OPEN                                                                   \
	"{\"cycle\":2565,\"edition\":{\"blob\":"                               \
	"\"2ad5a5b8a1b7bd4ea7e4bcd4a2bba6d62d4ba5a5\",\"id\":\"e\"},"          \
	"\"status\":\"open\"}"
#define SIGNED(n)                                                              \
	"{\"cycle\":2565,\"edition\":{\"blob\":"                               \
	"\"2ad5a5b8a1b7bd4ea7e4bcd4a2bba6d62d4ba5a5\",\"id\":\"e\"},"          \
	"\"status\":\"submitted\",\"submission\":{\"n\":" #n "}}"

static cJSON *
parse(const char *s)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	if (s != NULL)
		assert_ok(json_parse(s, strlen(s), 1 << 20, &v, &e), &e);
	return v;
}

static int
setup(void **state)
{
	struct history *h = history_create();
	int64_t first = history_add(h, HISTORY_NONE, HISTORY_NONE, "first");

	history_put(h, first, YEAR, parse(OPEN));
	*state = h;
	return 0;
}

static int
teardown(void **state)
{
	history_free(*state);
	return 0;
}

static int64_t
edit(struct history *h, int64_t after, const char *login, const char *path,
    const char *rec)
{
	int64_t v = history_add(h, after, HISTORY_NONE, login);

	history_put(h, v, path, parse(rec));
	return v;
}

static void
expect(struct history *h, int64_t version, const char *path, const char *want)
{
	cJSON *v = parse(want);

	if (!canon_equal(history_get(h, version, path), v)) {
		history_print(h, version);
		fail_msg("%s is not %s", path, want != NULL ? want : "absent");
	}
	cJSON_Delete(v);
}

static const cJSON *
conflict_at(
    struct history *h, int64_t version, size_t which, const char **ret_path)
{
	const char *path;
	const cJSON *rec;
	size_t i;

	for (i = 0; (path = history_file(h, version, i, &rec)) != NULL; i++)
		if (strncmp(path, "conflicts/", 10) == 0 && which-- == 0) {
			*ret_path = path;
			return rec;
		}
	return NULL;
}

static size_t
n_conflicts(struct history *h, int64_t version)
{
	const char *path;
	size_t n = 0;

	while (conflict_at(h, version, n, &path) != NULL)
		n++;
	return n;
}

/* The conflict of a field of an item; there must be one. */
static const cJSON *
conflict_of(struct history *h, int64_t version, const char *field,
    const char **ret_path)
{
	const cJSON *c;
	size_t i;

	for (i = 0; (c = conflict_at(h, version, i, ret_path)) != NULL; i++)
		if (strcmp(json_str(c, "field"), field) == 0)
			return c;
	history_print(h, version);
	fail_msg("no conflict of %s", field);
	return NULL;
}

/* --- fields --- */

static void
test_merge__joins_different_fields_without_a_word(void **state)
{
	struct history *h = *state;
	struct merge_result counts;
	int64_t a = edit(h, 0, "anong", ITEM, "{\"gap\":\"g\"}");
	int64_t b = edit(h, 0, "boon", ITEM, "{\"owner\":\"o\"}");
	int64_t m = history_merge(h, a, b, "boon", &counts);

	expect(h, m, ITEM, "{\"gap\":\"g\",\"owner\":\"o\"}");
	assert_int_equal(counts.n_fields, 1);
	assert_int_equal(counts.n_conflicts, 0);
	assert_int_equal(n_conflicts(h, m), 0);
}

static void
test_merge__keeps_the_halls_value_and_the_other_as_data(void **state)
{
	struct history *h = *state;
	struct merge_result counts;
	int64_t base = edit(h, 0, "anong", ITEM, "{\"gap\":\"b\"}");
	int64_t a = edit(h, base, "anong", ITEM, "{\"gap\":\"x\"}");
	int64_t b = edit(h, base, "boon", ITEM, "{\"gap\":\"y\"}");
	int64_t m = history_merge(h, a, b, "boon", &counts);
	const char *path, *again;
	const cJSON *c = conflict_of(h, m, "gap", &path);

	expect(h, m, ITEM, "{\"gap\":\"x\"}");
	assert_int_equal(counts.n_conflicts, 1);
	expect(h, m, path,
	    "{\"record\":\"2565/items/1.1\",\"field\":\"gap\","
	    "\"why\":\"both\",\"base\":{\"value\":\"b\"},"
	    "\"hall\":{\"value\":\"x\",\"revision\":\"a3\","
	    "\"login\":\"anong\",\"name\":\"Person anong\","
	    "\"time\":\"2026-11-22T10:00:02+07:00\"},"
	    "\"mine\":{\"value\":\"y\",\"revision\":\"a4\","
	    "\"login\":\"boon\",\"name\":\"Person boon\","
	    "\"time\":\"2026-11-22T10:00:03+07:00\"}}");
	assert_non_null(c);
	/* the same name, whichever side is the hall's */
	m = history_merge(h, b, a, "anong", NULL);
	expect(h, m, ITEM, "{\"gap\":\"y\"}");
	conflict_of(h, m, "gap", &again);
	assert_string_equal(path, again);
}

static void
test_merge__names_a_conflict_by_what_it_is_about(void **state)
{
	/* printf '[\n  "2565/items/1.1",\n  "gap",\n  "b",\n  "x",\n  "y"\n]\n'
	 * | sha256sum */
	struct history *h = *state;
	int64_t base = edit(h, 0, "anong", ITEM, "{\"gap\":\"b\"}");
	int64_t a = edit(h, base, "anong", ITEM, "{\"gap\":\"y\"}");
	int64_t b = edit(h, base, "boon", ITEM, "{\"gap\":\"x\"}");
	const char *path;

	conflict_of(h, history_merge(h, a, b, "boon", NULL), "gap", &path);
	assert_string_equal(path, "conflicts/e6220b1f2eaa3dca.json");
}

static void
test_merge__joins_long_text_by_lines_when_clean(void **state)
{
	struct history *h = *state;
	int64_t base = edit(h, 0, "anong", ITEM, "{\"gap\":\"1\\n2\\n3\"}");
	int64_t a = edit(h, base, "anong", ITEM, "{\"gap\":\"0\\n1\\n2\\n3\"}");
	int64_t b = edit(h, base, "boon", ITEM, "{\"gap\":\"1\\n2\\n4\"}");
	int64_t c = edit(h, base, "chai", ITEM, "{\"gap\":\"1\\n2\\n5\"}");
	int64_t m = history_merge(h, a, b, "boon", NULL);

	expect(h, m, ITEM, "{\"gap\":\"0\\n1\\n2\\n4\"}");
	assert_int_equal(n_conflicts(h, m), 0);
	m = history_merge(h, m, c, "chai", NULL);
	expect(h, m, ITEM, "{\"gap\":\"0\\n1\\n2\\n4\"}");
	assert_int_equal(n_conflicts(h, m), 1);
}

static void
test_merge__never_mixes_two_things_of_one_name(void **state)
{
	static const char *const item = "2565/items/7.1.json";
	struct history *h = *state;
	const char *path;
	int64_t a = edit(h, 0, "anong", item,
	    "{\"indicators\":{\"ia1\":{\"direction\":\"larger\","
	    "\"measure\":\"7.1.1\",\"name\":\"speed\"}}}");
	int64_t b = edit(h, 0, "boon", item,
	    "{\"indicators\":{\"ia1\":{\"direction\":\"larger\","
	    "\"measure\":\"7.1.1\",\"name\":\"trust\",\"target\":\"80\"}}}");
	int64_t m = history_merge(h, a, b, "boon", NULL);

	expect(h, m, item,
	    "{\"indicators\":{\"ia1\":{\"direction\":\"larger\","
	    "\"measure\":\"7.1.1\",\"name\":\"speed\"}}}");
	assert_int_equal(n_conflicts(h, m), 2);
	conflict_of(h, m, "indicators.ia1.target", &path);
	conflict_of(h, m, "indicators.ia1.name", &path);
}

/* --- conflicts that people resolve --- */

/* base -> x (a), y (b) -> m; ret: a, b, m */
static void
part(struct history *h, int64_t ret[3])
{
	int64_t base = edit(h, 0, "anong", ITEM, "{\"gap\":\"b\"}");

	ret[0] = edit(h, base, "anong", ITEM, "{\"gap\":\"x\"}");
	ret[1] = edit(h, base, "boon", ITEM, "{\"gap\":\"y\"}");
	ret[2] = history_merge(h, ret[0], ret[1], "boon", NULL);
}

static int64_t
resolve(struct history *h, int64_t after, const char *login, const char *rec)
{
	int64_t v = edit(h, after, login, ITEM, rec);
	const char *path;

	assert_non_null(conflict_at(h, after, 0, &path));
	history_put(h, v, path, NULL);
	return v;
}

static void
test_merge__brings_no_resolved_conflict_back(void **state)
{
	struct history *h = *state;
	int64_t v[3], done, other, m;

	part(h, v);
	done = resolve(h, v[2], "anong", "{\"gap\":\"y\"}");
	/* somebody else made the same merge the other way round */
	other = history_merge(h, v[1], v[0], "chai", NULL);
	other =
	    edit(h, other, "chai", ITEM, "{\"gap\":\"y\",\"owner\":\"chai\"}");
	m = history_merge(h, other, done, "anong", NULL);
	expect(h, m, ITEM, "{\"gap\":\"y\",\"owner\":\"chai\"}");
	assert_int_equal(n_conflicts(h, m), 0);
	m = history_merge(h, done, other, "chai", NULL);
	expect(h, m, ITEM, "{\"gap\":\"y\",\"owner\":\"chai\"}");
	assert_int_equal(n_conflicts(h, m), 0);
}

static void
test_merge__lets_a_decision_stand_that_keeps_the_value(void **state)
{
	struct history *h = *state;
	int64_t v[3], done, other, m;

	part(h, v);
	done = resolve(h, v[2], "anong", "{\"gap\":\"x\"}");
	other = history_merge(h, v[1], v[0], "chai", NULL);
	m = history_merge(h, other, done, "anong", NULL);
	expect(h, m, ITEM, "{\"gap\":\"x\"}");
	assert_int_equal(n_conflicts(h, m), 0);
}

static void
test_merge__asks_again_when_two_decide_differently(void **state)
{
	struct history *h = *state;
	int64_t v[3], one, two, m;

	part(h, v);
	one = resolve(h, v[2], "anong", "{\"gap\":\"x\"}");
	two = resolve(h, v[2], "chai", "{\"gap\":\"y\"}");
	m = history_merge(h, one, two, "chai", NULL);
	expect(h, m, ITEM, "{\"gap\":\"x\"}");
	assert_int_equal(n_conflicts(h, m), 1);
}

static void
test_merge__keeps_three_values_that_differ(void **state)
{
	struct history *h = *state;
	int64_t a = edit(h, 0, "anong", ITEM, "{\"gap\":\"1\"}");
	int64_t b = edit(h, 0, "boon", ITEM, "{\"gap\":\"2\"}");
	int64_t c = edit(h, 0, "chai", ITEM, "{\"gap\":\"3\"}");
	int64_t one =
	    history_merge(h, c, history_merge(h, b, a, "m", NULL), "m", NULL);
	int64_t two =
	    history_merge(h, b, history_merge(h, c, a, "m", NULL), "m", NULL);
	int64_t m = history_merge(h, two, one, "m", NULL);
	struct buf all = BUF_INIT;
	const char *path;
	const cJSON *rec;
	struct err e = { 0 };
	size_t i;

	for (i = 0; (rec = conflict_at(h, m, i, &path)) != NULL; i++)
		assert_ok(json_write(rec, &all, &e), &e);
	expect(h, m, ITEM, "{\"gap\":\"2\"}");
	assert_non_null(strstr(buf_str(&all), "\"value\":\"1\""));
	assert_non_null(strstr(buf_str(&all), "\"value\":\"3\""));
	buf_release(&all);
}

/* --- sign-offs --- */

static void
test_merge__never_takes_half_of_a_signed_year(void **state)
{
	struct history *h = *state;
	const char *path;
	int64_t a = edit(h, 0, "anong", ITEM, "{\"gap\":\"signed\"}");
	int64_t b = edit(h, 0, "boon", ITEM, "{\"owner\":\"late\"}");
	int64_t m;

	a = edit(h, a, "chief", YEAR, SIGNED(1));
	m = history_merge(h, a, b, "boon", NULL);
	expect(h, m, ITEM, "{\"gap\":\"signed\"}");
	assert_string_equal(
	    json_str(conflict_of(h, m, "owner", &path), "why"), "signed");
	assert_int_equal(n_conflicts(h, m), 1);
	/* signed on this side: the hall's edits wait */
	m = history_merge(h, b, a, "anong", NULL);
	expect(h, m, YEAR, SIGNED(1));
	expect(h, m, ITEM, "{\"gap\":\"signed\"}");
	assert_int_equal(n_conflicts(h, m), 1);
}

static void
test_merge__keeps_the_halls_year_when_both_signed(void **state)
{
	struct history *h = *state;
	int64_t a = edit(h, 0, "anong", ITEM, "{\"gap\":\"a\"}");
	int64_t b = edit(h, 0, "boon", ITEM, "{\"gap\":\"b\"}");
	int64_t m;

	a = edit(h, a, "anong", YEAR, SIGNED(1));
	b = edit(h, b, "boon", YEAR, SIGNED(2));
	m = history_merge(h, a, b, "boon", NULL);
	expect(h, m, YEAR, SIGNED(1));
	expect(h, m, ITEM, "{\"gap\":\"a\"}");
	assert_int_equal(n_conflicts(h, m), 2);
}

static void
test_merge__lets_other_years_and_the_plan_go_on(void **state)
{
	static const char *const plan = "2565/actions/x.json";
	struct history *h = *state;
	int64_t a = edit(h, 0, "anong", YEAR, SIGNED(1));
	int64_t b = edit(
	    h, 0, "boon", plan, "{\"what\":\"train\",\"status\":\"open\"}");
	int64_t m;

	b = edit(
	    h, b, "boon", "office.json", "{\"code\":\"9105\",\"name\":\"n\"}");
	m = history_merge(h, a, b, "boon", NULL);
	expect(h, m, plan, "{\"what\":\"train\",\"status\":\"open\"}");
	expect(h, m, "office.json", "{\"code\":\"9105\",\"name\":\"n\"}");
	assert_int_equal(n_conflicts(h, m), 0);
}

/* --- rules --- */

static void
test_merge__keeps_the_halls_record_where_the_rules_break(void **state)
{
	struct history *h = *state;
	struct buf bytes = BUF_INIT;
	struct edition *ed = NULL;
	struct err e = { 0 };
	const char *path;
	int64_t a, b, m;

	assert_ok(
	    file_read("editions/pmqa4-2562.json", 1 << 20, &bytes, &e), &e);
	assert_ok(edition_parse(buf_str(&bytes), bytes.len, &ed, &e), &e);
	history_edition(h, ed);
	a = edit(h, 0, "anong", ITEM, "{\"gap\":\"g\"}");
	/* given against another edition */
	b = edit(h, 0, "boon", ITEM, "{\"ticks\":[\"1.1.B99\"]}");
	m = history_merge(h, a, b, "boon", NULL);
	expect(h, m, ITEM, "{\"gap\":\"g\"}");
	assert_string_equal(
	    json_str(conflict_of(h, m, "ticks", &path), "why"), "rules");
	assert_int_equal(n_conflicts(h, m), 1);
	edition_free(ed);
	buf_release(&bytes);
}

/* Thirty kilobytes in each of five fields. */
static cJSON *
long_profile(int from)
{
	cJSON *rec = cJSON_CreateObject();
	char text[30001], field[32];
	int i;

	assert_non_null(rec);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 5; i++) {
		snprintf(field, sizeof(field), "answers.q%d", from + i);
		assert_int_equal(
		    0, record_put(rec, field, cJSON_CreateString(text), NULL));
	}
	return rec;
}

/* Each side's fits into a record, both together do not. */
static void
test_merge__keeps_the_halls_record_where_both_are_too_much(void **state)
{
	struct history *h = *state;
	int64_t hall = history_add(h, 0, HISTORY_NONE, "anong");
	int64_t mine = history_add(h, 0, HISTORY_NONE, "boonsri"), merged;
	struct merge_result m;

	history_put(h, hall, "2565/profile.json", long_profile(0));
	history_put(h, mine, "2565/profile.json", long_profile(5));

	merged = history_merge(h, hall, mine, "pmqa", &m);
	assert_int_equal(5, (int)m.n_conflicts);
	assert_true(canon_equal(history_get(h, hall, "2565/profile.json"),
	    history_get(h, merged, "2565/profile.json")));
}

static void
test_merge__keeps_the_year_that_answers_are_given_in(void **state)
{
	struct history *h = *state;
	int64_t a = edit(h, 0, "anong", ITEM, "{\"gap\":\"g\"}");
	int64_t b = edit(h, 0, "boon", YEAR, NULL);
	int64_t m = history_merge(h, a, b, "boon", NULL);

	expect(h, m, YEAR, OPEN);
	expect(h, m, ITEM, "{\"gap\":\"g\"}");
	m = history_merge(h, b, a, "anong", NULL);
	expect(h, m, YEAR, OPEN);
	expect(h, m, ITEM, "{\"gap\":\"g\"}");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_merge__joins_different_fields_without_a_word),
		CASE(test_merge__keeps_the_halls_value_and_the_other_as_data),
		CASE(test_merge__names_a_conflict_by_what_it_is_about),
		CASE(test_merge__joins_long_text_by_lines_when_clean),
		CASE(test_merge__never_mixes_two_things_of_one_name),
		CASE(test_merge__brings_no_resolved_conflict_back),
		CASE(test_merge__lets_a_decision_stand_that_keeps_the_value),
		CASE(test_merge__asks_again_when_two_decide_differently),
		CASE(test_merge__keeps_three_values_that_differ),
		CASE(test_merge__never_takes_half_of_a_signed_year),
		CASE(test_merge__keeps_the_halls_year_when_both_signed),
		CASE(test_merge__lets_other_years_and_the_plan_go_on),
		CASE(test_merge__keeps_the_halls_record_where_the_rules_break),
		CASE(
		    test_merge__keeps_the_halls_record_where_both_are_too_much),
		CASE(test_merge__keeps_the_year_that_answers_are_given_in),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
