#include "tests/support/joined.h"

#include "store/admit/absorb.h"
#include "store/hall/enroll.h"
#include "store/save/journal.h"
#include "store/setup.h"
#include "store/sign/receipt.h"
#include "tests/unit/test.h"

static struct store *
open_hall(struct joined *j)
{
	struct store *s = NULL;
	struct err e;

	assert_ok(store_open(j->hall, STORE_WRITE, &s, &e), &e);
	return s;
}

static void
init_hall(const char *dir)
{
	struct conf c;
	struct err e;

	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	assert_ok(setup_init(&c, &e), &e);
}

static void
enrol(struct joined *j)
{
	cJSON *request = NULL, *answer = NULL, *accepted = NULL;
	struct store *hall = open_hall(j);
	struct err e;

	assert_ok(enroll_request(j->office.store, &request, &e), &e);
	assert_ok(enroll_admit(hall, &j->office.person,
		      json_str(request, "request"), &answer, &e),
	    &e);
	assert_ok(journal_flush(hall, &e), &e);
	store_close(hall);
	assert_ok(enroll_accept(j->office.store, json_str(answer, "answer"),
		      &accepted, &e),
	    &e);
	assert_ok(store_reload_conf(j->office.store, &e), &e);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(accepted);
}

void
joined_make(struct joined *j)
{
	memset(j, 0, sizeof(*j));
	test_office_make(&j->office);
	j->hall = test_dir();
	init_hall(j->hall);
	enrol(j);
}

void
joined_remove(struct joined *j)
{
	test_office_remove(&j->office);
	test_dir_remove(j->hall);
	j->hall = NULL;
}

void
joined_hall_absorb(struct joined *j, cJSON **ret)
{
	const char *code = store_conf(j->office.store)->code;
	struct store *hall = open_hall(j);
	struct err e;
	int64_t n = 0;

	*ret = NULL;
	assert_ok(
	    absorb_ref(hall, code, "office", "refs/heads/office", &n, &e), &e);
	assert_ok(receipt_issue(hall, code, ret, &e), &e);
	assert_ok(journal_flush(hall, &e), &e);
	store_close(hall);
}
