#include "daemon/door/door_begin.h"

#include <sys/prctl.h>
#include <unistd.h>

static char program[] = "pmqa-receive";

/* What signals did in the door is not what they do here. */
static void
reset_signals(const sigset_t *mask)
{
	static const int all[] = { SIGTERM, SIGHUP, SIGINT, SIGCHLD, SIGPIPE };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		signal(all[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

static int
set_surroundings(const struct door_request *r)
{
	size_t i;

	clearenv();
	for (i = 0; i < r->n_env; i++)
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
		if (setenv(r->env[i].name, r->env[i].value, 1) != 0)
			return -1;
	return 0;
}

/* Does not come back. */
static void
be_child(const struct door_begin *b, pid_t door)
{
	union {
		const char *in;
		char *out;
	} u;
	char *args[DOOR_ARGS_MAX + 2];
	int i, n = 0;

	/* what it begins goes with it; and it with the door */
	setsid();
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != door)
		_exit(1);
	for (i = 0; i < DOOR_FDS; i++)
		if (dup2(b->fds[i], i) < 0)
			_exit(1);
	if (close_range(DOOR_FDS, ~0U, 0) != 0 ||
	    set_surroundings(b->request) != 0)
		_exit(1);
	reset_signals(b->mask);
	args[n++] = program;
	for (i = 0; i < b->request->n_args; i++) {
		u.in = b->request->args[i];
		args[n++] = u.out;
	}
	args[n] = NULL;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	exit(b->serve(n, args));
}

int
door_begin(const struct door_begin *b, pid_t *ret, struct err *e)
{
	pid_t door = getpid(), child = fork();
	int i;

	if (child == 0)
		be_child(b, door);
	for (i = 0; i < DOOR_FDS; i++)
		close(b->fds[i]);
	if (child < 0)
		return err_sys(e, "cannot start a process for a transfer");
	*ret = child;
	return 0;
}
