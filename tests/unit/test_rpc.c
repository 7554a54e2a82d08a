#include "tests/unit/test.h"

#include <string.h>

#include "proto/rpc.h"

static void
parse(const char *line, struct rpc_batch *ret)
{
	struct err e;

	memset(ret, 0, sizeof(*ret));
	assert_ok(rpc_parse(line, strlen(line), ret, &e), &e);
}

/* One request of this kind; id as it is written back. */
static void
single(const char *line, enum rpc_kind kind, const char *id)
{
	struct buf out = BUF_INIT;
	struct rpc_batch b;
	struct err e;

	parse(line, &b);
	assert_false(b.is_batch);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.reqs[0].kind, kind);
	if (id == NULL) {
		assert_null(b.reqs[0].id);
	} else {
		assert_ok(json_write(b.reqs[0].id, &out, &e), &e);
		assert_string_equal(buf_str(&out), id);
	}
	buf_release(&out);
	rpc_batch_release(&b);
}

static void
test_rpc__calls_with_every_kind_of_id(void **state)
{
	(void)state;
	single(
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":1}", RPC_CALL, "1");
	single(
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":-5}", RPC_CALL, "-5");
	single("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":\"ก\"}", RPC_CALL,
	    "\"ก\"");
	single("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":null}", RPC_CALL,
	    "null");
	single("{\"id\":2,\"params\":[1],\"method\":\"\",\"jsonrpc\":\"2.0\"}",
	    RPC_CALL, "2");
	single("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":3,\"more\":{}}",
	    RPC_CALL, "3");
}

static void
test_rpc__without_id_it_is_a_notification(void **state)
{
	(void)state;
	single("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}", RPC_NOTIFY, NULL);
	single("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{}}",
	    RPC_NOTIFY, NULL);
}

static void
test_rpc__method_and_params_are_given(void **state)
{
	struct rpc_batch b;

	(void)state;
	parse("{\"jsonrpc\":\"2.0\",\"method\":\"score\",\"id\":1,"
	      "\"params\":{\"year\":2565}}",
	    &b);
	assert_string_equal(b.reqs[0].method, "score");
	assert_int_equal(json_int(b.reqs[0].params, "year", 0), 2565);
	rpc_batch_release(&b);
	rpc_batch_release(&b);
	rpc_batch_release(NULL);
}

static void
test_rpc__what_is_no_request_is_bad_with_its_id_if_it_has_one(void **state)
{
	(void)state;
	single("1", RPC_BAD, NULL);
	single("null", RPC_BAD, NULL);
	single("\"x\"", RPC_BAD, NULL);
	single("{}", RPC_BAD, NULL);
	single("{\"method\":\"m\",\"id\":1}", RPC_BAD, "1");
	single("{\"jsonrpc\":\"1.0\",\"method\":\"m\",\"id\":1}", RPC_BAD, "1");
	single("{\"jsonrpc\":2,\"method\":\"m\",\"id\":1}", RPC_BAD, "1");
	single("{\"jsonrpc\":\"2.0\",\"id\":1}", RPC_BAD, "1");
	single("{\"jsonrpc\":\"2.0\",\"method\":1,\"id\":\"x\"}", RPC_BAD,
	    "\"x\"");
	single("{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"bar\"}", RPC_BAD,
	    NULL);
	single(
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":null,\"id\":1}",
	    RPC_BAD, "1");
	single(
	    "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":[]}", RPC_BAD, NULL);
	single("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":true}", RPC_BAD,
	    NULL);
	single("{\"JSONRPC\":\"2.0\",\"method\":\"m\",\"id\":1}", RPC_BAD, "1");
}

static void
test_rpc__batches_keep_their_order(void **state)
{
	struct rpc_batch b;

	(void)state;
	parse("[{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1},1,"
	      "{\"jsonrpc\":\"2.0\",\"method\":\"b\"}]",
	    &b);
	assert_true(b.is_batch);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.reqs[0].kind, RPC_CALL);
	assert_int_equal(b.reqs[1].kind, RPC_BAD);
	assert_null(b.reqs[1].id);
	assert_int_equal(b.reqs[2].kind, RPC_NOTIFY);
	assert_string_equal(b.reqs[2].method, "b");
	rpc_batch_release(&b);
	/* a batch of one is still a batch */
	parse("[{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}]", &b);
	assert_true(b.is_batch);
	assert_int_equal(b.n, 1);
	rpc_batch_release(&b);
}

static void
test_rpc__an_empty_batch_is_one_bad_request(void **state)
{
	(void)state;
	single("[]", RPC_BAD, NULL);
}

static void
test_rpc__a_batch_is_bounded(void **state)
{
	struct buf line = BUF_INIT;
	struct rpc_batch b;
	int i;

	(void)state;
	for (i = 0; i < RPC_BATCH_MAX; i++)
		buf_puts(&line, i == 0 ? "[1" : ",1");
	buf_putc(&line, ']');
	parse(buf_str(&line), &b);
	assert_true(b.is_batch);
	assert_int_equal(b.n, RPC_BATCH_MAX);
	rpc_batch_release(&b);
	line.data[line.len - 1] = ',';
	buf_puts(&line, "1]");
	single(buf_str(&line), RPC_BAD, NULL);
	buf_release(&line);
}

static void
test_rpc__what_is_not_strict_json_is_refused(void **state)
{
	struct rpc_batch b;
	struct err e;

	(void)state;
	assert_err(rpc_parse("{\"jsonrpc\":", 11, &b, &e), ERR_INVALID, &e,
	    "not valid JSON");
	assert_err(rpc_parse("{\"id\":1,\"id\":2}", 15, &b, &e), ERR_INVALID,
	    &e, "duplicate");
	assert_err(rpc_parse("", 0, &b, &e), ERR_INVALID, &e, "end");
}

static void
test_rpc__writes_results(void **state)
{
	cJSON *id = cJSON_CreateString("x\"y"), *result = cJSON_CreateArray();
	struct buf out = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(rpc_write_result(id, result, &out, &e), &e);
	assert_string_equal(buf_str(&out),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"x\\\"y\",\"result\":[]}");
	buf_clear(&out);
	assert_ok(rpc_write_result(NULL, result, &out, &e), &e);
	assert_string_equal(
	    buf_str(&out), "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":[]}");
	cJSON_Delete(id);
	cJSON_Delete(result);
	buf_release(&out);
}

static void
test_rpc__a_result_that_cannot_be_written_leaves_nothing(void **state)
{
	cJSON *result = cJSON_CreateNumber(0.5);
	struct buf out = BUF_INIT;
	struct err e;

	(void)state;
	buf_puts(&out, "before");
	assert_err(rpc_write_result(NULL, result, &out, &e), ERR_INVALID, &e,
	    "integer");
	assert_string_equal(buf_str(&out), "before");
	assert_err(rpc_write_call(1, "m", result, &out, &e), ERR_INVALID, &e,
	    "integer");
	assert_string_equal(buf_str(&out), "before");
	cJSON_Delete(result);
	buf_release(&out);
}

static void
test_rpc__writes_errors(void **state)
{
	cJSON *id = cJSON_CreateNumber(7);
	struct buf out = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(rpc_write_error(
		      id, RPC_METHOD_NOT_FOUND, "no\nsuch", NULL, &out, &e),
	    &e);
	assert_string_equal(buf_str(&out),
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,"
	    "\"message\":\"no\\nsuch\"}}");
	cJSON_Delete(id);
	buf_release(&out);
}

static void
test_rpc__calls_and_notifications_end_in_lf(void **state)
{
	cJSON *params = cJSON_CreateObject();
	struct buf out = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(rpc_write_call(3, "m", params, &out, &e), &e);
	assert_ok(rpc_write_call(0, "n", NULL, &out, &e), &e);
	assert_string_equal(buf_str(&out),
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"m\",\"params\":{}}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n");
	cJSON_Delete(params);
	buf_release(&out);
}

/* An error as the daemon writes it, as the client reads it. */
static void
fault_travels(const struct err *fault, struct err *back)
{
	cJSON *id = cJSON_CreateNumber(9), *msg = NULL;
	const cJSON *result = id;
	struct buf out = BUF_INIT;
	int64_t got = 0;
	struct err e;

	assert_ok(rpc_write_err(id, fault, &out, &e), &e);
	assert_ok(json_parse(out.data, out.len, out.len, &msg, &e), &e);
	assert_ok(rpc_read_response(msg, &got, &result, back, &e), &e);
	assert_int_equal(got, 9);
	assert_null(result);
	cJSON_Delete(id);
	cJSON_Delete(msg);
	buf_release(&out);
}

static void
test_rpc__our_errors_travel_whole(void **state)
{
	struct err fault, back;

	(void)state;
	err_set(&fault, ERR_CONFLICT, 5, "'%s' changed", "1.1");
	err_hint(&fault, "look again");
	err_text(fault.th, sizeof(fault.th), "'1.1' ถูกแก้ไข");
	err_text(fault.hint_th, sizeof(fault.hint_th), "ดูอีกครั้ง");
	fault_travels(&fault, &back);
	assert_int_equal(back.code, ERR_CONFLICT);
	assert_int_equal(back.sub, RPC_OUR_ERROR);
	assert_string_equal(back.msg, "'1.1' changed");
	assert_string_equal(back.th, "'1.1' ถูกแก้ไข");
	assert_string_equal(back.hint, "look again");
	assert_string_equal(back.hint_th, "ดูอีกครั้ง");
}

static void
test_rpc__usage_is_invalid_params(void **state)
{
	struct err fault, back;

	(void)state;
	err_set(&fault, ERR_USAGE, 0, "missing");
	fault_travels(&fault, &back);
	assert_int_equal(back.code, ERR_USAGE);
	assert_int_equal(back.sub, RPC_INVALID_PARAMS);
	assert_string_equal(back.hint, "");
}

static int
read_text(const char *s, const cJSON **ret, struct err *fault, struct err *e)
{
	static cJSON *msg;
	int64_t id = -1;
	int rc;

	cJSON_Delete(msg);
	msg = NULL;
	if (s == NULL)
		return 0;
	rc = json_parse(s, strlen(s), strlen(s), &msg, e);
	return rc < 0 ? rc : rpc_read_response(msg, &id, ret, fault, e);
}

static void
test_rpc__errors_of_others_are_understood_and_made_safe(void **state)
{
	const cJSON *result = NULL;
	struct err fault, e;

	(void)state;
	assert_ok(read_text("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{"
			    "\"code\":-32601,\"message\":\"a\\u001bb\"}}",
		      &result, &fault, &e),
	    &e);
	assert_int_equal(fault.code, ERR_USAGE);
	assert_string_equal(fault.msg, "a?b");
	assert_string_equal(fault.th, "a?b");
	assert_ok(read_text("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{"
			    "\"code\":-32603,\"message\":\"m\",\"data\":7}}",
		      &result, &fault, &e),
	    &e);
	assert_int_equal(fault.code, ERR_FAILED);
	read_text(NULL, NULL, NULL, NULL);
}

static void
no_response(const char *s)
{
	const cJSON *result = NULL;
	struct err fault, e;

	assert_err(read_text(s, &result, &fault, &e), ERR_INVALID, &e,
	    "not a JSON-RPC 2.0 response");
}

static void
test_rpc__what_is_no_response_is_refused(void **state)
{
	(void)state;
	no_response("1");
	no_response("{}");
	no_response("{\"jsonrpc\":\"2.0\",\"id\":1}");
	no_response("{\"id\":1,\"result\":1}");
	no_response("{\"jsonrpc\":\"2.0\",\"result\":1}");
	no_response("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":1}");
	no_response("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1,\"error\":{"
		    "\"code\":1,\"message\":\"m\"}}");
	no_response("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1}}");
	no_response("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"m\"}");
	read_text(NULL, NULL, NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rpc__calls_with_every_kind_of_id),
		cmocka_unit_test(test_rpc__without_id_it_is_a_notification),
		cmocka_unit_test(test_rpc__method_and_params_are_given),
		cmocka_unit_test(
		    test_rpc__what_is_no_request_is_bad_with_its_id_if_it_has_one),
		cmocka_unit_test(test_rpc__batches_keep_their_order),
		cmocka_unit_test(test_rpc__an_empty_batch_is_one_bad_request),
		cmocka_unit_test(test_rpc__a_batch_is_bounded),
		cmocka_unit_test(test_rpc__what_is_not_strict_json_is_refused),
		cmocka_unit_test(test_rpc__writes_results),
		cmocka_unit_test(
		    test_rpc__a_result_that_cannot_be_written_leaves_nothing),
		cmocka_unit_test(test_rpc__writes_errors),
		cmocka_unit_test(test_rpc__calls_and_notifications_end_in_lf),
		cmocka_unit_test(test_rpc__our_errors_travel_whole),
		cmocka_unit_test(test_rpc__usage_is_invalid_params),
		cmocka_unit_test(
		    test_rpc__errors_of_others_are_understood_and_made_safe),
		cmocka_unit_test(test_rpc__what_is_no_response_is_refused),
	};

	return cmocka_run_group_tests_name("rpc", tests, NULL, NULL);
}
