/* The protocol of the daemon, to the letter of JSON-RPC 2.0. */
#include "tests/unit/test.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/methods.h"
#include "proto/rpc.h"
#include "tests/support/served.h"

#define NOBODY 65534

struct fixture {
	uv_loop_t loop;
	char *dir;
	struct served served;
	struct wire w;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	f->dir = served_init(ROLE_OFFICE, "9105", "ละงู");
	served_start(&f->served, &f->loop, f->dir);
	wire_open(&f->w, &f->loop, f->served.path);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	wire_close(&f->w);
	served_stop(&f->served);
	served_close_loop(&f->loop);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

/* Sends a line and compares the whole answer. */
static void
assert_answer(struct fixture *f, const char *line, const char *want)
{
	assert_true(wire_puts(&f->w, line));
	assert_true(wire_puts(&f->w, "\n"));
	assert_string_equal(wire_line(&f->w), want);
}

/* Sends a line and looks at the error's code; id: the JSON of it. */
static void
assert_error(struct fixture *f, const char *line, int code, const char *id)
{
	struct buf text = BUF_INIT;
	struct err e;
	cJSON *reply;

	assert_true(wire_puts(&f->w, line));
	assert_true(wire_puts(&f->w, "\n"));
	reply = wire_json(&f->w);
	assert_string_equal(json_str(reply, "jsonrpc"), "2.0");
	assert_null(json_get(reply, "result"));
	assert_int_equal(json_int(json_get(reply, "error"), "code", 0), code);
	assert_non_null(json_str(json_get(reply, "error"), "message"));
	assert_ok(json_write(json_get(reply, "id"), &text, &e), &e);
	assert_string_equal(buf_str(&text), id);
	buf_release(&text);
	cJSON_Delete(reply);
}

static void
test_server__says_hello(void **state)
{
	struct fixture *f = *state;
	cJSON *r = served_call(&f->w, "hello", NULL);

	assert_string_equal(json_str(r, "program"), "pmqad");
	assert_int_equal(json_int(r, "protocol", 0), RPC_PROTOCOL);
	assert_string_equal(json_str(r, "role"), "office");
	assert_string_equal(json_str(r, "code"), "9105");
	assert_string_equal(json_str(r, "name"), "ละงู");
	assert_string_equal(json_str(r, "device"), "9105-a");
	assert_non_null(json_str(json_get(r, "person"), "login"));
	assert_int_equal(cJSON_GetArraySize(json_get(r, "rights")), 5);
	cJSON_Delete(r);
}

static void
test_server__echoes_ids_of_any_allowed_type(void **state)
{
	struct fixture *f = *state;

	assert_error(f, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no\"}",
	    RPC_METHOD_NOT_FOUND, "1");
	assert_error(f, "{\"jsonrpc\":\"2.0\",\"id\":-3,\"method\":\"no\"}",
	    RPC_METHOD_NOT_FOUND, "-3");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":9007199254740991,"
	    "\"method\":\"no\"}",
	    RPC_METHOD_NOT_FOUND, "9007199254740991");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"ก\\\"x\",\"method\":\"no\"}",
	    RPC_METHOD_NOT_FOUND, "\"ก\\\"x\"");
	assert_error(f, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"no\"}",
	    RPC_METHOD_NOT_FOUND, "null");
}

static void
test_server__answers_malformed_lines(void **state)
{
	struct fixture *f = *state;

	assert_error(f, "{\"jsonrpc\":\"2.0\",", RPC_PARSE_ERROR, "null");
	assert_error(f, "{\"a\":1,\"a\":2}", RPC_PARSE_ERROR, "null");
	assert_error(f, "[", RPC_PARSE_ERROR, "null");
	assert_error(f, "1", RPC_INVALID_REQUEST, "null");
	assert_error(
	    f, "{\"id\":1,\"method\":\"hello\"}", RPC_INVALID_REQUEST, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"1.0\",\"id\":\"x\",\"method\":\"hello\"}",
	    RPC_INVALID_REQUEST, "\"x\"");
	assert_error(f, "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"hello\"}",
	    RPC_INVALID_REQUEST, "null");
	assert_error(f, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}",
	    RPC_INVALID_REQUEST, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
	    "\"params\":\"x\"}",
	    RPC_INVALID_REQUEST, "1");
	assert_error(f, "[]", RPC_INVALID_REQUEST, "null");
}

static void
test_server__checks_parameters(void **state)
{
	struct fixture *f = *state;

	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"record.show\"}",
	    RPC_INVALID_PARAMS, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"record.show\","
	    "\"params\":[\"1.1\"]}",
	    RPC_INVALID_PARAMS, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"score\","
	    "\"params\":{\"year\":\"2565\"}}",
	    RPC_INVALID_PARAMS, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hall.status\"}",
	    RPC_INVALID_PARAMS, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"score\","
	    "\"params\":{\"office\":\"../etc\"}}",
	    RPC_OUR_ERROR, "1");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"history\","
	    "\"params\":{\"limit\":1001}}",
	    RPC_OUR_ERROR, "1");
}

static void
test_server__names_our_errors_in_two_languages(void **state)
{
	struct fixture *f = *state;
	cJSON *reply;
	const cJSON *error, *data;

	assert_true(wire_puts(
	    &f->w, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"score\"}\n"));
	reply = wire_json(&f->w);
	error = json_get(reply, "error");
	data = json_get(error, "data");

	assert_int_equal(json_int(error, "code", 0), RPC_OUR_ERROR);
	assert_string_equal(json_str(data, "code"), "not_found");
	assert_non_null(json_str(data, "message_th"));
	assert_non_null(json_str(data, "hint"));
	cJSON_Delete(reply);
}

static void
test_server__answers_no_notification(void **state)
{
	struct fixture *f = *state;

	assert_true(wire_puts(&f->w,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"hello\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"record.show\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"score\"}\n"
	    "[{\"jsonrpc\":\"2.0\",\"method\":\"hello\"},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"status\"}]\n"));
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"end\","
	    "\"method\":\"no\"}",
	    RPC_METHOD_NOT_FOUND, "\"end\"");
	assert_error(f,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"end 2\","
	    "\"method\":\"score\"}",
	    RPC_OUR_ERROR, "\"end 2\"");
}

static void
test_server__runs_notifications(void **state)
{
	struct fixture *f = *state;
	cJSON *r;

	assert_true(
	    wire_puts(&f->w, "{\"jsonrpc\":\"2.0\",\"method\":\"assess.open\","
			     "\"params\":{\"year\":2565}}\n"));
	/* the next save comes after it */
	r = served_call(&f->w, "answer.tick", "{\"points\":[\"1.1.B1\"]}");

	assert_string_equal(json_str(r, "revision"), "a2");
	cJSON_Delete(r);
}

static void
test_server__answers_a_batch_in_its_order(void **state)
{
	struct fixture *f = *state;
	cJSON *reply;

	/* loop, writer, reader, bad, notification, unknown */
	assert_true(wire_puts(&f->w,
	    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"assess.open\","
	    "\"params\":{\"year\":2565}},"
	    "{\"jsonrpc\":\"2.0\",\"id\":\"two\",\"method\":\"hello\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"records.describe\"},"
	    "7,"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"hello\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"status\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"no.such\"}]\n"));
	reply = wire_json(&f->w);

	assert_int_equal(cJSON_GetArraySize(reply), 6);
	assert_int_equal(json_int(cJSON_GetArrayItem(reply, 0), "id", 0), 1);
	assert_string_equal(
	    json_str(
		json_get(cJSON_GetArrayItem(reply, 0), "result"), "revision"),
	    "a1");
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(reply, 1), "id"), "two");
	assert_non_null(json_get(
	    json_get(cJSON_GetArrayItem(reply, 2), "result"), "types"));
	assert_true(cJSON_IsNull(json_get(cJSON_GetArrayItem(reply, 3), "id")));
	assert_non_null(json_get(
	    json_get(cJSON_GetArrayItem(reply, 4), "result"), "journal"));
	assert_int_equal(
	    json_int(
		json_get(cJSON_GetArrayItem(reply, 5), "error"), "code", 0),
	    RPC_METHOD_NOT_FOUND);
	cJSON_Delete(reply);
}

static void
test_server__answers_a_batch_of_nonsense_one_by_one(void **state)
{
	struct fixture *f = *state;

	assert_answer(f, "[1]",
	    "[{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
	    "\"message\":\"Invalid Request\"}}]");
	assert_answer(f, "[1,{\"foo\":\"boo\"}]",
	    "[{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
	    "\"message\":\"Invalid Request\"}},"
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
	    "\"message\":\"Invalid Request\"}}]");
}

static void
test_server__refuses_a_batch_too_long(void **state)
{
	struct fixture *f = *state;
	struct buf line = BUF_INIT;
	int i;

	buf_putc(&line, '[');
	for (i = 0; i <= RPC_BATCH_MAX; i++)
		buf_printf(&line,
		    "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"hello\"}",
		    i > 0 ? "," : "", i);
	buf_putc(&line, ']');
	assert_error(f, buf_str(&line), RPC_INVALID_REQUEST, "null");
	buf_release(&line);
}

static void
test_server__replaces_answers_too_long_for_a_line(void **state)
{
	struct fixture *f = *state;
	struct buf line = BUF_INIT;
	const cJSON *one;
	cJSON *reply, *r;
	int i, n_good = 0, n_bad = 0;

	r = served_call(&f->w, "assess.open", "{\"year\":2565}");
	cJSON_Delete(r);
	buf_putc(&line, '[');
	for (i = 0; i < RPC_BATCH_MAX; i++)
		buf_printf(&line,
		    "%s{\"jsonrpc\":\"2.0\",\"id\":%d,"
		    "\"method\":\"edition.get\"}",
		    i > 0 ? "," : "", i);
	buf_puts(&line, "]\n");
	assert_true(wire_puts(&f->w, buf_str(&line)));
	reply = wire_json(&f->w); /* checks the length of the line */

	assert_int_equal(cJSON_GetArraySize(reply), RPC_BATCH_MAX);
	cJSON_ArrayForEach (one, reply) {
		if (json_get(one, "result") != NULL)
			n_good++;
		else
			n_bad++;
	}
	assert_true(n_good > 0);
	assert_true(n_bad > 0);
	cJSON_Delete(reply);
	buf_release(&line);
}

static void
test_server__answers_even_an_id_too_long_to_repeat(void **state)
{
	static const char tail[] =
	    "\",\"jsonrpc\":\"2.0\",\"method\":\"hello\"}";
	struct fixture *f = *state;
	struct buf line = BUF_INIT;
	cJSON *reply;

	buf_puts(&line, "{\"id\":\"");
	while (line.len < FRAME_MAX - sizeof(tail) + 1)
		buf_putc(&line, 'x');
	buf_puts(&line, tail);
	assert_int_equal(line.len, FRAME_MAX);
	buf_putc(&line, '\n');
	assert_true(wire_send(&f->w, buf_str(&line), line.len));
	reply = wire_json(&f->w);

	assert_true(cJSON_IsNull(json_get(reply, "id")));
	assert_string_equal(
	    json_str(json_get(json_get(reply, "error"), "data"), "hint"),
	    "ask for less at a time");
	cJSON_Delete(reply);
	buf_release(&line);
}

static void
test_server__discovers_every_method_and_each_is_there(void **state)
{
	struct fixture *f = *state;
	const struct method *m;
	cJSON *doc = served_call(&f->w, "rpc.discover", NULL);
	size_t i;

	for (i = 0; (m = methods_at(i)) != NULL; i++) {
		char line[200];
		cJSON *reply;

		/* parameters of a wrong kind: found, but not run */
		snprintf(line, sizeof(line),
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\","
		    "\"params\":[]}\n",
		    m->name);
		assert_true(wire_puts(&f->w, line));
		reply = wire_json(&f->w);
		assert_int_equal(json_int(json_get(reply, "error"), "code", 0),
		    RPC_INVALID_PARAMS);
		cJSON_Delete(reply);
	}
	assert_int_equal(cJSON_GetArraySize(json_get(doc, "methods")), (int)i);
	cJSON_Delete(doc);
}

static void
test_server__shows_progress_of_a_long_call(void **state)
{
	struct fixture *f = *state;
	const cJSON *params;
	cJSON *r, *line;

	r = served_call(&f->w, "assess.open", "{\"year\":2565}");
	cJSON_Delete(r);
	assert_true(wire_puts(&f->w,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"v\",\"method\":\"verify\"}\n"));
	line = wire_json(&f->w);
	assert_string_equal(json_str(line, "method"), "progress");
	params = json_get(line, "params");
	assert_string_equal(json_str(params, "id"), "v");
	assert_string_equal(json_str(params, "what"), "verify");
	assert_true(json_int(params, "total", -1) >= 0);

	/* more of it where that takes long */
	while (json_get(line, "method") != NULL) {
		assert_string_equal(json_str(line, "method"), "progress");
		cJSON_Delete(line);
		line = wire_json(&f->w);
	}
	assert_string_equal(json_str(line, "id"), "v");
	assert_true(json_bool(json_get(line, "result"), "ok", 0));
	cJSON_Delete(line);
}

/* A user without any right asks for status; writes the answer to a pipe. */
static pid_t
ask_as_nobody(const char *path, int out)
{
	static const char ask[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}\n";
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char reply[2000];
	pid_t pid = fork();
	ssize_t n;
	int fd;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    write(fd, ask, sizeof(ask) - 1) < 0 ||
	    (n = read(fd, reply, sizeof(reply))) <= 0 ||
	    write(out, reply, (size_t)n) != n)
		_exit(1);
	_exit(0);
}

static int
has_ended(void *arg)
{
	return waitpid(*(pid_t *)arg, NULL, WNOHANG) != 0;
}

static void
test_server__a_stranger_is_refused(void **state)
{
	struct fixture *f = *state;
	char reply[2000];
	int fds[2];
	ssize_t n;
	pid_t pid;

	if (geteuid() != 0)
		skip(); /* only root can become a stranger */
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(chmod(f->dir, 0711), 0);
	assert_int_equal(chmod(f->served.path, 0666), 0);
	pid = ask_as_nobody(f->served.path, fds[1]);
	close(fds[1]);
	wire_until(&f->loop, has_ended, &pid);
	n = read(fds[0], reply, sizeof(reply) - 1);
	close(fds[0]);

	assert_true(n > 0);
	reply[n] = '\0';
	assert_non_null(strstr(reply, "\"code\":\"denied\""));
	assert_non_null(strstr(reply, "'nobody' may not call status"));
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(test_server__says_hello),
		WITH_SERVER(test_server__echoes_ids_of_any_allowed_type),
		WITH_SERVER(test_server__answers_malformed_lines),
		WITH_SERVER(test_server__checks_parameters),
		WITH_SERVER(test_server__names_our_errors_in_two_languages),
		WITH_SERVER(test_server__answers_no_notification),
		WITH_SERVER(test_server__runs_notifications),
		WITH_SERVER(test_server__answers_a_batch_in_its_order),
		WITH_SERVER(
		    test_server__answers_a_batch_of_nonsense_one_by_one),
		WITH_SERVER(test_server__refuses_a_batch_too_long),
		WITH_SERVER(test_server__replaces_answers_too_long_for_a_line),
		WITH_SERVER(test_server__answers_even_an_id_too_long_to_repeat),
		WITH_SERVER(
		    test_server__discovers_every_method_and_each_is_there),
		WITH_SERVER(test_server__shows_progress_of_a_long_call),
		WITH_SERVER(test_server__a_stranger_is_refused),
	};

	served_prepare();
	return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
