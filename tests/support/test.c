#include "tests/unit/test.h"

#include <errno.h>
#include <ftw.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

char *
test_dir(void)
{
	const char *base = getenv("TMPDIR");
	char path[512];
	char *dir;

	if (base == NULL || strlen(base) > 60)
		base = "/tmp"; /* a socket's path must fit in it */
	snprintf(path, sizeof(path), "%s/pmqa-test-XXXXXX", base);
	if (mkdtemp(path) == NULL)
		fail_msg("cannot make a directory: %s", strerror(errno));
	dir = strdup(path);
	assert_non_null(dir);
	return dir;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

void
test_dir_remove(char *dir)
{
	if (dir == NULL)
		return;
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		fail_msg("cannot remove '%s': %s", dir, strerror(errno));
	free(dir);
}

uint64_t
test_seed(void)
{
	const char *s = getenv("PMQA_SEED");
	uint64_t seed = s != NULL
			    ? strtoull(s, NULL, 10)
			    : (uint64_t)time(NULL) ^ ((uint64_t)getpid() << 20);

	print_message("seed: PMQA_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* splitmix64: public domain (Sebastiano Vigna, prng.di.unimi.it). */
uint64_t
test_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t
test_cpu_ms(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
test_run(const char *const *argv, char **ret_out)
{
	struct buf out = BUF_INIT;
	char chunk[4096];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(fds) != 0)
		fail_msg("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (pid == 0) {
		union {
			const char *const *in;
			char *const *out;
		} args = { .in = argv };

		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[0], args.out);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		buf_append(&out, chunk, (size_t)n);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (ret_out != NULL) {
		buf_putc(&out, '\0');
		*ret_out = buf_take(&out);
		assert_non_null(*ret_out);
	}
	buf_release(&out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
