#include "base/log.h"

#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 2048

void
log_line(enum log_level level, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES + CLOCK_TEXT + 8];
	char when[CLOCK_TEXT];
	va_list ap;
	int n;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_text(text, sizeof(text), text);
	if (getenv("JOURNAL_STREAM") != NULL) {
		n = snprintf(line, sizeof(line), "<%d>%s\n", (int)level, text);
	} else {
		clock_rfc3339(when, clock_now(), 0);
		n = snprintf(line, sizeof(line), "%s %s\n", when, text);
	}
	/* nothing can be said where standard error itself cannot be written */
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

void
log_err(const char *what, const struct err *e)
{
	log_line(LOG_ERROR, "%s: %s (%s)", what, e->msg, err_name(e->code));
}
