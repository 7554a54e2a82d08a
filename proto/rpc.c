#include "proto/rpc.h"

#include "proto/frame.h"

static int
is_id(const cJSON *v)
{
	return cJSON_IsString(v) || cJSON_IsNumber(v) || cJSON_IsNull(v);
}

/* One element of the input to one request; never fails: what is no request is
 * of kind RPC_BAD. */
static void
read_request(const cJSON *v, struct rpc_request *ret)
{
	const char *version = json_str(v, "jsonrpc");
	const cJSON *id = json_get(v, "id");

	ret->kind = RPC_BAD;
	ret->id = is_id(id) ? id : NULL;
	ret->method = json_str(v, "method");
	ret->params = json_get(v, "params");
	if (version == NULL || strcmp(version, "2.0") != 0 ||
	    ret->method == NULL)
		return;
	if (ret->params != NULL && !cJSON_IsObject(ret->params) &&
	    !cJSON_IsArray(ret->params))
		return;
	if (id == NULL)
		ret->kind = RPC_NOTIFY;
	else if (ret->id != NULL)
		ret->kind = RPC_CALL;
}

int
rpc_parse(const char *line, size_t len, struct rpc_batch *ret, struct err *e)
{
	struct rpc_request *reqs = NULL;
	cJSON *tree = NULL;
	const cJSON *v;
	size_t n = 1, i = 0;
	int is_batch = 0, rc;

	if ((rc = json_parse(line, len, FRAME_MAX, &tree, e)) < 0)
		return rc;
	if (cJSON_IsArray(tree)) {
		n = (size_t)cJSON_GetArraySize(tree);
		is_batch = n > 0 && n <= RPC_BATCH_MAX;
		if (!is_batch)
			n = 1; /* answered as one bad request */
	}
	if ((reqs = calloc(n, sizeof(*reqs))) == NULL) {
		cJSON_Delete(tree);
		return err_nomem(e);
	}
	if (!is_batch)
		read_request(tree, &reqs[0]);
	else
		cJSON_ArrayForEach (v, tree)
			read_request(v, &reqs[i++]);
	ret->tree = tree;
	ret->is_batch = is_batch;
	ret->n = n;
	ret->reqs = reqs;
	return 0;
}

void
rpc_batch_release(struct rpc_batch *b)
{
	if (b == NULL)
		return;
	cJSON_Delete(b->tree);
	free(b->reqs);
	memset(b, 0, sizeof(*b));
}

/* `{"jsonrpc":"2.0","id":<id>` */
static int
begin_response(const cJSON *id, struct buf *out, struct err *e)
{
	buf_puts(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (id != NULL)
		return json_write(id, out, e);
	buf_puts(out, "null");
	return 0;
}

/* Ends a message, or takes what was written of it back. */
static int
end_message(int rc, size_t before, struct buf *out, struct err *e)
{
	if (rc == 0)
		rc = buf_ok(out, e);
	if (rc < 0 && !out->failed && out->len > before) {
		out->len = before;
		out->data[before] = '\0';
	}
	return rc;
}

int
rpc_write_result(
    const cJSON *id, const cJSON *result, struct buf *out, struct err *e)
{
	size_t before = out->len;
	int rc;

	if ((rc = begin_response(id, out, e)) == 0) {
		buf_puts(out, ",\"result\":");
		rc = json_write(result, out, e);
	}
	if (rc == 0)
		buf_putc(out, '}');
	return end_message(rc, before, out, e);
}

int
rpc_write_error(const cJSON *id, int code, const char *message,
    const cJSON *data, struct buf *out, struct err *e)
{
	size_t before = out->len;
	int rc;

	if ((rc = begin_response(id, out, e)) == 0) {
		buf_printf(out, ",\"error\":{\"code\":%d,\"message\":", code);
		json_write_string(message, out);
		if (data != NULL) {
			buf_puts(out, ",\"data\":");
			rc = json_write(data, out, e);
		}
	}
	if (rc == 0)
		buf_puts(out, "}}");
	return end_message(rc, before, out, e);
}

int
rpc_write_err(
    const cJSON *id, const struct err *fault, struct buf *out, struct err *e)
{
	int code =
	    fault->code == ERR_USAGE ? RPC_INVALID_PARAMS : RPC_OUR_ERROR;
	cJSON *data = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(data, "code", err_name(fault->code), e)) < 0 ||
	    (rc = json_put_str(data, "message_th", fault->th, e)) < 0)
		goto out;
	if (fault->hint[0] != '\0' &&
	    ((rc = json_put_str(data, "hint", fault->hint, e)) < 0 ||
		(rc = json_put_str(data, "hint_th", fault->hint_th, e)) < 0))
		goto out;
	/* a client at a terminal asks for it and tries again */
	if (fault->code == ERR_INVALID && fault->sub == ERR_SUB_REASON &&
	    (rc = json_put_str(data, "needs", "reason", e)) < 0)
		goto out;
	rc = rpc_write_error(id, code, fault->msg, data, out, e);
out:
	cJSON_Delete(data);
	return rc;
}

int
rpc_write_call(int64_t id, const char *method, const cJSON *params,
    struct buf *out, struct err *e)
{
	size_t before = out->len;
	int rc = 0;

	buf_puts(out, "{\"jsonrpc\":\"2.0\",");
	if (id > 0)
		buf_printf(out, "\"id\":%lld,", (long long)id);
	buf_puts(out, "\"method\":");
	json_write_string(method, out);
	if (params != NULL) {
		buf_puts(out, ",\"params\":");
		rc = json_write(params, out, e);
	}
	buf_puts(out, "}\n");
	return end_message(rc, before, out, e);
}

/* The other program's error object to *fault: its words, made safe to print. */
static void
read_error(const cJSON *error, const char *message, struct err *fault)
{
	const cJSON *data = json_get(error, "data");
	const char *name = json_str(data, "code");
	int64_t code = json_int(error, "code", RPC_INTERNAL_ERROR);
	enum err_code ours = ERR_FAILED;
	const char *s;

	if (name != NULL)
		ours = err_code_of(name);
	else if (code == RPC_INVALID_PARAMS || code == RPC_METHOD_NOT_FOUND)
		ours = ERR_USAGE;
	memset(fault, 0, sizeof(*fault));
	fault->code = ours;
	fault->sub = (int)code;
	if ((s = json_str(data, "needs")) != NULL && strcmp(s, "reason") == 0)
		fault->sub = ERR_SUB_REASON;
	err_text(fault->msg, sizeof(fault->msg), message);
	s = json_str(data, "message_th");
	err_text(fault->th, sizeof(fault->th), s != NULL ? s : message);
	if ((s = json_str(data, "hint")) != NULL)
		err_text(fault->hint, sizeof(fault->hint), s);
	if ((s = json_str(data, "hint_th")) != NULL)
		err_text(fault->hint_th, sizeof(fault->hint_th), s);
}

int
rpc_read_response(const cJSON *msg, int64_t *ret_id, const cJSON **ret_result,
    struct err *fault, struct err *e)
{
	const char *version = json_str(msg, "jsonrpc");
	const cJSON *id = json_get(msg, "id");
	const cJSON *result = json_get(msg, "result");
	const cJSON *error = json_get(msg, "error");
	const char *message = json_str(error, "message");

	if (version == NULL || strcmp(version, "2.0") != 0 ||
	    !(cJSON_IsNumber(id) || cJSON_IsNull(id)) ||
	    (result == NULL) == (error == NULL) ||
	    (error != NULL && message == NULL))
		return err_set(
		    e, ERR_INVALID, 0, "answer is not a JSON-RPC 2.0 response");
	if (error != NULL)
		read_error(error, message, fault);
	*ret_id = json_int(msg, "id", 0);
	*ret_result = result;
	return 0;
}
