#include "store/bundle/bundle_git.h"

#include "base/file.h"

#define ARGS_MAX 64
#define WALL_MS (15L * 60 * 1000)
#define OUT_MAX ((size_t)64 * 1024)

/* Objects are unpacked before anybody has looked at them, and a megabyte can
 * become a gibibyte. */
static const char *const limits[] = { "/usr/bin/prlimit", "--data=805306368",
	"--cpu=600", "--core=0", "--fsize=5368709120", "--", "/usr/bin/git" };

static const char *const pinned[] = { "core.fsync=all",
	"core.fsyncMethod=batch", "core.hooksPath=/dev/null",
	"core.logAllRefUpdates=false", "gc.auto=0", "maintenance.auto=false",
	"pack.threads=1", "core.bigFileThreshold=192k",
	"core.deltaBaseCacheLimit=32m", "transfer.fsckObjects=true",
	"fetch.fsckObjects=true", "protocol.allow=never",
	"protocol.file.allow=always" };

int
bundle_git(const char *repo, const char *const *args, int in_fd,
    struct program_end *ret, struct err *e)
{
	char home[700];
	const char *argv[ARGS_MAX];
	const char *env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", home,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_TERMINAL_PROMPT=0", NULL };
	const struct program p = { .argv = argv,
		.env = env,
		.in_fd = in_fd,
		.wall_ms = WALL_MS,
		.out_max = OUT_MAX };
	size_t n = 0, i;
	int rc;

	if ((rc = file_path(home, sizeof(home), e, "HOME=%s", repo)) < 0)
		return rc;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		argv[n++] = limits[i];
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
	if ((rc = program_run(&p, ret, e)) < 0)
		return rc;
	if (ret->timed_out) {
		program_end_release(ret);
		return err_set(
		    e, ERR_TIMEOUT, 0, "git %s did not end in time", args[0]);
	}
	return 0;
}

int
bundle_git_well(const char *repo, const char *const *args, struct err *e)
{
	struct program_end end;
	char words[300];
	int rc = bundle_git(repo, args, -1, &end, e);

	if (rc < 0)
		return rc;
	if (end.status != 0) {
		err_text(words, sizeof(words), program_last_words(&end));
		rc = err_set(
		    e, ERR_FAILED, 0, "git %s failed: %s", args[0], words);
	}
	program_end_release(&end);
	return rc;
}
