#include "daemon/receive/receive_git.h"

#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/admit/side.h"

#define CPU_S 900
/* Of unpacking: 64 MiB of records take 3 s here. A chain of deltas that each
 * give megabytes would go on for hours. */
#define UNPACK_CPU_S 20
#define FILE_MAX_BYTES (256L * 1024 * 1024)
#define SPACE_MAX_BYTES (4L * 1024 * 1024 * 1024)
/* What a push may make libgit2 hold: objects are unpacked before the door sees
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

static int
limit(int what, rlim_t now, rlim_t max, struct err *e)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return err_sys(e, "cannot read a resource limit");
	if (l.rlim_max != RLIM_INFINITY && l.rlim_max < max)
		max = l.rlim_max;
	l.rlim_cur = now < max ? now : max;
	l.rlim_max = max;
	if (setrlimit((__rlimit_resource_t)what, &l) != 0)
		return err_sys(e, "cannot set a resource limit");
	return 0;
}

int
receive_git_limits(enum command_verb v, struct err *e)
{
	const rlim_t cpu = v == COMMAND_PUSH ? UNPACK_CPU_S : CPU_S;
	const rlim_t space = (rlim_t)SPACE_MAX_BYTES;
	const rlim_t memory = (rlim_t)PUSH_MEMORY_MAX_BYTES;
	const rlim_t file = (rlim_t)FILE_MAX_BYTES;
	int rc;

	if ((rc = limit(RLIMIT_CORE, 0, 0, e)) < 0 ||
	    (rc = limit(RLIMIT_FSIZE, file, RLIM_INFINITY, e)) < 0 ||
	    (rc = limit(RLIMIT_CPU, cpu, CPU_S, e)) < 0)
		return rc;
	/* a sanitizer's shadow memory alone is larger */
	if (!SANITIZED && (rc = limit(RLIMIT_AS, space, space, e)) < 0)
		return rc;
	if (!SANITIZED && v == COMMAND_PUSH &&
	    (rc = limit(RLIMIT_DATA, memory, memory, e)) < 0)
		return rc;
	umask(077);
	return 0;
}

void
receive_git_more_time(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_CPU, &l) != 0 || l.rlim_cur == l.rlim_max)
		return;
	l.rlim_cur = l.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &l); /* else the shorter time holds */
}

void
receive_git_larger_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_FSIZE, &l) != 0 || l.rlim_cur == l.rlim_max)
		return;
	l.rlim_cur = l.rlim_max;
	(void)setrlimit(RLIMIT_FSIZE, &l); /* else the smaller one holds */
}

/* "version=2:pmqa=…": git's own word comes first. */
static int
speaks(const char *protocol, const char *version)
{
	size_t len = strlen(version);

	return protocol != NULL && strncmp(protocol, version, len) == 0 &&
	       (protocol[len] == '\0' || protocol[len] == ':');
}

void
receive_git_around(
    const struct receive *r, const char *protocol, struct receive_around *ret)
{
	static char fixed[][40] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1" };
	static char version_2[] = "GIT_PROTOCOL=version=2";
	static char version_1[] = "GIT_PROTOCOL=version=1";
	size_t n = 0, i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		ret->list[n++] = fixed[i];
	snprintf(ret->home, sizeof(ret->home), "HOME=%s", r->dir);
	ret->list[n++] = ret->home;
	if (speaks(protocol, "version=2"))
		ret->list[n++] = version_2;
	else if (speaks(protocol, "version=1"))
		ret->list[n++] = version_1;
	ret->list[n] = NULL;
}

static const char *const pinned[] = { "gc.auto=0", "maintenance.auto=false",
	"core.hooksPath=/dev/null", "core.bigFileThreshold=1m",
	"core.deltaBaseCacheLimit=32m", "uploadpack.allowAnySHA1InWant=false",
	"uploadpack.allowFilter=false", "uploadpack.keepAlive=5",
	"pack.threads=1", "transfer.hideRefs=refs/" };

static void
add_fixed(struct receive_line *l, const char *option)
{
	l->args[l->n++] = "-c";
	l->args[l->n++] = option;
}

static void __attribute__((format(printf, 2, 3)))
add_option(struct receive_line *l, const char *fmt, ...)
{
	char *room = l->own[l->n_own++];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(room, sizeof(l->own[0]), fmt, ap);
	va_end(ap);
	add_fixed(l, room);
}

/* What the device sees: of its revisions or of one file alone. */
static void
show_refs(struct receive_line *l, const struct receive *r)
{
	char side[16];

	if (r->sha[0] != '\0') {
		add_option(l, "transfer.hideRefs=!refs/evidence/%s", r->sha);
		add_option(l, "transfer.hideRefs=!refs/uploads/%s", r->sha);
		return;
	}
	add_fixed(l, "transfer.hideRefs=!refs/heads/office");
	add_fixed(l, "transfer.hideRefs=!refs/heads/hall");
	/* its own revisions that wait for a merge: no other device's */
	side_ref(r->device, side);
	add_option(l, "transfer.hideRefs=!%s", side);
}

void
receive_git_line(const struct receive *r, struct receive_line *ret)
{
	size_t i;

	ret->n = ret->n_own = 0;
	ret->args[ret->n++] = "git";
	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++)
		add_fixed(ret, pinned[i]);
	show_refs(ret, r);
	ret->args[ret->n++] = command_service(COMMAND_FETCH);
	ret->args[ret->n++] = "--strict";
	if (r->http != NULL) /* the refs were asked for before */
		ret->args[ret->n++] = "--stateless-rpc";
	ret->args[ret->n++] = r->sha[0] != '\0' ? r->evidence_repo : r->repo;
	ret->args[ret->n] = NULL;
}

int
receive_git_become(const struct receive *r, const char *protocol, struct err *e)
{
	struct receive_around around;
	struct receive_line l;
	union {
		const char **in;
		char *const *out;
	} u = { .in = l.args };

	receive_git_line(r, &l);
	receive_git_around(r, protocol, &around);
	/* holds through exec; SIGALRM ends git */
	alarm((unsigned)r->seconds);
	environ = around.list; /* its PATH is the one searched */
	execvp(l.args[0], u.out);
	return err_sys(e, "cannot exec '%s'", l.args[0]);
}
