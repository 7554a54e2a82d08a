/*
 * rpc: JSON-RPC 2.0 messages, to the letter of the specification (jsonrpc.org,
 * 2013-01-04).
 *
 * Ownership: struct rpc_batch owns the parsed tree; rpc_batch_release() frees
 * it. Ids and params are borrowed from it unless detached. Units:     none.
 * Errors:    standard codes below; our own errors are code -32000 with data
 * {"code":"<err_name>","message_th","hint","hint_th",…}. Thread:    any.
 */
#ifndef PROTO_RPC_H
#define PROTO_RPC_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#define RPC_PARSE_ERROR (-32700)
#define RPC_INVALID_REQUEST (-32600)
#define RPC_METHOD_NOT_FOUND (-32601)
#define RPC_INVALID_PARAMS (-32602)
#define RPC_INTERNAL_ERROR (-32603)
#define RPC_OUR_ERROR (-32000)
#define RPC_BATCH_MAX 100

#define RPC_PROTOCOL                                                           \
	1 /* "protocol" in the answer of hello; raise when an old client would \
	     misread */

enum rpc_kind {
	RPC_CALL,
	RPC_NOTIFY,
	RPC_BAD
}; /* BAD: answer RPC_INVALID_REQUEST with id (or null) */

struct rpc_request {
	enum rpc_kind kind;
	const cJSON *id; /* string, number or null; NULL for a notification */
	const char *method;
	const cJSON *params; /* object, array or NULL */
};

struct rpc_batch {
	cJSON *tree;
	int is_batch;
	size_t n;
	struct rpc_request *reqs;
};

/* One line to requests. On ERR_INVALID (not JSON) the answer is RPC_PARSE_ERROR
 * with id null; an empty or too long batch gives n = 1 of kind RPC_BAD,
 * is_batch = 0. */
int rpc_parse(
    const char *line, size_t len, struct rpc_batch *ret, struct err *e);
void rpc_batch_release(struct rpc_batch *b);

/* One response object, no LF. id NULL writes null. result is borrowed. */
int rpc_write_result(
    const cJSON *id, const cJSON *result, struct buf *out, struct err *e);
int rpc_write_error(const cJSON *id, int code, const char *message,
    const cJSON *data, struct buf *out, struct err *e);
/* ERR_* to a response: ERR_USAGE → RPC_INVALID_PARAMS, others → RPC_OUR_ERROR,
 * with data. */
int rpc_write_err(
    const cJSON *id, const struct err *fault, struct buf *out, struct err *e);
/* A request (id > 0) or notification (id 0), with LF. params borrowed, may be
 * NULL. */
int rpc_write_call(int64_t id, const char *method, const cJSON *params,
    struct buf *out, struct err *e);

/* For the client: takes a response apart. *ret_result borrowed from msg, NULL
 * if it is an error, then *fault is filled (and ret 0). */
int rpc_read_response(const cJSON *msg, int64_t *ret_id,
    const cJSON **ret_result, struct err *fault, struct err *e);

#endif
