#include "tests/support/plan.h"

#include "store/look/asof.h"
#include "store/record/record.h"
#include "tests/unit/test.h"

cJSON *
test_fields(const char *name, ...)
{
	cJSON *fields = cJSON_CreateObject();
	struct err e;
	va_list ap;

	va_start(ap, name);
	for (; name != NULL; name = va_arg(ap, const char *))
		assert_ok(
		    json_put_str(fields, name, va_arg(ap, const char *), &e),
		    &e);
	va_end(ap);
	return fields;
}

struct ask
test_ask(const struct test_office *o, const char *reason)
{
	struct ask a = { .person = &o->person, .reason = reason };

	return a;
}

cJSON *
test_record(struct test_office *o, const char *path)
{
	struct asof a = { 0 };
	struct branch *b = NULL;
	struct err e;

	assert_ok(store_own_branch(o->store, "", &b, &e), &e);
	assert_ok(asof_record(o->store, b, path, ASOF_NOW, &a, &e), &e);
	return a.rec;
}

void
test_expect_field(
    struct test_office *o, const char *path, const char *name, const char *want)
{
	cJSON *rec = test_record(o, path);
	const cJSON *v = record_get(rec, name);
	struct buf text = BUF_INIT;
	struct err e;

	if (v != NULL)
		assert_ok(json_write(v, &text, &e), &e);
	if (want == NULL && v != NULL)
		fail_msg("%s has '%s': %s", path, name, buf_str(&text));
	if (want != NULL && strcmp(buf_str(&text), want) != 0)
		fail_msg("'%s' of %s is %s, not %s", name, path,
		    v != NULL ? buf_str(&text) : "absent", want);
	buf_release(&text);
	cJSON_Delete(rec);
}
