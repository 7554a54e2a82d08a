#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "store/bundle/bundle.h"
#include "store/git/refs.h"
#include "tests/support/pair.h"

static int
setup(void **state)
{
	struct pair *p = pair_make();

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

/* --- carrying --- */

static cJSON *
make(struct store *s, const struct bundle_ask *a)
{
	cJSON *plan = NULL, *packed = NULL;
	struct err e;

	assert_ok(bundle_plan(s, a, &plan, &e), &e);
	assert_ok(bundle_pack(s, json_str(plan, "token"), &packed, &e), &e);
	cJSON_Delete(plan);
	return packed;
}

/* The bytes of a packed bundle, as a client reads them. */
static void
read_all(struct store *s, const cJSON *packed, struct buf *ret)
{
	const char *token = json_str(packed, "token"), *text;
	int n, parts = (int)json_int(packed, "parts", 0);
	cJSON *part = NULL;
	struct err e;

	for (n = 1; n <= parts; n++) {
		assert_ok(bundle_read(s, token, n, &part, &e), &e);
		text = json_str(part, "data");
		assert_ok(base64_read(text, strlen(text), ret, &e), &e);
		cJSON_Delete(part);
		part = NULL;
	}
	assert_int_equal(ret->len, json_int(packed, "size", 0));
	assert_int_equal(ERR_INVALID, bundle_read(s, token, n, &part, &e));
	assert_ok(bundle_end(s, token, &e), &e);
}

/* The token of a bundle all of whose bytes are at s. */
static void
send_all(struct store *s, const struct buf *bytes, char ret[64])
{
	cJSON *begun = NULL;
	struct err e;
	size_t at, len;
	int n = 1;

	assert_ok(bundle_begin(s, (int64_t)bytes->len, &begun, &e), &e);
	snprintf(ret, 64, "%s", json_str(begun, "token"));
	for (at = 0; at < bytes->len; at += len) {
		len = bytes->len - at < BUNDLE_PART ? bytes->len - at
						    : BUNDLE_PART;
		assert_ok(
		    bundle_part(s, ret, n++, bytes->data + at, len, &e), &e);
	}
	assert_int_equal(n - 1, json_int(begun, "parts", 0));
	cJSON_Delete(begun);
}

static void
carry(struct store *from, const struct bundle_ask *a, struct store *to,
    char token[64])
{
	struct buf bytes = BUF_INIT;
	cJSON *packed = make(from, a);

	read_all(from, packed, &bytes);
	send_all(to, &bytes, token);
	cJSON_Delete(packed);
	buf_release(&bytes);
}

static cJSON *
open_it(struct store *s, const char *token)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(bundle_open(s, token, &doc, &e), &e);
	return doc;
}

static int
count_rooms(const char *dir)
{
	const struct dirent *entry;
	char path[400];
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/bundles", dir);
	if ((d = opendir(path)) == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static const struct bundle_ask to_hall = { .to = "hall", .office = "" };
static const struct bundle_ask to_office = { .to = "office", .office = "9105" };

/* --- tests --- */

static void
test_bundle__tells_the_hall_what_is_in_it(void **state)
{
	struct pair *p = *state;
	char token[64];
	cJSON *doc;
	struct err e;

	carry(p->office.store, &to_hall, p->hall.store, token);
	doc = open_it(p->hall.store, token);

	assert_string_equal(json_str(doc, "from"), "9105-a");
	assert_string_equal(json_str(doc, "to"), "91");
	assert_true(json_bool(doc, "checked", 0));
	assert_int_equal(json_int(json_get(doc, "revisions"), "office", 0), 2);
	assert_true(json_bool(json_get(doc, "new"), "office", 0));
	assert_ok(bundle_end(p->hall.store, token, &e), &e);
	assert_int_equal(count_rooms(p->hall.dir), 0);
	assert_int_equal(count_rooms(p->office.dir), 0);
	cJSON_Delete(doc);
}

static void
test_bundle__brings_the_halls_records_to_the_office(void **state)
{
	struct pair *p = *state;
	cJSON *doc, *taken = NULL;
	struct branch *b = NULL;
	struct refs refs;
	char token[64];
	struct err e;
	int n;

	assert_ok(store_branch(p->hall.store, "9105", "hall", &b, &e), &e);
	n = b->n;
	carry(p->hall.store, &to_office, p->office.store, token);
	doc = open_it(p->office.store, token);
	assert_ok(bundle_fetch(p->office.store, token, 0, &e), &e);
	assert_ok(bundle_take(p->office.store, token, 0, &taken, &e), &e);

	assert_true(n > 0);
	assert_int_equal(json_int(json_get(taken, "revisions"), "hall", 0), n);
	assert_ok(store_branch(p->office.store, "", "hall", &b, &e), &e);
	assert_int_equal(b->n, n);
	assert_ok(refs_list(b->repo, "refs/bundle/", &refs, &e), &e);
	assert_int_equal(refs.n, 0);
	refs_release(&refs);
	cJSON_Delete(doc);
	cJSON_Delete(taken);
}

static void
copy_dir(const char *from, const char *to)
{
	const char *argv[] = { "sh", "-c",
		"rm -rf \"$2\" && cp -a \"$1\" \"$2\"", "sh", from, to, NULL };

	assert_int_equal(test_run(argv, NULL), 0);
}

/* The hall has a revision that this machine has lost, and a stick that brings
 * the hall's own ones alone. */
static void
test_bundle__is_taken_by_a_machine_that_lost_revisions(void **state)
{
	struct pair *p = *state;
	struct branch *b = NULL;
	cJSON *doc, *taken = NULL;
	char token[64], backup[320];
	struct err e;
	int64_t n;

	pair_sync(p);
	snprintf(backup, sizeof(backup), "%s-backup", p->office.dir);
	test_office_close(&p->office);
	copy_dir(p->office.dir, backup);
	test_office_open(&p->office);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B2", 1));
	pair_sync(p);
	test_office_close(&p->office);
	copy_dir(backup, p->office.dir);
	test_office_open(&p->office);
	assert_ok(store_branch(p->office.store, "", "hall", &b, &e), &e);
	n = b->n;

	carry(p->hall.store, &to_office, p->office.store, token);
	doc = open_it(p->office.store, token);
	assert_ok(bundle_fetch(p->office.store, token, 0, &e), &e);
	assert_ok(bundle_take(p->office.store, token, 0, &taken, &e), &e);
	assert_true(json_int(json_get(taken, "revisions"), "hall", 0) > 0);
	assert_ok(store_branch(p->office.store, "", "hall", &b, &e), &e);
	assert_true(b->n > n);
	cJSON_Delete(doc);
	cJSON_Delete(taken);
	copy_dir("/dev/null", backup);
	unlink(backup);
}

static void
test_bundle__does_nothing_the_second_time(void **state)
{
	struct pair *p = *state;
	char *before, *after, token[64];
	cJSON *doc, *taken = NULL;
	struct err e;
	int i;

	before = after = NULL;
	for (i = 0; i < 2; i++) {
		carry(p->hall.store, &to_office, p->office.store, token);
		doc = open_it(p->office.store, token);
		assert_int_equal(
		    json_bool(json_get(doc, "new"), "hall", 1), i == 0);
		assert_ok(bundle_fetch(p->office.store, token, 0, &e), &e);
		assert_ok(
		    bundle_take(p->office.store, token, 0, &taken, &e), &e);
		free(before);
		before = after;
		after = pair_dump(p->office.store);
		cJSON_Delete(doc);
		cJSON_Delete(taken);
		taken = NULL;
	}
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_bundle__begins_after_what_the_hall_has(void **state)
{
	struct pair *p = *state;
	struct bundle_ask all = to_hall;
	cJSON *packed;
	struct err e;

	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.2.B1", 1));

	packed = make(p->office.store, &to_hall);
	assert_string_equal(
	    json_str(json_get(packed, "since"), "office"), "a2");
	assert_int_equal(
	    json_int(json_get(packed, "revisions"), "office", 0), 1);
	assert_ok(
	    bundle_end(p->office.store, json_str(packed, "token"), &e), &e);
	cJSON_Delete(packed);

	all.since = "-";
	packed = make(p->office.store, &all);
	assert_int_equal(
	    json_int(json_get(packed, "revisions"), "office", 0), 3);
	cJSON_Delete(packed);
}

static void
test_bundle__learns_from_a_bundle_what_its_sender_has(void **state)
{
	struct pair *p = *state;
	cJSON *doc, *packed;
	char token[64];
	struct err e;

	pair_sync(p);
	carry(p->office.store, &to_hall, p->hall.store, token);
	doc = open_it(p->hall.store, token);
	assert_ok(bundle_delivered(p->hall.store, token, &e), &e);
	cJSON_Delete(doc);

	packed = make(p->hall.store, &to_office);
	assert_int_equal(
	    json_int(json_get(packed, "revisions"), "hall", -1), 0);
	assert_int_equal(
	    json_int(json_get(packed, "revisions"), "office", -1), 0);
	cJSON_Delete(packed);
}

static void
test_bundle__refuses_what_begins_after_something_missing(void **state)
{
	struct pair *p = *state;
	struct bundle_ask a = to_hall;
	cJSON *doc = NULL;
	char token[64];
	struct err e;

	a.since = "a1"; /* the hall has nothing */
	carry(p->office.store, &a, p->hall.store, token);
	assert_err(bundle_open(p->hall.store, token, &doc, &e), ERR_CONFLICT,
	    &e, "begins after a revision that is not here");
	assert_non_null(strstr(e.hint, "--since"));
	assert_int_equal(count_rooms(p->hall.dir), 0);
}

static void
test_bundle__is_read_by_its_receiver_alone(void **state)
{
	struct pair *p = *state;
	struct bundle_ask a = to_hall;
	struct buf bytes = BUF_INIT;
	cJSON *packed, *doc;
	char token[64];
	struct err e;

	if (access("/usr/bin/age", X_OK) != 0)
		skip();
	a.encrypt = 1;
	packed = make(p->office.store, &a);
	assert_true(json_bool(packed, "encrypted", 0));
	read_all(p->office.store, packed, &bytes);
	assert_memory_equal(bytes.data, "age-encryption.org/v1\n", 22);

	send_all(p->hall.store, &bytes, token);
	doc = open_it(p->hall.store, token);
	assert_true(json_bool(doc, "checked", 0));
	cJSON_Delete(doc);

	send_all(p->office.store, &bytes, token);
	doc = open_it(p->office.store, token);
	assert_false(json_bool(doc, "for_us", 1));
	assert_null(json_str(doc, "from"));
	cJSON_Delete(doc);

	bytes.data[bytes.len - 9] ^= 1;
	send_all(p->hall.store, &bytes, token);
	assert_err(bundle_open(p->hall.store, token, &doc, &e), ERR_INVALID, &e,
	    "cannot be decrypted");
	cJSON_Delete(packed);
	buf_release(&bytes);
}

/* One flipped bit anywhere, one byte less: never taken for good. */
static void
test_bundle__is_never_taken_when_altered(void **state)
{
	struct pair *p = *state;
	struct buf bytes = BUF_INIT;
	cJSON *packed = make(p->office.store, &to_hall), *doc = NULL;
	char token[64];
	size_t at, step;
	struct err e;

	read_all(p->office.store, packed, &bytes);
	step = bytes.len / 40 + 1;
	for (at = 3; at < bytes.len; at += step) {
		bytes.data[at] ^= 4;
		send_all(p->hall.store, &bytes, token);
		if (bundle_open(p->hall.store, token, &doc, &e) == 0)
			fail_msg(
			    "byte %zu of %zu was not missed", at, bytes.len);
		bytes.data[at] ^= 4;
	}
	bytes.len--;
	send_all(p->hall.store, &bytes, token);
	assert_err(bundle_open(p->hall.store, token, &doc, &e), ERR_INVALID, &e,
	    "the bundle is cut");
	assert_int_equal(count_rooms(p->hall.dir), 0);
	cJSON_Delete(packed);
	buf_release(&bytes);
}

static void
test_bundle__wants_every_part_as_it_was_told(void **state)
{
	struct pair *p = *state;
	struct store *s = p->hall.store;
	cJSON *begun = NULL, *doc = NULL;
	char some[16] = "0123456789abcde";
	const char *token;
	struct err e;

	assert_err(bundle_begin(s, 0, &begun, &e), ERR_INVALID, &e, "empty");
	assert_err(bundle_begin(s, BUNDLE_MAX + 1, &begun, &e), ERR_INVALID, &e,
	    "at most 4 GiB");
	assert_ok(bundle_begin(s, (int64_t)BUNDLE_PART + 16, &begun, &e), &e);
	token = json_str(begun, "token");
	assert_err(bundle_part(s, token, 0, some, 16, &e), ERR_INVALID, &e,
	    "no part 0");
	assert_err(bundle_part(s, token, 3, some, 16, &e), ERR_INVALID, &e,
	    "no part 3");
	assert_err(
	    bundle_part(s, token, 1, some, 16, &e), ERR_INVALID, &e, "16 came");
	assert_err(bundle_take(s, token, 0, &doc, &e), ERR_CONFLICT, &e,
	    "not opened yet");
	assert_ok(bundle_part(s, token, 2, some, 16, &e), &e);
	/* the first one never came */
	assert_err(
	    bundle_open(s, token, &doc, &e), ERR_INVALID, &e, "not a bundle");
	cJSON_Delete(begun);
}

static void
test_bundle__has_rooms_for_few_at_once(void **state)
{
	struct pair *p = *state;
	struct store *s = p->hall.store;
	char token[BUNDLE_ROOMS_MAX][64];
	cJSON *begun = NULL;
	struct err e;
	int i;

	for (i = 0; i < BUNDLE_ROOMS_MAX; i++) {
		assert_ok(bundle_begin(s, 16, &begun, &e), &e);
		snprintf(
		    token[i], sizeof(token[i]), "%s", json_str(begun, "token"));
		cJSON_Delete(begun);
		begun = NULL;
	}
	assert_err(
	    bundle_begin(s, 16, &begun, &e), ERR_BUSY, &e, "under way already");
	assert_ok(bundle_end(s, token[0], &e), &e);
	assert_ok(bundle_begin(s, 16, &begun, &e), &e);
	cJSON_Delete(begun);
}

static void
test_bundle__forgets_old_rooms(void **state)
{
	struct pair *p = *state;
	struct timespec old[2] = { { 1000000, 0 }, { 1000000, 0 } };
	cJSON *begun = NULL, *next = NULL;
	char path[500];
	struct err e;

	assert_ok(bundle_begin(p->hall.store, 16, &begun, &e), &e);
	snprintf(path, sizeof(path), "%s/bundles/%s", p->hall.dir,
	    json_str(begun, "token"));
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_ok(bundle_begin(p->hall.store, 16, &next, &e), &e);
	assert_int_equal(count_rooms(p->hall.dir), 1);
	assert_err(bundle_end(p->hall.store, json_str(begun, "token"), &e),
	    ERR_NOT_FOUND, &e, "no such bundle");
	cJSON_Delete(begun);
	cJSON_Delete(next);
}

static void
test_bundle__takes_no_token_for_a_path(void **state)
{
	struct pair *p = *state;
	static const char *const bad[] = { "", "..", "../keys", "/etc",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		"0123456789ABCDEF0123456789ABCDEF",
		"0123456789abcdef/../../keys/xxxx" };
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_err(bundle_end(p->hall.store, bad[i], &e), ERR_NOT_FOUND,
		    &e, "no such bundle");
}

static void
test_bundle__says_to_whom_it_can_go(void **state)
{
	struct pair *p = *state;
	struct bundle_ask a = to_hall;
	cJSON *doc = NULL;
	struct err e;

	assert_err(bundle_plan(p->hall.store, &a, &doc, &e), ERR_USAGE, &e,
	    "the hall itself");
	a.to = "province";
	assert_err(bundle_plan(p->office.store, &a, &doc, &e), ERR_USAGE, &e,
	    "hall or office");
	a.to = "office";
	assert_err(bundle_plan(p->office.store, &a, &doc, &e), ERR_NOT_FOUND,
	    &e, "no device");
	a = to_hall;
	a.since = "a99";
	assert_err(bundle_plan(p->office.store, &a, &doc, &e), ERR_NOT_FOUND,
	    &e, "no revision 'a99'");
	assert_int_equal(count_rooms(p->office.dir), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bundle__tells_the_hall_what_is_in_it),
		TEST(test_bundle__brings_the_halls_records_to_the_office),
		TEST(test_bundle__is_taken_by_a_machine_that_lost_revisions),
		TEST(test_bundle__does_nothing_the_second_time),
		TEST(test_bundle__begins_after_what_the_hall_has),
		TEST(test_bundle__learns_from_a_bundle_what_its_sender_has),
		TEST(test_bundle__refuses_what_begins_after_something_missing),
		TEST(test_bundle__is_read_by_its_receiver_alone),
		TEST(test_bundle__is_never_taken_when_altered),
		TEST(test_bundle__wants_every_part_as_it_was_told),
		TEST(test_bundle__has_rooms_for_few_at_once),
		TEST(test_bundle__forgets_old_rooms),
		TEST(test_bundle__takes_no_token_for_a_path),
		TEST(test_bundle__says_to_whom_it_can_go),
	};

	return cmocka_run_group_tests_name(
	    "bundle", tests, test_libraries_up, test_libraries_down);
}
