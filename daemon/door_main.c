/*
 * pmqa-door: the hall's side of a transfer, with all libraries. By its name,
 * then its arguments:
 *
 *   pmqa-door --resident DIR PID      the door that stays (daemon/door/), of
 *                                     the daemon with this PID
 *   pmqa-http                         a web server's CGI (receive_http.h)
 *
 * else as pmqa-receive, which becomes it where no door answers, and whose
 * arguments come in through the one that stays:
 *
 *   [--dir DIR] [--seconds N] DEVICE  sshd's forced command
 *   [--dir DIR] --login-keys USER     sshd's AuthorizedKeysCommand
 *   [--dir DIR] --auditor NAME        sshd's forced command of an auditor
 *
 * What it says goes to the office: "pmqa-refused:", "pmqa-denied:",
 * "pmqa-trouble:", "pmqa-note:", "pmqa-receipt:", "pmqa-evidence:", one line
 * each.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/door/door_resident.h"
#include "daemon/door/door_wire.h"
#include "daemon/receive/receive_accept.h"
#include "daemon/receive/receive_auditor.h"
#include "daemon/receive/receive_git.h"
#include "daemon/receive/receive_http.h"
#include "daemon/receive/receive_keys.h"
#include "daemon/sync/remark.h"
#include "store/git/giterr.h"
#include "store/sign/key.h"

#define RESIDENT_FILES 512 /* it holds one for a connection */

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
	const char *dir = DOOR_HALL_DIR;
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

/* The daemon may open thousands; a transfer has what it always had. */
static void
limit_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur <= RESIDENT_FILES)
		return;
	l.rlim_cur = RESIDENT_FILES;
	(void)setrlimit(RLIMIT_NOFILE, &l); /* else it has more */
}

static int
parse_pid(const char *text, pid_t *ret)
{
	char *end = NULL;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 2 || n > INT_MAX)
		return 0;
	*ret = (pid_t)n;
	return 1;
}

static int
main_resident(int argc, char **argv)
{
	struct door_opts o = { .serve = main_forced };
	struct err err;
	int rc;

	memset(&err, 0, sizeof(err));
	if (argc != 4 || argv[2][0] != '/' || !parse_pid(argv[3], &o.daemon)) {
		fputs("usage: pmqa-door --resident DIR PID\n", stderr);
		return 2;
	}
	o.dir = argv[2];
	limit_files();
	if ((rc = key_init(&err)) == 0 && (rc = giterr_init(&err)) == 0) {
		rc = door_resident(&o, &err);
		giterr_shutdown();
	}
	if (rc < 0)
		log_err("door", &err);
	return rc < 0 ? 1 : 0;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 0 ? basename(argv[0]) : "";

	err_init_messages(NULL);
	if (strcmp(name, "pmqa-http") == 0)
		return receive_http_main(DOOR_HALL_DIR);
	signal(SIGPIPE, SIG_DFL); /* git inherits it */
	if (argc > 1 && strcmp(argv[1], "--resident") == 0)
		return main_resident(argc, argv);
	return main_forced(argc, argv);
}
