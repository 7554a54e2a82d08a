#include "daemon/receive/hall_call.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "proto/frame.h"
#include "proto/rpc.h"

#define CALL_ID 1

/* Waits for one direction of the socket until the deadline. */
static int
wait_for(int fd, short events, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;
	int n;

	for (;;) {
		left = deadline - clock_mono_ms();
		if (left <= 0)
			return err_set(e, ERR_TIMEOUT, 0,
			    "the hall's daemon does not answer in time");
		n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for the hall's daemon");
	}
}

static int
dial(const char *dir, int *ret, struct err *e)
{
	struct sockaddr_un a;
	int fd, rc;

	memset(&a, 0, sizeof(a));
	a.sun_family = AF_UNIX;
	if ((rc = file_path(
		 a.sun_path, sizeof(a.sun_path), e, "%s/pmqad.sock", dir)) < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
		rc = err_set(e, ERR_UNREACHABLE, errno,
		    "the hall's daemon is not running");
		close(fd);
		return rc;
	}
	*ret = fd;
	return 0;
}

static int
send_all(int fd, const struct buf *out, int64_t deadline, struct err *e)
{
	size_t at = 0;
	ssize_t n;
	int rc;

	while (at < out->len) {
		if ((rc = wait_for(fd, POLLOUT, deadline, e)) < 0)
			return rc;
		n = send(fd, out->data + at, out->len - at, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return err_sys(e, "cannot write to the hall's daemon");
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* The receipt out of the answer; progress notifications before it are passed
 * over (done = 0). */
static int
take_answer(
    const char *line, size_t len, struct buf *ret, int *done, struct err *e)
{
	cJSON *msg = NULL;
	const cJSON *result = NULL, *receipt;
	struct err fault;
	int64_t id = 0;
	int rc;

	memset(&fault, 0, sizeof(fault));
	if ((rc = json_parse(line, len, (size_t)FRAME_MAX, &msg, e)) < 0)
		return rc;
	if (json_get(msg, "method") != NULL)
		goto out;
	if ((rc = rpc_read_response(msg, &id, &result, &fault, e)) < 0)
		goto out;
	*done = 1;
	if (result == NULL) {
		*e = fault;
		rc = fault.code;
		goto out;
	}
	if (ret == NULL) /* none is expected */
		goto out;
	receipt = json_get(result, "receipt");
	rc = cJSON_IsObject(receipt)
		 ? json_write(receipt, ret, e)
		 : err_set(e, ERR_FAILED, 0,
		       "the hall's daemon gives no receipt for this push");
out:
	cJSON_Delete(msg);
	return rc;
}

static int
read_answer(int fd, int64_t deadline, struct buf *ret, struct err *e)
{
	struct frame in;
	char chunk[4096], *line = NULL;
	size_t len = 0;
	ssize_t n;
	int rc, done = 0;

	frame_init(&in);
	do {
		rc = frame_next(&in, &line, &len, e);
		if (rc > 0) {
			rc = take_answer(line, len, ret, &done, e);
			continue;
		}
		if (rc < 0 || (rc = wait_for(fd, POLLIN, deadline, e)) < 0)
			break;
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n > 0)
			rc = frame_feed(&in, chunk, (size_t)n, e);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			rc = err_set(e, ERR_UNREACHABLE, n < 0 ? errno : 0,
			    "the hall's daemon went away");
	} while (rc >= 0 && !done);
	frame_release(&in);
	return rc < 0 ? rc : 0;
}

static int
call(const char *dir, const char *method, const char *office, const char *sha,
    struct buf *ret, struct err *e)
{
	int64_t deadline = clock_mono_ms() + HALL_CALL_ABSORB_MS;
	cJSON *params = cJSON_CreateObject();
	struct buf out = BUF_INIT;
	int fd = -1, rc = 0;

	if (params == NULL)
		return err_nomem(e);
	if ((office == NULL ||
		(rc = json_put_str(params, "office", office, e)) == 0) &&
	    (sha == NULL ||
		(rc = json_put_str(params, "sha256", sha, e)) == 0) &&
	    (rc = rpc_write_call(CALL_ID, method, params, &out, e)) == 0 &&
	    (rc = dial(dir, &fd, e)) == 0 &&
	    (rc = send_all(fd, &out, deadline, e)) == 0)
		rc = read_answer(fd, deadline, ret, e);
	if (fd >= 0)
		close(fd);
	buf_release(&out);
	cJSON_Delete(params);
	return rc;
}

int
hall_call_absorb(
    const char *dir, const char *office, struct buf *ret, struct err *e)
{
	return call(dir, "hall.absorb", office, NULL, ret, e);
}

int
hall_call_returned(const char *dir, const char *office, struct err *e)
{
	return call(dir, "hall.returned", office, NULL, NULL, e);
}

int
hall_call_absorb_evidence(const char *dir, const char *office, const char *sha,
    struct buf *ret, struct err *e)
{
	return call(dir, "hall.absorb_evidence", office, sha, ret, e);
}

int
hall_call_province(const char *dir, struct err *e)
{
	return call(dir, "hall.province", NULL, NULL, NULL, e);
}

static int
put_told(cJSON *params, const struct receive_told *told)
{
	int rc = 0;

	if (told != NULL && told->version[0] != '\0')
		rc = json_put_str(params, "version", told->version, NULL);
	if (rc == 0 && told != NULL && told->holds[0] != '\0')
		rc = json_put_str(params, "holds", told->holds, NULL);
	return rc;
}

static int
seen_line(const char *office, const char *device, const char *class,
    const char *message, const struct receive_told *told, struct buf *out)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "office", office, NULL)) == 0 &&
	    (rc = json_put_str(params, "device", device, NULL)) == 0 &&
	    (rc = put_told(params, told)) == 0 &&
	    (class == NULL ||
		((rc = json_put_str(params, "class", class, NULL)) == 0 &&
		    (rc = json_put_str(params, "message", message, NULL)) ==
			0)))
		/* of a failure it is a notification: nobody waits for its
		 * answer */
		rc = rpc_write_call(class == NULL ? CALL_ID : 0, "hall.seen",
		    params, out, NULL);
	cJSON_Delete(params);
	return rc;
}

static void
tell_seen(const char *dir, const char *office, const char *device,
    const char *class, const char *message, const struct receive_told *told)
{
	int64_t deadline = clock_mono_ms() + HALL_CALL_SEEN_MS;
	struct buf out = BUF_INIT;
	int fd = -1;
	char byte;

	/* a full socket or an absent daemon costs the hall the news, never the
	 * office its transfer; whoever looks waits a moment, until what the hall
	 * has just saved stands in the repository, then sees what there is */
	if (dial(dir, &fd, NULL) == 0 &&
	    seen_line(office, device, class, message, told, &out) == 0 &&
	    send(fd, out.data, out.len, MSG_NOSIGNAL) == (ssize_t)out.len &&
	    class == NULL && wait_for(fd, POLLIN, deadline, NULL) == 0)
		(void)recv(fd, &byte, 1, 0);
	if (fd >= 0)
		close(fd);
	buf_release(&out);
}

void
hall_call_seen(const char *dir, const char *office, const char *device,
    const char *class, const char *message)
{
	tell_seen(dir, office, device, class, message, NULL);
}

void
hall_call_came(const char *dir, const char *office, const char *device,
    const struct receive_told *told)
{
	tell_seen(dir, office, device, NULL, NULL, told);
}
