#include "tests/support/office.h"

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/save/answer.h"
#include "store/setup.h"
#include "tests/unit/test.h"

int
test_libraries_up(void **state)
{
	struct err e;

	(void)state;
	assert_ok(key_init(&e), &e);
	assert_ok(giterr_init(&e), &e);
	return 0;
}

int
test_libraries_down(void **state)
{
	(void)state;
	giterr_shutdown();
	return 0;
}

int
test_office_init(const char *dir, struct err *e)
{
	struct conf c;

	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "9105");
	snprintf(c.name, sizeof(c.name), "ละงู");
	return setup_init(&c, e);
}

void
test_office_make(struct test_office *o)
{
	struct err e;

	memset(o, 0, sizeof(*o));
	o->dir = test_dir();
	snprintf(o->person.login, sizeof(o->person.login), "somsri");
	snprintf(o->person.name, sizeof(o->person.name), "สมศรี ใจดี");
	assert_ok(test_office_init(o->dir, &e), &e);
	test_office_open(o);
}

void
test_office_remove(struct test_office *o)
{
	test_office_close(o);
	test_dir_remove(o->dir);
	o->dir = NULL;
}

void
test_office_open(struct test_office *o)
{
	struct err e;

	assert_ok(store_open(o->dir, STORE_WRITE, &o->store, &e), &e);
}

void
test_office_close(struct test_office *o)
{
	store_close(o->store);
	o->store = NULL;
}

static void
begin(struct test_office *o)
{
	struct err e;

	assert_ok(save_group_begin(o->store, &e), &e);
}

static void
end(struct test_office *o)
{
	struct err e;

	assert_ok(save_group_end(o->store, &e), &e);
}

cJSON *
test_office_open_year(struct test_office *o, int year)
{
	cJSON *ret = NULL;
	struct err e;

	begin(o);
	assert_ok(
	    answer_open(o->store, &o->person, year, NULL, NULL, &ret, &e), &e);
	end(o);
	return ret;
}

cJSON *
test_office_set(struct test_office *o, int year, const char *item,
    const char *field, const char *text)
{
	cJSON *fields = cJSON_CreateObject(), *ret = NULL;
	struct err e;

	assert_ok(json_put_str(fields, field, text, &e), &e);
	begin(o);
	assert_ok(answer_set(o->store, &o->person, year, item, fields, NULL,
		      NULL, &ret, &e),
	    &e);
	end(o);
	cJSON_Delete(fields);
	return ret;
}

cJSON *
test_office_tick(struct test_office *o, int year, const char *points, int on)
{
	cJSON *list = cJSON_CreateArray(), *ret = NULL;
	char point[16];
	struct err e;
	size_t n;

	for (; *points != '\0'; points += n + strspn(points + n, " ")) {
		n = strcspn(points, " ");
		snprintf(point, sizeof(point), "%.*s", (int)n, points);
		assert_ok(json_push_str(list, point, &e), &e);
	}
	begin(o);
	assert_ok(answer_tick(o->store, &o->person, year, list, on, NULL, NULL,
		      &ret, &e),
	    &e);
	end(o);
	cJSON_Delete(list);
	return ret;
}

char *
test_office_git(const struct test_office *o, const char *arg, ...)
{
	const char *argv[32] = { "git", "-C", NULL };
	char repo[600], *out = NULL;
	size_t n = 3;
	va_list ap;
	int status;

	snprintf(repo, sizeof(repo), "%s/repo.git", o->dir);
	argv[2] = repo;
	va_start(ap, arg);
	for (; arg != NULL && n + 1 < 32; arg = va_arg(ap, const char *))
		argv[n++] = arg;
	va_end(ap);
	argv[n] = NULL;
	if ((status = test_run(argv, &out)) != 0)
		fail_msg("git %s: exit status %d: %s", argv[3], status, out);
	return out;
}
