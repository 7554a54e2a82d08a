#include "daemon/door/door_wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"

/* An older door must not serve a newer program: it is passed over. */
#define HEAD "pmqa-door " PMQA_VERSION

/* All that a transfer takes from its surroundings (daemon/receive/). */
static const char *const words[DOOR_ENV_MAX] = { "SSH_ORIGINAL_COMMAND",
	"GIT_PROTOCOL", "SSH_CONNECTION", "PMQA_ROAD" };

int
door_address(const char *dir, struct sockaddr_un *ret, struct err *e)
{
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	return file_path(
	    ret->sun_path, sizeof(ret->sun_path), e, "%s/" DOOR_SOCKET, dir);
}

int
door_is_own(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       len == sizeof(peer) && peer.uid == geteuid();
}

/* --- the request --- */

int
door_request_write(int argc, char *const *argv, struct buf *out, struct err *e)
{
	const char *value;
	int i;

	if (argc - 1 > DOOR_ARGS_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "the door takes fewer arguments");
	buf_append(out, HEAD, sizeof(HEAD));
	for (i = 1; i < argc; i++) {
		buf_putc(out, 'a');
		buf_append(out, argv[i], strlen(argv[i]) + 1);
	}
	for (i = 0; i < DOOR_ENV_MAX; i++) {
		value = secure_getenv(words[i]);
		if (value == NULL)
			continue;
		buf_printf(out, "e%s=", words[i]);
		buf_append(out, value, strlen(value) + 1);
	}
	if (out->len > DOOR_REQUEST_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "the door takes a shorter request");
	return buf_ok(out, e);
}

static int
no_form(struct err *e)
{
	return err_set(e, ERR_INVALID, 0, "what came to the door has no form");
}

/* Each name once, and of ours alone. */
static int
take_word(const char *s, struct door_request *ret, struct err *e)
{
	size_t i, k, len;

	for (i = 0; i < DOOR_ENV_MAX; i++) {
		len = strlen(words[i]);
		if (strncmp(s, words[i], len) != 0 || s[len] != '=')
			continue;
		for (k = 0; k < ret->n_env; k++)
			if (ret->env[k].name == words[i])
				return no_form(e);
		ret->env[ret->n_env].name = words[i];
		ret->env[ret->n_env++].value = s + len + 1;
		return 0;
	}
	return no_form(e);
}

int
door_request_parse(
    const char *text, size_t len, struct door_request *ret, struct err *e)
{
	const char *s = text, *end = text + len;
	int rc;

	memset(ret, 0, sizeof(*ret));
	/* with a NUL at the end every string in it has one */
	if (len < sizeof(HEAD) || len > DOOR_REQUEST_MAX || end[-1] != '\0' ||
	    strcmp(s, HEAD) != 0)
		return no_form(e);
	for (s += sizeof(HEAD); s < end; s += strlen(s) + 1) {
		if (s[0] == 'a' && ret->n_env == 0 &&
		    ret->n_args < DOOR_ARGS_MAX)
			ret->args[ret->n_args++] = s + 1;
		else if (s[0] != 'e')
			return no_form(e);
		else if ((rc = take_word(s + 1, ret, e)) < 0)
			return rc;
	}
	return 0;
}

void
door_request_who(const struct door_request *r, char ret[DOOR_WHO_LEN])
{
	const int n = r->n_args;

	ret[0] = '\0';
	if (n > 0 && (n == 1 || strcmp(r->args[n - 2], "--login-keys") != 0))
		snprintf(ret, DOOR_WHO_LEN, "%s", r->args[n - 1]);
}

/* --- packets --- */

union rights {
	char room[CMSG_SPACE(DOOR_FDS * sizeof(int))];
	struct cmsghdr align;
};

int
door_send(int fd, const void *data, size_t len, const int *fds, struct err *e)
{
	union {
		const void *in;
		void *out;
	} u = { .in = data };
	struct iovec part = { .iov_base = u.out, .iov_len = len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	union rights rights;
	struct cmsghdr *c;
	ssize_t n;

	if (fds != NULL) {
		memset(&rights, 0, sizeof(rights));
		m.msg_control = rights.room;
		m.msg_controllen = sizeof(rights.room);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(DOOR_FDS * sizeof(int));
		memcpy(CMSG_DATA(c), fds, DOOR_FDS * sizeof(int));
	}
	do
		n = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len
		   ? 0
		   : err_sys(e, "cannot write to the door's socket");
}

/* Those of one header; 1 if they are what they should be. */
static int
take_fds(struct msghdr *m, int *fds)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	/* the room is rounded up: one more can come */
	int got[sizeof(union rights) / sizeof(int)], good;
	size_t n = 0, i;

	if (c == NULL)
		return fds == NULL;
	if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (n > 0)
		memcpy(got, CMSG_DATA(c), n * sizeof(int));
	good = fds != NULL && n == DOOR_FDS &&
	       (m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
	for (i = 0; i < n; i++)
		if (good)
			fds[i] = got[i];
		else
			close(got[i]);
	return good;
}

ssize_t
door_recv(int fd, void *data, size_t size, int *fds)
{
	struct iovec part = { .iov_base = data, .iov_len = size };
	union rights rights;
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = rights.room,
		.msg_controllen = sizeof(rights.room) };
	ssize_t n;
	int i;

	for (i = 0; fds != NULL && i < DOOR_FDS; i++)
		fds[i] = -1;
	do
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return n;
	if (n == 0) { /* an empty packet can bring descriptors, too */
		(void)take_fds(&m, NULL);
		return 0;
	}
	if (take_fds(&m, fds) && (m.msg_flags & MSG_TRUNC) == 0)
		return n;
	errno = EBADMSG;
	return -1;
}
