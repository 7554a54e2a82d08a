/* libuv closes its descriptors by syscall(SYS_close), which TSan does not see:
 * the next owner of the number then seems to race with the last one. This
 * syscall() comes before libc's, in the programs of BUILD=tsan alone, and closes
 * by close(), which TSan sees. Every other call goes on to libc's. */
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGS 6 /* the most that a system call takes: syscall(2) */

static long (*libc)(long sysno, ...);

/* Before main(), so that a child that libuv has forked finds it ready. */
__attribute__((constructor)) static void
find_libc(void)
{
	*(void **)&libc = dlsym(RTLD_NEXT, "syscall");
}

long
syscall(long sysno, ...)
{
	long a[ARGS];
	va_list ap;

	va_start(ap, sysno);
	for (int i = 0; i < ARGS; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (sysno == SYS_close)
		return close((int)a[0]);
	if (libc == NULL) /* another constructor was before ours */
		find_libc();
	return libc(sysno, a[0], a[1], a[2], a[3], a[4], a[5]);
}
