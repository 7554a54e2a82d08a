/* The line that says how far a long look through the past is. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include "tests/unit/test.h"

#include "client/cmd/cmd_history_ask.h"

#define LONG_AGO_MS 60000

/* A terminal in the place of standard error. */
struct screen {
	int master, saved;
};

static void
screen_open(struct screen *s)
{
	struct winsize size = { .ws_row = 24, .ws_col = 40 };
	int slave;

	assert_int_equal(openpty(&s->master, &slave, NULL, NULL, &size), 0);
	s->saved = dup(STDERR_FILENO);
	assert_true(s->saved >= 0);
	assert_true(dup2(slave, STDERR_FILENO) >= 0);
	close(slave);
}

/* What stands on it, after it is closed. */
static void
screen_close(struct screen *s, char *ret, size_t size)
{
	struct pollfd p = { .fd = s->master, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	fflush(stderr);
	while (len + 1 < size && poll(&p, 1, 0) == 1 &&
	       (p.revents & POLLIN) != 0 &&
	       (n = read(s->master, ret + len, size - len - 1)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
	assert_true(dup2(s->saved, STDERR_FILENO) >= 0);
	close(s->saved);
	close(s->master);
}

static void
test_history_wait__says_how_far_it_is_in_one_line(void **state)
{
	struct cmd c = { .json = 0 };
	struct cmd_history_wait w;
	struct screen s;
	char shown[512];

	(void)state;
	unsetenv("COLUMNS");
	screen_open(&s);
	cmd_history_wait_begin(&w, &c, -1);
	w.begun_ms -= LONG_AGO_MS;
	cmd_history_wait_tell(&w, 12, "9105:a98765,9106:a12345,9107:a4711");
	cmd_history_wait_end(&w);
	screen_close(&s, shown, sizeof(shown));

	assert_non_null(strstr(shown, "\r\033[Klooking through the history"));
	assert_non_null(strstr(shown, "…\r\033[K"));
	assert_null(strchr(shown, '\n'));
}

static void
test_history_wait__is_silent_while_it_is_short(void **state)
{
	struct cmd c = { .json = 0 };
	struct cmd_history_wait w;
	struct screen s;
	char shown[512];

	(void)state;
	screen_open(&s);
	cmd_history_wait_begin(&w, &c, -1);
	w.begun_ms += LONG_AGO_MS; /* however slow this machine is */
	cmd_history_wait_tell(&w, 12, "a5");
	cmd_history_wait_end(&w);
	screen_close(&s, shown, sizeof(shown));

	assert_string_equal(shown, "");
}

static void
test_history_wait__is_silent_for_programs(void **state)
{
	struct cmd json = { .json = 1 }, plain = { .json = 0 };
	struct cmd_history_wait w;
	struct screen s;
	char shown[512];

	(void)state;
	screen_open(&s);
	cmd_history_wait_begin(&w, &json, -1);
	w.begun_ms -= LONG_AGO_MS;
	cmd_history_wait_tell(&w, 12, "a5");
	cmd_history_wait_end(&w);
	/* the lines that are found go to the same terminal */
	cmd_history_wait_begin(&w, &plain, STDERR_FILENO);
	w.begun_ms -= LONG_AGO_MS;
	cmd_history_wait_tell(&w, 12, "a5");
	cmd_history_wait_end(&w);
	screen_close(&s, shown, sizeof(shown));

	assert_string_equal(shown, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_history_wait__says_how_far_it_is_in_one_line),
		cmocka_unit_test(
		    test_history_wait__is_silent_while_it_is_short),
		cmocka_unit_test(test_history_wait__is_silent_for_programs),
	};

	return cmocka_run_group_tests_name("history_wait", tests, NULL, NULL);
}
