#include "tests/net/words.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int64_t
words_number(const char *text, const char *name, int64_t none)
{
	size_t len = strlen(name);
	const char *s = text;

	while ((s = strstr(s, name)) != NULL) {
		if ((s == text || s[-1] == ' ' || s[-1] == '\n') &&
		    s[len] == '=')
			return strtoll(s + len + 1, NULL, 10);
		s += len;
	}
	return none;
}

int
words_read(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	if (fd >= 0)
		close(fd);
	ret[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

void
words_write(const char *path, const char *text)
{
	char part[600];
	int fd;

	snprintf(part, sizeof(part), "%s.part", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		words_die(part);
	close(fd);
	if (rename(part, path) != 0)
		words_die(path);
}

int64_t
words_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
words_die(const char *what)
{
	perror(what);
	exit(1);
}
