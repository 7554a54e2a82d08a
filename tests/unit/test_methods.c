#include "tests/unit/test.h"

#include <string.h>

#include "proto/methods.h"

static int
check(const char *method, const char *params, struct err *e)
{
	const struct method *m = methods_find(method);
	cJSON *tree = NULL;
	int rc;

	assert_non_null(m);
	if (params != NULL)
		assert_ok(
		    json_parse(params, strlen(params), 10000, &tree, e), e);
	rc = methods_check(m, tree, e);
	cJSON_Delete(tree);
	return rc;
}

static void
test_methods__each_name_is_found_once(void **state)
{
	const struct method *m;
	size_t i, j;

	(void)state;
	for (i = 0; (m = methods_at(i)) != NULL; i++) {
		assert_ptr_equal(methods_find(m->name), m);
		for (j = 0; j < i; j++)
			assert_string_not_equal(m->name, methods_at(j)->name);
	}
	assert_true(i >= 100);
	assert_null(methods_at(i + 1));
	assert_null(methods_find("no.such"));
	assert_null(methods_find(""));
	assert_null(methods_find(NULL));
	assert_null(methods_find("Hello"));
}

static void
test_methods__writing_needs_the_right_and_the_writer(void **state)
{
	const struct method *m;
	size_t i;

	(void)state;
	for (i = 0; (m = methods_at(i)) != NULL; i++) {
		if (m->where == ON_WRITER)
			assert_true(
			    m->right == RIGHT_WRITE || m->right == RIGHT_CHIEF);
		if (m->where == ON_WRITER_ALONE)
			assert_true(m->right >= RIGHT_WRITE);
		/* a watcher of services needs no right to ask for health */
		if (m->where == ON_READER && strcmp(m->name, "health") != 0)
			assert_int_equal(m->right, RIGHT_READ);
		/* a backup holds the keys, and the machine's owner says when
		 * its disks are kept busy for long */
		if (strncmp(m->name, "backup.", 7) == 0 ||
		    strcmp(m->name, "maintain") == 0)
			assert_int_equal(m->right, RIGHT_ADMIN);
		/* what a stick brings is written by others */
		else if (m->where == ON_LONG)
			assert_true(m->right == RIGHT_READ ||
				    strncmp(m->name, "bundle.", 7) == 0);
	}
	assert_int_equal(methods_find("assess.submit")->right, RIGHT_CHIEF);
	assert_int_equal(methods_find("assess.reopen")->right, RIGHT_CHIEF);
	assert_int_equal(methods_find("decision.set")->right, RIGHT_CHIEF);
	assert_int_equal(methods_find("evidence.redact")->right, RIGHT_CHIEF);
	assert_int_equal(methods_find("review.set")->right, RIGHT_WRITE);
	assert_int_equal(methods_find("cycle.set")->right, RIGHT_ADMIN);
	assert_int_equal(methods_find("enroll.accept")->right, RIGHT_ADMIN);
	assert_int_equal(methods_find("hall.absorb")->right, RIGHT_SELF);
	assert_int_equal(methods_find("hall.seen")->right, RIGHT_SELF);
	assert_int_equal(methods_find("hello")->right, RIGHT_NONE);
	assert_int_equal(methods_find("sync")->role, AT_OFFICE);
	assert_int_equal(methods_find("hall.status")->role, AT_HALLS);
	assert_true(methods_find("verify")->long_call);
}

static void
test_methods__good_parameters_pass(void **state)
{
	struct err e;

	(void)state;
	assert_ok(check("hello", NULL, &e), &e);
	assert_ok(check("hello", "{}", &e), &e);
	assert_ok(
	    check("score", "{\"year\":2565,\"office\":\"9105\"}", &e), &e);
	assert_ok(check("answer.set",
		      "{\"item\":\"1.1\",\"fields\":{\"gap\":null}}", &e),
	    &e);
	assert_ok(check("answer.tick", "{\"points\":[\"1.1.B1\"]}", &e), &e);
	assert_ok(check("sync", "{\"wait\":true}", &e), &e);
	assert_ok(check("score", "{\"year\":null,\"unknown\":[]}", &e), &e);
}

static void
wrong(const char *method, const char *params, const char *why)
{
	struct err e;

	assert_err(check(method, params, &e), ERR_USAGE, &e, why);
	assert_non_null(strstr(e.msg, method));
}

static void
test_methods__bad_parameters_are_named(void **state)
{
	(void)state;
	wrong("score", "[2565]", "by name");
	wrong("score", "{\"year\":\"2565\"}", "'year' must be an integer");
	wrong("score", "{\"office\":9105}", "'office' must be a string");
	wrong("record.show", NULL, "'item' is missing");
	wrong("record.show", "{\"item\":null}", "'item' is missing");
	wrong("sync", "{\"wait\":1}", "'wait' must be true or false");
	wrong("answer.set", "{\"item\":\"1.1\",\"fields\":[]}",
	    "'fields' must be an object");
	wrong("answer.tick", "{\"points\":\"1.1.B1\"}", "list of strings");
	wrong("answer.tick", "{\"points\":[1]}", "list of strings");
	wrong(
	    "answer.tick", "{\"points\":[\"1.1.B1\",null]}", "list of strings");
	wrong("restore", "{\"record\":\"1.1\"}", "'at' is missing");
	wrong("hall.absorb", "{}", "'office' is missing");
}

static void
test_methods__discovery_is_a_valid_openrpc_document(void **state)
{
	const struct method *row;
	const cJSON *list, *m, *p;
	cJSON *doc = NULL;
	size_t i = 0, j;
	struct err e;

	(void)state;
	assert_ok(methods_discover(&doc, &e), &e);
	assert_string_equal(json_str(doc, "openrpc"), "1.2.6");
	assert_non_null(json_str(json_get(doc, "info"), "title"));
	assert_string_equal(
	    json_str(json_get(doc, "info"), "version"), PMQA_VERSION);
	list = json_get(doc, "methods");
	cJSON_ArrayForEach (m, list) {
		row = methods_at(i);
		assert_non_null(row);
		assert_string_equal(json_str(m, "name"), row->name);
		assert_non_null(json_str(json_get(m, "result"), "name"));
		assert_true(
		    cJSON_IsObject(json_get(json_get(m, "result"), "schema")));
		assert_int_equal(
		    cJSON_GetArraySize(json_get(m, "params")), row->n_params);
		j = 0;
		cJSON_ArrayForEach (p, json_get(m, "params")) {
			assert_string_equal(
			    json_str(p, "name"), row->params[j].name);
			assert_int_equal(json_bool(p, "required", -1),
			    row->params[j].required);
			assert_non_null(
			    json_str(json_get(p, "schema"), "type"));
			j++;
		}
		i++;
	}
	assert_null(methods_at(i));
	cJSON_Delete(doc);
}

static void
test_methods__discovery_fits_into_one_message(void **state)
{
	struct buf b = BUF_INIT;
	cJSON *doc = NULL, *again = NULL;
	struct err e;

	(void)state;
	assert_ok(methods_discover(&doc, &e), &e);
	assert_ok(json_write(doc, &b, &e), &e);
	assert_ok(json_parse(b.data, b.len, 100000, &again, &e), &e);
	cJSON_Delete(doc);
	cJSON_Delete(again);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods__each_name_is_found_once),
		cmocka_unit_test(
		    test_methods__writing_needs_the_right_and_the_writer),
		cmocka_unit_test(test_methods__good_parameters_pass),
		cmocka_unit_test(test_methods__bad_parameters_are_named),
		cmocka_unit_test(
		    test_methods__discovery_is_a_valid_openrpc_document),
		cmocka_unit_test(test_methods__discovery_fits_into_one_message),
	};

	return cmocka_run_group_tests_name("methods", tests, NULL, NULL);
}
