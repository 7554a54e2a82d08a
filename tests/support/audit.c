#include "tests/support/audit.h"

#include <unistd.h>

#include "base/file.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/unit/test.h"

int
audit_setup(void **state)
{
	struct audit *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->p = pair_make();
	cJSON_Delete(test_office_open_year(&x->p->office, 2565));
	cJSON_Delete(test_office_tick(&x->p->office, 2565, "1.1.B1 1.2.B1", 1));
	cJSON_Delete(test_office_set(
	    &x->p->office, 2565, "1.1", "strengths", "บริการถึงเกาะ"));
	pair_sync(x->p);
	cJSON_Delete(test_office_tick(&x->p->office, 2565, "1.2.B1", 0));
	pair_sync(x->p);
	*state = x;
	return 0;
}

int
audit_teardown(void **state)
{
	struct audit *x = *state;

	cJSON_Delete(x->result);
	store_close(x->reader);
	buf_release(&x->database);
	pair_remove(x->p);
	free(x);
	return 0;
}

const cJSON *
audit_verify(struct audit *x, struct test_office *o)
{
	cJSON_Delete(x->result);
	x->result = NULL;
	store_close(x->reader);
	x->reader = NULL;
	memset(&x->e, 0, sizeof(x->e));
	if (store_open(o->dir, STORE_READ, &x->reader, &x->e) < 0)
		return NULL;
	if (verify_run(x->reader, NULL, NULL, &x->result, &x->e) < 0)
		return NULL;
	return x->result;
}

int64_t
audit_checked(const cJSON *result, const char *what)
{
	return json_int(json_get(result, "checked"), what, -1);
}

void
audit_clean(struct audit *x, struct test_office *o)
{
	const cJSON *result = audit_verify(x, o);
	char *text;

	if (result == NULL)
		fail_msg("verify: %s", x->e.msg);
	text = cJSON_Print(result);
	if (!json_bool(result, "ok", 0) ||
	    cJSON_GetArraySize(json_get(result, "findings")) != 0)
		fail_msg("findings: %s", text);
	free(text);
}

void
audit_found(struct audit *x, struct test_office *o, const char *what)
{
	const cJSON *result = audit_verify(x, o), *one;
	char *text;

	if (result == NULL)
		fail_msg("verify: %s", x->e.msg);
	assert_false(json_bool(result, "ok", 1));
	cJSON_ArrayForEach (one, json_get(result, "findings")) {
		assert_non_null(json_str(one, "severity"));
		assert_non_null(json_str(one, "where"));
		assert_non_null(json_str(one, "advice"));
		if (strstr(json_str(one, "what"), what) != NULL)
			return;
	}
	text = cJSON_Print(result);
	fail_msg("no finding says '%s': %s", what, text);
}

void
audit_path(const struct audit *x, char ret[300])
{
	snprintf(ret, 300, "%s/pmqa.db", x->p->office.dir);
}

void
audit_keep(struct audit *x)
{
	char path[300];

	assert_ok(journal_flush(x->p->office.store, &x->e), &x->e);
	test_office_close(&x->p->office);
	audit_path(x, path);
	assert_ok(file_read(path, 64 << 20, &x->database, &x->e), &x->e);
}

void
audit_restore(struct audit *x)
{
	char path[300], side[320];

	audit_path(x, path);
	snprintf(side, sizeof(side), "%s-wal", path);
	unlink(side);
	snprintf(side, sizeof(side), "%s-shm", path);
	unlink(side);
	assert_ok(
	    file_write(path, x->database.data, x->database.len, 0600, &x->e),
	    &x->e);
}
