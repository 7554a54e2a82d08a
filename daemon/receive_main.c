/*
 * pmqa-receive: what sshd starts for a device, an auditor, or to ask for keys,
 * and pmqa-ssh for a hall on the same machine:
 *
 *   pmqa-receive [--dir DIR] ARGUMENT...     daemon/door_main.c
 *
 * Small on purpose: libgit2 and what it needs take longer to load than many a
 * push takes. The door that the hall's daemon keeps ready (daemon/door/) serves
 * the transfer; where there is none, this becomes the door.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/door/door_relay.h"
#include "daemon/door/door_wire.h"
#include "daemon/sync/remark.h"

static void
say(const struct err *e)
{
	fprintf(stderr, "%s%s\n", REMARK_TROUBLE, e->msg);
	if (strcmp(e->th, e->msg) != 0)
		fprintf(stderr, "%s%s\n", REMARK_TH, e->th);
	if (e->hint[0] != '\0')
		fprintf(stderr, "%s%s\n", REMARK_HINT, e->hint);
	if (strcmp(e->hint_th, e->hint) != 0)
		fprintf(stderr, "%s%s\n", REMARK_HINT_TH, e->hint_th);
}

/* Comes back only with an error. */
static int
become_door(char **argv, struct err *e)
{
	static char name[] = "pmqa-receive";
	char lib[1024], path[1100];
	int rc;

	if ((rc = file_own(lib, sizeof(lib), "lib", e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/pmqa-door", lib)) < 0)
		return rc;
	argv[0] = name;
	execv(path, argv);
	rc = errno;
	err_init_messages(NULL);
	errno = rc;
	return err_sys(e, "cannot exec '%s'", path);
}

/* As it ended, this ends. */
static int
end_as(int status, int by)
{
	if (by == 0)
		return status;
	signal(by, SIG_DFL);
	raise(by);
	return 128 + by;
}

int
main(int argc, char **argv)
{
	const char *dir = DOOR_HALL_DIR;
	int status = 1, by = 0, rc;
	struct err err;

	memset(&err, 0, sizeof(err));
	if (argc < 1)
		return 2;
	if (argc > 2 && strcmp(argv[1], "--dir") == 0)
		dir = argv[2];
	rc = door_relay(dir, argc, argv, &status, &by, &err);
	if (rc == 0)
		return end_as(status, by);
	if (rc == ERR_UNREACHABLE)
		become_door(argv, &err);
	say(&err);
	return 1;
}
