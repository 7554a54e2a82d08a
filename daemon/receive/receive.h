/*
 * receive: what sshd runs at the hall for one connection of one device: exact
 * commands on the device's own two repositories, its revisions and its
 * evidence (one file at a time), with git's configuration, environment and
 * limits pinned.
 *
 * Ownership: none; receive_serve() becomes git and does not come back, or has
 * told the steps that were asked for, or served a push (receive_push.h).
 * Units:     seconds, bytes.
 * Errors:    ERR_DENIED: the device may not, ERR_REFUSED: this file may not,
 * a sentence for its people; others: the hall's own trouble.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_H
#define DAEMON_RECEIVE_RECEIVE_H

#include "base/buf.h"
#include "daemon/receive/command.h"

struct receive_http;

struct receive {
	char dir[512];                   /* the hall's directory */
	char device[COMMAND_DEVICE_MAX]; /* "9105-a" */
	char office[8];                  /* "9105" */
	char repo[640];                  /* DIR/offices/9105.git */
	/* one file of evidence, if it is about that: else "" */
	char sha[COMMAND_SHA_MAX];
	char evidence_repo[640];   /* DIR/evidence/9105.git */
	char road[8];              /* it came by: receive_accept_road() */
	int seconds;               /* one connection may take */
	int status;                /* of a push: git's own exit status */
	struct receive_http *http; /* NULL: not over https */
};

/* From the forced command's own arguments, which the hall wrote. */
int receive_init(
    struct receive *ret, const char *dir, const char *device, struct err *e);

/* The file that it is about from here on; "" or NULL: none. */
int receive_set_evidence(struct receive *r, const char *sha, struct err *e);

/* Is the device in the registry (registry.json of the hall branch) and active?
 */
int receive_check_device(const struct receive *r, struct err *e);

/*
 * The whole forced command: original is SSH_ORIGINAL_COMMAND, protocol
 * GIT_PROTOCOL, both as the client sent them (NULL allowed). Returns with an
 * error, or with 0 when it was "pmqa-steps" or a push (then r->status).
 */
int receive_serve(struct receive *r, const char *original, const char *protocol,
    struct err *e);

/* A line for the office on standard error, cleaned; the prefixes are those of
 * remark.h. */
void receive_say(const char *prefix, const char *text);

/* An error: its sentence behind the prefix, the same in Thai, the hint. */
void receive_say_err(const char *prefix, const struct err *e);

/* The same lines, appended. */
void receive_put_err(struct buf *out, const char *prefix, const struct err *e);

/* One line of JSON to DIR/receive.log (rotated at 16 MiB). A log that cannot be
 * written does not stop a push. */
void receive_log(const struct receive *r, const char *event, const char *old,
    const char *new_, const char *outcome, const char *reason);

#define RECEIVE_LOG_MAX (16L * 1024 * 1024)

#endif
