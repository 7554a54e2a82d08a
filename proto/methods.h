/*
 * methods: the one table of methods: names, parameters, rights, descriptions.
 * Drives dispatch, permission, parameter checks, rpc.discover and docs/.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    ERR_USAGE (invalid params: which, what is expected).
 * Thread:    any.
 */
#ifndef PROTO_METHODS_H
#define PROTO_METHODS_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

enum right {
	RIGHT_NONE,
	RIGHT_READ,
	RIGHT_WRITE,
	RIGHT_CHIEF,
	RIGHT_ADMIN,
	RIGHT_SELF
}; /* CHIEF: signs off, reopens, decides; SELF: the daemon's own user or root (pmqa-receive) */
enum param_type {
	PARAM_STRING,
	PARAM_INT,
	PARAM_BOOL,
	PARAM_OBJECT,
	PARAM_STRINGS,
	PARAM_LIST
}; /* STRINGS: array of strings; LIST: array of objects */
enum where {
	ON_LOOP,
	ON_READER,
	ON_LONG,
	ON_WRITER,
	ON_WRITER_ALONE
}; /* LONG: reads for minutes; WRITER: in the save group; ALONE: outside one */
/* BOTH: an office or a hall; HALLS: a hall or a ministry */
enum at_role { AT_ANY, AT_OFFICE, AT_HALL, AT_BOTH, AT_HALLS, AT_MINISTRY };

struct param {
	const char *name;
	enum param_type type;
	int required;
	const char *what;
};

struct method {
	const char *name;
	enum right right;
	enum where where;
	enum at_role role;
	const char *summary; /* one English sentence */
	const char *result;  /* what comes back, one line */
	const struct param *params;
	size_t n_params;
	int long_call; /* sends progress notifications */
};

const struct method *methods_find(const char *name); /* NULL if none */
/* In the order of docs/PROTOCOL.md; NULL behind the last. */
const struct method *methods_at(size_t i);

/* Params by name only; unknown members are ignored (style.md 3.7); types and
 * required ones checked. params NULL = {}. */
int methods_check(const struct method *m, const cJSON *params, struct err *e);

/* The OpenRPC 1.2.6 document of the table. */
int methods_discover(cJSON **ret, struct err *e);

#endif
