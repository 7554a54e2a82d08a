#include "tests/unit/test.h"

#include <sodium.h>

#include "store/evidence/evidence_chain.h"
#include "store/evidence/evidence_door.h"
#include "store/sign/commit.h"
#include "tests/support/forge.h"
#include "tests/support/office.h"

#define PARTS 3
#define SIZE (2 * EVIDENCE_PART + 100)
#define ZERO40 "0000000000000000000000000000000000000000"

/* What a chain is forged with; NULL and 0: as it should be. */
struct spoil {
	int part;           /* this part (from 1) has other bytes … */
	size_t len;         /* … or so many of them */
	const char *extra;  /* a tree entry more, at the end */
	const char *author; /* instead of pmqa */
	int swap;           /* the first tree holds another blob */
	int number;         /* the last part calls itself so */
};

struct fixture {
	struct forge *f;
	char *bytes;
	char sha[EVIDENCE_SHA_LEN + 1];
	char hall[300], src[300], objects[320];
	struct repo *out; /* src: its objects play git's quarantine */
	unsigned char ids[PARTS][20];
	struct evidence_push push;
};

static void
record(struct fixture *x, const char *more)
{
	char path[100], text[500];
	unsigned char old[20];
	struct err e;

	snprintf(path, sizeof(path), "evidence/%s.json", x->sha);
	snprintf(text, sizeof(text),
	    "{\n  \"name\": \"a.pdf\",\n  \"parts\": %d,\n%s  \"size\": %zu,\n"
	    "  \"type\": \"application/pdf\"\n}\n",
	    PARTS, more, SIZE);
	memcpy(old, x->f->office.tip, sizeof(old));
	x->f->target = x->f->repo;
	forge_begin(x->f, &x->f->office);
	forge_file(x->f, path, text);
	forge_end(x->f);
	x->f->target = x->f->inbox;
	assert_ok(repo_move_ref(x->f->repo, "refs/heads/office", old,
		      x->f->office.tip, &e),
	    &e);
}

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	unsigned char sum[crypto_hash_sha256_BYTES];
	struct evidence_repo *hall = NULL;
	uint64_t seed = 33;
	struct err e;

	assert_non_null(x);
	x->f = forge_make();
	assert_non_null(x->bytes = malloc(SIZE));
	for (size_t i = 0; i < SIZE; i++)
		x->bytes[i] = (char)(test_random(&seed) & 0xff);
	crypto_hash_sha256(sum, (const unsigned char *)x->bytes, SIZE);
	sodium_bin2hex(x->sha, sizeof(x->sha), sum, sizeof(sum));
	snprintf(x->hall, sizeof(x->hall), "%s/evidence.git", x->f->dir);
	snprintf(x->src, sizeof(x->src), "%s/src.git", x->f->dir);
	snprintf(x->objects, sizeof(x->objects), "%s/objects", x->src);
	assert_ok(evidence_repo_open(x->hall, 1, &hall, &e), &e);
	evidence_repo_close(hall);
	assert_ok(repo_create(x->src, "refs/heads/none", &e), &e);
	assert_ok(repo_open(x->src, &x->out, &e), &e);
	record(x, "");
	x->push = (struct evidence_push){ .office_repo = x->f->repo_path,
		.evidence_repo = x->hall,
		.objects_dir = x->objects,
		.device = "9105-a",
		.sha = x->sha };
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	repo_close(x->out);
	forge_remove(x->f);
	free(x->bytes);
	free(x);
	return 0;
}

/* --- forging --- */

static void
put(struct fixture *x, enum object_type t, const void *data, size_t len,
    unsigned char ret[20])
{
	struct err e;

	assert_ok(repo_put(x->out, t, data, len, ret, &e), &e);
}

static void
put_blob(struct fixture *x, const struct spoil *s, int n, unsigned char ret[20])
{
	size_t at = (size_t)(n - 1) * EVIDENCE_PART;
	size_t len = n < PARTS ? EVIDENCE_PART : SIZE - at;
	char keep = x->bytes[at];

	if (s->part == n && s->len > 0)
		len = s->len;
	else if (s->part == n)
		x->bytes[at] = (char)~keep;
	put(x, OBJECT_BLOB, x->bytes + at, len, ret);
	x->bytes[at] = keep;
}

static void
put_tree(struct fixture *x, const struct spoil *s, int n,
    const struct buf *entries, unsigned char ret[20])
{
	struct buf raw = BUF_INIT;
	unsigned char other[20];

	buf_append(&raw, entries->data, entries->len);
	if (s->swap && n == 1) {
		buf_clear(&raw);
		put(x, OBJECT_BLOB, "other", 5, other);
		chain_entry(&raw, 1, other);
	}
	if (s->extra != NULL)
		forge_entry(&raw, "100644", s->extra,
		    (const unsigned char *)entries->data + entries->len - 20);
	put(x, OBJECT_TREE, raw.data, raw.len, ret);
	buf_release(&raw);
}

static void
put_commit(struct fixture *x, const struct spoil *s, int n,
    const unsigned char tree[20])
{
	struct chain_link l = { .n = n };
	struct buf raw = BUF_INIT, again = BUF_INIT;
	const char *at;

	if (n == PARTS && s->number != 0)
		l.n = s->number;
	memcpy(l.tree, tree, 20);
	if (n > 1)
		memcpy(l.parent, x->ids[n - 2], 20);
	chain_commit(&raw, x->sha, &l);
	if (s->author != NULL) {
		at = strstr(buf_str(&raw), "author pmqa");
		buf_append(&again, raw.data, (size_t)(at - raw.data) + 7);
		buf_puts(&again, s->author);
		buf_puts(&again, at + 11);
	} else {
		buf_append(&again, raw.data, raw.len);
	}
	put(x, OBJECT_COMMIT, again.data, again.len, x->ids[n - 1]);
	buf_release(&raw);
	buf_release(&again);
}

/* Parts 1 to n into the quarantine. */
static void
forge_parts(struct fixture *x, const struct spoil *s, int n)
{
	struct buf entries = BUF_INIT;
	unsigned char blob[20], tree[20];
	struct err e;
	int i;

	for (i = 1; i <= n; i++) {
		put_blob(x, s, i, blob);
		chain_entry(&entries, i, blob);
		put_tree(x, s, i, &entries, tree);
		put_commit(x, s, i, tree);
	}
	buf_release(&entries);
	assert_ok(repo_flush(x->out, &e), &e);
}

static void
forge_good_parts(struct fixture *x, int n)
{
	const struct spoil none = { .part = 0 };

	forge_parts(x, &none, n);
}

/* The hall has these parts already, whole or not. */
static void
hall_has(struct fixture *x, int n)
{
	struct evidence_repo *r = NULL;
	struct err e;
	int i;

	assert_ok(evidence_repo_open(x->hall, 0, &r, &e), &e);
	for (i = 1; i <= n; i++)
		assert_ok(
		    evidence_repo_add(r, x->sha, i,
			x->bytes + (size_t)(i - 1) * EVIDENCE_PART,
			i < PARTS ? EVIDENCE_PART
				  : SIZE - (size_t)(i - 1) * EVIDENCE_PART,
			&e),
		    &e);
	if (n == PARTS)
		assert_ok(evidence_repo_seal(r, x->sha, &e), &e);
	evidence_repo_close(r);
}

/* --- pushing --- */

/* Of parts old (0: none) to n under the file's whole or unfinished name. */
static struct door_update
update(const struct fixture *x, const char *kind, int old, int n)
{
	struct door_update u;

	memset(&u, 0, sizeof(u));
	snprintf(u.ref, sizeof(u.ref), "refs/%s/%s", kind, x->sha);
	snprintf(u.old, sizeof(u.old), "%s", ZERO40);
	snprintf(u.new_, sizeof(u.new_), "%s", ZERO40);
	if (old > 0)
		commit_hex(x->ids[old - 1], u.old);
	if (n > 0)
		commit_hex(x->ids[n - 1], u.new_);
	return u;
}

static int
check(struct fixture *x, const struct door_update *u, size_t n, struct err *e)
{
	memset(e, 0, sizeof(*e));
	return evidence_door_check(&x->push, u, n, e);
}

static void
refused(struct fixture *x, const struct door_update *u, size_t n,
    const char *sentence)
{
	unsigned char before[32], after[32];
	struct err e;

	forge_digest(x->hall, before);
	assert_err(check(x, u, n, &e), ERR_REFUSED, &e, sentence);
	forge_digest(x->hall, after);
	assert_memory_equal(before, after, sizeof(before));
}

static void
spoilt(struct fixture *x, const struct spoil *s, const char *kind, int n,
    const char *sentence)
{
	struct door_update u;

	forge_parts(x, s, n);
	u = update(x, kind, 0, n);
	refused(x, &u, 1, sentence);
}

/* --- what is taken --- */

static void
test_evidence_door__takes_a_whole_file(void **state)
{
	struct fixture *x = *state;
	struct door_update u;
	struct err e;

	forge_good_parts(x, PARTS);
	u = update(x, "evidence", 0, PARTS);

	assert_ok(check(x, &u, 1, &e), &e);
}

static void
test_evidence_door__takes_a_beginning_and_its_continuation(void **state)
{
	struct fixture *x = *state;
	struct door_update u;
	struct err e;

	forge_good_parts(x, 2);
	u = update(x, "uploads", 0, 2);
	assert_ok(check(x, &u, 1, &e), &e);
	hall_has(x, 1);
	u = update(x, "uploads", 1, 2);

	assert_ok(check(x, &u, 1, &e), &e);
}

static void
test_evidence_door__takes_the_whole_after_a_beginning(void **state)
{
	struct fixture *x = *state;
	struct door_update u;
	struct err e;

	hall_has(x, 2);
	forge_good_parts(x, PARTS);
	u = update(x, "evidence", 0, PARTS);

	assert_ok(check(x, &u, 1, &e), &e);
}

static void
test_evidence_door__knows_what_the_record_says(void **state)
{
	struct fixture *x = *state;
	struct evidence_claim c;
	struct err e;

	assert_ok(evidence_door_claim(x->f->repo_path, x->sha, &c, &e), &e);

	assert_int_equal(c.size, SIZE);
	assert_int_equal(c.parts, PARTS);
	assert_true(evidence_door_max_input(&c) > (int64_t)SIZE);
	assert_true(
	    evidence_door_max_input(&c) < (int64_t)SIZE + 2 * 1024 * 1024);
}

/* --- what is not --- */

static void
test_evidence_door__refuses_a_file_without_a_record(void **state)
{
	struct fixture *x = *state;
	char other[EVIDENCE_SHA_LEN + 1];
	struct evidence_claim c;
	struct err e;

	memset(other, 'a', EVIDENCE_SHA_LEN);
	other[EVIDENCE_SHA_LEN] = '\0';

	assert_err(evidence_door_claim(x->f->repo_path, other, &c, &e),
	    ERR_REFUSED, &e, "names evidence aaaaaaaaaaaa");
	assert_err(evidence_door_claim(x->f->repo_path, "../x", &c, &e),
	    ERR_REFUSED, &e, "no record");
}

static void
test_evidence_door__refuses_an_erased_file(void **state)
{
	struct fixture *x = *state;
	struct door_update u;

	forge_good_parts(x, PARTS);
	u = update(x, "evidence", 0, PARTS);
	record(x, "  \"redacted\": {\n    \"time\": "
		  "\"2026-11-22T10:00:00+07:00\"\n  },\n");

	refused(x, &u, 1, "was erased on 2026-11-22 by order");
}

static void
test_evidence_door__refuses_an_altered_part(void **state)
{
	const struct spoil s = { .part = 2 };

	spoilt(*state, &s, "evidence", PARTS, "have another SHA-256");
}

static void
test_evidence_door__refuses_a_part_cut_short(void **state)
{
	const struct spoil s = { .part = 1, .len = 1000 };

	spoilt(*state, &s, "uploads", 2, "part 1 has 1000 bytes");
}

static void
test_evidence_door__refuses_another_size_than_the_record_has(void **state)
{
	const struct spoil s = { .part = PARTS, .len = 50 };

	spoilt(*state, &s, "evidence", PARTS, "bytes");
}

static void
test_evidence_door__refuses_an_entry_more(void **state)
{
	const struct spoil s = { .extra = "zz" };

	/* refused by its size before it is read */
	spoilt(*state, &s, "evidence", PARTS, "");
	spoilt(*state, &s, "uploads", 2, "");
}

static void
test_evidence_door__refuses_another_author(void **state)
{
	const struct spoil s = { .author = "mallory" };

	spoilt(*state, &s, "evidence", PARTS, "is not one of evidence");
}

static void
test_evidence_door__refuses_trees_that_do_not_grow(void **state)
{
	const struct spoil s = { .swap = 1 };

	spoilt(*state, &s, "uploads", 2,
	    "part 1 holds other bytes than the parts after it");
	spoilt(*state, &s, "evidence", PARTS, "holds other bytes");
}

static void
test_evidence_door__refuses_parts_that_are_miscounted(void **state)
{
	const struct spoil more = { .number = PARTS + 1 };
	const struct spoil less = { .number = PARTS - 1 };

	spoilt(*state, &more, "evidence", PARTS,
	    "has 3 parts by its record, this push has 4");
	spoilt(*state, &less, "uploads", PARTS,
	    "part 2 stands where part 1 must be");
}

static void
test_evidence_door__refuses_a_half_as_the_whole(void **state)
{
	struct fixture *x = *state;
	struct door_update half, whole;

	forge_good_parts(x, PARTS);
	half = update(x, "evidence", 0, 2);
	whole = update(x, "uploads", 0, PARTS);

	refused(x, &half, 1, "this push has 2");
	refused(x, &whole, 1, "this push has 3");
}

static void
test_evidence_door__refuses_an_object_more(void **state)
{
	struct fixture *x = *state;
	unsigned char id[20];
	struct door_update u;
	struct err e;

	forge_good_parts(x, PARTS);
	put(x, OBJECT_BLOB, "junk", 4, id);
	assert_ok(repo_flush(x->out, &e), &e);
	u = update(x, "evidence", 0, PARTS);

	refused(x, &u, 1, "an object that no revision of it uses");
}

static void
test_evidence_door__refuses_hundreds_of_objects(void **state)
{
	struct fixture *x = *state;
	unsigned char id[20];
	struct door_update u;
	struct err e;
	int i;

	forge_good_parts(x, PARTS);
	for (i = 0; i < 100; i++)
		put(x, OBJECT_BLOB, &i, sizeof(i), id);
	assert_ok(repo_flush(x->out, &e), &e);
	u = update(x, "evidence", 0, PARTS);

	refused(x, &u, 1, "the push has more than");
}

static void
test_evidence_door__refuses_what_is_not_there(void **state)
{
	struct fixture *x = *state;
	struct door_update u = update(x, "evidence", 0, 0);

	snprintf(u.new_, sizeof(u.new_), "%s",
	    "1234567890123456789012345678901234567890");

	refused(x, &u, 1, "");
}

static void
test_evidence_door__refuses_what_is_no_commit(void **state)
{
	struct fixture *x = *state;
	struct door_update u;
	struct err e;

	put(x, OBJECT_BLOB, "no commit", 9, x->ids[0]);
	assert_ok(repo_flush(x->out, &e), &e);
	u = update(x, "evidence", 0, 1);

	refused(x, &u, 1, "");
}

static void
test_evidence_door__refuses_all_but_one_ref_of_the_file(void **state)
{
	struct fixture *x = *state;
	struct door_update u[2];

	forge_good_parts(x, PARTS);
	u[0] = update(x, "evidence", 0, PARTS);
	u[1] = update(x, "uploads", 0, 2);
	refused(x, u, 2, "exactly one evidence file, this one moves 2 refs");
	refused(x, u, 0, "this one moves 0 refs");
	snprintf(u[0].ref, sizeof(u[0].ref), "refs/heads/office");
	refused(x, u, 1, "can be pushed on this path");
	snprintf(u[0].ref, sizeof(u[0].ref), "refs/evidence/%s/x", x->sha);
	refused(x, u, 1, "can be pushed on this path");
	snprintf(u[0].ref, sizeof(u[0].ref), "refs/evidence/%.63s", x->sha);
	refused(x, u, 1, "can be pushed on this path");
}

static void
test_evidence_door__refuses_to_take_away_or_set_back(void **state)
{
	struct fixture *x = *state;
	struct door_update u;

	forge_good_parts(x, 2);
	hall_has(x, 2);
	u = update(x, "uploads", 2, 0);
	refused(x, &u, 1, "cannot take evidence away");
	u = update(x, "uploads", 2, 1);
	refused(x, &u, 1, "do not continue those that are stored");
}

static void
test_evidence_door__refuses_other_parts_than_the_stored(void **state)
{
	const struct spoil s = { .part = 1 };
	struct fixture *x = *state;
	struct door_update u;
	unsigned char first[20];

	hall_has(x, 1);
	forge_good_parts(x, 1);
	memcpy(first, x->ids[0], sizeof(first));
	forge_parts(x, &s, 2);
	u = update(x, "uploads", 0, 2);
	commit_hex(first, u.old);

	refused(x, &u, 1, "do not continue those that are stored");
}

static void
test_evidence_door__refuses_a_ref_that_has_moved(void **state)
{
	struct fixture *x = *state;
	struct door_update u;

	forge_good_parts(x, 2);
	u = update(x, "uploads", 1, 2);
	refused(x, &u, 1, "was moved by another push");
	hall_has(x, 1);
	u = update(x, "uploads", 0, 2);
	refused(x, &u, 1, "was moved by another push");
}

static void
test_evidence_door__refuses_what_is_whole_already(void **state)
{
	struct fixture *x = *state;
	struct door_update u;

	forge_good_parts(x, PARTS);
	hall_has(x, PARTS);
	u = update(x, "evidence", PARTS, PARTS);
	refused(x, &u, 1, "is whole at the hall already");
	u = update(x, "uploads", 0, 2);
	refused(x, &u, 1, "is whole at the hall already");
}

static void
test_evidence_door__refuses_a_revoked_device(void **state)
{
	struct fixture *x = *state;
	struct door_update u;

	forge_good_parts(x, PARTS);
	u = update(x, "evidence", 0, PARTS);
	x->push.device = "9105-b";
	refused(x, &u, 1, "device 9105-b is not registered");
	x->push.device = "9106-a";
	refused(x, &u, 1, "is not one of office 9105");
	x->push.device = "9105-a";
	forge_registry(x->f, "revoked", "2026-11-22T10:00:00+07:00");
	refused(x, &u, 1, "revoked");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_evidence_door__takes_a_whole_file),
		T(test_evidence_door__takes_a_beginning_and_its_continuation),
		T(test_evidence_door__takes_the_whole_after_a_beginning),
		T(test_evidence_door__knows_what_the_record_says),
		T(test_evidence_door__refuses_a_file_without_a_record),
		T(test_evidence_door__refuses_an_erased_file),
		T(test_evidence_door__refuses_an_altered_part),
		T(test_evidence_door__refuses_a_part_cut_short),
		T(test_evidence_door__refuses_another_size_than_the_record_has),
		T(test_evidence_door__refuses_an_entry_more),
		T(test_evidence_door__refuses_another_author),
		T(test_evidence_door__refuses_trees_that_do_not_grow),
		T(test_evidence_door__refuses_parts_that_are_miscounted),
		T(test_evidence_door__refuses_a_half_as_the_whole),
		T(test_evidence_door__refuses_an_object_more),
		T(test_evidence_door__refuses_hundreds_of_objects),
		T(test_evidence_door__refuses_what_is_not_there),
		T(test_evidence_door__refuses_what_is_no_commit),
		T(test_evidence_door__refuses_all_but_one_ref_of_the_file),
		T(test_evidence_door__refuses_to_take_away_or_set_back),
		T(test_evidence_door__refuses_other_parts_than_the_stored),
		T(test_evidence_door__refuses_a_ref_that_has_moved),
		T(test_evidence_door__refuses_what_is_whole_already),
		T(test_evidence_door__refuses_a_revoked_device),
	};

	return cmocka_run_group_tests_name(
	    "evidence_door", tests, test_libraries_up, test_libraries_down);
}
