/*
 * The access log as it may stand on a disk. Beyond "no crash": a line that has
 * its hash has one spelling; what is appended, is appended whole, behind the
 * last line and chained to it, or nothing is; a page is in order and has no line
 * that is none.
 *
 * The first byte says whether the log is of this year or of the one before.
 * Hashes are set right in lines that lack nothing else: no mutation would find
 * one.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/access_file.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static struct conf conf;

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static void
clean(void)
{
	char path[PATH_MAX];
	int year = accepted_year(clock_now()), i;
	struct err e;

	for (i = -1; i <= 1; i++)
		if (access_path(conf.dir, year + i, path, sizeof(path), &e) ==
		    0)
			(void)unlink(path);
}

static void
remove_dir(void)
{
	char path[PATH_MAX];
	struct err e;

	clean();
	if (file_path(path, sizeof(path), &e, "%s/log/lock", conf.dir) == 0)
		(void)unlink(path);
	if (file_path(path, sizeof(path), &e, "%s/log", conf.dir) == 0)
		(void)rmdir(path);
	(void)rmdir(conf.dir);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];
	struct err e;

	(void)argc;
	(void)argv;
	conf_defaults(ROLE_HALL, &conf);
	conf.record_access = 1;
	snprintf(conf.dir, sizeof(conf.dir), "%s/pmqa-fuzz-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	expect(mkdtemp(conf.dir) != NULL);
	expect(file_path(path, sizeof(path), &e, "%s/log", conf.dir) == 0);
	expect(file_mkdirs(path, 0700, &e) == 0);
	atexit(remove_dir);
	return 0;
}

/* --- a line --- */

/* What is in order but for its hash, with that. */
static void
put_hashed(cJSON *line, struct buf *ret)
{
	char hash[ACCEPTED_HASH];
	struct err e;

	expect(accepted_hash(line, hash, &e) == 0);
	expect(cJSON_SetValuestring(json_get(line, "hash"), hash) != NULL);
	expect(json_write(line, ret, &e) == 0);
}

static void
put_line(const char *text, size_t len, struct buf *ret)
{
	struct buf again = BUF_INIT;
	cJSON *line = NULL;
	struct err e;
	int ok = 0;

	expect(
	    accepted_parse_form(&access_form, text, len, &line, &ok, &e) == 0);
	expect(line != NULL || !ok);
	if (ok) {
		expect(json_write(line, &again, &e) == 0);
		expect(again.len == len && memcmp(again.data, text, len) == 0);
	}
	if (line != NULL && !ok)
		put_hashed(line, ret);
	else
		buf_append(ret, text, len);
	buf_release(&again);
	cJSON_Delete(line);
}

/* --- the log --- */

struct seen {
	int64_t n; /* of the last line that has its hash; -1: it has none */
	int n_lines, chained;
	char hash[ACCEPTED_HASH];
};

static int
look(void *arg, const struct accepted_line *l, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	expect(l->line != NULL || (!l->hash_ok && !l->chain_ok));
	s->n_lines++;
	s->n = l->hash_ok ? json_int(l->line, "n", 0) : -1;
	s->chained = l->chain_ok;
	snprintf(s->hash, sizeof(s->hash), "%s",
	    l->hash_ok ? json_str(l->line, "hash") : "");
	return 0;
}

static void
try_page(void)
{
	const struct access_query q = { .limit = 3 };
	cJSON *page = NULL;
	const cJSON *entries;
	struct err e;
	int rc = access_page(&conf, &q, &page, &e);

	if (rc < 0) {
		expect(rc == ERR_DAMAGED && e.hint[0] != '\0');
		return;
	}
	entries = json_get(page, "entries");
	expect(cJSON_GetArraySize(entries) <= q.limit);
	cJSON_Delete(page);
}

static void
try_record(void)
{
	const struct access_entry en = { .action = "audit",
		.login = "somsri",
		.person = "สมศรี",
		.office = "9105",
		.year = 2565 };
	struct seen before = { .n = -1 }, after = { .n = -1 };
	struct accepted_head head;
	struct err e;
	int rc;

	expect(access_each(conf.dir, look, &before, &e) == 0);
	rc = access_record(&conf, &en, &e);
	expect(access_each(conf.dir, look, &after, &e) == 0);
	if (rc < 0) {
		/* a number behind the last that JSON has is none */
		expect(rc == ERR_DAMAGED ? e.hint[0] != '\0'
					 : before.n == JSON_INT_MAX);
		expect(after.n_lines == before.n_lines);
		return;
	}
	expect(after.n_lines == before.n_lines + 1 && after.chained);
	expect(after.n == (before.n_lines > 0 ? before.n : 0) + 1);
	expect(access_head(conf.dir, &head, &e) == 0 && head.n == after.n);
	expect(strcmp(head.hash, after.hash) == 0);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const char *text = (const char *)data + 1, *end = text + len - 1, *nl;
	struct buf log = BUF_INIT;
	char path[PATH_MAX];
	struct err e;

	if (len < 1)
		return 0;
	for (; text < end; text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (nl == NULL) {
			buf_append(&log, text, (size_t)(end - text));
			break;
		}
		put_line(text, (size_t)(nl - text), &log);
		buf_putc(&log, '\n');
	}
	clean();
	expect(access_path(conf.dir, accepted_year(clock_now()) - data[0] % 2,
		   path, sizeof(path), &e) == 0);
	expect(file_write(path, buf_str(&log), log.len, 0600, &e) == 0);
	try_page();
	try_record();
	buf_release(&log);
	return 0;
}
