/*
 * pmqad: keeps one office's or one hall's assessments, and answers pmqa.
 */
#include <assert.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/options.h"
#include "daemon/server.h"
#include "store/admit/absorb.h"
#include "store/backup/backup_check.h"
#include "store/git/giterr.h"
#include "store/setup.h"

#define N_SIGNALS 3

static const int end_signals[N_SIGNALS] = { SIGTERM, SIGINT, SIGHUP };

struct program {
	uv_loop_t loop;
	uv_signal_t signals[N_SIGNALS];
	struct server *server;
	struct err fault; /* why the server wanted to be stopped */
};

/* Design section 10. */
static int
exit_status(const struct err *e)
{
	switch (e->code) {
	case ERR_OK:
		return 0;
	case ERR_USAGE:
		return 2;
	case ERR_NOT_FOUND:
		return 3;
	case ERR_CONFLICT:
		return 4;
	case ERR_UNREACHABLE:
		return 5;
	case ERR_DENIED:
		return 6;
	case ERR_INVALID:
		return 7;
	case ERR_REFUSED:
		return 8;
	case ERR_DAMAGED:
		return 9;
	case ERR_FAILED:
	case ERR_NOMEM:
	case ERR_SYS:
	case ERR_BUSY:
	case ERR_TIMEOUT:
		break;
	}
	return 1;
}

static int
speaks_thai(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return strncmp(value, "th", 2) == 0;
	}
	return 0;
}

/* To the person who started us. */
static int
fail(const struct err *e)
{
	int thai = speaks_thai();
	const char *hint = thai ? e->hint_th : e->hint;

	fprintf(stderr, "pmqad: %s\n", thai ? e->th : e->msg);
	if (hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", hint);
	if (e->code == ERR_USAGE)
		options_usage(stderr);
	return exit_status(e);
}

static void
close_signals(void *arg)
{
	struct program *p = arg;
	size_t i;

	for (i = 0; i < N_SIGNALS; i++)
		uv_close((uv_handle_t *)&p->signals[i], NULL);
}

static void
on_signal(uv_signal_t *h, int signum)
{
	struct program *p = h->data;

	log_line(LOG_INFO, "stopping (signal %d)", signum);
	server_stop(p->server, close_signals, p);
}

static void
on_failed(void *arg, const struct err *e)
{
	struct program *p = arg;

	p->fault = *e;
	server_stop(p->server, close_signals, p);
}

static void
watch_signals(struct program *p)
{
	size_t i;

	for (i = 0; i < N_SIGNALS; i++) {
		uv_signal_init(&p->loop, &p->signals[i]);
		p->signals[i].data = p;
		uv_signal_start(&p->signals[i], on_signal, end_signals[i]);
	}
}

static int
server_options(const struct options *o, struct server_opts *ret, struct err *e)
{
	ret->dir = o->init.dir;
	ret->socket = o->is_system ? OPTIONS_SYSTEM_SOCKET : NULL;
	ret->socket_group = o->is_system ? PEER_GROUP_USER : NULL;
	ret->notify_socket = getenv("NOTIFY_SOCKET");
	ret->watchdog_usec =
	    watchdog_usec(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	return listen_passed_fd(&ret->passed_fd, e);
}

static int
serve(const struct options *o)
{
	struct program p = { 0 };
	struct server_opts so = { 0 };
	struct err e = { 0 };
	int rc, closed;

	if ((rc = uv_loop_init(&p.loop)) < 0) {
		err_set(&e, ERR_SYS, -rc, "cannot start: %s", uv_strerror(rc));
		return fail(&e);
	}
	so.failed = on_failed;
	so.failed_arg = &p;
	if ((rc = server_options(o, &so, &e)) == 0)
		rc = server_start(&p.loop, &so, &p.server, &e);
	if (rc == 0) {
		watch_signals(&p);
		log_line(LOG_INFO, "ready");
	}
	/* after a failed start only until what was begun is closed */
	uv_run(&p.loop, UV_RUN_DEFAULT);
	closed = uv_loop_close(&p.loop);
	assert(closed == 0);
	if (rc == 0 && p.fault.code != ERR_OK)
		return fail(&p.fault);
	return rc < 0 ? fail(&e) : 0;
}

static void
show_progress(void *arg, int64_t done)
{
	const int *is_terminal = arg;

	if (*is_terminal)
		fprintf(stderr, "\rreindex: %lld revisions", (long long)done);
}

static int
reindex(const struct options *o)
{
	int is_terminal = isatty(STDERR_FILENO);
	struct store *s = NULL;
	struct err e = { 0 };
	int rc;

	if ((rc = store_open(o->init.dir, STORE_REPAIR, &s, &e)) == 0)
		rc = absorb_reindex(s, show_progress, &is_terminal, &e);
	if (is_terminal)
		fputc('\n', stderr);
	store_close(s);
	if (rc < 0)
		return fail(&e);
	fputs("reindex: done\n", stderr);
	return 0;
}

static int
init(const struct options *o)
{
	struct err e = { 0 };

	return setup_init(&o->init, &e) < 0 ? fail(&e) : 0;
}

/* What was found is a document for pmqa, which tells people. */
static int
backup(const struct options *o)
{
	struct buf text = BUF_INIT;
	cJSON *doc = NULL;
	struct err e = { 0 };
	int rc;

	rc = o->task == OPTIONS_BACKUP_CHECK
		 ? backup_check(o->backup, &doc, &e)
		 : backup_restore(o->backup, o->init.dir, &doc, &e);
	if (rc == 0 && (rc = json_write(doc, &text, &e)) == 0 &&
	    (rc = buf_ok(&text, &e)) == 0 &&
	    (puts(buf_str(&text)) < 0 || fflush(stdout) != 0))
		rc = err_sys(&e, "cannot write to standard output");
	cJSON_Delete(doc);
	buf_release(&text);
	return rc < 0 ? fail(&e) : 0;
}

/* A thousand clients need more descriptors than a shell gives. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		log_line(LOG_WARN, "cannot raise the limit of open files");
}

static int
prepare(struct err *e)
{
	int rc;

	signal(SIGPIPE, SIG_IGN);
	umask(077);
	/* three threads that seldom work at once: small, not fast */
	mallopt(M_ARENA_MAX, 2);
	raise_file_limit();
	err_init_messages(speaks_thai() ? "th" : "en");
	if ((rc = giterr_init(e)) < 0)
		return rc;
	return key_init(e);
}

int
main(int argc, char **argv)
{
	struct options o;
	struct err e = { 0 };
	int status = 1;

	if (prepare(&e) < 0 || options_parse(argc, argv, &o, &e) < 0)
		return fail(&e);
	switch (o.task) {
	case OPTIONS_SERVE:
		status = serve(&o);
		break;
	case OPTIONS_REINDEX:
		status = reindex(&o);
		break;
	case OPTIONS_INIT:
		status = init(&o);
		break;
	case OPTIONS_BACKUP_CHECK:
	case OPTIONS_BACKUP_RESTORE:
		status = backup(&o);
		break;
	case OPTIONS_HELP:
		options_usage(stdout);
		status = 0;
		break;
	case OPTIONS_VERSION:
		puts("pmqad " PMQA_VERSION);
		status = 0;
		break;
	}
	giterr_shutdown();
	return status;
}
