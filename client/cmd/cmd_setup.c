#include "client/cmd/cmd_setup.h"

#include <errno.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "client/lang.h"

#define SYSTEM_DIR "/var/lib/pmqa"
#define LINE_ARG_MAX (64 * 1024)
#define SAID_MAX 4096
#define ARGS_MAX (10 + OPTS_URLS)

struct argv {
	char *args[ARGS_MAX + 1];
	size_t n;
	int failed;
};

/* "--name=value", or without value "--name" */
static void
add(struct argv *a, const char *name, const char *value)
{
	struct buf b = BUF_INIT;

	if (a->n == ARGS_MAX) {
		a->failed = 1;
		return;
	}
	buf_puts(&b, name);
	if (value != NULL) {
		buf_putc(&b, '=');
		buf_puts(&b, value);
	}
	if ((a->args[a->n] = buf_take(&b)) == NULL)
		a->failed = 1;
	else
		a->n++;
}

static int
init_argv(const struct cmd *c, const char *dir, struct argv *a, struct err *e)
{
	static const enum opt given[] = { OPT_ROLE, OPT_CODE, OPT_NAME,
		OPT_DEVICE, OPT_HOST_KEY };
	char name[40];

	add(a, "pmqad", NULL);
	add(a, "--init", NULL);
	add(a, "--dir", dir);
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		snprintf(name, sizeof(name), "--%s", opts_desc(given[i])->name);
		if (c->opts->value[given[i]] != NULL)
			add(a, name, c->opts->value[given[i]]);
	}
	for (size_t i = 0; i < c->opts->n_urls; i++)
		add(a, "--url", c->opts->urls[i]);
	return a->failed ? err_nomem(e) : 0;
}

/* In the child: what it says goes to the pipe, in our language. */
static void
become_daemon(const char *program, struct argv *a, int to)
{
	if (dup2(to, STDERR_FILENO) >= 0 &&
	    setenv("LC_ALL", lang_thai() ? "th_TH.UTF-8" : "C.UTF-8", 1) == 0)
		execv(program, a->args);
	dprintf(to, "pmqad: cannot run '%s': %s\n", program, strerror(errno));
	_exit(1);
}

/* Everything the child says until it closes, cut at SAID_MAX. */
static void
listen_to(int fd, char said[SAID_MAX])
{
	char bytes[512];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		size_t fits = SAID_MAX - 1 - len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if ((size_t)n < fits)
			fits = (size_t)n;
		memcpy(said + len, bytes, fits);
		len += fits;
	}
	said[len] = '\0';
}

/* A line "pmqad: sentence" or "hint: sentence" of the child, into both
 * languages: it spoke ours. */
static void
take_line(const char *said, const char *prefix, char *en, size_t en_size,
    char *th, size_t th_size)
{
	const char *at = strstr(said, prefix);
	char line[1200];

	if (at == NULL)
		return;
	at += strlen(prefix);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	err_text(en, en_size, line);
	err_text(th, th_size, line);
}

static int
failed(int status, const char *said, struct err *e)
{
	static const enum err_code codes[] = { ERR_FAILED, ERR_FAILED,
		ERR_USAGE, ERR_NOT_FOUND, ERR_CONFLICT, ERR_UNREACHABLE,
		ERR_DENIED, ERR_INVALID, ERR_REFUSED, ERR_DAMAGED };
	size_t n = sizeof(codes) / sizeof(*codes);
	int known = WIFEXITED(status) && (size_t)WEXITSTATUS(status) < n;

	err_set(e, known ? codes[WEXITSTATUS(status)] : ERR_FAILED, 0,
	    "pmqad --init ended without a word (status %d)", status);
	take_line(
	    said, "pmqad: ", e->msg, sizeof(e->msg), e->th, sizeof(e->th));
	take_line(said, "hint: ", e->hint, sizeof(e->hint), e->hint_th,
	    sizeof(e->hint_th));
	return (int)e->code;
}

static int
run_init(const char *program, struct argv *a, struct err *e)
{
	char said[SAID_MAX];
	int fds[2], status;
	pid_t pid;

	if (pipe(fds) < 0)
		return err_sys(e, "cannot make a pipe");
	if ((pid = fork()) == 0) {
		close(fds[0]);
		become_daemon(program, a, fds[1]);
	}
	close(fds[1]);
	if (pid > 0)
		listen_to(fds[0], said);
	close(fds[0]);
	if (pid < 0)
		return err_sys(e, "cannot start '%s'", program);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for '%s'", program);
	return status == 0 ? 0 : failed(status, said, e);
}

static int
print_init(struct cmd *c, const char *dir, struct err *e)
{
	const struct opts *o = c->opts;
	const char *role =
	    o->value[OPT_ROLE] != NULL ? o->value[OPT_ROLE] : "office";
	cJSON *doc;
	int rc;

	if (!c->json) {
		out_printf(&c->out, _("'%s' is set up for %s %s.\n"), dir,
		    o->value[OPT_CODE], o->value[OPT_NAME]);
		out_printf(
		    &c->out, _("Start its daemon: pmqad --dir %s\n"), dir);
		return 0;
	}
	if ((doc = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	rc = json_put_str(doc, "dir", dir, e);
	if (rc == 0)
		rc = json_put_str(doc, "role", role, e);
	if (rc == 0)
		rc = json_put_str(doc, "code", o->value[OPT_CODE], e);
	if (rc == 0)
		rc = json_put_str(doc, "name", o->value[OPT_NAME], e);
	if (rc == 0)
		out_json(&c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

int
cmd_setup_init(struct cmd *c, struct err *e)
{
	const char *dir = cmd_dir(c->opts);
	char program[PATH_MAX];
	struct argv a = { .n = 0 };
	int rc;

	if (c->opts->value[OPT_SOCKET] != NULL)
		return err_set(e, ERR_USAGE, 0,
		    "option '--%s' does not belong to this command", "socket");
	if (c->opts->value[OPT_CODE] == NULL ||
	    c->opts->value[OPT_NAME] == NULL) {
		err_set(e, ERR_USAGE, 0, "--code and --name are needed");
		err_hint(e, "for example: %s",
		    "pmqa --dir A init --code 9105 --name ละงู");
		return ERR_USAGE;
	}
	if (dir == NULL)
		dir = SYSTEM_DIR;
	if ((rc = file_own(program, sizeof(program), "pmqad", e)) < 0)
		return rc;
	if ((rc = init_argv(c, dir, &a, e)) == 0 &&
	    (rc = run_init(program, &a, e)) == 0)
		rc = print_init(c, dir, e);
	for (size_t i = 0; i < a.n; i++)
		free(a.args[i]);
	return rc;
}

static const char *
or_dash(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "-";
}

int
cmd_setup_enroll(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc;

	if ((rc = cmd_ask(c, "enroll.request", NULL, &result, e)) < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->note, _("Request of office %s, device %s\n"),
		    or_dash(json_str(result, "code")),
		    or_dash(json_str(result, "device")));
		out_printf(&c->note, _("  Fingerprint of its key: %s\n"),
		    or_dash(json_str(result, "fingerprint")));
		out_wrapped(&c->note, 2, "",
		    _("Send this line to the hall; there it goes behind: pmqa "
		      "hall enroll"));
		out_printf(
		    &c->out, "%s\n", or_dash(json_str(result, "request")));
	}
	cJSON_Delete(result);
	return 0;
}

int
cmd_setup_ask_line(struct cmd *c, const char *method, const char *param,
    cJSON **ret, struct err *e)
{
	struct buf line = BUF_INIT;
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_read_arg(c->args[0], LINE_ARG_MAX, &line, e)) < 0)
		goto out;
	if ((params = cJSON_CreateObject()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = json_put_str(params, param, buf_str(&line), e)) < 0) {
		cJSON_Delete(params);
		goto out;
	}
	rc = cmd_ask(c, method, params, ret, e);
out:
	buf_release(&line);
	return rc;
}

int
cmd_setup_accept(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	const cJSON *url;
	int rc = cmd_setup_ask_line(c, "enroll.accept", "answer", &result, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->out, _("Joined to the hall %s %s.\n"),
		    or_dash(json_str(result, "hall")),
		    or_dash(json_str(result, "hall_name")));
		out_printf(&c->out, _("  Fingerprint of its key: %s\n"),
		    or_dash(json_str(result, "fingerprint")));
		cJSON_ArrayForEach (url, json_get(result, "urls")) {
			if (cJSON_IsString(url))
				out_printf(&c->out, _("  Address: %s\n"),
				    url->valuestring);
		}
		out_printf(&c->out, "%s\n",
		    _("What was saved so far is sent with the next exchange: "
		      "pmqa sync --wait"));
	}
	cJSON_Delete(result);
	return 0;
}
