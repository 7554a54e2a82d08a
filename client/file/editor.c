#include "client/file/editor.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

#define WORDS_MAX 16
#define COMMAND_MAX 1000

/* --- the file --- */

static int
base_dir(char *ret, size_t size, struct err *e)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int rc;

	if (state != NULL && state[0] == '/')
		rc = file_path(ret, size, e, "%s/pmqa", state);
	else if (home != NULL && home[0] == '/')
		rc = file_path(ret, size, e, "%s/.local/state/pmqa", home);
	else
		return file_path(ret, size, e, "/tmp");
	return rc < 0 ? rc : file_mkdirs(ret, 0700, e);
}

int
editor_file(const char *name, struct editor_file *ret, struct err *e)
{
	char base[400];
	int rc;

	ret->dir[0] = '\0';
	if ((rc = base_dir(base, sizeof(base), e)) < 0 ||
	    (rc = file_path(
		 ret->dir, sizeof(ret->dir), e, "%s/edit-XXXXXX", base)) < 0)
		return rc;
	if (mkdtemp(ret->dir) == NULL) {
		rc = err_sys(e, "cannot create '%s'", ret->dir);
		ret->dir[0] = '\0';
		return rc;
	}
	return file_path(
	    ret->path, sizeof(ret->path), e, "%s/%s", ret->dir, name);
}

/* Editors leave copies and locks beside the file. What cannot go stays: it is
 * in a place of our own. */
void
editor_drop(struct editor_file *f)
{
	struct dirent *entry;
	DIR *d;

	if (f->dir[0] == '\0')
		return;
	if ((d = opendir(f->dir)) != NULL) {
		while ((entry = readdir(d)) != NULL)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
		(void)closedir(d);
	}
	(void)rmdir(f->dir);
	f->dir[0] = '\0';
}

/* --- the editor --- */

/* Its command from the environment, NULL if none is wished. */
static const char *
wished(void)
{
	static const char *const variables[] = { "VISUAL", "EDITOR" };
	const char *v;
	size_t i;

	for (i = 0; i < 2; i++) {
		v = getenv(variables[i]);
		if (v != NULL && v[strspn(v, " \t")] != '\0')
			return v;
	}
	return NULL;
}

static int
split(char *command, char *file, char *argv[WORDS_MAX + 2], struct err *e)
{
	char *save = NULL, *word;
	size_t n = 0;

	for (word = strtok_r(command, " \t", &save); word != NULL;
	     word = strtok_r(NULL, " \t", &save)) {
		if (n == WORDS_MAX)
			return err_set(e, ERR_USAGE, 0,
			    "the editor's command has more than %d words",
			    WORDS_MAX);
		argv[n++] = word;
	}
	argv[n++] = file;
	argv[n] = NULL;
	return 0;
}

/* As it should be for a program of its own: the signals that we hold back are
 * the editor's to take. */
static int
spawn(char *const *argv, pid_t *ret)
{
	posix_spawnattr_t attr;
	sigset_t defaults;
	int rc;

	if ((rc = posix_spawnattr_init(&attr)) != 0)
		return rc;
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGQUIT);
	rc = posix_spawnattr_setsigdefault(&attr, &defaults);
	if (rc == 0)
		rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	if (rc == 0)
		rc = posix_spawnp(ret, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static int
wait_for(pid_t pid, const char *name, struct err *e)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for '%s'", name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(e, ERR_FAILED, 0,
		    "the editor '%s' was ended by signal %d", name,
		    WTERMSIG(status));
	return err_set(e, ERR_FAILED, 0, "the editor '%s' ended with status %d",
	    name, WEXITSTATUS(status));
}

/* Runs one command; ERR_NOT_FOUND when there is no such program. */
static int
run_command(const char *command, const char *path, struct err *e)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, was_int, was_quit;
	char copy[COMMAND_MAX], file[600], *argv[WORDS_MAX + 2] = { NULL };
	pid_t pid = -1;
	int rc;

	if (strlen(command) >= sizeof(copy))
		return err_set(
		    e, ERR_USAGE, 0, "the editor's command is too long");
	snprintf(copy, sizeof(copy), "%s", command);
	if ((rc = file_path(file, sizeof(file), e, "%s", path)) < 0 ||
	    (rc = split(copy, file, argv, e)) < 0)
		return rc;
	/* an interrupt at the terminal is for the editor, not for us */
	sigaction(SIGINT, &ignore, &was_int);
	sigaction(SIGQUIT, &ignore, &was_quit);
	rc = spawn(argv, &pid);
	if (rc == ENOENT)
		rc = err_set(
		    e, ERR_NOT_FOUND, rc, "there is no program '%s'", argv[0]);
	else if (rc != 0)
		rc = (errno = rc, err_sys(e, "cannot run '%s'", argv[0]));
	else
		rc = wait_for(pid, argv[0], e);
	sigaction(SIGINT, &was_int, NULL);
	sigaction(SIGQUIT, &was_quit, NULL);
	return rc;
}

int
editor_run(const struct editor_file *f, struct err *e)
{
	static const char *const usual[] = { "nano", "vi" };
	const char *command = wished();
	size_t i;
	int rc = ERR_NOT_FOUND;

	if (command != NULL)
		return run_command(command, f->path, e);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE, 0,
		    "an editor needs a terminal; set EDITOR for another one");
	for (i = 0; i < 2 && rc == ERR_NOT_FOUND; i++)
		rc = run_command(usual[i], f->path, e);
	if (rc == ERR_NOT_FOUND) {
		err_set(e, ERR_USAGE, 0, "there is no editor on this machine");
		err_hint(e, "install nano, or set EDITOR");
		return ERR_USAGE;
	}
	return rc;
}
