#include "tests/unit/test.h"

#include "base/json.h"
#include "client/report/audit_checks.h"

#define ID "1111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222"

static cJSON *
checks_of(const char *json)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(json, strlen(json), 1 << 20, &doc, &e), &e);
	assert_ok(audit_checks_add(doc, &e), &e);
	return doc;
}

/* The commands of one check; "" if it is not there. */
static const char *
commands(const cJSON *doc, const char *id)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(doc, "checks"))
		if (strcmp(json_str(one, "id"), id) == 0)
			return json_str(one, "commands");
	return "";
}

static void
test_audit_checks__name_the_commits_of_the_document(void **state)
{
	cJSON *doc = checks_of(
	    "{\"year\":2565,\"proofs\":{\"urls\":[\"ssh://h/province\"],"
	    "\"office\":{\"ref\":\"refs/offices/9105\",\"commit\":\"" ID
	    "\",\"revisions\":7},\"hall\":null},"
	    "\"signoffs\":[{\"commit\":\"" OTHER "\"}],"
	    "\"records\":[{\"record\":\"2565/items/1.1\",\"revisions\":3},"
	    "{\"record\":\"2565/items/1.2\",\"revisions\":9}]}");

	(void)state;
	assert_string_equal(commands(doc, "clone"),
	    "git clone --mirror 'ssh://h/province' audit.git\n"
	    "cd audit.git\n");
	assert_string_equal(commands(doc, "tips"),
	    "git merge-base --is-ancestor " ID " refs/offices/9105\n"
	    "test \"$(git rev-list --count " ID ")\" = 7\n");
	assert_non_null(strstr(commands(doc, "signoffs"), " " OTHER "\n"));
	assert_non_null(
	    strstr(commands(doc, "changes"), "-- 2565/items/1.2.json\n"));
	assert_string_equal(commands(doc, "receipt"), "");
	cJSON_Delete(doc);
}

/* What a damaged or hostile daemon could put in never reaches a shell. */
static void
test_audit_checks__let_nothing_through_that_a_shell_would_read(void **state)
{
	cJSON *doc = checks_of(
	    "{\"year\":2565,\"proofs\":{\"urls\":[\"x'; touch /tmp/p; '\"],"
	    "\"office\":{\"ref\":\"refs/offices/9105;id\",\"commit\":\"" ID
	    "\",\"revisions\":7},"
	    "\"hall\":{\"ref\":\"refs/halls/9105\",\"commit\":\"$(id)\"},"
	    "\"principal\":\"-h\",\"receipt\":{\"tip\":\"`id`\","
	    "\"text\":\"t\",\"signature\":\"s\"},"
	    "\"log\":{\"anchored\":{\"n\":1,\"hash\":\"a b\"}}},"
	    "\"scores\":{\"at\":[{\"commit\":\"../x\"}]},"
	    "\"signoffs\":[{\"commit\":\"--all\"}],"
	    "\"flags\":{\"flags\":[{\"revisions\":[{\"commit\":\"; id\"}]}]},"
	    "\"records\":[{\"record\":\"2565/items/$(id)\",\"revisions\":3}]}");
	const cJSON *one;

	(void)state;
	assert_non_null(
	    strstr(commands(doc, "clone"), "'x'\\''; touch /tmp/p; '\\'''"));
	cJSON_ArrayForEach (one, json_get(doc, "checks")) {
		const char *text = json_str(one, "commands");

		assert_null(strstr(text, "$(id)"));
		assert_null(strstr(text, "`id`"));
		assert_null(strstr(text, ";id"));
		assert_null(strstr(text, "; id"));
	}
	assert_string_equal(commands(doc, "tips"), "");
	assert_string_equal(commands(doc, "signoffs"), "");
	assert_string_equal(commands(doc, "receipt"), "");
	assert_string_equal(commands(doc, "scores"), "");
	assert_string_equal(commands(doc, "flags"), "");
	assert_string_equal(commands(doc, "log"), "");
	assert_string_equal(commands(doc, "changes"), "");
	cJSON_Delete(doc);
}

/* A text that ends a here document early would be run. */
static void
test_audit_checks__a_text_cannot_end_its_here_document(void **state)
{
	cJSON *doc = checks_of(
	    "{\"year\":2565,\"proofs\":{\"office\":{\"ref\":"
	    "\"refs/offices/9105\",\"commit\":\"" ID "\",\"revisions\":1},"
	    "\"principal\":\"91-h\",\"receipt\":{\"tip\":\"" ID "\","
	    "\"text\":\"pmqa receipt 1\\nTEXT\\ntouch /tmp/p\\n\","
	    "\"signature\":\"s\"}}}");

	(void)state;
	assert_string_equal(commands(doc, "receipt"), "");
	cJSON_Delete(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_audit_checks__name_the_commits_of_the_document),
		cmocka_unit_test(
		    test_audit_checks__let_nothing_through_that_a_shell_would_read),
		cmocka_unit_test(
		    test_audit_checks__a_text_cannot_end_its_here_document),
	};

	return cmocka_run_group_tests_name("audit_checks", tests, NULL, NULL);
}
