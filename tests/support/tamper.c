#include "tests/support/tamper.h"

#include <limits.h>
#include <sqlite3.h>

#include "store/evidence/evidence_receipt.h"
#include "store/hall/access.h"
#include "store/hall/province.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/unit/test.h"

#define YEAR 2565

const char *
tamper_path(const char *dir, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return path;
}

void
tamper_sql(const char *dir, const char *sql)
{
	sqlite3 *h = NULL;

	assert_int_equal(
	    SQLITE_OK, sqlite3_open(tamper_path(dir, "pmqa.db"), &h));
	if (sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(h));
	if (sqlite3_total_changes(h) == 0)
		fail_msg("changes nothing: %s", sql);
	sqlite3_close(h);
}

const char *
tamper_git(const char *dir, const char *repo, const char *const *args)
{
	static char answer[4096];
	const char *argv[12] = { "git", "-C" };
	char path[PATH_MAX], *out = NULL;
	size_t i = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, repo);
	argv[2] = path;
	for (; args[i] != NULL; i++)
		argv[3 + i] = args[i];
	argv[3 + i] = NULL;
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", args[0], out);
	snprintf(answer, sizeof(answer), "%s", out);
	answer[strcspn(answer, "\n")] = '\0';
	free(out);
	return answer;
}

const cJSON *
tamper_verify(struct tamper *x, const char *dir, int deep, struct err *e)
{
	const struct verify_opts o = { .deep = deep, .alone = 1, .threads = 1 };
	struct store *reader = NULL;
	cJSON *proved = NULL;
	int rc;

	cJSON_Delete(x->result);
	x->result = NULL;
	memset(e, 0, sizeof(*e));
	if ((rc = store_open(dir, STORE_READ, &reader, e)) == 0)
		rc = verify_with(reader, &o, &x->result, &proved, e);
	cJSON_Delete(proved);
	store_close(reader);
	return rc < 0 ? NULL : x->result;
}

const cJSON *
tamper_seal(struct tamper *x, const char *dir, int deep)
{
	const struct verify_opts o = { .deep = deep, .alone = 1, .threads = 1 };
	struct store *s = NULL;
	cJSON *proved = NULL;
	struct err e;

	cJSON_Delete(x->result);
	x->result = NULL;
	assert_ok(store_open(dir, STORE_READ, &s, &e), &e);
	assert_ok(verify_with(s, &o, &x->result, &proved, &e), &e);
	store_close(s);
	assert_ok(store_open(dir, STORE_WRITE, &s, &e), &e);
	assert_ok(verify_seal(s, proved, &e), &e);
	store_close(s);
	cJSON_Delete(proved);
	return x->result;
}

cJSON *
tamper_stretches(const char *dir, int threads, int64_t stretch)
{
	const struct verify_opts o = {
		.deep = 1, .alone = 1, .threads = threads, .stretch = stretch
	};
	cJSON *ret = NULL, *proved = NULL;
	struct store *s = NULL;
	struct err e;

	assert_ok(store_open(dir, STORE_READ, &s, &e), &e);
	assert_ok(verify_with(s, &o, &ret, &proved, &e), &e);
	store_close(s);
	cJSON_Delete(proved);
	return ret;
}

static void
copy(const char *from, const char *to)
{
	const char *argv[] = { "cp", "-a", from, to, NULL };

	assert_int_equal(0, test_run(argv, NULL));
}

static void
drop(const char *path)
{
	const char *argv[] = { "rm", "-rf", path, NULL };

	assert_int_equal(0, test_run(argv, NULL));
}

/* The hall's word that it holds the file. */
static void
confirm(struct tamper *x)
{
	struct evidence_receipt r = { .hall = "91",
		.office = "9105",
		.time = 1669097655,
		.offset_min = 420 };
	cJSON *json = NULL;
	struct err e;

	snprintf(r.sha256, sizeof(r.sha256), "%s", x->file.sha);
	assert_ok(evidence_receipt_make(&r, &x->hall, &json, &e), &e);
	assert_ok(evidence_confirmed(x->p->office.store, "", json, &e), &e);
	cJSON_Delete(json);
}

/* Somebody took of the past, three times. */
static void
record_access(struct store *s)
{
	const struct access_entry en = { .action = "history.export",
		.login = "somsri",
		.person = "สมศรี ใจดี",
		.format = "csv" };
	struct conf c = *store_conf(s);
	struct err e;
	int i;

	c.record_access = 1;
	for (i = 0; i < 3; i++)
		assert_ok(access_record(&c, &en, &e), &e);
}

static void
fill(struct tamper *x)
{
	struct test_office *o = &x->p->office;
	struct err e;

	cJSON_Delete(test_office_open_year(o, YEAR));
	cJSON_Delete(test_office_tick(o, YEAR, "1.1.B1 1.2.B1", 1));
	cJSON_Delete(
	    test_office_set(o, YEAR, "1.1", "strengths", "บริการถึงเกาะ"));
	pair_sync(x->p);
	test_file_make(&x->file, "แผน.pdf", 600000, 7);
	test_file_add(o->store, &o->person, "1.1", &x->file);
	confirm(x);
	assert_ok(province_update(x->p->hall.store, 1, NULL, &e), &e);
	cJSON_Delete(test_office_tick(o, YEAR, "1.2.B1", 0));
	pair_sync(x->p);
	assert_ok(journal_flush(x->p->hall.store, &e), &e);
	assert_ok(province_update(x->p->hall.store, 1, NULL, &e), &e);
	record_access(x->p->hall.store);
}

static void
assert_good(const cJSON *result)
{
	char *text;

	if (json_bool(result, "ok", 0) &&
	    cJSON_GetArraySize(json_get(result, "findings")) == 0)
		return;
	text = cJSON_Print(result);
	fail_msg("not good to begin with: %s", text);
}

/* The hall has the bytes, too. */
static void
give_file(struct tamper *x)
{
	char from[PATH_MAX], to[PATH_MAX];
	const char *dir[] = { "mkdir", "-p",
		tamper_path(x->p->hall.dir, "evidence"), NULL };

	assert_int_equal(0, test_run(dir, NULL));
	snprintf(from, sizeof(from), "%s/evidence.git", x->p->office.dir);
	snprintf(to, sizeof(to), "%s/evidence/9105.git", x->p->hall.dir);
	copy(from, to);
}

struct tamper *
tamper_make(void)
{
	struct tamper *x = calloc(1, sizeof(*x));
	struct err e;

	assert_non_null(x);
	x->p = pair_make();
	x->kept = test_dir();
	x->device = *store_key(x->p->office.store);
	x->hall = *store_key(x->p->hall.store);
	assert_ok(key_generate(&x->stranger, &e), &e);
	fill(x);
	test_office_close(&x->p->office);
	test_office_close(&x->p->hall);
	give_file(x);
	assert_good(tamper_seal(x, x->p->office.dir, 1));
	assert_good(tamper_seal(x, x->p->hall.dir, 1));
	/* one more, in the journal alone */
	test_office_open(&x->p->office);
	cJSON_Delete(test_office_tick(&x->p->office, YEAR, "1.3.B1", 1));
	test_office_close(&x->p->office);
	copy(x->p->office.dir, tamper_path(x->kept, "office"));
	copy(x->p->hall.dir, tamper_path(x->kept, "hall"));
	return x;
}

void
tamper_restore(struct tamper *x)
{
	drop(x->p->office.dir);
	drop(x->p->hall.dir);
	copy(tamper_path(x->kept, "office"), x->p->office.dir);
	copy(tamper_path(x->kept, "hall"), x->p->hall.dir);
}

void
tamper_remove(struct tamper *x)
{
	cJSON_Delete(x->result);
	test_file_free(&x->file);
	pair_remove(x->p);
	test_dir_remove(x->kept);
	key_release(&x->device);
	key_release(&x->hall);
	key_release(&x->stranger);
	free(x);
}
