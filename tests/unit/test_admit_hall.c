/* What an office takes in from the hall's branch, and what not. */
#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/admit/admit.h"
#include "tests/support/forge.h"
#include "tests/support/office.h"

#define REVIEW "reviews/2565/1.1.json"
#define DECISION "decisions/2565.json"
#define TIME "\"2026-11-22T13:14:15+07:00\""

struct fixture {
	struct forge *f;
	struct admit a;
	unsigned char before[20];
	struct err e;
};

static int
key_of(void *arg, const char *device, int64_t t,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	const struct fixture *x = arg;

	(void)device;
	(void)t;
	(void)e;
	memcpy(ret, x->f->hall.pub, KEY_PUBLIC_LEN);
	return 0;
}

/* Nothing of the hall's branch is held against an edition here. */
static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	(void)arg;
	(void)id;
	(void)blob;
	(void)ret;
	return err_set(e, ERR_FAILED, 0, "an edition was asked for");
}

static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	(void)arg;
	(void)device;
	(void)e;
	*ret = 1;
	return 0;
}

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->f = forge_make();
	memcpy(x->before, x->f->hall_branch.tip, 20);
	x->a.repo = x->f->inbox;
	x->a.office = "9105";
	x->a.hall = "91";
	x->a.branch = RECORD_HALL;
	x->a.now = clock_now();
	x->a.key_of = key_of;
	x->a.edition_of = edition_of;
	x->a.sequence_of = sequence_of;
	x->a.arg = x;
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	forge_remove(x->f);
	free(x);
	return 0;
}

/* One commit of the hall by "somsri". */
static void
made(struct fixture *x, const char *path, const char *bytes)
{
	forge_begin(x->f, &x->f->hall_branch);
	forge_file(x->f, path, bytes);
	forge_end(x->f);
}

static int
admit(struct fixture *x)
{
	assert_ok(repo_refresh(x->f->inbox, &x->e), &x->e);
	return admit_range(&x->a, x->before, x->f->hall_branch.tip, &x->e);
}

static void
taken(struct fixture *x)
{
	assert_ok(admit(x), &x->e);
}

static void
refused(struct fixture *x, const char *sentence)
{
	char hex[41], whole[400];

	commit_hex(x->f->hall_branch.tip, hex);
	snprintf(whole, sizeof(whole), "commit %.10s: %s", hex, sentence);
	assert_err(admit(x), ERR_REFUSED, &x->e, whole);
}

/* A review with one view under the key, one comment. */
static void
review(struct fixture *x, const char *key, const char *login, const char *score,
    const char *comment)
{
	struct buf b = BUF_INIT;

	buf_printf(&b,
	    "{\n  \"assessors\": {\n    \"%s\": {\n      \"login\": \"%s\",\n"
	    "      \"name\": \"สมศรี\",\n      \"of\": 1,\n"
	    "      \"score\": \"%s\",\n      \"time\": " TIME "\n    }\n  }",
	    key, login, score);
	if (comment != NULL)
		buf_printf(&b,
		    ",\n  \"comments\": {\n    \"ch1\": {\n      \"login\": "
		    "\"somsri\",\n      \"name\": \"สมศรี\",\n      \"text\": "
		    "\"%s\",\n      \"time\": " TIME "\n    }\n  }",
		    comment);
	buf_puts(&b, "\n}\n");
	made(x, REVIEW, buf_str(&b));
	buf_release(&b);
}

static void
decide(struct fixture *x, const char *login, int of, const char *verdict,
    const char *text)
{
	struct buf b = BUF_INIT;

	buf_printf(&b,
	    "{\n  \"login\": \"%s\",\n  \"name\": \"สมศรี\",\n  \"of\": %d,\n"
	    "  \"revision\": \"a2\",\n",
	    login, of);
	if (text != NULL)
		buf_printf(&b, "  \"text\": \"%s\",\n", text);
	buf_printf(
	    &b, "  \"time\": " TIME ",\n  \"verdict\": \"%s\"\n}\n", verdict);
	made(x, DECISION, buf_str(&b));
	buf_release(&b);
}

static void
test_admit_hall__takes_reviews_decisions_calendars_and_practices(void **state)
{
	struct fixture *x = *state;

	review(x, "somsri", "somsri", "300", NULL);
	review(x, "somsri", "somsri", "350", "ดี");
	decide(x, "somsri", 1, "returned", "ขาดหลักฐาน");
	decide(x, "somsri", 2, "accepted", NULL);
	made(x, "cycles/2567.json",
	    "{\n  \"cycle\": 2567,\n  \"due\": {\n    \"submit\": "
	    "\"2024-03-31\"\n  }\n}\n");
	made(x, "practices/gh1.json",
	    "{\n  \"item\": \"1.1\",\n  \"login\": \"somsri\",\n"
	    "  \"name\": \"ส\",\n  \"office\": {\n    \"code\": \"9106\",\n"
	    "    \"name\": \"มะนัง\"\n  },\n  \"text\": \"ทำอย่างนี้\",\n"
	    "  \"time\": " TIME
	    ",\n  \"title\": \"ดี\",\n  \"year\": 2565\n}\n");
	made(x, "practices/gh1.json", NULL);

	taken(x);
}

static void
test_admit_hall__refuses_a_view_under_anothers_key(void **state)
{
	struct fixture *x = *state;

	review(x, "malee", "malee", "300", NULL);

	refused(x, "reviews/2565/1.1: the view of 'malee' was changed by "
		   "'somsri'");
}

static void
test_admit_hall__refuses_a_view_signed_by_another(void **state)
{
	struct fixture *x = *state;

	review(x, "somsri", "malee", "300", NULL);

	refused(x, "reviews/2565/1.1: is signed 'malee', but was written by "
		   "'somsri'");
}

static void
test_admit_hall__refuses_another_comment_in_the_place_of_one(void **state)
{
	struct fixture *x = *state;

	review(x, "somsri", "somsri", "300", "ดี");
	review(x, "somsri", "somsri", "300", "ไม่ดี");

	refused(x, "reviews/2565/1.1: 'comments.ch1.text' stays as it was "
		   "written");
}

static void
test_admit_hall__refuses_a_consensus_of_nobody(void **state)
{
	struct fixture *x = *state;

	made(x, REVIEW,
	    "{\n  \"consensus\": {\n    \"score\": \"300\"\n  }\n}\n");

	refused(x, "reviews/2565/1.1: 'consensus' has no 'time'");
}

static void
test_admit_hall__refuses_points_of_another_item(void **state)
{
	struct fixture *x = *state;

	made(x, REVIEW,
	    "{\n  \"consensus\": {\n    \"login\": \"somsri\",\n"
	    "    \"name\": \"ส\",\n    \"of\": 1,\n    \"ticks\": [\n"
	    "      \"1.2.B1\"\n    ],\n    \"time\": " TIME "\n  }\n}\n");

	refused(x, "reviews/2565/1.1: point '1.2.B1' is not one of item 1.1");
}

static void
test_admit_hall__refuses_a_return_without_words(void **state)
{
	struct fixture *x = *state;

	decide(x, "somsri", 1, "returned", NULL);

	refused(x, "decisions/2565: returns without saying what is to be "
		   "corrected");
}

static void
test_admit_hall__refuses_a_decision_that_goes_back(void **state)
{
	struct fixture *x = *state;

	decide(x, "somsri", 2, "accepted", NULL);
	decide(x, "somsri", 1, "accepted", NULL);

	refused(x, "decisions/2565: decides on submission 1, but 2 was "
		   "decided on already");
}

static void
test_admit_hall__refuses_a_decision_in_anothers_name(void **state)
{
	struct fixture *x = *state;

	decide(x, "governor", 1, "accepted", NULL);

	refused(x, "decisions/2565: is signed 'governor'");
}

static void
test_admit_hall__refuses_to_remove_what_was_decided(void **state)
{
	struct fixture *x = *state;

	decide(x, "somsri", 1, "accepted", NULL);
	made(x, DECISION, NULL);

	refused(x, "'decisions/2565.json' cannot be removed");
}

static void
test_admit_hall__refuses_a_year_that_cannot_be(void **state)
{
	struct fixture *x = *state;

	made(x, "cycles/1999.json", "{\n  \"cycle\": 1999\n}\n");

	refused(x, "path 'cycles/1999.json' is not a record of this branch");
}

static void
test_admit_hall__refuses_a_calendar_of_another_year(void **state)
{
	struct fixture *x = *state;

	made(x, "cycles/2566.json", "{\n  \"cycle\": 2567\n}\n");

	refused(x, "cycles/2566: 'cycle' must be the year of the path");
}

static void
test_admit_hall__refuses_a_due_day_that_is_none(void **state)
{
	struct fixture *x = *state;

	made(x, "cycles/2566.json",
	    "{\n  \"cycle\": 2566,\n  \"due\": {\n    \"submit\": "
	    "\"2023-02-30\"\n  }\n}\n");

	refused(x, "cycles/2566: 'due.submit' must be a day");
}

static void
test_admit_hall__refuses_wordings_that_are_none(void **state)
{
	struct fixture *x = *state;

	made(x, "wordings/pmqa4-2562.json",
	    "{\n  \"id\": \"pmqa4-2562\",\n  \"texts\": {\n    \"1.1.B1\": "
	    "7\n  }\n}\n");

	refused(x, "wordings/pmqa4-2562: ");
}

static void
test_admit_hall__refuses_what_offices_write(void **state)
{
	struct fixture *x = *state;

	made(x, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");

	refused(x, "path '2565/items/1.1.json' is not a record of this branch");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_admit_hall__takes_reviews_decisions_calendars_and_practices),
		TEST(test_admit_hall__refuses_a_view_under_anothers_key),
		TEST(test_admit_hall__refuses_a_view_signed_by_another),
		TEST(
		    test_admit_hall__refuses_another_comment_in_the_place_of_one),
		TEST(test_admit_hall__refuses_a_consensus_of_nobody),
		TEST(test_admit_hall__refuses_points_of_another_item),
		TEST(test_admit_hall__refuses_a_return_without_words),
		TEST(test_admit_hall__refuses_a_decision_that_goes_back),
		TEST(test_admit_hall__refuses_a_decision_in_anothers_name),
		TEST(test_admit_hall__refuses_to_remove_what_was_decided),
		TEST(test_admit_hall__refuses_a_year_that_cannot_be),
		TEST(test_admit_hall__refuses_a_calendar_of_another_year),
		TEST(test_admit_hall__refuses_a_due_day_that_is_none),
		TEST(test_admit_hall__refuses_wordings_that_are_none),
		TEST(test_admit_hall__refuses_what_offices_write),
	};

	return cmocka_run_group_tests_name(
	    "admit_hall", tests, test_libraries_up, test_libraries_down);
}
