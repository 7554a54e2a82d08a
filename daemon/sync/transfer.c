#include "daemon/sync/transfer.h"

#include <sys/un.h>

#include "base/file.h"
#include "daemon/sync/transfer_list.h"
#include "store/conf_https.h"

#define SEARCH_PATH "/usr/bin:/bin"
/* ssh first binds "<path>.<16 letters>" and then links it to its name */
#define SSH_SUFFIX_LEN 17

int
transfer_is_local(const struct transfer_way *w)
{
	return w->conf->urls[w->url][0] == '/';
}

int
transfer_is_https(const struct transfer_way *w)
{
	return conf_is_https(w->conf->urls[w->url]);
}

int
transfer_socket(
    const struct conf *c, char *dir, char *path, size_t size, struct err *e)
{
	int rc;

	if ((rc = file_path(dir, size, e, "%s/" TRANSFER_DIR, c->dir)) < 0 ||
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
int
transfer_connect_s(const struct transfer_way *w)
{
	return w->url + 1 < w->conf->n_urls ? TRANSFER_CONNECT_SHORT_S
					    : TRANSFER_CONNECT_S;
}

static int
add_common_env(const struct transfer_way *w, struct transfer *t, struct err *e)
{
	char lib[1024], dir[1024], path[1024], device[16];
	int rc;

	transfer_env(t, "PATH=%s", SEARCH_PATH);
	transfer_env(t, "HOME=%s", w->conf->dir);
	transfer_env(t, "LC_ALL=C");
	transfer_env(t, "GIT_CONFIG_NOSYSTEM=1");
	transfer_env(t, "GIT_CONFIG_GLOBAL=/dev/null");
	transfer_env(t, "GIT_ATTR_NOSYSTEM=1");
	transfer_env(t, "GIT_TERMINAL_PROMPT=0");
	transfer_env(t, "GIT_NO_REPLACE_OBJECTS=1");
	if (transfer_is_https(w)) {
		transfer_env(t, "GIT_ALLOW_PROTOCOL=https");
		return 0;
	}
	transfer_env(t, "GIT_ALLOW_PROTOCOL=ssh");
	transfer_env(t, "GIT_SSH_VARIANT=ssh");
	if ((rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	transfer_env(t, "GIT_SSH=%s/pmqa-ssh", lib);
	if (w->conf->rate_kib > 0)
		transfer_env(t, "PMQA_RATE=%ld", w->conf->rate_kib);
	transfer_env(t, "PMQA_SSH_TIMEOUT=%d", transfer_connect_s(w));
	if (w->holds != NULL && w->holds[0] != '\0')
		transfer_env(t, "PMQA_HOLDS=%s", w->holds);
	if (transfer_is_local(w)) {
		transfer_env(t, "PMQA_HALL_DIR=%s", w->conf->urls[w->url]);
		conf_road_device(w->conf, device);
		transfer_env(t, "PMQA_DEVICE=%s", device);
		if (w->conf->auditor[0] != '\0')
			transfer_env(t, "PMQA_AUDITOR=%s", w->conf->auditor);
		return 0;
	}
	transfer_env(t, "PMQA_SSH_CONFIG=%s/ssh_config", w->conf->dir);
	if (w->shared) {
		if ((rc = transfer_socket(
			 w->conf, dir, path, sizeof(path), e)) < 0)
			return rc;
		transfer_env(t, "PMQA_SSH_CONTROL=%s", path);
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

	transfer_arg(t, "git");
	transfer_arg(t, "--git-dir=%s/%s", w->conf->dir, repo);
	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++)
		transfer_set(t, "%s", pinned[i]);
	if (transfer_is_https(w))
		transfer_https(w, t);
}

/* sha NULL: of the office's revisions. */
static void
add_url(const struct transfer_way *w, const char *sha, struct transfer *t)
{
	char hall[TRANSFER_HALL_MAX];

	transfer_hall(w, hall);
	transfer_arg(t, "--end-of-options");
	if (sha == NULL)
		transfer_arg(t, "%s/office", hall);
	else
		transfer_arg(t, "%s/evidence/%s", hall, sha);
}

static void
add_push(const struct transfer_way *w, const char *sha, struct transfer *t)
{
	transfer_arg(t, "push");
	transfer_arg(t, "--progress");
	transfer_arg(t, "--no-verify");
	transfer_arg(t, "--no-follow-tags");
	transfer_arg(t, "--no-recurse-submodules");
	add_url(w, sha, t);
}

static void
add_fetch(struct transfer *t)
{
	transfer_arg(t, "fetch");
	transfer_arg(
	    t, "--progress"); /* so that a stall can be told from work */
	transfer_arg(t, "--no-tags");
	transfer_arg(t, "--no-auto-maintenance");
	transfer_arg(t, "--no-write-fetch-head");
	transfer_arg(t, "--no-recurse-submodules");
	transfer_arg(t, "--no-show-forced-updates");
}

int
transfer_fetch(
    const struct transfer_way *w, struct transfer *ret, struct err *e)
{
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "repo.git", ret);
	add_fetch(ret);
	/* what the hall lost must be pushed again */
	transfer_arg(ret, "--prune");
	add_url(w, NULL, ret);
	transfer_arg(ret, "+refs/heads/hall:refs/incoming/hall");
	transfer_arg(ret, "+refs/heads/office*:refs/incoming/office*");
	/* what of ours waits there for its merge */
	transfer_arg(
	    ret, "+refs/side/%c*:refs/incoming/side*", w->conf->device);
	return transfer_finish(ret, e);
}

int
transfer_province(
    const struct transfer_way *w, struct transfer *ret, struct err *e)
{
	char hall[TRANSFER_HALL_MAX];
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	transfer_hall(w, hall);
	add_git(w, "province.git", ret);
	add_fetch(ret);
	/* what the province shows no more is to be seen */
	transfer_arg(ret, "--prune");
	transfer_arg(ret, "--end-of-options");
	transfer_arg(ret, "%s/province", hall);
	transfer_arg(ret, "+refs/heads/hall:refs/incoming/hall");
	transfer_arg(ret, "+refs/offices/*:refs/incoming/offices/*");
	transfer_arg(ret, "+refs/halls/*:refs/incoming/halls/*");
	return transfer_finish(ret, e);
}

int
transfer_fetch_step(const struct transfer_way *w, const char *branch,
    const char commit[41], struct transfer *ret, struct err *e)
{
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "repo.git", ret);
	add_fetch(ret);
	add_url(w, NULL, ret);
	transfer_arg(ret, "+%s:refs/incoming/%s", commit, branch);
	return transfer_finish(ret, e);
}

int
transfer_evidence_fetch(const struct transfer_way *w, const char *sha,
    const char commit[41], const char *have, struct transfer *ret,
    struct err *e)
{
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "evidence.git", ret);
	/* the other files are no kin of this one: the hall need not hear of
	 * them */
	if (have == NULL) {
		transfer_arg(ret, "-c");
		transfer_arg(ret, "fetch.negotiationAlgorithm=noop");
	}
	add_fetch(ret);
	if (have != NULL)
		transfer_arg(ret, "--negotiation-tip=%s", have);
	add_url(w, sha, ret);
	transfer_arg(ret, "+%s:refs/uploads/%s", commit, sha);
	return transfer_finish(ret, e);
}

/* "ssh://user@host[:port]" as git gives it to its ssh: -p PORT HOST. */
static void
add_host(const char *url, struct transfer *t)
{
	const char *host = url + strlen("ssh://");
	const char *colon = strchr(host, ':');

	if (colon != NULL) {
		transfer_arg(t, "-p");
		transfer_arg(t, "%s", colon + 1);
	}
	transfer_arg(t, "%.*s", (int)strcspn(host, ":"), host);
}

/* The hall tells them as names of refs: what git can ask for. */
static void
add_https_steps(const struct transfer_way *w, const char *what,
    const char *have, const char *want, struct transfer *t)
{
	char hall[TRANSFER_HALL_MAX];

	transfer_hall(w, hall);
	add_git(w, "repo.git", t);
	transfer_arg(t, "ls-remote");
	transfer_arg(t, "--end-of-options");
	transfer_arg(t, "%s/steps/%s/%s/%s", hall, what,
	    have != NULL ? have : "-", want != NULL ? want : "-");
}

int
transfer_steps(const struct transfer_way *w, const char *what, const char *have,
    const char *want, struct transfer *ret, struct err *e)
{
	char lib[1024];
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0 ||
	    (rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	if (transfer_is_https(w)) {
		add_https_steps(w, what, have, want, ret);
		return transfer_finish(ret, e);
	}
	transfer_arg(ret, "%s/pmqa-ssh", lib);
	if (transfer_is_local(w))
		transfer_arg(ret, "local");
	else
		add_host(w->conf->urls[w->url], ret);
	transfer_arg(ret, "pmqa-steps '%s' %s %s", what,
	    have != NULL ? have : "-", want != NULL ? want : "-");
	return transfer_finish(ret, e);
}

/* A commit of the office's to a ref of the hall's. */
static int
push_to(const struct transfer_way *w, const char commit[41], const char *ref,
    struct transfer *ret, struct err *e)
{
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "repo.git", ret);
	add_push(w, NULL, ret);
	transfer_arg(ret, "%s:%s", commit, ref);
	return transfer_finish(ret, e);
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

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "evidence.git", ret);
	transfer_arg(ret, "ls-remote");
	add_url(w, sha, ret);
	transfer_arg(ret, "refs/evidence/%s", sha);
	transfer_arg(ret, "refs/uploads/%s", sha);
	return transfer_finish(ret, e);
}

int
transfer_evidence_push(const struct transfer_way *w, const char *sha,
    const char commit[41], int whole, struct transfer *ret, struct err *e)
{
	int rc;

	transfer_init(ret);
	if ((rc = add_common_env(w, ret, e)) < 0)
		return rc;
	add_git(w, "evidence.git", ret);
	/* parts are of no kin to each other: looking for it costs time alone */
	transfer_arg(ret, "-c");
	transfer_arg(ret, "core.bigFileThreshold=192k");
	add_push(w, sha, ret);
	transfer_arg(
	    ret, "%s:refs/%s/%s", commit, whole ? "evidence" : "uploads", sha);
	return transfer_finish(ret, e);
}

/* "ssh://[user@]host[:port]" without its path, as ssh itself takes it. */
int
transfer_master(
    const struct transfer_way *w, struct transfer *ret, struct err *e)
{
	char dir[1024], path[1024], lib[1024];
	int rc;

	transfer_init(ret);
	if ((rc = transfer_socket(w->conf, dir, path, sizeof(path), e)) < 0 ||
	    (rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	transfer_env(ret, "PATH=%s", SEARCH_PATH);
	transfer_env(ret, "HOME=%s", w->conf->dir);
	transfer_env(ret, "LC_ALL=C");
	/* a daemon that is killed must not leave a connection behind */
	transfer_arg(ret, "%s/pmqa-ssh", lib);
	transfer_arg(ret, "--hold");
	transfer_arg(ret, "-F");
	transfer_arg(ret, "%s/ssh_config", w->conf->dir);
	transfer_arg(ret, "-o");
	transfer_arg(ret, "ControlMaster=yes");
	transfer_arg(ret, "-o");
	transfer_arg(ret, "ControlPersist=no");
	transfer_arg(ret, "-S");
	transfer_arg(ret, "%s", path);
	transfer_arg(ret, "-o");
	transfer_arg(ret, "BatchMode=yes");
	/* OpenSSH 10 says only so that what answered was no ssh server */
	transfer_arg(ret, "-o");
	transfer_arg(ret, "LogLevel=VERBOSE");
	transfer_arg(ret, "-o");
	transfer_arg(ret, "ConnectTimeout=%d", transfer_connect_s(w));
	transfer_arg(ret, "-N");
	transfer_arg(ret, "-T");
	transfer_arg(ret, "--");
	transfer_arg(ret, "%s", w->conf->urls[w->url]);
	return transfer_finish(ret, e);
}
