/*
 * pmqa-receive: the hall's side of a transfer. By the name it is called with:
 *
 *   pmqa-receive [--dir DIR] [--seconds N] DEVICE
 *                                     sshd's forced command
 *   pmqa-receive [--dir DIR] --login-keys USER
 *                                     sshd's AuthorizedKeysCommand
 *   pmqa-receive [--dir DIR] --auditor NAME
 *                                     sshd's forced command of an auditor
 *   pmqa-http                         a web server's CGI (receive_http.h)
 *   pre-receive                       git's hook: the door
 *   post-receive                      git's hook: absorb, receipt
 *
 * What it says goes to the office: "pmqa-refused:", "pmqa-denied:",
 * "pmqa-trouble:", "pmqa-note:", "pmqa-receipt:", "pmqa-evidence:", one line
 * each.
 */
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <unistd.h>

#include "daemon/receive/receive_accept.h"
#include "daemon/receive/receive_auditor.h"
#include "daemon/receive/receive_git.h"
#include "daemon/receive/receive_hook.h"
#include "daemon/receive/receive_http.h"
#include "daemon/receive/receive_keys.h"
#include "daemon/sync/remark.h"
#include "store/git/giterr.h"
#include "store/sign/key.h"

#define DEFAULT_DIR "/var/lib/pmqa"

static int
from_environment(struct receive *ret, struct err *e)
{
	int rc = receive_init(ret, secure_getenv("PMQA_HALL_DIR"),
	    secure_getenv("PMQA_DEVICE"), e);

	if (rc < 0)
		return rc;
	return receive_set_evidence(ret, secure_getenv("PMQA_EVIDENCE"), e);
}

static int
main_pre(void)
{
	const char *quarantine = secure_getenv("GIT_OBJECT_DIRECTORY");
	struct receive r;
	struct err err;
	int rc;

	memset(&err, 0, sizeof(err));
	if ((rc = key_init(&err)) == 0 && (rc = giterr_init(&err)) == 0) {
		if ((rc = from_environment(&r, &err)) == 0)
			rc = receive_hook_pre(
			    &r, STDIN_FILENO, quarantine, &err);
		giterr_shutdown();
	}
	if (rc < 0)
		receive_say_err(
		    rc == ERR_REFUSED ? REMARK_REFUSED : REMARK_TROUBLE, &err);
	return rc < 0 ? 1 : 0;
}

/* The push stands whatever happens here: an absent receipt comes with a later
 * fetch. */
static int
main_post(void)
{
	struct buf receipt = BUF_INIT;
	struct receive r;
	struct err err;
	int rc;

	/* the branch has moved: git, told to end, must not take along the line
	 * of the log */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	memset(&err, 0, sizeof(err));
	if ((rc = from_environment(&r, &err)) == 0)
		rc = receive_hook_post(&r, STDIN_FILENO, &receipt, &err);
	if (rc < 0)
		receive_say(REMARK_NOTE, err.msg);
	else if (receipt.len > 0)
		fprintf(stderr, "%s%s\n",
		    r.sha[0] != '\0' ? REMARK_EVIDENCE : REMARK_RECEIPT,
		    buf_str(&receipt));
	buf_release(&receipt);
	return 0;
}

static const char *
outcome_of(int rc)
{
	if (rc == ERR_REFUSED)
		return "refused";
	return rc == ERR_DENIED ? "denied" : "trouble";
}

static const char *
prefix_of(int rc)
{
	if (rc == ERR_REFUSED)
		return REMARK_REFUSED;
	return rc == ERR_DENIED ? REMARK_DENIED : REMARK_TROUBLE;
}

/* How long one connection may take: whole seconds, no longer than usual. */
static int
parse_seconds(const char *text, int *ret)
{
	char *end = NULL;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 1 ||
	    n > RECEIVE_SECONDS)
		return 0;
	*ret = (int)n;
	return 1;
}

static int
main_forced(int argc, char **argv)
{
	const char *dir = DEFAULT_DIR;
	int rc, i = 1, seconds = RECEIVE_SECONDS, ok = 1;
	struct receive r;
	struct err err;

	memset(&err, 0, sizeof(err));
	if (argc - i > 2 && strcmp(argv[i], "--dir") == 0) {
		dir = argv[i + 1];
		i += 2;
	}
	if (argc - i == 2 && strcmp(argv[i], "--login-keys") == 0)
		return receive_keys_main(dir, argv[i + 1]);
	if (argc - i == 2 && strcmp(argv[i], "--auditor") == 0)
		return receive_auditor_main(dir, argv[i + 1]);
	if (argc - i > 2 && strcmp(argv[i], "--seconds") == 0) {
		ok = parse_seconds(argv[i + 1], &seconds);
		i += 2;
	}
	if (!ok || argc - i != 1)
		rc = err_set(&err, ERR_USAGE, 0,
		    "usage: pmqa-receive [--dir DIR] [--seconds N] DEVICE");
	else if ((rc = receive_init(&r, dir, argv[i], &err)) == 0) {
		r.seconds = seconds;
		rc = receive_serve(&r, secure_getenv("SSH_ORIGINAL_COMMAND"),
		    secure_getenv("GIT_PROTOCOL"), &err);
		if (rc == 0) /* its answer is written */
			return r.status;
		receive_log(&r, "connect", NULL, NULL, outcome_of(rc), err.msg);
		receive_accept_refused(&r, NULL, outcome_of(rc), err.msg);
	}
	receive_say_err(prefix_of(rc), &err);
	return rc == ERR_USAGE ? 2 : 1;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 0 ? basename(argv[0]) : "";

	err_init_messages(NULL);
	/* git going away shows as a failed write, not as a signal */
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(name, "pre-receive") == 0)
		return main_pre();
	if (strcmp(name, "post-receive") == 0)
		return main_post();
	if (strcmp(name, "pmqa-http") == 0)
		return receive_http_main(DEFAULT_DIR);
	signal(SIGPIPE, SIG_DFL); /* git inherits it */
	return main_forced(argc, argv);
}
