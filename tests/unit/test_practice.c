#include "tests/unit/test.h"

#include "store/hall/practice.h"
#include "store/hall/publish.h"
#include "tests/support/pair.h"

struct fixture {
	struct pair *p;
	struct store *hall, *office;
	struct err e;
	cJSON *ret;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->p = pair_make();
	f->hall = f->p->hall.store;
	f->office = f->p->office.store;
	cJSON_Delete(test_office_open_year(&f->p->office, 2569));
	cJSON_Delete(test_office_set(&f->p->office, 0, "3.1",
	    "good_practice.text", "ออกหน่วยบริการบนเกาะ"));
	cJSON_Delete(test_office_set(
	    &f->p->office, 0, "1.1", "good_practice.text", "ประชุมทุกเช้า"));
	pair_sync(f->p);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(f->ret);
	pair_remove(f->p);
	free(f);
	return 0;
}

static int
share(struct fixture *f, const char *item, const char *title)
{
	struct ask a = { .person = &f->p->hall.person };

	cJSON_Delete(f->ret);
	f->ret = NULL;
	return practice_share(f->hall, &a, "9105", item, title, &f->ret, &f->e);
}

static int
withdraw(struct fixture *f, const char *id)
{
	struct ask a = { .person = &f->p->hall.person };

	cJSON_Delete(f->ret);
	f->ret = NULL;
	return practice_withdraw(f->hall, &a, id, &f->ret, &f->e);
}

/* Ids of the list, joined by blanks. */
static void
expect_list(struct fixture *f, struct store *s, const char *text,
    const char *item, const char *want)
{
	struct buf ids = BUF_INIT;
	const cJSON *c;
	cJSON *list = NULL;

	assert_ok(practice_list(s, text, item, &list, &f->e), &f->e);
	cJSON_ArrayForEach (c, json_get(list, "practices"))
		buf_printf(
		    &ids, "%s%s", ids.len > 0 ? " " : "", json_str(c, "id"));
	assert_string_equal(want, buf_str(&ids));
	buf_release(&ids);
	cJSON_Delete(list);
}

static void
test_practice__is_shared_from_the_answer_with_all_offices(void **state)
{
	struct fixture *f = *state;
	const cJSON *p;

	assert_ok(share(f, "3.1", "บริการเคลื่อนที่"), &f->e);
	assert_string_equal("gh1", json_str(f->ret, "id"));
	assert_int_equal(1, cJSON_GetArraySize(json_get(f->ret, "published")));
	pair_fetch(f->p);
	pair_sync(f->p);

	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(practice_list(f->office, NULL, NULL, &f->ret, &f->e), &f->e);
	p = cJSON_GetArrayItem(json_get(f->ret, "practices"), 0);
	assert_string_equal("บริการเคลื่อนที่", json_str(p, "title"));
	assert_string_equal("ออกหน่วยบริการบนเกาะ", json_str(p, "text"));
	assert_string_equal("9105", json_str(json_get(p, "office"), "code"));
	assert_string_equal("ละงู", json_str(json_get(p, "office"), "name"));
	assert_string_equal("3.1", json_str(p, "item"));
	assert_int_equal(2569, json_int(p, "year", 0));
}

static void
test_practice__is_found_by_words_and_item(void **state)
{
	struct fixture *f = *state;

	assert_ok(share(f, "3.1", NULL), &f->e);
	assert_ok(share(f, "1.1", "ประชุม"), &f->e);
	expect_list(f, f->hall, "เกาะ", NULL, "gh1");
	expect_list(f, f->hall, "เช้า ประชุม", NULL, "gh2");
	expect_list(f, f->hall, "ละงู เกาะ", NULL, "gh1");
	expect_list(f, f->hall, "ไม่มี", NULL, "");
	expect_list(f, f->hall, NULL, "1.1", "gh2");
	expect_list(f, f->hall, NULL, "9.9", "");
}

static void
test_practice__shared_again_it_is_brought_up_to_date(void **state)
{
	struct fixture *f = *state;

	assert_ok(share(f, "3.1", "ก"), &f->e);
	cJSON_Delete(test_office_set(
	    &f->p->office, 0, "3.1", "good_practice.text", "ใหม่กว่า"));
	pair_sync(f->p);
	assert_ok(share(f, "3.1", "ข"), &f->e);
	assert_string_equal("gh1", json_str(f->ret, "id"));
	expect_list(f, f->hall, "ใหม่กว่า", NULL, "gh1");
	expect_list(f, f->hall, NULL, NULL, "gh1");
	/* without a title it keeps its last */
	assert_ok(share(f, "3.1", NULL), &f->e);
	expect_list(f, f->hall, NULL, NULL, "gh1");
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(practice_list(f->hall, NULL, NULL, &f->ret, &f->e), &f->e);
	assert_string_equal(
	    "ข", json_str(json_get(f->ret, "practices")->child, "title"));
}

static void
test_practice__a_name_that_was_taken_back_is_not_given_again(void **state)
{
	struct fixture *f = *state;

	assert_ok(share(f, "3.1", NULL), &f->e);
	assert_ok(withdraw(f, "gh1"), &f->e);
	expect_list(f, f->hall, NULL, NULL, "");
	assert_ok(share(f, "1.1", NULL), &f->e);
	assert_string_equal("gh2", json_str(f->ret, "id"));
	pair_fetch(f->p);
	pair_sync(f->p);
	expect_list(f, f->office, NULL, NULL, "gh2");
}

static void
test_practice__a_long_title_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	cJSON *rec = NULL;
	const char *title;

	/* the title of 1.1 has more than 300 bytes */
	assert_ok(share(f, "1.1", NULL), &f->e);
	assert_ok(
	    publish_get(f->hall, "practices/gh1.json", &rec, &f->e), &f->e);
	title = json_str(rec, "title");
	assert_true(strlen(title) <= 300 && strlen(title) > 280);
	assert_string_equal(title + strlen(title) - strlen("…"), "…");
	cJSON_Delete(rec);
}

static void
test_practice__refuses_what_nobody_wrote(void **state)
{
	struct fixture *f = *state;
	struct ask a = { .person = &f->p->office.person };

	assert_err(share(f, "2.1", NULL), ERR_NOT_FOUND, &f->e,
	    "has described no good practice in item 2.1 of 2569");
	assert_int_equal(ERR_NOT_FOUND, share(f, "9.9", NULL));
	assert_int_equal(ERR_INVALID, share(f, "3.1", "สอง\nบรรทัด"));
	assert_err(
	    withdraw(f, "gh9"), ERR_NOT_FOUND, &f->e, "no practice 'gh9'");
	assert_err(withdraw(f, "../x"), ERR_INVALID, &f->e, "not a practice");
	assert_err(
	    practice_share(f->office, &a, "9105", "3.1", NULL, &f->ret, &f->e),
	    ERR_USAGE, &f->e, "only a hall");
}

#define practice_test(name)                                                    \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		practice_test(
		    test_practice__is_shared_from_the_answer_with_all_offices),
		practice_test(test_practice__is_found_by_words_and_item),
		practice_test(
		    test_practice__shared_again_it_is_brought_up_to_date),
		practice_test(
		    test_practice__a_name_that_was_taken_back_is_not_given_again),
		practice_test(
		    test_practice__a_long_title_is_cut_between_characters),
		practice_test(test_practice__refuses_what_nobody_wrote),
	};

	return cmocka_run_group_tests_name(
	    "practice", tests, test_libraries_up, test_libraries_down);
}
