#include "tests/unit/test.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "daemon/peer.h"

#define NOBODY 65534
#define NO_SUCH_UID 3999999999u

/* Every Debian has user nobody with main group nogroup, and group daemon. */
static const struct peer_groups as_user = { "nogroup", "daemon", "daemon" };
static const struct peer_groups as_chief = { "daemon", "nogroup", "daemon" };
static const struct peer_groups as_admin = { "daemon", "daemon", "nogroup" };
static const struct peer_groups no_groups = { "no-such-group-1",
	"no-such-group-2", "no-such-group-3" };

static void
test_peer__own_user_has_all_rights(void **state)
{
	struct peer p;
	struct err e;

	(void)state;
	assert_ok(peer_lookup(geteuid(), getegid(), &no_groups, &p, &e), &e);

	assert_true(peer_may(&p, RIGHT_NONE));
	assert_true(peer_may(&p, RIGHT_READ));
	assert_true(peer_may(&p, RIGHT_WRITE));
	assert_true(peer_may(&p, RIGHT_CHIEF));
	assert_true(peer_may(&p, RIGHT_ADMIN));
	assert_true(peer_may(&p, RIGHT_SELF));
	assert_string_equal(p.person.login, getpwuid(geteuid())->pw_name);
}

static void
test_peer__group_user_reads_and_writes(void **state)
{
	struct peer p;
	struct err e;

	(void)state;
	assert_ok(peer_lookup(NOBODY, NOBODY, &as_user, &p, &e), &e);

	assert_string_equal(p.person.login, "nobody");
	assert_true(peer_may(&p, RIGHT_READ));
	assert_true(peer_may(&p, RIGHT_WRITE));
	assert_false(peer_may(&p, RIGHT_CHIEF));
	assert_false(peer_may(&p, RIGHT_ADMIN));
	assert_false(peer_may(&p, RIGHT_SELF));
}

static void
test_peer__group_chief_signs_off_and_no_more(void **state)
{
	struct peer p;
	struct err e;

	(void)state;
	assert_ok(peer_lookup(NOBODY, NOBODY, &as_chief, &p, &e), &e);

	assert_true(peer_may(&p, RIGHT_CHIEF));
	assert_false(peer_may(&p, RIGHT_READ));
	assert_false(peer_may(&p, RIGHT_WRITE));
	assert_false(peer_may(&p, RIGHT_ADMIN));
	assert_false(peer_may(&p, RIGHT_SELF));
}

static void
test_peer__group_admin_changes_the_setup(void **state)
{
	struct peer p;
	struct err e;

	(void)state;
	assert_ok(peer_lookup(NOBODY, NOBODY, &as_admin, &p, &e), &e);

	assert_true(peer_may(&p, RIGHT_ADMIN));
	assert_false(peer_may(&p, RIGHT_CHIEF));
	assert_false(peer_may(&p, RIGHT_READ));
	assert_false(peer_may(&p, RIGHT_SELF));
}

static void
test_peer__a_stranger_has_none(void **state)
{
	struct peer p;
	struct err e;

	(void)state;
	assert_ok(
	    peer_lookup(NO_SUCH_UID, NO_SUCH_UID, &no_groups, &p, &e), &e);

	assert_string_equal(p.person.login, "uid3999999999");
	assert_string_equal(p.person.name, "uid3999999999");
	assert_true(peer_may(&p, RIGHT_NONE));
	assert_false(peer_may(&p, RIGHT_READ));
	assert_false(peer_may(&p, RIGHT_WRITE));
	assert_false(peer_may(&p, RIGHT_CHIEF));
	assert_false(peer_may(&p, RIGHT_ADMIN));
	assert_false(peer_may(&p, RIGHT_SELF));
}

static void
test_peer__rights_have_names(void **state)
{
	struct peer p = { .rights = (1u << RIGHT_NONE) | (1u << RIGHT_READ) |
				    (1u << RIGHT_CHIEF) | (1u << RIGHT_ADMIN) };
	cJSON *arr = NULL;
	struct err e;

	(void)state;
	assert_ok(peer_rights_json(&p, &arr, &e), &e);

	assert_int_equal(cJSON_GetArraySize(arr), 3);
	assert_string_equal(cJSON_GetArrayItem(arr, 0)->valuestring, "read");
	assert_string_equal(cJSON_GetArrayItem(arr, 1)->valuestring, "chief");
	assert_string_equal(cJSON_GetArrayItem(arr, 2)->valuestring, "admin");
	cJSON_Delete(arr);
}

static void
test_peer__logins_of_a_directory_service_become_plain(void **state)
{
	char domain[] = "SATUN\\Somchai", mail[] = "somchai@satun.go.th";
	char dotted[] = "-x", plain[] = "somchai_j-2";

	(void)state;
	peer_plain_login(domain);
	peer_plain_login(mail);
	peer_plain_login(dotted);
	peer_plain_login(plain);

	assert_string_equal(domain, "SATUN.Somchai");
	assert_string_equal(mail, "somchai.satun.go.th");
	assert_string_equal(dotted, "_x");
	assert_string_equal(plain, "somchai_j-2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer__own_user_has_all_rights),
		cmocka_unit_test(test_peer__group_user_reads_and_writes),
		cmocka_unit_test(test_peer__group_chief_signs_off_and_no_more),
		cmocka_unit_test(test_peer__group_admin_changes_the_setup),
		cmocka_unit_test(test_peer__a_stranger_has_none),
		cmocka_unit_test(test_peer__rights_have_names),
		cmocka_unit_test(
		    test_peer__logins_of_a_directory_service_become_plain),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
