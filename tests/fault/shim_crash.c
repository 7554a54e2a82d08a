/*
 * shim_crash: preloaded into a program, counts every call that changes files
 * once crash_arm() was called, and at call number PMQA_CRASH_AT ends the
 * process with SIGKILL *before* the call is done (PMQA_CRASH_HOW=kill), or
 * makes that one call fail (EIO, ENOSPC).
 *
 * crash_count() tells how many there were, crash_hit() which call failed.
 *
 * PMQA_CRASH_WHO: nobody arms it, the first fsync of a child that the program
 * has forked does; what goes to pipes is counted, too. "self" ends that child,
 * "parent" its parent, a number that process; the last two do the call. The
 * file PMQA_CRASH_TOLD then says which call it was.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

void crash_arm(void);
long crash_count(void);
const char *crash_hit(void);

static int armed;
static long count, at;
static int fail_errno; /* 0 = kill */
static char hit[400];
static const char *who; /* NULL: this process, once it says so */
static pid_t first;     /* that was loaded; those it forks are others */

__attribute__((constructor)) static void
load(void)
{
	who = getenv("PMQA_CRASH_WHO");
	first = getpid();
}

void
crash_arm(void)
{
	const char *n = getenv("PMQA_CRASH_AT");
	const char *how = getenv("PMQA_CRASH_HOW");

	at = n != NULL ? strtol(n, NULL, 10) : 0;
	if (how != NULL && strcmp(how, "EIO") == 0)
		fail_errno = EIO;
	if (how != NULL && strcmp(how, "ENOSPC") == 0)
		fail_errno = ENOSPC;
	armed = 1;
}

long
crash_count(void)
{
	return count;
}

const char *
crash_hit(void)
{
	return hit;
}

static void
note_hit(const char *call, int fd, const char *path)
{
	char link[64], target[300] = "";
	ssize_t n;

	if (path == NULL) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		path = target;
	}
	snprintf(hit, sizeof(hit), "%s %.300s", call, path);
}

static void
tell_hit(void)
{
	const char *path = getenv("PMQA_CRASH_TOLD");
	FILE *f = path != NULL ? fopen(path, "we") : NULL;

	if (f == NULL)
		return;
	armed = 0; /* its own calls are not counted */
	fprintf(f, "%s\n", hit);
	fclose(f);
}

/* 1 if that was this process. */
static int
end_process(void)
{
	pid_t pid = getpid();

	if (who != NULL && strcmp(who, "parent") == 0)
		pid = getppid();
	else if (who != NULL && strcmp(who, "self") != 0)
		pid = (pid_t)strtol(who, NULL, 10);
	kill(pid, SIGKILL);
	return pid == getpid();
}

/* 1 if this call must fail; errno is set. */
static int
point(const char *call, int fd, const char *path)
{
	if (!armed && who != NULL && getpid() != first && count == 0 &&
	    strcmp(call, "fsync") == 0)
		crash_arm();
	if (!armed || ++count != at)
		return 0;
	note_hit(call, fd, path);
	if (who != NULL)
		tell_hit();
	if (fail_errno == 0) {
		while (end_process())
			pause();
		return 0;
	}
	errno = fail_errno;
	return 1;
}

/* Pipes and sockets are no part of what is stored; of what a push is answered
 * they are. */
static int
is_stored(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	       (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ||
		   (who != NULL && S_ISFIFO(st.st_mode)));
}

/* Asks for the real function once; a data pointer becomes one to a function
 * as dlsym(3) shows. */
#define REAL(type, name, ...)                                                  \
	static type (*real)(__VA_ARGS__);                                      \
	if (real == NULL)                                                      \
	*(void **)(&real) = dlsym(RTLD_NEXT, #name)

ssize_t
write(int fd, const void *data, size_t len)
{
	REAL(ssize_t, write, int, const void *, size_t);

	if (armed && is_stored(fd) && point("write", fd, NULL))
		return -1;
	return real(fd, data, len);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	REAL(ssize_t, pwrite, int, const void *, size_t, off_t);

	if (point("write", fd, NULL))
		return -1;
	return real(fd, data, len, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);

	if (point("write", fd, NULL))
		return -1;
	return real(fd, data, len, offset);
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	REAL(ssize_t, writev, int, const struct iovec *, int);

	if (armed && is_stored(fd) && point("write", fd, NULL))
		return -1;
	return real(fd, v, n);
}

int
fsync(int fd)
{
	REAL(int, fsync, int);

	return point("fsync", fd, NULL) ? -1 : real(fd);
}

int
fdatasync(int fd)
{
	REAL(int, fdatasync, int);

	return point("fsync", fd, NULL) ? -1 : real(fd);
}

int
ftruncate(int fd, off_t len)
{
	REAL(int, ftruncate, int, off_t);

	return point("ftruncate", fd, NULL) ? -1 : real(fd, len);
}

int
ftruncate64(int fd, off64_t len)
{
	REAL(int, ftruncate64, int, off64_t);

	return point("ftruncate", fd, NULL) ? -1 : real(fd, len);
}

int
fchmod(int fd, mode_t mode)
{
	REAL(int, fchmod, int, mode_t);

	return point("fchmod", fd, NULL) ? -1 : real(fd, mode);
}

int
rename(const char *from, const char *to)
{
	REAL(int, rename, const char *, const char *);

	return point("rename", -1, to) ? -1 : real(from, to);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	REAL(int, renameat, int, const char *, int, const char *);

	return point("rename", -1, to) ? -1 : real(from_dir, from, to_dir, to);
}

int
link(const char *from, const char *to)
{
	REAL(int, link, const char *, const char *);

	return point("link", -1, to) ? -1 : real(from, to);
}

int
unlink(const char *path)
{
	REAL(int, unlink, const char *);

	return point("unlink", -1, path) ? -1 : real(path);
}

int
unlinkat(int dir, const char *path, int flags)
{
	REAL(int, unlinkat, int, const char *, int);

	return point("unlink", -1, path) ? -1 : real(dir, path, flags);
}

int
mkdir(const char *path, mode_t mode)
{
	REAL(int, mkdir, const char *, mode_t);

	return point("mkdir", -1, path) ? -1 : real(path, mode);
}

int
rmdir(const char *path)
{
	REAL(int, rmdir, const char *);

	return point("rmdir", -1, path) ? -1 : real(path);
}

/* The pack writer of libgit2 writes through shared mappings. */
void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	REAL(void *, mmap, void *, size_t, int, int, int, off_t);

	if ((prot & PROT_WRITE) && (flags & MAP_SHARED) && fd >= 0 &&
	    point("mmap", fd, NULL))
		return MAP_FAILED;
	return real(addr, len, prot, flags, fd, offset);
}

void *
mmap64(void *addr, size_t len, int prot, int flags, int fd, off64_t offset)
{
	REAL(void *, mmap64, void *, size_t, int, int, int, off64_t);

	if ((prot & PROT_WRITE) && (flags & MAP_SHARED) && fd >= 0 &&
	    point("mmap", fd, NULL))
		return MAP_FAILED;
	return real(addr, len, prot, flags, fd, offset);
}

int
chmod(const char *path, mode_t mode)
{
	REAL(int, chmod, const char *, mode_t);

	return point("chmod", -1, path) ? -1 : real(path, mode);
}

int
utimes(const char *path, const struct timeval times[2])
{
	REAL(int, utimes, const char *, const struct timeval *);

	return point("utimes", -1, path) ? -1 : real(path, times);
}

static int
takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

#define OPEN_BODY(name)                                                        \
	REAL(int, name, const char *, int, ...);                               \
	va_list ap;                                                            \
	mode_t mode = 0;                                                       \
                                                                               \
	if (takes_mode(flags)) {                                               \
		va_start(ap, flags);                                           \
		mode = va_arg(ap, mode_t);                                     \
		va_end(ap);                                                    \
	}                                                                      \
	if ((flags & (O_CREAT | O_TRUNC)) && point("open", -1, path))          \
		return -1;                                                     \
	return real(path, flags, mode)

int
open(const char *path, int flags, ...)
{
	OPEN_BODY(open);
}

int
open64(const char *path, int flags, ...)
{
	OPEN_BODY(open64);
}

int
openat(int dir, const char *path, int flags, ...)
{
	REAL(int, openat, int, const char *, int, ...);
	va_list ap;
	mode_t mode = 0;

	if (takes_mode(flags)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if ((flags & (O_CREAT | O_TRUNC)) && point("open", -1, path))
		return -1;
	return real(dir, path, flags, mode);
}

int
mkstemp(char *name)
{
	REAL(int, mkstemp, char *);

	return point("open", -1, name) ? -1 : real(name);
}

int
mkstemp64(char *name)
{
	REAL(int, mkstemp64, char *);

	return point("open", -1, name) ? -1 : real(name);
}
