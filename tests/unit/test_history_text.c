/* What was said, asked of two devices' joined past, against every change of
 * every revision read one by one. */
#include "tests/unit/test.h"

#include "base/buf.h"
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
	return (int)(test_random(&rnd) % (uint64_t)n);
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

/* Names of all revisions that answer; those that hold want, if it is not
 * NULL. */
static void
ask(struct query_history q, const char *want, struct buf *ret)
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
			if (want == NULL || revision_has(r, q.field, want))
				buf_printf(ret, "%s ", json_str(r, "revision"));
		}
		snprintf(cursor, sizeof(cursor), "%s",
		    json_str(page, "next") != NULL ? json_str(page, "next")
						   : "");
		q.cursor = cursor;
	} while (cursor[0] != '\0');
	cJSON_Delete(page);
}

static void
test_history_text__what_was_said_is_found_and_nothing_else(void **state)
{
	int i, n = 0;

	(void)state;
	for (i = 0; i < 60; i++) {
		struct query_history q = { .office = "", .limit = 5 };
		struct buf got = BUF_INIT, want = BUF_INIT;
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
		ask(q, text, &want);
		q.text = text;
		q.limit = 1 + below(50);
		q.work = 1 + below(20000);
		ask(q, NULL, &got);
		assert_string_equal(buf_str(&got), buf_str(&want));
		n += got.len > 0;
		buf_release(&got);
		buf_release(&want);
	}
	assert_true(n > 20); /* or nothing was asked */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_history_text__what_was_said_is_found_and_nothing_else),
	};

	return cmocka_run_group_tests_name("history_text", tests, up, down);
}
