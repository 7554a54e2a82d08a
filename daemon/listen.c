#include "daemon/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

#define PASSED_FD 3 /* SD_LISTEN_FDS_START */

struct listener {
	uv_pipe_t pipe;
	listen_cb *on_waiting;
	void *arg;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t dev; /* the file that we made: another one is not ours */
	ino_t ino;
	int made;
};

static int
address_of(const char *path, struct sockaddr_un *ret, struct err *e)
{
	size_t len = strlen(path);

	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	if (len >= sizeof(ret->sun_path))
		return err_set(e, ERR_INVALID, 0,
		    "path '%s' is too long for a socket (at most %zu bytes)",
		    path, sizeof(ret->sun_path) - 1);
	memcpy(ret->sun_path, path, len + 1);
	return 0;
}

static int
new_socket(struct err *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		err_sys(e, "cannot make a socket");
	return fd;
}

/* Is a file in the way, and does somebody still answer on it? A connection
 * that would have to wait counts as an answer. */
static int
clear_way(const struct sockaddr_un *to, struct err *e)
{
	struct stat st;
	int fd, answers, rc = 0;

	if (lstat(to->sun_path, &st) != 0)
		return errno == ENOENT
			   ? 0
			   : err_sys(e, "cannot look at '%s'", to->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is in the way: it is not a socket", to->sun_path);
	if ((fd = new_socket(e)) < 0)
		return ERR_SYS;
	answers = connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 ||
		  (errno != ECONNREFUSED && errno != ENOENT);
	if (answers)
		rc = err_set(e, ERR_BUSY, 0, "another program answers on '%s'",
		    to->sun_path);
	else if (unlink(to->sun_path) != 0 && errno != ENOENT)
		rc = err_sys(e, "cannot remove '%s'", to->sun_path);
	close(fd);
	return rc;
}

/* The socket begins as ours alone and is then opened to the group. */
static int
admit_group(const char *path, gid_t present, const char *group, struct err *e)
{
	struct group gr, *found = NULL;
	char mem[16384];

	if (group == NULL ||
	    getgrnam_r(group, &gr, mem, sizeof(mem), &found) != 0 ||
	    found == NULL)
		return 0;
	/* under the service manager it is the group already, and chown is not
	 * among the allowed calls */
	if ((gr.gr_gid != present && lchown(path, (uid_t)-1, gr.gr_gid) != 0) ||
	    chmod(path, 0660) != 0)
		return err_sys(
		    e, "cannot let group '%s' use '%s'", group, path);
	return 0;
}

static int
bind_socket(int fd, const struct sockaddr_un *to, const char *group,
    struct listener *l, struct err *e)
{
	struct stat st;
	int rc;

	if (fchmod(fd, 0600) != 0 ||
	    bind(fd, (const struct sockaddr *)to, sizeof(*to)) != 0)
		return err_sys(e, "cannot listen on '%s'", to->sun_path);
	if (lstat(to->sun_path, &st) != 0)
		return err_sys(e, "cannot look at '%s'", to->sun_path);
	memcpy(l->path, to->sun_path, sizeof(l->path));
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	l->made = 1;
	if ((rc = admit_group(to->sun_path, st.st_gid, group, e)) < 0)
		unlink(to->sun_path);
	return rc;
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct listener *l = stream->data;

	if (status < 0) {
		log_line(LOG_WARN, "cannot accept a connection: %s",
		    uv_strerror(status));
		return;
	}
	l->on_waiting(l->arg, l);
}

static void
on_closed(uv_handle_t *h)
{
	free(h->data);
}

/* Takes over fd and l, also when it fails. */
static int
start(uv_loop_t *loop, int fd, struct listener *l, struct listener **ret,
    struct err *e)
{
	int rc;

	uv_pipe_init(loop, &l->pipe, 0); /* cannot fail */
	l->pipe.data = l;
	if ((rc = uv_pipe_open(&l->pipe, fd)) < 0)
		close(fd);
	else
		rc = uv_listen(
		    (uv_stream_t *)&l->pipe, LISTEN_BACKLOG, on_connection);
	if (rc < 0) {
		err_set(e, ERR_SYS, -rc, "cannot listen on '%s': %s", l->path,
		    uv_strerror(rc));
		listen_close(l);
		return ERR_SYS;
	}
	*ret = l;
	return 0;
}

static struct listener *
new_listener(listen_cb *on_waiting, void *arg, struct err *e)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_nomem(e);
		return NULL;
	}
	l->on_waiting = on_waiting;
	l->arg = arg;
	return l;
}

int
listen_open(uv_loop_t *loop, const char *path, const char *group,
    listen_cb *on_waiting, void *arg, struct listener **ret, struct err *e)
{
	struct listener *l = NULL;
	struct sockaddr_un to;
	int fd = -1, rc;

	if ((rc = address_of(path, &to, e)) < 0)
		return rc;
	if ((rc = clear_way(&to, e)) < 0)
		return rc;
	if ((l = new_listener(on_waiting, arg, e)) == NULL)
		return ERR_NOMEM;
	if ((fd = new_socket(e)) < 0) {
		free(l);
		return ERR_SYS;
	}
	if ((rc = bind_socket(fd, &to, group, l, e)) < 0) {
		close(fd);
		free(l);
		return rc;
	}
	return start(loop, fd, l, ret, e);
}

static int
is_own_pid(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return end != text && *end == '\0' && n == (long)getpid();
}

int
listen_passed_fd(int *ret_fd, struct err *e)
{
	const char *pid = getenv("LISTEN_PID");
	const char *fds = getenv("LISTEN_FDS");
	int ours = pid != NULL && fds != NULL && is_own_pid(pid);
	int one = ours && strcmp(fds, "1") == 0;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (ours && !one)
		return err_set(e, ERR_INVALID, 0,
		    "the service manager passed not exactly one socket");
	*ret_fd = ours ? PASSED_FD : -1;
	return 0;
}

static int
check_passed(int fd, struct err *e)
{
	int domain = 0, type = 0, listening = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0)
		return err_sys(e, "cannot use the socket that was passed");
	if (domain != AF_UNIX || type != SOCK_STREAM || !listening)
		return err_set(e, ERR_INVALID, 0,
		    "the socket that was passed is no listening Unix socket");
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return err_sys(e, "cannot use the socket that was passed");
	return 0;
}

int
listen_take(uv_loop_t *loop, int fd, listen_cb *on_waiting, void *arg,
    struct listener **ret, struct err *e)
{
	struct listener *l;
	int rc;

	if ((rc = check_passed(fd, e)) < 0)
		return rc;
	if ((l = new_listener(on_waiting, arg, e)) == NULL)
		return ERR_NOMEM;
	return start(loop, fd, l, ret, e);
}

int
listen_accept(struct listener *l, uv_pipe_t *pipe, struct err *e)
{
	int rc = uv_accept((uv_stream_t *)&l->pipe, (uv_stream_t *)pipe);

	if (rc < 0)
		return err_set(e, ERR_SYS, -rc,
		    "cannot accept a connection: %s", uv_strerror(rc));
	return 0;
}

void
listen_close(struct listener *l)
{
	struct stat st;

	if (l->made && lstat(l->path, &st) == 0 && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		unlink(l->path);
	uv_close((uv_handle_t *)&l->pipe, on_closed);
}
