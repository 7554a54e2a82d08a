/* What an office may return to a restored hall, and what not; and what the hall
 * makes of it. */
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/git/refs.h"
#include "store/hall/lost.h"
#include "store/hall/notice.h"
#include "store/hall/returned.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/pair.h"
#include "tests/support/push.h"

#define SIGNERS "allowed_signers"

/* --- the door --- */

static struct door_update
giving(const struct forge *f)
{
	struct door_update u;

	memset(&u, 0, sizeof(u));
	snprintf(u.ref, sizeof(u.ref), RETURNED_REF);
	memset(u.old, '0', 40);
	commit_hex(f->hall_branch.tip, u.new_);
	return u;
}

static int
give(const struct forge *f, const char *device, struct err *e)
{
	struct door_update u = giving(f);

	assert_true(returned_is(&u, 1));
	memset(e, 0, sizeof(*e));
	return returned_check(f->repo_path, f->quarantine, device, &u, e);
}

static void
refused(const struct forge *f, const char *sentence)
{
	unsigned char before[32], after[32];
	struct err e;

	forge_digest(f->repo_path, before);
	assert_err(give(f, "9105-a", &e), ERR_REFUSED, &e, sentence);
	forge_digest(f->repo_path, after);
	assert_memory_equal(before, after, 32);
}

/* The simplest thing that a hall writes. */
static void
begin_signers(struct forge *f)
{
	char line[KEY_LINE_MAX], text[300];

	key_line(f->hall.pub, line);
	snprintf(text, sizeof(text),
	    "91-h namespaces=\"git,pmqa-receipt\" %s\n", line);
	forge_begin(f, &f->hall_branch);
	forge_file(f, SIGNERS, text);
}

static void
test_returned__takes_the_halls_own_revisions(void **state)
{
	struct forge *f = *state;
	struct err e;

	begin_signers(f);
	forge_end(f);
	assert_ok(give(f, "9105-a", &e), &e);
}

static void
test_returned__refuses_another_signature(void **state)
{
	struct forge *f = *state;

	begin_signers(f);
	f->key = &f->device;
	forge_end(f);
	refused(f, "signature is not by the key of device 91-h");
}

static void
test_returned__refuses_an_offices_revision(void **state)
{
	struct forge *f = *state;

	begin_signers(f);
	snprintf(f->c.device, sizeof(f->c.device), "9105-a");
	snprintf(f->c.office, sizeof(f->c.office), "9105");
	f->key = &f->device;
	forge_end(f);
	refused(f, "was made for 9105, this branch is written by 91");
}

static void
test_returned__refuses_a_gap(void **state)
{
	struct forge *f = *state;

	begin_signers(f);
	f->c.sequence++;
	forge_end(f);
	refused(f, "but its last one was");
}

static void
test_returned__refuses_what_does_not_continue_the_branch(void **state)
{
	struct forge *f = *state;
	struct forge_branch before = f->hall_branch;

	forge_registry(f, "active", NULL); /* the hall has written another */
	f->hall_branch = before;
	begin_signers(f);
	forge_end(f);
	refused(f, "the hall has written other revisions since");
}

static void
test_returned__refuses_a_device_that_was_revoked(void **state)
{
	struct forge *f = *state;
	struct err e;

	forge_registry(f, "revoked", NULL);
	begin_signers(f);
	forge_end(f);
	assert_err(give(f, "9105-a", &e), ERR_REFUSED, &e, "revoked");
	assert_err(give(f, "9105-b", &e), ERR_REFUSED, &e, "9105-b");
}

static void
test_returned__refuses_objects_that_nothing_reaches(void **state)
{
	struct forge *f = *state;
	unsigned char id[20];

	begin_signers(f);
	forge_end(f);
	forge_object(f, OBJECT_BLOB, "ballast", 7, id);
	refused(f, "");
}

static void
test_returned__refuses_a_deletion(void **state)
{
	struct forge *f = *state;
	struct door_update u = giving(f);
	struct err e;

	memset(u.new_, '0', 40);
	assert_err(
	    returned_check(f->repo_path, f->quarantine, "9105-a", &u, &e),
	    ERR_REFUSED, &e, "cannot be deleted");
}

#define DOOR(f) cmocka_unit_test_setup_teardown(f, push_setup, push_teardown)

/* --- both sides, with a hall that is set back --- */

static int
setup(void **state)
{
	struct pair *p = pair_make();

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	pair_sync(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

/* A copy of the hall's directory, as a backup makes one. */
static char *
backup(struct pair *p)
{
	char *to = test_dir(), from[300];
	const char *argv[] = { "cp", "-a", from, to, NULL };

	test_office_close(&p->hall);
	snprintf(from, sizeof(from), "%s/.", p->hall.dir);
	assert_int_equal(test_run(argv, NULL), 0);
	test_office_open(&p->hall);
	return to;
}

static void
restore(struct pair *p, char *from)
{
	char *old = p->hall.dir;
	const char *mv[] = { "sh", "-c", "rm -rf \"$1\" && mv \"$2\" \"$1\"",
		"sh", old, from, NULL };

	test_office_close(&p->hall);
	assert_int_equal(test_run(mv, NULL), 0);
	test_office_open(&p->hall);
	free(from);
}

static void
transfer(struct pair *p, const char *verb, const char *refspec)
{
	char mine[300], theirs[300], *out = NULL;
	const char *argv[] = { "git", "-C", mine, verb, "-q", theirs, refspec,
		NULL };

	snprintf(mine, sizeof(mine), "%s/repo.git", p->office.dir);
	snprintf(theirs, sizeof(theirs), "%s/offices/9105.git", p->hall.dir);
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", verb, out);
	free(out);
}

static void
fetch(struct pair *p)
{
	pair_fetch(p);
	transfer(p, "fetch", "+refs/heads/office:refs/incoming/office");
}

/* A revision of the hall's branch by its chief. */
static void
hall_writes(struct pair *p, const char *text)
{
	struct save_change change = { SIGNERS, NULL, SAVE_WHOLE, NULL };
	struct save_req req = { .office = "9105",
		.person = &p->hall.person,
		.action = "enroll",
		.subject = "9105: keys",
		.changes = &change,
		.n_changes = 1 };
	cJSON *value = cJSON_CreateString(text), *ret = NULL;
	struct err e;

	change.value = value;
	assert_ok(save_group_begin(p->hall.store, &e), &e);
	assert_ok(save_run(p->hall.store, &req, &ret, &e), &e);
	assert_ok(save_group_end(p->hall.store, &e), &e);
	assert_ok(journal_flush(p->hall.store, &e), &e);
	cJSON_Delete(ret);
	cJSON_Delete(value);
}

static void
sound(struct store *s)
{
	cJSON *v = NULL;
	char *text;
	struct err e;

	assert_ok(verify_run(s, NULL, NULL, &v, &e), &e);
	if (!json_bool(v, "ok", 0)) {
		text = cJSON_Print(v);
		fail_msg("%s", text);
	}
	cJSON_Delete(v);
}

static int64_t
revisions(struct store *s, const char *which)
{
	struct branch *b = NULL;
	struct err e;

	assert_ok(store_branch(s, "9105", which, &b, &e), &e);
	return b->n;
}

static void
kinds(struct store *s, const char *want)
{
	char got[200] = "";
	cJSON *list = NULL;
	const cJSON *n;
	struct err e;

	assert_ok(notice_list(s, &list, &e), &e);
	cJSON_ArrayForEach (n, list) {
		size_t len = strlen(got);

		snprintf(
		    got + len, sizeof(got) - len, "%s ", json_str(n, "kind"));
	}
	cJSON_Delete(list);
	assert_string_equal(got, want);
}

static void
test_lost__gives_a_restored_hall_its_own_revisions_back(void **state)
{
	struct pair *p = *state;
	char *old = backup(p);
	int64_t had, row, n = 0;
	struct lost lost;
	struct err e;
	int less = 0;

	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);
	had = revisions(p->office.store, "hall");
	restore(p, old);
	fetch(p);

	assert_ok(lost_look(p->office.store, &lost, &e), &e);
	assert_true(lost.give_back);
	assert_false(lost.parted);
	assert_ok(lost_is(p->office.store, &less, &row, &e), &e);
	assert_true(less);
	assert_true(row > 0);
	kinds(p->office.store, "hall_back hall_restored ");

	transfer(p, "push", "refs/heads/hall:" RETURNED_REF);
	assert_ok(returned_adopt(p->hall.store, "9105", &n, &e), &e);
	assert_true(n > 0);
	assert_int_equal(revisions(p->hall.store, "hall"), had);
	assert_ok(lost_returned(p->office.store, lost.hall, &e), &e);
	kinds(p->hall.store, "returned ");
	assert_ok(returned_adopt(p->hall.store, "9105", &n, &e), &e);
	assert_int_equal(n, 0);

	pair_push(p);
	assert_ok(absorb_ref(p->hall.store, "9105", "office",
		      "refs/heads/office", &n, &e),
	    &e);
	assert_ok(returned_settle(p->hall.store, "9105", &e), &e);
	fetch(p);
	assert_ok(lost_look(p->office.store, &lost, &e), &e);
	assert_false(lost.give_back);
	assert_ok(lost_is(p->office.store, &less, &row, &e), &e);
	assert_false(less);
	sound(p->hall.store);
	sound(p->office.store);
}

static void
test_lost__takes_over_a_hall_that_went_on_otherwise(void **state)
{
	struct pair *p = *state;
	char *old = backup(p);
	unsigned char was[20], now[20];
	struct refs refs = { NULL, 0 };
	struct branch *b = NULL;
	char *before, *after;
	struct lost lost;
	struct err e;

	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);
	assert_ok(store_branch(p->office.store, "", "hall", &b, &e), &e);
	memcpy(was, b->tip, 20);
	restore(p, old);
	hall_writes(p, "# after the restore\n");
	fetch(p);

	assert_ok(lost_look(p->office.store, &lost, &e), &e);

	assert_true(lost.parted);
	assert_false(lost.give_back);
	assert_ok(store_branch(p->office.store, "", "hall", &b, &e), &e);
	assert_ok(repo_ref(b->repo, "refs/incoming/hall", now, &e), &e);
	assert_memory_equal(b->tip, now, 20);
	assert_ok(refs_list(b->repo, REFS_ASIDE, &refs, &e), &e);
	assert_int_equal(refs.n, 1);
	assert_memory_equal(refs.list[0].id, was, 20);
	refs_release(&refs);
	kinds(p->office.store, "hall_parted hall_restored ");
	sound(p->office.store);
	before = pair_dump(p->office.store);
	assert_ok(absorb_reindex(p->office.store, NULL, NULL, &e), &e);
	after = pair_dump(p->office.store);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* The branch moved, and then the power went: sshd does not know yet whom the
 * hall had enrolled. */
static void
test_returned__opens_the_door_again_after_a_crash(void **state)
{
	struct pair *p = *state;
	char path[320];
	struct err e;
	int64_t n;

	transfer(p, "push", "refs/heads/hall:" RETURNED_REF);
	snprintf(path, sizeof(path), "%s/authorized_keys", p->hall.dir);
	assert_int_equal(unlink(path), 0);
	assert_ok(returned_adopt(p->hall.store, "9105", &n, &e), &e);
	assert_int_equal(access(path, F_OK), 0);
}

/* The branch moved, and then the power went: the index is of the other line. */
static void
test_lost__takes_over_what_a_crash_cut_in_two(void **state)
{
	struct pair *p = *state;
	char *old = backup(p);
	unsigned char was[20], now[20];
	struct branch *b = NULL;
	struct lost lost;
	struct err e;
	int64_t n;

	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);
	assert_ok(store_branch(p->office.store, "", "hall", &b, &e), &e);
	memcpy(was, b->tip, 20);
	restore(p, old);
	hall_writes(p, "# after the restore\n");
	fetch(p);
	assert_ok(repo_ref(b->repo, "refs/incoming/hall", now, &e), &e);
	assert_ok(refs_set_aside(b->repo, was, &e), &e);
	assert_ok(repo_move_ref(b->repo, "refs/heads/hall", was, now, &e), &e);
	/* and the hall went on */
	hall_writes(p, "# and once more\n");
	fetch(p);

	assert_ok(lost_look(p->office.store, &lost, &e), &e);
	assert_true(lost.parted);
	assert_ok(absorb_ref(p->office.store, "", "hall", "refs/incoming/hall",
		      &n, &e),
	    &e);
	kinds(p->office.store, "hall_parted hall_restored ");
	sound(p->office.store);
}

static void
test_returned__keeps_aside_what_comes_too_late(void **state)
{
	struct pair *p = *state;
	char *old = backup(p);
	struct refs refs = { NULL, 0 };
	struct repo *r = NULL;
	struct err e;
	int64_t n;

	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);
	restore(p, old);
	transfer(p, "push", "refs/heads/hall:" RETURNED_REF);
	hall_writes(p, "# after the restore\n");

	assert_err(returned_adopt(p->hall.store, "9105", &n, &e), ERR_CONFLICT,
	    &e, "kept aside");

	assert_ok(store_repo(p->hall.store, "9105", &r, &e), &e);
	assert_ok(refs_list(r, REFS_ASIDE, &refs, &e), &e);
	assert_int_equal(refs.n, 1);
	refs_release(&refs);
	assert_ok(refs_list(r, "refs/returned/", &refs, &e), &e);
	assert_int_equal(refs.n, 0);
	refs_release(&refs);
	kinds(p->hall.store, "returned ");
	assert_ok(returned_adopt_all(p->hall.store, &e), &e);
	sound(p->hall.store);
}

#define PAIR(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DOOR(test_returned__takes_the_halls_own_revisions),
		DOOR(test_returned__refuses_another_signature),
		DOOR(test_returned__refuses_an_offices_revision),
		DOOR(test_returned__refuses_a_gap),
		DOOR(test_returned__refuses_what_does_not_continue_the_branch),
		DOOR(test_returned__refuses_a_device_that_was_revoked),
		DOOR(test_returned__refuses_objects_that_nothing_reaches),
		DOOR(test_returned__refuses_a_deletion),
		PAIR(test_lost__gives_a_restored_hall_its_own_revisions_back),
		PAIR(test_lost__takes_over_a_hall_that_went_on_otherwise),
		PAIR(test_returned__opens_the_door_again_after_a_crash),
		PAIR(test_lost__takes_over_what_a_crash_cut_in_two),
		PAIR(test_returned__keeps_aside_what_comes_too_late),
	};

	return cmocka_run_group_tests_name(
	    "returned", tests, test_libraries_up, test_libraries_down);
}
