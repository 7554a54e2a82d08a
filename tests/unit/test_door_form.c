#include "tests/unit/test.h"

#include "tests/support/office.h"
#include "tests/support/push.h"

/* The last commit's bytes, spoiled, take its place as the tip. */
static void
forge_spoiled(struct forge *f, const struct buf *raw)
{
	forge_object(f, OBJECT_COMMIT, raw->data, raw->len, f->office.tip);
}

/* --- signatures and form --- */

static void
test_door__refuses_a_wrong_key(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->key = &f->stranger;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "signature is not by the key of device 9105-a");
}

static void
test_door__refuses_the_key_of_the_hall(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->key = &f->hall;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "signature is not by the key of device 9105-a");
}

/* Where the armour begins ("gpgsig …") and the first byte after it. */
static void
find_armour(const struct buf *raw, size_t *ret_from, size_t *ret_to)
{
	const char *from = strstr(raw->data, "gpgsig ");
	const char *to = strstr(raw->data, "-----END SSH SIGNATURE-----\n");

	assert_non_null(from);
	assert_non_null(to);
	*ret_from = (size_t)(from - raw->data);
	*ret_to =
	    (size_t)(to - raw->data) + strlen("-----END SSH SIGNATURE-----\n");
}

static void
test_door__refuses_an_unsigned_commit(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	size_t from, to;

	forge_good(f, "ใหม่");
	find_armour(&f->raw, &from, &to);
	buf_append(&raw, f->raw.data, from);
	buf_append(&raw, f->raw.data + to, f->raw.len - to);
	forge_spoiled(f, &raw);

	push_commit_refused(f, "malformed commit: it has no signature");
	buf_release(&raw);
}

static void
test_door__refuses_a_signature_in_the_body(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	size_t from, to;

	forge_good(f, "ใหม่");
	find_armour(&f->raw, &from, &to);
	buf_append(&raw, f->raw.data, from);
	buf_puts(&raw, "\n");
	buf_append(&raw, f->raw.data + from, to - from);
	buf_append(&raw, f->raw.data + to, f->raw.len - to);
	forge_spoiled(f, &raw);

	push_commit_refused(f, "malformed commit: it has no signature");
	buf_release(&raw);
}

static void
test_door__refuses_a_nul_in_the_commit(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;

	forge_good(f, "ใหม่");
	buf_append(&raw, f->raw.data, f->raw.len);
	buf_append(&raw, "\0more\n", 6);
	forge_spoiled(f, &raw);

	push_commit_refused(f, "malformed commit: it contains a NUL byte");
	buf_release(&raw);
}

static void
test_door__refuses_an_altered_message(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	char *subject;

	forge_good(f, "ใหม่");
	buf_append(&raw, f->raw.data, f->raw.len);
	assert_non_null(subject = strstr(raw.data, "9105: a change"));
	subject[6] = 'A';
	forge_spoiled(f, &raw);

	push_commit_refused(f, "signature does not match what was signed");
	buf_release(&raw);
}

static void
test_door__refuses_an_extra_header(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	size_t from, to;

	forge_good(f, "ใหม่");
	find_armour(&f->raw, &from, &to);
	buf_append(&raw, f->raw.data, to);
	buf_puts(&raw, "gpgsig-sha256 x\n");
	buf_append(&raw, f->raw.data + to, f->raw.len - to);
	forge_spoiled(f, &raw);

	push_commit_refused(f, "malformed commit: its signature is not one "
			       "SSH signature as the last header");
	buf_release(&raw);
}

static void
test_door__refuses_an_oversize_commit(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;

	forge_good(f, "ใหม่");
	buf_append(&raw, f->raw.data, f->raw.len);
	while (raw.len <= COMMIT_MAX)
		buf_puts(&raw, "more text, more text, more text\n");
	forge_spoiled(f, &raw);

	push_commit_refused(f, "object ");
	push_refused(f, "is too large");
	buf_release(&raw);
}

static void
test_door__refuses_another_offices_commit(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	snprintf(f->c.office, sizeof(f->c.office), "9106");
	snprintf(f->c.device, sizeof(f->c.device), "9106-a");
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(
	    f, "was made for 9106, this branch is written by 9105");
}

static void
test_door__refuses_the_halls_letter(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	snprintf(f->c.device, sizeof(f->c.device), "9105-h");
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "device 9105-h does not write this branch");
}

static void
test_door__refuses_a_wrong_content_hash(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	memset(f->c.content, 7, sizeof(f->c.content));
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "its Content-SHA256 is not that of its records");
}

static void
test_door__refuses_a_commit_that_changes_nothing(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	forge_end(f);

	push_commit_refused(f, "changes no record");
}

static void
test_door__refuses_a_false_edition_trailer(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	snprintf(f->c.edition, sizeof(f->c.edition), "pmqa4-2570");
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"ใหม่\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "names edition 'pmqa4-2570', which its "
			       "records are not answered against");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, push_setup, push_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__refuses_a_wrong_key),
		TEST(test_door__refuses_the_key_of_the_hall),
		TEST(test_door__refuses_an_unsigned_commit),
		TEST(test_door__refuses_a_signature_in_the_body),
		TEST(test_door__refuses_a_nul_in_the_commit),
		TEST(test_door__refuses_an_altered_message),
		TEST(test_door__refuses_an_extra_header),
		TEST(test_door__refuses_an_oversize_commit),
		TEST(test_door__refuses_another_offices_commit),
		TEST(test_door__refuses_the_halls_letter),
		TEST(test_door__refuses_a_wrong_content_hash),
		TEST(test_door__refuses_a_commit_that_changes_nothing),
		TEST(test_door__refuses_a_false_edition_trailer),
	};

	return cmocka_run_group_tests_name(
	    "door_form", tests, test_libraries_up, test_libraries_down);
}
