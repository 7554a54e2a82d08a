#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/admit/admit.h"
#include "store/admit/published.h"
#include "tests/support/forge.h"
#include "tests/support/office.h"

struct fixture {
	struct forge *f;
	struct published *published;
	struct admit a;
	int64_t sequence; /* before the new commits */
	size_t accepted;
	unsigned char last[20];
	struct buf log;         /* "<name> <paths…>;" */
	size_t n_seen, fail_at; /* accept fails at this commit */
	struct err e;
};

static int
key_of(void *arg, const char *device, int64_t t,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	struct fixture *x = arg;

	if (x->a.branch == RECORD_HALL) {
		memcpy(ret, x->f->hall.pub, KEY_PUBLIC_LEN);
		return 0;
	}
	return published_key(x->published, "9105", device, t, ret, e);
}

static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	struct fixture *x = arg;

	return published_edition(x->published, id, blob, ret, e);
}

static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	struct fixture *x = arg;

	(void)device;
	(void)e;
	*ret = x->sequence;
	return 0;
}

static int
on_accept(void *arg, const unsigned char id[20], const struct commit *c,
    const char *raw, size_t len, const struct admit_file *files, size_t n,
    struct err *e)
{
	struct fixture *x = arg;
	unsigned char again[20];
	char name[24];
	size_t i;

	if (++x->accepted == x->fail_at)
		return err_set(e, ERR_BUSY, 0, "not now");
	assert_ok(commit_id(raw, len, again, e), e);
	assert_memory_equal(id, again, 20);
	memcpy(x->last, id, 20);
	commit_name(c, name);
	buf_puts(&x->log, name);
	for (i = 0; i < n; i++)
		buf_printf(&x->log, " %s%s%s", files[i].path,
		    files[i].old_blob != NULL ? "" : "+",
		    files[i].new_blob != NULL ? "" : "-");
	buf_puts(&x->log, ";");
	return 0;
}

static int
on_seen(void *arg, const unsigned char id[20], struct err *e)
{
	struct fixture *x = arg;

	(void)id;
	(void)e;
	x->n_seen++;
	return 0;
}

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->f = forge_make();
	assert_ok(published_open(x->f->repo, &x->published, &x->e), &x->e);
	x->sequence = 2;
	x->a.repo = x->f->inbox;
	x->a.office = "9105";
	x->a.hall = "91";
	x->a.branch = RECORD_OFFICE;
	x->a.now = clock_now();
	x->a.key_of = key_of;
	x->a.edition_of = edition_of;
	x->a.sequence_of = sequence_of;
	x->a.accept = on_accept;
	x->a.arg = x;
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	published_free(x->published);
	forge_remove(x->f);
	buf_release(&x->log);
	free(x);
	return 0;
}

static int
admit(struct fixture *x, const unsigned char *old, const unsigned char tip[20])
{
	assert_ok(repo_refresh(x->f->inbox, &x->e), &x->e);
	x->accepted = 0;
	buf_clear(&x->log);
	return admit_range(&x->a, old, tip, &x->e);
}

static void
test_admit__shows_each_commit_with_its_files_oldest_first(void **state)
{
	struct fixture *x = *state;

	x->sequence = 0;
	forge_good(x->f, "สาม");
	forge_begin(x->f, &x->f->office);
	forge_file(x->f, FORGE_ITEM, NULL);
	forge_end(x->f);

	assert_ok(admit(x, NULL, x->f->office.tip), &x->e);
	assert_string_equal("a1 2565/assessment.json+ office.json+;"
			    "a2 2565/items/1.1.json+;"
			    "a3 2565/items/1.1.json;"
			    "a4 2565/items/1.1.json-;",
	    buf_str(&x->log));
	assert_int_equal(4, x->a.n_commits);
}

static void
test_admit__takes_nothing_when_nothing_is_new(void **state)
{
	struct fixture *x = *state;

	assert_ok(admit(x, x->f->second, x->f->second), &x->e);

	assert_int_equal(0, x->accepted);
	assert_int_equal(0, x->a.n_commits);
}

static void
test_admit__accepts_the_good_ones_before_a_bad_one(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_good(f, "ดี");
	forge_begin(f, &f->office);
	f->key = &f->stranger;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"x\"\n}\n");
	forge_end(f);
	forge_good(f, "หลัง");

	assert_err(admit(x, f->second, f->office.tip), ERR_REFUSED, &x->e,
	    "signature is not by the key of device 9105-a");
	assert_string_equal("a3 2565/items/1.1.json;", buf_str(&x->log));
	assert_int_equal(1, x->a.n_commits);
}

static void
test_admit__accepts_the_good_ones_before_a_malformed_one(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	struct buf raw = BUF_INIT;

	forge_good(f, "ดี");
	forge_good(f, "เสีย");
	buf_append(&raw, f->raw.data, f->raw.len);
	buf_puts(&raw, "no trailer\n");
	forge_object(f, OBJECT_COMMIT, raw.data, raw.len, f->office.tip);
	forge_good(f, "หลัง");

	assert_err(admit(x, f->second, f->office.tip), ERR_REFUSED, &x->e,
	    "malformed commit: ");
	assert_int_equal(1, x->accepted);
	buf_release(&raw);
}

static void
test_admit__passes_up_what_accept_said(void **state)
{
	struct fixture *x = *state;

	forge_good(x->f, "ดี");
	x->fail_at = 1;

	assert_err(admit(x, x->f->second, x->f->office.tip), ERR_BUSY, &x->e,
	    "not now");
	assert_int_equal('n', x->e.msg[0]); /* no commit's name before it */
	assert_int_equal(0, x->a.n_commits);
}

static void
test_admit__stops_at_the_limit_of_commits(void **state)
{
	struct fixture *x = *state;
	int i;

	for (i = 0; i < 4; i++)
		forge_good(x->f, i % 2 == 0 ? "หนึ่ง" : "สอง");
	x->a.max_commits = 4;
	assert_ok(admit(x, x->f->second, x->f->office.tip), &x->e);
	x->a.max_commits = 3;

	assert_err(admit(x, x->f->second, x->f->office.tip), ERR_REFUSED, &x->e,
	    "more than 3 new revisions at once");
	assert_int_equal(0, x->accepted);
}

static void
test_admit__does_not_ask_stored_history_about_its_clock(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_begin(f, &f->office);
	f->c.time = clock_now() + 10 * 86400;
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"x\"\n}\n");
	forge_end(f);

	assert_err(admit(x, f->second, f->office.tip), ERR_REFUSED, &x->e,
	    "in the future");
	x->a.stored = 1;
	assert_ok(admit(x, f->second, f->office.tip), &x->e);
}

static void
test_admit__says_damaged_when_an_object_is_missing(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_begin(f, &f->office);
	memset(f->c.tree, 0x55, 20);
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"x\"\n}\n");
	forge_end(f);

	assert_int_equal(ERR_DAMAGED, admit(x, f->second, f->office.tip));
	memset(f->office.tip, 0x55, 20);
	assert_int_equal(ERR_DAMAGED, admit(x, f->second, f->office.tip));
}

static void
test_admit__tells_every_object_it_reaches(void **state)
{
	struct fixture *x = *state;

	forge_good(x->f, "ใหม่");
	x->a.seen = on_seen;

	assert_ok(admit(x, x->f->second, x->f->office.tip), &x->e);
	/* new: commit, 3 trees, blob; old: trees, blob; assessment; some again */
	assert_in_range(x->n_seen, 5 + 4 + 1, 5 + 4 + 1 + 3);
}

static void
test_admit__keeps_to_the_time_of_revocation(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;
	char until[CLOCK_TEXT];

	clock_rfc3339(until, f->office.time + 1, 420);
	forge_registry(f, "revoked", until);
	published_free(x->published);
	x->published = NULL;
	assert_ok(repo_refresh(f->repo, &x->e), &x->e);
	assert_ok(published_open(f->repo, &x->published, &x->e), &x->e);

	forge_good(f, "ทัน"); /* its time is the last good second */
	assert_ok(admit(x, f->second, f->office.tip), &x->e);
	forge_good(f, "ไม่ทัน");
	assert_err(admit(x, f->second, f->office.tip), ERR_REFUSED, &x->e,
	    "device 9105-a was revoked before this was signed");
	assert_int_equal(1, x->accepted);
}

/* --- the hall's branch --- */

static int
admit_hall(struct fixture *x)
{
	return admit(x, x->f->hall_tip, x->f->hall_branch.tip);
}

static void
hall_file(struct fixture *x, const char *path, const char *bytes)
{
	forge_begin(x->f, &x->f->hall_branch);
	forge_file(x->f, path, bytes);
	forge_end(x->f);
	x->a.branch = RECORD_HALL;
	x->sequence = 1;
}

static void
test_admit__takes_the_halls_branch(void **state)
{
	struct fixture *x = *state;

	hall_file(x, "allowed_signers", "9105-a ssh-ed25519 AAAA\n");

	assert_ok(admit_hall(x), &x->e);
	x->sequence = 0;
	assert_ok(admit(x, NULL, x->f->hall_branch.tip), &x->e);
	assert_string_equal("h1 allowed_signers+ editions/pmqa4-2562.json+ "
			    "registry.json+;h2 allowed_signers;",
	    buf_str(&x->log));
}

static void
assert_signers_refused(
    struct fixture *x, const char *text, const char *sentence)
{
	hall_file(x, "allowed_signers", text);
	assert_err(admit_hall(x), ERR_REFUSED, &x->e, sentence);
}

static void
test_admit__refuses_control_characters_in_allowed_signers(void **state)
{
	assert_signers_refused(*state, "9105-a\x1b[31m ssh-ed25519\n",
	    "allowed_signers: has a control character at byte 6");
}

static void
test_admit__refuses_allowed_signers_without_a_last_line_feed(void **state)
{
	assert_signers_refused(*state, "9105-a ssh-ed25519",
	    "allowed_signers: must be lines of UTF-8 text");
}

static void
test_admit__refuses_an_oversize_allowed_signers(void **state)
{
	char *text = calloc(1, ADMIT_TEXT_MAX + 2);

	assert_non_null(text);
	memset(text, 'a', ADMIT_TEXT_MAX);
	text[ADMIT_TEXT_MAX] = '\n';
	assert_signers_refused(*state, text, "is too large");
	free(text);
}

static void
test_admit__refuses_a_published_edition_that_changes(void **state)
{
	struct fixture *x = *state;
	struct buf edition = BUF_INIT, changed = BUF_INIT;
	char *title;

	forge_read(x->f, x->f->edition_blob, OBJECT_BLOB, &edition);
	assert_non_null(title = strstr(edition.data, "\"title_en\": \""));
	title += strlen("\"title_en\": \"");
	buf_append(&changed, edition.data, (size_t)(title - edition.data));
	buf_puts(&changed, "X");
	buf_puts(&changed, title);
	hall_file(x, "editions/pmqa4-2562.json", buf_str(&changed));

	assert_err(admit_hall(x), ERR_REFUSED, &x->e,
	    "a published edition never changes");
	buf_release(&edition);
	buf_release(&changed);
}

static void
assert_removal_refused(struct fixture *x, const char *path)
{
	char sentence[80];

	hall_file(x, path, NULL);
	snprintf(sentence, sizeof(sentence), "'%s' cannot be removed", path);
	assert_err(admit_hall(x), ERR_REFUSED, &x->e, sentence);
}

static void
test_admit__refuses_to_remove_an_edition(void **state)
{
	assert_removal_refused(*state, "editions/pmqa4-2562.json");
}

static void
test_admit__refuses_to_remove_the_registry(void **state)
{
	assert_removal_refused(*state, "registry.json");
}

static void
test_admit__refuses_a_registry_of_another_office(void **state)
{
	struct fixture *x = *state;

	forge_registry(x->f, "revoked", "2022-01-01T00:00:00+07:00");
	x->a.branch = RECORD_HALL;
	x->sequence = 1;
	assert_ok(admit_hall(x), &x->e);
	x->a.office = "9106";

	assert_err(admit_hall(x), ERR_REFUSED, &x->e,
	    "registry: 'office.code' is not '9106'");
}

static void
test_admit__refuses_an_office_device_on_the_halls_branch(void **state)
{
	struct fixture *x = *state;
	struct forge *f = x->f;

	forge_begin(f, &f->hall_branch);
	snprintf(f->c.device, sizeof(f->c.device), "91-a");
	forge_file(f, "allowed_signers", "x\n");
	forge_end(f);
	x->a.branch = RECORD_HALL;
	x->sequence = 1;

	assert_err(admit_hall(x), ERR_REFUSED, &x->e,
	    "device 91-a does not write this branch");
}

/* --- many --- */

static void
test_admit__checks_hundreds_of_commits_in_bounded_time(void **state)
{
	struct fixture *x = *state;
	char text[40];
	int64_t start, took;
	int i;

	for (i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "ครั้งที่ %d", i);
		forge_good(x->f, text);
	}
	start = test_cpu_ms();
	assert_ok(admit(x, x->f->second, x->f->office.tip), &x->e);
	took = test_cpu_ms() - start;

	print_message("300 commits in %lld ms\n", (long long)took);
	assert_int_equal(300, x->accepted);
	assert_true(took < 60000); /* also under valgrind */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_admit__shows_each_commit_with_its_files_oldest_first),
		TEST(test_admit__takes_nothing_when_nothing_is_new),
		TEST(test_admit__accepts_the_good_ones_before_a_bad_one),
		TEST(test_admit__accepts_the_good_ones_before_a_malformed_one),
		TEST(test_admit__passes_up_what_accept_said),
		TEST(test_admit__stops_at_the_limit_of_commits),
		TEST(test_admit__does_not_ask_stored_history_about_its_clock),
		TEST(test_admit__says_damaged_when_an_object_is_missing),
		TEST(test_admit__tells_every_object_it_reaches),
		TEST(test_admit__keeps_to_the_time_of_revocation),
		TEST(test_admit__takes_the_halls_branch),
		TEST(test_admit__refuses_control_characters_in_allowed_signers),
		TEST(
		    test_admit__refuses_allowed_signers_without_a_last_line_feed),
		TEST(test_admit__refuses_an_oversize_allowed_signers),
		TEST(test_admit__refuses_a_published_edition_that_changes),
		TEST(test_admit__refuses_to_remove_an_edition),
		TEST(test_admit__refuses_to_remove_the_registry),
		TEST(test_admit__refuses_a_registry_of_another_office),
		TEST(test_admit__refuses_an_office_device_on_the_halls_branch),
		TEST(test_admit__checks_hundreds_of_commits_in_bounded_time),
	};

	return cmocka_run_group_tests_name(
	    "admit", tests, test_libraries_up, test_libraries_down);
}
