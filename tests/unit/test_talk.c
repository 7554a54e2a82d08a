#include "tests/unit/test.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/talk.h"
#include "proto/rpc.h"

/* A daemon of one connection in a child: it reads until n_lines requests came,
 * writes its answer (in two parts, cut anywhere) and closes. */
struct fake {
	char *dir;
	char path[600];
	pid_t pid;
};

static void
serve(int fd, int n_lines, const char *answer)
{
	size_t len = strlen(answer), half = len / 2;
	int c = accept(fd, NULL, NULL);
	char byte;

	while (c >= 0 && n_lines > 0 && read(c, &byte, 1) == 1)
		n_lines -= byte == '\n';
	if (c < 0 || n_lines > 0)
		_exit(1);
	/* a client that has seen enough may be gone before the second half */
	if (send(c, answer, half, MSG_NOSIGNAL) != (ssize_t)half)
		_exit(2);
	(void)send(c, answer + half, len - half, MSG_NOSIGNAL);
	_exit(0);
}

static void
fake_start(struct fake *f, int n_lines, const char *answer)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	f->dir = test_dir();
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%.90s", f->path);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 1), 0);
	if ((f->pid = fork()) == 0)
		serve(fd, n_lines, answer);
	assert_true(f->pid > 0);
	close(fd);
}

static void
fake_end(struct fake *f)
{
	int status = 0;

	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_int_equal(status, 0);
	test_dir_remove(f->dir);
}

#define HELLO "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocol\":1}}\n"

static void
test_talk__takes_answers_in_any_order(void **state)
{
	struct fake f;
	struct talk *t = NULL;
	cJSON *one = NULL, *two = NULL;
	int64_t a = 0, b = 0;
	struct err e;

	(void)state;
	fake_start(&f, 3,
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":\"second\"}\n" HELLO
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"first\"}\n");
	assert_ok(talk_open(f.path, NULL, &t, &e), &e);
	assert_ok(talk_send(t, "a", NULL, &a, &e), &e);
	assert_ok(talk_send(t, "b", cJSON_CreateObject(), &b, &e), &e);

	assert_ok(talk_wait(t, a, 0, &one, &e), &e);
	assert_ok(talk_wait(t, b, 0, &two, &e), &e);

	assert_string_equal(one->valuestring, "first");
	assert_string_equal(two->valuestring, "second");
	cJSON_Delete(one);
	cJSON_Delete(two);
	talk_close(t);
	fake_end(&f);
}

/* One request to a daemon that answers so. */
static int
ask(const char *answer, struct err *e, char *ret_data, size_t size)
{
	struct fake f;
	struct talk *t = NULL;
	struct buf data = BUF_INIT;
	cJSON *result = NULL;
	int64_t id = 0;
	int rc;

	memset(e, 0, sizeof(*e));
	fake_start(&f, 2, answer);
	assert_ok(talk_open(f.path, NULL, &t, e), e);
	assert_ok(talk_send(t, "x", NULL, &id, e), e);
	rc = talk_wait(t, id, 0, &result, e);
	if (talk_fault_data(t) != NULL) {
		assert_ok(json_write(talk_fault_data(t), &data, NULL), e);
		snprintf(ret_data, size, "%s", buf_str(&data));
	}
	buf_release(&data);
	cJSON_Delete(result);
	talk_close(t);
	fake_end(&f);
	return rc;
}

static void
test_talk__names_both_versions(void **state)
{
	struct err e;
	char data[100] = "";

	(void)state;
	assert_err(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"version\":"
		       "\"9.9\",\"protocol\":7}}\n"
		       "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":1}\n",
		       &e, data, sizeof(data)),
	    ERR_FAILED, &e, "9.9 (protocol 7)");
	assert_non_null(strstr(e.msg, PMQA_VERSION));
}

static void
test_talk__passes_a_fault_on(void **state)
{
	struct err e;
	char data[100] = "";

	(void)state;
	assert_err(
	    ask(HELLO "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":"
		      "-32000,\"message\":\"no\",\"data\":{\"code\":"
		      "\"refused\",\"message_th\":\"ไม่\",\"hint\":\"do\","
		      "\"hint_th\":\"ทำ\",\"record\":\"r\"}}}\n",
		&e, data, sizeof(data)),
	    ERR_REFUSED, &e, "no");
	assert_string_equal(e.th, "ไม่");
	assert_string_equal(e.hint, "do");
	assert_string_equal(e.hint_th, "ทำ");
	assert_string_equal(data, "{\"record\":\"r\"}");
}

static void
test_talk__says_when_the_daemon_goes_away(void **state)
{
	struct err e;
	char data[100] = "";

	(void)state;
	assert_err(ask(HELLO, &e, data, sizeof(data)), ERR_UNREACHABLE, &e,
	    "ended the connection");
}

static void
test_talk__refuses_what_is_no_json(void **state)
{
	struct err e;
	char data[100] = "";

	(void)state;
	assert_err(ask(HELLO "{\"id\":2,\"id\":3}\n", &e, data, sizeof(data)),
	    ERR_INVALID, &e, "answer of the daemon");
}

static void
test_talk__refuses_answers_nobody_asked_for(void **state)
{
	struct err e;
	char data[100] = "";
	struct buf b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 20; i++)
		buf_printf(&b, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":1}\n",
		    100 + i);
	assert_err(ask(buf_str(&b), &e, data, sizeof(data)), ERR_FAILED, &e,
	    "not asked");
	buf_release(&b);
}

static void
on_progress(void *arg, const char *what, int64_t done, int64_t total)
{
	struct buf *b = arg;

	buf_printf(b, "%s %lld/%lld;", what, (long long)done, (long long)total);
}

static void
test_talk__tells_progress(void **state)
{
	struct fake f;
	struct talk *t = NULL;
	struct buf seen = BUF_INIT;
	cJSON *result = NULL;
	int64_t id = 0;
	struct err e;

	(void)state;
	fake_start(&f, 2,
	    HELLO "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":"
		  "{\"id\":2,\"what\":\"push\",\"done\":1,\"total\":3}}\n"
		  "{\"jsonrpc\":\"2.0\",\"method\":\"newer\"}\n"
		  "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":true}\n");
	assert_ok(talk_open(f.path, NULL, &t, &e), &e);
	talk_on_progress(t, on_progress, &seen);
	assert_ok(talk_send(t, "sync", NULL, &id, &e), &e);
	assert_ok(talk_wait(t, id, 1, &result, &e), &e);

	assert_string_equal(buf_str(&seen), "push 1/3;");
	assert_true(cJSON_IsTrue(result));
	cJSON_Delete(result);
	buf_release(&seen);
	talk_close(t);
	fake_end(&f);
}

static void
test_talk__says_how_to_start_a_daemon(void **state)
{
	struct talk *t = NULL;
	struct err e;

	(void)state;
	assert_err(talk_open("/nonexistent/sock", NULL, &t, &e),
	    ERR_UNREACHABLE, &e, "no daemon answers at '/nonexistent/sock'");
	assert_string_equal(e.hint, "start it: systemctl start pmqad");
	assert_err(talk_open("/nonexistent/sock", "/nonexistent", &t, &e),
	    ERR_UNREACHABLE, &e, "no daemon answers");
	assert_non_null(strstr(e.hint, "init"));
	assert_null(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talk__takes_answers_in_any_order),
		cmocka_unit_test(test_talk__names_both_versions),
		cmocka_unit_test(test_talk__passes_a_fault_on),
		cmocka_unit_test(test_talk__says_when_the_daemon_goes_away),
		cmocka_unit_test(test_talk__refuses_what_is_no_json),
		cmocka_unit_test(test_talk__refuses_answers_nobody_asked_for),
		cmocka_unit_test(test_talk__tells_progress),
		cmocka_unit_test(test_talk__says_how_to_start_a_daemon),
	};

	return cmocka_run_group_tests_name("talk", tests, NULL, NULL);
}
