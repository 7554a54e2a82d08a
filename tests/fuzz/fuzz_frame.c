/*
 * What a client's bytes go through before anything else: lines, strict JSON,
 * JSON-RPC. Whatever passes must be written and read again as the same value.
 *
 * The first byte says how the input is cut into reads.
 */
#include <stdint.h>
#include <string.h>

#include "proto/frame.h"
#include "proto/methods.h"
#include "proto/rpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
	if (!holds)
		abort();
}

/* Writing is a fixed point: write(parse(write(v))) = write(v). */
static void
check_round_trip(const cJSON *v)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	cJSON *again = NULL;

	if (json_write(v, &once, NULL) == 0) {
		require(json_parse(
			    once.data, once.len, once.len, &again, NULL) == 0);
		require(json_write(again, &twice, NULL) == 0);
		require(strcmp(once.data, twice.data) == 0);
	}
	cJSON_Delete(again);
	buf_release(&once);
	buf_release(&twice);
}

static void
check_request(const struct rpc_request *r)
{
	const struct method *m = methods_find(r->method);
	struct buf out = BUF_INIT;
	struct err e;

	memset(&e, 0, sizeof(e));
	if (r->kind == RPC_CALL && m == NULL)
		err_set(&e, ERR_NOT_FOUND, 0, "no method '%s'", r->method);
	else if (r->kind == RPC_CALL)
		(void)methods_check(m, r->params, &e);
	require(rpc_write_err(r->id, &e, &out, NULL) == 0);
	require(json_check(out.data, out.len, out.len, NULL) == 0);
	buf_release(&out);
}

static void
check_line(const char *line, size_t len)
{
	struct rpc_batch batch;
	const cJSON *result;
	struct err fault;
	int64_t id;
	size_t i;

	if (rpc_parse(line, len, &batch, NULL) < 0)
		return;
	for (i = 0; i < batch.n; i++)
		check_request(&batch.reqs[i]);
	(void)rpc_read_response(batch.tree, &id, &result, &fault, NULL);
	check_round_trip(batch.tree);
	rpc_batch_release(&batch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step, n;
	struct frame f;
	char *line;
	size_t len;
	int rc = 1;

	if (size == 0)
		return 0;
	step = (size_t)data[0] + 1;
	data++;
	size--;
	frame_init(&f);
	while (size > 0 && rc >= 0) {
		n = size < step ? size : step;
		require(frame_feed(&f, data, n, NULL) == 0);
		while ((rc = frame_next(&f, &line, &len, NULL)) == 1)
			check_line(line, len);
		data += n;
		size -= n;
	}
	frame_release(&f);
	return 0;
}
