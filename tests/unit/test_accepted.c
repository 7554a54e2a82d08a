#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "store/hall/accepted.h"

#define NOON_2569 INT64_C(1776000000) /* in April */
#define NEW_YEAR INT64_C(1798736400)  /* 2027-01-01T00:00:00+07:00 */
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static int
setup(void **state)
{
	*state = test_dir();
	return 0;
}

static int
teardown(void **state)
{
	test_dir_remove(*state);
	return 0;
}

static struct accepted_entry
push(int64_t time)
{
	struct accepted_entry en = { .office = "9105",
		.device = "9105-a",
		.ref = "refs/heads/office",
		.old = ID_A,
		.new_ = ID_B,
		.result = "admitted",
		.road = "ssh",
		.time = time };

	return en;
}

static struct accepted_entry
refusal(int64_t time, const char *reason)
{
	struct accepted_entry en = push(time);

	en.result = "refused";
	en.reason = reason;
	return en;
}

static int
add(void **state, struct accepted_entry en)
{
	struct err e;
	int written = -1;

	assert_ok(accepted_add(*state, &en, &written, &e), &e);
	return written;
}

static struct accepted_head
head(void **state)
{
	struct accepted_head h;
	struct err e;

	assert_ok(accepted_head(*state, &h, &e), &e);
	return h;
}

static void
path_of(void **state, int year, char ret[300])
{
	snprintf(ret, 300, "%s/log/%d.jsonl", (char *)*state, year);
}

struct tally {
	int64_t n, n_bad, last;
};

static int
count(void *arg, const struct accepted_line *l, struct err *e)
{
	struct tally *t = arg;

	(void)e;
	t->n++;
	if (l->line == NULL || !l->hash_ok || !l->chain_ok)
		t->n_bad++;
	else
		t->last = json_int(l->line, "n", 0);
	return 0;
}

static struct tally
tally(void **state)
{
	struct tally t = { 0, 0, 0 };
	struct err e;

	assert_ok(accepted_each(*state, count, &t, &e), &e);
	return t;
}

static cJSON *
page(void **state, struct accepted_query q)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(accepted_page(*state, &q, &ret, &e), &e);
	return ret;
}

static int
n_entries(const cJSON *p)
{
	return cJSON_GetArraySize(json_get(p, "entries"));
}

static int64_t
entry(const cJSON *p, int i)
{
	return json_int(cJSON_GetArrayItem(json_get(p, "entries"), i), "n", -1);
}

static void
test_accepted__begins_with_an_empty_log(void **state)
{
	cJSON *p;

	assert_int_equal(head(state).n, 0);
	assert_int_equal(tally(state).n, 0);
	p = page(state, (struct accepted_query){ .limit = 10 });
	assert_int_equal(n_entries(p), 0);
	assert_null(json_str(p, "cursor"));
	cJSON_Delete(p);
}

static void
test_accepted__chains_lines_over_the_years(void **state)
{
	struct tally t;
	char path[300];

	add(state, push(NEW_YEAR - 2));
	add(state, push(NEW_YEAR - 1));
	add(state, push(NEW_YEAR));
	t = tally(state);

	assert_int_equal(t.n, 3);
	assert_int_equal(t.n_bad, 0);
	assert_int_equal(t.last, 3);
	assert_int_equal(head(state).n, 3);
	path_of(state, 2569, path);
	assert_int_equal(access(path, F_OK), 0);
	path_of(state, 2570, path);
	assert_int_equal(access(path, F_OK), 0);
}

static void
test_accepted__stays_in_the_newest_file_when_the_clock_goes_back(void **state)
{
	add(state, push(NEW_YEAR));
	add(state, push(NEW_YEAR - 1));

	assert_int_equal(tally(state).n_bad, 0);
	assert_int_equal(tally(state).last, 2);
}

static void
test_accepted__is_checked_by_stock_tools(void **state)
{
	static const char script[] =
	    "cd \"$1\" && jq -cS 'del(.hash)' 2569.jsonl |"
	    " while IFS= read -r l; do printf %s \"$l\" | sha256sum; done |"
	    " cut -c1-64 >want && jq -r .hash 2569.jsonl >got && cmp want got";
	char dir[300];
	const char *argv[] = { "/bin/sh", "-c", script, "sh", dir, NULL };

	snprintf(dir, sizeof(dir), "%s/log", (char *)*state);
	add(state, push(NOON_2569));
	add(state,
	    refusal(NOON_2569, "the record \"1.1\" \\ เกณฑ์ 1.1.B2\tหาย"));

	assert_int_equal(test_run(argv, NULL), 0);
}

static void
test_accepted__finds_a_changed_line(void **state)
{
	struct buf text = BUF_INIT;
	struct tally t;
	char path[300];
	struct err e;
	int i;

	for (i = 0; i < 5; i++)
		add(state, push(NOON_2569 + i));
	path_of(state, 2569, path);
	assert_ok(file_read(path, 1 << 20, &text, &e), &e);
	*strstr(text.data, "9105-a") = '8'; /* in the first line */
	assert_ok(file_write(path, text.data, text.len, 0600, &e), &e);
	buf_release(&text);
	t = tally(state);

	assert_int_equal(t.n, 5);
	assert_int_equal(t.n_bad, 1);
}

static void
test_accepted__finds_a_line_taken_out(void **state)
{
	struct buf text = BUF_INIT;
	char path[300], *lf;
	struct err e;
	int i;

	for (i = 0; i < 3; i++)
		add(state, push(NOON_2569 + i));
	path_of(state, 2569, path);
	assert_ok(file_read(path, 1 << 20, &text, &e), &e);
	lf = strchr(text.data, '\n') + 1;
	assert_ok(file_write(path, lf, strlen(lf), 0600, &e), &e);
	buf_release(&text);

	assert_int_equal(tally(state).n, 2);
	assert_int_equal(tally(state).n_bad, 1);
}

static void
append_raw(void **state, const char *text)
{
	char path[300];
	int fd;

	path_of(state, 2569, path);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void
test_accepted__cuts_what_a_crash_left(void **state)
{
	add(state, push(NOON_2569));
	append_raw(state, "{\"device\":\"9105-a\",\"ha");

	assert_int_equal(head(state).n, 1);
	assert_int_equal(tally(state).n, 1);
	add(state, push(NOON_2569 + 1));
	assert_int_equal(tally(state).n, 2);
	assert_int_equal(tally(state).n_bad, 0);
}

static void
test_accepted__goes_on_after_an_empty_file(void **state)
{
	char path[300];
	int fd;

	add(state, push(NOON_2569));
	path_of(state, 2570, path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	add(state, push(NEW_YEAR + 5));

	assert_int_equal(tally(state).n, 2);
	assert_int_equal(tally(state).n_bad, 0);
}

static void
test_accepted__appends_nothing_to_a_damaged_end(void **state)
{
	struct accepted_entry en = push(NOON_2569 + 1);
	struct accepted_head h;
	struct err e;

	add(state, push(NOON_2569));
	append_raw(state, "{\"n\":2}\n");

	assert_err(accepted_add(*state, &en, NULL, &e), ERR_DAMAGED, &e,
	    "the last line of the acceptance log of 2569 is damaged");
	assert_err(accepted_head(*state, &h, &e), ERR_DAMAGED, &e, "damaged");
}

static void
test_accepted__writes_an_equal_refusal_once_a_minute(void **state)
{
	assert_int_equal(add(state, refusal(NOON_2569, "no")), 1);
	assert_int_equal(add(state, refusal(NOON_2569 + 10, "no")), 0);
	assert_int_equal(add(state, refusal(NOON_2569 + 20, "other")), 1);
	assert_int_equal(add(state, refusal(NOON_2569 + 59, "no")), 0);
	assert_int_equal(add(state, refusal(NOON_2569 + 61, "no")), 1);
	/* what comes in is always written */
	assert_int_equal(add(state, push(NOON_2569 + 62)), 1);
	assert_int_equal(add(state, push(NOON_2569 + 62)), 1);
	assert_int_equal(tally(state).n_bad, 0);
}

/* A clock that ran ahead is put right. */
static void
test_accepted__writes_a_refusal_that_a_later_line_has(void **state)
{
	assert_int_equal(add(state, refusal(NOON_2569 + 86400, "no")), 1);
	assert_int_equal(add(state, refusal(NOON_2569, "no")), 1);
	assert_int_equal(add(state, refusal(NOON_2569 + 10, "no")), 0);
	assert_int_equal(tally(state).n_bad, 0);
}

static void
test_accepted__lets_no_device_fill_the_disk(void **state)
{
	struct accepted_entry other;
	char reason[40];
	int i, n = 0;

	for (i = 0; i < ACCEPTED_REFUSALS_MAX + 50; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i);
		n += add(state, refusal(NOON_2569, reason));
	}
	other = refusal(NOON_2569, "reason 1");
	other.device = "9105-b";

	assert_int_equal(n, ACCEPTED_REFUSALS_MAX);
	assert_int_equal(add(state, other), 1);
}

static void
test_accepted__keeps_hostile_words_on_one_line(void **state)
{
	struct accepted_entry en =
	    refusal(NOON_2569, "a\nb\x1b[2J \xff \"quoted\" \xe0\xb8\x81");

	en.ref = "refs/heads/\"}\n{\"\xff";
	add(state, en);
	add(state, push(NOON_2569 + 1));

	assert_int_equal(tally(state).n, 2);
	assert_int_equal(tally(state).n_bad, 0);
}

static void
test_accepted__pages_forth_and_back(void **state)
{
	struct accepted_query q = { .limit = 2 };
	char cursor[64];
	cJSON *p;
	int i;

	for (i = 0; i < 5; i++)
		add(state, push(NEW_YEAR - 3 + i)); /* over two files */
	p = page(state, q);
	assert_int_equal(entry(p, 0), 5);
	assert_int_equal(entry(p, 1), 4);
	snprintf(cursor, sizeof(cursor), "%s", json_str(p, "cursor"));
	cJSON_Delete(p);
	q.cursor = cursor;
	p = page(state, q);
	assert_int_equal(entry(p, 0), 3);
	assert_int_equal(entry(p, 1), 2);
	cJSON_Delete(p);

	q = (struct accepted_query){ .limit = 4, .oldest_first = 1 };
	p = page(state, q);
	assert_int_equal(n_entries(p), 4);
	assert_int_equal(entry(p, 0), 1);
	snprintf(cursor, sizeof(cursor), "%s", json_str(p, "cursor"));
	cJSON_Delete(p);
	q.cursor = cursor;
	p = page(state, q);
	assert_int_equal(n_entries(p), 1);
	assert_int_equal(entry(p, 0), 5);
	assert_null(json_str(p, "cursor"));
	cJSON_Delete(p);
}

static void
test_accepted__filters(void **state)
{
	struct accepted_entry other = push(NOON_2569 + 10);
	cJSON *p;

	other.office = "9106";
	other.device = "9106-a";
	add(state, push(NOON_2569));
	add(state, other);
	add(state, refusal(NOON_2569 + 20, "no"));

	p = page(
	    state, (struct accepted_query){ .limit = 9, .office = "9106" });
	assert_int_equal(n_entries(p), 1);
	assert_int_equal(entry(p, 0), 2);
	cJSON_Delete(p);
	p = page(
	    state, (struct accepted_query){ .limit = 9, .result = "refused" });
	assert_int_equal(entry(p, 0), 3);
	cJSON_Delete(p);
	p = page(state,
	    (struct accepted_query){
		.limit = 9, .since = NOON_2569 + 5, .until = NOON_2569 + 15 });
	assert_int_equal(n_entries(p), 1);
	assert_int_equal(entry(p, 0), 2);
	cJSON_Delete(p);
}

static void
test_accepted__refuses_a_foreign_cursor(void **state)
{
	static const char *const bad[] = { "x", "2569", "2569:", "2569:-1",
		"2569:7", "2569:99999999", "2569:0x", "12569:0" };
	struct accepted_query q = { .limit = 1 };
	cJSON *p = NULL;
	struct err e;
	size_t i;

	add(state, push(NOON_2569));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		q.cursor = bad[i];
		assert_err(accepted_page(*state, &q, &p, &e), ERR_INVALID, &e,
		    "the cursor is not one of this log");
	}
}

static void
test_accepted__pages_a_log_longer_than_a_block(void **state)
{
	struct accepted_query q = { .limit = 700, .oldest_first = 1 };
	char cursor[64];
	int64_t next = 1;
	cJSON *p;
	int i, k;

	for (i = 0; i < 900; i++)
		add(state, push(NOON_2569 + i));
	p = page(state, q);
	assert_int_equal(n_entries(p), 700);
	for (k = 0; k < 700; k++)
		assert_int_equal(entry(p, k), next++);
	snprintf(cursor, sizeof(cursor), "%s", json_str(p, "cursor"));
	cJSON_Delete(p);
	q.cursor = cursor;
	p = page(state, q);
	assert_int_equal(n_entries(p), 200);
	cJSON_Delete(p);

	q = (struct accepted_query){ .limit = 700 };
	p = page(state, q);
	for (k = 0; k < 700; k++)
		assert_int_equal(entry(p, k), 900 - k);
	cJSON_Delete(p);
	assert_int_equal(tally(state).n_bad, 0);
}

#define WRITERS 4
#define LINES 25

static void
test_accepted__keeps_its_chain_under_many_writers(void **state)
{
	pid_t child[WRITERS];
	int i, k, status;

	for (i = 0; i < WRITERS; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		for (k = 0; child[i] == 0; k++) {
			struct accepted_entry en = push(NOON_2569);
			struct err e;

			if (k == LINES)
				_exit(0);
			if (accepted_add(*state, &en, NULL, &e) < 0)
				_exit(1);
		}
	}
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(tally(state).n, WRITERS * LINES);
	assert_int_equal(tally(state).n_bad, 0);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(test_accepted__##name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(begins_with_an_empty_log),
		T(chains_lines_over_the_years),
		T(stays_in_the_newest_file_when_the_clock_goes_back),
		T(is_checked_by_stock_tools),
		T(finds_a_changed_line),
		T(finds_a_line_taken_out),
		T(cuts_what_a_crash_left),
		T(goes_on_after_an_empty_file),
		T(appends_nothing_to_a_damaged_end),
		T(writes_an_equal_refusal_once_a_minute),
		T(writes_a_refusal_that_a_later_line_has),
		T(lets_no_device_fill_the_disk),
		T(keeps_hostile_words_on_one_line),
		T(pages_forth_and_back),
		T(filters),
		T(refuses_a_foreign_cursor),
		T(pages_a_log_longer_than_a_block),
		T(keeps_its_chain_under_many_writers),
	};

	return cmocka_run_group_tests_name("accepted", tests, NULL, NULL);
}
