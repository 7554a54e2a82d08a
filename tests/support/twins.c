#include "tests/support/twins.h"

#include "store/admit/absorb.h"
#include "store/hall/enroll.h"
#include "store/save/journal.h"
#include "store/setup.h"
#include "store/sign/receipt.h"
#include "tests/support/pair.h"
#include "tests/support/pushed.h"
#include "tests/unit/test.h"

static const struct {
	const char *login, *name;
} people[TWINS_MAX] = { { "somsri", "สมศรี ใจดี" }, { "anan", "อนันต์ มั่นคง" },
	{ "wipa", "วิภา รักงาน" } };

static void
make_device(struct twins *d, size_t i)
{
	struct test_office *o = &d->at[i];
	struct conf c;
	struct err e;

	memset(o, 0, sizeof(*o));
	o->dir = test_dir();
	snprintf(
	    o->person.login, sizeof(o->person.login), "%s", people[i].login);
	snprintf(o->person.name, sizeof(o->person.name), "%s", people[i].name);
	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", o->dir);
	snprintf(c.code, sizeof(c.code), "9105");
	snprintf(c.name, sizeof(c.name), "ละงู");
	c.device = (char)('a' + (int)i);
	assert_ok(setup_init(&c, &e), &e);
	test_office_open(o);
}

static void
make_hall(struct test_office *h)
{
	struct conf c;
	struct err e;

	memset(h, 0, sizeof(*h));
	h->dir = test_dir();
	snprintf(h->person.login, sizeof(h->person.login), "malee");
	snprintf(h->person.name, sizeof(h->person.name), "มาลี สตูล");
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", h->dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	c.n_own_urls = 1;
	snprintf(c.own_urls[0], sizeof(c.own_urls[0]), "%s", h->dir);
	assert_ok(setup_init(&c, &e), &e);
	test_office_open(h);
}

static void
enroll(struct twins *d, size_t i)
{
	cJSON *request = NULL, *answer = NULL, *done = NULL;
	struct store *s = d->at[i].store;
	struct err e;

	assert_ok(enroll_request(s, &request, &e), &e);
	assert_ok(enroll_admit(d->hall.store, &d->hall.person,
		      json_str(request, "request"), &answer, &e),
	    &e);
	assert_ok(journal_flush(d->hall.store, &e), &e);
	assert_ok(enroll_accept(s, json_str(answer, "answer"), &done, &e), &e);
	assert_ok(store_reload_conf(s, &e), &e);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(done);
}

struct twins *
twins_make(size_t n)
{
	struct twins *d = calloc(1, sizeof(*d));
	size_t i;

	assert_non_null(d);
	assert_true(n <= TWINS_MAX);
	d->n = n;
	make_hall(&d->hall);
	for (i = 0; i < n; i++) {
		make_device(d, i);
		enroll(d, i);
	}
	return d;
}

void
twins_remove(struct twins *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		test_office_remove(&d->at[i]);
	test_office_remove(&d->hall);
	free(d);
}

static void
transfer(const struct twins *d, size_t i, const char *verb, const char *refspec,
    const char *other)
{
	char mine[300], theirs[300], *out = NULL;
	const char *argv[] = { "git", "-C", mine, verb, "-q", theirs, refspec,
		other, NULL };

	snprintf(mine, sizeof(mine), "%s/repo.git", d->at[i].dir);
	snprintf(theirs, sizeof(theirs), "%s/offices/9105.git", d->hall.dir);
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", verb, out);
	free(out);
}

int
twins_fetch(struct twins *d, size_t i, unsigned char ret[20])
{
	struct store *s = d->at[i].store;
	struct repo *r = NULL;
	struct err e;
	int64_t n;
	int rc;

	assert_ok(journal_flush(d->hall.store, &e), &e);
	transfer(d, i, "fetch", "+refs/heads/hall:refs/incoming/hall",
	    "+refs/heads/office*:refs/incoming/office*");
	assert_ok(store_repo(s, "", &r, &e), &e);
	assert_ok(repo_refresh(r, &e), &e);
	assert_ok(absorb_ref(s, "", "hall", "refs/incoming/hall", &n, &e), &e);
	rc = repo_ref(r, "refs/incoming/office", ret, &e);
	if (rc != ERR_NOT_FOUND)
		assert_ok(rc, &e);
	return rc == 0;
}

void
twins_push(struct twins *d, size_t i)
{
	cJSON *receipt = NULL;
	struct err e;
	int64_t n;

	assert_ok(journal_flush(d->at[i].store, &e), &e);
	transfer(d, i, "push", "refs/heads/office:refs/heads/office", NULL);
	pushed_log(d->hall.store, "9105", store_device(d->at[i].store));
	assert_ok(absorb_ref(d->hall.store, "9105", "office",
		      "refs/heads/office", &n, &e),
	    &e);
	assert_ok(receipt_issue(d->hall.store, "9105", &receipt, &e), &e);
	cJSON_Delete(receipt);
}

void
twins_sync(struct twins *d, size_t i, struct join *ret)
{
	unsigned char tip[20];
	struct err e;

	memset(ret, 0, sizeof(*ret));
	assert_ok(journal_flush(d->at[i].store, &e), &e);
	if (twins_fetch(d, i, tip))
		assert_ok(join_office(d->at[i].store, tip, ret, &e), &e);
	twins_push(d, i);
	(void)twins_fetch(d, i, tip);
}

char *
twins_tree(const struct test_office *o)
{
	return test_office_git(
	    o, "rev-parse", "refs/heads/office^{tree}", NULL);
}

void
twins_check_index(struct test_office *o)
{
	char *grown = pair_dump(o->store), *rebuilt;
	struct err e;

	assert_ok(absorb_reindex(o->store, NULL, NULL, &e), &e);
	rebuilt = pair_dump(o->store);
	assert_string_equal(grown, rebuilt);
	free(grown);
	free(rebuilt);
}
