#include "client/talk.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "client/lang.h"
#include "proto/frame.h"
#include "proto/rpc.h"

/* A daemon that says nothing for so long will say nothing any more. */
#define SILENCE_S 60
#define EARLY_MAX 8
#define HELLO_ID 1

struct talk {
	int fd;
	int64_t last_id;
	struct buf out;          /* requests not yet written */
	struct frame in;         /* what came */
	cJSON *early[EARLY_MAX]; /* answers that nobody waited for yet */
	cJSON *fault_data;
	void (*progress)(
	    void *arg, const char *what, int64_t done, int64_t total);
	void *progress_arg;
	const cJSON *transfer; /* while progress() is told of one */
};

static int
not_answering(const char *path, const char *dir, int why, struct err *e)
{
	char conf[600];

	if (why == EACCES) {
		err_set(e, ERR_DENIED, why, "cannot open '%s': %s", path,
		    err_tr("Permission denied"));
		err_hint(e, "the administrator adds you to the group 'pmqa'");
		return ERR_DENIED;
	}
	err_set(e, ERR_UNREACHABLE, why, "no daemon answers at '%s'", path);
	if (dir == NULL)
		err_hint(e, "start it: systemctl start pmqad");
	else if (file_path(conf, sizeof(conf), NULL, "%s/pmqad.conf", dir) ==
		     0 &&
		 access(conf, F_OK) != 0 && errno == ENOENT)
		err_hint(e,
		    "the directory is not set up: pmqa --dir %s init --code "
		    "CODE --name NAME",
		    dir);
	else
		err_hint(e, "start it: pmqad --dir %s", dir);
	return ERR_UNREACHABLE;
}

static int
connect_to(const char *path, const char *dir, int *ret_fd, struct err *e)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, rc, saved;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(e, ERR_INVALID, 0,
		    "the path of the socket is too long (%zu bytes, at most "
		    "%zu): '%s'",
		    strlen(path), sizeof(sa.sun_path) - 1, path);
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	do
		rc = connect(fd, (const struct sockaddr *)&sa, sizeof(sa));
	while (rc < 0 && errno == EINTR);
	if (rc < 0) {
		saved = errno;
		close(fd);
		return not_answering(path, dir, saved, e);
	}
	*ret_fd = fd;
	return 0;
}

int
talk_open(const char *path, const char *dir, struct talk **ret, struct err *e)
{
	struct talk *c = calloc(1, sizeof(*c));
	int64_t id;
	int rc;

	if (c == NULL)
		return err_nomem(e);
	c->fd = -1;
	buf_init(&c->out);
	frame_init(&c->in);
	rc = connect_to(path, dir, &c->fd, e);
	if (rc == 0)
		rc = talk_send(c, "hello", NULL, &id, e);
	if (rc < 0) {
		talk_close(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void
talk_close(struct talk *c)
{
	if (c == NULL)
		return;
	if (c->fd >= 0)
		close(c->fd);
	for (size_t i = 0; i < EARLY_MAX; i++)
		cJSON_Delete(c->early[i]);
	cJSON_Delete(c->fault_data);
	buf_release(&c->out);
	frame_release(&c->in);
	free(c);
}

int
talk_send(struct talk *c, const char *method, cJSON *params, int64_t *ret_id,
    struct err *e)
{
	int rc = rpc_write_call(c->last_id + 1, method, params, &c->out, e);

	cJSON_Delete(params);
	if (rc < 0)
		return rc;
	*ret_id = ++c->last_id;
	return 0;
}

void
talk_on_progress(struct talk *c,
    void (*fn)(void *arg, const char *what, int64_t done, int64_t total),
    void *arg)
{
	c->progress = fn;
	c->progress_arg = arg;
}

const cJSON *
talk_fault_data(const struct talk *c)
{
	return c != NULL ? c->fault_data : NULL;
}

static int
flush(struct talk *c, struct err *e)
{
	int rc = buf_ok(&c->out, e);
	size_t done = 0;

	while (rc == 0 && done < c->out.len) {
		ssize_t n = send(
		    c->fd, c->out.data + done, c->out.len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE)
			break; /* it may have left its reason to read */
		if (n < 0)
			return err_sys(e, "cannot write to the daemon");
		done += (size_t)n;
	}
	buf_clear(&c->out);
	return rc;
}

/* Waits for bytes and feeds them to the frame. */
static int
read_more(struct talk *c, int long_call, struct err *e)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	char bytes[64 * 1024];
	ssize_t n;
	int rc;

	do
		rc = poll(&p, 1, long_call ? -1 : SILENCE_S * 1000);
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return err_sys(e, "cannot wait for the daemon");
	if (rc == 0) {
		err_set(e, ERR_TIMEOUT, 0,
		    "the daemon has not answered for %d seconds", SILENCE_S);
		err_hint(e,
		    "a change may have been saved all the same: see pmqa "
		    "history");
		return ERR_TIMEOUT;
	}
	do
		n = recv(c->fd, bytes, sizeof(bytes), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != ECONNRESET)
		return err_sys(e, "cannot read from the daemon");
	if (n <= 0) {
		err_set(e, ERR_UNREACHABLE, 0,
		    "the daemon ended the connection before it answered");
		err_hint(e,
		    "a change may have been saved all the same: see pmqa "
		    "history");
		return ERR_UNREACHABLE;
	}
	return frame_feed(&c->in, bytes, (size_t)n, e);
}

/* A notification: progress is told, others are for newer clients. */
static void
notified(struct talk *c, const cJSON *msg)
{
	const cJSON *params = json_get(msg, "params");
	const char *method = json_str(msg, "method");

	if (c->progress == NULL || method == NULL ||
	    strcmp(method, "progress") != 0 || params == NULL)
		return;
	c->transfer = json_get(params, "transfer");
	c->progress(c->progress_arg, json_str(params, "what"),
	    json_int(params, "done", 0), json_int(params, "total", 0));
	c->transfer = NULL;
}

const cJSON *
talk_transfer(const struct talk *c)
{
	return c->transfer;
}

static int
check_hello(const cJSON *msg, struct err *e)
{
	const cJSON *result = json_get(msg, "result");
	int64_t theirs = json_int(result, "protocol", 0);
	const char *version = json_str(result, "version");

	if (theirs == RPC_PROTOCOL)
		return 0;
	err_set(e, ERR_FAILED, 0,
	    "this is pmqa %s (protocol %d), but the daemon is %s (protocol "
	    "%lld)",
	    PMQA_VERSION, RPC_PROTOCOL, version != NULL ? version : "?",
	    (long long)theirs);
	err_hint(e, "restart the daemon after an update");
	return ERR_FAILED;
}

/* The next message of any kind; the caller owns it. */
static int
next_message(struct talk *c, int long_call, cJSON **ret, struct err *e)
{
	char *line;
	size_t len;
	int rc;

	while ((rc = frame_next(&c->in, &line, &len, e)) == 0)
		if ((rc = read_more(c, long_call, e)) < 0)
			return rc;
	if (rc < 0)
		return rc;
	if ((rc = json_parse(line, len, FRAME_MAX, ret, e)) < 0)
		err_prepend(e, _("answer of the daemon"));
	return rc;
}

static int
keep(struct talk *c, cJSON *msg, struct err *e)
{
	for (size_t i = 0; i < EARLY_MAX; i++)
		if (c->early[i] == NULL) {
			c->early[i] = msg;
			return 0;
		}
	cJSON_Delete(msg);
	return err_set(
	    e, ERR_FAILED, 0, "the daemon answers what was not asked");
}

static cJSON *
kept(struct talk *c, int64_t id)
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		cJSON *msg = c->early[i];

		if (msg != NULL && json_int(msg, "id", 0) == id) {
			c->early[i] = NULL;
			return msg;
		}
	}
	return NULL;
}

/* Receives until the response to id is there; the caller owns it. */
static int
receive(struct talk *c, int64_t id, int long_call, cJSON **ret, struct err *e)
{
	cJSON *msg = kept(c, id);
	int rc = 0;

	while (msg == NULL) {
		if ((rc = next_message(c, long_call, &msg, e)) < 0)
			return rc;
		if (json_get(msg, "method") != NULL) {
			notified(c, msg);
		} else if (json_int(msg, "id", 0) == HELLO_ID) {
			rc = check_hello(msg, e);
		} else if (json_int(msg, "id", 0) == id ||
			   cJSON_IsNull(json_get(msg, "id"))) {
			break; /* id null: the daemon could not read us */
		} else {
			rc = keep(c, msg, e);
			msg = NULL;
		}
		cJSON_Delete(msg);
		msg = NULL;
		if (rc < 0)
			return rc;
	}
	*ret = msg;
	return 0;
}

/* What a fault tells beside code and sentences. */
static void
keep_fault_data(struct talk *c, const cJSON *msg)
{
	static const char *const sentences[] = { "code", "message_th", "hint",
		"hint_th" };
	cJSON *data =
	    cJSON_Duplicate(json_get(json_get(msg, "error"), "data"), 1);

	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(data, sentences[i]);
	cJSON_Delete(c->fault_data);
	c->fault_data = data;
}

int
talk_wait(struct talk *c, int64_t id, int long_call, cJSON **ret, struct err *e)
{
	const cJSON *result = NULL;
	cJSON *msg = NULL;
	struct err fault;
	int64_t got;
	int rc;

	memset(&fault, 0, sizeof(fault));
	if ((rc = flush(c, e)) < 0)
		goto out;
	if ((rc = receive(c, id, long_call, &msg, e)) < 0)
		goto out;
	if ((rc = rpc_read_response(msg, &got, &result, &fault, e)) < 0)
		goto out;
	if (result == NULL) {
		keep_fault_data(c, msg);
		*e = fault;
		rc = (int)fault.code;
		goto out;
	}
	*ret = cJSON_DetachItemFromObjectCaseSensitive(msg, "result");
out:
	cJSON_Delete(msg);
	return rc;
}
