/*
 * peer: who is at the other end of a connection, and what they may do: the
 * kernel's word (SO_PEERCRED) and the system's groups, never the client's.
 *
 * Ownership: struct peer is the caller's memory.
 * Units:     none.
 * Errors:    ERR_SYS; a uid without a name is no error: it is "uid1234".
 * Thread:    loop.
 *
 * Rights: the daemon's own user and root have all; group pmqa reads and
 * writes, group pmqa-chief signs off, reopens and decides, group pmqa-admin
 * changes the set-up. Looked up once, at accept.
 */
#ifndef DAEMON_PEER_H
#define DAEMON_PEER_H

#include <sys/types.h>

#include <uv.h>

#include "base/json.h"
#include "proto/methods.h"
#include "store/save/save.h"

#define PEER_GROUP_USER "pmqa"
#define PEER_GROUP_CHIEF "pmqa-chief"
#define PEER_GROUP_ADMIN "pmqa-admin"

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	struct person person;
	unsigned rights; /* bit 1 << enum right */
};

/* Groups by name; one that the system does not have has no members. */
struct peer_groups {
	const char *user, *chief, *admin;
};
extern const struct peer_groups peer_groups;

/* The peer of an accepted connection. */
int peer_of(const uv_pipe_t *pipe, struct peer *ret, struct err *e);

/* A directory service's login ("DOM\user", "user@dom") as a commit can name it:
 * what is not a letter, digit, ".", "_" or "-" becomes ".". */
void peer_plain_login(char *login);

/* Name and rights of a user with this main group, as of now. */
int peer_lookup(uid_t uid, gid_t gid, const struct peer_groups *groups,
    struct peer *ret, struct err *e);

int peer_may(const struct peer *p, enum right right);

/* ["read","write",…] */
int peer_rights_json(const struct peer *p, cJSON **ret, struct err *e);

#endif
