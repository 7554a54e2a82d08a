/*
 * door_wire: what pmqa-receive and the door of its hall say to each other over
 * DIR/door.sock: one packet of SOCK_SEQPACKET a word.
 *
 *   door      "r"           ready, send the request
 *   receive   the request   with descriptors 0, 1 and 2
 *   door      "b"           begun: from here on the descriptors are its own
 *   receive   "k" + byte    a signal to pass on
 *   door      "s" + text    for standard error
 *   door      "x" + how + n ended: "e" with this status, "k" by this signal
 *
 * The request: strings, each with its NUL: the program's version, "aWORD" for
 * each argument, "eNAME=VALUE" for each word of the environment that a transfer
 * may use. Before "b" nothing has been read from the descriptors.
 *
 * Ownership: a parsed request points into the text that it was parsed from.
 * Units:     bytes, milliseconds.
 * Errors:    ERR_INVALID for what is too long or has no form; ERR_SYS.
 * Thread:    one.
 */
#ifndef DAEMON_DOOR_DOOR_WIRE_H
#define DAEMON_DOOR_DOOR_WIRE_H

#include <sys/types.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/err.h"

#define DOOR_SOCKET "door.sock"
#define DOOR_HALL_DIR "/var/lib/pmqa" /* where none is named */
#define DOOR_REQUEST_MAX 32768
#define DOOR_SAYS_MAX 4096
#define DOOR_ARGS_MAX 8
#define DOOR_ENV_MAX 4
#define DOOR_FDS 3

#define DOOR_WHO_LEN 64

#define DOOR_READY 'r'
#define DOOR_BEGUN 'b'
#define DOOR_SIGNAL 'k'
#define DOOR_SAYS 's'
#define DOOR_ENDED 'x'
#define DOOR_BY_STATUS 'e'
#define DOOR_BY_SIGNAL 'k'

struct door_request {
	int n_args;
	const char *args[DOOR_ARGS_MAX + 1]; /* ends with NULL */
	struct {
		const char *name; /* one of ours */
		const char *value;
	} env[DOOR_ENV_MAX];
	size_t n_env;
};

int door_address(const char *dir, struct sockaddr_un *ret, struct err *e);

/* 1: the other end belongs to this user. */
int door_is_own(int fd);

/* From the arguments behind argv[0] and this process's environment. */
int door_request_write(
    int argc, char *const *argv, struct buf *out, struct err *e);
int door_request_parse(
    const char *text, size_t len, struct door_request *ret, struct err *e);

/* Whose key it is: the forced command's last word, the device or the auditor,
 * which is sshd's and not the client's; "" where sshd asks for keys. */
void door_request_who(const struct door_request *r, char ret[DOOR_WHO_LEN]);

/* One packet; fds: DOOR_FDS descriptors or NULL. */
int door_send(
    int fd, const void *data, size_t len, const int *fds, struct err *e);

/* As recv(2); fds: DOOR_FDS, filled or all -1, the caller's then. A packet that
 * is cut, or has another number of descriptors, is EBADMSG. */
ssize_t door_recv(int fd, void *data, size_t size, int *fds);

#endif
