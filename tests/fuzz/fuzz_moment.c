/*
 * How a point in the past is named (show --at and all that looks back), against
 * an office with a few revisions. Beyond "no crash": what names none is told so
 * with a hint; what names one has rows that are there, and its own revision and
 * commit name the same again.
 *
 * The first byte says of which year the sign-offs are.
 */
#include <ftw.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/git/giterr.h"
#include "store/look/moment.h"
#include "store/review/signoff.h"
#include "store/save/answer.h"
#include "store/save/journal.h"
#include "store/setup.h"

#define YEAR 2565

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static struct store *store;
static char dir[PATH_MAX];

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static void
remove_dir(void)
{
	store_close(store);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One revision each: opened, ticked twice, signed off. */
static void
save_some(void)
{
	const struct person p = { "somsri", "สมศรี" };
	struct ask a = { .person = &p, .year = YEAR };
	cJSON *point = cJSON_CreateArray(), *ret = NULL;
	struct err e;
	int i;

	expect(json_push_str(point, "1.1.B1", &e) == 0);
	expect(save_group_begin(store, &e) == 0);
	expect(answer_open(store, &p, YEAR, NULL, NULL, &ret, &e) == 0);
	cJSON_Delete(ret);
	for (i = 0; i < 2; i++) {
		ret = NULL;
		expect(answer_tick(store, &p, YEAR, point, i == 0, NULL, NULL,
			   &ret, &e) == 0);
		cJSON_Delete(ret);
	}
	ret = NULL;
	expect(signoff_submit(store, &a, NULL, &ret, &e) == 0);
	cJSON_Delete(ret);
	expect(save_group_end(store, &e) == 0);
	expect(journal_flush(store, &e) == 0);
	cJSON_Delete(point);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *tmp = getenv("TMPDIR");
	struct conf conf;
	struct err e;

	(void)argc;
	(void)argv;
	expect(key_init(&e) == 0 && giterr_init(&e) == 0);
	snprintf(dir, sizeof(dir), "%s/pmqa-fuzz-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	expect(mkdtemp(dir) != NULL);
	conf_defaults(ROLE_OFFICE, &conf);
	snprintf(conf.dir, sizeof(conf.dir), "%s", dir);
	snprintf(conf.code, sizeof(conf.code), "9105");
	snprintf(conf.name, sizeof(conf.name), "ละงู");
	expect(setup_init(&conf, &e) == 0);
	expect(store_open(dir, STORE_WRITE, &store, &e) == 0);
	save_some();
	atexit(remove_dir);
	return 0;
}

/* The same row by another name. */
static void
check_again(const struct moment *m, const char *name)
{
	struct moment again;
	struct err e;

	expect(moment_find(store, "", YEAR, name, &again, &e) == 0);
	expect(again.kind == MOMENT_REVISION && again.office == m->office);
	expect(strcmp(again.name, m->name) == 0);
	expect(strcmp(again.commit, m->commit) == 0);
}

static void
check_found(const struct moment *m, const char *text)
{
	cJSON *obj = cJSON_CreateObject();
	struct err e;

	expect(m->kind <= MOMENT_TIME);
	expect(m->office >= 0 && m->hall >= 0);
	expect((m->name[0] == '\0') == (m->commit[0] == '\0'));
	if (m->name[0] != '\0') {
		check_again(m, m->name);
		check_again(m, m->commit);
	}
	expect(moment_put(obj, "at", text, m, &e) == 0);
	cJSON_Delete(obj);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static const int years[] = { 0, YEAR, YEAR + 1, INT_MAX };
	struct moment m;
	struct err e;
	char *text;
	int rc;

	if (len < 1 || (text = malloc(len)) == NULL)
		return 0;
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	memset(&e, 0, sizeof(e));
	rc = moment_find(store, "", years[data[0] % 4], text, &m, &e);
	if (rc == 0)
		check_found(&m, text);
	else
		expect((rc == ERR_NOT_FOUND || rc == ERR_INVALID) &&
		       e.msg[0] != '\0' && e.hint[0] != '\0');
	free(text);
	return 0;
}
