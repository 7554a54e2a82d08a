#include "daemon/sync/transfer.h"

#include <stdarg.h>
#include <sys/un.h>

#include "base/file.h"

#define SEARCH_PATH "/usr/bin:/bin"
/* ssh first binds "<path>.<16 letters>" and then links it to its name */
#define SSH_SUFFIX_LEN 17

int
transfer_is_local(const struct transfer_way *w)
{
	return w->conf->urls[w->url][0] == '/';
}

/* Copies one string into t->text and its address to the end of a list. */
static void __attribute__((format(printf, 4, 0))) add(struct transfer *t,
    const char **list, size_t *n, const char *fmt, va_list ap)
{
	size_t room = sizeof(t->text) - t->used;
	int len = vsnprintf(t->text + t->used, room, fmt, ap);

	if (len < 0 || (size_t)len >= room || *n + 1 >= TRANSFER_LIST_MAX) {
		t->overflow = 1;
		return;
	}
	list[(*n)++] = t->text + t->used;
	list[*n] = NULL;
	t->used += (size_t)len + 1;
}

static void __attribute__((format(printf, 2, 3)))
arg(struct transfer *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(t, t->argv, &t->n_argv, fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
env(struct transfer *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(t, t->env, &t->n_env, fmt, ap);
	va_end(ap);
}

static void
init(struct transfer *t)
{
	t->n_argv = t->n_env = t->used = 0;
	t->overflow = 0;
	t->argv[0] = t->env[0] = NULL;
}

static int
finish(const struct transfer *t, struct err *e)
{
	if (t->overflow)
		return err_set(e, ERR_INVALID, 0,
		    "the path of this directory is too long for a transfer");
	return 0;
}

int
transfer_socket(
    const struct conf *c, char *dir, char *path, size_t size, struct err *e)
{
	int rc;

	if ((rc = file_path(dir, size, e, "%s/ssh", c->dir)) < 0 ||
	    (rc = file_path(path, size, e, "%s/master", dir)) < 0)
		return rc;
	/* ssh would expand a "%" */
	if (strlen(path) + SSH_SUFFIX_LEN >=
		sizeof(((struct sockaddr_un *)0)->sun_path) ||
	    strchr(path, '%') != NULL)
		return err_set(e, ERR_INVALID, 0,
		    "the path '%s' cannot name a socket of ssh", path);
	return 0;
}

/* Addresses are tried in order from the first: one that has another behind it
 * (the office's own net, when one is on the road) gets less time. */
static int
connect_s(const struct transfer_way *w)
{
	return w->url + 1 < w->conf->n_urls ? TRANSFER_CONNECT_SHORT_S
					    : TRANSFER_CONNECT_S;
}

static int
add_common_env(const struct transfer_way *w, struct transfer *t, struct err *e)
{
	char lib[1024], dir[1024], path[1024], device[16];
	int rc;

	env(t, "PATH=%s", SEARCH_PATH);
	env(t, "HOME=%s", w->conf->dir);
	env(t, "LC_ALL=C");
	env(t, "GIT_CONFIG_NOSYSTEM=1");
	env(t, "GIT_CONFIG_GLOBAL=/dev/null");
	env(t, "GIT_ATTR_NOSYSTEM=1");
	env(t, "GIT_TERMINAL_PROMPT=0");
	env(t, "GIT_NO_REPLACE_OBJECTS=1");
	env(t, "GIT_ALLOW_PROTOCOL=ssh");
	env(t, "GIT_SSH_VARIANT=ssh");
	if ((rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	env(t, "GIT_SSH=%s/pmqa-ssh", lib);
	if (w->conf->rate_kib > 0)
		env(t, "PMQA_RATE=%ld", w->conf->rate_kib);
	env(t, "PMQA_SSH_TIMEOUT=%d", connect_s(w));
	if (transfer_is_local(w)) {
		env(t, "PMQA_HALL_DIR=%s", w->conf->urls[w->url]);
		conf_road_device(w->conf, device);
		env(t, "PMQA_DEVICE=%s", device);
		return 0;
	}
	env(t, "PMQA_SSH_CONFIG=%s/ssh_config", w->conf->dir);
	if (w->shared) {
		if ((rc = transfer_socket(
			 w->conf, dir, path, sizeof(path), e)) < 0)
			return rc;
		env(t, "PMQA_SSH_CONTROL=%s", path);
	}
	return 0;
}

/* "git -c …": what both directions share. Nothing of the machine's or the
 * repository's own configuration may start a program or a hook. */
static void
add_git(const struct transfer_way *w, const char *repo, struct transfer *t)
{
	static const char *const pinned[] = { "protocol.version=2",
		"core.hooksPath=/dev/null", "core.fsync=all",
		"core.fsyncMethod=batch", "gc.auto=0", "maintenance.auto=false",
		"fetch.fsckObjects=true", "transfer.fsckObjects=true",
		"transfer.credentialsInUrl=die", "push.gpgSign=false",
		"pack.threads=1" };
	size_t i;

	arg(t, "git");
	arg(t, "--git-dir=%s/%s", w->conf->dir, repo);
	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
		arg(t, "-c");
		arg(t, "%s", pinned[i]);
	}
}

/* sha NULL: of the office's revisions. */
static void
add_url(const struct transfer_way *w, const char *sha, struct transfer *t)
{
	const char *host =
	    transfer_is_local(w) ? "ssh://local" : w->conf->urls[w->url];

	arg(t, "--end-of-options");
	if (sha == NULL)
		arg(t, "%s/office", host);
	else
		arg(t, "%s/evidence/%s", host, sha);
}

static void
add_push(const struct transfer_way *w, const char *sha, struct transfer *t)
{
	arg(t, "push");
	arg(t, "--progress");
	arg(t, "--no-verify");
	arg(t, "--no-follow-tags");
	arg(t, "--no-recurse-submodules");
	add_url(w, sha, t);
}

static void
add_fetch(struct transfer *t)
{
	arg(t, "fetch");
	arg(t, "--progress"); /* so that a stall can be told from work */
	arg(t, "--no-tags");
	arg(t, "--no-auto-maintenance");
	arg(t, "--no-write-fetch-head");
	arg(t, "--no-recurse-submodules");
	arg(t, "--no-show-forced-updates");
}

int
transfer_fetch(
    const struct transfer_way *w, struct transfer *ret, struct err *e)
{
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "repo.git", ret);
	add_fetch(ret);
	/* what the hall lost must be pushed again */
	arg(ret, "--prune");
	add_url(w, NULL, ret);
	arg(ret, "+refs/heads/hall:refs/incoming/hall");
	arg(ret, "+refs/heads/office*:refs/incoming/office*");
	/* what of ours waits there for its merge */
	arg(ret, "+refs/side/%c*:refs/incoming/side*", w->conf->device);
	return finish(ret, e);
}

int
transfer_fetch_step(const struct transfer_way *w, const char *branch,
    const char commit[41], struct transfer *ret, struct err *e)
{
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "repo.git", ret);
	add_fetch(ret);
	add_url(w, NULL, ret);
	arg(ret, "+%s:refs/incoming/%s", commit, branch);
	return finish(ret, e);
}

int
transfer_evidence_fetch(const struct transfer_way *w, const char *sha,
    const char commit[41], const char *have, struct transfer *ret,
    struct err *e)
{
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "evidence.git", ret);
	/* the other files are no kin of this one: the hall need not hear of
	 * them */
	if (have == NULL) {
		arg(ret, "-c");
		arg(ret, "fetch.negotiationAlgorithm=noop");
	}
	add_fetch(ret);
	if (have != NULL)
		arg(ret, "--negotiation-tip=%s", have);
	add_url(w, sha, ret);
	arg(ret, "+%s:refs/uploads/%s", commit, sha);
	return finish(ret, e);
}

/* "ssh://user@host[:port]" as git gives it to its ssh: -p PORT HOST. */
static void
add_host(const char *url, struct transfer *t)
{
	const char *host = url + strlen("ssh://");
	const char *colon = strchr(host, ':');

	if (colon != NULL) {
		arg(t, "-p");
		arg(t, "%s", colon + 1);
	}
	arg(t, "%.*s", (int)strcspn(host, ":"), host);
}

int
transfer_steps(const struct transfer_way *w, const char *what, const char *have,
    const char *want, struct transfer *ret, struct err *e)
{
	char lib[1024];
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0 ||
	    (rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	arg(ret, "%s/pmqa-ssh", lib);
	if (transfer_is_local(w))
		arg(ret, "local");
	else
		add_host(w->conf->urls[w->url], ret);
	arg(ret, "pmqa-steps '%s' %s %s", what, have != NULL ? have : "-",
	    want != NULL ? want : "-");
	return finish(ret, e);
}

/* A commit of the office's to a ref of the hall's. */
static int
push_to(const struct transfer_way *w, const char commit[41], const char *ref,
    struct transfer *ret, struct err *e)
{
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "repo.git", ret);
	add_push(w, NULL, ret);
	arg(ret, "%s:%s", commit, ref);
	return finish(ret, e);
}

int
transfer_push(const struct transfer_way *w, const char commit[41],
    struct transfer *ret, struct err *e)
{
	return push_to(w, commit, "refs/heads/office", ret, e);
}

int
transfer_push_side(const struct transfer_way *w, const char commit[41],
    struct transfer *ret, struct err *e)
{
	char ref[] = "refs/side/?";

	ref[sizeof(ref) - 2] = w->conf->device;
	return push_to(w, commit, ref, ret, e);
}

int
transfer_return(const struct transfer_way *w, const char commit[41],
    struct transfer *ret, struct err *e)
{
	return push_to(w, commit, "refs/returned/hall", ret, e);
}

int
transfer_evidence_list(const struct transfer_way *w, const char *sha,
    struct transfer *ret, struct err *e)
{
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "evidence.git", ret);
	arg(ret, "ls-remote");
	add_url(w, sha, ret);
	arg(ret, "refs/evidence/%s", sha);
	arg(ret, "refs/uploads/%s", sha);
	return finish(ret, e);
}

int
transfer_evidence_push(const struct transfer_way *w, const char *sha,
    const char commit[41], int whole, struct transfer *ret, struct err *e)
{
	int rc;

	init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "evidence.git", ret);
	/* parts are of no kin to each other: looking for it costs time alone */
	arg(ret, "-c");
	arg(ret, "core.bigFileThreshold=192k");
	add_push(w, sha, ret);
	arg(ret, "%s:refs/%s/%s", commit, whole ? "evidence" : "uploads", sha);
	return finish(ret, e);
}

/* "ssh://[user@]host[:port]" without its path, as ssh itself takes it. */
int
transfer_master(
    const struct transfer_way *w, struct transfer *ret, struct err *e)
{
	char dir[1024], path[1024], lib[1024];
	int rc;

	init(ret);
	if ((rc = transfer_socket(w->conf, dir, path, sizeof(path), e)) < 0 ||
	    (rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	env(ret, "PATH=%s", SEARCH_PATH);
	env(ret, "HOME=%s", w->conf->dir);
	env(ret, "LC_ALL=C");
	/* a daemon that is killed must not leave a connection behind */
	arg(ret, "%s/pmqa-ssh", lib);
	arg(ret, "--hold");
	arg(ret, "-F");
	arg(ret, "%s/ssh_config", w->conf->dir);
	arg(ret, "-o");
	arg(ret, "ControlMaster=yes");
	arg(ret, "-o");
	arg(ret, "ControlPersist=no");
	arg(ret, "-S");
	arg(ret, "%s", path);
	arg(ret, "-o");
	arg(ret, "BatchMode=yes");
	arg(ret, "-o");
	arg(ret, "ConnectTimeout=%d", connect_s(w));
	arg(ret, "-N");
	arg(ret, "-T");
	arg(ret, "--");
	arg(ret, "%s", w->conf->urls[w->url]);
	return finish(ret, e);
}
