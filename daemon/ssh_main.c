/*
 * pmqa-ssh: what git starts in place of ssh (GIT_SSH) at an office. It takes
 * exactly what git says for the hall's commands and becomes either ssh with
 * the office's own configuration or, for a hall on the same machine,
 * pmqa-receive. Small on purpose: it starts twice per sync.
 *
 * "pmqa-ssh --hold ARGUMENT..." is the daemon's own: ssh with these arguments
 * that ends with the daemon, however that ends.
 *
 * In the environment: PMQA_SSH_CONFIG or PMQA_HALL_DIR and PMQA_DEVICE or (a
 * ministry) PMQA_AUDITOR (where to), PMQA_HOLDS (what the hall is told of: daemon/receive/receive_told.h), PMQA_SSH_CONTROL (a connection to share), PMQA_SSH_TIMEOUT (seconds to
 * connect), PMQA_RATE (KiB a second each way: then a relay stands between).
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/receive/command.h"
#include "daemon/receive/receive_told.h"
#include "daemon/relay.h"

#define ARGS_MAX 32

struct call {
	const char *port; /* NULL: ssh's own */
	int send_protocol;
	const char *host; /* [user@]host */
	const char *text; /* the command as git wrote it */
	struct command command;
};

static int
is_port(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= 5 && strspn(s, "0123456789") == len;
}

/* A number of up to nine digits, not 0. */
static int
is_count(const char *s)
{
	size_t len = strlen(s);

	return s[0] >= '1' && s[0] <= '9' && len <= 9 &&
	       strspn(s, "0123456789") == len;
}

static int
is_host(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len < 256 && s[0] != '-' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@:[]") == len;
}

/* A ministry's own command (daemon/receive/receive_auditor.h). */
static int
is_province(const char *text)
{
	return strcmp(text, "git-upload-pack '/province'") == 0 ||
	       strcmp(text, "git-upload-pack 'province'") == 0;
}

/* pmqa-ssh [-o SendEnv=GIT_PROTOCOL] [-p PORT] HOST COMMAND */
static int
parse_call(int argc, char **argv, struct call *ret, struct err *e)
{
	int i = 1;

	memset(ret, 0, sizeof(*ret));
	while (i + 1 < argc && argv[i][0] == '-') {
		if (strcmp(argv[i], "-o") == 0 &&
		    strcmp(argv[i + 1], "SendEnv=GIT_PROTOCOL") == 0)
			ret->send_protocol = 1;
		else if (strcmp(argv[i], "-p") == 0 && is_port(argv[i + 1]))
			ret->port = argv[i + 1];
		else
			break;
		i += 2;
	}
	if (argc - i != 2 || !is_host(argv[i])) {
		err_set(e, ERR_USAGE, 0,
		    "pmqa-ssh is started by git for one transfer with the "
		    "hall");
		return ERR_USAGE;
	}
	ret->host = argv[i];
	ret->text = argv[i + 1];
	return is_province(ret->text)
		   ? 0
		   : command_parse(ret->text, &ret->command, e);
}

static void
become(const char **args)
{
	union {
		const char **in;
		char *const *out;
	} u = { .in = args };

	execvp(args[0], u.out);
}

static int
become_ssh(const struct call *c, const char *config, struct err *e)
{
	const char *args[ARGS_MAX],
	    *control = secure_getenv("PMQA_SSH_CONTROL"),
	    *timeout = secure_getenv("PMQA_SSH_TIMEOUT");
	char wait[40];
	size_t n = 0;

	args[n++] = "ssh";
	args[n++] = "-F";
	args[n++] = config;
	args[n++] = "-o";
	args[n++] = "BatchMode=yes";
	if (timeout != NULL && is_count(timeout)) {
		(void)snprintf(
		    wait, sizeof(wait), "ConnectTimeout=%.9s", timeout);
		args[n++] = "-o";
		args[n++] = wait;
	}
	if (control != NULL) {
		/* a sync has one connection: when that is gone ssh must not
		 * open another by itself, on a link that has just failed */
		if (access(control, F_OK) != 0)
			return err_set(e, ERR_UNREACHABLE, 0,
			    "the shared connection is gone");
		args[n++] = "-o";
		args[n++] = "ControlMaster=no";
		args[n++] = "-o";
		args[n++] = "ProxyCommand=false";
		args[n++] = "-S";
		args[n++] = control;
	} else { /* as daemon/sync/transfer.c does, and why */
		args[n++] = "-o";
		args[n++] = "LogLevel=VERBOSE";
	}
	args[n++] = "-o";
	args[n++] = "SendEnv=GIT_PROTOCOL";
	if (c->port != NULL) {
		args[n++] = "-p";
		args[n++] = c->port;
	}
	args[n++] = "-T";
	args[n++] = "--";
	args[n++] = c->host;
	args[n++] = c->text;
	args[n] = NULL;
	become(args);
	return err_sys(e, "cannot exec '%s'", args[0]);
}

static int
become_receive(const struct call *c, const char *hall, struct err *e)
{
	const char *args[ARGS_MAX], *device = secure_getenv("PMQA_DEVICE"),
				    *auditor = secure_getenv("PMQA_AUDITOR");
	char program[1024];
	size_t n = 0;
	int rc;

	/* a share that is not mounted is a road that is closed, not a hall that
	 * refuses */
	if (access(hall, X_OK) != 0 && errno == ENOENT)
		return err_sys(
		    e, "cannot open the hall's directory '%s'", hall);
	if ((auditor == NULL && (rc = command_check_device(device, e)) < 0) ||
	    (rc = file_own(program, sizeof(program), "pmqa-receive", e)) < 0)
		return rc;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	if (setenv("SSH_ORIGINAL_COMMAND", c->text, 1) != 0)
		return err_nomem(e);
	args[n++] = program;
	args[n++] = "--dir";
	args[n++] = hall;
	if (auditor != NULL)
		args[n++] = "--auditor";
	args[n++] = auditor != NULL ? auditor : device;
	args[n] = NULL;
	become(args);
	return err_sys(e, "cannot exec '%s'", program);
}

/* Behind what git asks for, the hall is told who comes; git at the other end
 * passes over what it does not know. */
static int
tell(const struct call *c, struct err *e)
{
	/* without SendEnv it is a word of the surroundings, not git's */
	const char *asked =
	    c->send_protocol ? secure_getenv("GIT_PROTOCOL") : NULL;
	struct buf b = BUF_INIT;
	int rc;

	if (asked != NULL)
		buf_printf(&b, "%s:", asked);
	receive_told_write(PMQA_VERSION, secure_getenv("PMQA_HOLDS"), &b);
	if ((rc = buf_ok(&b, e)) == 0 &&
	    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	    setenv("GIT_PROTOCOL", buf_str(&b), 1) != 0)
		rc = err_nomem(e);
	buf_release(&b);
	return rc;
}

static int
become_held(char **argv)
{
	static char ssh[] = "ssh";
	struct err err;
	int rc = 0;

	memset(&err, 0, sizeof(err));
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		rc = err_sys(&err, "cannot follow the daemon");
	if (rc == 0) {
		argv[1] = ssh;
		execvp(argv[1], argv + 1);
		err_sys(&err, "cannot exec '%s'", argv[1]);
	}
	fprintf(stderr, "pmqa-ssh: %s\n", err.msg);
	return 127;
}

/* With a rate the program is started beside this process, which relays and
 * then ends as it did; without one it takes its place. */
static int
split(struct err *e)
{
	const char *rate = secure_getenv("PMQA_RATE");
	int child = 1, status = 0, rc;

	if (rate == NULL || !is_count(rate))
		return 0;
	rc = relay_split(strtoll(rate, NULL, 10) * 1024, &child, &status, e);
	if (rc == 0 && !child)
		exit(status); /* NOLINT(concurrency-mt-unsafe): one thread */
	return rc;
}

int
main(int argc, char **argv)
{
	const char *hall = secure_getenv("PMQA_HALL_DIR");
	const char *config = secure_getenv("PMQA_SSH_CONFIG");
	struct call call;
	struct err err;
	int rc;

	if (argc > 2 && strcmp(argv[1], "--hold") == 0)
		return become_held(argv);
	memset(&err, 0, sizeof(err));
	if ((rc = parse_call(argc, argv, &call, &err)) == 0 &&
	    (rc = tell(&call, &err)) == 0 && (rc = split(&err)) == 0) {
		if (hall != NULL && hall[0] == '/')
			rc = become_receive(&call, hall, &err);
		else if (config != NULL && config[0] == '/')
			rc = become_ssh(&call, config, &err);
		else
			rc = err_set(&err, ERR_USAGE, 0,
			    "pmqa-ssh needs PMQA_SSH_CONFIG or PMQA_HALL_DIR");
	}
	fprintf(stderr, "pmqa-ssh: %s\n", err.msg);
	return rc == ERR_SYS ? 127 : 2;
}
