#include "tests/support/gate.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "daemon/sync/transfer.h"
#include "store/save/journal.h"
#include "tests/unit/test.h"

#define NEWS_MS 60000

/* --- the office's repository as a forge --- */

static void
read_tip(struct gate *g, struct forge_branch *at)
{
	struct commit *c = calloc(1, sizeof(*c));
	struct forge *f = &g->forge;
	struct buf raw = BUF_INIT;
	struct err e;

	assert_non_null(c);
	forge_read(f, g->tip, OBJECT_COMMIT, &raw);
	assert_ok(commit_parse(buf_str(&raw), raw.len, c, &e), &e);
	memcpy(at->tip, g->tip, 20);
	memcpy(at->root, c->tree, 20);
	memcpy(at->content[0], c->content, COMMIT_CONTENT_LEN);
	memcpy(f->first, c->parents[0], 20);
	memcpy(f->second, g->tip, 20);
	at->has_tip = 1;
	at->time = c->time;
	at->sequence = c->sequence;
	buf_release(&raw);
	free(c);
}

void
gate_reset(struct gate *g)
{
	struct forge *f = &g->forge;
	struct err e;

	read_tip(g, &f->office);
	tree_free(f->office.tree);
	assert_non_null(f->office.tree = tree_new());
	assert_ok(tree_load(f->office.tree, f->office.root, repo_tree_source,
		      f->inbox, &e),
	    &e);
}

static void
open_forge(struct gate *g)
{
	struct forge *f = &g->forge;
	const char *dir = g->joined.office.dir;
	char path[400];
	struct err e;

	snprintf(path, sizeof(path), "%s/repo.git", dir);
	assert_ok(repo_open(path, &f->inbox, &e), &e);
	f->target = f->inbox;
	snprintf(path, sizeof(path), "%s/keys/device", dir);
	assert_ok(key_load(path, &f->device, &e), &e);
	assert_ok(key_generate(&f->stranger, &e), &e);
	assert_ok(repo_ref(f->inbox, "refs/heads/office", g->tip, &e), &e);
	gate_reset(g);
}

static void
close_forge(struct forge *f)
{
	size_t i;

	for (i = 0; i < FORGE_MAX_FILES; i++)
		buf_release(&f->bytes[i]);
	buf_release(&f->raw);
	tree_free(f->office.tree);
	repo_close(f->inbox);
}

struct gate *
gate_make(void)
{
	struct gate *g = calloc(1, sizeof(*g));
	struct test_office *o;
	struct err e;

	assert_non_null(g);
	joined_make(&g->joined);
	o = &g->joined.office;
	assert_ok(conf_load(o->dir, &g->conf, &e), &e);
	cJSON_Delete(test_office_open_year(o, 2565));
	cJSON_Delete(test_office_tick(o, 2565, "1.1.B1 1.1.B2", 1));
	assert_ok(journal_flush(o->store, &e), &e);
	test_daemon_start(&g->hall, g->joined.hall);
	open_forge(g);
	gate_push_good(g);
	return g;
}

void
gate_remove(struct gate *g)
{
	test_daemon_stop(&g->hall, SIGTERM);
	close_forge(&g->forge);
	joined_remove(&g->joined);
	free(g);
}

/* --- pushing --- */

/* A directory with a "git" in it: the one that `git push` runs to make its
 * pack. */
static void
write_filter(struct gate *g, char dir[400])
{
	static const char script[] = "#!/bin/sh\n"
				     "unset GIT_EXEC_PATH\n"
				     "PATH=/usr/bin:/bin\n"
				     "{ cat; echo \"$PMQA_TEST_LINE\"; } |"
				     " git -c core.bigFileThreshold=1m"
				     " \"$@\"\n";
	char path[440];
	struct err e;

	snprintf(dir, 400, "%s/exec", g->joined.office.dir);
	snprintf(path, sizeof(path), "%s/git", dir);
	assert_ok(file_mkdirs(dir, 0700, &e), &e);
	assert_ok(file_write(path, script, sizeof(script) - 1, 0700, &e), &e);
}

static void
collect(pid_t pid, int fd, struct gate_push *ret)
{
	struct buf said = BUF_INIT;
	struct rusage used;
	char chunk[4096];
	int status = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_append(&said, chunk, (size_t)n);
	close(fd);
	while (wait4(pid, &status, 0, &used) < 0)
		assert_int_equal(errno, EINTR);
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	ret->rss_kib = used.ru_maxrss;
	buf_putc(&said, '\0');
	assert_non_null(ret->said = buf_take(&said));
}

static void
run(const struct transfer *t, struct gate_push *ret)
{
	int64_t start = clock_mono_ms();
	int fds[2];
	pid_t pid;
	union {
		const char *const *in;
		char *const *out;
	} argv = { .in = t->argv }, env = { .in = t->env };

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		execvpe(argv.out[0], argv.out, env.out);
		_exit(127);
	}
	close(fds[1]);
	collect(pid, fds[0], ret);
	ret->ms = clock_mono_ms() - start;
}

/* The one blank of a refspec, filled with the forged tip. */
static const char *
fill(const struct gate *g, const char *refspec, char ret[120])
{
	const char *blank = strstr(refspec, "%s");
	char hex[41];

	commit_hex(g->forge.office.tip, hex);
	if (blank == NULL)
		snprintf(ret, 120, "%s", refspec);
	else
		snprintf(ret, 120, "%.*s%s%s", (int)(blank - refspec), refspec,
		    hex, blank + 2);
	return ret;
}

void
gate_push(struct gate *g, const char *const *refspecs, const char *filter,
    struct gate_push *ret)
{
	const struct transfer_way way = { .conf = &g->conf };
	char spec[2][120], dir[400], exec[430], line[80];
	struct transfer *t = calloc(1, sizeof(*t));
	char none[41] = "";
	struct err e;
	size_t i;

	assert_non_null(t);
	assert_ok(transfer_push(&way, none, t, &e), &e);
	t->n_argv--; /* its refspec gives way to ours */
	for (i = 0; refspecs[i] != NULL; i++)
		t->argv[t->n_argv++] = fill(g, refspecs[i], spec[i]);
	t->argv[t->n_argv] = NULL;
	if (filter != NULL) {
		write_filter(g, dir);
		snprintf(exec, sizeof(exec), "GIT_EXEC_PATH=%s", dir);
		snprintf(line, sizeof(line), "PMQA_TEST_LINE=%s", filter);
		t->env[t->n_env++] = exec;
		t->env[t->n_env++] = line;
		t->env[t->n_env] = NULL;
	}
	run(t, ret);
	free(t);
}

void
gate_push_good(struct gate *g)
{
	static const char *const refspecs[] = { "%s:refs/heads/office", NULL };
	struct gate_push p;

	gate_push(g, refspecs, NULL, &p);
	if (p.status != 0 || strstr(p.said, "pmqa-receipt: ") == NULL)
		fail_msg("git push: %d: %s", p.status, p.said);
	free(p.said);
	memcpy(g->tip, g->forge.office.tip, 20);
}

/* --- looking at the hall --- */

static void list(const char *dir, size_t root, struct buf *out);

static void
list_one(const char *path, size_t root, struct buf *out)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(sum) + 1];
	struct buf bytes = BUF_INIT;
	struct stat st;
	struct err e;

	assert_int_equal(lstat(path, &st), 0);
	if (!S_ISREG(st.st_mode)) {
		buf_printf(out, "%s %s\n", path + root,
		    S_ISDIR(st.st_mode) ? "directory" : "special");
		if (S_ISDIR(st.st_mode))
			list(path, root, out);
		return;
	}
	assert_ok(file_read(path, 64 << 20, &bytes, &e), &e);
	crypto_hash_sha256(
	    sum, (const unsigned char *)buf_str(&bytes), bytes.len);
	sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
	buf_printf(out, "%s %zu %s\n", path + root, bytes.len, hex);
	buf_release(&bytes);
}

static void
list(const char *dir, size_t root, struct buf *out)
{
	struct dirent **names = NULL;
	char path[600];
	int i, n = scandir(dir, &names, NULL, alphasort);

	assert_true(n >= 0);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (strcmp(names[i]->d_name, ".") != 0 &&
		    strcmp(names[i]->d_name, "..") != 0)
			list_one(path, root, out);
		free(names[i]);
	}
	free(names);
}

void
gate_wait_written(const struct gate *g)
{
	int64_t deadline = clock_mono_ms() + NEWS_MS, left = 1;
	struct test_client c;
	cJSON *status;

	test_client_open(&c, g->hall.socket);
	while (left > 0) {
		status = test_client_call(&c, "status", "{}");
		left = json_int(status, "journal", -1);
		assert_true(left >= 0);
		cJSON_Delete(status);
		assert_true(left == 0 || clock_mono_ms() < deadline);
		if (left > 0)
			usleep(10000);
	}
	test_client_close(&c);
}

char *
gate_listing(const struct gate *g)
{
	struct buf out = BUF_INIT;
	char dir[300], *text;

	gate_wait_written(g);
	snprintf(dir, sizeof(dir), "%s/offices", g->joined.hall);
	list(dir, strlen(dir) + 1, &out);
	text = buf_take(&out);
	assert_non_null(text);
	return text;
}

char *
gate_status(const struct gate *g, const char *member)
{
	struct test_client c;
	cJSON *status;
	char *text;

	test_client_open(&c, g->hall.socket);
	status = test_client_call(&c, "hall.status", "{}");
	text = cJSON_PrintUnformatted(json_get(
	    cJSON_GetArrayItem(json_get(status, "offices"), 0), member));
	assert_non_null(text);
	cJSON_Delete(status);
	test_client_close(&c);
	return text;
}

char *
gate_status_after(const struct gate *g, const char *member, const char *was)
{
	int64_t deadline = clock_mono_ms() + NEWS_MS;
	char *now = gate_status(g, member);

	while (strcmp(now, was) == 0) {
		if (clock_mono_ms() > deadline)
			fail_msg("%s stays %s", member, was);
		free(now);
		usleep(10000);
		now = gate_status(g, member);
	}
	return now;
}
