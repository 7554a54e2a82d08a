#include "client/cmd.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/pace.h"

#define SYSTEM_SOCKET "/run/pmqa/pmqad.sock"

/* The value of an option, else of an environment variable, else NULL. */
static const char *
setting(const struct opts *o, enum opt which, const char *variable)
{
	const char *v = o->value[which];

	if (v == NULL)
		v = getenv(variable);
	return v != NULL && v[0] != '\0' ? v : NULL;
}

const char *
cmd_dir(const struct opts *o)
{
	if (o->value[OPT_SOCKET] != NULL)
		return NULL;
	if (o->value[OPT_DIR] == NULL && setting(o, OPT_SOCKET, "PMQA_SOCKET"))
		return NULL;
	return setting(o, OPT_DIR, "PMQA_DIR");
}

static int
connect_daemon(struct cmd *c, struct err *e)
{
	const char *dir = cmd_dir(c->opts);
	const char *socket = setting(c->opts, OPT_SOCKET, "PMQA_SOCKET");
	char path[600];
	int rc;

	if (c->opts->value[OPT_DIR] != NULL &&
	    c->opts->value[OPT_SOCKET] != NULL)
		return err_set(
		    e, ERR_USAGE, 0, "give either --dir or --socket, not both");
	if (dir != NULL)
		rc = file_path(path, sizeof(path), e, "%s/pmqad.sock", dir);
	else
		rc = file_path(path, sizeof(path), e, "%s",
		    socket != NULL ? socket : SYSTEM_SOCKET);
	return rc < 0 ? rc : talk_open(path, dir, &c->talk, e);
}

int
cmd_param(const struct cmd *c, cJSON *params, enum opt o, const char *name,
    struct err *e)
{
	const char *v = c->opts->value[o];

	return v == NULL ? 0 : json_put_str(params, name, v, e);
}

int
cmd_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	long year;
	int rc;

	if (params == NULL)
		return err_nomem(e);
	rc = opts_number(c->opts, OPT_YEAR, 2400, 2999, 0, &year, e);
	if (rc == 0 && year != 0)
		rc = json_put_int(params, "year", year, e);
	if (rc == 0)
		rc = cmd_param(c, params, OPT_OFFICE, "office", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

int
cmd_send(struct cmd *c, const char *method, cJSON *params, int64_t *ret_id,
    struct err *e)
{
	int rc;

	if (c->talk == NULL && (rc = connect_daemon(c, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return talk_send(c->talk, method, params, ret_id, e);
}

int
cmd_wait(struct cmd *c, int64_t id, cJSON **ret, struct err *e)
{
	return talk_wait(c->talk, id, 0, ret, e);
}

int
cmd_ask(struct cmd *c, const char *method, cJSON *params, cJSON **ret,
    struct err *e)
{
	int64_t id;
	int rc = cmd_send(c, method, params, &id, e);

	return rc < 0 ? rc : cmd_wait(c, id, ret, e);
}

struct progress {
	const struct talk *talk;
	const char *doing;
	int shown;
};

/* "push: slice 2/5": a state, which has a word in our language, and more. */
static void
print_doing(struct out *o, const char *what)
{
	size_t len = strcspn(what, ":");
	char state[40];

	snprintf(state, sizeof(state), "%.*s", (int)len, what);
	out_printf(o, ": %s%s", labels_word(state), what + len);
}

/* One line that is written over, on standard error. */
static void
on_progress(void *arg, const char *what, int64_t done, int64_t total)
{
	struct progress *p = arg;
	struct out o;

	out_init(&o, STDERR_FILENO);
	buf_puts(&o.b, "\r\033[K");
	out_puts(&o, p->doing);
	if (what != NULL)
		print_doing(&o, what);
	if (total > 0)
		out_printf(&o, " %lld/%lld", (long long)done, (long long)total);
	pace_print(&o, talk_transfer(p->talk));
	/* progress that cannot be shown changes nothing of the outcome */
	(void)out_finish(&o, STDERR_FILENO, NULL);
	out_release(&o);
	p->shown = 1;
}

int
cmd_ask_long(struct cmd *c, const char *method, cJSON *params,
    const char *doing, cJSON **ret, struct err *e)
{
	struct progress p = { .doing = doing, .shown = 0 };
	int64_t id;
	int rc = cmd_send(c, method, params, &id, e);

	if (rc < 0)
		return rc;
	p.talk = c->talk;
	if (!c->json && isatty(STDERR_FILENO))
		talk_on_progress(c->talk, on_progress, &p);
	rc = talk_wait(c->talk, id, 1, ret, e);
	talk_on_progress(c->talk, NULL, NULL);
	if (p.shown)
		fputs("\r\033[K", stderr);
	return rc;
}

/* Everything from standard input, at most max bytes. */
static int
read_stdin(size_t max, struct buf *ret, struct err *e)
{
	char bytes[16 * 1024];
	ssize_t n;

	while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read standard input");
		if ((size_t)n > max - ret->len)
			return err_set(e, ERR_INVALID, 0,
			    "standard input is longer than %zu bytes", max);
		buf_append(ret, bytes, (size_t)n);
	}
	return buf_ok(ret, e);
}

/* What editors leave around a text: a byte order mark, line ends at the end. */
static void
trim(struct buf *b)
{
	if (b->len >= 3 && memcmp(b->data, "\xef\xbb\xbf", 3) == 0)
		buf_consume(b, 3);
	while (b->len > 0 &&
	       (b->data[b->len - 1] == '\n' || b->data[b->len - 1] == '\r'))
		b->data[--b->len] = '\0';
}

void
cmd_say_more(struct out *o, const char *cursor)
{
	if (cursor != NULL)
		out_printf(
		    o, _("More: the same command with --cursor %s\n"), cursor);
}

int
cmd_read_arg(const char *arg, size_t max, struct buf *ret, struct err *e)
{
	const char *name = arg[0] == '@' ? arg + 1 : arg;
	size_t bad;
	int rc;

	if (strcmp(name, "-") == 0)
		rc = read_stdin(max, ret, e);
	else if (arg[0] == '@')
		rc = file_read(name, max, ret, e);
	else {
		buf_puts(ret, arg);
		rc = buf_ok(ret, e);
	}
	if (rc < 0)
		return rc;
	if (arg[0] == '@' || strcmp(arg, "-") == 0)
		trim(ret);
	if (text_is_utf8(buf_str(ret), ret->len, &bad) &&
	    memchr(buf_str(ret), '\0', ret->len) == NULL)
		return 0;
	err_set(e, ERR_INVALID, 0, "'%s' is not UTF-8 text", name);
	if (arg[0] == '@' && name[0] != '-')
		err_hint(e,
		    "if it comes from an older program: iconv -f TIS-620 -t "
		    "UTF-8 '%s'",
		    name);
	return ERR_INVALID;
}
