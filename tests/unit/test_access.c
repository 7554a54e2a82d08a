#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/hall/access.h"

struct fixture {
	struct conf conf;
	char *dir;
	struct err e;
};

static int
up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	conf_defaults(ROLE_HALL, &f->conf);
	f->dir = test_dir();
	snprintf(f->conf.dir, sizeof(f->conf.dir), "%s", f->dir);
	f->conf.record_access = 1;
	*state = f;
	return 0;
}

static int
down(void **state)
{
	struct fixture *f = *state;

	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static void
take(struct fixture *f, const char *login, const char *detail)
{
	const struct access_entry en = { .action = "history.export",
		.login = login,
		.person = "สมศรี ใจดี",
		.office = "9105",
		.year = 2565,
		.format = "csv",
		.detail = detail };

	assert_ok(access_record(&f->conf, &en, &f->e), &f->e);
}

static cJSON *
page(struct fixture *f, const char *login, const char *cursor, int limit)
{
	const struct access_query q = {
		.login = login, .cursor = cursor, .limit = limit
	};
	cJSON *v = NULL;

	assert_ok(access_page(&f->conf, &q, &v, &f->e), &f->e);
	return v;
}

/* "3 2 1": the numbers of a page's lines. */
static void
expect_lines(const cJSON *v, const char *want)
{
	struct buf got = BUF_INIT;
	const cJSON *l;

	cJSON_ArrayForEach (l, json_get(v, "entries")) {
		buf_printf(&got, "%s%lld", got.len > 0 ? " " : "",
		    (long long)json_int(l, "n", 0));
	}
	assert_string_equal(buf_str(&got), want);
	buf_release(&got);
}

struct counts {
	int lines, bad_hash, bad_chain, no_line;
};

static int
look(void *arg, const struct accepted_line *l, struct err *e)
{
	struct counts *c = arg;

	(void)e;
	c->lines++;
	c->bad_hash += l->line != NULL && !l->hash_ok;
	c->bad_chain += l->line != NULL && !l->chain_ok;
	c->no_line += l->line == NULL;
	return 0;
}

static struct counts
count(struct fixture *f)
{
	struct counts c = { 0 };

	assert_ok(access_each(f->dir, look, &c, &f->e), &f->e);
	return c;
}

/* The one file there is. */
static void
path_of(struct fixture *f, char *ret, size_t size)
{
	int year;

	for (year = 2560; year < 2700; year++) {
		snprintf(ret, size, "%s/log/access-%d.jsonl", f->dir, year);
		if (access(ret, F_OK) == 0)
			return;
	}
	fail_msg("there is no file");
}

static void
change(struct fixture *f, const char *from, const char *to)
{
	struct buf text = BUF_INIT;
	char path[600], *at;

	path_of(f, path, sizeof(path));
	assert_ok(file_read(path, 1 << 20, &text, &f->e), &f->e);
	buf_putc(&text, '\0');
	at = strstr(text.data, from);
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
	assert_ok(
	    file_write(path, text.data, text.len - 1, 0640, &f->e), &f->e);
	buf_release(&text);
}

static void
test_access__writes_nothing_unless_it_is_asked_to(void **state)
{
	struct fixture *f = *state;
	cJSON *v;

	f->conf.record_access = 0;
	take(f, "somsri", NULL);

	v = page(f, NULL, NULL, 10);
	expect_lines(v, "");
	assert_int_equal(json_bool(v, "recording", 1), 0);
	cJSON_Delete(v);
	assert_int_equal(count(f).lines, 0);
}

static void
test_access__keeps_who_took_what_newest_first(void **state)
{
	struct fixture *f = *state;
	const cJSON *l;
	cJSON *v;

	take(f, "somsri", "person=x\ny");
	take(f, "somchai", NULL);
	take(f, "somsri", NULL);

	v = page(f, NULL, NULL, 10);
	expect_lines(v, "3 2 1");
	assert_int_equal(json_bool(v, "recording", 0), 1);
	assert_int_equal(json_int(json_get(v, "head"), "n", 0), 3);
	assert_null(json_str(v, "cursor"));
	l = cJSON_GetArrayItem(json_get(v, "entries"), 2);
	assert_string_equal(json_str(l, "detail"), "person=x y");
	assert_string_equal(json_str(l, "person"), "สมศรี ใจดี");
	assert_string_equal(json_str(l, "year"), "2565");
	cJSON_Delete(v);
	v = page(f, "somsri", NULL, 10);
	expect_lines(v, "3 1");
	cJSON_Delete(v);
}

static void
test_access__goes_on_at_its_cursor(void **state)
{
	struct fixture *f = *state;
	cJSON *v, *w;
	int i;

	for (i = 0; i < 5; i++)
		take(f, "somsri", NULL);

	v = page(f, NULL, NULL, 2);
	expect_lines(v, "5 4");
	w = page(f, NULL, json_str(v, "cursor"), 2);
	expect_lines(w, "3 2");
	cJSON_Delete(v);
	v = page(f, NULL, json_str(w, "cursor"), 2);
	expect_lines(v, "1");
	assert_null(json_str(v, "cursor"));
	cJSON_Delete(w);
	cJSON_Delete(v);
}

static void
test_access__a_cursor_of_another_form_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct access_query q = { .cursor = "x", .limit = 1 };
	cJSON *v = NULL;

	assert_err(access_page(&f->conf, &q, &v, &f->e), ERR_INVALID, &f->e,
	    "not one of this log");
	assert_null(v);
}

static void
test_access__its_chain_shows_what_was_altered(void **state)
{
	struct fixture *f = *state;
	struct counts c;

	take(f, "somsri", "aaaa");
	take(f, "somsri", "bbbb");
	take(f, "somsri", "cccc");
	c = count(f);
	assert_int_equal(c.lines, 3);
	assert_int_equal(c.bad_hash + c.bad_chain + c.no_line, 0);

	change(f, "bbbb", "bbxb");
	c = count(f);
	assert_int_equal(c.bad_hash, 1);
	change(f, "bbxb", "bbbb");
	change(f, "\"n\":2,", "\"n\":4,");
	c = count(f);
	assert_true(c.bad_hash == 1 && c.bad_chain > 0);
	change(f, "\"n\":4,", "\"m\":2,");
	c = count(f);
	assert_int_equal(c.no_line, 1);
}

static void
test_access__what_a_crash_cut_goes(void **state)
{
	struct fixture *f = *state;
	char path[600];
	struct counts c;
	FILE *file;

	take(f, "somsri", NULL);
	path_of(f, path, sizeof(path));
	file = fopen(path, "a");
	assert_non_null(file);
	fputs("{\"action\":\"hist", file);
	fclose(file);

	take(f, "somchai", NULL);

	c = count(f);
	assert_int_equal(c.lines, 2);
	assert_int_equal(c.bad_hash + c.bad_chain + c.no_line, 0);
}

/* Nothing is given out that cannot be put on record. */
static void
test_access__refuses_behind_a_damaged_line(void **state)
{
	struct fixture *f = *state;
	const struct access_entry en = { .action = "audit" };

	take(f, "somsri", "aaaa");
	change(f, "aaaa", "aaab");

	assert_err(access_record(&f->conf, &en, &f->e), ERR_DAMAGED, &f->e,
	    "the last line of the access log");
	assert_int_equal(count(f).lines, 1);
}

/* A disk that lost a byte of one line: the others are there. */
static void
test_access__a_line_with_a_nul_hides_no_other(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT;
	struct counts c;
	char path[600];
	cJSON *v;

	take(f, "somsri", NULL);
	take(f, "somsri", NULL);
	take(f, "somsri", NULL);
	path_of(f, path, sizeof(path));
	assert_ok(file_read(path, 1 << 20, &text, &f->e), &f->e);
	text.data[10] = '\0';
	assert_ok(file_write(path, text.data, text.len, 0640, &f->e), &f->e);
	buf_release(&text);

	c = count(f);
	assert_int_equal(c.lines, 3);
	assert_int_equal(c.no_line, 1);
	v = page(f, NULL, NULL, 10);
	expect_lines(v, "3 2");
	cJSON_Delete(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_access__writes_nothing_unless_it_is_asked_to, up,
		    down),
		cmocka_unit_test_setup_teardown(
		    test_access__keeps_who_took_what_newest_first, up, down),
		cmocka_unit_test_setup_teardown(
		    test_access__goes_on_at_its_cursor, up, down),
		cmocka_unit_test_setup_teardown(
		    test_access__a_cursor_of_another_form_is_refused, up, down),
		cmocka_unit_test_setup_teardown(
		    test_access__its_chain_shows_what_was_altered, up, down),
		cmocka_unit_test_setup_teardown(
		    test_access__what_a_crash_cut_goes, up, down),
		cmocka_unit_test_setup_teardown(
		    test_access__refuses_behind_a_damaged_line, up, down),
		cmocka_unit_test_setup_teardown(
		    test_access__a_line_with_a_nul_hides_no_other, up, down),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
