/*
 * A slot is a file with a lock of fcntl(2): it lives on in what this process
 * becomes, not in its children, and the kernel knows whose it is.
 */
#include "daemon/receive/receive_slot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define POLL_NS (20L * 1000 * 1000)

struct slot {
	int fd;               /* stays open as long as the process lives */
	pid_t holder;         /* 0: ours now */
	struct timespec from; /* since when it is held */
};

static int
lock_it(int fd, struct flock *l, int how)
{
	memset(l, 0, sizeof(*l));
	l->l_type = F_WRLCK;
	l->l_whence = SEEK_SET;
	return fcntl(fd, how, l);
}

/* Ours, or whose it is. */
static int
try_slot(struct slot *s, struct err *e)
{
	struct flock l;
	struct stat st;

	if (lock_it(s->fd, &l, F_SETLK) == 0) {
		s->holder = 0;
		futimens(s->fd, NULL); /* else the order is only less exact */
		return 0;
	}
	if (errno != EAGAIN && errno != EACCES)
		return err_sys(e, "cannot lock a slot of the device");
	if (lock_it(s->fd, &l, F_GETLK) != 0 || fstat(s->fd, &st) != 0)
		return err_sys(e, "cannot lock a slot of the device");
	s->from = st.st_mtim;
	/* let go this moment: the next look takes it */
	s->holder = l.l_type == F_UNLCK ? -1 : l.l_pid;
	return 0;
}

static int
open_slot(const struct receive *r, const char *who, int n, struct slot *ret,
    struct err *e)
{
	char path[640];
	int rc;

	if ((rc = file_path(
		 path, sizeof(path), e, "%s/slots/%s.%d", r->dir, who, n)) < 0)
		return rc;
	/* not closed at exec: the git that this becomes holds it */
	ret->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (ret->fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	return try_slot(ret, e);
}

static int
is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec
				      : a->tv_nsec < b->tv_nsec;
}

/* The connection that has stood longest ends, as if its line had been cut. */
static int
take_over(
    const struct receive *r, const char *who, struct slot *s, struct err *e)
{
	int64_t until = clock_mono_ms() + RECEIVE_SLOT_MS;
	struct timespec poll = { 0, POLL_NS };
	pid_t told = 0;
	int rc;

	while (clock_mono_ms() < until) {
		if (s->holder > 1 && s->holder != told) {
			told = s->holder;
			kill(told, SIGTERM);
		}
		nanosleep(&poll, NULL);
		if ((rc = try_slot(s, e)) < 0)
			return rc;
		if (s->holder != 0)
			continue;
		receive_log(r, "connect", NULL, NULL, "cut",
		    "the device came again: its oldest connection was ended");
		return 0;
	}
	err_set(e, ERR_BUSY, 0,
	    "device %s has %d connections to the hall already", who,
	    RECEIVE_SLOTS);
	err_hint(e, "wait until one of them has ended, then synchronise again");
	return ERR_BUSY;
}

int
receive_slot_take(const struct receive *r, const char *who, struct err *e)
{
	struct slot slots[RECEIVE_SLOTS];
	char dir[640];
	int i, n = 0, oldest = 0, rc;

	if ((rc = file_path(dir, sizeof(dir), e, "%s/slots", r->dir)) < 0 ||
	    (access(dir, F_OK) != 0 &&
		(rc = file_mkdirs_in(r->dir, "slots", 0700, e)) < 0))
		return rc;
	for (; n < RECEIVE_SLOTS; n++) {
		if ((rc = open_slot(r, who, n, &slots[n], e)) < 0)
			break;
		if (slots[n].holder == 0) {
			oldest = n;
			break;
		}
		if (is_before(&slots[n].from, &slots[oldest].from))
			oldest = n;
	}
	if (n == RECEIVE_SLOTS)
		rc = take_over(r, who, &slots[oldest], e);
	for (i = 0; i < n; i++)
		if (i != oldest)
			close(slots[i].fd);
	return rc;
}
