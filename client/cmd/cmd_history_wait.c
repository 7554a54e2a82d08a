/* A long look through the past: on a terminal, how far it is. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/changes.h"
#include "client/cmd/cmd_history_ask.h"
#include "client/lang.h"

/* What answers at once needs no line, which would only flicker. */
#define QUIET_MS 400

void
cmd_history_wait_begin(struct cmd_history_wait *w, const struct cmd *c, int fd)
{
	w->begun_ms = clock_mono_ms();
	w->shown = 0;
	/* what goes to the same terminal says itself how far it is */
	w->on = !c->json && isatty(STDERR_FILENO) && (fd < 0 || !isatty(fd));
}

void
cmd_history_wait_tell(
    struct cmd_history_wait *w, int64_t found, const char *next)
{
	struct buf text = BUF_INIT;
	struct out o;

	if (!w->on || clock_mono_ms() - w->begun_ms < QUIET_MS)
		return;
	out_init(&o, STDERR_FILENO);
	buf_printf(&text,
	    _("looking through the history: %lld found, goes on "
	      "before %s"),
	    (long long)found, next);
	buf_puts(&o.b, "\r\033[K");
	changes_clip(&o, &text, o.width > 1 ? o.width - 1 : 1);
	/* progress that cannot be shown changes nothing of the outcome */
	(void)out_finish(&o, STDERR_FILENO, NULL);
	out_release(&o);
	buf_release(&text);
	w->shown = 1;
}

void
cmd_history_wait_end(struct cmd_history_wait *w)
{
	if (w->shown)
		fputs("\r\033[K", stderr);
	w->shown = 0;
}
