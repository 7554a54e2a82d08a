/*
 * bench_pool: runs many commands, so many at a time, and says how long they
 * took. The commands of one lane run one after the other.
 *
 * bench_pool WIDTH LOG <COMMANDS
 *   A line is LANE [NAME=VALUE]… PROGRAM ARG…, words apart by one space, no
 *   quoting; LANE is a number below 4096. Output of the commands goes to LOG.
 *
 * Prints "n<tab>failed<tab>seconds<tab>n/s<tab>p50 ms<tab>p99 ms<tab>most ms".
 * Exit status 1 when one failed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 96
#define LANES_MAX 4096

struct task {
	char *line;
	int lane;
	pid_t pid; /* 0: not begun */
	double start, ms;
};

struct pool {
	struct task *list;
	size_t n, cap, first, running, failed; /* first: not begun yet */
	int width;
	char busy[LANES_MAX];
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
give_up(const char *what)
{
	perror(what);
	exit(2);
}

static void
read_tasks(struct pool *p)
{
	char *line = NULL, *words;
	size_t size = 0;
	struct task *t;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (p->n == p->cap) {
			p->cap = p->cap == 0 ? 256 : p->cap * 2;
			p->list = realloc(p->list, p->cap * sizeof(*p->list));
			if (p->list == NULL)
				give_up("bench_pool");
		}
		t = &p->list[p->n++];
		memset(t, 0, sizeof(*t));
		t->lane = (int)strtol(line, &words, 10);
		if (t->lane < 0 || t->lane >= LANES_MAX || *words != ' ') {
			fprintf(stderr, "bench_pool: no lane: %s\n", line);
			exit(2);
		}
		if ((t->line = strdup(words + 1)) == NULL)
			give_up("bench_pool");
	}
	free(line);
}

/* In the child. */
static void
become(char *line)
{
	char *words[WORDS_MAX + 1], *word, *rest = NULL;
	int n = 0;

	for (word = strtok_r(line, " ", &rest); word != NULL && n < WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		if (n > 0 || strchr(word, '=') == NULL)
			words[n++] = word;
		else if (putenv(word) != 0)
			_exit(126);
	words[n] = NULL;
	execvp(words[0], words);
	_exit(127);
}

static void
start(struct pool *p, struct task *t, int log)
{
	t->start = now_ms();
	if ((t->pid = fork()) < 0)
		give_up("fork");
	if (t->pid == 0) {
		int nothing = open("/dev/null", O_RDONLY);

		if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 ||
		    dup2(log, 2) < 0)
			_exit(126);
		become(t->line);
	}
	p->busy[t->lane] = 1;
	p->running++;
}

/* The first task whose lane is free, or NULL. */
static struct task *
next(struct pool *p)
{
	char waits[LANES_MAX] = { 0 };
	size_t i;

	while (p->first < p->n && p->list[p->first].pid != 0)
		p->first++;
	for (i = p->first; i < p->n; i++) {
		struct task *t = &p->list[i];

		if (t->pid != 0)
			continue;
		if (!p->busy[t->lane] && !waits[t->lane])
			return t;
		waits[t->lane] = 1;
	}
	return NULL;
}

static void
reap(struct pool *p)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);
	size_t i;

	if (pid < 0)
		give_up("waitpid");
	for (i = 0; i < p->n; i++) {
		struct task *t = &p->list[i];

		if (t->pid != pid)
			continue;
		t->ms = now_ms() - t->start;
		p->busy[t->lane] = 0;
		p->running--;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			p->failed++;
		return;
	}
}

static int
by_ms(const void *a, const void *b)
{
	double x = ((const struct task *)a)->ms,
	       y = ((const struct task *)b)->ms;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct pool p;
	struct task *t;
	double begun, s;
	int log;

	memset(&p, 0, sizeof(p));
	if (argc != 3 || (p.width = (int)strtol(argv[1], NULL, 10)) < 1) {
		fputs("usage: bench_pool WIDTH LOG <COMMANDS\n", stderr);
		return 2;
	}
	log = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0)
		give_up(argv[2]);
	read_tasks(&p);
	begun = now_ms();
	for (;;) {
		while ((int)p.running < p.width && (t = next(&p)) != NULL)
			start(&p, t, log);
		if (p.running == 0)
			break;
		reap(&p);
	}
	s = (now_ms() - begun) / 1e3;
	if (p.n == 0)
		return 1;
	qsort(p.list, p.n, sizeof(*p.list), by_ms);
	printf("%zu\t%zu\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\n", p.n, p.failed, s,
	    (double)p.n / s, p.list[p.n / 2].ms,
	    p.list[(size_t)((double)p.n * 0.99)].ms, p.list[p.n - 1].ms);
	return p.failed > 0;
}
