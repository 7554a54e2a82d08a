#include "tests/unit/test.h"

#include <unistd.h>

#include "base/file.h"
#include "store/hall/publish.h"
#include "store/record/canon.h"
#include "tests/support/pair.h"

struct fixture {
	struct pair *p;
	struct store *hall;
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

static cJSON *
calendar(const char *note)
{
	cJSON *rec = cJSON_Parse("{\"cycle\":2569}");

	assert_non_null(rec);
	assert_ok(json_put_str(rec, "note", note, NULL), (struct err *)NULL);
	return rec;
}

static void
put(struct fixture *f, const char *path, cJSON *rec)
{
	assert_ok(publish_put(f->hall, path, rec, &f->e), &f->e);
	cJSON_Delete(rec);
}

static cJSON *
practice(const char *title)
{
	cJSON *rec = cJSON_Parse(
	    "{\"item\":\"1.1\",\"login\":\"malee\",\"name\":\"มาลี\","
	    "\"office\":{\"code\":\"9105\",\"name\":\"ละงู\"},"
	    "\"text\":\"ดี\",\"time\":\"2026-11-22T10:00:00+07:00\","
	    "\"year\":2569}");

	assert_non_null(rec);
	assert_ok(json_put_str(rec, "title", title, NULL), (struct err *)NULL);
	return rec;
}

static int
publish(struct fixture *f)
{
	cJSON_Delete(f->ret);
	f->ret = NULL;
	return publish_all(
	    f->hall, &f->p->hall.person, NULL, NULL, &f->ret, &f->e);
}

/* Text of a record of the office's hall branch, as the hall has it; NULL if
 * there is none. */
static char *
hall_record(struct fixture *f, const char *path)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;
	int rc;

	assert_ok(store_branch(f->hall, "9105", "hall", &b, &f->e), &f->e);
	rc = store_record(f->hall, b, path, &bytes, NULL, &f->e);
	if (rc == ERR_NOT_FOUND)
		return NULL;
	assert_ok(rc, &f->e);
	return buf_take(&bytes);
}

static void
test_publish__brings_a_file_to_every_office_once(void **state)
{
	struct fixture *f = *state;
	const cJSON *one;
	char *text;

	put(f, "cycles/2569.json", calendar("ปฏิทิน"));
	assert_ok(publish(f), &f->e);

	one = cJSON_GetArrayItem(f->ret, 0);
	assert_int_equal(1, cJSON_GetArraySize(f->ret));
	assert_string_equal("9105", json_str(one, "office"));
	assert_string_equal("h2", json_str(one, "revision"));
	assert_string_equal("cycles/2569",
	    cJSON_GetArrayItem(json_get(one, "records"), 0)->valuestring);
	text = hall_record(f, "cycles/2569.json");
	assert_string_equal(
	    "{\n  \"cycle\": 2569,\n  \"note\": \"ปฏิทิน\"\n}\n", text);
	free(text);

	assert_ok(publish(f), &f->e);
	assert_int_equal(0, cJSON_GetArraySize(f->ret));
}

static void
test_publish__the_office_takes_in_what_was_published(void **state)
{
	struct fixture *f = *state;
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;

	put(f, "cycles/2569.json", calendar("ปฏิทิน"));
	put(f, "practices/gh1.json", practice("เรือบริการ"));
	assert_ok(publish(f), &f->e);
	cJSON_Delete(test_office_open_year(&f->p->office, 2569));
	pair_sync(f->p);

	assert_ok(
	    store_branch(f->p->office.store, "", "hall", &b, &f->e), &f->e);
	assert_ok(store_record(f->p->office.store, b, "practices/gh1.json",
		      &bytes, NULL, &f->e),
	    &f->e);
	buf_release(&bytes);
	assert_ok(store_record(f->p->office.store, b, "cycles/2569.json",
		      &bytes, NULL, &f->e),
	    &f->e);
	buf_release(&bytes);
}

static void
test_publish__a_changed_calendar_comes_again_and_an_edition_never(void **state)
{
	struct fixture *f = *state;
	char path[600], *before, *after;
	struct buf bytes = BUF_INIT;
	cJSON *ed = NULL;

	put(f, "cycles/2569.json", calendar("หนึ่ง"));
	assert_ok(publish(f), &f->e);
	put(f, "cycles/2569.json", calendar("สอง"));
	assert_ok(publish(f), &f->e);
	assert_int_equal(1, cJSON_GetArraySize(f->ret));
	after = hall_record(f, "cycles/2569.json");
	assert_non_null(strstr(after, "สอง"));
	free(after);

	/* somebody edits the published edition's file by hand */
	before = hall_record(f, "editions/pmqa4-2562.json");
	assert_ok(publish_get(f->hall, "editions/pmqa4-2562.json", &ed, &f->e),
	    &f->e);
	assert_ok(json_put_str(ed, "title_en", "another", &f->e), &f->e);
	assert_ok(canon_write(ed, &bytes, &f->e), &f->e);
	snprintf(
	    path, sizeof(path), "%s/editions/pmqa4-2562.json", f->p->hall.dir);
	assert_ok(file_write(path, bytes.data, bytes.len, 0644, &f->e), &f->e);
	assert_ok(publish(f), &f->e);
	assert_int_equal(0, cJSON_GetArraySize(f->ret));
	after = hall_record(f, "editions/pmqa4-2562.json");
	assert_string_equal(before, after);
	free(before);
	free(after);
	buf_release(&bytes);
	cJSON_Delete(ed);
}

static void
test_publish__takes_back_practices_alone(void **state)
{
	struct fixture *f = *state;
	char *text, path[600];

	put(f, "practices/gh1.json", practice("หนึ่ง"));
	put(f, "practices/gh2.json", practice("สอง"));
	put(f, "cycles/2569.json", calendar("อยู่"));
	assert_ok(publish(f), &f->e);
	assert_ok(
	    publish_put(f->hall, "practices/gh1.json", NULL, &f->e), &f->e);
	assert_ok(publish_put(f->hall, "cycles/2569.json", NULL, &f->e), &f->e);
	assert_ok(publish(f), &f->e);

	assert_int_equal(1, cJSON_GetArraySize(f->ret));
	assert_null(hall_record(f, "practices/gh1.json"));
	text = hall_record(f, "practices/gh2.json");
	assert_non_null(text);
	free(text);
	text = hall_record(f, "cycles/2569.json");
	assert_non_null(text);
	free(text);

	/* a directory that is lost is no order to take everything back */
	snprintf(path, sizeof(path), "%s/practices/gh2.json", f->p->hall.dir);
	assert_int_equal(0, unlink(path));
	snprintf(path, sizeof(path), "%s/practices", f->p->hall.dir);
	assert_int_equal(0, rmdir(path));
	assert_ok(publish(f), &f->e);
	text = hall_record(f, "practices/gh2.json");
	assert_non_null(text);
	free(text);
}

static void
test_publish__refuses_what_no_office_would_take(void **state)
{
	struct fixture *f = *state;
	cJSON *bad = cJSON_Parse("{\"cycle\":2569,\"nosuch\":\"x\"}");
	char path[600];

	assert_err(publish_put(f->hall, "cycles/2569.json", bad, &f->e),
	    ERR_INVALID, &f->e, "nosuch");
	assert_err(publish_put(f->hall, "registry.json", bad, &f->e),
	    ERR_INVALID, &f->e, "not shared");
	assert_int_equal(ERR_INVALID,
	    publish_put(f->hall, "cycles/../../x.json", bad, &f->e));
	assert_err(publish_get(f->hall, "cycles/2599.json", &f->ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "cycles/2599.json");
	cJSON_Delete(bad);

	/* a file that somebody damaged: nothing of it goes out, and it is
	 * named */
	put(f, "cycles/2569.json", calendar("x"));
	snprintf(path, sizeof(path), "%s/cycles/2569.json", f->p->hall.dir);
	assert_ok(file_write(path, "{", 1, 0644, &f->e), &f->e);
	assert_err(publish(f), ERR_INVALID, &f->e, "cycles/2569.json");
	assert_null(hall_record(f, "cycles/2569.json"));
}

static void
test_publish__works_at_a_hall_only(void **state)
{
	struct fixture *f = *state;

	assert_err(publish_all(f->p->office.store, &f->p->office.person, NULL,
		       NULL, &f->ret, &f->e),
	    ERR_USAGE, &f->e, "only a hall");
}

#define publish_test(name)                                                     \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		publish_test(test_publish__brings_a_file_to_every_office_once),
		publish_test(
		    test_publish__the_office_takes_in_what_was_published),
		publish_test(
		    test_publish__a_changed_calendar_comes_again_and_an_edition_never),
		publish_test(test_publish__takes_back_practices_alone),
		publish_test(test_publish__refuses_what_no_office_would_take),
		publish_test(test_publish__works_at_a_hall_only),
	};

	return cmocka_run_group_tests_name(
	    "publish", tests, test_libraries_up, test_libraries_down);
}
