#include "tests/support/served.h"

#include <signal.h>
#include <sys/resource.h>

#include "store/git/giterr.h"
#include "store/setup.h"
#include "tests/unit/test.h"

void
served_prepare(void)
{
	struct rlimit files;
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	err_init_messages("en");
	assert_ok(giterr_init(&e), &e);
	assert_ok(key_init(&e), &e);
}

char *
served_init(enum role role, const char *code, const char *name)
{
	char *dir = test_dir();
	struct conf c;
	struct err e;

	memset(&c, 0, sizeof(c));
	conf_defaults(role, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "%s", code);
	snprintf(c.name, sizeof(c.name), "%s", name);
	c.after_save_ms = 3600000;
	c.sync_interval_s = 86400;
	assert_ok(setup_init(&c, &e), &e);
	return dir;
}

void
served_start_with(
    struct served *s, uv_loop_t *loop, const struct server_opts *o)
{
	struct err e;

	memset(s, 0, sizeof(*s));
	s->loop = loop;
	snprintf(s->path, sizeof(s->path), "%s/pmqad.sock", o->dir);
	assert_ok(server_start(loop, o, &s->server, &e), &e);
}

void
served_start(struct served *s, uv_loop_t *loop, const char *dir)
{
	const struct server_opts o = { .dir = dir, .passed_fd = -1 };

	served_start_with(s, loop, &o);
}

static void
on_stopped(void *arg)
{
	((struct served *)arg)->stopped = 1;
}

static int
is_stopped(void *arg)
{
	return ((struct served *)arg)->stopped;
}

void
served_stop(struct served *s)
{
	server_stop(s->server, on_stopped, s);
	wire_until(s->loop, is_stopped, s);
}

void
served_close_loop(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

cJSON *
served_call(struct wire *w, const char *method, const char *params)
{
	struct buf line = BUF_INIT;
	cJSON *reply = NULL, *result;

	buf_printf(&line,
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":%s}\n",
	    method, params != NULL ? params : "{}");
	assert_true(wire_puts(w, buf_str(&line)));
	/* progress may come before */
	do {
		cJSON_Delete(reply);
		reply = wire_json(w);
	} while (json_get(reply, "id") == NULL);
	result = cJSON_DetachItemFromObjectCaseSensitive(reply, "result");
	if (result == NULL)
		fail_msg("%s: %s", method,
		    json_str(json_get(reply, "error"), "message"));
	cJSON_Delete(reply);
	buf_release(&line);
	return result;
}
