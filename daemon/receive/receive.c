/*
 * Steps of the forced command: the arguments (ours), the command (theirs), the
 * device in the registry, for evidence the file's record, limits, a fresh
 * environment, git.
 */
#include "daemon/receive/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "daemon/receive/hall_call.h"
#include "daemon/receive/receive_steps.h"
#include "daemon/sync/remark.h"
#include "store/admit/side.h"
#include "store/evidence/evidence_door.h"
#include "store/git/giterr.h"
#include "store/git/repo.h"
#include "store/git/tree.h"
#include "store/hall/returned.h"
#include "store/record/canon.h"
#include "store/sign/commit.h"

#define ARGS_MAX 96
#define ENV_MAX 16
#define OPTION_MAX 128
#define PUSH_MAX_BYTES (INT64_C(64) * 1024 * 1024) /* of revisions */
#define WALL_S 1800
#define CPU_S 900
#define DEAD_S (2 * WALL_S) /* no push is as old */
#define FILE_MAX_BYTES (256L * 1024 * 1024)
#define SPACE_MAX_BYTES (4L * 1024 * 1024 * 1024)
/* What a push may make git hold: objects are unpacked before the door sees
 * them, and a megabyte on the wire can be a gibibyte. */
#define PUSH_MEMORY_MAX_BYTES (256L * 1024 * 1024)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

int
receive_init(
    struct receive *ret, const char *dir, const char *device, struct err *e)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (dir == NULL || dir[0] != '/')
		return err_set(e, ERR_USAGE, 0,
		    "the hall's directory must be an absolute path");
	if ((rc = command_check_device(device, e)) < 0 ||
	    (rc = file_path(ret->dir, sizeof(ret->dir), e, "%s", dir)) < 0)
		return rc;
	memcpy(ret->device, device, strlen(device) + 1);
	memcpy(ret->office, device, 4);
	return file_path(ret->repo, sizeof(ret->repo), e, "%s/offices/%s.git",
	    ret->dir, ret->office);
}

int
receive_set_evidence(struct receive *r, const char *sha, struct err *e)
{
	r->sha[0] = '\0';
	if (sha == NULL || sha[0] == '\0')
		return 0;
	if (!evidence_is_sha(sha))
		return err_set(e, ERR_DENIED, 0,
		    "evidence is named by the 64 hex digits of its SHA-256");
	memcpy(r->sha, sha, sizeof(r->sha));
	return evidence_repo_path(r->dir, 1, r->office, r->evidence_repo,
	    sizeof(r->evidence_repo), e);
}

void
receive_say(const char *prefix, const char *text)
{
	char clean[REMARK_MAX];

	/* the office reads lines: a sentence must not make two of them */
	remark_clean(text, clean, sizeof(clean));
	fprintf(stderr, "%s%s\n", prefix, clean);
}

void
receive_say_err(const char *prefix, const struct err *e)
{
	receive_say(prefix, e->msg);
	if (e->th[0] != '\0' && strcmp(e->th, e->msg) != 0)
		receive_say(REMARK_TH, e->th);
	if (e->hint[0] == '\0')
		return;
	receive_say(REMARK_HINT, e->hint);
	if (e->hint_th[0] != '\0' && strcmp(e->hint_th, e->hint) != 0)
		receive_say(REMARK_HINT_TH, e->hint_th);
}

/* registry.json as the hall's branch has it now */
static int
read_registry(struct repo *repo, cJSON **ret, struct err *e)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	unsigned char tip[20], blob[20];
	struct tree *tree = tree_new();
	struct commit *c = calloc(1, sizeof(*c));
	int rc;

	if (tree == NULL || c == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = repo_ref(repo, "refs/heads/hall", tip, e)) < 0 ||
	    (rc = repo_read(repo, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) <
		0 ||
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) < 0 ||
	    (rc = tree_load(tree, c->tree, repo_tree_source, repo, e)) < 0 ||
	    (rc = tree_find(tree, "registry.json", blob, e)) < 0 ||
	    (rc = repo_read(
		 repo, blob, OBJECT_BLOB, (size_t)CANON_MAX, &text, e)) < 0)
		goto out;
	rc = canon_parse(buf_str(&text), text.len, ret, e);
out:
	tree_free(tree);
	free(c);
	buf_release(&raw);
	buf_release(&text);
	return rc;
}

int
receive_check_device(const struct receive *r, struct err *e)
{
	const char letter[2] = { r->device[5], '\0' };
	struct repo *repo = NULL;
	cJSON *registry = NULL;
	const char *state;
	int rc;

	if (access(r->repo, F_OK) != 0 && errno == ENOENT)
		return err_set(e, ERR_DENIED, 0,
		    "office %s is not enrolled at this hall", r->office);
	if ((rc = giterr_init(e)) < 0)
		return rc;
	if ((rc = repo_open(r->repo, &repo, e)) < 0 ||
	    (rc = read_registry(repo, &registry, e)) < 0)
		goto out;
	state =
	    json_str(json_get(json_get(registry, "devices"), letter), "state");
	if (state == NULL)
		rc = err_set(e, ERR_DENIED, 0,
		    "device %s is not enrolled at this hall", r->device);
	else if (strcmp(state, "active") != 0)
		rc = err_set(
		    e, ERR_DENIED, 0, "device %s was revoked", r->device);
out:
	cJSON_Delete(registry);
	repo_close(repo);
	giterr_shutdown();
	return rc;
}

static int
limit(int what, rlim_t max, struct err *e)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return err_sys(e, "cannot read a resource limit");
	if (l.rlim_max != RLIM_INFINITY && l.rlim_max < max)
		max = l.rlim_max;
	l.rlim_cur = l.rlim_max = max;
	if (setrlimit((__rlimit_resource_t)what, &l) != 0)
		return err_sys(e, "cannot set a resource limit");
	return 0;
}

static int
set_limits(enum command_verb v, struct err *e)
{
	int rc;

	if ((rc = limit(RLIMIT_CORE, 0, e)) < 0 ||
	    (rc = limit(RLIMIT_FSIZE, (rlim_t)FILE_MAX_BYTES, e)) < 0 ||
	    (rc = limit(RLIMIT_CPU, CPU_S, e)) < 0)
		return rc;
	/* a sanitizer's shadow memory alone is larger */
	if (!SANITIZED &&
	    (rc = limit(RLIMIT_AS, (rlim_t)SPACE_MAX_BYTES, e)) < 0)
		return rc;
	if (!SANITIZED && v == COMMAND_PUSH &&
	    (rc = limit(RLIMIT_DATA, (rlim_t)PUSH_MEMORY_MAX_BYTES, e)) < 0)
		return rc;
	umask(077);
	alarm(WALL_S); /* holds through exec; SIGALRM ends git */
	return 0;
}

/* Nothing of what sshd and the client set stays, but the wire version. */
struct surroundings {
	char home[560], dir[560], device[32], evidence[96];
	char *list[ENV_MAX];
};

static void
surroundings_init(
    struct surroundings *s, const struct receive *r, const char *protocol)
{
	static char fixed[][40] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1" };
	static char version_2[] = "GIT_PROTOCOL=version=2";
	static char version_1[] = "GIT_PROTOCOL=version=1";
	size_t n = 0, i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		s->list[n++] = fixed[i];
	snprintf(s->home, sizeof(s->home), "HOME=%s", r->dir);
	snprintf(s->dir, sizeof(s->dir), "PMQA_HALL_DIR=%s", r->dir);
	snprintf(s->device, sizeof(s->device), "PMQA_DEVICE=%s", r->device);
	s->list[n++] = s->home;
	s->list[n++] = s->dir;
	s->list[n++] = s->device;
	if (r->sha[0] != '\0') { /* the hooks are told by this alone */
		snprintf(s->evidence, sizeof(s->evidence), "PMQA_EVIDENCE=%s",
		    r->sha);
		s->list[n++] = s->evidence;
	}
	if (protocol != NULL && strcmp(protocol, "version=2") == 0)
		s->list[n++] = version_2;
	else if (protocol != NULL && strcmp(protocol, "version=1") == 0)
		s->list[n++] = version_1;
	s->list[n] = NULL;
}

static const char *const pinned[] = { "core.fsync=all",
	"core.fsyncMethod=fsync", "gc.auto=0", "maintenance.auto=false",
	"transfer.fsckObjects=true", "receive.fsckObjects=true",
	"receive.denyNonFastForwards=true", "receive.denyDeletes=true",
	"core.bigFileThreshold=1m", "core.deltaBaseCacheLimit=32m",
	"receive.unpackLimit=1", "receive.advertisePushOptions=false",
	"receive.advertiseAtomic=false", "receive.autogc=false",
	"receive.shallowUpdate=false", "receive.updateServerInfo=false",
	"receive.keepAlive=5", "uploadpack.allowAnySHA1InWant=false",
	"uploadpack.allowFilter=false", "uploadpack.keepAlive=5",
	"pack.threads=1", "transfer.hideRefs=refs/" };

/* The command line of git, in one piece of memory. */
struct line {
	const char *args[ARGS_MAX];
	size_t n, n_own;
	char own[6][OPTION_MAX + 1100]; /* options that are made here */
};

static void
add_fixed(struct line *l, const char *option)
{
	l->args[l->n++] = "-c";
	l->args[l->n++] = option;
}

static void __attribute__((format(printf, 2, 3)))
add_option(struct line *l, const char *fmt, ...)
{
	char *room = l->own[l->n_own++];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(room, sizeof(l->own[0]), fmt, ap);
	va_end(ap);
	add_fixed(l, room);
}

/* What the device sees and may move: of its revisions or of one file alone. */
static void
show_refs(struct line *l, const struct receive *r, enum command_verb v)
{
	char side[16];

	if (r->sha[0] != '\0') {
		/* a pack for each small file would soon be thousands */
		add_fixed(l, "receive.unpackLimit=32");
		add_option(l, "transfer.hideRefs=!refs/evidence/%s", r->sha);
		add_option(l, "transfer.hideRefs=!refs/uploads/%s", r->sha);
		return;
	}
	add_fixed(l, "transfer.hideRefs=!refs/heads/office");
	/* its own revisions that wait for a merge: no other device's */
	side_ref(r->device, side);
	add_option(l, "transfer.hideRefs=!%s", side);
	if (v == COMMAND_FETCH)
		add_fixed(l, "transfer.hideRefs=!refs/heads/hall");
	else
		add_fixed(l, "transfer.hideRefs=!" RETURNED_REF);
}

static int
become_git(const struct receive *r, enum command_verb v, int64_t max_input,
    const char *protocol, struct err *e)
{
	struct surroundings around;
	struct line l = { .n = 0 };
	union {
		const char **in;
		char *const *out;
	} u = { .in = l.args };
	char lib[1024];
	size_t i;
	int rc;

	if ((rc = file_own(lib, sizeof(lib), "lib", e)) < 0)
		return rc;
	l.args[l.n++] = "git";
	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++)
		add_fixed(&l, pinned[i]);
	show_refs(&l, r, v);
	add_option(&l, "receive.maxInputSize=%lld", (long long)max_input);
	add_option(&l, "core.hooksPath=%s/hooks", lib);
	l.args[l.n++] = command_service(v);
	if (v == COMMAND_FETCH)
		l.args[l.n++] = "--strict";
	l.args[l.n++] = r->sha[0] != '\0' ? r->evidence_repo : r->repo;
	l.args[l.n] = NULL;
	surroundings_init(&around, r, protocol);
	environ = around.list; /* its PATH is the one searched */
	execvp(l.args[0], u.out);
	return err_sys(e, "cannot exec '%s'", l.args[0]);
}

/* A git that was killed leaves its quarantine behind, up to the size of a push.
 * What cannot be removed is told and stops nobody. */
static void
sweep(const struct receive *r)
{
	const char *repo = r->sha[0] != '\0' ? r->evidence_repo : r->repo;
	struct err err;

	if (repo_sweep_pushes(repo, DEAD_S, &err) < 0)
		receive_log(r, "sweep", NULL, NULL, "trouble", err.msg);
}

/* A file that is whole here needs no push, so no hook would give the office
 * the receipt that it may have lost. */
static void
say_if_whole(const struct receive *r, struct evidence_repo *repo)
{
	struct buf receipt = BUF_INIT;
	int n = 0, whole = 0, rc;
	struct err err;

	rc = evidence_repo_have(repo, r->sha, &n, &whole, &err);
	if (rc == 0 && !whole)
		return;
	if (rc == 0)
		rc = hall_call_absorb_evidence(
		    r->dir, r->office, r->sha, &receipt, &err);
	if (rc < 0)
		receive_say(REMARK_NOTE, err.msg);
	else
		fprintf(stderr, "%s%s\n", REMARK_EVIDENCE, buf_str(&receipt));
	buf_release(&receipt);
}

/* The office's record must name the file before anything is made for it. */
static int
open_evidence(const struct receive *r, enum command_verb v, int64_t *ret_max,
    struct err *e)
{
	struct evidence_repo *repo = NULL;
	struct evidence_claim claim;
	int rc;

	if ((rc = giterr_init(e)) < 0)
		return rc;
	if ((rc = evidence_door_claim(r->repo, r->sha, &claim, e)) < 0 ||
	    (rc = evidence_repo_open(r->evidence_repo, 1, &repo, e)) < 0)
		goto out;
	*ret_max = evidence_door_max_input(&claim);
	/* a device that fetches a file asks for its steps once */
	if (v != COMMAND_FETCH)
		say_if_whole(r, repo);
out:
	evidence_repo_close(repo);
	giterr_shutdown();
	return rc;
}

int
receive_serve(struct receive *r, const char *original, const char *protocol,
    struct err *e)
{
	int64_t max_input = PUSH_MAX_BYTES;
	struct command c;
	int rc;

	if ((rc = command_parse(original, &c, e)) < 0 ||
	    (rc = receive_set_evidence(r, c.evidence, e)) < 0 ||
	    (rc = receive_check_device(r, e)) < 0 ||
	    (rc = set_limits(c.verb, e)) < 0)
		return rc;
	if (r->sha[0] != '\0' &&
	    (rc = open_evidence(r, c.verb, &max_input, e)) < 0)
		return rc;
	if (c.verb == COMMAND_STEPS)
		return receive_steps(r, &c, e);
	/* a push is told of by the hooks, with its outcome; who looks for a
	 * file has been seen before it */
	if (c.verb == COMMAND_PUSH)
		sweep(r);
	else if (r->sha[0] == '\0')
		hall_call_seen(r->dir, r->office, r->device, NULL, NULL);
	return become_git(r, c.verb, max_input, protocol, e);
}

static int
log_text(const struct receive *r, const char *event, const char *old,
    const char *new_, const char *outcome, const char *reason, struct buf *out,
    struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	char time[CLOCK_TEXT];
	int rc;

	clock_rfc3339(time, clock_now(), 0);
	if (o == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(o, "time", time, e)) == 0 &&
	    (rc = json_put_str(o, "event", event, e)) == 0 &&
	    (rc = json_put_str(o, "office", r->office, e)) == 0 &&
	    (rc = json_put_str(o, "device", r->device, e)) == 0 &&
	    (r->sha[0] == '\0' ||
		(rc = json_put_str(o, "evidence", r->sha, e)) == 0) &&
	    (rc = json_put_str(o, "old", old, e)) == 0 &&
	    (rc = json_put_str(o, "new", new_, e)) == 0 &&
	    (rc = json_put_str(o, "outcome", outcome, e)) == 0 &&
	    (rc = json_put_str(o, "reason", reason, e)) == 0)
		rc = json_write(o, out, e);
	buf_putc(out, '\n');
	cJSON_Delete(o);
	return rc < 0 ? rc : buf_ok(out, e);
}

void
receive_log(const struct receive *r, const char *event, const char *old,
    const char *new_, const char *outcome, const char *reason)
{
	char path[640], full[640];
	struct buf line = BUF_INIT;
	struct stat st;
	int fd = -1;

	if (file_path(path, sizeof(path), NULL, "%s/receive.log", r->dir) < 0 ||
	    file_path(full, sizeof(full), NULL, "%s.1", path) < 0 ||
	    log_text(r, event, old, new_, outcome, reason, &line, NULL) < 0)
		goto out;
	if (stat(path, &st) == 0 && st.st_size > RECEIVE_LOG_MAX)
		rename(path, full); /* the one before it goes */
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	/* one write: lines of two pushes do not mix */
	if (fd >= 0 && write(fd, line.data, line.len) < 0)
		goto out;
out:
	if (fd >= 0)
		close(fd);
	buf_release(&line);
}
