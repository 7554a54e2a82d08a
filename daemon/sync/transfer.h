/*
 * transfer: the command lines and the environment of git and ssh towards the
 * hall: everything pinned, nothing inherited.
 *
 * Ownership: struct transfer is the caller's memory and must not move: its
 * lists point into it. struct transfer_way is a value that borrows conf.
 * Units:     bytes.
 * Errors:    ERR_INVALID when a path or an address does not fit.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_TRANSFER_H
#define DAEMON_SYNC_TRANSFER_H

#include <stddef.h>

#include "store/conf.h"

/* One of the hall's addresses, and how to use it. */
struct transfer_way {
	const struct conf *conf;
	int url;    /* index into conf->urls */
	int shared; /* go through the connection that transfer_master() opens */
	const char *holds; /* the hall's tip that is absorbed here, 40 hex
			      digits: the hall is told; NULL or "": none yet */
};

#define TRANSFER_LIST_MAX 80

struct transfer {
	const char *argv[TRANSFER_LIST_MAX]; /* NULL at the end */
	const char *env[TRANSFER_LIST_MAX];
	size_t n_argv, n_env, used;
	int overflow;
	char text[16384];
};

/* To connect: the last address, and one that has others behind it. */
#define TRANSFER_CONNECT_S 15
#define TRANSFER_CONNECT_SHORT_S 5

/* 1 if the address is a directory of this machine. */
int transfer_is_local(const struct transfer_way *w);
/* 1 if it is reached by https: each git connects by itself. */
int transfer_is_https(const struct transfer_way *w);
/* How long to wait for a connection. */
int transfer_connect_s(const struct transfer_way *w);

/*
 * git fetch of the hall's branch into refs/incoming/hall and, if it is there
 * (a pattern, so that its absence is no error), of the office's branch into
 * refs/incoming/office: one connection, one exchange when nothing is new.
 */
int transfer_fetch(
    const struct transfer_way *w, struct transfer *ret, struct err *e);

/*
 * "pmqa-steps" at the hall: sync_steps_read() takes what it says. what:
 * "hall", "office", or "evidence/" and a hash; have, want: 40 hex digits, or
 * NULL.
 */
int transfer_steps(const struct transfer_way *w, const char *what,
    const char *have, const char *want, struct transfer *ret, struct err *e);

/* git fetch of one commit of the hall's branch ("hall", "office") into
 * refs/incoming/<branch>: one step of it. */
int transfer_fetch_step(const struct transfer_way *w, const char *branch,
    const char commit[41], struct transfer *ret, struct err *e);

/* git fetch of one commit of a file's chain into refs/uploads/<sha>; have: the
 * commit of it that is here, or NULL. */
int transfer_evidence_fetch(const struct transfer_way *w, const char *sha,
    const char commit[41], const char *have, struct transfer *ret,
    struct err *e);

/* A ministry: git fetch of the province's repository (store/provinces.h) into
 * refs/incoming/. w->conf: that of the province. */
int transfer_province(
    const struct transfer_way *w, struct transfer *ret, struct err *e);

/* git push of one commit to the hall's refs/heads/office, forward only. */
int transfer_push(const struct transfer_way *w, const char commit[41],
    struct transfer *ret, struct err *e);
/* The same of a commit that a later merge will bring to that branch, to this
 * device's refs/side/<letter>. */
int transfer_push_side(const struct transfer_way *w, const char commit[41],
    struct transfer *ret, struct err *e);

/* git push of a commit of the hall's own branch to its refs/returned/hall: it
 * lost it (store/hall/lost.h). */
int transfer_return(const struct transfer_way *w, const char commit[41],
    struct transfer *ret, struct err *e);

/* git ls-remote of the hall's two names of one evidence file: lines of "ID TAB
 * REF". */
int transfer_evidence_list(const struct transfer_way *w, const char *sha,
    struct transfer *ret, struct err *e);

/* git push of one commit of a file's chain: the whole file, or a part of it. */
int transfer_evidence_push(const struct transfer_way *w, const char *sha,
    const char commit[41], int whole, struct transfer *ret, struct err *e);

/* ssh that opens the shared connection and holds it until it is ended. */
int transfer_master(
    const struct transfer_way *w, struct transfer *ret, struct err *e);

/* Where sockets of ssh are, in the office's directory. */
#define TRANSFER_DIR "ssh"

/* Directory and path of the shared connection's socket. ERR_INVALID when the
 * path is too long for one: then every transfer connects by itself. */
int transfer_socket(
    const struct conf *c, char *dir, char *path, size_t size, struct err *e);

#endif
