#include "tests/support/push.h"

#include "tests/unit/test.h"

int
push_setup(void **state)
{
	*state = forge_make();
	return 0;
}

int
push_teardown(void **state)
{
	forge_remove(*state);
	return 0;
}

struct door_update
push_update(const struct forge *f)
{
	struct door_update u;

	memset(&u, 0, sizeof(u));
	snprintf(u.ref, sizeof(u.ref), "refs/heads/office");
	commit_hex(f->second, u.old);
	commit_hex(f->office.tip, u.new_);
	return u;
}

int
push_updates(
    struct forge *f, const struct door_update *u, size_t n, struct err *e)
{
	memset(e, 0, sizeof(*e));
	return door_check(f->repo_path, f->quarantine, "9105-a", u, n, e);
}

int
push(struct forge *f, struct err *e)
{
	struct door_update u = push_update(f);

	return push_updates(f, &u, 1, e);
}

void
push_taken(struct forge *f, const char *ref, const unsigned char *old,
    const unsigned char tip[20])
{
	char from[340], to[340];
	const char *copy[] = { "cp", "-r", from, to, NULL };
	const char *empty[] = { "find", f->quarantine, "-type", "f", "-delete",
		NULL };
	struct err e;

	snprintf(from, sizeof(from), "%s/.", f->quarantine);
	snprintf(to, sizeof(to), "%s/objects", f->repo_path);
	assert_int_equal(0, test_run(copy, NULL));
	assert_int_equal(0, test_run(empty, NULL));
	assert_ok(repo_refresh(f->repo, &e), &e);
	assert_ok(repo_refresh(f->inbox, &e), &e);
	assert_ok(repo_move_ref(f->repo, ref, old, tip, &e), &e);
}

void
push_refused_updates(struct forge *f, const struct door_update *u, size_t n,
    const char *sentence)
{
	unsigned char before[32], after[32];
	struct err e;

	forge_digest(f->repo_path, before);
	assert_err(push_updates(f, u, n, &e), ERR_REFUSED, &e, sentence);
	forge_digest(f->repo_path, after);
	assert_memory_equal(before, after, 32);
}

void
push_refused(struct forge *f, const char *sentence)
{
	struct door_update u = push_update(f);

	push_refused_updates(f, &u, 1, sentence);
}

void
push_commit_refused(struct forge *f, const char *sentence)
{
	char hex[41], whole[500];

	commit_hex(f->office.tip, hex);
	snprintf(whole, sizeof(whole), "commit %.10s: %s", hex, sentence);
	push_refused(f, whole);
}
