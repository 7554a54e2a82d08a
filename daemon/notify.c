#include "daemon/notify.h"

#include <errno.h>
#include <unistd.h>

static int
set_address(struct notify *n, const char *address, struct err *e)
{
	size_t len = strlen(address);

	if ((address[0] != '/' && address[0] != '@') || len < 2)
		return err_set(e, ERR_INVALID, 0,
		    "NOTIFY_SOCKET is neither a path nor an abstract name");
	if (len >= sizeof(n->to.sun_path))
		return err_set(e, ERR_INVALID, 0, "NOTIFY_SOCKET is too long");
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, address, len + 1);
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (address[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		n->to_len++; /* a path counts its NUL, an abstract name none */
	return 0;
}

int
notify_init(struct notify *n, const char *address, struct err *e)
{
	int rc;

	memset(n, 0, sizeof(*n));
	n->fd = -1;
	if (address == NULL)
		return 0;
	if ((rc = set_address(n, address, e)) < 0)
		return rc;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd < 0)
		return err_sys(e, "cannot reach the service manager");
	return 0;
}

void
notify_release(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

int
notify_send(struct notify *n, const char *state, struct err *e)
{
	ssize_t sent;

	if (n->fd < 0)
		return 0;
	do {
		sent = sendto(n->fd, state, strlen(state), MSG_NOSIGNAL,
		    (const struct sockaddr *)&n->to, n->to_len);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return err_sys(e, "cannot reach the service manager");
	return 0;
}
