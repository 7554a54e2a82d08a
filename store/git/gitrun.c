#include "store/git/gitrun.h"

#include "base/file.h"
#include "store/git/program.h"

#define ARGS_MAX 48
#define IDLY 19

/* What a repository's own configuration says already, said again: the file
 * could have been changed by hand. */
static const char *const pinned[] = { "core.fsync=all",
	"core.fsyncMethod=fsync", "core.hooksPath=/dev/null",
	"core.logAllRefUpdates=false", "gc.auto=0", "maintenance.auto=false",
	"pack.threads=1", "pack.window=0", "pack.writeReverseIndex=false",
	"repack.writeBitmaps=false", "repack.updateServerInfo=false",
	"core.multiPackIndex=false" };

static int
outcome(struct program_end *end, const char *what, const struct buf *out,
    struct err *e)
{
	char words[300];

	if (end->timed_out)
		return err_set(
		    e, ERR_TIMEOUT, 0, "git %s did not end in time", what);
	if (end->status == 0)
		return out != NULL ? buf_ok(out, e) : 0;
	err_text(words, sizeof(words), program_last_words(end));
	return err_set(e, ERR_FAILED, 0, "git %s failed: %s", what, words);
}

static int
run(const char *repo, const char *const *args, long wall_ms, int nice_by,
    struct buf *ret_out, struct err *e)
{
	char home[4200];
	const char *argv[ARGS_MAX];
	const char *env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", home,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_TERMINAL_PROMPT=0", NULL };
	struct program p = { .argv = argv,
		.env = env,
		.in_fd = -1,
		.wall_ms = wall_ms,
		.nice = nice_by,
		.out = ret_out,
		.out_max = GITRUN_OUTPUT_MAX };
	struct program_end end;
	size_t n = 0, i;
	int rc;

	if ((rc = file_path(home, sizeof(home), e, "HOME=%s", repo)) < 0)
		return rc;
	argv[n++] = "/usr/bin/git";
	argv[n++] = "--git-dir";
	argv[n++] = repo;
	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
		argv[n++] = "-c";
		argv[n++] = pinned[i];
	}
	for (i = 0; args[i] != NULL; i++) {
		if (n + 1 == ARGS_MAX)
			return err_set(
			    e, ERR_FAILED, 0, "too many arguments for git");
		argv[n++] = args[i];
	}
	argv[n] = NULL;
	if ((rc = program_run(&p, &end, e)) < 0)
		return rc;
	rc = outcome(&end, args[0], ret_out, e);
	program_end_release(&end);
	return rc;
}

int
gitrun(const char *repo, const char *const *args, long wall_ms,
    struct buf *ret_out, struct err *e)
{
	return run(repo, args, wall_ms, 0, ret_out, e);
}

int
gitrun_idly(
    const char *repo, const char *const *args, long wall_ms, struct err *e)
{
	return run(repo, args, wall_ms, IDLY, NULL, e);
}
