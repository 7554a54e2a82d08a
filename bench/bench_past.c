/*
 * bench_past: ten years of seven offices, for bench/audit.sh.
 *
 * bench_past make DIR OFFICES REVISIONS [SEED [WORKERS]]
 *     a hall DIR/H and offices DIR/9101, DIR/9101-b …, with so many signed
 *     revisions over all, and what comes to them (tests/support/decade.h);
 *     prints "seed<tab>revisions<tab>seconds<tab>sum of all tips", which stands
 *     in DIR/made.tsv, too
 *
 * Anything that fails ends the bench with its sentence.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/giterr.h"
#include "tests/support/crowd.h"
#include "tests/support/decade.h"

static int64_t now;

/* In place of clock_now(): the linker wraps it. */
int64_t __wrap_clock_now(void);
int64_t
__wrap_clock_now(void)
{
	return now;
}

static void
set_clock(int64_t t)
{
	now = t;
}

/* What was made, for whoever measures it later. */
static void
note(const struct decade *d, const struct decade_sum *sum, long long seconds)
{
	char line[200], path[PATH_MAX + 16];
	struct err e;
	int n = snprintf(line, sizeof(line), "%llu\t%lld\t%lld\t%s\n",
	    (unsigned long long)d->seed, (long long)sum->revisions, seconds,
	    sum->tips);

	snprintf(path, sizeof(path), "%s/made.tsv", d->dir);
	crowd_check(file_write(path, line, (size_t)n, 0600, &e), &e, path);
	fputs(line, stdout);
}

static void
make(int argc, char **argv)
{
	struct decade d = { .set_clock = set_clock };
	char dir[PATH_MAX];
	struct decade_sum sum;
	time_t began = time(NULL);
	struct err e;

	d.offices = (int)strtol(argv[3], NULL, 10);
	d.revisions = strtoll(argv[4], NULL, 10);
	d.seed = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;
	d.workers = argc > 6 ? (int)strtol(argv[6], NULL, 10) : 2;
	if (d.offices < 1 || d.offices > DECADE_OFFICES_MAX || d.workers < 1) {
		fputs(
		    "bench_past: 1 to 99 offices, 1 worker or more\n", stderr);
		exit(2);
	}
	crowd_check(file_mkdirs(argv[2], 0700, &e), &e, argv[2]);
	/* a hall on the same machine has an address, not a way to it */
	if ((d.dir = realpath(argv[2], dir)) == NULL) {
		perror(argv[2]);
		exit(1);
	}
	decade_make(&d, &sum);
	note(&d, &sum, (long long)(time(NULL) - began));
}

int
main(int argc, char **argv)
{
	if (argc >= 5 && strcmp(argv[1], "make") == 0) {
		make(argc, argv);
	} else {
		fputs("usage: bench_past make DIR OFFICES REVISIONS [SEED "
		      "[WORKERS]]\n",
		    stderr);
		return 2;
	}
	giterr_shutdown();
	return 0;
}
