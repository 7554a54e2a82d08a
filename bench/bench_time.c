/*
 * bench_time: times whole commands in turn (A B C A B C …) and prints each
 * one's minimum, median and maximum, so that all meet the same machine.
 *
 * bench_time [-n RUNS] UNIT ::: UNIT …
 *   UNIT = LABEL [PRE-COMMAND ARG… ---] COMMAND ARG… [+++ COMMAND ARG…]…
 * "%i" in an argument is the run's number. The pre-command is not timed; the
 * commands after it are timed together. No shell; output goes to /dev/null. A
 * command that fails ends the bench: a figure of a failure is no figure.
 *
 * Prints one line a unit: "LABEL<tab>min<tab>median<tab>max" in milliseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 64
#define MAX_UNITS 8
#define MAX_RUNS 10000

struct unit {
	char **argv; /* after the label */
	int argc;
	const char *label;
	double *ms;
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static char *
with_number(const char *arg, int run)
{
	const char *at = strstr(arg, "%i");
	size_t size = strlen(arg) + 16;
	char *s = malloc(size);

	if (s == NULL)
		exit(1);
	if (at == NULL)
		snprintf(s, size, "%s", arg);
	else
		snprintf(
		    s, size, "%.*s%d%s", (int)(at - arg), arg, run, at + 2);
	return s;
}

static void
run_command(char **argv, int argc, int run)
{
	char *args[MAX_ARGS + 1];
	int i, status, fd;
	pid_t pid;

	if (argc < 1 || argc > MAX_ARGS) {
		fprintf(stderr, "bench_time: a command has %d words\n", argc);
		exit(2);
	}
	for (i = 0; i < argc; i++)
		args[i] = with_number(argv[i], run);
	args[argc] = NULL;
	pid = fork();
	if (pid == 0) {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(fd, 0);
		dup2(fd, 1);
		if (getenv("BENCH_VERBOSE") == NULL)
			dup2(fd, 2);
		execvp(args[0], args);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("bench_time");
		exit(1);
	}
	if (status != 0) {
		fprintf(stderr, "bench_time: '%s %s' failed (status %d)\n",
		    args[0], argc > 1 ? args[argc - 1] : "", status);
		exit(1);
	}
	for (i = 0; i < argc; i++)
		free(args[i]);
}

/* Runs argv[from..to) split at sep; returns where it ended. */
static int
find(char **argv, int argc, int from, const char *sep)
{
	int i;

	for (i = from; i < argc; i++)
		if (strcmp(argv[i], sep) == 0)
			return i;
	return argc;
}

static void
run_unit(struct unit *u, int run)
{
	int at = 0, end = find(u->argv, u->argc, 0, "---");
	double t;

	if (end < u->argc) {
		run_command(u->argv, end, run);
		at = end + 1;
	}
	t = now_ms();
	while (at < u->argc) {
		end = find(u->argv, u->argc, at, "+++");
		run_command(u->argv + at, end - at, run);
		at = end + 1;
	}
	u->ms[run] = now_ms() - t;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct unit units[MAX_UNITS];
	int n_units = 0, runs = 20, at = 1, end, i, j;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		runs = (int)strtol(argv[2], NULL, 10);
		at = 3;
	}
	if (runs < 1 || runs > MAX_RUNS) {
		fprintf(stderr, "bench_time: -n 1..%d\n", MAX_RUNS);
		return 2;
	}
	while (at < argc && n_units < MAX_UNITS) {
		struct unit *u = &units[n_units++];

		end = find(argv, argc, at, ":::");
		u->label = argv[at];
		u->argv = argv + at + 1;
		u->argc = end - at - 1;
		u->ms = calloc((size_t)runs + 1, sizeof(double));
		if (u->ms == NULL)
			return 1;
		at = end + 1;
	}
	for (i = 0; i <= runs; i++) /* run 0 warms up and is not counted */
		for (j = 0; j < n_units; j++)
			run_unit(&units[j], i);
	for (j = 0; j < n_units; j++) {
		double *ms = units[j].ms + 1;

		qsort(ms, (size_t)runs, sizeof(double), by_value);
		printf("%s\t%.2f\t%.2f\t%.2f\n", units[j].label, ms[0],
		    ms[runs / 2], ms[runs - 1]);
		free(units[j].ms);
	}
	return 0;
}
